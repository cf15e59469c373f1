"""Firms plan: margin, utilisation, posts, abatement against hiding, and what collusion would save."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import Value, compiled
from ccepz_sim.markets.permits import open_market
from ccepz_sim.rules.abatement import abatement_at, abatement_cost, cheapest_share, share_for_standard
from ccepz_sim.rules.finance import plan_projects
from ccepz_sim.rules.firm_life import open_firms
from ccepz_sim.rules.innovation import plan_research
from ccepz_sim.rules.reporting import evasion_cost, hidden_share
from ccepz_sim.state.world import PROFESSIONAL, SKILLED, UNSKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

JOBS_PER = 1000.0  # units of capacity, in the product table


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
    _set_margin(zone)
    plan_projects(zone)
    _set_utilisation(zone)
    set_posts(zone)
    weigh_compliance(zone)
    plan_research(zone)


def _open_projects(zone: Zone) -> None:
    """Firms of the roster that were being built start on their date."""
    firms = zone.firms
    opening = _due(firms.start, firms.exited, firms.alive, zone.quarter)
    if len(opening):
        open_firms(zone, opening)


@compiled
def _due(start: np.ndarray, exited: np.ndarray, alive: np.ndarray, quarter: int) -> np.ndarray:
    """Give the rows of firms whose date of opening has come."""
    return np.flatnonzero((start <= quarter) & ~alive & (exited > quarter))


def _set_margin(zone: Zone) -> None:
    """The margin is what price leaves after inputs, wages, levies and duties; expectations follow it slowly."""
    firms, tech, prices, now = zone.firms, zone.technology, zone.prices, zone.policy.now
    p = zone.p.firms
    relative = np.exp(prices.log - prices.log_2010)
    energy = float(relative[zone.fixed.energy_series].mean())
    _reckon_margin(
        relative[tech.series], tech.base_price, tech.price_response, tech.chain_base, tech.base_input,
        tech.rival_overlap, tech.energy_cost_share, tech.input_link, tech.resource_tax,
        firms.chain, firms.brand, firms.efficiency, firms.outdated, firms.output, firms.wage_bill, firms.tax_due,
        firms.abatement_cost,
        1.0 + p.internet_reach * (now.internet - p.internet_reference),
        p.rival_pressure * (p.division_reference - now.division),
        prices.general, (energy - 1.0) * p.energy_pass, now.resource_price,
        p.price_least, p.chain_premium, p.brand_premium, p.outdated_cost, p.expectation_speed,
        firms.price, firms.input_cost, firms.margin, firms.expected_margin,
    )  # fmt: skip


@compiled
def _reckon_margin(
    market: np.ndarray, base_price: np.ndarray, response: np.ndarray, chain_base: np.ndarray, base_input: np.ndarray,
    overlap: np.ndarray, energy_share: np.ndarray, input_link: np.ndarray, resource_tax: np.ndarray,
    chain: np.ndarray, brand: np.ndarray, efficiency: np.ndarray, outdated: np.ndarray, output: np.ndarray,
    wage_bill: np.ndarray, tax_due: np.ndarray, abatement_cost: np.ndarray,
    reach: float, rivalry: float, general: float, dear_energy: float, resource_price: float,
    price_least: float, chain_premium: float, brand_premium: float, outdated_cost: float, speed: float,
    price: np.ndarray, input_cost: np.ndarray, margin: np.ndarray, expected_margin: np.ndarray,
) -> None:  # fmt: skip
    """Set price, cost of inputs, margin and expected margin of each firm."""
    for firm in range(price.size):
        level = 1.0 + chain_premium * max(0.0, chain[firm] - chain_base[firm])
        gate = gate_price(base_price[firm], market[firm], response[firm], price_least)
        asked = gate * level * (reach * (1.0 + brand_premium * brand[firm]))
        index = general * (1.0 + energy_share[firm] * dear_energy)
        index += (market[firm] - index) * input_link[firm]
        dearer = 1.0 + outdated_cost * outdated[firm] + rivalry * overlap[firm]
        inputs = base_input[firm] * efficiency[firm] * index * dearer
        bills = resource_tax[firm] * resource_price * asked
        if output[firm] > 0.0:
            made = max(output[firm], 1e-9)
            duty = tax_due[firm, 0] + tax_due[firm, 1] + abatement_cost[firm]
            bills = min(wage_bill[firm] / made, asked) + min(duty / made, asked) + bills
        price[firm] = asked
        input_cost[firm] = inputs
        margin[firm] = (asked - inputs - bills) / max(asked, 1e-9)
        expected_margin[firm] += speed * (margin[firm] - expected_margin[firm])


@compiled
def treated_share(abate: np.ndarray, firm: int) -> float:
    """Give the share of air and water emissions a firm removed last quarter, mean of both.

    Args:
        abate: by firm, shape (rows, 2); firm: its row.
    """
    share: float = (abate[firm, 0] + abate[firm, 1]) / 2.0
    return share


def _set_utilisation(zone: Zone) -> None:
    """Plants run as far as margin and demand pull, with a floor; treatment takes part of the steam, power and time.

    Green consumption moves demand toward emerging products and away from those of the dirtiest firms.
    """
    firms, tech, p = zone.firms, zone.technology, zone.p.firms
    _utilise(
        tech.usual_utilisation, tech.emerging, firms.margin, firms.state_owned, firms.chain, firms.abate,
        firms.stopped, firms.alive,
        zone.path.demand[zone.quarter], p.green_demand * np.log1p(zone.policy.now.green_demand / p.green_scale),
        p.green_dirty, p.stop_margin, p.full_margin, p.floor_state, p.floor_private, p.most_utilisation,
        p.treatment_load, p.utilisation_speed,
        firms.utilisation,
    )  # fmt: skip


@compiled
def _utilise(
    usual: np.ndarray, emerging: np.ndarray, margin: np.ndarray, state_owned: np.ndarray, chain: np.ndarray,
    abate: np.ndarray, stopped: np.ndarray, alive: np.ndarray,
    demand: float, green_pull: float,
    green_dirty: float, stop_margin: float, full_margin: float, floor_state: float, floor_private: float,
    most: float, treatment_load: float, speed: float,
    utilisation: np.ndarray,
) -> None:  # fmt: skip
    """Set the share of capacity in use of each firm."""
    for firm in range(utilisation.size):
        if not alive[firm]:
            utilisation[firm] = 0.0
            continue
        pull = (margin[firm] - stop_margin) / (full_margin - stop_margin)
        floor = floor_state if state_owned[firm] > 0.0 else floor_private
        dirty = green_dirty if chain[firm] < 1.0 else 0.0
        green = 1.0 + green_pull * (emerging[firm] - dirty * (1.0 - emerging[firm]))
        target = usual[firm] * (demand * green) * min(max(pull, floor), 1.0)
        target = min(target, most) * (1.0 - treatment_load * treated_share(abate, firm))
        moved = utilisation[firm] + speed * (target - utilisation[firm])
        utilisation[firm] = moved * (1.0 - stopped[firm])


def set_posts(zone: Zone) -> None:
    """Set the posts a firm wants by skill, persons: part is kept when output falls, treatment needs its operators.

    Reads: firms.labour_fixed, treatment_staff, chain_skill, skill_share_most, unskilled_share_least; labour_saving.
    """
    firms, tech, p = zone.firms, zone.technology, zone.p.firms
    _want_staff(
        tech.usual_utilisation, tech.labour, tech.skilled_need, tech.professional_need,
        firms.utilisation, firms.capacity, firms.alive, firms.abate, firms.chain,
        zone.labour_saving, p.labour_fixed, p.treatment_staff, p.skill_share_most, p.chain_skill,
        p.unskilled_share_least,
        firms.posts,
    )  # fmt: skip


@compiled
def _want_staff(
    usual: np.ndarray, labour: np.ndarray, skilled_need: np.ndarray, professional_need: np.ndarray,
    utilisation: np.ndarray, capacity: np.ndarray, alive: np.ndarray, abate: np.ndarray, chain: np.ndarray,
    saving: float, fixed: float, treatment_staff: float, most: float, chain_skill: float, unskilled_least: float,
    posts: np.ndarray,
) -> None:  # fmt: skip
    """Set the posts of each firm by skill."""
    for firm in range(capacity.size):
        use = utilisation[firm] / max(usual[firm], 1e-9)
        hoard = fixed + (1.0 - fixed) * use
        total = labour[firm] / JOBS_PER * capacity[firm] * hoard * saving * alive[firm]
        total *= 1.0 + treatment_staff * treated_share(abate, firm)
        higher = 1.0 + chain_skill * chain[firm]
        skilled = min(most, skilled_need[firm] * higher)
        professional = min(most, professional_need[firm] * higher)
        posts[firm, UNSKILLED] = total * max(unskilled_least, 1.0 - skilled - professional)
        posts[firm, SKILLED] = total * skilled
        posts[firm, PROFESSIONAL] = total * professional


def weigh_compliance(zone: Zone) -> None:
    """Compare complying, evading alone and colluding; keep the plan for each and the saving from collusion.

    Reads: abatement.*, collusion.own_detection, hidden_share, fiscal.environment_law_quarter; policy tax_air,
    tax_water, standard, communication, permit_cap.

    Sources: docs/model.md (a), (c); Harford/Sandmo separation; the storage of solid waste follows in its own rule.
    """
    firms, tech, now, general = zone.firms, zone.technology, zone.policy.now, zone.prices.general
    p, c = zone.p.abatement, zone.p.collusion
    equivalents, (reached, asked, scale) = np.empty((firms.rows, 2)), np.empty((3, firms.rows))
    _foresee(
        tech.load, tech.abatement_cost, firms.capacity, firms.utilisation, firms.clean, firms.concentration,
        firms.sees, firms.abatement_skill, firms.clean_money, firms.reference_burden,
        now.standard, general, p.overcompliance, p.most_abatement, p.cost_least, p.support_effect,
        1.0 - p.communication_effect * now.communication,
        equivalents, reached, asked, scale,
    )  # fmt: skip
    zone.permits.price = open_market(zone, equivalents[:, 0], scale, asked)
    kept, plan = np.zeros((7, firms.rows, 2)), zone.plan
    _compare(
        equivalents, reached, asked, scale, firms.sees,
        zone.quarter >= zone.p.fiscal.environment_law_quarter, now.tax_air, now.tax_water, zone.permits.price,
        p.air_start, p.water_start, p.air_slope, p.water_slope,
        p.notch_one, p.notch_two, p.notch_one_factor, p.notch_two_factor,
        c.own_detection, p.report_fine, p.report_permits, p.report_steepness, p.breach_fine, c.hidden_share,
        p.reference_burden * general,
        firms.reference_burden, firms.saving, plan.alone, kept,
    )  # fmt: skip
    plan.abate_honest[:], plan.abate_alone[:], plan.hidden_alone[:], plan.faced[:] = kept[:4]
    plan.rate[:], plan.start[:], plan.slope[:] = kept[4:]
    plan.equivalents[:] = equivalents


@compiled
def _foresee(
    load: np.ndarray, usual_cost: np.ndarray, capacity: np.ndarray, utilisation: np.ndarray, clean: np.ndarray,
    concentration: np.ndarray, sees: np.ndarray, skill: np.ndarray, support: np.ndarray, burden: np.ndarray,
    standard: float, general: float, overcompliance: float, most: float, cost_least: float, support_effect: float,
    exchange: float,
    equivalents: np.ndarray, reached: np.ndarray, asked: np.ndarray, scale: np.ndarray,
) -> None:  # fmt: skip
    """Set what each firm will emit, the multiple of the standard it reaches and the share that must be abated.

    The scale is the multiple of the usual marginal cost of abatement: support and exchange lower it.
    """
    for firm in range(capacity.size):
        made = capacity[firm] * utilisation[firm] * clean[firm] / QUARTERS
        equivalents[firm, 0] = load[firm, 0] * made
        equivalents[firm, 1] = load[firm, 1] * made
        reached[firm] = concentration[firm] * clean[firm] / standard
        # discharges vary, so who fears a check builds to less than the limit (Shimshack and Ward 2008)
        asked[firm] = share_for_standard(reached[firm], 1.0 - overcompliance * sees[firm], most)
        spent = support[firm] / max(burden[firm] * QUARTERS, 1.0)
        help_ = (1.0 - support_effect * (1.0 - np.exp(-spent))) * exchange
        scale[firm] = max(usual_cost[firm], cost_least) * skill[firm] * help_ * general


@compiled
def _compare(
    equivalents: np.ndarray, reached: np.ndarray, asked: np.ndarray, scale: np.ndarray, sees: np.ndarray,
    law: bool, tax_air: float, tax_water: float, permit_price: float,
    air_start: float, water_start: float, air_slope: float, water_slope: float,
    notch_one: float, notch_two: float, factor_one: float, factor_two: float,
    own_detection: float, report_fine: float, report_permits: float, steepness: float, breach_fine: float,
    hidden_together: float, usual_burden: float,
    reference_burden: np.ndarray, saving: np.ndarray, alone: np.ndarray, kept: np.ndarray,
) -> None:  # fmt: skip
    """Reckon the cost of each way for each firm and keep the shares, rates and curves of `Plans`.

    Args:
        law: whether the tax falls at the two notches.
        kept: abated when complying and alone, hidden alone, rates faced and due, start and slope; shape (7, rows, 2).
    """
    bound, free, hidden, faced, due, start, slope = kept[0], kept[1], kept[2], kept[3], kept[4], kept[5], kept[6]
    limits, factors = (notch_one, notch_two), (factor_one, factor_two)
    due_alone = np.zeros(2)
    for firm in range(alone.size):
        honest_cost = alone_cost = together_cost = 0.0
        chance = sees[firm] * own_detection
        for group in range(2):
            emitted = equivalents[firm, group]
            rate, price = (tax_air, permit_price) if group == 0 else (tax_water, 0.0)
            due[firm, group] = faced[firm, group] = due_alone[group] = rate
            if emitted == 0.0:
                continue
            curve = (
                (air_start if group == 0 else water_start) * scale[firm],
                (air_slope if group == 0 else water_slope) * scale[firm],
            )
            if law:
                share, factor, spent = cheapest_share(rate, price, curve, reached[firm], 0.0, limits, factors)
            else:
                factor, share = 1.0, abatement_at(rate + price, curve[0], curve[1])
                spent = abatement_cost(share, curve[0], curve[1])
            least, factor_bound, spent_bound = share, factor, spent
            if asked[firm] > share:  # a standard that is met anyway changes nothing
                if law:
                    least, factor_bound, spent_bound = cheapest_share(
                        rate, price, curve, reached[firm], asked[firm], limits, factors
                    )
                else:
                    least = asked[firm]
                    spent_bound = abatement_cost(least, curve[0], curve[1])
            # hiding what would need permits costs more, the dearer permits are
            fine = report_fine + report_permits * price
            cost = factor * rate + price
            hides = hidden_share(cost, chance, fine, steepness)
            evading = spent + (breach_fine * chance if asked[firm] > share else 0.0)
            evading += (1.0 - share) * evasion_cost(cost, hides, chance, fine, steepness)
            cost_bound = factor_bound * rate + price
            honest_cost += (spent_bound + cost_bound * (1.0 - least)) * emitted
            alone_cost += evading * emitted
            together_cost += cost_bound * (1.0 - hidden_together) * emitted
            bound[firm, group], free[firm, group], hidden[firm, group] = least, share, hides
            due[firm, group], due_alone[group] = factor_bound * rate, factor * rate
            faced[firm, group] = cost_bound
            start[firm, group], slope[firm, group] = curve
        burden = usual_burden * (equivalents[firm, 0] + equivalents[firm, 1])
        reference_burden[firm] = burden
        saving[firm] = max(0.0, min(honest_cost, alone_cost) - together_cost) / max(burden, 1e-9)
        alone[firm] = alone_cost < honest_cost
        if alone[firm]:
            for group in range(2):
                if equivalents[firm, group] != 0.0:
                    due[firm, group] = due_alone[group]
                    faced[firm, group] = due_alone[group] + (permit_price if group == 0 else 0.0)
