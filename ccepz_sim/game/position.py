"""What a log adds up to: branches, bookmarks, the dated decisions of the engine, and the list that a person reads.

A `Tally` walks a log entry by entry. What a branch decides is added up only when somebody asks for it, and kept until
an undo or redo changes it, so that a long log is read in one pass and a further entry costs next to nothing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.lever import Lever, Package
from ccepz_sim.game.log import (
    MAIN,
    MOST_BRANCHES,
    Action,
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
)
from ccepz_sim.state.decisions import Decision

SAME_DATE = 1e-9
Plan = dict[str, dict[float, float]]  # lever, date, value
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
class Mark:
    """A bookmark: its position in the log, its name, its year, and the actions that counted then."""

    number: int
    name: str
    year: int
    done: tuple[int, ...]


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


@dataclass(slots=True)
class _Sum:
    """What some actions add up to."""

    plan: Plan = field(default_factory=dict)
    items: Items = field(default_factory=dict)


@dataclass(slots=True)
class _Line:
    """One branch: the positions of the actions that count, in order, and of those that may be redone."""

    name: str
    done: list[int] = field(default_factory=list)
    undone: list[int] = field(default_factory=list)
    sum: _Sum | None = None
    position: Position | None = None


class Tally:
    """A log and what it adds up to; entries that do not fit (an undo of what is not done) change nothing.

    An undone action leaves no trace; a later setting of the same lever and year replaces the earlier one.
    """

    def __init__(self, content: Content, log: Iterable[Entry] = ()) -> None:
        """Walk a log."""
        self.log: list[Entry] = []
        self.world: ChooseWorld | None = None
        self._content = content
        self._lines: dict[int, _Line] = {MAIN: _Line("")}
        self._current = MAIN
        self._marks: dict[int, Mark] = {}
        for entry in log:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Go one entry further."""
        number = len(self.log)
        self.log.append(entry)
        lines, line = self._lines, self._lines[self._current]
        if isinstance(entry, Undo):
            at = bisect_left(line.done, entry.target)
            if line.done[at : at + 1] == [entry.target]:
                del line.done[at]
                line.undone.append(entry.target)
                line.sum = line.position = None
        elif isinstance(entry, Redo):
            if entry.target in line.undone:
                line.undone.remove(entry.target)
                insort(line.done, entry.target)
                line.sum = line.position = None
        elif isinstance(entry, Bookmark):
            self._marks[number] = Mark(number, entry.name, entry.year, tuple(line.done))
        elif isinstance(entry, Branch):
            if len(lines) < MOST_BRANCHES:
                self._current = number + 1
                lines[self._current] = _Line(entry.name, line.done.copy())
        elif isinstance(entry, Switch):
            self._current = entry.branch if entry.branch in lines else self._current
        elif isinstance(entry, Drop):
            if entry.branch in lines and len(lines) > 1:
                del lines[entry.branch]
                self._current = next(iter(lines)) if self._current == entry.branch else self._current
        elif isinstance(entry, ChooseWorld):
            self.world = entry
        else:
            line.done.append(number)
            line.undone.clear()
            line.position = None
            if line.sum is not None:
                self._apply(line.sum, number, entry)

    def standings(self) -> Standings:
        """Return all branches as they are now."""
        branches = {branch: self._position(line) for branch, line in self._lines.items()}
        names = {branch: line.name for branch, line in self._lines.items()}
        return Standings(branches, names, self._current, tuple(self._marks.values()))

    def decisions_with(self, action: Action) -> tuple[Decision, ...]:
        """Return what would be decided on the branch on the table after one more action."""
        line = self._lines[self._current]
        whole = self._sum_of(line)
        plan = {lever: dates.copy() for lever, dates in whole.plan.items()}
        trial = _Sum(plan, whole.items.copy())
        self._apply(trial, len(self.log), action)
        return in_order(trial.plan)

    def _position(self, line: _Line) -> Position:
        if line.position is None:
            found = self._sum_of(line)
            line.position = Position(
                in_order(found.plan),
                tuple(sorted(found.items.values(), key=lambda item: (item.action.year, item.number))),
                line.done[-1] if line.done else None,
                line.undone[-1] if line.undone else None,
            )
        return line.position

    def _sum_of(self, line: _Line) -> _Sum:
        if line.sum is None:
            line.sum = self._add_up(line.done)
        return line.sum

    def _add_up(self, done: Sequence[int]) -> _Sum:
        """Add up actions; a reset or a way back replaces all that was before, so only what follows is walked."""
        parts: list[Sequence[int]] = []
        left: Sequence[int] | None = done
        while left is not None:
            at, left_before = self._last_start(left)
            parts.append(left[at:])
            left = left_before
        total = _Sum()
        for part in reversed(parts):
            for number in part:
                self._apply(total, number, self.log[number])
        return total

    def _last_start(self, done: Sequence[int]) -> tuple[int, Sequence[int] | None]:
        """Return from which action on a list has to be walked, and the list to be walked before that."""
        for at in range(len(done) - 1, -1, -1):
            action = self.log[done[at]]
            if isinstance(action, Reset):
                return at + 1, None
            if isinstance(action, GoBack):
                mark = self._marks.get(action.bookmark)
                if mark is not None and mark.number < done[at]:
                    return at + 1, mark.done
        return 0, None

    def _apply(self, total: _Sum, number: int, action: Entry) -> None:
        if isinstance(action, Reset):
            total.plan, total.items = {}, {}
        elif isinstance(action, GoBack):
            mark = self._marks.get(action.bookmark)
            if mark is not None and mark.number < number:
                then = self._add_up(mark.done)
                total.plan, total.items = then.plan, then.items
        elif isinstance(action, SetLever):
            self._set(total, number, action)
        elif isinstance(action, ChoosePackage):
            total.plan = self._overlay(total.plan, self._content.packages[action.package], action.year)
            total.items = {key: item for key, item in total.items.items() if key[1] < action.year}
            if total.plan or total.items:
                total.items["", float(action.year)] = Item(number, action, 0.0)

    def _set(self, total: _Sum, number: int, action: SetLever) -> None:
        lever, date = self._content.levers[action.lever], float(action.year)
        own = total.plan.setdefault(action.lever, {})
        own.pop(date, None)
        before = value_at(lever, own, action.year)
        total.items.pop((action.lever, date), None)
        if abs(action.value - before) >= SAME_DATE:  # else it was moved back, and nothing is decided
            own[date] = action.value
            total.items[action.lever, date] = Item(number, action, before)
        if not own:
            del total.plan[action.lever]

    def _overlay(self, plan: Plan, package: Package, year: int) -> Plan:
        """Lay a package over a plan from a year on; settings dated earlier begin in that year."""
        laid: Plan = {}
        for name, dates in plan.items():
            kept = {date: value for date, value in dates.items() if date < year - SAME_DATE}
            if not kept:
                continue
            lever = self._content.levers[name]
            kept[float(year)] = lever.status_quo_at(year)
            kept.update((dated.from_, dated.value) for dated in lever.status_quo if dated.from_ > year)
            laid[name] = kept
        by_lever: dict[str, list[tuple[float, float]]] = {}
        for setting in sorted(package.set, key=lambda entry: entry.from_):
            by_lever.setdefault(setting.lever, []).append((max(float(year), setting.from_), setting.value))
        for name, settings in by_lever.items():
            first = settings[0][0]
            laid[name] = {date: value for date, value in laid.get(name, {}).items() if date < first} | dict(settings)
        return laid


