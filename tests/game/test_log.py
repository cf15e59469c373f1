"""The log of a game: what undo, redo, packages and later settings add up to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccepz_sim import __version__
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.lever import Lever
from ccepz_sim.game import game_file
from ccepz_sim.game.log import (
    MOST_ENTRIES,
    Bookmark,
    Branch,
    ChoosePackage,
    ChooseWorld,
    Drop,
    Entry,
    GoBack,
    Redo,
    Reset,
    SetLever,
    Switch,
    Undo,
    shifted,
)
from ccepz_sim.game.position import Tally, fold, standings, values_at
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.world import World
from tests.game import reference

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


def test_a_branch_leaves_the_first_future_as_it_was(content: Content) -> None:
    log: list[Entry] = [SetLever(LEVER, 0.4, 2018), Branch("more"), SetLever(LEVER, 0.8, 2020)]
    both = standings(content, log)
    assert both.current == 2
    assert both.names == {0: "", 2: "more"}
    assert [d.value for d in both.branches[0].decisions] == [0.4]
    assert [d.value for d in both.position.decisions] == [0.4, 0.8]
    back = standings(content, [*log, Switch(0), SetLever(LEVER, 0.6, 2019)])
    assert [d.value for d in back.position.decisions] == [0.4, 0.6]
    assert [d.value for d in back.branches[2].decisions] == [0.4, 0.8]
    gone = standings(content, [*log, Drop(2)])
    assert gone.current == 0
    assert set(gone.branches) == {0}


def test_there_are_never_more_than_four_futures(content: Content) -> None:
    log: list[Entry] = [Branch(str(number)) for number in range(9)]
    assert len(standings(content, log).branches) == 4


def test_a_bookmark_brings_back_what_was_decided_and_can_be_undone(content: Content) -> None:
    log: list[Entry] = [SetLever(LEVER, 0.4, 2018), Bookmark("good", 2019), SetLever(LEVER, 0.8, 2018), Reset()]
    assert fold(content, [*log, GoBack(1)]).decisions == fold(content, log[:1]).decisions
    assert fold(content, [*log, GoBack(1), Undo(4)]).decisions == ()
    assert standings(content, log).marks[0].name == "good"
    assert fold(content, [*log, GoBack(7)]).decisions == (), "a bookmark that is not there changes nothing"


ENTRIES = st.one_of(
    st.builds(SetLever, st.just(LEVER), st.sampled_from([0.1, 0.5, 0.9]), st.integers(2016, 2035)),
    st.builds(ChoosePackage, st.just("tax-only"), st.integers(2016, 2035)),
    st.builds(Undo, st.integers(0, 9)),
    st.builds(Redo, st.integers(0, 9)),
    st.builds(GoBack, st.integers(0, 9)),
    st.builds(Bookmark, st.just("here"), st.just(2020)),
    st.builds(Branch, st.just("more")),
    st.builds(Switch, st.integers(0, 9)),
    st.builds(Drop, st.integers(0, 9)),
    st.just(Reset()),
    st.just(ChooseWorld(5, "calm")),
)


@settings(deadline=None)
@given(st.lists(ENTRIES, max_size=12))
def test_any_log_adds_up_and_comes_back_from_a_file(log: list[Entry]) -> None:
    content = load_content()
    found = standings(content, log)
    assert found.current in found.branches
    assert 1 <= len(found.branches) <= 4
    kept = game_file.read(content, game_file.write(content, World(5, "calm"), 2020, log))
    assert kept.log == tuple(log)
    assert (kept.world, kept.year, kept.same_content) == (World(5, "calm"), 2020, True)


MOVES = st.one_of(
    st.builds(
        lambda lever, share, year: SetLever(lever.id, _value(lever, share), year),
        st.sampled_from(list(load_content().levers.values())[:5]),
        st.sampled_from([0.0, 0.5, 1.0, None]),
        st.integers(2016, 2035),
    ),
    st.builds(ChoosePackage, st.sampled_from(list(load_content().packages)), st.integers(2016, 2035)),
    st.builds(Undo, st.integers(0, 30)),
    st.builds(Redo, st.integers(0, 30)),
    st.builds(GoBack, st.integers(0, 30)),
    st.builds(Bookmark, st.just("here"), st.just(2020)),
    st.builds(Branch, st.just("more")),
    st.builds(Switch, st.integers(0, 30)),
    st.builds(Drop, st.integers(0, 30)),
    st.just(Reset()),
)


def _value(lever: Lever, share: float | None) -> float:
    if share is None:
        return lever.status_quo_at(2016)
    return lever.bounds[0] + share * (lever.bounds[1] - lever.bounds[0])


@settings(deadline=None)
@given(st.lists(MOVES, max_size=30), st.lists(st.booleans(), min_size=30, max_size=30))
def test_a_log_adds_up_as_the_plain_rules_say(log: list[Entry], asked: list[bool]) -> None:
    content = load_content()
    tally = Tally(content)
    for entry, ask in zip(log, asked, strict=False):
        if ask and not isinstance(entry, Undo | Redo | Bookmark | Branch | Switch | Drop):
            assert tally.decisions_with(entry) == fold(content, [*tally.log, entry]).decisions
        tally.add(entry)
        if ask:
            tally.standings()  # whether or not somebody asks on the way, the sum is the same
    found, plain = tally.standings(), reference.walk(log)
    assert found.current == plain.current
    assert {mark.number: list(mark.done) for mark in found.marks} == plain.marks
    for branch, position in found.branches.items():
        plan = reference.plan_of(content, log, plain.done[branch], plain.marks)
        assert {(made.lever, float(made.year)): made.value for made in position.decisions} == plan
        assert position.undoable == (plain.done[branch] or [None])[-1]
        assert position.redoable == (plain.undone[branch] or [None])[-1]


def test_a_way_back_to_a_way_back_is_walked_once() -> None:
    """Each bookmark holds the one before it: walked again and again this would take two to the thousandth steps."""
    content = load_content()
    log: list[Entry] = []
    for number in range(1000):
        log += [SetLever(LEVER, 0.1 + 0.4 * (number % 2), 2016 + number % 20), Bookmark("x", 2020)]
        log.append(GoBack(len(log) - 1))
    assert len(fold(content, log).decisions) == 20


def test_entries_put_before_others_move_what_points_to_them() -> None:
    log: list[Entry] = [Undo(1), Undo(5), Redo(5), GoBack(1), GoBack(4), Switch(0), Switch(6), Drop(2), Drop(3)]
    moved = shifted(log, 10, base=3)
    assert moved == [Undo(1), Undo(15), Redo(15), GoBack(1), GoBack(14), Switch(0), Switch(16), Drop(2), Drop(3)]


HEAD = {
    "kind": "ccepz-game",
    "form": "2",
    "version": __version__,
    "seed": 1,
    "scenario": "calm",
    "year": 2016,
    "log": [],
}
SET = {"do": "SetLever", "lever": LEVER, "value": 0.3, "year": 2016}


@pytest.mark.parametrize(
    "change",
    [
        {"log": {}}, {"log": "x"}, {"log": None}, {"log": 7}, {"log": [[]]}, {"log": [None]}, {"log": ["Undo"]},
        {"seed": "1"}, {"seed": True}, {"seed": 1.5}, {"seed": -1}, {"seed": 2**40}, {"seed": 1e400}, {"seed": [1]},
        {"year": "2016"}, {"year": True}, {"year": 2016.0}, {"year": None}, {"year": 1999}, {"scenario": ["calm"]},
        {"scenario": "gone"}, {"form": ["2"]}, {"form": 2}, {"form": "7"}, {"version": [__version__], "log": 1},
        {"log": [SET | {"value": "0.3"}]}, {"log": [SET | {"value": True}]}, {"log": [SET | {"value": 10**400}]},
        {"log": [SET | {"value": float("nan")}]}, {"log": [SET | {"value": [0.3]}]},
        {"log": [SET | {"lever": [LEVER]}]}, {"log": [SET | {"year": "2016"}]}, {"log": [SET | {"more": 1}]},
        {"log": [{"do": "Undo", "target": -1}]},
        {"log": [{"do": "Undo", "target": "0"}]}, {"log": [{"do": "Undo", "target": 2**70}]},
        {"log": [{"do": ["Undo"]}]}, {"log": [{"do": "Bookmark", "name": "", "year": 2016}]},
        {"log": [{"do": "Branch", "name": " "}]},
        {"log": [{"do": "Bookmark", "name": "x" * 10_000, "year": 2016}]}, {"log": [{"do": "Branch", "name": 7}]},
    ],
)  # fmt: skip
def test_wrong_types_in_a_file_are_a_sentence(content: Content, change: dict[str, Any]) -> None:
    with pytest.raises(GameError):
        game_file.read(content, json.dumps(HEAD | change))
    assert game_file.read(content, json.dumps(HEAD | {"log": [SET]})).log == (SetLever(LEVER, 0.3, 2016),)


def test_files_have_a_largest_size_and_a_sentence_about_it(content: Content) -> None:
    entries = [{"do": "Undo", "target": 0}] * (MOST_ENTRIES + 1)
    with pytest.raises(GameError, match=f"{MOST_ENTRIES + 1}") as caught:
        game_file.read(content, json.dumps(HEAD | {"log": entries}))
    assert caught.value.key == "file_full"
    with pytest.raises(GameError) as caught:
        game_file.read(content, json.dumps(HEAD) + " " * game_file.LONGEST)
    assert caught.value.key == "file_long"
    longest = [ChoosePackage(max(content.packages, key=len), 2016)] * MOST_ENTRIES
    assert len(game_file.write(content, World(5, "calm"), 2020, longest)) < game_file.LONGEST


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "x", "null", "7", '"x"', "[" * 5000, '{"kind": "ccepz-game"}', '{"kind": "other", "form": "2"}'],
)
def test_a_file_that_is_no_game_is_a_sentence(content: Content, text: str) -> None:
    with pytest.raises(GameError) as caught:
        game_file.read(content, text)
    assert caught.value.sentence("zh") != caught.value.sentence("en")


def test_a_file_of_a_later_version_says_which_one_it_needs(content: Content) -> None:
    text = game_file.write(content, World(5, "calm"), 2020, [SetLever(LEVER, 0.4, 2018)])
    later = text.replace('"SetLever"', '"SetTide"').replace(__version__, "9.7.1")
    with pytest.raises(GameError, match=r"9\.7\.1"):
        game_file.read(content, later)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5]), st.integers(2016, 2035)), max_size=8))
def test_undoing_everything_leaves_nothing(moves: list[tuple[float, int]]) -> None:
    content = load_content()
    log: list[Entry] = [SetLever(LEVER, amount, year) for amount, year in moves]
    log += [Undo(number) for number in reversed(range(len(moves)))]
    position = fold(content, log)
    assert position.decisions == ()
    assert position.undoable is None
    assert position.redoable == (0 if moves else None)
