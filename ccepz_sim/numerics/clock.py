"""Quarters since 2010 Q1 and the calendar years people read."""

from __future__ import annotations

FIRST_YEAR = 2010
BASE_YEAR = 2015
PLAY_YEAR = 2016
LAST_YEAR = 2060  # the model ends when it begins
QUARTERS = 4  # quarters a year
PLAY_QUARTER = (PLAY_YEAR - FIRST_YEAR) * QUARTERS


def year_of(quarter: int) -> float:
    """Turn a quarter index into a year with fraction: 0 -> 2010.0, 1 -> 2010.25."""
    return FIRST_YEAR + quarter / QUARTERS


def quarter_of(year: float) -> int:
    """Turn a year with fraction into the quarter index that contains it."""
    return round((year - FIRST_YEAR) * QUARTERS)


def in_base_year(quarter: int) -> bool:
    """Say whether caps, scores and limits that are relative to a year take their level from this quarter."""
    return quarter // QUARTERS == BASE_YEAR - FIRST_YEAR


def is_last_of_year(quarter: int) -> bool:
    """Say whether budget, evaluation, audits and awards fall into this quarter."""
    return quarter % QUARTERS == QUARTERS - 1
