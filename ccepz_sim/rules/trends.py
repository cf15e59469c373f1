"""Trends: jobs of services and building follow their sales, productivity grows, officials boast of growth.

Source: docs/model.md (b), (j).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS, in_base_year
from ccepz_sim.numerics.compiled import compiled

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

FIRST_YEAR = QUARTERS  # quarters, whose sales are those of 2010


def follow_trends(zone: Zone) -> None:
    """Turn money of services and construction into job indices; trends of productivity; the permit base of 2015.

    Reads: sectors.*, officials.boast, audit_deters, firms.labour_productivity; policy evaluation_green.
    """
    _follow(zone, in_base_year(zone.quarter))


@compiled
def _follow(zone: Zone, base_year: bool) -> None:
    towns, governance, p = zone.towns, zone.governance, zone.p.officials
    tilt = 1.0 - zone.policy.now.evaluation_green
    brag = p.boast * tilt * (1.0 - min(1.0, p.audit_deters * governance.audit_found))
    governance.growth_boast = 1.0 + brag * governance.brand_view_share
    _follow_sales(zone, towns.services_index, towns.services_sales, towns.services_base)
    _follow_sales(zone, towns.construction_index, towns.construction_sales, towns.construction_base)
    farms = zone.p.sectors
    early = zone.quarter < farms.agriculture_boom_quarters
    farming = farms.agriculture_growth if early else farms.agriculture_growth_late
    for place in range(towns.rows):
        towns.agriculture_sales[place] *= 1.0 + farming / QUARTERS
    zone.labour_saving *= 1.0 - zone.p.firms.labour_productivity / QUARTERS
    if base_year:
        for firm in range(zone.firms.rows):
            zone.firms.air_2015[firm] += zone.plan.equivalents[firm, 0]  # in equivalents/year: of four quarters
        zone.permits.air_2015 += zone.plan.equivalents[:, 0].sum()  # in equivalents/year: of four quarters


@compiled
def _follow_sales(zone: Zone, index: np.ndarray, sales: np.ndarray, base: np.ndarray) -> None:
    """Move the jobs of a sector, relative to 2010, toward what its sales at the prices of 2010 need.

    Args:
        index: of jobs; sales: yuan; base: yuan, sales of 2010, taken in the first year; shape (places,).
    """
    p, general = zone.p.sectors, zone.prices.general
    for place in range(index.size):
        if zone.quarter < FIRST_YEAR:
            base[place] += max(sales[place] / general, 1.0) / QUARTERS  # in yuan: mean of four quarters
        else:
            productivity = (1.0 + p.services_productivity) ** ((zone.quarter - FIRST_YEAR) / QUARTERS)
            level = sales[place] / general / max(base[place], 1.0) / productivity
            index[place] += p.index_speed * (min(max(level, 0.0), p.index_most) - index[place])
