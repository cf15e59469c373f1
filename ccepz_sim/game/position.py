"""What a log adds up to: the dated decisions of the engine, and the list that a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ccepz_sim.content import Content
from ccepz_sim.game.log import ChoosePackage, Entry, GoBack, Lines, Mark, Reset, SetLever, read_lines
from ccepz_sim.policies.schedule import Decision
from ccepz_sim.schema import Lever, Package

SAME_DATE = 1e-9
Plan = dict[tuple[str, float], float]
Items = dict[tuple[str, float], "Item"]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list of decisions: its position in the log, and the value the lever had before."""

    number: int
    action: SetLever | ChoosePackage
    before: float


@dataclass(frozen=True, slots=True)
class Position:
    """One branch at one moment."""

    decisions: tuple[Decision, ...] = ()
    items: tuple[Item, ...] = ()
    undoable: int | None = None
    redoable: int | None = None


@dataclass(frozen=True, slots=True)
class Standings:
    """All branches of a game at one moment, the one it goes on on, and the bookmarks."""

    branches: Mapping[int, Position]
    names: Mapping[int, str]
    current: int
    marks: tuple[Mark, ...]

    @property
    def position(self) -> Position:
        """The branch the game goes on on."""
        return self.branches[self.current]


def fold(content: Content, log: Sequence[Entry]) -> Position:
    """Add up the current branch of a log."""
    return standings(content, log).position


def standings(content: Content, log: Sequence[Entry]) -> Standings:
    """Add up all branches of a log.

    An undone action leaves no trace; a later setting of the same lever and year replaces the earlier one.
    """
    lines = read_lines(log)
    branches = {}
    for branch, line in lines.lines.items():
        plan, items = _sum(content, log, line.done, lines)
        done, undone = line.done, line.undone
        branches[branch] = Position(
            in_order(plan),
            tuple(sorted(items.values(), key=lambda item: (item.action.year, item.number))),
            done[-1] if done else None,
            undone[-1] if undone else None,
        )
    names = {branch: line.name for branch, line in lines.lines.items()}
    return Standings(branches, names, lines.current, lines.marks)


def in_order(plan: Mapping[tuple[str, float], float]) -> tuple[Decision, ...]:
    """Return a plan as decisions, by date and lever."""
    ordered = sorted(plan.items(), key=lambda entry: (entry[0][1], entry[0][0]))
    return tuple(Decision(lever, value, year) for (lever, year), value in ordered)


def value_at(lever: Lever, plan: Mapping[tuple[str, float], float], year: float) -> float:
    """Return what is announced for a lever at a date: the last dated decision, else the status quo."""
    own = {date: value for (name, date), value in plan.items() if name == lever.id}
    dates = [date for date in own if date <= year + SAME_DATE]
    return own[max(dates)] if dates else lever.status_quo_at(year)


def values_at(content: Content, decisions: Iterable[Decision], year: float) -> dict[str, float]:
    """Return what is announced for every lever at a date."""
    plan = {(decision.lever, float(decision.year)): decision.value for decision in decisions}
    decided = {lever for lever, _ in plan}
    return {
        name: value_at(lever, plan, year) if name in decided else lever.status_quo_at(year)
        for name, lever in content.levers.items()
    }


def _sum(content: Content, log: Sequence[Entry], done: Sequence[int], lines: Lines) -> tuple[Plan, Items]:
    plan: Plan = {}
    items: Items = {}
    for number in done:
        action = log[number]
        if isinstance(action, Reset):
            plan, items = {}, {}
        elif isinstance(action, GoBack):
            mark = next((mark for mark in lines.marks if mark.number == action.bookmark), None)
            if mark is not None and mark.number < number:
                plan, items = _sum(content, log, mark.done, lines)
        elif isinstance(action, SetLever):
            plan = _set(content, plan, items, number, action)
        elif isinstance(action, ChoosePackage):
            chosen = content.packages[action.package]
            plan = _overlay(content, plan, chosen, action.year)
            items = {key: item for key, item in items.items() if key[1] < action.year}
            if plan or items:
                items["", float(action.year)] = Item(number, action, 0.0)
    return plan, items


def _set(content: Content, plan: Plan, items: Items, number: int, action: SetLever) -> Plan:
    lever = content.levers[action.lever]
    key = (action.lever, float(action.year))
    without = {place: value for place, value in plan.items() if place != key}
    before = value_at(lever, without, action.year)
    items.pop(key, None)
    if abs(action.value - before) < SAME_DATE:
        return without  # moved back: nothing is decided
    items[key] = Item(number, action, before)
    return {**without, key: action.value}


def _overlay(content: Content, plan: Plan, package: Package, year: int) -> Plan:
    """Lay a package over a plan from a year on; settings dated earlier begin in that year."""
    kept = {key: value for key, value in plan.items() if key[1] < year - SAME_DATE}
    fresh: Plan = {}
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
