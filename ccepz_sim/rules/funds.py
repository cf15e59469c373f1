"""Funds and programmes: a contest for money in which lobbying can stand in for merit, and some of it is misused.

Source: Tullock 1980; docs/model.md (a), (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.arrays import power
from ccepz_sim.numerics.clock import QUARTERS, is_last_of_year
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import choose_some, draws_of
from ccepz_sim.rules.policy import cost_of
from ccepz_sim.state.ledger import Flow, lend, pay
from ccepz_sim.state.world import MIDDLE

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


ROUNDS = 4  # of the contest; the error shrinks by its sharpness in each
# yearly funds in the order of their awards, by the lever that sets their size
FUNDS = (
    "rd_fund", "cleaner_production", "upgrade", "chain_support", "emerging_support", "loan_discount", "results_award",
    "investment_subsidy",
)  # fmt: skip
RESEARCH, CLEANER, UPGRADE, CHAIN, EMERGING, DISCOUNT, RESULTS, INVESTMENT = range(len(FUNDS))
MISUSE, PILOTS = NUMBERS[Stream.MISUSE], NUMBERS[Stream.PILOTS]


@compiled
def contest_shares(effort: np.ndarray, sharpness: float) -> np.ndarray:
    """Give each applicant's share of the prize: x^r over the sum of x^r. Benchmark B14."""
    power = np.maximum(0.0, effort) ** sharpness
    total = power.sum()
    return power / total if total > 0.0 else power


