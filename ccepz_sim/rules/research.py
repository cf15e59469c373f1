"""Research of firms: outlay, success through skilled people in posts, direction, reward, imitation.

Source: Dosi et al. 2010 (success, imitation, draws); Griffith et al. 2004 (absorptive capacity); Jaffe and Palmer
1997 (regulation); docs/model.md (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import draws_of
from ccepz_sim.rules.institutes import knowledge_near
from ccepz_sim.rules.success import effective_research, step_draw, success_chance
from ccepz_sim.state.ledger import Flow, pay
from ccepz_sim.state.world import PROFESSIONAL, SKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

SUCCESS, IMITATION = NUMBERS[Stream.RESEARCH], NUMBERS[Stream.IMITATION]
FINDS, DIRECTION, STEPS = range(3)  # what is drawn for a firm; of steps there are several


@compiled
def plan_research(zone: Zone) -> None:
    """Firms set own research outlay by mindset, margin, funds received and the pull of regulation; yuan a quarter.

    Reads: innovation.*; policy high_tech_cut, loss_relief, breakthrough_reward.
    """
    firms, p, now = zone.firms, zone.p.innovation, zone.policy.now
    propensity = (p.propensity_none, p.propensity_training, p.propensity_long)  # share of sales by mindset
    tax_cut = p.tax_response * now.high_tech_cut
    prize = 1.0 + p.prize_pull * now.breakthrough_reward / p.breakthrough_scale
    for firm in range(firms.rows):
        if not firms.alive[firm]:
            firms.research[firm] = 0.0
            continue
        duty = firms.tax_due[firm, 0] + firms.tax_due[firm, 1] + firms.abatement_cost[firm]
        burden = duty / max(firms.sales[firm], 1.0)
        pull = min(max(1.0 + p.porter * np.log1p(burden / p.burden_reference), 1.0), p.porter_most)
        strategic = 1.0 + p.emerging_research if zone.technology.emerging[firm] > 0.0 else 1.0
        cut = 1.0 + (tax_cut if firms.profit[firm] > 0.0 else tax_cut * now.loss_relief)
        own = propensity[firms.mindset[firm]] * strategic * pull * cut * prize * firms.sales[firm]
        if firms.margin[firm] <= 0.0:
            own *= p.thrift
        grant = firms.research_fund[firm] / QUARTERS  # in yuan: spread over the year
        firms.research[firm] = max(0.0, own - p.crowding_out * grant) + grant


@compiled
def skilled_share(zone: Zone, firm: int) -> float:
    """Give the filled share of a firm's skilled and professional posts, 0-1."""
    firms = zone.firms
    need = firms.posts[firm, SKILLED] + firms.posts[firm, PROFESSIONAL]
    there = firms.staff[firm, SKILLED] + firms.staff[firm, PROFESSIONAL]
    return min(max(there / max(need, 1e-9), 0.0), 1.0)


@compiled
def succeed(zone: Zone) -> None:
    """Firms whose research succeeds become cheaper or cleaner, as reward and regulation direct; some break through.

    Each breakthrough is paid its reward; the reward for clean innovation is shared by those of the quarter.
    """
    firms, now, p = zone.firms, zone.policy.now, zone.p.innovation
    luck = passing(zone, SUCCESS)
    found = find(zone, draws_of(narrow(luck, FINDS), firms.who))
    steps = step_draw(_step_luck(zone, luck, found), found, p.step_most)
    reward = now.clean_reward / p.reward_scale + now.breakthrough_reward / p.breakthrough_scale * p.breakthrough_clean
    direction = p.direction_base + p.direction_reward * np.log1p(reward)
    broke, cleaner = np.zeros(firms.rows), np.zeros(firms.rows)
    for firm in range(firms.rows):
        firms.innovations[firm] = 0.0
        if found[firm]:
            faced = (zone.plan.faced[firm, 0] + zone.plan.faced[firm, 1]) / 2.0
            pull = direction + p.direction_tax * np.log1p(faced * (1.0 - firms.hidden[firm]) / p.tax_reference)
            if draw(narrow(luck, DIRECTION), firms.who[firm]) < 1.0 / (1.0 + np.exp(-pull)):
                cleaner[firm] = 1.0
                step = p.clean_step * (1.0 + abs(steps[firm]))
                firms.clean[firm] = max(p.clean_floor, firms.clean[firm] * (1.0 - step))
            elif steps[firm] > 0.0:
                firms.efficiency[firm] = max(p.efficiency_floor, firms.efficiency[firm] * (1.0 - steps[firm]))
            if cleaner[firm] > 0.0 or steps[firm] > 0.0:
                firms.innovations[firm] = 1.0
            broke[firm] = steps[firm] > p.breakthrough_step
        known = firms.knowledge[firm]
        firms.knowledge[firm] = min(max(known + p.learning * found[firm] - p.forgetting * known, 0.0), 1.0)
    _reward(zone, zone.body.finance, broke, now.breakthrough_reward)
    _reward(zone, zone.body.science, cleaner, now.clean_reward / QUARTERS / max(cleaner.sum(), 1.0))


