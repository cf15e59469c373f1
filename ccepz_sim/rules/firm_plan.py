"""Firms plan: margin, utilisation, posts, abatement against hiding, and what collusion would save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.markets.permits import open_market
from ccepz_sim.numeric import clip, row_sum
from ccepz_sim.rules.abatement import abate_under_notches, abatement_at, abatement_cost, share_for_standard
from ccepz_sim.rules.finance import plan_projects
from ccepz_sim.rules.innovation import plan_research
from ccepz_sim.rules.reporting import evasion_cost, hidden_share
from ccepz_sim.state.world import PROFESSIONAL, SKILLED, UNSKILLED

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone
    from ccepz_sim.state.firms import Firms

JOBS_PER = 1000.0  # units of capacity, in the product table


@dataclass(frozen=True, slots=True, eq=False)
class CompliancePlan:
    """The ways open to each firm this quarter; shape (rows, 2) for air and water unless said.

    Attributes:
        abate_honest, abate_alone: share abated when complying, and when evading alone.
        hidden_alone: share of what is left that a firm hides alone.
        alone: whether evading alone is cheaper than complying, shape (rows,).
        faced, rate: yuan/equivalent with and without the permit price.
        start, slope: of marginal abatement cost, yuan/equivalent.
        equivalents: before abatement, number a quarter.
    """

    abate_honest: np.ndarray
    abate_alone: np.ndarray
    hidden_alone: np.ndarray
    alone: np.ndarray
    faced: np.ndarray
    rate: np.ndarray
    start: np.ndarray
    slope: np.ndarray
    equivalents: np.ndarray


def idle_plan(rows: int) -> CompliancePlan:
    """Give the plan before any planning: nothing abated, hidden or taxed."""
    none, cost = np.zeros((rows, 2)), np.ones((rows, 2))
    return CompliancePlan(none, none, none, np.zeros(rows, dtype=bool), none, none, cost, cost, none)


def gate_price(base: np.ndarray, market: np.ndarray, response: np.ndarray, least: float) -> np.ndarray:
    """Give the price at the gate: a fixed freight makes it swing more than the market's, a regulated price less.

    Args:
        base: price at the gate in 2010, yuan/unit; market: price of the market, 1 in 2010; same shape.
        response: change at the gate per change of the market, both relative to 2010.
        least: smallest share of the price of 2010.
    """
    price: np.ndarray = base * np.maximum(least, 1.0 + response * (market - 1.0))
    return price


def plan_firms(zone: PilotZone) -> None:
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


def _open_projects(zone: PilotZone) -> None:
    """Firms of the roster that were being built start on their date."""
    firms = zone.firms
    opening = (firms.start <= zone.quarter) & ~firms.alive & (firms.exited > zone.quarter)
    if opening.any():
        zone.open_firms(np.flatnonzero(opening))


def _set_margin(zone: PilotZone) -> None:
    """The margin is what price leaves after inputs, wages, levies and duties; expectations follow it slowly."""
    firms, tech, prices, now = zone.firms, zone.technology, zone.prices, zone.policy.now
    p = zone.p.firms
    relative = np.exp(prices.log - prices.log_2010)
    level = 1.0 + p.chain_premium * np.maximum(0.0, firms.chain - tech.chain_base)
    market = 1.0 + p.internet_reach * (now.internet - p.internet_reference)
    own = relative[tech.series]
    gate = gate_price(tech.base_price, own, tech.price_response, p.price_least)
    firms.price = gate * level * (market * (1.0 + p.brand_premium * firms.brand))
    rival = p.rival_pressure * (p.division_reference - now.division) * tech.rival_overlap
    energy = float(relative[zone.energy_series].mean())
    index = prices.general * (1.0 + tech.energy_cost_share * ((energy - 1.0) * p.energy_pass))
    index += (own - index) * tech.input_link
    firms.input_cost = tech.base_input * firms.efficiency * index * (1.0 + p.outdated_cost * firms.outdated + rival)
    made = np.maximum(firms.output, 1e-9)
    duty = row_sum(firms.tax_due) + firms.abatement_cost
    bills = np.where(firms.output > 0.0, np.array([firms.wage_bill, duty]) / made, 0.0)
    bills = np.minimum(bills, firms.price).sum(axis=0) + tech.resource_tax * now.resource_price * firms.price
    firms.margin = (firms.price - firms.input_cost - bills) / np.maximum(firms.price, 1e-9)
    firms.expected_margin += p.expectation_speed * (firms.margin - firms.expected_margin)


def treated_share(firms: Firms) -> np.ndarray:
    """Give the share of air and water emissions a firm removed last quarter, mean of both, shape (rows,)."""
    share: np.ndarray = (firms.abate[:, 0] + firms.abate[:, 1]) / 2.0
    return share


def _set_utilisation(zone: PilotZone) -> None:
    """Plants run as far as margin and demand pull, with a floor; treatment takes part of the steam, power and time."""
    firms, tech = zone.firms, zone.technology
    p = zone.p.firms
    pull = (firms.margin - p.stop_margin) / (p.full_margin - p.stop_margin)
    floor = np.where(firms.state_owned > 0.0, p.floor_state, p.floor_private)
    demand = zone.path.demand[zone.quarter] * _green_demand(zone)
    target = tech.usual_utilisation * demand * clip(pull, floor, 1.0)
    target = np.minimum(target, p.most_utilisation) * (1.0 - p.treatment_load * treated_share(firms))
    moved = firms.utilisation + p.utilisation_speed * (target - firms.utilisation)
    firms.utilisation = np.where(firms.alive, moved * (1.0 - firms.stopped), 0.0)


def _green_demand(zone: PilotZone) -> np.ndarray:
    """Green consumption moves demand toward emerging products and away from those of the dirtiest firms."""
    p, tech = zone.p.firms, zone.technology
    pull = p.green_demand * np.log1p(zone.policy.now.green_demand / p.green_scale)
    factor: np.ndarray = 1.0 + pull * (tech.emerging - p.green_dirty * (zone.firms.chain < 1.0) * (1.0 - tech.emerging))
    return factor


def set_posts(zone: PilotZone) -> None:
    """Set the posts a firm wants by skill, persons: part is kept when output falls, treatment needs its operators.

    Reads: firms.labour_fixed, treatment_staff, chain_skill, skill_share_most, unskilled_share_least; labour_saving.
    """
    firms, tech = zone.firms, zone.technology
    p = zone.p.firms
    use = firms.utilisation / np.maximum(tech.usual_utilisation, 1e-9)
    hoard = p.labour_fixed + (1.0 - p.labour_fixed) * use
    total = tech.labour / JOBS_PER * firms.capacity * hoard * zone.labour_saving * firms.alive
    total *= 1.0 + p.treatment_staff * treated_share(firms)
    skilled = np.minimum(p.skill_share_most, tech.skilled_need * (1.0 + p.chain_skill * firms.chain))
    professional = np.minimum(p.skill_share_most, tech.professional_need * (1.0 + p.chain_skill * firms.chain))
    firms.posts[:, UNSKILLED] = total * np.maximum(p.unskilled_share_least, 1.0 - skilled - professional)
    firms.posts[:, SKILLED] = total * skilled
    firms.posts[:, PROFESSIONAL] = total * professional


def weigh_compliance(zone: PilotZone) -> None:
    """Compare complying, evading alone and colluding; keep the plan for each and the saving from collusion.

    Reads: abatement.*, collusion.own_detection, hidden_share, fiscal.environment_law_quarter; policy tax_air,
    tax_water, standard, communication, permit_cap.

    Sources: docs/model.md (a), (c); Harford/Sandmo separation; the storage of solid waste follows in its own rule.
    """
    firms, now = zone.firms, zone.policy.now
    p, c = zone.p.abatement, zone.p.collusion
    made = firms.capacity * firms.utilisation * firms.clean / QUARTERS
    equivalents = zone.technology.load * made[:, None]
    reached = firms.concentration * firms.clean / now.standard
    # discharges vary, so who fears a check builds to less than the limit (Shimshack and Ward 2008)
    asked = share_for_standard(reached, 1.0 - p.overcompliance * firms.sees, p.most_abatement)
    scale = _cost_scale(zone)
    zone.permit_price = open_market(zone, equivalents[:, 0], scale, asked)
    # from here on by emission: firm and group of those that have any
    cells = np.flatnonzero(equivalents)
    row, group = cells // 2, cells % 2
    shape = np.array([[p.air_start, p.water_start], [p.air_slope, p.water_slope]])
    start, slope = shape[:, group] * scale[row]
    curve = start, slope
    price = np.array([zone.permit_price, 0.0])[group]
    rate = np.array([now.tax_air, now.tax_water])[group]
    least = asked[row]
    share, due, spent = _abate(zone, rate, price, curve, reached[row], least)
    (free, bound), faced = share, due + price
    chance = firms.sees[row] * c.own_detection
    # hiding what would need permits costs more, the dearer permits are
    fine = p.report_fine + p.report_permits * price
    hidden = hidden_share(faced[0], chance, fine, p.report_steepness)
    alone_cost = spent[0] + (least > free) * p.breach_fine * chance
    alone_cost += (1.0 - free) * evasion_cost(faced[0], hidden, chance, fine, p.report_steepness)
    honest_cost = spent[1] + faced[1] * (1.0 - bound)
    together_cost = faced[1] * (1.0 - c.hidden_share)
    costs = _by_firm(np.array([honest_cost, alone_cost, together_cost]) * equivalents.ravel()[cells], cells, firms.rows)
    firms.reference_burden = p.reference_burden * zone.prices.general * row_sum(equivalents)
    firms.saving = np.maximum(0.0, np.minimum(costs[0], costs[1]) - costs[2]) / np.maximum(firms.reference_burden, 1e-9)
    alone = costs[1] < costs[0]
    kept = np.zeros((7, *equivalents.shape))
    kept[3:5] = np.array([now.tax_air, now.tax_water])
    due = np.where(alone[row], due[0], due[1])
    kept.reshape(7, -1)[:, cells] = bound, free, hidden, due + price, due, *curve
    bound, free, hidden, faced, due, start, slope = kept
    zone.plan = CompliancePlan(bound, free, hidden, alone, faced, due, start, slope, equivalents)


def _by_firm(values: np.ndarray, cells: np.ndarray, rows: int) -> np.ndarray:
    """Add up values of emissions by firm: from shape (kinds, cells) to (kinds, rows)."""
    spread = np.zeros((len(values), rows * 2))
    spread[:, cells] = values
    return spread[:, 0::2] + spread[:, 1::2]


def _abate(
    zone: PilotZone,
    rate: np.ndarray,
    price: np.ndarray,
    curve: tuple[np.ndarray, np.ndarray],
    reached: np.ndarray,
    least: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give share abated, tax and cost of abatement per equivalent, each of shape (2, cells): standard ignored, kept.

    Args:
        rate, price: tax and permit price, yuan/equivalent, shape (cells,).
        curve: start and slope of marginal cost.
        reached: concentration before abatement as a multiple of the standard; least: share it asks.
    """
    p = zone.p.abatement
    if zone.quarter < zone.p.fiscal.environment_law_quarter:
        free = abatement_at(rate + price, *curve)
        share = np.array([free, np.maximum(free, least)])
        return share, np.array([rate, rate]), abatement_cost(share, *curve)
    limits, factors = (p.notch_one, p.notch_two), (p.notch_one_factor, p.notch_two_factor)
    share, factor, cost = abate_under_notches(rate, price, curve, reached, least, limits, factors)
    return share, factor * rate, cost


def _cost_scale(zone: PilotZone) -> np.ndarray:
    """Give by firm the multiple of the usual marginal abatement cost: support and exchange lower it, shape (rows,)."""
    firms, p = zone.firms, zone.p.abatement
    spent = firms.clean_money / np.maximum(firms.reference_burden * QUARTERS, 1.0)
    help_ = 1.0 - p.support_effect * (1.0 - np.exp(-spent))
    help_ *= 1.0 - p.communication_effect * zone.policy.now.communication
    scale: np.ndarray = np.maximum(zone.technology.abatement_cost, p.cost_least) * firms.abatement_skill * help_
    return scale * zone.prices.general
