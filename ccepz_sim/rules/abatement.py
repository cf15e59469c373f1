"""Abatement: marginal cost equals the tax, or what the standard asks, whichever is more.

Emissions are counted in pollution equivalents of two groups, air and water; the curve starts at the abatement
that was usual in 2010.
"""

from __future__ import annotations

import numpy as np

from ccepz_sim.compiled import compiled
from ccepz_sim.numeric import clip


@compiled
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


def share_for_standard(concentration: np.ndarray, limit: float | np.ndarray, most: float) -> np.ndarray:
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
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose the cheapest share abated when the tax falls at two notches of concentration. Benchmark B28.

    In each band of the tax marginal cost equals the tax of the band, or the share just reaches the band: cost is convex
    there. So firms near a notch bunch at it.

    Args:
        rate: full tax, yuan/equivalent, shape (n,); price: what an equivalent costs besides the tax, same shape.
        curve: start and slope of marginal cost, yuan/equivalent.
        reached: concentration before abatement as a multiple of the standard, above 0.
        least: share that must be abated where the standard is kept, 0-1.
        limits, factors: the two notches as in `tax_factor`.

    Returns:
        Share abated, share of the tax that is due, and cost of abatement in yuan/equivalent; shape (2, n): without and
        with `least`.

    Source: Environmental Protection Tax Law of 2016, article 13.
    """
    bands = np.array([1.0, *factors])
    taxed = bands[:, None] * rate + price
    edges = 1.0 - np.array([np.inf, *limits])[:, None] / reached
    tried = np.empty((2, *taxed.shape))
    np.maximum(abatement_at(taxed, *curve), edges, out=tried[0])
    np.maximum(tried[0], least, out=tried[1])
    spent = abatement_cost(tried, *curve)
    total = spent + taxed * (1.0 - tried)
    share, factor, cost, best = tried[:, 0], np.ones_like(tried[:, 0]), spent[:, 0], total[:, 0]
    for band in (1, 2):
        cheaper = total[:, band] < best
        share = np.where(cheaper, tried[:, band], share)
        factor = np.where(cheaper, bands[band], factor)
        cost = np.where(cheaper, spent[:, band], cost)
        best = np.minimum(best, total[:, band])
    return share, factor, cost
