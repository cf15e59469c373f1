"""Production: output within capacity, staff and water; emissions, energy and waste arise with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import row_sum
from ccepz_sim.rules.abatement import abatement_cost
from ccepz_sim.state.world import MEDIUM

NOBODY = 1e-6  # persons; less is rounding of the arithmetic, which a small power would raise to output

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def produce(zone: PilotZone) -> None:
    """Make the planned output as far as staff and water reach; what is not abated is emitted.

    Reads: firms.*, collusion.hidden_share; the compliance plan, the scenario's water.
    """
    firms = zone.firms
    planned = firms.capacity / QUARTERS * firms.utilisation * firms.alive
    _make(zone, planned)
    _ration_water(zone)
    made = firms.output / np.maximum(planned, 1e-9)
    _emit(zone, zone.plan.equivalents * made[:, None])
    _use_and_waste(zone)
    _count_value(zone)


def _make(zone: PilotZone, planned: np.ndarray) -> None:
    """Output falls short of the plan where posts are empty; water is asked for it."""
    firms, tech, p = zone.firms, zone.technology, zone.p.firms
    posts = row_sum(firms.posts)
    staff = row_sum(firms.staff)
    filled = np.minimum(1.0, np.where(staff > NOBODY, staff, 0.0) / np.maximum(posts, 1e-9))
    able = np.where(posts > 0.0, filled, 1.0) ** p.labour_elasticity
    firms.output = planned * able
    firms.water = firms.output * tech.water * (1.0 + p.outdated_water * firms.outdated) * firms.clean


def _emit(zone: PilotZone, equivalents: np.ndarray) -> None:
    """Abate and report as planned, a colluding firm abates nothing and hides most; count the duty.

    Args:
        equivalents: pollution equivalents before abatement, air and water, shape (rows, 2).
    """
    firms, plan = zone.firms, zone.plan
    alone = plan.alone[:, None] & ~firms.colluding[:, None]
    abated = np.where(alone, plan.abate_alone, plan.abate_honest)
    firms.abate = np.where(firms.colluding[:, None], 0.0, abated)
    hidden = np.where(alone, plan.hidden_alone, 0.0)
    hidden = np.where(firms.colluding[:, None], zone.p.collusion.hidden_share, hidden)
    left = 1.0 - firms.abate
    arising = zone.technology.emission * (firms.output * firms.clean)[:, None]
    firms.emission = arising * left[:, MEDIUM]
    firms.reported_emission = firms.emission * (1.0 - hidden)[:, MEDIUM]
    cost = np.where(firms.abate > 0.0, abatement_cost(firms.abate, plan.start, plan.slope), 0.0)
    firms.abatement_cost = row_sum(cost * equivalents)
    emitted = equivalents * left
    firms.tax_due = plan.rate * emitted * (1.0 - hidden)
    firms.evaded_tax = row_sum(plan.rate * emitted * hidden)
    firms.permit_need = emitted[:, 0] * (1.0 - hidden[:, 0])
    firms.evaded_permits = emitted[:, 0] * hidden[:, 0]
    firms.hidden = np.maximum(hidden[:, 0], hidden[:, 1])


def _use_and_waste(zone: PilotZone) -> None:
    """Energy, carbon dioxide and solid waste follow output; outdated plant needs more, clean plant less."""
    firms, tech, p = zone.firms, zone.technology, zone.p.firms
    saving = (1.0 + p.outdated_energy * firms.outdated) * (1.0 - p.clean_energy * (1.0 - firms.clean))
    firms.energy = firms.output * tech.energy * saving
    firms.co2 = firms.output * tech.co2 * saving
    wasteful = firms.output * (1.0 + p.outdated_waste * firms.outdated) * firms.clean
    firms.waste = tech.wastes * wasteful[:, None]


def _count_value(zone: PilotZone) -> None:
    """Sales, wages and value added of the quarter; the real one at prices of 2010."""
    firms, tech = zone.firms, zone.technology
    firms.sales = firms.output * firms.price
    firms.wage_bill = row_sum(firms.staff * zone.towns.wage[firms.place]) / QUARTERS
    firms.value_added = firms.sales - firms.output * firms.input_cost
    premium = 1.0 + zone.p.firms.chain_premium * np.maximum(0.0, firms.chain - tech.chain_base)
    firms.value_added_real = firms.output * tech.base_price * (premium - (1.0 - tech.value_added_ratio))


def _ration_water(zone: PilotZone) -> None:
    """Where industry wants more than its quota, every user of the place is cut by the same share."""
    firms, world = zone.firms, zone.world
    quota = world.place["water_quota"] / QUARTERS * zone.path.water[zone.quarter]
    quota = quota * (1.0 + zone.p.firms.water_infrastructure * (zone.towns.infrastructure - 1.0))
    need = np.bincount(firms.place, weights=firms.water, minlength=world.place_count)
    share = np.minimum(1.0, quota / np.maximum(need, 1.0))
    share = np.where(quota > 0.0, share, 1.0)
    zone.water_share = share
    cut = np.where(firms.water > 0.0, share[firms.place], 1.0)
    firms.output = firms.output * cut
    firms.water = firms.water * cut
