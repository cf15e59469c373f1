"""Firms plan: margin, utilisation, posts, abatement against hiding, and what collusion would save."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import Value, compiled
from ccepz_sim.rules.abatement import abatement_at, abatement_cost, cheapest_share, share_for_standard
from ccepz_sim.rules.cleaner_production import change_processes, helped
from ccepz_sim.rules.finance import plan_projects
from ccepz_sim.rules.firm_life import open_firms
from ccepz_sim.rules.markets.permits import open_market
from ccepz_sim.rules.reporting import evasion_cost, hidden_share
from ccepz_sim.rules.research import plan_research
from ccepz_sim.state.world import MEDIA, PROFESSIONAL, SKILLED, UNSKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

JOBS_PER = 1000.0  # number of units of capacity a figure of the product table is for


@compiled
def gate_price(base: Value, market: Value, response: Value, least: float) -> Value:
    """Give the price at the gate: a fixed freight makes it swing more than the market's, a regulated price less.

    Args:
        base: price at the gate in 2010, yuan/unit; market: price of the market, 1 in 2010; same shape.
        response: change at the gate per change of the market, both relative to 2010.
        least: smallest share of the price of 2010.
    """
    price: Value = base * np.maximum(least, 1.0 + response * (market - 1.0))
    return price


def plan_firms(zone: Zone) -> None:
    """Every firm sets price expectations, utilisation, posts and its way with the environment rules.

    Reads: firms.*, abatement.*, collusion.own_detection, hidden_share; policy internet, division, resource_price,
    green_demand, tax_air, tax_water, standard, communication; prices, the scenario's demand.
    """
    _open_projects(zone)
    set_margin(zone)
    plan_projects(zone)
    set_utilisation(zone)
    set_posts(zone)
    weigh_compliance(zone)
    plan_research(zone)


@compiled
def _open_projects(zone: Zone) -> None:
    """Firms of the roster that were being built start on their date."""
    opening = _due(zone)
    if opening.size:
        open_firms(zone, opening)


@compiled
def _due(zone: Zone) -> np.ndarray:
    """Give the rows of firms whose date of opening has come."""
    firms = zone.firms
    due = np.zeros(firms.rows, dtype=np.bool_)
    for firm in range(firms.rows):
        built = firms.start[firm] <= zone.quarter < firms.exited[firm]
        due[firm] = built and not firms.alive[firm]
    return np.flatnonzero(due)


@compiled
def set_margin(zone: Zone) -> None:
    """The margin is what price leaves after inputs, wages, levies and duties; expectations follow it slowly."""
    firms, tech, prices, now, p = zone.firms, zone.technology, zone.prices, zone.policy.now, zone.p.firms
    relative = np.exp(prices.log - prices.log_2010)
    energy = 0.0
    for series in zone.fixed.energy_series:
        energy += relative[series]
    dear_energy = (energy / zone.fixed.energies - 1.0) * p.energy_pass
    reach = 1.0 + p.internet_reach * (now.internet - p.internet_reference)
    rivalry = p.rival_pressure * (p.division_reference - now.division)
    for firm in range(firms.rows):
        market = relative[tech.series[firm]]
        level = 1.0 + p.chain_premium * max(0.0, firms.chain[firm] - tech.chain_base[firm])
        gate = gate_price(tech.base_price[firm], market, tech.price_response[firm], p.price_least)
        asked = gate * level * (reach * (1.0 + p.brand_premium * firms.brand[firm]))
        index = prices.general * (1.0 + tech.energy_cost_share[firm] * dear_energy)
        index += (market - index) * tech.input_link[firm]
        dearer = 1.0 + p.outdated_cost * firms.outdated[firm] + rivalry * tech.rival_overlap[firm]
        inputs = tech.base_input[firm] * firms.efficiency[firm] * index * dearer
        bills = tech.resource_tax[firm] * now.resource_price * asked
        if firms.output[firm] > 0.0:
            made = max(firms.output[firm], 1e-9)
            duty = firms.tax_due[firm, 0] + firms.tax_due[firm, 1] + firms.abatement_cost[firm]
            bills = min(firms.wage_bill[firm] / made, asked) + min(duty / made, asked) + bills
        firms.price[firm] = asked
        firms.input_cost[firm] = inputs
        firms.margin[firm] = (asked - inputs - bills) / max(asked, 1e-9)
        firms.expected_margin[firm] += p.expectation_speed * (firms.margin[firm] - firms.expected_margin[firm])


@compiled
def treated_share(abate: np.ndarray, firm: int) -> float:
    """Give the share of air and water emissions a firm removed last quarter, mean of both.

    Args:
        abate: by firm, shape (rows, 2); firm: its row.
    """
    share: float = (abate[firm, 0] + abate[firm, 1]) / 2.0
    return share


@compiled
def set_utilisation(zone: Zone) -> None:
    """Plants run as far as margin and demand pull, with a floor; treatment takes part of the steam, power and time.

    Green consumption moves demand toward emerging products and away from those of the dirtiest firms.
    """
    firms, tech, p = zone.firms, zone.technology, zone.p.firms
    demand = zone.path.demand[zone.quarter]
    green_pull = p.green_demand * np.log1p(zone.policy.now.green_demand / p.green_scale)
    for firm in range(firms.rows):
        if not firms.alive[firm]:
            firms.utilisation[firm] = 0.0
            continue
        pull = (firms.margin[firm] - p.stop_margin) / (p.full_margin - p.stop_margin)
        floor = p.floor_state if firms.state_owned[firm] > 0.0 else p.floor_private
        dirty = p.green_dirty if firms.chain[firm] < 1.0 else 0.0
        green = 1.0 + green_pull * (tech.emerging[firm] - dirty * (1.0 - tech.emerging[firm]))
        target = tech.usual_utilisation[firm] * (demand * green) * min(max(pull, floor), 1.0)
        target = min(target, p.most_utilisation) * (1.0 - p.treatment_load * treated_share(firms.abate, firm))
        moved = firms.utilisation[firm] + p.utilisation_speed * (target - firms.utilisation[firm])
        firms.utilisation[firm] = moved * (1.0 - firms.stopped[firm])


@compiled
def set_posts(zone: Zone) -> None:
    """Set the posts a firm wants by skill, persons: part is kept when output falls, treatment needs its operators.

    Reads: firms.labour_fixed, treatment_staff, chain_skill, skill_share_most, unskilled_share_least; labour_saving.
    """
    firms, tech, p = zone.firms, zone.technology, zone.p.firms
    for firm in range(firms.rows):
        use = firms.utilisation[firm] / max(tech.usual_utilisation[firm], 1e-9)
        hoard = p.labour_fixed + (1.0 - p.labour_fixed) * use
        usual = tech.labour[firm] / JOBS_PER * firms.capacity[firm]
        total = usual * hoard * zone.labour_saving * firms.alive[firm]
        total *= 1.0 + p.treatment_staff * treated_share(firms.abate, firm)
        higher = 1.0 + p.chain_skill * firms.chain[firm]
        skilled = min(p.skill_share_most, tech.skilled_need[firm] * higher)
        professional = min(p.skill_share_most, tech.professional_need[firm] * higher)
        firms.posts[firm, UNSKILLED] = total * max(p.unskilled_share_least, 1.0 - skilled - professional)
        firms.posts[firm, SKILLED] = total * skilled
        firms.posts[firm, PROFESSIONAL] = total * professional


def weigh_compliance(zone: Zone) -> None:
    """Compare complying, evading alone and colluding; keep the plan for each and the saving from collusion.

    Reads: abatement.*, collusion.own_detection, hidden_share, fiscal.environment_law_quarter;
    policy tax_air, tax_water, standard, communication, permit_cap.

    Sources: docs/model.md (a), (c); Harford/Sandmo separation; the storage of solid waste follows in its own rule.
    """
    change_processes(zone)
    foresee(zone)
    zone.permits.price = open_market(zone)
    compare(zone)


@compiled
def reached_by(zone: Zone, firm: int) -> float:
    """Give the concentration of a firm's emissions before abatement as a multiple of the standard."""
    return zone.firms.concentration[firm] * zone.firms.clean[firm] / zone.policy.now.standard


