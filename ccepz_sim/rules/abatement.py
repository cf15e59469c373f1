"""Abatement: marginal cost equals the tax, or what the standard asks, whichever is more.

Emissions are counted in pollution equivalents of two groups, air and water; the curve starts at the abatement
that was usual in 2010.
"""

from __future__ import annotations

import numpy as np

from ccepz_sim.numeric import clip


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
