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


def misuse_share(
    base: float, strictness: float, found: float, integrity: np.ndarray, weights: tuple[float, float, float]
) -> np.ndarray:
    """Give the share of a grant not spent on its purpose; strict award and audits lower it.

    Args:
        base: share at integrity 0.5 without strictness and audits.
        strictness, found: strictness of the award, and share of cases audits find, 0-1.
        integrity: of the firms, 0-1, shape (rows,).
        weights: fall of the log odds per unit of strictness, audits and integrity.
    """
    strict, audit, honest = weights
    logit = np.log(base / (1.0 - base)) - strict * strictness - audit * found - honest * (integrity - MIDDLE)
    share: np.ndarray = 1.0 / (1.0 + np.exp(-logit))
    return share


def award_funds(zone: PilotZone) -> None:
    """In the last quarter of a year every fund is awarded and paid; what is misused leaves with the owners.

    Reads: funds.*; policy fund_strictness and the amount of each fund; audit_found, the compliance plan.
    """
    if not is_last_of_year(zone.quarter):
        return
    merits = _merits(zone)
    for fund in FUNDS:
        _award(zone, fund, getattr(zone.policy.now, fund.channel), merits[fund.id])


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


def _award(zone: PilotZone, fund: Fund, amount: float, merit: np.ndarray) -> None:
    """Share one fund out among those eligible and let part of it be misused.

    Args:
        amount: yuan of the year.
        merit: what applicants are ranked by, shape (rows,).
    """
    firms, p = zone.firms, zone.p.funds
    if amount <= 0.0 or not merit.any():
        return
    luck = zone.streams.at(f"fund {fund.id}", zone.quarter).random(firms.rows)
    share = contest_shares(np.where(merit > 0.0, _contest_effort(zone, merit), 0.0), p.sharpness)
    granted = zone.within_budget(fund.body, share * amount)
    zone.ledger.pay("funds", zone.body_account(zone.body[fund.body]), zone.firm_accounts, granted)
    weights = (p.misuse_strict, p.misuse_audit, p.misuse_honest)
    strict = zone.policy.now.fund_strictness
    tendency = misuse_share(p.misuse_base, strict, zone.audit_found, firms.integrity, weights)
    misused = np.where((merit > 0.0) & (luck < tendency), p.misuse_depth, 0.0) * granted
    zone.ledger.pay("misuse", zone.firm_accounts, zone.outside_account, misused)
    firms.granted += granted
    firms.misused += misused
    useful = granted - misused
    if fund.use in (CASH, AWARD):
        firms.profit = firms.profit + useful
    else:
        setattr(firms, fund.use, getattr(firms, fund.use) + useful)
    if fund.use == AWARD:
        zone.award_pull = p.award_pull * useful / (firms.waste_cost * QUARTERS + p.award_scale * granted + 1.0)
    if fund.spent_at_once:
        zone.ledger.pay("investment", zone.firm_accounts, zone.outside_account, useful)


def _contest_effort(zone: PilotZone, merit: np.ndarray) -> np.ndarray:
    """Weigh merit against size and lobbying: strict award looks at merit only, shape (rows,)."""
    firms, p, strict = zone.firms, zone.p.funds, zone.policy.now.fund_strictness
    size = merit / max(float(merit.max()), 1e-9)
    reach = p.lobby_base + p.brand_view_pull * zone.brand_view_share
    lobby = firms.lobby * reach * size**p.lobby_power
    effort: np.ndarray = strict * size + (1.0 - strict) * (p.size_weight * size + lobby)
    return effort


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
    orders = [(body, getattr(now, channel), sector, kind) for body, channel, sector, kind in WORKS]
    for body, amount, sector, kind in (*orders, ("committee", borrowed, "construction", "programmes")):
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
