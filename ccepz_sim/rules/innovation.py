"""Innovation: research succeeds through skilled people in posts; firms imitate neighbours and climb the chain.

Source: Dosi et al. 2010 (success, imitation, draws); Griffith et al. 2004 (absorptive capacity); Jaffe and Palmer
1997 (regulation); docs/model.md (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import Value, compiled
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.state.ledger import Flow, pay
from ccepz_sim.state.world import INSTITUTES, PROFESSIONAL, SKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def success_chance(effort: Value, zeta: float) -> Value:
    """Give the chance of success in a quarter: P = 1 - exp(-zeta x effort). Benchmark B16.

    Source: Dosi et al. 2010.
    """
    chance: Value = 1.0 - np.exp(-zeta * effort)
    return chance


@compiled
def step_draw(uniform: np.ndarray, found: np.ndarray, most: float) -> np.ndarray:
    """Draw productivity steps from a symmetric Beta(b, b) on [-most, most] as the middle one of 2 b - 1 uniforms.

    Args:
        uniform: draws within 0-1, shape (2 b - 1, rows); found: rows that need a step, the others get 0.
        most: largest step.

    Source: Dosi et al. 2010; order statistics of uniforms are Beta distributed. Benchmark B16.
    """
    steps = np.zeros(len(found))
    middle = len(uniform) // 2
    for row in range(found.size):
        if found[row]:
            for one in range(len(uniform)):
                draw, below = uniform[one, row], 0
                for other in range(len(uniform)):
                    below += uniform[other, row] < draw or (uniform[other, row] == draw and other < one)
                if below == middle:
                    steps[row] = (2.0 * draw - 1.0) * most
    return steps


@compiled
def effective_research(research: Value, filled: Value, exponent: float) -> Value:
    """Weigh research by the filled share of skilled posts: below a critical mass money does nothing.

    Args:
        research: outlay in any unit; filled: share of skilled posts, 0-1, same shape.
        exponent: how sharply empty posts void the outlay.
    """
    effective: Value = research * filled**exponent
    return effective


@compiled
def wish_to_stay(success: np.ndarray, living: np.ndarray, base: float, success_weight: float) -> np.ndarray:
    """Give the share of scientists who want to work at an institute: logit over its success and life there.

    Args:
        success: chance of success, 0-1; living: pay, allowance, pollution, remoteness, services, log odds; one shape.
        base, success_weight: log odds, and log odds per unit of success. Benchmark B25.
    """
    worth = base + success_weight * success + living
    return 1.0 / (1.0 + np.exp(-worth))


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


def innovate(zone: Zone) -> None:
    """Draw successes of institutes and firms, improve cost or cleanliness, imitate, extend the chain.

    Reads: innovation.*, institutes.*, brand.*, environment.infrastructure_least; policy flexible_posts,
    talent_allowance, incubators, clean_reward, breakthrough_reward, internet, communication, brand_support.
    """
    streams, quarter, rows = zone.streams, zone.quarter, zone.firms.rows
    empty = run_institutes(zone, streams.at(Stream.INSTITUTES, quarter).random(zone.institutes.rows))
    if len(empty):
        _note_empty(zone, empty)
    luck = streams.at(Stream.RESEARCH, quarter)
    succeed(zone, luck.random((2, rows)), luck.random((2 * int(zone.p.innovation.beta) - 1, rows)))
    imitate(zone, streams.at(Stream.IMITATION, quarter).random(rows))
    extend_chain(zone, streams.at(Stream.CHAIN, quarter).random(rows))
    keep_names(zone)


@compiled
def run_institutes(zone: Zone, luck: np.ndarray) -> np.ndarray:
    """Scientists stay where work succeeds and life is good; an institute without them produces nothing.

    Args:
        luck: uniform draws, shape (institutes,).

    Returns:
        Rows of larger institutes that have just run empty; a band keeps them from being told of again and again.
    """
    institutes, p = zone.institutes, zone.p.institutes
    share = p.flexible_take_up * zone.policy.now.flexible_posts / institutes.posts.sum()
    told = np.zeros(institutes.rows, dtype=np.bool_)
    for row in range(institutes.rows):
        seats = max(institutes.posts[row], 1e-9)
        own = institutes.people[row] / seats
        institutes.guests[row] = min(share, max(0.0, 1.0 - own)) * institutes.posts[row]
        filled = min(max(own + institutes.guests[row] / seats, 0.0), p.fill_most)
        money = institutes.funding[row] * QUARTERS / max(institutes.posts[row], 1.0) / p.funding_scale
        institutes.success[row] = success_chance(effective_research(money, filled, p.critical_mass), p.zeta)
        institutes.results[row] = luck[row] < institutes.success[row] * p.results_rate
        was_empty = institutes.was_empty[row]
        told[row] = filled < p.empty_share and not was_empty and institutes.posts[row] > p.note_posts
        institutes.was_empty[row] = filled < p.empty_share + p.empty_band * was_empty
    _stay(zone)
    return np.flatnonzero(told)


@compiled
def _stay(zone: Zone) -> None:
    """Leave for the labour market who goes and which posts are sought, by what an institute's work is worth."""
    institutes, towns, p = zone.institutes, zone.towns, zone.p.institutes
    allowance = p.allowance_weight * zone.policy.now.talent_allowance / p.allowance_scale
    there, going, open_, liked = np.zeros((4, towns.rows))
    for row in range(institutes.rows):
        here, posts, people = institutes.place[row], institutes.posts[row], institutes.people[row]
        own = people / max(posts, 1e-9)
        pay_here = np.log(towns.wage[here, PROFESSIONAL] / towns.base_wage[here, PROFESSIONAL])
        living = allowance + p.pay_weight * pay_here + p.amenity_weight * towns.amenity[here]
        living -= p.pollution_weight * towns.harm[here] + p.remote_weight * institutes.remoteness[row]
        wanted = wish_to_stay(institutes.success[row], living, p.base, p.success_weight)
        leave = min(max(p.turnover + p.adjust * (own - wanted), p.turnover_floor), p.turnover_most)
        institutes.pull[row] = min(max(p.pull_floor + (wanted - own) * p.pull_gain, 0.0), 1.0)
        there[here] += people
        going[here] += people * leave
        open_[here] += posts
        liked[here] += posts * institutes.pull[row]
    for here in range(towns.rows):
        towns.scientist_leave[here] = going[here] / max(there[here], 1e-9)
        towns.vacancy_pull[INSTITUTES, here] = liked[here] / max(open_[here], 1e-9)


