"""The log of a game: what undo, redo, packages and later settings add up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim.content import Content, load_content
from ccepz_sim.game.log import ChoosePackage, Entry, Redo, Reset, SetLever, Undo, fold, values_at

LEVER = "audit-share"


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


def value(content: Content, log: list[Entry], year: float, lever: str = LEVER) -> float:
    return values_at(content, fold(content, log).decisions, year)[lever]


def test_a_decision_holds_from_its_year_on(content: Content) -> None:
    log: list[Entry] = [SetLever(LEVER, 0.4, 2018)]
    quo = content.levers[LEVER].status_quo_at(2017)
    assert value(content, log, 2017) == quo
    assert value(content, log, 2018) == value(content, log, 2035) == 0.4


def test_the_same_lever_and_year_is_replaced_not_added(content: Content) -> None:
    position = fold(content, [SetLever(LEVER, 0.4, 2018), SetLever(LEVER, 0.6, 2018)])
    assert [(d.lever, d.value, d.year) for d in position.decisions] == [(LEVER, 0.6, 2018.0)]
    assert len(position.items) == 1


def test_undoing_the_later_setting_brings_the_earlier_back(content: Content) -> None:
    log: list[Entry] = [SetLever(LEVER, 0.4, 2018), SetLever(LEVER, 0.6, 2018), Undo(1)]
    assert value(content, log, 2020) == 0.4
    assert value(content, [*log, Redo(1)], 2020) == 0.6


def test_a_lever_moved_back_is_no_decision(content: Content) -> None:
    quo = content.levers[LEVER].status_quo_at(2018)
    position = fold(content, [SetLever(LEVER, 0.4, 2018), SetLever(LEVER, quo, 2018)])
    assert position.decisions == ()
    assert position.items == ()


def test_a_package_chosen_late_begins_then_and_ends_what_it_does_not_name(content: Content) -> None:
    package = content.packages["green-governance"]
    named = {setting.lever for setting in package.set}
    other = next(name for name in content.levers if name not in named)
    lever = content.levers[other]
    log: list[Entry] = [SetLever(other, lever.bounds[1], 2017), ChoosePackage(package.id, 2020)]
    assert value(content, log, 2019, other) == lever.bounds[1]
    assert value(content, log, 2020, other) == lever.status_quo_at(2020)
    first = package.set[0]
    assert value(content, log, 2019, first.lever) == content.levers[first.lever].status_quo_at(2019)
    assert all(decision.year >= 2020 for decision in fold(content, log).decisions if decision.lever in named)


def test_a_package_from_the_start_says_what_its_file_says(content: Content) -> None:
    package = content.packages["staged-programme"]
    decided = {(d.lever, d.year): d.value for d in fold(content, [ChoosePackage(package.id, 2016)]).decisions}
    assert decided == {(s.lever, s.from_): s.value for s in package.set}


def test_reset_can_be_undone(content: Content) -> None:
    log: list[Entry] = [SetLever(LEVER, 0.4, 2018), Reset()]
    assert fold(content, log).decisions == ()
    assert value(content, [*log, Undo(1)], 2020) == 0.4


def test_a_new_action_ends_redo(content: Content) -> None:
    log: list[Entry] = [SetLever(LEVER, 0.4, 2018), Undo(0)]
    assert fold(content, log).redoable == 0
    assert fold(content, [*log, SetLever(LEVER, 0.5, 2019)]).redoable is None


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5]), st.integers(2016, 2035)), max_size=8))
def test_undoing_everything_leaves_nothing(moves: list[tuple[float, int]]) -> None:
    content = load_content()
    log: list[Entry] = [SetLever(LEVER, amount, year) for amount, year in moves]
    log += [Undo(number) for number in reversed(range(len(moves)))]
    position = fold(content, log)
    assert position.decisions == ()
    assert position.undoable is None
    assert position.redoable == (0 if moves else None)
