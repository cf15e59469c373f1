"""Production: output within capacity, staff and water; emissions, energy and waste arise with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.abatement import abatement_cost
from ccepz_sim.rules.collusion import deal_fine
from ccepz_sim.rules.reporting import hiding_fine
from ccepz_sim.state.world import MEDIA, MEDIUM

NOBODY = 1e-6  # persons; less is rounding of the arithmetic, which a small power would raise to output

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def produce(zone: Zone) -> None:
    """Make the planned output as far as staff and water reach; what is not abated is emitted.

    Reads: firms.*, collusion.hidden_share, abatement.report_fine, report_permits, report_steepness, breach_fine; the
    compliance plan, the scenario's water.
    """
    _make(zone)
    _ration_water(zone)
    for firm in range(zone.firms.rows):
        if zone.firms.alive[firm]:
            _emit(zone, firm)
            _use_and_waste(zone, firm)
            _count_value(zone, firm)
        else:  # what else it did was wiped when it closed
            zone.firms.permit_need[firm] = zone.firms.evaded_permits[firm] = 0.0


@compiled
def planned_output(zone: Zone, firm: int) -> float:
    """Give the output a firm plans for the quarter, units."""
    firms = zone.firms
    return firms.capacity[firm] / QUARTERS * firms.utilisation[firm] * firms.alive[firm]


@compiled
def _make(zone: Zone) -> None:
    """Output falls short of the plan where posts are empty; water is asked for it."""
    firms, p = zone.firms, zone.p.firms
    for firm in range(firms.rows):
        if not firms.alive[firm]:
            continue
        wanted = firms.posts[firm, 0] + firms.posts[firm, 1] + firms.posts[firm, 2]
        there = firms.staff[firm, 0] + firms.staff[firm, 1] + firms.staff[firm, 2]
        filled = min(1.0, (there if there > NOBODY else 0.0) / max(wanted, 1e-9)) if wanted > 0.0 else 1.0
        output = planned_output(zone, firm) * (filled**p.labour_elasticity if filled < 1.0 else 1.0)
        wasteful = (1.0 + p.outdated_water * firms.outdated[firm]) * firms.clean[firm]
        firms.output[firm] = output
        firms.water[firm] = output * zone.technology.water[firm] * wasteful


@compiled
def _ration_water(zone: Zone) -> None:
    """Where industry wants more than its quota, every user of the place is cut by the same share."""
    firms, towns = zone.firms, zone.towns
    need = np.zeros(towns.rows)
    for firm in range(firms.rows):
        need[firms.place[firm]] += firms.water[firm]
    for town in range(towns.rows):
        quota = zone.world.place.water_quota[town] / QUARTERS * zone.path.water[zone.quarter]
        quota *= 1.0 + zone.p.firms.water_infrastructure * (towns.infrastructure[town] - 1.0)
        towns.water_share[town] = min(1.0, quota / max(need[town], 1.0)) if quota > 0.0 else 1.0
    for firm in range(firms.rows):
        if firms.water[firm] > 0.0:
            firms.output[firm] *= towns.water_share[firms.place[firm]]
            firms.water[firm] *= towns.water_share[firms.place[firm]]


@compiled
def _emit(zone: Zone, firm: int) -> None:
    """Abate and report as planned, a colluding firm abates nothing and hides most; count duty and fines at risk.

    Processes changed for good save part of the load at a cost of their own.
    """
    firms, plan, p = zone.firms, zone.plan, zone.p.abatement
    owed = 0.0
    made = firms.output[firm] / max(planned_output(zone, firm), 1e-9)
    dirty = firms.output[firm] * firms.clean[firm]
    firms.abatement_cost[firm] = firms.evaded_tax[firm] = firms.hidden[firm] = 0.0
    for group in range(MEDIA):
        abate, hides = plan.abate_honest[firm, group], 0.0
        if firms.colluding[firm]:
            abate, hides = 0.0, zone.p.collusion.hidden_share
        elif plan.alone[firm]:
            abate, hides = plan.abate_alone[firm, group], plan.hidden_alone[firm, group]
        arising, rate = plan.equivalents[firm, group] * made, plan.rate[firm, group]
        emitted = arising * (1.0 - abate)
        kept = 1.0 - firms.cleaner[firm, group]
        saved = arising * (1.0 - kept) / kept
        firms.abatement_cost[firm] += saved * firms.cleaner_cost[firm, group] * zone.prices.general
        if abate > 0.0:
            firms.abatement_cost[firm] += (
                abatement_cost(abate, plan.start[firm, group], plan.slope[firm, group]) * arising
            )
        firms.abate[firm, group] = abate
        firms.hidden[firm] = max(firms.hidden[firm], hides)
        firms.tax_due[firm, group] = rate * emitted * (1.0 - hides)
        firms.evaded_tax[firm] += rate * emitted * hides
        if group == 0:
            firms.permit_need[firm] = emitted * (1.0 - hides)
            firms.evaded_permits[firm] = emitted * hides
        if plan.alone[firm]:
            price = zone.permits.price if group == 0 else 0.0
            owed += hiding_fine(hides, p.report_fine + p.report_permits * price, p.report_steepness) * emitted
            owed += p.breach_fine * arising if plan.asked[firm] > abate else 0.0
        for pollutant in range(MEDIUM.size):
            if MEDIUM[pollutant] == group:
                left = zone.technology.emission[firm, pollutant] * dirty * (kept * (1.0 - abate))
                firms.emission[firm, pollutant] = left
                firms.reported_emission[firm, pollutant] = left * (1.0 - hides)
    if firms.colluding[firm]:
        burden, evaded, permits = firms.reference_burden[firm], firms.evaded_tax[firm], firms.evaded_permits[firm]
        firms.at_risk[firm] = deal_fine(zone, burden, evaded, permits)
    else:
        firms.at_risk[firm] = owed


@compiled
def _use_and_waste(zone: Zone, firm: int) -> None:
    """Energy, carbon dioxide and solid waste follow output; outdated plant needs more, clean plant less."""
    firms, tech, p = zone.firms, zone.technology, zone.p.firms
    output, outdated, clean = firms.output[firm], firms.outdated[firm], firms.clean[firm]
    saving = (1.0 + p.outdated_energy * outdated) * (1.0 - p.clean_energy * (1.0 - clean))
    firms.energy[firm] = output * tech.energy[firm] * saving
    firms.co2[firm] = output * tech.co2[firm] * saving
    wasteful = output * (1.0 + p.outdated_waste * outdated) * clean
    for slot in range(tech.wastes.shape[1]):
        firms.waste[firm, slot] = tech.wastes[firm, slot] * wasteful


@compiled
def _count_value(zone: Zone, firm: int) -> None:
    """Sales, wages and value added of the quarter; the real one at prices of 2010."""
    firms, tech, output = zone.firms, zone.technology, zone.firms.output[firm]
    bill = 0.0
    for skill in range(firms.staff.shape[1]):
        bill += firms.staff[firm, skill] * zone.towns.wage[firms.place[firm], skill]
    firms.sales[firm] = output * firms.price[firm]
    firms.wage_bill[firm] = bill / QUARTERS
    firms.value_added[firm] = firms.sales[firm] - output * firms.input_cost[firm]
    premium = 1.0 + zone.p.firms.chain_premium * max(0.0, firms.chain[firm] - tech.chain_base[firm])
    firms.value_added_real[firm] = output * tech.base_price[firm] * (premium - (1.0 - tech.value_added_ratio[firm]))
