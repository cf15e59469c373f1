"""Abatement: marginal cost equals the tax, or what the standard asks, whichever is more.

Emissions are counted in pollution equivalents of two groups, air and water; the curve starts at the abatement
that was usual in 2010.
"""

from __future__ import annotations

import numpy as np

from ccepz_sim.numeric import clip

MOST_TRIED = 0.999  # no plant removes the last thousandth
ROUNDING = 1e-12


def abatement_at(tax: np.ndarray, start: np.ndarray, slope: np.ndarray) -> np.ndarray:
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


def abatement_cost(share: np.ndarray, start: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Integrate marginal cost from 0 to the share: yuan per equivalent of uncontrolled emission.

    Args:
        share: abated, 0 <= share < 1; start, slope: of marginal cost, yuan/equivalent, same shape.
    """
    return start * share + slope * (-np.log1p(-share) - share)


def share_for_standard(concentration: np.ndarray, limit: float, most: float) -> np.ndarray:
    """Give the share that must be abated so that the concentration meets the limit, at most `most`.

    Args:
        concentration: before abatement, as a multiple of the limit of 2015, any shape.
        limit: the discharge standard, as a multiple of that limit; most: 0-1.
    """
    return clip(1.0 - limit / np.maximum(concentration, 1e-12), 0.0, most)


def tax_factor(concentration: np.ndarray, limits: tuple[float, float], factors: tuple[float, float]) -> np.ndarray:
    """Reduce the tax of firms well below the standard (law of 2018, article 13: the two notches).

    Args:
        concentration: after abatement, relative to the limit, any shape.
        limits, factors: the two notches, the nearer first: share of the limit, and share of the tax paid.
    """
    return np.where(concentration <= limits[1], factors[1], np.where(concentration <= limits[0], factors[0], 1.0))


def abate_under_notches(
    rate: np.ndarray,
    price: np.ndarray,
    curve: tuple[np.ndarray, np.ndarray],
    reached: np.ndarray,
    least: np.ndarray,
    limits: tuple[float, float],
    factors: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Choose the cheapest share abated when the tax falls at two notches of concentration. Benchmark B28.

    Between the notches marginal cost equals the tax of the band; firms near a notch abate just enough to reach it, so
    that they bunch there.

    Args:
        rate: full tax, yuan/equivalent; price: what an equivalent costs besides the tax; shapes may be broadcast.
        curve: start and slope of marginal cost, yuan/equivalent.
        reached: concentration before abatement as a multiple of the standard.
        least: share that must be abated where the standard is kept, 0-1.
        limits, factors: the two notches as in `tax_factor`.

    Returns:
        Share abated and share of the tax that is due; shape (2, ...): without and with `least`.

    Source: Environmental Protection Tax Law of 2016, article 13.
    """
    held = np.maximum(reached, 1e-12)
    inside = [abatement_at(rate * factor + price, *curve) for factor in (1.0, *factors)]
    shares = np.broadcast_arrays(*inside, *(1.0 - limit / held for limit in limits), least)
    tried = clip(np.array(shares), 0.0, MOST_TRIED)
    # what rounding leaves above a notch counts as at it
    factor = tax_factor(reached * (1.0 - tried) - ROUNDING, limits, factors)
    cost = abatement_cost(tried, *curve) + (rate * factor + price) * (1.0 - tried)
    best = np.array([cost.argmin(axis=0), np.where(tried < least, np.inf, cost).argmin(axis=0)])
    return np.take_along_axis(tried, best, axis=0), np.take_along_axis(factor, best, axis=0)