def fold(content: Content, log: Iterable[Entry]) -> Position:
    """Add up the current branch of a log."""
    return standings(content, log).position


def standings(content: Content, log: Iterable[Entry]) -> Standings:
    """Add up all branches of a log."""
    return Tally(content, log).standings()


def in_order(plan: Plan) -> tuple[Decision, ...]:
    """Return a plan as decisions, by date and lever."""
    ordered = sorted((date, lever, value) for lever, dates in plan.items() for date, value in dates.items())
    return tuple(Decision(lever, value, date) for date, lever, value in ordered)


def plan_of(decisions: Iterable[Decision]) -> Plan:
    """Return decisions by lever and date."""
    plan: Plan = {}
    for decision in decisions:
        plan.setdefault(decision.lever, {})[float(decision.year)] = decision.value
    return plan


def value_at(lever: Lever, own: Mapping[float, float], year: float) -> float:
    """Return what is announced for a lever at a date: its last dated decision, else the status quo."""
    dates = [date for date in own if date <= year + SAME_DATE]
    return own[max(dates)] if dates else lever.status_quo_at(year)


def values_at(content: Content, decisions: Iterable[Decision], year: float) -> dict[str, float]:
    """Return what is announced for every lever at a date."""
    plan = plan_of(decisions)
    return {name: value_at(lever, plan.get(name, {}), year) for name, lever in content.levers.items()}
