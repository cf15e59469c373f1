"""Tradable permits for SO2 and dust: the price at which abatement brings emissions under the cap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.rules.abatement import abatement_at

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

HALVINGS = 28


def clearing_price(
    emission: np.ndarray, tax: np.ndarray, start: np.ndarray, slope: np.ndarray, cap: float, most: float
) -> float:
    """Find the lowest price at which emissions after abatement fit the cap; `most` where none does.

    Args:
        emission: before abatement, equivalents by firm; tax, start, slope, most: yuan/equivalent; cap: equivalents.

    Source: Montgomery 1972; benchmark B05.
    """

    def demand(price: float) -> float:
        return float((emission * (1.0 - abatement_at(tax + price, start, slope))).sum())

    if demand(0.0) <= cap:
        return 0.0
    low, high = 0.0, most
    if demand(high) > cap:
        return most
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        if demand(middle) > cap:
            low = middle
        else:
            high = middle
    return high


def permit_price(zone: PilotZone, emission: np.ndarray, tax: np.ndarray, start: np.ndarray, slope: np.ndarray) -> float:
    """Clear the permit market of this quarter; permits exist once a cap is announced below the status quo.

    Reads: abatement.permit_price_most, policy permit_cap, the air emissions of 2015.
    """
    now = zone.policy.now
    if zone.air_2015 <= 0.0 or now.permit_cap >= zone.policy.status_quo[zone.quarter][zone.lever["permit-cap"]]:
        return 0.0
    cap = now.permit_cap * zone.air_2015 / QUARTERS
    return clearing_price(emission, tax, start, slope, cap, zone.p.abatement.permit_price_most)
