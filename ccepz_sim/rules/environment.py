"""Environment: emissions and leaks become pollution that fades; nature recovers slowly and can be helped.

Source: exponential decay of a pollution stock, benchmark B27; docs/model.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import Value, compiled

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def pollution_stock(stock: Value, inflow: Value, decay: float) -> Value:
    """Advance a stock one step: what is left after decay, plus the inflow.

    Args:
        stock, inflow: one unit and shape; decay: share lost a step, 0-1.
    """
    return stock * (1.0 - decay) + inflow


def expose(zone: Zone) -> None:
    """Add what was emitted and leaked, let part of it fade, and turn the stock into harm people feel.

    Reads: environment.*; policy restoration; infrastructure_money.
    """
    firms, towns, world, p = zone.firms, zone.towns, zone.world, zone.p.environment
    per_park = zone.public.infrastructure_money / QUARTERS / max(1, int(zone.towns.has_park.sum()))
    _fade_and_heal(
        firms.place, firms.emission, zone.fixed.harm_weights, zone.towns.household_rate, zone.population.persons,
        towns.unsafe_release, zone.towns.dilution, world.in_zone, zone.towns.has_park, zone.materials.unsafe,
        world.material.hazard,
        p.household_share, p.leak_harm, p.pollution_decay, p.harm_scale, p.unsafe_scale, p.ecology_harm,
        p.ecology_unsafe, p.ecology_recovery,
        p.restoration_effect * np.log1p(zone.policy.now.restoration / p.restoration_scale),
        p.infrastructure_wear, p.infrastructure_gain * per_park / p.infrastructure_scale,
        towns.pollution, towns.harm, towns.ecology, towns.infrastructure,
    )  # fmt: skip


@compiled
def _fade_and_heal(
    place: np.ndarray, emission: np.ndarray, harm_weights: np.ndarray, household_rate: np.ndarray,
    persons: np.ndarray,
    unsafe_release: np.ndarray, dilution: np.ndarray, in_zone: np.ndarray, has_park: np.ndarray, unsafe: np.ndarray,
    hazard: np.ndarray,
    household_share: float, leak_harm: float, decay: float, harm_scale: float, unsafe_scale: float,
    ecology_harm: float, ecology_unsafe: float, recovery: float,
    restored: float, wear: float, built: float,
    pollution: np.ndarray, harm: np.ndarray, ecology: np.ndarray, infrastructure: np.ndarray,
) -> None:  # fmt: skip
    """Move pollution, harm, ecology and infrastructure of each place."""
    burden = np.zeros(pollution.size)
    for firm in range(place.size):
        for pollutant in range(harm_weights.size):
            burden[place[firm]] += emission[firm, pollutant] * harm_weights[pollutant]
    for town in range(pollution.size):
        if in_zone[town]:
            households = 0.0
            for pollutant in range(harm_weights.size):
                households += household_rate[town, pollutant] * harm_weights[pollutant]
            households *= persons[town]
            inflow = burden[town] + household_share * households + leak_harm * unsafe_release[town]
            pollution[town] = pollution_stock(pollution[town], inflow / dilution[town], decay)
        harm[town] = 1.0 - np.exp(-pollution[town] / harm_scale)
        if in_zone[town]:
            danger = 0.0
            for material in range(hazard.size):
                danger += unsafe[town, material] * hazard[material]
            wound = ecology_harm * harm[town] + ecology_unsafe * (1.0 - np.exp(-danger / unsafe_scale))
            drift = recovery * (1.0 - ecology[town]) + restored - wound * ecology[town]
            ecology[town] = min(max(ecology[town] + drift, 0.0), 1.0)
        infrastructure[town] = infrastructure[town] * (1.0 - wear) + built if has_park[town] else 1.0
