"""Dated decisions become announced values, quarter by quarter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.content.reading.fields import finite, shown
from ccepz_sim.content.schema.lever import Package
from ccepz_sim.content.values import out_of_bounds
from ccepz_sim.numerics.clock import FIRST_YEAR, LAST_YEAR, QUARTERS, quarter_of, year_of
from ccepz_sim.text.errors import ContentError

DATES = (float(FIRST_YEAR), LAST_YEAR - 1 / QUARTERS)


@dataclass(frozen=True, slots=True)
class Decision:
    """One dated choice: from `year` on, `lever` stands at `value`."""

    lever: str
    value: float
    year: float


def decisions_of(packages: Iterable[Package]) -> tuple[Decision, ...]:
    """Stack packages into decisions; of two that set a lever for one date, the later package wins."""
    return tuple(Decision(entry.lever, entry.value, entry.from_) for package in packages for entry in package.set)


def status_quo_path(content: Content, quarters: int) -> np.ndarray:
    """Tabulate the dated status quo, shape (quarters, levers)."""
    years = [year_of(quarter) for quarter in range(quarters)]
    return np.array([[lever.status_quo_at(year) for lever in content.levers.values()] for year in years])


def announced_path(content: Content, decisions: Sequence[Decision], status_quo: np.ndarray) -> np.ndarray:
    """Overlay the status quo with decisions: what is announced, shape (quarters, levers).

    Decisions hold from their quarter on; with equal dates the later in the sequence wins.
    """
    path = status_quo.copy()
    column = {name: number for number, name in enumerate(content.levers)}
    for decision in sorted(decisions, key=lambda item: item.year):
        first = max(0, quarter_of(decision.year))
        path[first:, column[decision.lever]] = decision.value
    return path


def check_decisions(content: Content, decisions: Sequence[Decision]) -> None:
    """Refuse decisions on unknown levers, beyond a lever's bounds, or of a date at which no quarter begins.

    Raises:
        ContentError: naming the lever, its bounds and unit, or the nearest lever there is.
    """
    for decision in decisions:
        if not isinstance(decision, Decision):
            raise ContentError("not_a_decision", value=shown(decision))
        lever = content.lever(decision.lever)
        if not finite(decision.value):
            raise ContentError("value_not_number", name=decision.lever, value=shown(decision.value))
        if not finite(decision.year) or not DATES[0] <= decision.year <= DATES[1]:
            low, high = (f"{date:g}" for date in DATES)
            when = f"{decision.year:.10g}" if finite(decision.year) else shown(decision.year)
            raise ContentError("date_out_of_range", name=decision.lever, value=when, low=low, high=high)
        if not float(decision.year * QUARTERS).is_integer():
            raise ContentError("date_no_quarter", name=decision.lever, value=f"{decision.year:.10g}")
        if not lever.bounds[0] <= decision.value <= lever.bounds[1]:
            raise out_of_bounds(decision.lever, decision.value, lever.bounds, lever.unit)
