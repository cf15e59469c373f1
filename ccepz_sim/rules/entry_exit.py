"""Firms fail, are eliminated or upgraded, and enter; the weak are kept alive by soft credit.

Source: docs/model.md (h); survival of state-backed firms; entry follows expected margins and what land costs.
"""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.ledger import Sector
from ccepz_sim.numeric import wipe
from ccepz_sim.rng import Stream
from ccepz_sim.rules.firm_life import assign_officials, close_firms, open_firms
from ccepz_sim.rules.technique import assign_technique
from ccepz_sim.state.firms import LONG_TERM, NEVER, NOT_ESTABLISHED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

# what an earlier firm left: numbers, counts of quarters or years, and the rest
CLEARED = (
    "usual_price", "first_mover", "brand", "research_fund", "upgrade_money", "chain_money", "plant_money",
    "clean_money", "misused", "granted", "deposit_held", "stopped", "large", "air_2015", "permits", "key",
)  # fmt: skip
CLEARED_COUNTS = ("losses", "starved", "insolvent", "link_wait", "pilot")
CLEARED_TABLES = ("link_share", "unsafe")


def turn_over(zone: Zone) -> None:
    """Insolvent and starved firms are restructured or leave, outdated capacity is retired, new firms come.

    Reads: entry.*, firms.entrant_*, investment.extrapolators; policy eliminate, guarantees, risk_plans and those
    of `entry_rate`.
    """
    _fail(zone)
    _eliminate(zone)
    _enter(zone)


@compiled
def _broke(
    alive: np.ndarray,
    book_capital: np.ndarray,
    deposits: np.ndarray,
    loans: np.ndarray,
    starved: np.ndarray,
    insolvent: np.ndarray,
    starved_quarters: float,
    insolvent_quarters: float,
) -> np.ndarray:
    """Count quarters of negative worth, and give the rows of firms broke for too long."""
    rows = np.empty(alive.size, dtype=np.int64)
    count = 0
    for firm in range(alive.size):
        worth = book_capital[firm] + deposits[firm] - loans[firm]
        insolvent[firm] = insolvent[firm] + 1 if alive[firm] and worth < 0.0 else 0
        if alive[firm] and (starved[firm] >= starved_quarters or insolvent[firm] >= insolvent_quarters):
            rows[count] = firm
            count += 1
    return rows[:count].copy()


