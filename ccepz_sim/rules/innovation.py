"""Innovation: research succeeds through skilled people in posts; firms imitate neighbours and climb the chain.

Source: Dosi et al. 2010 (success, imitation, draws); Griffith et al. 2004 (absorptive capacity); Jaffe and Palmer
1997 (regulation); docs/model.md (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.ledger import Flow
from ccepz_sim.rng import Stream
from ccepz_sim.state.world import INSTITUTES, PROFESSIONAL, SKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def success_chance(effort: np.ndarray, zeta: float) -> np.ndarray:
    """Give the chance of success in a quarter: P = 1 - exp(-zeta x effort). Benchmark B16.

    Source: Dosi et al. 2010.
    """
    return 1.0 - np.exp(-zeta * effort)


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
def effective_research(research: np.ndarray, filled: np.ndarray, exponent: float) -> np.ndarray:
    """Weigh research by the filled share of skilled posts: below a critical mass money does nothing.

    Args:
        research: outlay in any unit; filled: share of skilled posts, 0-1, same shape.
        exponent: how sharply empty posts void the outlay.
    """
    return research * filled**exponent


@compiled
def wish_to_stay(success: np.ndarray, living: np.ndarray, base: float, success_weight: float) -> np.ndarray:
    """Give the share of scientists who want to work at an institute: logit over its success and life there.

    Args:
        success: chance of success, 0-1; living: pay, allowance, pollution, remoteness, services, log odds; one shape.
        base, success_weight: log odds, and log odds per unit of success. Benchmark B25.
    """
    worth = base + success_weight * success + living
    return 1.0 / (1.0 + np.exp(-worth))


def plan_research(zone: Zone) -> None:
    """Firms set own research outlay by mindset, margin, funds received and the pull of regulation; yuan a quarter.

    Reads: innovation.*; policy high_tech_cut, loss_relief, breakthrough_reward.
    """
    firms, p, now = zone.firms, zone.p.innovation, zone.policy.now
    _outlay(
        firms.research,
        firms.alive,
        firms.mindset,
        zone.technology.emerging,
        firms.tax_due,
        firms.abatement_cost,
        firms.sales,
        firms.profit,
        firms.margin,
        firms.research_fund,
        np.array([p.propensity_none, p.propensity_training, p.propensity_long]),
        p.porter,
        p.porter_most,
        p.burden_reference,
        p.emerging_research,
        p.tax_response * now.high_tech_cut,
        now.loss_relief,
        1.0 + p.prize_pull * now.breakthrough_reward / p.breakthrough_scale,
        p.thrift,
        p.crowding_out,
    )


@compiled
def _outlay(
    research: np.ndarray,
    alive: np.ndarray,
    mindset: np.ndarray,
    emerging: np.ndarray,
    tax_due: np.ndarray,
    abatement_cost: np.ndarray,
    sales: np.ndarray,
    profit: np.ndarray,
    margin: np.ndarray,
    research_fund: np.ndarray,
    propensity: np.ndarray,
    porter: float,
    porter_most: float,
    burden_reference: float,
    emerging_research: float,
    tax_cut: float,
    loss_relief: float,
    prize: float,
    thrift: float,
    crowding_out: float,
) -> None:
    """Set research of each firm; propensity: share of sales by mindset; tax_cut, prize: pull of policy."""
    for firm in range(alive.size):
        if not alive[firm]:
            research[firm] = 0.0
            continue
        burden = (tax_due[firm, 0] + tax_due[firm, 1] + abatement_cost[firm]) / max(sales[firm], 1.0)
        pull = min(max(1.0 + porter * np.log1p(burden / burden_reference), 1.0), porter_most)
        strategic = 1.0 + emerging_research if emerging[firm] > 0.0 else 1.0
        cut = 1.0 + (tax_cut if profit[firm] > 0.0 else tax_cut * loss_relief)
        own = propensity[mindset[firm]] * strategic * pull * cut * prize * sales[firm]
        if margin[firm] <= 0.0:
            own *= thrift
        grant = research_fund[firm] / QUARTERS
        research[firm] = max(0.0, own - crowding_out * grant) + grant


def innovate(zone: Zone) -> None:
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
    for money in (firms.research_fund, firms.upgrade_money, firms.chain_money, firms.clean_money):
        money *= zone.p.innovation.money_memory


def _institutes(zone: Zone) -> None:
    """Scientists stay where work succeeds and life is good; an institute without them produces nothing."""
    institutes, towns, now, p = zone.institutes, zone.towns, zone.policy.now, zone.p.institutes
    filled = _work(
        institutes.people,
        institutes.posts,
        institutes.guests,
        institutes.funding,
        institutes.success,
        p.flexible_take_up * now.flexible_posts,
        p.fill_most,
        p.funding_scale,
        p.critical_mass,
        p.zeta,
    )
    _stay(
        institutes.people,
        institutes.posts,
        institutes.place,
        institutes.remoteness,
        institutes.success,
        towns.wage,
        zone.towns.base_wage,
        towns.harm,
        towns.amenity,
        zone.institutes.pull,
        zone.towns.scientist_leave,
        zone.towns.vacancy_pull[INSTITUTES],
        p.turnover,
        p.adjust,
        p.turnover_floor,
        p.turnover_most,
        p.pull_floor,
        p.pull_gain,
        p.base,
        p.success_weight,
        p.pollution_weight,
        p.allowance_weight * now.talent_allowance / p.allowance_scale,
        p.pay_weight,
        p.remote_weight,
        p.amenity_weight,
    )
    luck = zone.streams.at(Stream.INSTITUTES, zone.quarter).random(len(filled))
    institutes.results[:] = (luck < institutes.success * p.results_rate).astype(float)
    _note_empty(zone, filled)


@compiled
def _work(
    people: np.ndarray,
    posts: np.ndarray,
    guests: np.ndarray,
    funding: np.ndarray,
    success: np.ndarray,
    guests_wanted: float,
    fill_most: float,
    funding_scale: float,
    critical_mass: float,
    zeta: float,
) -> np.ndarray:
    """Set guests and the chance of success of each institute; give the filled share of posts."""
    filled, total = np.empty(people.size), 0.0
    for row in range(people.size):
        total += posts[row]
    share = guests_wanted / total
    for row in range(people.size):
        own = people[row] / max(posts[row], 1e-9)
        guests[row] = min(share, max(0.0, 1.0 - own)) * posts[row]
        filled[row] = min(max(own + guests[row] / max(posts[row], 1e-9), 0.0), fill_most)
        money = funding[row] * QUARTERS / max(posts[row], 1.0) / funding_scale
        success[row] = success_chance(effective_research(money, filled[row], critical_mass), zeta)
    return filled


@compiled
def _stay(
    people: np.ndarray,
    posts: np.ndarray,
    place: np.ndarray,
    remoteness: np.ndarray,
    success: np.ndarray,
    wage: np.ndarray,
    base_wage: np.ndarray,
    harm: np.ndarray,
    amenity: np.ndarray,
    pull: np.ndarray,
    leaving: np.ndarray,
    sought: np.ndarray,
    turnover: float,
    adjust: float,
    turnover_floor: float,
    turnover_most: float,
    pull_floor: float,
    pull_gain: float,
    base: float,
    success_weight: float,
    pollution_weight: float,
    allowance: float,
    pay_weight: float,
    remote_weight: float,
    amenity_weight: float,
) -> None:
    """Leave for the labour market who goes and which posts are sought, by what an institute's work is worth.

    Args:
        pull: share of posts scientists consider, set here, shape (institutes,).
        leaving: share of scientists who go; sought: share of posts considered; set here, shape (places,).
    """
    places = leaving.size
    there, going, open_, liked = np.zeros(places), np.zeros(places), np.zeros(places), np.zeros(places)
    for row in range(people.size):
        here, own = place[row], people[row] / max(posts[row], 1e-9)
        pay = np.log(wage[here, PROFESSIONAL] / base_wage[here, PROFESSIONAL])
        living = allowance + pay_weight * pay + amenity_weight * amenity[here]
        living -= pollution_weight * harm[here] + remote_weight * remoteness[row]
        wanted = wish_to_stay(success[row], living, base, success_weight)
        leave = min(max(turnover + adjust * (own - wanted), turnover_floor), turnover_most)
        pull[row] = min(max(pull_floor + (wanted - own) * pull_gain, 0.0), 1.0)
        there[here] += people[row]
        going[here] += people[row] * leave
        open_[here] += posts[row]
        liked[here] += posts[row] * pull[row]
    for here in range(places):
        leaving[here] = going[here] / max(there[here], 1e-9)
        sought[here] = liked[here] / max(open_[here], 1e-9)


def _note_empty(zone: Zone, filled: np.ndarray) -> None:
    """Tell of larger institutes that have just run empty; a band keeps them from being told of again and again."""
    institutes, p = zone.institutes, zone.p.institutes
    now_empty = (filled < p.empty_share) & ~zone.institutes.was_empty
    for row in np.flatnonzero(now_empty & (institutes.posts > p.note_posts)):
        zone.note(
            "institute_empty",
            place=zone.world.places[institutes.place[row]],
            indicator="institute_fill_rate",
            weight=float(institutes.posts[row]),
            institute=zone.institute_label(int(row)),
            share=float(filled[row]),
        )
    zone.institutes.was_empty[:] = filled < p.empty_share + p.empty_band * zone.institutes.was_empty


def knowledge_near(zone: Zone) -> np.ndarray:
    """Give the help institutes lend by industry: mean success of those in the field, shape (industries,).

    Reads: innovation.spill_far, for industries without an institute of their own.
    """
    institutes = zone.institutes
    return _help(
        institutes.field,
        institutes.success,
        institutes.posts,
        len(zone.world.industry_names),
        zone.p.innovation.spill_far,
    )


@compiled
def _help(field: np.ndarray, success: np.ndarray, posts: np.ndarray, industries: int, spill_far: float) -> np.ndarray:
    total, number = np.zeros(industries), np.zeros(industries)
    succeed, seats = 0.0, 0.0
    for row in range(field.size):
        succeed += success[row] * posts[row]
        seats += posts[row]
        if field[row] >= 0:
            total[field[row]] += success[row] * posts[row]
            number[field[row]] += posts[row]
    far = spill_far * (succeed / seats)
    for industry in range(industries):
        total[industry] = total[industry] / number[industry] if number[industry] > 0.0 else far
    return total


def _firm_success(zone: Zone) -> None:
    """Firms whose research succeeds become cheaper or cleaner, as reward and regulation direct; some break through."""
    firms, now, p = zone.firms, zone.policy.now, zone.p.innovation
    luck = zone.streams.at(Stream.RESEARCH, zone.quarter)
    draw = luck.random((2, firms.rows))
    found = _find(
        draw[0],
        firms.alive,
        firms.posts,
        firms.staff,
        firms.research,
        firms.sales,
        firms.large,
        zone.technology.industry,
        knowledge_near(zone),
        p.institute_help,
        p.incubator_help * now.incubators,
        p.size_reference,
        p.size_floor,
        p.size_power,
        p.research_scale * zone.prices.general,
        p.critical_mass,
        p.zeta,
    )
    reward = now.clean_reward / p.reward_scale + now.breakthrough_reward / p.breakthrough_scale * p.breakthrough_clean
    breakthrough, clean = _improve(
        found,
        draw[1],
        luck.random((2 * int(p.beta) - 1, firms.rows)),
        zone.plan.faced,
        firms.hidden,
        firms.efficiency,
        firms.clean,
        firms.knowledge,
        firms.innovations,
        p.step_most,
        p.tax_reference,
        p.direction_tax,
        p.direction_base + p.direction_reward * float(np.log1p(reward)),
        p.efficiency_floor,
        p.clean_floor,
        p.clean_step,
        p.learning,
        p.forgetting,
        p.breakthrough_step,
    )
    _pay_rewards(zone, breakthrough, clean)


@compiled
def _find(
    draw: np.ndarray,
    alive: np.ndarray,
    posts: np.ndarray,
    staff: np.ndarray,
    research: np.ndarray,
    sales: np.ndarray,
    large: np.ndarray,
    industry: np.ndarray,
    known: np.ndarray,
    institute_help: float,
    incubator_help: float,
    size_reference: float,
    size_floor: float,
    size_power: float,
    scale: float,
    critical_mass: float,
    zeta: float,
) -> np.ndarray:
    """Say which firms succeed: by research for their size, through filled skilled posts and with help.

    Args:
        draw: uniform, shape (rows,).
        known: help of institutes by industry; incubator_help: for firms that are not large.
        scale: outlay the usual size asks, yuan.
    """
    found = np.zeros(alive.size, dtype=np.bool_)
    for firm in range(alive.size):
        need = posts[firm, SKILLED] + posts[firm, PROFESSIONAL]
        if alive[firm] and need > 0.0:
            filled = min(max((staff[firm, SKILLED] + staff[firm, PROFESSIONAL]) / need, 0.0), 1.0)
            size = scale * max(sales[firm] / size_reference, size_floor) ** size_power
            relative, help_ = research[firm] / max(size, 1.0), 1.0 + institute_help * known[industry[firm]]
            if large[firm] == 0.0:
                help_ *= 1.0 + incubator_help
            # empty posts and the exponential only lower the chance: most draws need neither
            if draw[firm] < zeta * relative * help_:
                effort = effective_research(relative, filled, critical_mass) * help_
                found[firm] = draw[firm] < success_chance(effort, zeta)
    return found


@compiled
def _improve(
    found: np.ndarray,
    draw: np.ndarray,
    uniform: np.ndarray,
    faced: np.ndarray,
    hidden: np.ndarray,
    efficiency: np.ndarray,
    clean: np.ndarray,
    knowledge: np.ndarray,
    innovations: np.ndarray,
    step_most: float,
    tax_reference: float,
    direction_tax: float,
    direction: float,
    efficiency_floor: float,
    clean_floor: float,
    clean_step: float,
    learning: float,
    forgetting: float,
    breakthrough_step: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Let success make firms cleaner where regulation and reward pull that way, else cheaper.

    Args:
        found: success; draw: uniform, shape (rows,); uniform: see `step_draw`.
        faced: rates of air and water, yuan/equivalent; direction: log odds of a cleaner firm without regulation.

    Returns:
        Which firms broke through, and which became cleaner.
    """
    rows = found.size
    broke, cleaner = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
    steps = step_draw(uniform, found, step_most)
    for firm in range(rows):
        innovations[firm] = 0.0
        if found[firm]:
            regulated = (faced[firm, 0] + faced[firm, 1]) / 2.0 * (1.0 - hidden[firm]) / tax_reference
            pull = direction + direction_tax * np.log1p(regulated)
            if draw[firm] < 1.0 / (1.0 + np.exp(-pull)):
                cleaner[firm] = True
                clean[firm] = max(clean_floor, clean[firm] * (1.0 - clean_step * (1.0 + abs(steps[firm]))))
            elif steps[firm] > 0.0:
                efficiency[firm] = max(efficiency_floor, efficiency[firm] * (1.0 - steps[firm]))
            if cleaner[firm] or steps[firm] > 0.0:
                innovations[firm] = 1.0
            broke[firm] = steps[firm] > breakthrough_step
        knowledge[firm] = min(max(knowledge[firm] + learning * found[firm] - forgetting * knowledge[firm], 0.0), 1.0)
    return broke, cleaner


