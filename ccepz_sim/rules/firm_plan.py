"""Firms plan: margin, utilisation, posts, abatement against hiding, and what collusion would save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.markets.permits import permit_price
from ccepz_sim.numeric import clip
from ccepz_sim.rules.abatement import abatement_at, abatement_cost, share_for_standard, tax_factor
from ccepz_sim.rules.innovation import plan_research
from ccepz_sim.rules.reporting import evasion_cost, hidden_share
from ccepz_sim.state.world import AIR, PROFESSIONAL, SKILLED, UNSKILLED, WATER

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

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


def plan_firms(zone: PilotZone) -> None:
    """Every firm sets price expectations, utilisation, posts and its way with the environment rules.

    Reads: firms.*, abatement.*, collusion.own_detection, hidden_share; policy internet, division, resource_price,
    green_demand, tax_air, tax_water, standard, communication; prices, the scenario's demand.
    """
    _open_projects(zone)
    _set_margin(zone)
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
    firms, tech, prices = zone.firms, zone.technology, zone.prices
    p = zone.p.firms
    spot = np.exp(prices.log)[tech.series] * tech.price_factor
    level = 1.0 + p.chain_premium * np.maximum(0.0, firms.chain - tech.chain_base)
    market = 1.0 + p.internet_reach * (zone.policy.now.internet - p.internet_reference)
    firms.price = spot * level * market * (1.0 + p.brand_premium * firms.brand)
    rival = p.rival_pressure * tech.rival_overlap * (p.division_reference - zone.policy.now.division)
    energy = np.exp(prices.log - prices.log_2010)[zone.energy_series].mean()
    index = prices.general * (1.0 + tech.energy_cost_share * (energy - 1.0) * p.energy_pass)
    own = np.exp(prices.log - prices.log_2010)[tech.series]
    index = index * (1.0 - tech.input_link) + own * tech.input_link
    unit_input = tech.base_input * firms.efficiency * index * (1.0 + p.outdated_cost * firms.outdated + rival)
    firms.input_cost = unit_input
    wage_per_unit = firms.wage_bill / np.maximum(firms.output, 1e-9)
    usual = np.where(firms.output > 0.0, wage_per_unit, 0.0)
    levy = tech.resource_tax * zone.policy.now.resource_price * firms.price
    duty = (firms.tax_due.sum(axis=1) + firms.abatement_cost) / np.maximum(firms.output, 1e-9)
    duty = np.where(firms.output > 0.0, duty, 0.0)
    full = firms.price - unit_input - np.minimum(usual, firms.price) - levy - np.minimum(duty, firms.price)
    firms.margin = full / np.maximum(firms.price, 1e-9)
    trend = firms.margin - firms.expected_margin
    firms.expected_margin += p.expectation_speed * trend


def _set_utilisation(zone: PilotZone) -> None:
    """Plants run as far as margin and demand pull, with a floor; they move toward it step by step."""
    firms, tech = zone.firms, zone.technology
    p = zone.p.firms
    pull = (firms.margin - p.stop_margin) / (p.full_margin - p.stop_margin)
    floor = np.where(firms.state_owned > 0.0, p.floor_state, p.floor_private)
    demand = zone.path.demand[zone.quarter] * _green_demand(zone)
    target = tech.usual_utilisation * demand * clip(pull, floor, 1.0)
    target = np.minimum(target, p.most_utilisation)
    moved = firms.utilisation + p.utilisation_speed * (target - firms.utilisation)
    firms.utilisation = np.where(firms.alive, moved, 0.0)


def _green_demand(zone: PilotZone) -> np.ndarray:
    """Green consumption moves demand toward emerging products and away from those of the dirtiest firms."""
    p, tech = zone.p.firms, zone.technology
    pull = p.green_demand * np.log1p(zone.policy.now.green_demand / p.green_scale)
    factor: np.ndarray = 1.0 + pull * (tech.emerging - p.green_dirty * (zone.firms.chain < 1.0) * (1.0 - tech.emerging))
    return factor


def set_posts(zone: PilotZone) -> None:
    """Set the posts a firm wants by skill, persons; part of the workforce is kept when output falls.

    Reads: firms.labour_fixed, chain_skill, skill_share_most, unskilled_share_least; labour_saving.
    """
    firms, tech = zone.firms, zone.technology
    p = zone.p.firms
    use = firms.utilisation / np.maximum(tech.usual_utilisation, 1e-9)
    hoard = p.labour_fixed + (1.0 - p.labour_fixed) * use
    total = tech.labour / JOBS_PER * firms.capacity * hoard * zone.labour_saving * firms.alive
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
    firms, tech, now = zone.firms, zone.technology, zone.policy.now
    p, c = zone.p.abatement, zone.p.collusion
    output = firms.capacity / QUARTERS * firms.utilisation
    raw = tech.emission * (output * firms.clean)[:, None]
    equivalents = np.column_stack([raw[:, AIR] @ zone.equivalents[AIR], raw[:, WATER] @ zone.equivalents[WATER]])
    start, slope = _abatement_curve(zone)
    concentration = (firms.concentration * firms.clean)[:, None] * np.ones((1, 2))
    rate = _tax_rate(zone, concentration, start, slope)
    zone.permit_price = permit_price(zone, equivalents[:, 0] * firms.alive, rate[:, 0], start[:, 0], slope[:, 0])
    faced = rate.copy()
    faced[:, 0] += zone.permit_price
    by_tax = abatement_at(faced, start, slope)
    by_standard = share_for_standard(concentration, now.standard, p.most_abatement)
    honest = np.maximum(by_tax, by_standard)
    honest_cost = ((abatement_cost(honest, start, slope) + faced * (1.0 - honest)) * equivalents).sum(axis=1)
    chance = firms.sees[:, None] * c.own_detection
    fine, steepness = p.report_fine, p.report_steepness
    hidden = hidden_share(faced, chance, fine, steepness)
    breach = (by_standard > by_tax) * p.breach_fine * chance
    alone = abatement_cost(by_tax, start, slope) + (1.0 - by_tax) * evasion_cost(faced, hidden, chance, fine, steepness)
    alone_cost = ((alone + breach) * equivalents).sum(axis=1)
    together_cost = (faced * (1.0 - c.hidden_share) * equivalents).sum(axis=1)
    best = np.minimum(honest_cost, alone_cost)
    firms.reference_burden = p.reference_burden * zone.prices.general * equivalents.sum(axis=1)
    firms.saving = np.maximum(0.0, best - together_cost) / np.maximum(firms.reference_burden, 1e-9)
    zone.plan = CompliancePlan(honest, by_tax, hidden, alone_cost < honest_cost, faced, rate, start, slope, equivalents)


def _abatement_curve(zone: PilotZone) -> tuple[np.ndarray, np.ndarray]:
    """Give start and slope of marginal cost, yuan/equivalent, shape (rows, 2): support and exchange lower both."""
    firms, p = zone.firms, zone.p.abatement
    spent = firms.clean_money / np.maximum(firms.reference_burden * QUARTERS, 1.0)
    help_ = 1.0 - p.support_effect * (1.0 - np.exp(-spent))
    help_ = help_ * (1.0 - p.communication_effect * zone.policy.now.communication)
    usual = np.maximum(zone.technology.abatement_cost, p.cost_least)
    scale = (usual * firms.abatement_skill * help_ * zone.prices.general)[:, None]
    return np.array([p.air_start, p.water_start]) * scale, np.array([p.air_slope, p.water_slope]) * scale


def _tax_rate(zone: PilotZone, concentration: np.ndarray, start: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Give the tax by firm, yuan/equivalent, shape (rows, 2): the law lowers it well below the standard."""
    p, now = zone.p.abatement, zone.policy.now
    rate = np.array([now.tax_air, now.tax_water]) * np.ones((zone.firms.rows, 1))
    if zone.quarter < zone.p.fiscal.environment_law_quarter:
        return rate
    reached = concentration * (1.0 - abatement_at(rate, start, slope)) / now.standard
    return rate * tax_factor(reached, (p.notch_one, p.notch_two), (p.notch_one_factor, p.notch_two_factor))
