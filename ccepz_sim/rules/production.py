"""Production: output within capacity, staff and water; emissions, energy and waste arise with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.rules.abatement import abatement_cost
from ccepz_sim.state.world import MEDIUM

NOBODY = 1e-6  # persons; less is rounding of the arithmetic, which a small power would raise to output

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def produce(zone: Zone) -> None:
    """Make the planned output as far as staff and water reach; what is not abated is emitted.

    Reads: firms.*, collusion.hidden_share; the compliance plan, the scenario's water.
    """
    _make(zone)
    _ration_water(zone)
    _emit(zone)
    _use_and_waste(zone)
    _count_value(zone)


@compiled
def planned_output(capacity: float, utilisation: float, alive: bool) -> float:
    """Give the output a firm plans for the quarter, units."""
    return capacity / QUARTERS * utilisation * alive


def _make(zone: Zone) -> None:
    """Output falls short of the plan where posts are empty; water is asked for it."""
    firms, p = zone.firms, zone.p.firms
    _staff_plants(
        firms.capacity, firms.utilisation, firms.alive, firms.posts, firms.staff, firms.outdated, firms.clean,
        zone.technology.water, p.labour_elasticity, p.outdated_water,
        firms.output, firms.water,
    )  # fmt: skip


@compiled
def _staff_plants(
    capacity: np.ndarray, utilisation: np.ndarray, alive: np.ndarray, posts: np.ndarray, staff: np.ndarray,
    outdated: np.ndarray, clean: np.ndarray,
    water_use: np.ndarray, elasticity: float, outdated_water: float,
    output: np.ndarray, water: np.ndarray,
) -> None:  # fmt: skip
    """Set the output that the staff of each firm can make, and the water it takes."""
    for firm in range(capacity.size):
        wanted = posts[firm, 0] + posts[firm, 1] + posts[firm, 2]
        there = staff[firm, 0] + staff[firm, 1] + staff[firm, 2]
        filled = min(1.0, (there if there > NOBODY else 0.0) / max(wanted, 1e-9)) if wanted > 0.0 else 1.0
        output[firm] = planned_output(capacity[firm], utilisation[firm], alive[firm]) * filled**elasticity
        water[firm] = output[firm] * water_use[firm] * (1.0 + outdated_water * outdated[firm]) * clean[firm]


def _emit(zone: Zone) -> None:
    """Abate and report as planned, a colluding firm abates nothing and hides most; count the duty."""
    firms, plan, tech = zone.firms, zone.plan, zone.technology
    _abate_and_report(
        plan.abate_honest, plan.abate_alone, plan.hidden_alone, plan.alone, plan.rate, plan.start, plan.slope,
        plan.equivalents, tech.emission,
        firms.capacity, firms.utilisation, firms.alive, firms.output, firms.clean, firms.colluding,
        zone.p.collusion.hidden_share,
        firms.abate, firms.emission, firms.reported_emission, firms.abatement_cost, firms.tax_due, firms.evaded_tax,
        firms.permit_need, firms.evaded_permits, firms.hidden,
    )  # fmt: skip


@compiled
def _abate_and_report(
    abate_honest: np.ndarray, abate_alone: np.ndarray, hidden_alone: np.ndarray, alone: np.ndarray, rate: np.ndarray,
    start: np.ndarray, slope: np.ndarray, equivalents: np.ndarray, load: np.ndarray,
    capacity: np.ndarray, utilisation: np.ndarray, alive: np.ndarray, output: np.ndarray, clean: np.ndarray,
    colluding: np.ndarray, hidden_together: float,
    abate: np.ndarray, emission: np.ndarray, reported_emission: np.ndarray, cost: np.ndarray, tax_due: np.ndarray,
    evaded_tax: np.ndarray, permit_need: np.ndarray, evaded_permits: np.ndarray, hidden: np.ndarray,
) -> None:  # fmt: skip
    """Set what each firm abates, emits, reports and owes."""
    hides = np.zeros(2)
    for firm in range(output.size):
        made = output[firm] / max(planned_output(capacity[firm], utilisation[firm], alive[firm]), 1e-9)
        cost[firm] = evaded_tax[firm] = 0.0
        for group in range(2):
            if colluding[firm]:
                abate[firm, group], hides[group] = 0.0, hidden_together
            elif alone[firm]:
                abate[firm, group], hides[group] = abate_alone[firm, group], hidden_alone[firm, group]
            else:
                abate[firm, group], hides[group] = abate_honest[firm, group], 0.0
            arising = equivalents[firm, group] * made
            emitted = arising * (1.0 - abate[firm, group])
            if abate[firm, group] > 0.0:
                unit_cost = abatement_cost(abate[firm, group], start[firm, group], slope[firm, group])
                cost[firm] += unit_cost * arising
            tax_due[firm, group] = rate[firm, group] * emitted * (1.0 - hides[group])
            evaded_tax[firm] += rate[firm, group] * emitted * hides[group]
            if group == 0:
                permit_need[firm] = emitted * (1.0 - hides[group])
                evaded_permits[firm] = emitted * hides[group]
        hidden[firm] = max(hides[0], hides[1])
        dirty = output[firm] * clean[firm]
        for pollutant in range(load.shape[1]):
            group = MEDIUM[pollutant]
            emission[firm, pollutant] = load[firm, pollutant] * dirty * (1.0 - abate[firm, group])
            reported_emission[firm, pollutant] = emission[firm, pollutant] * (1.0 - hides[group])


def _use_and_waste(zone: Zone) -> None:
    """Energy, carbon dioxide and solid waste follow output; outdated plant needs more, clean plant less."""
    firms, tech, p = zone.firms, zone.technology, zone.p.firms
    _use(
        firms.output, firms.outdated, firms.clean, tech.energy, tech.co2, tech.wastes,
        p.outdated_energy, p.clean_energy, p.outdated_waste,
        firms.energy, firms.co2, firms.waste,
    )  # fmt: skip


@compiled
def _use(
    output: np.ndarray, outdated: np.ndarray, clean: np.ndarray, energy_use: np.ndarray, co2_of: np.ndarray,
    wastes: np.ndarray,
    outdated_energy: float, clean_energy: float, outdated_waste: float,
    energy: np.ndarray, co2: np.ndarray, waste: np.ndarray,
) -> None:  # fmt: skip
    """Set the energy, carbon dioxide and wastes of each firm."""
    for firm in range(output.size):
        saving = (1.0 + outdated_energy * outdated[firm]) * (1.0 - clean_energy * (1.0 - clean[firm]))
        energy[firm] = output[firm] * energy_use[firm] * saving
        co2[firm] = output[firm] * co2_of[firm] * saving
        wasteful = output[firm] * (1.0 + outdated_waste * outdated[firm]) * clean[firm]
        for slot in range(wastes.shape[1]):
            waste[firm, slot] = wastes[firm, slot] * wasteful


def _count_value(zone: Zone) -> None:
    """Sales, wages and value added of the quarter; the real one at prices of 2010."""
    firms, tech = zone.firms, zone.technology
    _value(
        firms.output, firms.price, firms.input_cost, firms.staff, firms.place, firms.chain, zone.towns.wage,
        tech.chain_base, tech.base_price, tech.value_added_ratio, zone.p.firms.chain_premium,
        firms.sales, firms.wage_bill, firms.value_added, firms.value_added_real,
    )  # fmt: skip


@compiled
def _value(
    output: np.ndarray, price: np.ndarray, input_cost: np.ndarray, staff: np.ndarray, place: np.ndarray,
    chain: np.ndarray, wage: np.ndarray,
    chain_base: np.ndarray, base_price: np.ndarray, value_added_ratio: np.ndarray, chain_premium: float,
    sales: np.ndarray, wage_bill: np.ndarray, value_added: np.ndarray, value_added_real: np.ndarray,
) -> None:  # fmt: skip
    """Set sales, wage bill and value added of each firm."""
    for firm in range(output.size):
        sales[firm] = output[firm] * price[firm]
        bill = 0.0
        for skill in range(staff.shape[1]):
            bill += staff[firm, skill] * wage[place[firm], skill]
        wage_bill[firm] = bill / QUARTERS
        value_added[firm] = sales[firm] - output[firm] * input_cost[firm]
        premium = 1.0 + chain_premium * max(0.0, chain[firm] - chain_base[firm])
        value_added_real[firm] = output[firm] * base_price[firm] * (premium - (1.0 - value_added_ratio[firm]))


def _ration_water(zone: Zone) -> None:
    """Where industry wants more than its quota, every user of the place is cut by the same share."""
    firms, world = zone.firms, zone.world
    quota = world.place.water_quota / QUARTERS * zone.path.water[zone.quarter]
    quota = quota * (1.0 + zone.p.firms.water_infrastructure * (zone.towns.infrastructure - 1.0))
    zone.towns.water_share[:] = _cut(quota, firms.place, firms.output, firms.water)


@compiled
def _cut(quota: np.ndarray, place: np.ndarray, output: np.ndarray, water: np.ndarray) -> np.ndarray:
    """Cut output and water to the quota of each place that has one; return the share of wanted water there is."""
    need, share = np.zeros(quota.size), np.ones(quota.size)
    for firm in range(place.size):
        need[place[firm]] += water[firm]
    for town in range(quota.size):
        if quota[town] > 0.0:
            share[town] = min(1.0, quota[town] / max(need[town], 1.0))
    for firm in range(place.size):
        if water[firm] > 0.0:
            output[firm] *= share[place[firm]]
            water[firm] *= share[place[firm]]
    return share
