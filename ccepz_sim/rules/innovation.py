"""Innovation: research succeeds through skilled people in posts; firms imitate neighbours and climb the chain.

Source: Dosi et al. 2010 (success, imitation, draws); Griffith et al. 2004 (absorptive capacity); Jaffe and Palmer
1997 (regulation); docs/model.md (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import clip, row_sum
from ccepz_sim.state.world import INSTITUTES, PROFESSIONAL, SKILLED

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def success_chance(effort: np.ndarray, zeta: float) -> np.ndarray:
    """Give the chance of success in a quarter: P = 1 - exp(-zeta x effort). Benchmark B16.

    Source: Dosi et al. 2010.
    """
    chance: np.ndarray = 1.0 - np.exp(-zeta * effort)
    return chance


def step_draw(uniform: np.ndarray, found: np.ndarray, most: float) -> np.ndarray:
    """Draw productivity steps from a symmetric Beta(b, b) on [-most, most] as the middle one of 2 b - 1 uniforms.

    Args:
        uniform: draws within 0-1, shape (2 b - 1, rows); found: rows that need a step, the others get 0.
        most: largest step.

    Source: Dosi et al. 2010; order statistics of uniforms are Beta distributed. Benchmark B16.
    """
    steps = np.zeros(len(found))
    middle = len(uniform) // 2
    steps[found] = (2.0 * np.partition(uniform[:, found], middle, axis=0)[middle] - 1.0) * most
    return steps


def effective_research(research: np.ndarray, filled: np.ndarray, exponent: float) -> np.ndarray:
    """Weigh research by the filled share of skilled posts: below a critical mass money does nothing.

    Args:
        research: outlay in any unit; filled: share of skilled posts, 0-1, same shape.
        exponent: how sharply empty posts void the outlay.
    """
    effect: np.ndarray = research * filled**exponent
    return effect


def wish_to_stay(success: np.ndarray, living: np.ndarray, base: float, success_weight: float) -> np.ndarray:
    """Give the share of scientists who want to work at an institute: logit over its success and life there.

    Args:
        success: chance of success, 0-1; living: pay, allowance, pollution, remoteness, services, log odds; one shape.
        base, success_weight: log odds, and log odds per unit of success. Benchmark B25.
    """
    worth = base + success_weight * success + living
    share: np.ndarray = 1.0 / (1.0 + np.exp(-worth))
    return share


def plan_research(zone: PilotZone) -> None:
    """Firms set own research outlay by mindset, margin, funds received and the pull of regulation; yuan a quarter.

    Reads: innovation.*; policy high_tech_cut, loss_relief, breakthrough_reward.
    """
    firms, p, now = zone.firms, zone.p.innovation, zone.policy.now
    burden = (row_sum(firms.tax_due) + firms.abatement_cost) / np.maximum(firms.sales, 1.0)
    pull = clip(1.0 + p.porter * np.log1p(burden / p.burden_reference), 1.0, p.porter_most)
    eager = np.array([p.propensity_none, p.propensity_training, p.propensity_long])[firms.mindset]
    strategic = 1.0 + p.emerging_research * (zone.technology.emerging > 0.0)
    cut = 1.0 + p.tax_response * now.high_tech_cut * np.where(firms.profit > 0.0, 1.0, now.loss_relief)
    prize = 1.0 + p.prize_pull * now.breakthrough_reward / p.breakthrough_scale
    own = eager * strategic * pull * cut * prize * firms.sales * np.where(firms.margin > 0.0, 1.0, p.thrift)
    grant = firms.research_fund / QUARTERS
    own = np.maximum(0.0, own - p.crowding_out * grant)
    firms.research = np.where(firms.alive, own + grant, 0.0)


def innovate(zone: PilotZone) -> None:
    """Draw successes of institutes and firms, improve cost or cleanliness, imitate, extend the chain.

    Reads: innovation.*, institutes.*, brand.*, environment.infrastructure_least; policy flexible_posts,
    talent_allowance, incubators, clean_reward, breakthrough_reward, internet, communication, brand_support.
    """
    _institutes(zone)
    _firm_success(zone)
    _imitate(zone)
    _extend_chain(zone)
    _brand(zone)
    firms = zone.firms
    for name in ("research_fund", "upgrade_money", "chain_money", "clean_money"):
        setattr(firms, name, getattr(firms, name) * zone.p.innovation.money_memory)


def _institutes(zone: PilotZone) -> None:
    """Scientists stay where work succeeds and life is good; an institute without them produces nothing."""
    institutes, now, p = zone.institutes, zone.policy.now, zone.p.institutes
    guests = p.flexible_take_up * now.flexible_posts / float(institutes.posts.sum())
    own = institutes.people / np.maximum(institutes.posts, 1e-9)
    institutes.guests = np.minimum(guests, np.maximum(0.0, 1.0 - own)) * institutes.posts
    filled = clip(own + institutes.guests / np.maximum(institutes.posts, 1e-9), 0.0, p.fill_most)
    money = institutes.funding * QUARTERS / np.maximum(institutes.posts, 1.0) / p.funding_scale
    institutes.success = success_chance(effective_research(money, filled, p.critical_mass), p.zeta)
    _scientists_choose(zone, own)
    luck = zone.streams.at("institutes", zone.quarter).random(len(filled))
    institutes.results = (luck < institutes.success * p.results_rate).astype(float)
    _note_empty(zone, filled)


def _scientists_choose(zone: PilotZone, own: np.ndarray) -> None:
    """Leave for the labour market who goes and which posts are sought, by what an institute's work is worth.

    Args:
        own: scientists per post without guests, shape (institutes,).
    """
    institutes, towns, p = zone.institutes, zone.towns, zone.p.institutes
    place, places = institutes.place, zone.world.place_count
    pay = np.log(towns.wage[:, PROFESSIONAL] / zone.base_wage[:, PROFESSIONAL])[place]
    living = -p.pollution_weight * towns.harm[place]
    living = living + p.allowance_weight * zone.policy.now.talent_allowance / p.allowance_scale + p.pay_weight * pay
    living = living - p.remote_weight * institutes.remoteness
    living = living + p.amenity_weight * towns.amenity[place]
    wanted = wish_to_stay(institutes.success, living, p.base, p.success_weight)
    leave = clip(p.turnover + p.adjust * (own - wanted), p.turnover_floor, p.turnover_most)
    zone.institute_pull = clip(p.pull_floor + (wanted - own) * p.pull_gain, 0.0, 1.0)
    people = np.bincount(place, weights=institutes.people, minlength=places)
    flow = np.bincount(place, weights=institutes.people * leave, minlength=places)
    zone.scientist_leave = np.where(people > 0.0, flow / np.maximum(people, 1e-9), 0.0)
    posts = np.bincount(place, weights=institutes.posts, minlength=places)
    seek = np.bincount(place, weights=institutes.posts * zone.institute_pull, minlength=places)
    zone.vacancy_pull[INSTITUTES] = np.where(posts > 0.0, seek / np.maximum(posts, 1e-9), 0.0)


def _note_empty(zone: PilotZone, filled: np.ndarray) -> None:
    """Tell of larger institutes that have just run empty; a band keeps them from being told of again and again."""
    institutes, p = zone.institutes, zone.p.institutes
    now_empty = (filled < p.empty_share) & ~zone.was_empty
    for row in np.flatnonzero(now_empty & (institutes.posts > p.note_posts)):
        zone.note(
            "institute_empty",
            place=zone.world.places[institutes.place[row]],
            indicator="institute_fill_rate",
            weight=float(institutes.posts[row]),
            institute=zone.institute_label(int(row)),
            share=float(filled[row]),
        )
    zone.was_empty = filled < p.empty_share + p.empty_band * zone.was_empty


def knowledge_near(zone: PilotZone) -> np.ndarray:
    """Give the help institutes lend by industry: mean success of those in the field, shape (industries,).

    Reads: innovation.spill_far, for industries without an institute of their own.
    """
    institutes = zone.institutes
    known = institutes.field >= 0
    size = len(zone.world.industry_names)
    total = np.bincount(institutes.field[known], weights=(institutes.success * institutes.posts)[known], minlength=size)
    posts = np.bincount(institutes.field[known], weights=institutes.posts[known], minlength=size)
    mean = float((institutes.success * institutes.posts).sum() / institutes.posts.sum())
    return np.where(posts > 0.0, total / np.maximum(posts, 1e-9), zone.p.innovation.spill_far * mean)


def _firm_success(zone: PilotZone) -> None:
    """Firms whose research succeeds become cheaper or cleaner, as reward and regulation direct; some break through."""
    firms, p = zone.firms, zone.p.innovation
    chance = success_chance(_research_effort(zone), p.zeta) * firms.alive
    luck = zone.streams.at("research", zone.quarter)
    draw = luck.random((2, firms.rows))
    found = draw[0] < chance
    step = step_draw(luck.random((2 * int(p.beta) - 1, firms.rows)), found, p.step_most)
    clean = found & (draw[1] < _clean_share(zone))
    cost = found & ~clean & (step > 0.0)
    firms.efficiency = np.where(cost, np.maximum(p.efficiency_floor, firms.efficiency * (1.0 - step)), firms.efficiency)
    cleaner = np.maximum(p.clean_floor, firms.clean * (1.0 - p.clean_step * (1.0 + np.abs(step))))
    firms.clean = np.where(clean, cleaner, firms.clean)
    firms.knowledge = clip(firms.knowledge + p.learning * found - p.forgetting * firms.knowledge, 0.0, 1.0)
    firms.innovations = (cost | clean).astype(float)
    _pay_rewards(zone, found & (step > p.breakthrough_step), clean)


def _research_effort(zone: PilotZone) -> np.ndarray:
    """Give research relative to what the firm's size asks, through skilled posts and with help, shape (rows,)."""
    firms, p = zone.firms, zone.p.innovation
    need = row_sum(firms.posts[:, SKILLED:])
    filled = clip(row_sum(firms.staff[:, SKILLED:]) / np.maximum(need, 1e-9), 0.0, 1.0)
    filled = np.where(need > 0.0, filled, 0.0)
    help_ = 1.0 + p.institute_help * knowledge_near(zone)[zone.technology.industry]
    help_ = help_ * (1.0 + p.incubator_help * zone.policy.now.incubators * (firms.large == 0.0))
    relative = np.maximum(firms.sales / p.size_reference, p.size_floor) ** p.size_power
    size = p.research_scale * zone.prices.general * relative
    return effective_research(firms.research / np.maximum(size, 1.0), filled, p.critical_mass) * help_