@compiled
def _fates(
    rows: np.ndarray,
    luck: np.ndarray,
    exit_chance: float,
    first_mover: np.ndarray,
    first_mover_load: float,
    state_owned: np.ndarray,
    state_shelter: float,
    shelter: float,
    most: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Say which broke firms are restructured, of the shape of `rows`, and which leave, by firm.

    Args:
        luck: uniform draws, shape (2, firms); shelter: chance that risk plans save a firm, to which the share of
            state owners adds, at most `most` together.
    """
    saved, leaves = np.zeros(rows.size, dtype=np.bool_), np.zeros(luck.shape[1], dtype=np.bool_)
    for number, firm in enumerate(rows):
        if luck[0, firm] < exit_chance * (1.0 + first_mover_load * first_mover[firm]):
            saved[number] = luck[1, firm] < min(most, state_shelter * state_owned[firm] + shelter)
            leaves[firm] = not saved[number]
    return saved, leaves


def _fail(zone: Zone) -> None:
    """Firms out of cash and credit, or insolvent, are restructured or closed; guaranteed lenders wait.

    Those with state owners or risk plans are restructured: the bank forgives what the plant does not carry.
    """
    firms, ledger, p, now = zone.firms, zone.ledger, zone.p.entry, zone.policy.now
    accounts = ledger.firm_accounts
    rows = _broke(
        firms.alive, firms.book_capital, ledger.deposits[accounts], ledger.loans[accounts],
        firms.starved, firms.insolvent, p.starved_quarters, p.insolvent_quarters,
    )  # fmt: skip
    if not len(rows):
        return
    luck = zone.streams.at(Stream.EXIT, zone.quarter).random((2, firms.rows))
    patience = min(max(1.0 - p.guarantee_shelter * now.guarantees, p.exit_floor), 1.0)
    saved, leaves = _fates(
        rows, luck, p.exit_chance * patience, firms.first_mover, p.first_mover_load, firms.state_owned,
        p.state_shelter, p.plan_shelter * now.risk_plans, 1.0 - p.exit_floor,
    )  # fmt: skip
    restructure(zone, rows[saved])
    close_firms(zone, leaves)


def restructure(zone: Zone, rows: np.ndarray) -> None:
    """Cover overdrafts by a loan and have the bank forgive debt beyond what book capital carries.

    Args:
        rows: firms, shape (count,).

    Reads: entry.carried_debt.
    """
    if not len(rows):
        return
    firms, ledger = zone.firms, zone.ledger
    accounts = ledger.account(Sector.FIRMS, rows)
    ledger.lend(accounts, np.maximum(0.0, -ledger.deposits[accounts]))
    carried = zone.p.entry.carried_debt * firms.book_capital[rows]
    ledger.write_off(accounts, zone.ledger.bank, np.maximum(0.0, ledger.loans[accounts] - carried))
    firms.starved[rows] = 0
    firms.insolvent[rows] = 0


@compiled
def _retire(
    share: float,
    alive: np.ndarray,
    outdated_book: float,
    capacity: np.ndarray,
    book_capital: np.ndarray,
    outdated: np.ndarray,
) -> None:
    """Take a share of outdated capacity, and the book value that goes with it, from each firm."""
    for firm in range(alive.size):
        if not alive[firm]:
            continue
        before = capacity[firm]
        retired = before * outdated[firm] * share
        capacity[firm] = before - retired
        if capacity[firm] > 0.0:
            book_capital[firm] *= 1.0 - outdated_book * retired / max(capacity[firm] + retired, 1e-9)
        outdated[firm] *= 1.0 - share


def _eliminate(zone: Zone) -> None:
    """Retire a share of outdated capacity a year; the firm loses the book value that went with it."""
    firms = zone.firms
    share = zone.policy.now.eliminate / QUARTERS
    if share > 0.0:
        _retire(share, firms.alive, zone.p.entry.outdated_book, firms.capacity, firms.book_capital, firms.outdated)


@compiled
def _followers(
    alive: np.ndarray,
    expected_margin: np.ndarray,
    hurdle: float,
    margin_most: float,
    official: np.ndarray,
    growth_effort: np.ndarray,
    promotion_reference: float,
    promotion_effect: float,
    fame: float,
    rival_overlap: np.ndarray,
    rival_pull: float,
    market_growth: np.ndarray,
    growth_effect: float,
    emerging: np.ndarray,
    support: float,
    place: np.ndarray,
    infrastructure: np.ndarray,
    infrastructure_least: float,
    water_share: np.ndarray,
    ease: float,
) -> np.ndarray:
    """Give how many firms a quarter are expected to follow each firm."""
    rate = np.zeros(alive.size)
    for firm in range(alive.size):
        if not alive[firm]:
            continue
        effort = growth_effort[official[firm]] / promotion_reference
        welcome = max(0.0, 1.0 + fame + promotion_effect * (effort - 1.0))
        pull = min(max(expected_margin[firm] - hurdle, 0.0), margin_most)
        rival = 1.0 - rival_overlap[firm] * rival_pull
        growth = (1.0 + growth_effect * market_growth[firm]) * (1.0 + emerging[firm] * (support - 1.0))
        level = max(infrastructure_least, infrastructure[place[firm]]) * water_share[place[firm]] * ease
        rate[firm] = welcome * pull * rival * growth * level
    return rate


def entry_rate(zone: Zone) -> np.ndarray:
    """Give the expected new firms a quarter by pattern firm: margins, land, promotion, infrastructure, the rival.

    Returns:
        Count/quarter, shape (rows,): a newcomer takes product and place of its pattern.

    Reads: entry.*, environment.infrastructure_least; policy attraction, land_concession, incubators,
    approval_time, division, emerging_support.
    """
    firms, tech, p, now = zone.firms, zone.technology, zone.p.entry, zone.policy.now
    fame = p.attraction_effect * log1p(now.attraction / p.attraction_scale) + p.land_effect * now.land_concession
    fame += p.incubator_effect * now.incubators / p.incubator_scale
    ease = p.rate * p.approval_reference / (p.approval_reference + now.approval_time)
    support = 1.0 + p.emerging_effect * log1p(now.emerging_support / p.emerging_scale)
    support *= 1.0 + p.incubator_emerging * now.incubators / p.incubator_scale
    return _followers(
        firms.alive, firms.expected_margin, p.hurdle, p.margin_most, firms.official, zone.officials.growth_effort,
        p.promotion_reference, p.promotion_effect, fame, tech.rival_overlap, p.rival_effect * (1.0 - now.division),
        tech.market_growth, p.growth_effect, tech.emerging, support, firms.place, zone.towns.infrastructure,
        zone.p.environment.infrastructure_least, zone.towns.water_share, ease,
    )  # fmt: skip


@compiled
def _spare_rows(alive: np.ndarray, start: np.ndarray, exited: np.ndarray, quarter: int, rest: int) -> np.ndarray:
    """Give the rows nobody holds: never used, or left by a firm that is gone long enough."""
    rows = np.empty(alive.size, dtype=np.int64)
    count = 0
    for row in range(alive.size):
        gone = start[row] < quarter and exited[row] < quarter - rest
        if not alive[row] and (start[row] == NEVER or gone):
            rows[count] = row
            count += 1
    return rows[:count].copy()


def _enter(zone: Zone) -> None:
    """New firms come, as many as chance, the yearly rates and the spare rows allow."""
    firms, p = zone.firms, zone.p.entry
    if zone.frozen or zone.quarter < int(p.first_quarter):
        return
    spare = _spare_rows(firms.alive, firms.start, firms.exited, zone.quarter, int(p.row_rest))
    if not len(spare):
        return
    rate = entry_rate(zone)
    total = float(rate.sum())
    luck = zone.streams.at(Stream.ENTRY, zone.quarter)
    count = min(int(luck.poisson(min(total, p.most_a_quarter))), len(spare))
    if count == 0:
        return
    pattern = rate.cumsum().searchsorted(luck.random(count) * total, side="right")
    _found(zone, spare[:count], pattern, luck)
    zone.count.entries = float(count)


def _found(zone: Zone, rows: np.ndarray, pattern: np.ndarray, luck: np.random.Generator) -> None:
    """Fill rows with new firms: product and place of the pattern, own size, cost, ties and view.

    Args:
        rows: spare rows, shape (count,).
        pattern: rows of the firms they follow, shape (count,).
        luck: the stream of entry, after the patterns were drawn.
    """
    firms, p, f = zone.firms, zone.p.entry, zone.p.firms
    sizes = luck.lognormal(p.size_mean, p.size_sd, len(rows))
    draws = luck.random((4, len(rows)))
    clear_rows(zone, rows)
    assign_technique(zone.technology, zone.world, zone.fixed, rows, firms.product[pattern])
    _fill(
        rows, pattern, np.minimum(sizes, p.size_most), draws, zone.fixed.median_capacity, zone.technology.chain_base,
        p.outdated_entrant, p.efficiency_low, p.efficiency_high, p.clean_entrant, p.tie_share, p.long_term_share,
        zone.p.investment.extrapolators, f.entrant_staffing, f.entrant_debt_ratio,
        firms.product, firms.place, firms.in_park, firms.capacity, firms.outdated, firms.chain, firms.efficiency,
        firms.clean, firms.state_owned, firms.tie, firms.mindset, firms.extrapolates, firms.staffing, firms.debt_ratio,
    )  # fmt: skip
    for row in rows.tolist():
        zone.entrants += 1
        firms.codes[row] = f"N-{zone.entrants:03d}"
    assign_officials(zone, rows)
    open_firms(zone, rows)


@compiled
def _fill(
    rows: np.ndarray, pattern: np.ndarray, size: np.ndarray, luck: np.ndarray,
    median_capacity: np.ndarray, chain_base: np.ndarray,
    outdated_share: float, efficiency_low: float, efficiency_high: float, clean_factor: float, tie_share: float,
    long_term_share: float, extrapolators: float, staffed: float, indebted: float,
    product: np.ndarray, place: np.ndarray, in_park: np.ndarray, capacity: np.ndarray, outdated: np.ndarray,
    chain: np.ndarray, efficiency: np.ndarray, clean: np.ndarray, state_owned: np.ndarray, tie: np.ndarray,
    mindset: np.ndarray, extrapolates: np.ndarray, staffing: np.ndarray, debt_ratio: np.ndarray,
) -> None:  # fmt: skip
    """Set what distinguishes each newcomer; luck: uniform draws for cost, ties, view and outlook, shape (4, count)."""
    for number, row in enumerate(rows):
        like = pattern[number]
        product[row] = product[like]
        place[row] = place[like]
        in_park[row] = in_park[like]
        capacity[row] = median_capacity[product[row]] * size[number]
        outdated[row] = outdated_share
        chain[row] = chain_base[row]
        efficiency[row] = efficiency_low + (efficiency_high - efficiency_low) * luck[0, number]
        clean[row] = clean_factor
        state_owned[row] = 0.0
        tie[row] = luck[1, number] < tie_share
        mindset[row] = LONG_TERM if luck[2, number] < long_term_share else NOT_ESTABLISHED
        extrapolates[row] = luck[3, number] < extrapolators
        staffing[row] = staffed
        debt_ratio[row] = indebted


def clear_rows(zone: Zone, rows: np.ndarray) -> None:
    """Wipe what an earlier firm left in the rows, its closed bank account excepted.

    Reads: firms.margin_start, collusion.belief_start.
    """
    firms = zone.firms
    for names in (CLEARED, CLEARED_COUNTS, CLEARED_TABLES):
        wipe(rows, *(getattr(firms, name) for name in names))
    firms.link_age[rows] = 0
    firms.punished[rows] = False
    firms.start[rows] = zone.quarter
    firms.exited[rows] = NEVER
    firms.expected_margin[rows] = zone.p.firms.margin_start
    firms.sees[rows] = zone.p.collusion.belief_start
