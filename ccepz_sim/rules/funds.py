"""Funds and programmes: a contest for money in which lobbying can stand in for merit, and some of it is misused.

Source: Tullock 1980; docs/model.md (a), (d).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS, is_last_of_year
from ccepz_sim.numeric import row_sum
from ccepz_sim.state.world import MIDDLE

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


CASH, AWARD = "cash", "award"  # uses of a grant that are income of the firm
ROUNDS = 4  # of the contest; the error shrinks by its sharpness in each


@dataclass(frozen=True, slots=True)
class Fund:
    """A yearly fund: the body that pays, the policy channel of its size, and what a grant is for.

    Attributes:
        use: the firm field that keeps the money for its purpose, CASH or AWARD.
        spent_at_once: whether the works are bought outside on the spot.
    """

    id: str
    body: str
    channel: str
    use: str
    spent_at_once: bool = False


FUNDS = (
    Fund("research", "science", "rd_fund", "research_fund"),
    Fund("cleaner production", "environment", "cleaner_production", "clean_money", spent_at_once=True),
    Fund("upgrade", "committee", "upgrade", "upgrade_money", spent_at_once=True),
    Fund("chain", "committee", "chain_support", "chain_money", spent_at_once=True),
    Fund("emerging", "committee", "emerging_support", CASH),
    Fund("loan discount", "finance", "loan_discount", CASH),
    Fund("results", "finance", "results_award", AWARD),
    Fund("investment", "finance", "investment_subsidy", "plant_money"),
)
# paying body, policy channel, sector that delivers, kind of flow
WORKS = (
    ("prefecture", "education", "services", "programmes"),
    ("prefecture", "green_demand", "services", "programmes"),
    ("committee", "infrastructure", "construction", "programmes"),
    ("committee", "attraction", "services", "programmes"),
    ("committee", "brand_support", "services", "programmes"),
    ("environment", "restoration", "construction", "restoration"),
)


def contest_shares(effort: np.ndarray, sharpness: float) -> np.ndarray:
    """Give each applicant's share of the prize: x^r over the sum of x^r. Benchmark B14."""
    power = np.maximum(0.0, effort) ** sharpness
    total = float(power.sum())
    return power / total if total > 0.0 else power


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
        spread = share * (1.0 - share)
        if not spread.any():
            break
        pull = weight * spread**sharpness  # what all efforts have in common, r V, cancels in the shares
        share = pull / pull.sum()
    return sharpness * prize * share * (1.0 - share), share


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


def award_funds(zone: PilotZone) -> None:
    """In the last quarter of a year every fund is awarded and paid; what is misused leaves with the owners.

    Reads: funds.*; policy fund_strictness and the amount of each fund; audit_found, the compliance plan.
    """
    if not is_last_of_year(zone.quarter):
        return
    _name_pilots(zone)
    merits = _merits(zone)
    bonus = 1.0 + zone.p.funds.pilot_bonus * (zone.firms.pilot > 0)
    luck = zone.streams.at("misuse", zone.quarter).random(zone.firms.rows)  # who diverts one grant diverts all
    for fund in FUNDS:
        _award(zone, fund, getattr(zone.policy.now, fund.channel), merits[fund.id] * bonus, luck)


def _merits(zone: PilotZone) -> dict[str, np.ndarray]:
    """Give by fund what applicants are ranked by, shape (rows,); only relative size counts, 0 is not eligible."""
    firms, p = zone.firms, zone.p.funds
    alive = firms.alive
    capital = alive * firms.book_capital
    indebted = zone.ledger.loans[zone.firm_accounts] > 0.0
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


def _open_share(zone: PilotZone) -> float:
    """Give the share of an award that contacts decide: all but what strictness and size take, 0-1."""
    p = zone.p.funds
    reach = p.lobby_base + p.brand_view_pull * zone.brand_view_share
    return float((1.0 - zone.policy.now.fund_strictness) * reach / (reach + p.size_weight))


def _lobby(zone: PilotZone, rows: np.ndarray, size: np.ndarray, prize: float) -> np.ndarray:
    """Eligible firms spend on contacts as the contest asks and as cash allows; return their shares of the prize.

    Args:
        rows: eligible firms; size: relative, 0-1, same shape; prize: yuan.
    """
    firms, p, ledger = zone.firms, zone.p.funds, zone.ledger
    effort, share = contest_effort(prize, firms.lobby[rows] * size**p.lobby_power, p.sharpness)
    accounts = ledger.account("firms", rows)
    spent = np.minimum(effort, np.maximum(0.0, ledger.deposits[accounts]))
    ledger.pay("lobbying", accounts, ledger.account("services", firms.place[rows]), spent)
    firms.profit[rows] -= spent
    return share


def _name_pilots(zone: PilotZone) -> None:
    """Some firms win pilot status for some years: merit counts as far as awards are strict, contacts for the rest."""
    firms, p = zone.firms, zone.p.funds
    firms.pilot = np.maximum(firms.pilot - 1, 0)
    rows = np.flatnonzero(firms.alive & (firms.pilot == 0) & (firms.sales > 0.0))
    places = min(int(p.pilot_places), len(rows))
    if not places:
        return
    merit = (firms.research[rows] + p.merit_floor * firms.sales[rows]) * (p.knowledge_floor + firms.knowledge[rows])
    usual = float(firms.granted.sum()) / len(rows)
    prize = places * p.pilot_bonus * p.pilot_years * usual
    by_contact = _open_share(zone)
    won = _lobby(zone, rows, merit / float(merit.max()), by_contact * prize)
    chance = by_contact * won + (1.0 - by_contact) * merit / merit.sum()
    luck = zone.streams.at("pilots", zone.quarter)
    firms.pilot[luck.choice(rows, size=places, replace=False, p=chance / chance.sum())] = int(p.pilot_years)


