"""Funds and programmes: a contest for money in which lobbying can stand in for merit, and some of it is misused.

Source: Tullock 1980; docs/model.md (a), (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS, is_last_of_year
from ccepz_sim.state.world import MIDDLE

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def contest_shares(effort: np.ndarray, sharpness: float) -> np.ndarray:
    """Give each applicant's share of the prize: x^r over the sum of x^r. Benchmark B14."""
    power = np.maximum(0.0, effort) ** sharpness
    total = float(power.sum())
    return power / total if total > 0.0 else power


def misuse_share(
    base: float, strictness: float, found: float, integrity: np.ndarray, weights: tuple[float, float, float]
) -> np.ndarray:
    """Give the share of a grant not spent on its purpose; strict award and audits lower it."""
    strict, audit, honest = weights
    logit = np.log(base / (1.0 - base)) - strict * strictness - audit * found - honest * (integrity - MIDDLE)
    share: np.ndarray = 1.0 / (1.0 + np.exp(-logit))
    return share


def award_funds(zone: PilotZone) -> None:
    """In the last quarter of a year every fund is awarded and paid; what is misused leaves with the owners."""
    firms = zone.firms
    if not is_last_of_year(zone.quarter):
        return
    tech, now, p = zone.technology, zone.policy.now, zone.p.funds
    alive = firms.alive
    research_merit = alive * (firms.research + p.merit_floor * firms.sales) * (p.knowledge_floor + firms.knowledge)
    capital = alive * firms.book_capital
    circular = alive * (firms.reused + firms.used_waste)
    low_chain = alive * firms.sales * (firms.chain < p.chain_top)
    emerging = alive * capital * (tech.emerging > 0.0)
    dirty = alive * (zone.plan.equivalents.sum(axis=1) * firms.clean) * np.minimum(1.0, firms.concentration)
    old = alive * capital * firms.outdated
    for name, fund, amount, merit, field in (
        ("research", "science", now.rd_fund, research_merit, "research_fund"),
        ("cleaner production", "environment", now.cleaner_production, dirty, "clean_money"),
        ("upgrade", "committee", now.upgrade, old, "upgrade_money"),
        ("chain", "committee", now.chain_support, low_chain, "chain_money"),
        ("emerging", "committee", now.emerging_support, emerging, "cash"),
        (
            "loan discount",
            "finance",
            now.loan_discount,
            capital * (zone.ledger.loans[zone.firm_accounts] > 0.0),
            "cash",
        ),
        ("results", "finance", now.results_award, circular, "award"),
        ("investment", "finance", now.investment_subsidy, capital, "plant_money"),
    ):
        _award(zone, name, fund, amount, merit, field)


def _award(zone: PilotZone, name: str, body: str, amount: float, merit: np.ndarray, field: str) -> None:
    """Share one fund out among those eligible and let part of it be misused."""
    firms, p, now = zone.firms, zone.p.funds, zone.policy.now
    if amount <= 0.0 or not merit.any():
        return
    luck = zone.streams.at(f"fund {name}", zone.quarter).random(firms.rows)
    size = merit / max(float(merit.max()), 1e-9)
    reach = p.lobby_base + p.brand_view_pull * zone.brand_view_share
    lobby = firms.lobby * reach * size**p.lobby_power
    strict = now.fund_strictness
    score = strict * size + (1.0 - strict) * (p.size_weight * size + lobby)
    applies = merit > 0.0
    share = contest_shares(np.where(applies, score, 0.0), p.sharpness)
    granted = zone.within_budget(body, share * amount)
    payer = zone.body_account(zone.body[body])
    zone.ledger.pay("funds", payer, zone.firm_accounts, granted)
    tendency = misuse_share(
        p.misuse_base,
        strict,
        zone.audit_found,
        firms.integrity,
        (p.misuse_strict, p.misuse_audit, p.misuse_honest),
    )
    misusing = applies & (luck < tendency)
    misused = np.where(misusing, p.misuse_depth, 0.0) * granted
    zone.ledger.pay("misuse", zone.firm_accounts, zone.outside_account, misused)
    firms.granted += granted
    firms.misused += misused
    useful = granted - misused
    if field == "cash":
        firms.profit = firms.profit + useful
    elif field == "award":
        zone.award_pull = p.award_pull * useful / (firms.waste_cost * QUARTERS + p.award_scale * granted + 1.0)
        firms.profit = firms.profit + useful
    else:
        setattr(firms, field, getattr(firms, field) + useful)
        if field not in ("research_fund", "plant_money"):
            zone.ledger.pay("investment", zone.firm_accounts, zone.outside_account, useful)


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
    """Programmes that are paid out every quarter: staff, campaigns, works, platforms, allowances, land, borrowing."""
    now, ledger, p = zone.policy.now, zone.ledger, zone.p.funds
    cost = zone.policy.cost(zone.quarter)
    places = np.flatnonzero(zone.world.in_zone)
    homes = ledger.account("households", places)
    share = zone.population.persons[places] / max(1, zone.population.persons[places].sum())
    for number in np.flatnonzero((zone.policy.money > 0.0) & (cost > 0.0)):
        executor = int(zone.policy.body[number])
        paid = zone.within_budget(zone.bodies.ids[executor], cost[number] * share)
        ledger.pay("programmes", zone.body_account(executor), homes, paid)
    parks = np.flatnonzero(zone.has_park)
    _borrow_for_parks(zone)
    for body, amount, sector, kind in (
        ("prefecture", now.education, "services", "programmes"),
        ("prefecture", now.green_demand, "services", "programmes"),
        ("committee", now.infrastructure, "construction", "programmes"),
        ("committee", now.attraction, "services", "programmes"),
        ("committee", now.brand_support, "services", "programmes"),
        ("environment", now.restoration, "construction", "restoration"),
        ("committee", zone.park_loan * p.borrowing_spent, "construction", "programmes"),
    ):
        each = zone.within_budget(body, np.full(len(parks), amount / QUARTERS / len(parks)))
        ledger.pay(kind, zone.body_account(zone.body[body]), ledger.account(sector, parks), each)
    zone.infrastructure_money = (now.infrastructure + zone.park_loan * p.borrowing_spent) * zone.bodies.released[
        zone.body["committee"]
    ]
    institutes = zone.institutes
    weight = institutes.posts / institutes.posts.sum()
    lab = zone.within_budget("science", now.platforms / QUARTERS * weight)
    accounts = ledger.account("institutes", np.arange(len(weight)))
    ledger.pay("programmes", zone.body_account(zone.body["science"]), accounts, lab)
    ledger.pay("programmes", zone.outside_account, accounts, institutes.base_funding / QUARTERS)
    institutes.funding = lab + institutes.base_funding / QUARTERS
    held = ledger.deposits[accounts]
    ledger.pay(
        "wages",
        accounts,
        ledger.account("households", institutes.place),
        np.maximum(0.0, held * p.institute_wages),
    )
    ledger.pay("inputs", accounts, zone.outside_account, np.maximum(0.0, held * (1.0 - p.institute_wages)))
