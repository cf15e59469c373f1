"""Environment: emissions and leaks become pollution that fades; nature recovers slowly and can be helped.

Source: exponential decay of a pollution stock, benchmark B27; docs/model.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import Value, compiled

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
def expose(zone: Zone) -> None:
    """Add what was emitted and leaked, let part of it fade, and turn the stock into harm people feel.

    Reads: environment.*; policy restoration; infrastructure_money.
    """
    firms, towns, weights, p = zone.firms, zone.towns, zone.fixed.harm_weights, zone.p.environment
    built = zone.public.infrastructure_money / QUARTERS / max(1.0, float(towns.has_park.sum()))
    restored = p.restoration_effect * np.log1p(zone.policy.now.restoration / p.restoration_scale)
    burden = np.zeros(towns.rows)
    for firm in range(firms.rows):
        for pollutant in range(weights.size):
            burden[firms.place[firm]] += firms.emission[firm, pollutant] * weights[pollutant]
    for town in range(towns.rows):
        if zone.world.in_zone[town]:
            homes = 0.0
            for pollutant in range(weights.size):
                homes += towns.household_rate[town, pollutant] * weights[pollutant]
            homes *= zone.population.persons[town]
            inflow = burden[town] + p.household_share * homes + p.leak_harm * towns.unsafe_release[town]
            inflow /= towns.dilution[town]
            towns.pollution[town] = pollution_stock(towns.pollution[town], inflow, p.pollution_decay)
        towns.harm[town] = 1.0 - np.exp(-towns.pollution[town] / p.harm_scale)
        if zone.world.in_zone[town]:
            danger = 0.0
            for kind in range(zone.materials.kinds):
                danger += zone.materials.unsafe[town, kind] * zone.world.material.hazard[kind]
            wound = p.ecology_harm * towns.harm[town] + p.ecology_unsafe * (1.0 - np.exp(-danger / p.unsafe_scale))
            drift = p.ecology_recovery * (1.0 - towns.ecology[town]) + restored - wound * towns.ecology[town]
            towns.ecology[town] = min(max(towns.ecology[town] + drift, 0.0), 1.0)
        worn = towns.infrastructure[town] * (1.0 - p.infrastructure_wear)
        kept_up = worn + p.infrastructure_gain * built / p.infrastructure_scale
        towns.infrastructure[town] = kept_up if towns.has_park[town] else 1.0
