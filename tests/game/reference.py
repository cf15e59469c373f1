"""What a log adds up to, said as plainly as possible: everything is added up anew for every question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ccepz_sim.content.loading import Content
from ccepz_sim.game.log import (
    Bookmark,
    Branch,
    ChoosePackage,
    Drop,
    Entry,
    GoBack,
    Redo,
    Reset,
    SetLever,
    Switch,
    Undo,
)

Plan = dict[tuple[str, float], float]
MOST_BRANCHES = 4


@dataclass
class Branches:
    """Actions that count and that may be redone, by branch; and what counted at each bookmark."""

    done: dict[int, list[int]] = field(default_factory=lambda: {0: []})
    undone: dict[int, list[int]] = field(default_factory=lambda: {0: []})
    marks: dict[int, list[int]] = field(default_factory=dict)
    current: int = 0


def walk(log: Sequence[Entry]) -> Branches:
    """Follow a log."""
    now = Branches()
    for number, entry in enumerate(log):
        done, undone = now.done[now.current], now.undone[now.current]
        match entry:
            case Undo(target) if target in done:
                done.remove(target)
                undone.append(target)
            case Redo(target) if target in undone:
                undone.remove(target)
                done.append(target)
                done.sort()
            case Bookmark():
                now.marks[number] = list(done)
            case Branch() if len(now.done) < MOST_BRANCHES:
                now.current = number + 1
                now.done[now.current], now.undone[now.current] = list(done), []
            case Switch(branch) if branch in now.done:
                now.current = branch
            case Drop(branch) if branch in now.done and len(now.done) > 1:
                del now.done[branch], now.undone[branch]
                now.current = next(iter(now.done)) if now.current == branch else now.current
            case SetLever() | ChoosePackage() | Reset() | GoBack():
                done.append(number)
                undone.clear()
    return now


def plan_of(content: Content, log: Sequence[Entry], done: Sequence[int], marks: dict[int, list[int]]) -> Plan:
    """Add up actions."""
    plan: Plan = {}
    for number in done:
        match log[number]:
            case Reset():
                plan = {}
            case GoBack(bookmark) if bookmark in marks and bookmark < number:
                plan = plan_of(content, log, marks[bookmark], marks)
            case SetLever(lever, value, year):
                plan.pop((lever, float(year)), None)
                if abs(value - announced(content, plan, lever, year)) >= 1e-9:
                    plan[lever, float(year)] = value
            case ChoosePackage(package, year):
                plan = laid_over(content, plan, package, year)
    return plan


def announced(content: Content, plan: Plan, lever: str, year: float) -> float:
    """What a lever stands at."""
    dates = [date for name, date in plan if name == lever and date <= year]
    return plan[lever, max(dates)] if dates else content.levers[lever].status_quo_at(year)


def laid_over(content: Content, plan: Plan, package: str, year: int) -> Plan:
    """What was decided before a year goes back to the status quo in it, unless the package says otherwise."""
    laid = {key: value for key, value in plan.items() if key[1] < year}
    for name in {lever for lever, _ in laid}:
        lever = content.levers[name]
        laid[name, float(year)] = lever.status_quo_at(year)
        laid.update({(name, dated.from_): dated.value for dated in lever.status_quo if dated.from_ > year})
    settings = sorted(content.packages[package].set, key=lambda entry: entry.from_)
    for name in {setting.lever for setting in settings}:
        own = [(max(float(year), setting.from_), setting.value) for setting in settings if setting.lever == name]
        laid = {key: value for key, value in laid.items() if key[0] != name or key[1] < own[0][0]}
        laid.update({(name, date): value for date, value in own})
    return laid