def _note_empty(zone: Zone, rows: np.ndarray) -> None:
    """Tell of larger institutes that have just run empty."""
    institutes, p = zone.institutes, zone.p.institutes
    for row in rows.tolist():
        filled = float(institutes.people[row] + institutes.guests[row]) / max(float(institutes.posts[row]), 1e-9)
        zone.note(
            "institute_empty",
            place=zone.world.places[institutes.place[row]],
            indicator="institute_fill_rate",
            weight=float(institutes.posts[row]),
            institute=zone.institute_label(row),
            share=min(max(filled, 0.0), p.fill_most),
        )


@compiled
def knowledge_near(zone: Zone) -> np.ndarray:
    """Give the help institutes lend by industry: mean success of those in the field, shape (industries,).

    Reads: innovation.spill_far, for industries without an institute of their own.
    """
    institutes = zone.institutes
    industries = zone.world.product.industry.max() + 1
    total, number = np.zeros((2, industries))
    succeeding = seats = 0.0
    for row in range(institutes.rows):
        field, posts = institutes.field[row], institutes.posts[row]
        succeeding += institutes.success[row] * posts
        seats += posts
        if 0 <= field < industries:  # an industry without a product has no firms to help
            total[field] += institutes.success[row] * posts
            number[field] += posts
    far = zone.p.innovation.spill_far * (succeeding / seats)
    for industry in range(industries):
        total[industry] = total[industry] / number[industry] if number[industry] > 0.0 else far  # in shares: a mean
    return total


@compiled
def skilled_share(zone: Zone, firm: int) -> float:
    """Give the filled share of a firm's skilled and professional posts, 0-1."""
    firms = zone.firms
    need = firms.posts[firm, SKILLED] + firms.posts[firm, PROFESSIONAL]
    there = firms.staff[firm, SKILLED] + firms.staff[firm, PROFESSIONAL]
    return min(max(there / max(need, 1e-9), 0.0), 1.0)