def _clean_share(zone: PilotZone) -> np.ndarray:
    """Give the chance that a success makes the firm cleaner rather than cheaper, shape (rows,)."""
    now, p = zone.policy.now, zone.p.innovation
    reward = now.clean_reward / p.reward_scale + now.breakthrough_reward / p.breakthrough_scale * p.breakthrough_clean
    regulated = (row_sum(zone.plan.faced) / 2.0 * (1.0 - zone.firms.hidden)) / p.tax_reference
    pull = p.direction_base + p.direction_tax * np.log1p(regulated) + p.direction_reward * np.log1p(reward)
    share: np.ndarray = 1.0 / (1.0 + np.exp(-pull))
    return share


def _pay_rewards(zone: PilotZone, breakthrough: np.ndarray, clean: np.ndarray) -> None:
    """Each breakthrough is paid its reward; the reward for clean innovation is shared by those of the quarter."""
    now = zone.policy.now
    if now.breakthrough_reward > 0.0 and breakthrough.any():
        amount = zone.within_budget("finance", breakthrough * now.breakthrough_reward)
        zone.ledger.pay("subsidies", zone.body_account(zone.body["finance"]), zone.firm_accounts, amount)
    if now.clean_reward > 0.0 and clean.any():
        amount = zone.within_budget("science", clean * (now.clean_reward / QUARTERS / clean.sum()))
        zone.ledger.pay("subsidies", zone.body_account(zone.body["science"]), zone.firm_accounts, amount)


