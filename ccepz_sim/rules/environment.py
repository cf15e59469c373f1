"""Environment: emissions and leaks become pollution that fades; nature recovers slowly and can be helped.

Source: exponential decay of a pollution stock, benchmark B27; docs/model.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import clip

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def pollution_stock(stock: np.ndarray, inflow: np.ndarray, decay: float) -> np.ndarray:
    """Advance a stock one step: what is left after decay, plus the inflow.

    Args:
        stock, inflow: one unit and shape; decay: share lost a step, 0-1.
    """
    return stock * (1.0 - decay) + inflow


def expose(zone: PilotZone) -> None:
    """Add what was emitted and leaked, let part of it fade, and turn the stock into harm people feel.

    Reads: environment.*; policy restoration; infrastructure_money.
    """
    firms, towns, world, p = zone.firms, zone.towns, zone.world, zone.p.environment
    weighted = firms.emission @ zone.harm_weights
    burden = np.bincount(firms.place, weights=weighted, minlength=world.place_count)
    households = (zone.household_rate @ zone.harm_weights) * zone.population.persons[:-1]
    inflow = (burden + p.household_share * households + p.leak_harm * towns.unsafe_release) / zone.dilution
    inside = world.in_zone
    moved = pollution_stock(towns.pollution, inflow, p.pollution_decay)
    towns.pollution = np.where(inside, moved, towns.pollution)
    towns.harm = 1.0 - np.exp(-towns.pollution / p.harm_scale)
    unsafe = (zone.materials.unsafe * world.material["hazard"]).sum(axis=1) / p.unsafe_scale
    spent = zone.policy.now.restoration
    help_ = p.restoration_effect * np.log1p(spent / p.restoration_scale)
    wound = p.ecology_harm * towns.harm + p.ecology_unsafe * (1.0 - np.exp(-unsafe))
    drift = p.ecology_recovery * (1.0 - towns.ecology) + help_ - wound * towns.ecology
    towns.ecology = np.where(inside, clip(towns.ecology + drift, 0.0, 1.0), towns.ecology)
    parks = zone.has_park
    per_park = zone.infrastructure_money / QUARTERS / max(1, int(parks.sum()))
    gain = p.infrastructure_gain * per_park / p.infrastructure_scale
    towns.infrastructure = towns.infrastructure * (1.0 - p.infrastructure_wear) + parks * gain
    towns.infrastructure = np.where(parks, towns.infrastructure, 1.0)
