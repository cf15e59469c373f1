"""Funds and programmes: a contest for money in which lobbying can stand in for merit, and some of it is misused.

Source: Tullock 1980; docs/model.md (a), (d).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS, is_last_of_year
from ccepz_sim.compiled import compiled
from ccepz_sim.ledger import Flow, Sector
from ccepz_sim.numeric import power, row_sum
from ccepz_sim.policies.effective import costs
from ccepz_sim.rng import Stream
from ccepz_sim.state.world import MIDDLE

if TYPE_CHECKING:
    from ccepz_sim.state.bodies import BodyNumbers
    from ccepz_sim.state.firms import Firms
    from ccepz_sim.state.policy import Working
    from ccepz_sim.state.zone import Zone


ROUNDS = 4  # of the contest; the error shrinks by its sharpness in each


@dataclass(frozen=True, slots=True)
class Fund:
    """A yearly fund: the body that pays, the lever that sets its size, and what a grant is for.

    Attributes:
        use: the column of firms that keeps the money for its purpose; their profit where it is income.
        for_reuse: whether what is granted pulls more reuse.
        spent_at_once: whether the works are bought outside on the spot.
    """

    id: str
    body: Callable[[BodyNumbers], int]
    amount: Callable[[Working], float]
    use: Callable[[Firms], np.ndarray]
    for_reuse: bool = False
    spent_at_once: bool = False


FUNDS = (
    Fund("research", lambda body: body.science, lambda now: now.rd_fund, lambda firms: firms.research_fund),
    Fund("cleaner production", lambda body: body.environment, lambda now: now.cleaner_production,
         lambda firms: firms.clean_money, spent_at_once=True),
    Fund("upgrade", lambda body: body.committee, lambda now: now.upgrade,
         lambda firms: firms.upgrade_money, spent_at_once=True),
    Fund("chain", lambda body: body.committee, lambda now: now.chain_support,
         lambda firms: firms.chain_money, spent_at_once=True),
    Fund("emerging", lambda body: body.committee, lambda now: now.emerging_support, lambda firms: firms.profit),
    Fund("loan discount", lambda body: body.finance, lambda now: now.loan_discount, lambda firms: firms.profit),
    Fund("results", lambda body: body.finance, lambda now: now.results_award,
         lambda firms: firms.profit, for_reuse=True),
    Fund("investment", lambda body: body.finance, lambda now: now.investment_subsidy,
         lambda firms: firms.plant_money),
)  # fmt: skip


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
    if not is_last_of_year(zone.quarter):
        return
    _name_pilots(zone)
    merits = _merits(zone)
    bonus = 1.0 + zone.p.funds.pilot_bonus * (zone.firms.pilot > 0)
    luck = zone.streams.at(Stream.MISUSE, zone.quarter).random(zone.firms.rows)  # who diverts one grant diverts all
    for fund in FUNDS:
        _award(zone, fund, fund.amount(zone.policy.now), merits[fund.id] * bonus, luck)


def _merits(zone: Zone) -> dict[str, np.ndarray]:
    """Give by fund what applicants are ranked by, shape (rows,); only relative size counts, 0 is not eligible."""
    firms, p = zone.firms, zone.p.funds
    alive = firms.alive
    capital = alive * firms.book_capital
    indebted = zone.ledger.loans[zone.ledger.firm_accounts] > 0.0
    dirt = row_sum(zone.plan.equivalents) * firms.clean
    return {
        "research": alive * (firms.research + p.merit_floor * firms.sales) * (p.knowledge_floor + firms.knowledge),
        "cleaner production": alive * dirt * np.minimum(1.0, firms.concentration),
        "upgrade": alive * capital * firms.outdated,
        "chain": alive * firms.sales * (firms.chain < p.chain_top),
        "emerging": alive * capital * (zone.technology.emerging > 0.0),
        "loan discount": capital * indebted,
        "results": alive * (firms.reused + firms.used_waste),
        "investment": capital,
    }


def _open_share(zone: Zone) -> float:
    """Give the share of an award that contacts decide: all but what strictness and size take, 0-1."""
    p = zone.p.funds
    reach = p.lobby_base + p.brand_view_pull * zone.governance.brand_view_share
    return float((1.0 - zone.policy.now.fund_strictness) * reach / (reach + p.size_weight))


@compiled
def _lobby(
    rows: np.ndarray,
    size: np.ndarray,
    prize: float,
    strength: np.ndarray,
    lobby_power: float,
    sharpness: float,
    deposits: np.ndarray,
    profit: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Eligible firms spend on contacts as the contest asks and as cash allows, from their profit.

    Args:
        rows: eligible firms; size: relative, 0-1, same shape; prize: yuan; the others by firm.

    Returns:
        Shares of the prize, as `rows`, and spending by firm, yuan.
    """
    effort, share = contest_effort(prize, strength[rows] * size**lobby_power, sharpness)
    spent = np.zeros(deposits.size)
    for number, firm in enumerate(rows):
        spent[firm] = min(effort[number], max(0.0, deposits[firm]))
        profit[firm] -= spent[firm]
    return share, spent