def _award(zone: PilotZone, fund: Fund, amount: float, merit: np.ndarray, luck: np.ndarray) -> None:
    """Share one fund out among those eligible and let part of it be misused.

    Args:
        amount: yuan of the year.
        merit: what applicants are ranked by; luck: uniform draws of who misuses; shape (rows,).
    """
    firms, p = zone.firms, zone.p.funds
    rows = np.flatnonzero(merit > 0.0)
    if amount <= 0.0 or not len(rows):
        return
    by_contact, size = _open_share(zone), merit[rows] / float(merit.max())
    lobbied = by_contact * _lobby(zone, rows, size, by_contact * amount)
    share = lobbied + (1.0 - by_contact) * size / size.sum()
    granted = zone.within_budget(fund.body, share * amount)
    accounts = zone.ledger.account("firms", rows)
    zone.ledger.pay("funds", zone.body_account(zone.body[fund.body]), accounts, granted)
    weights = (p.misuse_strict, p.misuse_audit, p.misuse_honest)
    strict = zone.policy.now.fund_strictness
    by_way = p.misuse_lobbied * (lobbied / share - by_contact)
    tendency = misuse_share(p.misuse_base, strict, zone.audit_found, firms.integrity[rows], weights, by_way)
    misused = np.where(luck[rows] < tendency, p.misuse_depth, 0.0) * granted
    zone.ledger.pay("misuse", accounts, zone.outside_account, misused)
    firms.granted[rows] += granted
    firms.misused[rows] += misused
    useful = granted - misused
    if fund.use in (CASH, AWARD):
        firms.profit[rows] += useful
    else:
        getattr(firms, fund.use)[rows] += useful
    if fund.use == AWARD:
        zone.award_pull = np.zeros(firms.rows)
        zone.award_pull[rows] = (
            p.award_pull * useful / (firms.waste_cost[rows] * QUARTERS + p.award_scale * granted + 1.0)
        )
    if fund.spent_at_once:
        zone.ledger.pay("investment", accounts, zone.outside_account, useful)


def _borrow_for_parks(zone: PilotZone) -> None:
    """The committee borrows against land what was decided, as far as its debt ceiling allows."""
    committee = zone.body["committee"]
    account = zone.body_account(committee)
    room = max(0.0, float(zone.bodies.debt_ceiling[committee] - zone.ledger.loans[account]))
    amount = min(zone.policy.now.park_borrowing / QUARTERS, room)
    if amount > 0.0:
        zone.ledger.lend(np.array([account]), np.array([amount]))
    zone.park_loan = amount * QUARTERS


def disburse_programmes(zone: PilotZone) -> None:
    """Programmes that are paid out every quarter: staff, campaigns, works, platforms, allowances, land, borrowing.

    Reads: funds.borrowing_spent, institute_wages; policy park_borrowing, platforms and the values of WORKS.
    """
    _pay_helpers(zone)
    _borrow_for_parks(zone)
    _pay_works(zone)
    _fund_institutes(zone)


def _pay_helpers(zone: PilotZone) -> None:
    """What programmes cost beyond the status quo is paid to people of the zone, by head."""
    cost = zone.policy.cost(zone.quarter)
    homes = zone.ledger.of("households", zone.world.zone_count)
    persons = zone.population.persons[: zone.world.zone_count]
    share = persons / max(1, persons.sum())
    for number in np.flatnonzero((zone.policy.money > 0.0) & (cost > 0.0)):
        executor = int(zone.policy.body[number])
        paid = zone.within_budget(zone.bodies.ids[executor], cost[number] * share)
        zone.ledger.pay("programmes", zone.body_account(executor), homes, paid)


def _pay_works(zone: PilotZone) -> None:
    """Campaigns and works are bought from services and builders of the park towns, in equal parts."""
    now, ledger = zone.policy.now, zone.ledger
    parks = np.flatnonzero(zone.has_park)
    borrowed = zone.park_loan * zone.p.funds.borrowing_spent
    orders = {("committee", "construction", "programmes"): borrowed}
    for body, channel, sector, kind in WORKS:
        orders[body, sector, kind] = orders.get((body, sector, kind), 0.0) + getattr(now, channel)
    for (body, sector, kind), amount in orders.items():
        if amount > 0.0:
            each = zone.within_budget(body, np.full(len(parks), amount / QUARTERS / len(parks)))
            ledger.pay(kind, zone.body_account(zone.body[body]), ledger.account(sector, parks), each)
    zone.infrastructure_money = now.infrastructure + borrowed


def _fund_institutes(zone: PilotZone) -> None:
    """Institutes get money from above and from platforms; they spend what they hold on wages and inputs."""
    ledger, institutes, p = zone.ledger, zone.institutes, zone.p.funds
    weight = institutes.posts / institutes.posts.sum()
    lab = zone.within_budget("science", zone.policy.now.platforms / QUARTERS * weight)
    accounts = ledger.of("institutes")
    ledger.pay("programmes", zone.body_account(zone.body["science"]), accounts, lab)
    ledger.pay("programmes", zone.outside_account, accounts, institutes.base_funding / QUARTERS)
    institutes.funding = lab + institutes.base_funding / QUARTERS
    held = np.maximum(0.0, ledger.deposits[accounts])
    homes = ledger.account("households", institutes.place)
    ledger.pay("wages", accounts, homes, held * p.institute_wages)
    ledger.pay("inputs", accounts, zone.outside_account, held * (1.0 - p.institute_wages))
