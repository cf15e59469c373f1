"""The append-only log of a game, and what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ccepz_sim.content import Content
from ccepz_sim.policies.schedule import Decision
from ccepz_sim.schema import Lever, Package

SAME_DATE = 1e-9


@dataclass(frozen=True, slots=True)
class SetLever:
    """From `year` on, one lever stands at `value`."""

    lever: str
    value: float
    year: int


@dataclass(frozen=True, slots=True)
class ChoosePackage:
    """From `year` on, policy is this package; whatever it does not name returns to the status quo."""

    package: str
    year: int


@dataclass(frozen=True, slots=True)
class Reset:
    """Everything decided so far is dropped."""


@dataclass(frozen=True, slots=True)
class Undo:
    """The action at position `target` of the log no longer counts."""

    target: int


@dataclass(frozen=True, slots=True)
class Redo:
    """The action at position `target` of the log counts again."""

    target: int


Action = SetLever | ChoosePackage | Reset
Entry = Action | Undo | Redo


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list of decisions: its position in the log, and the value the lever had before."""

    number: int
    action: SetLever | ChoosePackage
    before: float


@dataclass(frozen=True, slots=True)
class Position:
    """What a log adds up to: the dated decisions of the engine, and the list that a person reads."""

    decisions: tuple[Decision, ...]
    items: tuple[Item, ...]
    undoable: int | None
    redoable: int | None


def fold(content: Content, log: Sequence[Entry]) -> Position:
    """Add up a log.

    An undone action leaves no trace; a later setting of the same lever and year replaces the earlier one.
    """
    done, undone = _stacks(log)
    plan: dict[tuple[str, float], float] = {}
    items: dict[tuple[str, float], Item] = {}
    for number in done:
        action = log[number]
        if isinstance(action, Reset):
            plan, items = {}, {}
        elif isinstance(action, SetLever):
            lever = content.levers[action.lever]
            key = (action.lever, float(action.year))
            without = {place: value for place, value in plan.items() if place != key}
            before = value_at(lever, without, action.year)
            items.pop(key, None)
            plan = {**without, key: action.value}
            if abs(action.value - before) < SAME_DATE:
                plan = without  # moved back: nothing is decided
            else:
                items[key] = Item(number, action, before)
        elif isinstance(action, ChoosePackage):
            chosen = content.packages[action.package]
            plan = _overlay(content, plan, chosen, action.year)
            items = {key: item for key, item in items.items() if key[1] < action.year}
            if plan or items:
                items["", float(action.year)] = Item(number, action, 0.0)
    decisions = tuple(
        Decision(lever, value, year)
        for (lever, year), value in sorted(plan.items(), key=lambda entry: (entry[0][1], entry[0][0]))
    )
    ordered = sorted(items.values(), key=lambda item: (item.action.year, item.number))
    return Position(decisions, tuple(ordered), done[-1] if done else None, undone[-1] if undone else None)


def value_at(lever: Lever, plan: dict[tuple[str, float], float], year: float) -> float:
    """Return what is announced for a lever at a date: the last dated decision, else the status quo."""
    own = {date: value for (name, date), value in plan.items() if name == lever.id}
    dates = [date for date in own if date <= year + SAME_DATE]
    return own[max(dates)] if dates else lever.status_quo_at(year)


def values_at(content: Content, decisions: Iterable[Decision], year: float) -> dict[str, float]:
    """Return what is announced for every lever at a date."""
    plan = {(decision.lever, float(decision.year)): decision.value for decision in decisions}
    return {name: value_at(lever, plan, year) for name, lever in content.levers.items()}


def _stacks(log: Sequence[Entry]) -> tuple[list[int], list[int]]:
    """Return the positions of the actions that count, and of those that may be redone."""
    done: list[int] = []
    undone: list[int] = []
    for number, entry in enumerate(log):
        if isinstance(entry, Undo):
            if entry.target in done:
                done.remove(entry.target)
                undone.append(entry.target)
        elif isinstance(entry, Redo):
            if entry.target in undone:
                undone.remove(entry.target)
                done = sorted([*done, entry.target])
        else:
            done.append(number)
            undone.clear()
    return done, undone


def _overlay(
    content: Content, plan: dict[tuple[str, float], float], package: Package, year: int
) -> dict[tuple[str, float], float]:
    """Lay a package over a plan from a year on; settings dated earlier begin in that year."""
    kept = {key: value for key, value in plan.items() if key[1] < year - SAME_DATE}
    fresh: dict[tuple[str, float], float] = {}
    for name in dict.fromkeys(lever for lever, _ in kept):
        lever = content.levers[name]
        fresh[name, float(year)] = lever.status_quo_at(year)
        for dated in lever.status_quo:
            if dated.from_ > year:
                fresh[name, dated.from_] = dated.value
    by_lever: dict[str, list[tuple[float, float]]] = {}
    for setting in sorted(package.set, key=lambda entry: entry.from_):
        by_lever.setdefault(setting.lever, []).append((max(float(year), setting.from_), setting.value))
    for name, settings in by_lever.items():
        first = settings[0][0]
        fresh = {key: value for key, value in fresh.items() if key[0] != name or key[1] < first}
        fresh.update({(name, date): value for date, value in settings})
    return {**kept, **fresh}
