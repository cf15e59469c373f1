"""What a player governs with: standing that moves spend, and money that programmes need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ccepz_sim.content.loading import Content
from ccepz_sim.game.position import plan_of, value_at
from ccepz_sim.game.records import Future
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.state.decisions import Decision

WHOLE_YEAR = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Means:
    """Of one year: standing at its beginning and what the year's moves spend of it; yuan a year and share paid.

    `standing` and `paid` are None where no run has reached the year yet.
    """

    standing: float | None
    spent: float
    money: float
    paid: float | None

    @property
    def left(self) -> float | None:
        """Standing that is left for further moves in the year."""
        return None if self.standing is None else self.standing - self.spent


def means(content: Content, decisions: Iterable[Decision], year: int, own: Future | None) -> Means:
    """Return what a branch governs with in a year.

    Args:
        content: levers with their costs.
        decisions: of the branch, in the order of their dates.
        year: the year on the table.
        own: the branch's latest future; it counts if it agrees with all decisions before the year.
    """
    decided = tuple(decisions)
    agrees = own is not None and past(own.decisions, year) == past(decided, year)
    standing = standing_at(content, own, year) if agrees else None
    paid = own.resources[year - PLAY_YEAR].released if own is not None and own.decisions == decided else None
    return Means(standing, spent_in(content, decided, year), money_in(content, decided, year), paid)


def past(decisions: Iterable[Decision], year: int) -> tuple[Decision, ...]:
    """Return the decisions dated before a year."""
    return tuple(decision for decision in decisions if decision.year < year)


def standing_at(content: Content, own: Future | None, year: int) -> float:
    """Return the standing with which a year begins, points."""
    if year <= PLAY_YEAR or own is None:
        return float(content.value("officials.standing_start"))
    return own.resources[year - 1 - PLAY_YEAR].standing


def spent_in(content: Content, decisions: Iterable[Decision], year: int) -> float:
    """Return the standing that the moves of one year spend: each in proportion to its part of the range."""
    total = 0.0
    for name, dates in plan_of(decisions).items():
        for date, value in dates.items():
            if year <= date < year + WHOLE_YEAR:
                lever = content.levers[name]
                earlier = {key: before for key, before in dates.items() if key < date}
                moved = abs(value - value_at(lever, earlier, date))
                total += lever.cost.standing * moved / (lever.bounds[1] - lever.bounds[0])
    return total


def money_in(content: Content, decisions: Iterable[Decision], year: int) -> float:
    """Return what the decisions need in a year above the status quo, yuan, when all of it works."""
    total = 0.0
    for name, dates in plan_of(decisions).items():
        lever = content.levers[name]
        value, quo = value_at(lever, dates, year), lever.status_quo_at(year)
        if lever.cost.kind == "programme":
            total += max(0.0, value - quo) * lever.cost.money
        elif lever.cost.kind == "value":
            total += value - quo
    return total