@compiled
def foresee(zone: Zone) -> None:
    """Set what each firm will emit, the share that it must abate, and the scale of what that costs.

    The scale is the multiple of the usual marginal cost of abatement: support and exchange lower it.
    """
    firms, tech, plan, p = zone.firms, zone.technology, zone.plan, zone.p.abatement
    for firm in range(firms.rows):
        made = firms.capacity[firm] * firms.utilisation[firm] * firms.clean[firm] / QUARTERS
        plan.equivalents[firm, 0] = tech.load[firm, 0] * made * (1.0 - firms.cleaner[firm, 0])
        plan.equivalents[firm, 1] = tech.load[firm, 1] * made * (1.0 - firms.cleaner[firm, 1])
        # discharges vary, so who fears a check builds to less than the limit (Shimshack and Ward 2008)
        limit = 1.0 - p.overcompliance * firms.sees[firm]
        plan.asked[firm] = share_for_standard(reached_by(zone, firm), limit, p.most_abatement)
        usual = max(tech.abatement_cost[firm], p.cost_least)
        plan.scale[firm] = usual * firms.abatement_skill[firm] * helped(zone, firm) * zone.prices.general


@compiled
def compare(zone: Zone) -> None:
    """Reckon the cost of each way for each firm and keep the shares, rates and curves of `Plans`."""
    firms, plan, now, p, c = zone.firms, zone.plan, zone.policy.now, zone.p.abatement, zone.p.collusion
    law = zone.quarter >= zone.p.fiscal.environment_law_quarter  # the tax falls at the two notches
    limits, factors = (p.notch_one, p.notch_two), (p.notch_one_factor, p.notch_two_factor)
    usual_burden = p.reference_burden * zone.prices.general
    permit_price = zone.permits.price
    asked, scale = plan.asked, plan.scale
    due_alone = np.zeros(MEDIA)
    for firm in range(firms.rows):
        honest_cost = alone_cost = together_cost = 0.0
        chance = firms.sees[firm] * c.own_detection
        reached = reached_by(zone, firm)
        for group in range(MEDIA):
            emitted = plan.equivalents[firm, group]
            rate, price = (now.tax_air, permit_price) if group == 0 else (now.tax_water, 0.0)
            plan.rate[firm, group] = plan.faced[firm, group] = due_alone[group] = rate
            if emitted == 0.0:
                plan.abate_honest[firm, group] = plan.abate_alone[firm, group] = plan.hidden_alone[firm, group] = 0.0
                plan.start[firm, group] = plan.slope[firm, group] = 0.0
                continue
            curve = (
                (p.air_start if group == 0 else p.water_start) * scale[firm],
                (p.air_slope if group == 0 else p.water_slope) * scale[firm],
            )
            if law:
                share, factor, spent = cheapest_share(rate, price, curve, reached, 0.0, limits, factors)
            else:
                factor, share = 1.0, abatement_at(rate + price, curve[0], curve[1])
                spent = abatement_cost(share, curve[0], curve[1])
            least, factor_bound, spent_bound = share, factor, spent
            if asked[firm] > share:  # a standard that is met anyway changes nothing
                if law:
                    least, factor_bound, spent_bound = cheapest_share(
                        rate, price, curve, reached, asked[firm], limits, factors
                    )
                else:
                    least = asked[firm]
                    spent_bound = abatement_cost(least, curve[0], curve[1])
            # hiding what would need permits costs more, the dearer permits are
            fine = p.report_fine + p.report_permits * price
            cost = factor * rate + price
            hides = hidden_share(cost, chance, fine, p.report_steepness)
            evading = spent + (p.breach_fine * chance if asked[firm] > share else 0.0)
            evading += (1.0 - share) * evasion_cost(cost, hides, chance, fine, p.report_steepness)
            cost_bound = factor_bound * rate + price
            honest_cost += (spent_bound + cost_bound * (1.0 - least)) * emitted
            alone_cost += evading * emitted
            together_cost += cost_bound * (1.0 - c.hidden_share) * emitted
            plan.abate_honest[firm, group], plan.abate_alone[firm, group] = least, share
            plan.hidden_alone[firm, group] = hides
            plan.rate[firm, group], due_alone[group] = factor_bound * rate, factor * rate
            plan.faced[firm, group] = cost_bound
            plan.start[firm, group], plan.slope[firm, group] = curve
        burden = usual_burden * (plan.equivalents[firm, 0] + plan.equivalents[firm, 1])
        firms.reference_burden[firm] = burden
        firms.saving[firm] = max(0.0, min(honest_cost, alone_cost) - together_cost) / max(burden, 1e-9)
        plan.alone[firm] = alone_cost < honest_cost
        if plan.alone[firm]:
            for group in range(MEDIA):
                if plan.equivalents[firm, group] != 0.0:
                    plan.rate[firm, group] = due_alone[group]
                    plan.faced[firm, group] = due_alone[group] + (permit_price if group == 0 else 0.0)
