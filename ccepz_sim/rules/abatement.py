"""Abatement: marginal cost equals the tax, or what the standard asks, whichever is more.

Emissions are counted in pollution equivalents of two groups, air and water; the curve starts at the abatement
that was usual in 2010.
"""

from __future__ import annotations

import numpy as np

from ccepz_sim.numerics.compiled import Value, compiled


@compiled
def abatement_at(tax: Value, start: Value, slope: Value) -> Value:
    """Choose the share abated at which marginal cost equals the tax.

    Marginal cost of share a is start + slope x a / (1 - a), so a = x / (1 + x) with x = (tax - start) / slope.

    Args:
        tax: yuan per equivalent, any shape.
        start, slope: yuan per equivalent, same shape.

    Returns:
        Share abated, 0 <= a < 1.
    """
    excess = np.maximum(0.0, (tax - start) / slope)
    return excess / (1.0 + excess)


@compiled
def abatement_cost(share: Value, start: Value, slope: Value) -> Value:
    """Integrate marginal cost from 0 to the share: yuan per equivalent of uncontrolled emission.

    Args:
        share: abated, 0 <= share < 1; start, slope: of marginal cost, yuan/equivalent, same shape.
    """
    return start * share + slope * (-np.log1p(-share) - share)


@compiled
def share_for_standard(concentration: Value, limit: Value, most: float) -> Value:
    """Give the share that must be abated so that the concentration meets the limit, at most `most`.

    Args:
        concentration: before abatement, as a multiple of the limit of 2015, any shape.
        limit: the discharge standard, as a multiple of that limit; most: 0-1.
    """
    share: Value = np.minimum(np.maximum(1.0 - limit / np.maximum(concentration, 1e-12), 0.0), most)
    return share


def tax_factor(concentration: np.ndarray, limits: tuple[float, float], factors: tuple[float, float]) -> np.ndarray:
    """Reduce the tax of firms well below the standard (law of 2018, article 13: the two notches).

    Args:
        concentration: after abatement, relative to the limit, any shape.
        limits, factors: the two notches, the nearer first: share of the limit, and share of the tax paid.
    """
    return np.where(concentration <= limits[1], factors[1], np.where(concentration <= limits[0], factors[0], 1.0))


@compiled
def cheapest_share(
    rate: float,
    price: float,
    curve: tuple[float, float],
    reached: float,
    least: float,
    limits: tuple[float, float],
    factors: tuple[float, float],
) -> tuple[float, float, float]:
    """Choose the cheapest share abated of one emission when the tax falls at two notches. Benchmark B28.

    In each band of the tax marginal cost equals the tax of the band, or the share just reaches the band: cost is convex
    there. So firms near a notch bunch at it.

    Args:
        rate: full tax, yuan/equivalent; price: what an equivalent costs besides the tax.
        curve: start and slope of marginal cost, yuan/equivalent.
        reached: concentration before abatement as a multiple of the standard, above 0.
        least: share that must be abated, 0-1; 0 where the standard is ignored.
        limits, factors: the two notches as in `tax_factor`; the factors fall.

    Returns:
        Share abated, at least `least`; share of the tax that is due; cost of abatement in yuan/equivalent.

    Source: Environmental Protection Tax Law of 2016, article 13.
    """
    start, slope = curve
    chosen, due, cost, best = 0.0, 1.0, 0.0, np.inf
    for band in range(3):
        factor = 1.0 if band == 0 else factors[band - 1]
        edge = 0.0 if band == 0 else 1.0 - limits[band - 1] / reached
        taxed = factor * rate + price
        share: float = max(abatement_at(taxed, start, slope), edge, least)
        if band < 2 and share >= 1.0 - limits[band] / reached:
            continue  # it reaches the next band, where it costs no more
        # the logarithm only adds to this: most bands are dearer without it
        if start * share + slope * share**2 / 2.0 + taxed * (1.0 - share) >= best:
            continue
        spent = abatement_cost(share, start, slope)
        total = spent + taxed * (1.0 - share)
        if total < best:
            chosen, due, cost, best = share, factor, spent, total
    return chosen, due, cost