def _pay_rewards(zone: Zone, breakthrough: np.ndarray, clean: np.ndarray) -> None:
    """Each breakthrough is paid its reward; the reward for clean innovation is shared by those of the quarter."""
    now = zone.policy.now
    if now.breakthrough_reward > 0.0 and breakthrough.any():
        amount = zone.ledger.affordable(zone.ledger.bodies + zone.body.finance, breakthrough * now.breakthrough_reward)
        zone.ledger.pay(Flow.SUBSIDIES, zone.ledger.bodies + zone.body.finance, zone.ledger.firm_accounts, amount)
    if now.clean_reward > 0.0 and clean.any():
        amount = zone.ledger.affordable(
            zone.ledger.bodies + zone.body.science, clean * (now.clean_reward / QUARTERS / clean.sum())
        )
        zone.ledger.pay(Flow.SUBSIDIES, zone.ledger.bodies + zone.body.science, zone.ledger.firm_accounts, amount)


def _imitate(zone: Zone) -> None:
    """A firm copies part of the distance to the best of its product, the more the better its people and contacts."""
    firms, p, now = zone.firms, zone.p.innovation, zone.policy.now
    _copy(
        zone.streams.at(Stream.IMITATION, zone.quarter).random(firms.rows),
        firms.alive,
        firms.product,
        firms.efficiency,
        firms.clean,
        firms.staff,
        firms.posts,
        len(zone.world.products),
        p.imitation * (1.0 + p.imitation_internet * now.internet + p.imitation_talk * now.communication),
        p.copy_share,
    )
    _modernise(
        firms.outdated,
        firms.alive,
        firms.upgrade_money,
        firms.book_capital,
        p.ageing,
        p.modernise,
        p.upgrade_cost,
        p.modernise_most,
    )