@compiled
def succeed(zone: Zone, draw: np.ndarray, uniform: np.ndarray) -> None:
    """Firms whose research succeeds become cheaper or cleaner, as reward and regulation direct; some break through.

    Each breakthrough is paid its reward; the reward for clean innovation is shared by those of the quarter.

    Args:
        draw: uniform, of success and of direction, shape (2, rows); uniform: see `step_draw`.
    """
    firms, now, p = zone.firms, zone.policy.now, zone.p.innovation
    found = find(zone, draw[0])
    steps = step_draw(uniform, found, p.step_most)
    reward = now.clean_reward / p.reward_scale + now.breakthrough_reward / p.breakthrough_scale * p.breakthrough_clean
    direction = p.direction_base + p.direction_reward * np.log1p(reward)
    broke, cleaner = np.zeros(firms.rows), np.zeros(firms.rows)
    for firm in range(firms.rows):
        firms.innovations[firm] = 0.0
        if found[firm]:
            faced = (zone.plan.faced[firm, 0] + zone.plan.faced[firm, 1]) / 2.0
            pull = direction + p.direction_tax * np.log1p(faced * (1.0 - firms.hidden[firm]) / p.tax_reference)
            if draw[1, firm] < 1.0 / (1.0 + np.exp(-pull)):
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
def find(zone: Zone, draw: np.ndarray) -> np.ndarray:
    """Say which firms succeed: by research for their size, through filled skilled posts and with help.

    Args:
        draw: uniform, shape (rows,).
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
            if draw[firm] < p.zeta * relative * help_:
                effort = effective_research(relative, skilled_share(zone, firm), p.critical_mass) * help_
                found[firm] = draw[firm] < success_chance(effort, p.zeta)
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
def imitate(zone: Zone, luck: np.ndarray) -> None:
    """A firm copies part of the distance to the best of its product, the more the better its people and contacts.

    Plant ages, and money for upgrading renews it.

    Args:
        luck: uniform draws, shape (rows,).
    """
    firms, p, now = zone.firms, zone.p.innovation, zone.policy.now
    contact = p.imitation * (1.0 + p.imitation_internet * now.internet + p.imitation_talk * now.communication)
    best_cost, best_clean = np.full((2, zone.fixed.products), np.inf)
    for firm in range(firms.rows):
        if firms.alive[firm]:
            product = firms.product[firm]
            best_cost[product] = min(best_cost[product], firms.efficiency[firm])
            best_clean[product] = min(best_clean[product], firms.clean[firm])
    for firm in range(firms.rows):
        product = firms.product[firm]
        if firms.alive[firm] and luck[firm] < contact * skilled_share(zone, firm):
            firms.efficiency[firm] += p.copy_share * min(0.0, best_cost[product] - firms.efficiency[firm])
            firms.clean[firm] += p.copy_share * min(0.0, best_clean[product] - firms.clean[firm])
        modern = p.modernise * firms.upgrade_money[firm] / max(firms.book_capital[firm] * p.upgrade_cost, 1.0)
        aged = firms.outdated[firm] + p.ageing * (1.0 - firms.outdated[firm])
        firms.outdated[firm] = aged * (1.0 - min(max(modern, 0.0), p.modernise_most)) * firms.alive[firm]


@compiled
def extend_chain(zone: Zone, luck: np.ndarray) -> None:
    """A firm adds a step of processing with money, professionals and a park that can carry it.

    Args:
        luck: uniform draws, shape (rows,).
    """
    firms, p = zone.firms, zone.p.innovation
    carried = np.empty(zone.towns.rows)
    for town in range(carried.size):
        built = max(zone.p.environment.infrastructure_least, zone.towns.infrastructure[town])
        carried[town] = built**p.chain_park
    for firm in range(firms.rows):
        # what hinders a firm only lowers the chance, so that most draws need no power and no exponential
        most = p.chain_rate * carried[firms.place[firm]]
        able = firms.alive[firm] and firms.chain[firm] < p.chain_top and firms.margin[firm] > p.chain_margin
        if luck[firm] < most and able:
            money = firms.chain_money[firm] + p.chain_own * firms.research[firm] * QUARTERS  # in yuan: of a year
            money /= max(firms.book_capital[firm] * p.chain_cost, 1.0)
            professionals = firms.staff[firm, PROFESSIONAL] / max(firms.posts[firm, PROFESSIONAL], 1e-9)
            filled = min(max(professionals, 0.0), 1.0) ** p.critical_mass
            if luck[firm] < most * (1.0 - np.exp(-money)) * filled:
                firms.chain[firm] += 1.0
                firms.innovations[firm] += 1.0


@compiled
def keep_names(zone: Zone) -> None:
    """Brands grow with support for firms above the raw-material level, and fade; so does money kept for a purpose."""
    firms, p = zone.firms, zone.p.brand
    memory = zone.p.innovation.money_memory
    each = zone.policy.now.brand_support / max(1.0, firms.alive.sum()) / p.money_scale
    support = p.growth * np.log1p(each)
    for firm in range(firms.rows):
        name = firms.brand[firm] * (1.0 - p.fade)
        if firms.alive[firm]:
            growth = support * (p.level_base + p.level_weight * firms.chain[firm]) * (1.0 - firms.brand[firm])
            name += growth * (1.0 - p.stain) if firms.colluding[firm] else growth
        firms.brand[firm] = min(max(name, 0.0), 1.0)
        firms.research_fund[firm] *= memory
        firms.upgrade_money[firm] *= memory
        firms.chain_money[firm] *= memory
        firms.clean_money[firm] *= memory
