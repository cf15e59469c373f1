"""Firms fail, are eliminated or upgraded, and enter; the weak are kept alive by soft credit.

Source: docs/model.md (h); survival of state-backed firms; entry follows expected margins and what land costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import clip
from ccepz_sim.state.firms import LONG_TERM, NEVER, NOT_ESTABLISHED

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

CLEARED = (
    "losses", "starved", "insolvent", "usual_price", "link_age", "link_share", "link_wait", "first_mover", "brand",
    "research_fund", "upgrade_money", "chain_money", "plant_money", "clean_money", "misused", "granted", "pilot",
    "deposit_held", "unsafe", "punished", "stopped", "large", "air_2015", "permits", "key",
)  # fmt: skip


def turn_over(zone: PilotZone) -> None:
    """Insolvent and starved firms are restructured or leave, outdated capacity is retired, new firms come.

    Reads: entry.*, firms.entrant_*, investment.extrapolators; policy eliminate, guarantees, risk_plans and those
    of `entry_rate`.
    """
    _fail(zone)
    _eliminate(zone)
    _enter(zone)


def _fail(zone: PilotZone) -> None:
    """Firms out of cash and credit, or insolvent, are restructured or closed; guaranteed lenders wait.

    Those with state owners or risk plans are restructured: the bank forgives what the plant does not carry.
    """
    firms, ledger, p, now = zone.firms, zone.ledger, zone.p.entry, zone.policy.now
    worth = firms.book_capital + ledger.deposits[zone.firm_accounts] - ledger.loans[zone.firm_accounts]
    firms.insolvent = np.where(worth < 0.0, firms.insolvent + 1, 0) * firms.alive
    broke = (firms.starved >= p.starved_quarters) | (firms.insolvent >= p.insolvent_quarters)
    rows = np.flatnonzero(broke & firms.alive)
    if not len(rows):
        return
    luck = zone.streams.at("exit", zone.quarter).random((2, firms.rows))[:, rows]
    patience = clip(1.0 - p.guarantee_shelter * now.guarantees, p.exit_floor, 1.0)
    resolved = luck[0] < p.exit_chance * patience * (1.0 + p.first_mover_load * firms.first_mover[rows])
    saved = luck[1] < np.minimum(
        1.0 - p.exit_floor, p.state_shelter * firms.state_owned[rows] + p.plan_shelter * now.risk_plans
    )
    restructure(zone, rows[resolved & saved])
    leaves = np.zeros(firms.rows, dtype=bool)
    leaves[rows[resolved & ~saved]] = True
    zone.close_firms(leaves)


def restructure(zone: PilotZone, rows: np.ndarray) -> None:
    """Cover overdrafts by a loan and have the bank forgive debt beyond what book capital carries.

    Args:
        rows: firms, shape (count,).

    Reads: entry.carried_debt.
    """
    if not len(rows):
        return
    firms, ledger = zone.firms, zone.ledger
    accounts = ledger.account("firms", rows)
    ledger.lend(accounts, np.maximum(0.0, -ledger.deposits[accounts]))
    carried = zone.p.entry.carried_debt * firms.book_capital[rows]
    ledger.write_off(accounts, zone.bank_account, np.maximum(0.0, ledger.loans[accounts] - carried))
    firms.starved[rows] = 0
    firms.insolvent[rows] = 0


def _eliminate(zone: PilotZone) -> None:
    """Retire a share of outdated capacity a year; the firm loses the book value that went with it."""
    firms, now, p = zone.firms, zone.policy.now, zone.p.entry
    share = now.eliminate / QUARTERS
    if share <= 0.0:
        return
    retired = firms.capacity * firms.outdated * share * firms.alive
    firms.capacity = firms.capacity - retired
    firms.book_capital = firms.book_capital * np.where(
        firms.capacity > 0.0,
        1.0 - p.outdated_book * retired / np.maximum(firms.capacity + retired, 1e-9),
        1.0,
    )
    firms.outdated = np.where(firms.alive, firms.outdated * (1.0 - share), firms.outdated)


def entry_rate(zone: PilotZone) -> np.ndarray:
    """Give the expected new firms a quarter by pattern firm: margins, land, promotion, infrastructure, the rival.

    Returns:
        Count/quarter, shape (rows,): a newcomer takes product and place of its pattern.

    Reads: entry.*, environment.infrastructure_least; policy attraction, land_concession, incubators,
    approval_time, division, emerging_support.
    """
    firms, tech, p, now = zone.firms, zone.technology, zone.p.entry, zone.policy.now
    pull = clip(firms.expected_margin - p.hurdle, 0.0, p.margin_most)
    fame = p.attraction_effect * np.log1p(now.attraction / p.attraction_scale) + p.land_effect * now.land_concession
    fame += p.incubator_effect * now.incubators / p.incubator_scale
    effort = zone.officials.growth_effort / p.promotion_reference
    welcome = 1.0 + fame + p.promotion_effect * (effort - 1.0)
    ease = p.rate * p.approval_reference / (p.approval_reference + now.approval_time)
    rival = 1.0 - tech.rival_overlap * (p.rival_effect * (1.0 - now.division))
    support = 1.0 + p.emerging_effect * np.log1p(now.emerging_support / p.emerging_scale)
    support *= 1.0 + p.incubator_emerging * now.incubators / p.incubator_scale
    growth = (1.0 + p.growth_effect * tech.market_growth) * (1.0 + tech.emerging * (support - 1.0))
    level = np.maximum(zone.p.environment.infrastructure_least, zone.towns.infrastructure) * zone.water_share * ease
    rate: np.ndarray = np.maximum(0.0, welcome)[firms.official] * pull * rival * growth * level[firms.place]
    return rate * firms.alive


def _enter(zone: PilotZone) -> None:
    """New firms come, as many as chance, the yearly rates and the spare rows allow."""
    firms, p = zone.firms, zone.p.entry
    if zone.frozen or zone.quarter < int(p.first_quarter):
        return
    gone = (firms.start < zone.quarter) & (firms.exited < zone.quarter - int(p.row_rest))
    spare = np.flatnonzero(~firms.alive & ((firms.start == NEVER) | gone))
    if not len(spare):
        return
    rate = entry_rate(zone)
    total = float(rate.sum())
    luck = zone.streams.at("entry", zone.quarter)
    count = min(int(luck.poisson(min(total, p.most_a_quarter))), len(spare))
    if count == 0:
        return
    pattern = np.searchsorted(np.cumsum(rate), luck.random(count) * total, side="right")
    _found(zone, spare[:count], pattern, luck)
    zone.entries = float(count)


def _found(zone: PilotZone, rows: np.ndarray, pattern: np.ndarray, luck: np.random.Generator) -> None:
    """Fill rows with new firms: product and place of the pattern, own size, cost, ties and view.

    Args:
        rows: spare rows, shape (count,).
        pattern: rows of the firms they follow, shape (count,).
        luck: the stream of entry, after the patterns were drawn.
    """
    firms, p, tech = zone.firms, zone.p.entry, zone.technology
    size = luck.lognormal(p.size_mean, p.size_sd, len(rows))
    cost, tie, view, outlook = luck.random((4, len(rows)))
    clear_rows(zone, rows)
    firms.product[rows] = firms.product[pattern]
    firms.place[rows] = firms.place[pattern]
    firms.in_park[rows] = firms.in_park[pattern]
    tech.assign(rows, firms.product[rows])
    firms.capacity[rows] = zone.median_capacity[firms.product[rows]] * np.minimum(size, p.size_most)
    firms.outdated[rows] = p.outdated_entrant
    firms.chain[rows] = tech.chain_base[rows]
    firms.efficiency[rows] = p.efficiency_low + (p.efficiency_high - p.efficiency_low) * cost
    firms.clean[rows] = p.clean_entrant
    firms.state_owned[rows] = 0.0
    firms.tie[rows] = (tie < p.tie_share).astype(float)
    firms.mindset[rows] = np.where(view < p.long_term_share, LONG_TERM, NOT_ESTABLISHED)
    firms.extrapolates[rows] = outlook < zone.p.investment.extrapolators
    firms.staffing[rows] = zone.p.firms.entrant_staffing
    firms.debt_ratio[rows] = zone.p.firms.entrant_debt_ratio
    zone.assign_officials(rows)
    for row in rows:
        zone.entrants += 1
        firms.codes[row] = f"N-{zone.entrants:03d}"
    zone.open_firms(rows)


def clear_rows(zone: PilotZone, rows: np.ndarray) -> None:
    """Wipe what an earlier firm left in the rows, its closed bank account excepted.

    Reads: firms.margin_start, collusion.belief_start.
    """
    firms = zone.firms
    firms.start[rows] = zone.quarter
    firms.exited[rows] = NEVER
    for name in CLEARED:
        getattr(firms, name)[rows] = 0
    firms.expected_margin[rows] = zone.p.firms.margin_start
    firms.sees[rows] = zone.p.collusion.belief_start