@compiled
def _copy(
    luck: np.ndarray,
    alive: np.ndarray,
    product: np.ndarray,
    efficiency: np.ndarray,
    clean: np.ndarray,
    staff: np.ndarray,
    posts: np.ndarray,
    products: int,
    contact: float,
    copy_share: float,
) -> None:
    """Let firms in contact come nearer to the best of their product; contact: chance with all skilled posts filled."""
    best_cost, best_clean = np.full(products, np.inf), np.full(products, np.inf)
    for firm in range(alive.size):
        if alive[firm]:
            best_cost[product[firm]] = min(best_cost[product[firm]], efficiency[firm])
            best_clean[product[firm]] = min(best_clean[product[firm]], clean[firm])
    for firm in range(alive.size):
        need = posts[firm, SKILLED] + posts[firm, PROFESSIONAL]
        skilled = (staff[firm, SKILLED] + staff[firm, PROFESSIONAL]) / max(need, 1e-9)
        if alive[firm] and luck[firm] < contact * min(max(skilled, 0.0), 1.0):
            efficiency[firm] += copy_share * min(0.0, best_cost[product[firm]] - efficiency[firm])
            clean[firm] += copy_share * min(0.0, best_clean[product[firm]] - clean[firm])


@compiled
def _modernise(
    outdated: np.ndarray,
    alive: np.ndarray,
    upgrade_money: np.ndarray,
    book_capital: np.ndarray,
    ageing: float,
    modernise: float,
    upgrade_cost: float,
    modernise_most: float,
) -> None:
    """Let plant age, and money for upgrading renew it."""
    for firm in range(alive.size):
        modern = modernise * upgrade_money[firm] / max(book_capital[firm] * upgrade_cost, 1.0)
        aged = outdated[firm] + ageing * (1.0 - outdated[firm])
        outdated[firm] = aged * (1.0 - min(max(modern, 0.0), modernise_most)) * alive[firm]


