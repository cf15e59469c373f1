"""From the values of runs over time to outcomes: last, at a date, mean, sum, discounted, peak, first beyond a value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ccepz_sim.content.schema.study import Measure, Outcome, Relations
from ccepz_sim.measures.indicators import Indicator
from ccepz_sim.numerics.clock import QUARTERS as QUARTERS_A_YEAR

A_YEAR, YEARS, DATE = "/year", "·year", "year"


def measured(measure: Measure, relations: Relations, values: np.ndarray) -> np.ndarray:
    """Return one number for each run, shape (runs,).

    Flows are recorded as rates a year: a sum is an amount. Discounting takes each period at its middle, to the start of
    the first year that counts. A run that never gets beyond a value has the end of the years as its date, so that means
    are those of the time restricted to these years.

    A run that stopped early is measured over the years that it lived: its last year is the last one it had, a sum goes
    up to its end. Of a date or of years that it did not see there is no number.

    Args:
        measure: what is asked.
        relations: first year, and how often values were kept.
        values: shape (runs, periods); no numbers after the end of a run.
    """
    lived = lived_of(values)
    found = np.full(len(values), np.nan)
    for count in np.unique(lived):  # one, where no run stopped early
        rows = lived == count
        found[rows] = _measured(measure, relations, values[rows, :count])
    return found


def lived_of(values: np.ndarray) -> np.ndarray:
    """Return how many periods each run lived through, shape (runs,).

    Args:
        values: shape (runs, periods); no numbers after the end of a run.
    """
    counted: np.ndarray = (~np.isnan(values)).sum(axis=1)
    return counted


def _measured(measure: Measure, relations: Relations, values: np.ndarray) -> np.ndarray | float:
    """Measure runs that lived equally long, values of shape (runs, periods lived)."""
    each = QUARTERS_A_YEAR if relations.every == "quarter" else 1
    first, last = span_of(measure, relations)
    begin = (first - relations.from_) * each
    seen = values[:, begin : (last + 1 - relations.from_) * each]
    if measure.kind == "last":
        return values[:, -each:].mean(axis=1)
    if measure.kind == "at":
        if measure.quarter:
            return seen[:, measure.quarter - 1] if seen.shape[1] >= measure.quarter else np.nan
        return seen.mean(axis=1) if seen.shape[1] == each else np.nan
    if not seen.shape[1]:
        return last + 1.0 if measure.kind == "first" else np.nan
    if measure.kind == "mean":
        return seen.mean(axis=1)
    if measure.kind == "peak":
        return seen.min(axis=1) if measure.side == "lowest" else seen.max(axis=1)
    periods = np.arange(seen.shape[1])
    if measure.kind == "first":
        beyond = seen > measure.value if measure.side == "above" else seen < measure.value
        return np.where(beyond.any(axis=1), first + beyond.argmax(axis=1) / each, last + 1.0)
    # A sum is discounted at nothing.
    weights = (1.0 + measure.rate) ** (-(periods + 0.5) / each) / each
    return (seen * weights).sum(axis=1)


def span_of(measure: Measure, relations: Relations) -> tuple[int, int]:
    """Return the first and the last year that count."""
    first, last = relations.from_, relations.from_ + relations.years - 1
    if measure.kind == "last":
        return last, last
    if measure.kind == "at":
        return measure.from_, measure.from_
    return measure.from_ or first, measure.until or last


def is_one_year(measure: Measure) -> bool:
    """Whether a measure looks at a single year alone."""
    return measure.kind in ("last", "at")


def unit_of(outcome: Outcome, known: Mapping[str, Indicator]) -> str:
    """Return the unit of an outcome: a sum of a flow is an amount, a sum of anything else counts years of it.

    Args:
        outcome: what is asked.
        known: what is said of each indicator.
    """
    unit = known[outcome.indicator].unit
    if outcome.measure.kind == "first":
        return DATE
    if outcome.measure.kind not in ("sum", "discounted"):
        return unit
    return unit.removesuffix(A_YEAR) if unit.endswith(A_YEAR) else unit + YEARS