def _imitate(zone: PilotZone) -> None:
    """A firm copies part of the distance to the best of its product, the more the better its people and contacts."""
    firms, p, now = zone.firms, zone.p.innovation, zone.policy.now
    luck = zone.streams.at("imitation", zone.quarter).random(firms.rows)
    products = len(zone.world.products)
    best_cost, best_clean = np.full(products, np.inf), np.full(products, np.inf)
    alive = np.flatnonzero(firms.alive)
    np.minimum.at(best_cost, firms.product[alive], firms.efficiency[alive])
    np.minimum.at(best_clean, firms.product[alive], firms.clean[alive])
    skilled = row_sum(firms.staff[:, SKILLED:]) / np.maximum(row_sum(firms.posts[:, SKILLED:]), 1e-9)
    contact = (
        p.imitation
        * clip(skilled, 0.0, 1.0)
        * (1.0 + p.imitation_internet * now.internet + p.imitation_talk * now.communication)
    )
    copies = firms.alive & (luck < contact)
    gap = best_cost[firms.product] - firms.efficiency
    firms.efficiency = np.where(copies, firms.efficiency + p.copy_share * np.minimum(0.0, gap), firms.efficiency)
    gap = best_clean[firms.product] - firms.clean
    firms.clean = np.where(copies, firms.clean + p.copy_share * np.minimum(0.0, gap), firms.clean)
    modern = p.modernise * firms.upgrade_money / np.maximum(firms.book_capital * p.upgrade_cost, 1.0)
    aged = firms.outdated + p.ageing * (1.0 - firms.outdated)
    firms.outdated = aged * (1.0 - clip(modern, 0.0, p.modernise_most)) * firms.alive