def _name_pilots(zone: Zone) -> None:
    """Some firms win pilot status for some years: merit counts as far as awards are strict, contacts for the rest."""
    firms, p, ledger = zone.firms, zone.p.funds, zone.ledger
    firms.pilot[:] = np.maximum(firms.pilot - 1, 0)
    rows = np.flatnonzero(firms.alive & (firms.pilot == 0) & (firms.sales > 0.0))
    places = min(int(p.pilot_places), len(rows))
    if not places:
        return
    merit = (firms.research[rows] + p.merit_floor * firms.sales[rows]) * (p.knowledge_floor + firms.knowledge[rows])
    usual = float(firms.granted.sum()) / len(rows)
    prize = places * p.pilot_bonus * p.pilot_years * usual
    by_contact = _open_share(zone)
    won, spent = _lobby(
        rows, merit / float(merit.max()), by_contact * prize, firms.lobby, p.lobby_power, p.sharpness,
        ledger.deposits[zone.ledger.firm_accounts], firms.profit,
    )  # fmt: skip
    ledger.pay(Flow.LOBBYING, zone.ledger.firm_accounts, ledger.account(Sector.SERVICES, firms.place), spent)
    chance = by_contact * won + (1.0 - by_contact) * merit / merit.sum()
    luck = zone.streams.at(Stream.PILOTS, zone.quarter)
    firms.pilot[luck.choice(rows, size=places, replace=False, p=chance / chance.sum())] = int(p.pilot_years)