def _extend_chain(zone: Zone) -> None:
    """A firm adds a step of processing with money, professionals and a park that can carry it."""
    firms, p = zone.firms, zone.p.innovation
    _climb(
        zone.streams.at(Stream.CHAIN, zone.quarter).random(firms.rows),
        firms.alive,
        firms.chain,
        firms.innovations,
        firms.margin,
        firms.staff,
        firms.posts,
        firms.chain_money,
        firms.research,
        firms.book_capital,
        firms.place,
        np.maximum(zone.p.environment.infrastructure_least, zone.towns.infrastructure) ** p.chain_park,
        p.chain_top,
        p.chain_margin,
        p.chain_own,
        p.chain_cost,
        p.chain_rate,
        p.critical_mass,
    )


@compiled
def _climb(
    luck: np.ndarray,
    alive: np.ndarray,
    chain: np.ndarray,
    innovations: np.ndarray,
    margin: np.ndarray,
    staff: np.ndarray,
    posts: np.ndarray,
    chain_money: np.ndarray,
    research: np.ndarray,
    book_capital: np.ndarray,
    place: np.ndarray,
    carried: np.ndarray,
    chain_top: float,
    chain_margin: float,
    chain_own: float,
    chain_cost: float,
    chain_rate: float,
    critical_mass: float,
) -> None:
    """Add a step where the draw allows; carried: what the place's infrastructure lets through, shape (places,)."""
    for firm in range(alive.size):
        # what hinders a firm only lowers the chance, so that most draws need no power and no exponential
        most = chain_rate * carried[place[firm]]
        if luck[firm] < most and alive[firm] and chain[firm] < chain_top and margin[firm] > chain_margin:
            money = chain_money[firm] + chain_own * research[firm] * QUARTERS
            money /= max(book_capital[firm] * chain_cost, 1.0)
            professionals = staff[firm, PROFESSIONAL] / max(posts[firm, PROFESSIONAL], 1e-9)
            filled = min(max(professionals, 0.0), 1.0) ** critical_mass
            if luck[firm] < most * (1.0 - np.exp(-money)) * filled:
                chain[firm] += 1.0
                innovations[firm] += 1.0


def _brand(zone: Zone) -> None:
    """Brands grow with support for firms above the raw-material level, and fade."""
    firms, p, now = zone.firms, zone.p.brand, zone.policy.now
    each = now.brand_support / max(1.0, float(np.count_nonzero(firms.alive))) / p.money_scale
    _grow_brands(
        firms.brand,
        firms.alive,
        firms.chain,
        firms.colluding,
        p.growth * float(np.log1p(each)),
        p.level_base,
        p.level_weight,
        p.fade,
        p.stain,
    )


@compiled
def _grow_brands(
    brand: np.ndarray,
    alive: np.ndarray,
    chain: np.ndarray,
    colluding: np.ndarray,
    support: float,
    level_base: float,
    level_weight: float,
    fade: float,
    stain: float,
) -> None:
    """Set each brand, 0-1; collusion stains it."""
    for firm in range(brand.size):
        name = brand[firm] * (1.0 - fade)
        if alive[firm]:
            growth = support * (level_base + level_weight * chain[firm]) * (1.0 - brand[firm])
            name += growth * (1.0 - stain) if colluding[firm] else growth
        brand[firm] = min(max(name, 0.0), 1.0)