def _extend_chain(zone: PilotZone) -> None:
    """A firm adds a step of processing with money, professionals and a park that can carry it."""
    firms, p = zone.firms, zone.p.innovation
    professionals = firms.staff[:, PROFESSIONAL] / np.maximum(firms.posts[:, PROFESSIONAL], 1e-9)
    money = (firms.chain_money + p.chain_own * firms.research * QUARTERS) / np.maximum(
        firms.book_capital * p.chain_cost, 1.0
    )
    carried = (
        np.maximum(zone.p.environment.infrastructure_least, zone.towns.infrastructure[firms.place]) ** p.chain_park
    )
    chance = p.chain_rate * (1.0 - np.exp(-money)) * clip(professionals, 0.0, 1.0) ** p.critical_mass * carried
    luck = zone.streams.at("chain", zone.quarter).random(firms.rows)
    able = firms.alive & (firms.chain < p.chain_top) & (firms.margin > p.chain_margin)
    climbs = able & (luck < chance)
    firms.chain = np.where(climbs, firms.chain + 1.0, firms.chain)
    firms.innovations = firms.innovations + climbs


def _brand(zone: PilotZone) -> None:
    """Brands grow with support for firms above the raw-material level, and fade."""
    firms, p, now = zone.firms, zone.p.brand, zone.policy.now
    each = now.brand_support / max(1.0, float(firms.alive.sum())) / p.money_scale
    growth = p.growth * np.log1p(each) * (p.level_base + p.level_weight * firms.chain) * (1.0 - firms.brand)
    firms.brand = clip(
        firms.brand * (1.0 - p.fade) + growth * firms.alive * (1.0 - p.stain * firms.colluding), 0.0, 1.0
    )
