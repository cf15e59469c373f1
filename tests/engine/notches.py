"""The choice under the two notches for several emissions at once."""

from __future__ import annotations

import numpy as np

from ccepz_sim.rules.abatement import cheapest_share

Curve = tuple[np.ndarray, np.ndarray]
Pair = tuple[float, float]


def shares_under_notches(
    rate: np.ndarray,
    price: np.ndarray,
    curve: Curve,
    reached: np.ndarray,
    least: np.ndarray,
    limits: Pair,
    factors: Pair,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share abated, share of the tax due and cost, each of shape (2, n): without and with `least`."""
    found = [
        [
            cheapest_share(rate[one], price[one], (curve[0][one], curve[1][one]), reached[one], asked, limits, factors)
            for one, asked in enumerate(floor)
        ]
        for floor in (np.zeros_like(least), least)
    ]
    share, factor, cost = np.moveaxis(np.array(found), 2, 0)
    return share, factor, cost