@compiled
def _share_out(
    amount: float,
    have: float,
    merit: np.ndarray,
    by_contact: float,
    strength: np.ndarray,
    lobby_power: float,
    sharpness: float,
    deposits: np.ndarray,
    integrity: np.ndarray,
    luck: np.ndarray,
    strictness: float,
    found: float,
    misuse_base: float,
    misuse_strict: float,
    misuse_audit: float,
    misuse_honest: float,
    misuse_lobbied: float,
    misuse_depth: float,
    profit: np.ndarray,
    granted: np.ndarray,
    misused: np.ndarray,
    purpose: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Share a fund out by contacts and merit; firms count what they got, diverted, and hold for the purpose.

    Args:
        amount: yuan of the year; have: yuan the body can pay; merit and the other arrays: by firm.

    Returns:
        Spent on contacts, granted, diverted and useful, yuan by firm; nothing for those without merit.
    """
    rows = np.flatnonzero(merit > 0.0)
    size = merit[rows] / merit.max()
    won, spent = _lobby(rows, size, by_contact * amount, strength, lobby_power, sharpness, deposits, profit)
    lobbied = by_contact * won
    share = lobbied + (1.0 - by_contact) * size / size.sum()
    total = (share * amount).sum()
    paid = 1.0 if total <= have else have / total
    grant, diverted, useful = np.zeros(merit.size), np.zeros(merit.size), np.zeros(merit.size)
    weights = (misuse_strict, misuse_audit, misuse_honest)
    for number, firm in enumerate(rows):
        grant[firm] = share[number] * amount * paid
        by_way = misuse_lobbied * (lobbied[number] / share[number] - by_contact)
        if luck[firm] < misuse_share(misuse_base, strictness, found, integrity[firm], weights, by_way):
            diverted[firm] = misuse_depth * grant[firm]
        useful[firm] = grant[firm] - diverted[firm]
        granted[firm] += grant[firm]
        misused[firm] += diverted[firm]
        purpose[firm] += useful[firm]
    return spent, grant, diverted, useful


def _award(zone: Zone, fund: Fund, amount: float, merit: np.ndarray, luck: np.ndarray) -> None:
    """Share one fund out among those eligible and let part of it be misused.

    Args:
        amount: yuan of the year.
        merit: what applicants are ranked by; luck: uniform draws of who misuses; shape (rows,).
    """
    firms, p, ledger, accounts = zone.firms, zone.p.funds, zone.ledger, zone.ledger.firm_accounts
    if amount <= 0.0 or not (merit > 0.0).any():
        return
    body = ledger.bodies + fund.body(zone.body)
    spent, granted, misused, useful = _share_out(
        amount, max(0.0, float(ledger.deposits[body])), merit, _open_share(zone), firms.lobby, p.lobby_power,
        p.sharpness, ledger.deposits[accounts], firms.integrity, luck, zone.policy.now.fund_strictness,
        zone.governance.audit_found, p.misuse_base, p.misuse_strict, p.misuse_audit, p.misuse_honest, p.misuse_lobbied,
        p.misuse_depth, firms.profit, firms.granted, firms.misused,
        fund.use(firms),
    )  # fmt: skip
    ledger.pay(Flow.LOBBYING, accounts, ledger.account(Sector.SERVICES, firms.place), spent)
    ledger.pay(Flow.FUNDS, body, accounts, granted)
    ledger.pay(Flow.MISUSE, accounts, zone.ledger.outside, misused)
    if fund.for_reuse:
        zone.firms.award_pull[:] = p.award_pull * useful / (firms.waste_cost * QUARTERS + p.award_scale * granted + 1.0)
    if fund.spent_at_once:
        ledger.pay(Flow.INVESTMENT, accounts, zone.ledger.outside, useful)


def _borrow_for_parks(zone: Zone) -> None:
    """The committee borrows against land what was decided, as far as its debt ceiling allows."""
    committee = zone.body.committee
    account = zone.ledger.bodies + committee
    room = max(0.0, float(zone.bodies.debt_ceiling[committee] - zone.ledger.loans[account]))
    amount = min(zone.policy.now.park_borrowing / QUARTERS, room)
    if amount > 0.0:
        zone.ledger.lend(account, amount)
    zone.public.park_loan = amount * QUARTERS


def disburse_programmes(zone: Zone) -> None:
    """Programmes that are paid out every quarter: staff, campaigns, works, platforms, allowances, land, borrowing.

    Reads: funds.borrowing_spent, institute_wages; policy park_borrowing, platforms and the values of WORKS.
    """
    _pay_helpers(zone)
    _borrow_for_parks(zone)
    _pay_works(zone)
    _fund_institutes(zone)


def _pay_helpers(zone: Zone) -> None:
    """What programmes cost beyond the status quo is paid to people of the zone, by head."""
    cost = costs(zone.policy, zone.quarter)
    programmes = np.flatnonzero((zone.policy.money > 0.0) & (cost > 0.0))
    if not len(programmes):
        return
    homes = zone.ledger.of(Sector.HOUSEHOLDS, zone.world.zone_count)
    persons = zone.population.persons[: zone.world.zone_count]
    share = persons / max(1, persons.sum())
    for number in programmes:
        executor = int(zone.policy.body[number])
        paid = zone.ledger.affordable(zone.ledger.bodies + executor, cost[number] * share)
        zone.ledger.pay(Flow.PROGRAMMES, zone.ledger.bodies + executor, homes, paid)


def _pay_works(zone: Zone) -> None:
    """Campaigns and works are bought from services and builders of the park towns, in equal parts."""
    now, ledger = zone.policy.now, zone.ledger
    parks = np.flatnonzero(zone.towns.has_park)
    builders, services = ledger.account(Sector.CONSTRUCTION, parks), ledger.account(Sector.SERVICES, parks)
    borrowed, body = zone.public.park_loan * zone.p.funds.borrowing_spent, zone.body
    orders = (
        (body.committee, builders, Flow.PROGRAMMES, borrowed + now.infrastructure),
        (body.prefecture, services, Flow.PROGRAMMES, now.education + now.green_demand),
        (body.committee, services, Flow.PROGRAMMES, now.attraction + now.brand_support),
        (body.environment, builders, Flow.RESTORATION, now.restoration),
    )
    for payer, payees, kind, amount in orders:
        if amount > 0.0:
            have = max(0.0, float(ledger.deposits[ledger.bodies + payer]))
            each = min(amount / QUARTERS, have) / len(parks)
            ledger.pay(kind, ledger.bodies + payer, payees, np.full(len(parks), each))
    zone.public.infrastructure_money = now.infrastructure + borrowed


@compiled
def _institute_money(
    platforms: float,
    posts: np.ndarray,
    base_funding: np.ndarray,
    deposits: np.ndarray,
    institute_wages: float,
    funding: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Set the funding of institutes, and give the parts from platforms and above, and outlays on wages and inputs.

    Args:
        platforms: yuan for all of them, shared out by posts; base_funding: yuan/year; the rest in yuan/quarter.
    """
    count = posts.size
    lab, base, wages, inputs = np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    all_posts = posts.sum()
    for institute in range(count):
        lab[institute] = platforms * (posts[institute] / all_posts)
        base[institute] = base_funding[institute] / QUARTERS
        funding[institute] = lab[institute] + base[institute]
        held = max(0.0, deposits[institute] + lab[institute] + base[institute])
        wages[institute] = held * institute_wages
        inputs[institute] = held * (1.0 - institute_wages)
    return lab, base, wages, inputs


def _fund_institutes(zone: Zone) -> None:
    """Institutes get money from above and from platforms; they spend what they hold on wages and inputs."""
    ledger, institutes = zone.ledger, zone.institutes
    accounts, payer = ledger.of(Sector.INSTITUTES), zone.ledger.bodies + zone.body.science
    platforms = min(zone.policy.now.platforms / QUARTERS, max(0.0, float(ledger.deposits[payer])))
    lab, base, wages, inputs = _institute_money(
        platforms, institutes.posts, institutes.base_funding, ledger.deposits[accounts], zone.p.funds.institute_wages,
        institutes.funding,
    )  # fmt: skip
    ledger.pay(Flow.PROGRAMMES, payer, accounts, lab)
    ledger.pay(Flow.PROGRAMMES, zone.ledger.outside, accounts, base)
    ledger.pay(Flow.WAGES, accounts, ledger.account(Sector.HOUSEHOLDS, institutes.place), wages)
    ledger.pay(Flow.INPUTS, accounts, zone.ledger.outside, inputs)