@compiled
def _step_luck(zone: Zone, luck: int, found: np.ndarray) -> np.ndarray:
    """Give the draws of `step_draw` of those who found something, shape (draws, rows).

    Args:
        luck: key of the quarter; found: 1 or 0 by firm, shape (rows,).
    """
    drawn = np.zeros((2 * int(zone.p.innovation.beta) - 1, found.size))
    for firm in range(found.size):
        if found[firm]:
            for one in range(len(drawn)):
                drawn[one, firm] = draw(narrow(luck, STEPS + one), zone.firms.who[firm])
    return drawn


@compiled
def find(zone: Zone, luck: np.ndarray) -> np.ndarray:
    """Say which firms succeed: by research for their size, through filled skilled posts and with help.

    Args:
        luck: uniform draws, shape (rows,).
    """
    firms, p = zone.firms, zone.p.innovation
    known = knowledge_near(zone)
    scale = p.research_scale * zone.prices.general  # outlay the usual size asks, yuan
    incubators = 1.0 + p.incubator_help * zone.policy.now.incubators
    found = np.zeros(firms.rows, dtype=np.bool_)
    for firm in range(firms.rows):
        if firms.alive[firm] and firms.posts[firm, SKILLED] + firms.posts[firm, PROFESSIONAL] > 0.0:
            size = scale * max(firms.sales[firm] / p.size_reference, p.size_floor) ** p.size_power
            help_ = 1.0 + p.institute_help * known[zone.technology.industry[firm]]
            if firms.large[firm] == 0.0:
                help_ *= incubators
            relative = firms.research[firm] / max(size, 1.0)
            # empty posts and the exponential only lower the chance: most draws need neither
            if luck[firm] < p.zeta * relative * help_:
                effort = effective_research(relative, skilled_share(zone, firm), p.critical_mass) * help_
                found[firm] = luck[firm] < success_chance(effort, p.zeta)
    return found


@compiled
def _reward(zone: Zone, payer: int, who: np.ndarray, amount: float) -> None:
    """Pay a reward to each of some firms, as far as a body's cash reaches; who: 1 or 0 by firm; amount: yuan each."""
    ledger = zone.ledger
    body = ledger.bodies + payer
    total, have = who.sum() * amount, max(0.0, ledger.deposits[body])
    share = 1.0 if total <= have else have / total
    for firm in range(who.size):
        pay(ledger, Flow.SUBSIDIES, body, ledger.firms + firm, who[firm] * amount * share)


@compiled
def imitate(zone: Zone) -> None:
    """A firm copies part of the distance to the best of its product, the more the better its people and contacts.

    Plant ages, and money for upgrading renews it.
    """
    firms, p, now = zone.firms, zone.p.innovation, zone.policy.now
    luck = passing(zone, IMITATION)
    contact = p.imitation * (1.0 + p.imitation_internet * now.internet + p.imitation_talk * now.communication)
    best_cost, best_clean = np.full((2, zone.fixed.products), np.inf)
    for firm in range(firms.rows):
        if firms.alive[firm]:
            product = firms.product[firm]
            best_cost[product] = min(best_cost[product], firms.efficiency[firm])
            best_clean[product] = min(best_clean[product], firms.clean[firm])
    for firm in range(firms.rows):
        product = firms.product[firm]
        if firms.alive[firm] and draw(luck, firms.who[firm]) < contact * skilled_share(zone, firm):
            firms.efficiency[firm] += p.copy_share * min(0.0, best_cost[product] - firms.efficiency[firm])
            firms.clean[firm] += p.copy_share * min(0.0, best_clean[product] - firms.clean[firm])
        modern = p.modernise * firms.upgrade_money[firm] / max(firms.book_capital[firm] * p.upgrade_cost, 1.0)
        aged = firms.outdated[firm] + p.ageing * (1.0 - firms.outdated[firm])
        firms.outdated[firm] = aged * (1.0 - min(max(modern, 0.0), p.modernise_most)) * firms.alive[firm]
