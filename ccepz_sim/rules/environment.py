"""Environment: emissions and leaks harm through air, water and ground; nature recovers slowly and can be helped.

Source: exponential decay of a stock, benchmark B27; weights of what people bear, Landrigan et al. 2018; docs/model.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import Value, compiled
from ccepz_sim.state.world import MEDIA, MEDIUM

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def pollution_stock(stock: Value, inflow: Value, decay: float) -> Value:
    """Advance a stock one step: what is left after decay, plus the inflow.

    Args:
        stock, inflow: one unit and shape; decay: share lost a step, 0-1.
    """
    return stock * (1.0 - decay) + inflow


@compiled
def stock_after(inflow: Value, decay: float, steps: float) -> Value:
    """Give the stock that an even inflow has built up from nothing.

    Args:
        inflow: each step, any shape; decay: share lost a step, above 0; steps: how many.
    """
    return inflow * (1.0 - (1.0 - decay) ** steps) / decay


@compiled
def expose(zone: Zone) -> None:
    """Add what was emitted and leaked to the harms of each place, let part fade, and turn them into what people feel.

    Reads: environment.*; policy restoration; infrastructure_money.
    """
    towns, p = zone.towns, zone.p.environment
    add_harms(zone)
    built = zone.public.infrastructure_money / QUARTERS / max(1.0, float(towns.has_park.sum()))
    restored = p.restoration_effect * np.log1p(zone.policy.now.restoration / p.restoration_scale)
    for town in range(towns.rows):
        towns.harm[town] = 1.0 - np.exp(-towns.pollution[town] / p.harm_scale)
        if zone.world.in_zone[town]:
            danger = 0.0
            for kind in range(zone.materials.kinds):
                danger += zone.materials.unsafe[town, kind] * zone.world.material.hazard[kind]
            borne = p.nature_air * towns.air[town] + p.nature_water * towns.water[town]
            borne += p.nature_ground * towns.ground[town]
            wound = p.ecology_harm * (1.0 - np.exp(-borne / p.harm_scale))
            wound += p.ecology_unsafe * (1.0 - np.exp(-danger / p.unsafe_scale))
            drift = p.ecology_recovery * (1.0 - towns.ecology[town]) + restored - wound * towns.ecology[town]
            towns.ecology[town] = min(max(towns.ecology[town] + drift, 0.0), 1.0)
        worn = towns.infrastructure[town] * (1.0 - p.infrastructure_wear)
        kept_up = worn + p.infrastructure_gain * built / p.infrastructure_scale
        towns.infrastructure[town] = kept_up if towns.has_park[town] else 1.0


@compiled
def add_harms(zone: Zone) -> None:
    """Move the harms of each town of the zone: air is gone with the quarter, water and ground keep what reached them.

    In the first quarter loads are taken to have lasted for some years.

    Reads: environment.*_load, *_decay, lived_*, household_share, years_before.
    """
    firms, towns, weights, p = zone.firms, zone.towns, zone.fixed.harm_weights, zone.p.environment
    load = np.zeros((MEDIA, towns.rows))
    for firm in range(firms.rows):
        for pollutant in range(weights.size):
            load[MEDIUM[pollutant], firms.place[firm]] += firms.emission[firm, pollutant] * weights[pollutant]
    for town in range(towns.rows):
        if zone.world.in_zone[town]:
            homes = p.household_share * zone.population.persons[town]
            for pollutant in range(weights.size):
                load[MEDIUM[pollutant], town] += towns.household_rate[town, pollutant] * weights[pollutant] * homes
            towns.air[town] = _moved(zone, towns.air[town], load[0, town] / p.air_load, p.air_decay)
            towns.water[town] = _moved(zone, towns.water[town], load[1, town] / p.water_load, p.water_decay)
            leaked = towns.unsafe_release[town] / p.ground_load
            towns.ground[town] = _moved(zone, towns.ground[town], leaked, p.ground_decay)
            lived = p.lived_air * towns.air[town] + p.lived_water * towns.water[town]
            towns.pollution[town] = lived + p.lived_ground * towns.ground[town]


@compiled
def _moved(zone: Zone, stock: float, inflow: float, decay: float) -> float:
    if zone.quarter == 0:
        return stock_after(inflow, decay, zone.p.environment.years_before * QUARTERS)
    return pollution_stock(stock, inflow, decay)