@compiled
def contest_effort(prize: float, weight: np.ndarray, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Give effort and share of each rival where nobody gains by spending more: x = r V p (1 - p), p = w x^r / sum.

    Args:
        prize: V, yuan; weight: influence w of a yuan spent, shape (rows,); sharpness: r, at most 1.

    Returns:
        Effort in yuan, and share of the prize; shape (rows,). One rival alone spends nothing and wins.

    Source: Tullock 1980; benchmark B14.
    """
    share = contest_shares(weight, 1.0 / (1.0 - sharpness) if sharpness < 1.0 else 1.0)
    for _ in range(ROUNDS):
        # what all efforts have in common, r V, cancels in the shares
        pull = weight * power(share * (1.0 - share), sharpness)
        total = pull.sum()
        if total == 0.0:
            break
        share = pull / total
    return sharpness * prize * share * (1.0 - share), share


@compiled
def misuse_share(
    base: float,
    strictness: float,
    found: float,
    integrity: np.ndarray,
    weights: tuple[float, float, float],
    lobbied: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Give the share of a grant not spent on its purpose; strict award and audits lower it.

    Args:
        base: share at integrity 0.5 without strictness and audits.
        strictness, found: strictness of the award, and share of cases audits find, 0-1.
        integrity: of the firms, 0-1, shape (rows,).
        weights: fall of the log odds per unit of strictness, audits and integrity.
        lobbied: rise of the log odds by how the grant was won, shape (rows,).
    """
    strict, audit, honest = weights
    logit = np.log(base / (1.0 - base)) - strict * strictness - audit * found - honest * (integrity - MIDDLE) + lobbied
    share: np.ndarray = 1.0 / (1.0 + np.exp(-logit))
    return share


def award_funds(zone: Zone) -> None:
    """In the last quarter of a year every fund is awarded and paid; what is misused leaves with the owners.

    Reads: funds.*; policy fund_strictness and the amount of each fund; audit_found, the compliance plan.
    """
    if is_last_of_year(zone.quarter):
        name_pilots(zone)
        award(zone)


@compiled
def award(zone: Zone) -> None:
    """Award each fund in turn: a body shares its amount out for a purpose, whose money firms keep.

    Who diverts one grant diverts all.
    """
    firms, now, body = zone.firms, zone.policy.now, zone.body
    luck = draws_of(passing(zone, MISUSE), firms.who)
    _award(zone, RESEARCH, body.science, now.rd_fund, firms.research_fund, luck)
    _award(zone, CLEANER, body.environment, now.cleaner_production, firms.clean_money, luck)
    _award(zone, UPGRADE, body.committee, now.upgrade, firms.upgrade_money, luck)
    _award(zone, CHAIN, body.committee, now.chain_support, firms.chain_money, luck)
    _award(zone, EMERGING, body.committee, now.emerging_support, firms.profit, luck)
    _award(zone, DISCOUNT, body.finance, now.loan_discount, firms.profit, luck)
    _award(zone, RESULTS, body.finance, now.results_award, firms.profit, luck)
    _award(zone, INVESTMENT, body.finance, now.investment_subsidy, firms.plant_money, luck)


@compiled
def merit_of(zone: Zone, fund: int, firm: int) -> float:
    """Give what a firm in business is ranked by; only relative size counts, 0 is not eligible.

    Args:
        fund: index of FUNDS.
    """
    firms, p = zone.firms, zone.p.funds
    if fund == RESEARCH:
        return research_merit(zone, firm)
    if fund == CLEANER:
        dirt = (zone.plan.equivalents[firm, 0] + zone.plan.equivalents[firm, 1]) * firms.clean[firm]
        return dirt * min(1.0, firms.concentration[firm])
    if fund == UPGRADE:
        return firms.book_capital[firm] * firms.outdated[firm]
    if fund == CHAIN:
        return firms.sales[firm] if firms.chain[firm] < p.chain_top else 0.0
    if fund == EMERGING:
        return firms.book_capital[firm] if zone.technology.emerging[firm] > 0.0 else 0.0
    if fund == DISCOUNT:
        return firms.book_capital[firm] if zone.ledger.loans[zone.ledger.firms + firm] > 0.0 else 0.0
    if fund == RESULTS:
        return firms.reused[firm] + firms.used_waste[firm]
    return firms.book_capital[firm]


@compiled
def research_merit(zone: Zone, firm: int) -> float:
    """Give what a firm is ranked by where research counts: its outlays, and a little of its size."""
    firms, p = zone.firms, zone.p.funds
    known = p.knowledge_floor + firms.knowledge[firm]
    return (firms.research[firm] + p.merit_floor * firms.sales[firm]) * known


@compiled
def _open_share(zone: Zone) -> float:
    """Give the share of an award that contacts decide: all but what strictness and size take, 0-1."""
    p = zone.p.funds
    reach = p.lobby_base + p.brand_view_pull * zone.governance.brand_view_share
    return (1.0 - zone.policy.now.fund_strictness) * reach / (reach + p.size_weight)


@compiled
def _lobby(zone: Zone, rows: np.ndarray, size: np.ndarray, prize: float) -> np.ndarray:
    """Eligible firms pay for contacts as the contest asks and as cash allows, from their profit.

    Args:
        rows: eligible firms; size: relative, 0-1, same shape; prize: yuan.

    Returns:
        Shares of the prize, as `rows`.
    """
    firms, ledger, p = zone.firms, zone.ledger, zone.p.funds
    effort, share = contest_effort(prize, firms.lobby[rows] * size**p.lobby_power, p.sharpness)
    for number in range(rows.size):
        firm = rows[number]
        account = ledger.firms + firm
        spent = min(effort[number], max(0.0, ledger.deposits[account]))
        firms.profit[firm] -= spent
        pay(ledger, Flow.LOBBYING, account, ledger.services + firms.place[firm], spent)
    return share


@compiled
def _award(zone: Zone, fund: int, payer: int, yearly: float, purpose: np.ndarray, luck: np.ndarray) -> None:
    """Share one fund out among those eligible by contacts and merit, and let part of it be misused.

    What is granted for cleaner plant, upgrading and chains is spent at once on works from outside; an award for
    results pulls more reuse.

    Args:
        fund: index of FUNDS; payer: row of the body; yearly: yuan/year.
        purpose: what firms hold for it, yuan, changed; luck: uniform draws of who misuses; shape (rows,).
    """
    firms, ledger, p = zone.firms, zone.ledger, zone.p.funds
    amount = yearly  # in yuan: the money of a year at once
    merit = np.zeros(firms.rows)
    for firm in range(firms.rows):
        if firms.alive[firm]:
            merit[firm] = merit_of(zone, fund, firm) * (1.0 + p.pilot_bonus * (firms.pilot[firm] > 0))
    most = merit.max()
    if amount <= 0.0 or most <= 0.0:
        return
    rows = np.flatnonzero(merit > 0.0)
    size = merit[rows] / most
    body, strict = ledger.bodies + payer, zone.policy.now.fund_strictness
    have = max(0.0, ledger.deposits[body])
    by_contact = _open_share(zone)
    lobbied = by_contact * _lobby(zone, rows, size, by_contact * amount)
    share = lobbied + (1.0 - by_contact) * size / size.sum()
    total = (share * amount).sum()
    paid = 1.0 if total <= have else have / total
    weights = (p.misuse_strict, p.misuse_audit, p.misuse_honest)
    if fund == RESULTS:
        firms.award_pull[:] = 0.0
    for number in range(rows.size):
        firm = rows[number]
        account = ledger.firms + firm
        grant, diverted = share[number] * amount * paid, 0.0
        by_way = p.misuse_lobbied * (lobbied[number] / share[number] - by_contact)
        chance = misuse_share(
            p.misuse_base, strict, zone.governance.audit_found, firms.integrity[firm], weights, by_way
        )
        if luck[firm] < chance:
            diverted = p.misuse_depth * grant
        useful = grant - diverted
        firms.granted[firm] += grant
        firms.misused[firm] += diverted
        purpose[firm] += useful
        pay(ledger, Flow.FUNDS, body, account, grant)
        pay(ledger, Flow.MISUSE, account, ledger.outside, diverted)
        if fund in (CLEANER, UPGRADE, CHAIN):
            pay(ledger, Flow.INVESTMENT, account, ledger.outside, useful)
        if fund == RESULTS:
            usual = firms.waste_cost[firm] * QUARTERS + p.award_scale * grant + 1.0  # in yuan: of a year
            firms.award_pull[firm] = p.award_pull * useful / usual


@compiled
def name_pilots(zone: Zone) -> None:
    """Some firms win pilot status for some years: merit counts as far as awards are strict, contacts for the rest."""
    rows, chance = win_chances(zone)
    places = min(int(zone.p.funds.pilot_places), rows.size)  # in numbers: of this year
    for chosen in choose_some(passing(zone, PILOTS), zone.firms.who[rows], chance, places):
        zone.firms.pilot[rows[chosen]] = int(zone.p.funds.pilot_years)


@compiled
def win_chances(zone: Zone) -> tuple[np.ndarray, np.ndarray]:
    """Count years of pilot status down, let firms without it lobby, and give them with their chances to win it."""
    firms, p = zone.firms, zone.p.funds
    granted = 0.0
    merit = np.zeros(firms.rows)
    for firm in range(firms.rows):
        firms.pilot[firm] = max(firms.pilot[firm] - 1, 0)  # in years: one has passed
        granted += firms.granted[firm]
        if firms.alive[firm] and firms.pilot[firm] == 0 and firms.sales[firm] > 0.0:
            merit[firm] = research_merit(zone, firm)
    rows = np.flatnonzero(merit > 0.0)
    places = min(int(p.pilot_places), rows.size)  # in numbers: of this year
    if places == 0:
        return rows, merit[rows]
    merit = merit[rows]
    prize = places * p.pilot_bonus * p.pilot_years * (granted / rows.size)  # in yuan: grants of a year
    by_contact = _open_share(zone)
    won = _lobby(zone, rows, merit / merit.max(), by_contact * prize)
    chance = by_contact * won + (1.0 - by_contact) * merit / merit.sum()
    return rows, chance / chance.sum()


@compiled
def disburse_programmes(zone: Zone) -> None:
    """Programmes that are paid out every quarter: staff, campaigns, works, platforms, allowances, land, borrowing.

    Reads: funds.borrowing_spent, institute_wages; policy park_borrowing, platforms and what `_pay_works` orders.
    """
    _pay_helpers(zone)
    _borrow_for_parks(zone)
    _pay_works(zone)
    _fund_institutes(zone)


@compiled
def _pay_helpers(zone: Zone) -> None:
    """What programmes cost beyond the status quo is paid to people of the zone, by head."""
    ledger, policy, inside = zone.ledger, zone.policy, zone.world.zone_count
    persons = zone.population.persons
    everybody = max(1, persons[:inside].sum())
    for lever in range(policy.levers):
        cost = cost_of(policy, lever, zone.quarter)
        if policy.money[lever] > 0.0 and cost > 0.0:
            executor = ledger.bodies + policy.body[lever]
            paid = min(cost, max(0.0, ledger.deposits[executor]))
            for town in range(inside):
                pay(ledger, Flow.PROGRAMMES, executor, ledger.households + town, paid * (persons[town] / everybody))


@compiled
def _borrow_for_parks(zone: Zone) -> None:
    """The committee borrows against land what was decided, as far as its debt ceiling allows."""
    ledger, committee = zone.ledger, zone.body.committee
    account = ledger.bodies + committee
    room = max(0.0, zone.bodies.debt_ceiling[committee] - ledger.loans[account])
    amount = max(0.0, min(zone.policy.now.park_borrowing / QUARTERS, room))
    lend(ledger, account, amount)
    zone.public.park_loan = amount * QUARTERS


@compiled
def _pay_works(zone: Zone) -> None:
    """Campaigns and works are bought from services and builders of the park towns, in equal parts."""
    now, ledger, body = zone.policy.now, zone.ledger, zone.body
    borrowed = zone.public.park_loan * zone.p.funds.borrowing_spent
    builders, services = ledger.construction, ledger.services
    _order(zone, body.committee, builders, Flow.PROGRAMMES, borrowed + now.infrastructure)
    _order(zone, body.prefecture, services, Flow.PROGRAMMES, now.education + now.green_demand)
    _order(zone, body.committee, services, Flow.PROGRAMMES, now.attraction + now.brand_support)
    _order(zone, body.environment, builders, Flow.RESTORATION, now.restoration)
    zone.public.infrastructure_money = now.infrastructure + borrowed


@compiled
def _order(zone: Zone, payer: int, first: int, kind: Flow, amount: float) -> None:
    """Pay a quarter of what a body orders in a year, as far as its cash reaches.

    Args:
        payer: row of the body; first: account of the sector that works, in the first place; amount: yuan/year.
    """
    ledger, towns = zone.ledger, zone.towns
    account = ledger.bodies + payer
    each = min(amount / QUARTERS, max(0.0, ledger.deposits[account])) / towns.has_park.sum()
    for town in range(towns.rows):
        if towns.has_park[town] and amount > 0.0:
            pay(ledger, kind, account, first + town, each)


@compiled
def _fund_institutes(zone: Zone) -> None:
    """Institutes get money from above and from platforms; they spend what they hold on wages and inputs."""
    ledger, institutes = zone.ledger, zone.institutes
    payer, wage_share = ledger.bodies + zone.body.science, zone.p.funds.institute_wages
    platforms = min(zone.policy.now.platforms / QUARTERS, max(0.0, ledger.deposits[payer]))
    posts = institutes.posts.sum()
    for institute in range(institutes.rows):
        account = ledger.institutes + institute
        lab, base = platforms * (institutes.posts[institute] / posts), institutes.base_funding[institute] / QUARTERS
        institutes.funding[institute] = lab + base
        held = max(0.0, ledger.deposits[account] + lab + base)
        pay(ledger, Flow.PROGRAMMES, payer, account, lab)
        pay(ledger, Flow.PROGRAMMES, ledger.outside, account, base)
        pay(ledger, Flow.WAGES, account, ledger.households + institutes.place[institute], held * wage_share)
        pay(ledger, Flow.INPUTS, account, ledger.outside, held * (1.0 - wage_share))
