"""Firms fail, are eliminated or upgraded, and enter; the weak are kept alive by soft credit.

Source: docs/model.md (h); survival of state-backed firms; entry follows expected margins and what land costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, uniforms
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.rules.firm_life import assign_officials, close_firms, open_firms
from ccepz_sim.rules.technique import assign_technique
from ccepz_sim.state.firms import LONG_TERM, NEVER, NOT_ESTABLISHED
from ccepz_sim.state.ledger import lend, write_off

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

FAILING = NUMBERS[Stream.EXIT]


def turn_over(zone: Zone) -> None:
    """Insolvent and starved firms are restructured or leave, outdated capacity is retired, new firms come.

    Reads: entry.*, firms.entrant_*, investment.extrapolators; policy eliminate, guarantees, risk_plans and those
    of `entry_rate`.
    """
    if count_broke(zone):
        fail(zone)
    eliminate(zone)
    _enter(zone)


@compiled
def is_broke(zone: Zone, firm: int) -> bool:
    """Say whether a firm was out of cash and credit, or insolvent, for too long."""
    firms, p = zone.firms, zone.p.entry
    too_long = firms.starved[firm] >= p.starved_quarters or firms.insolvent[firm] >= p.insolvent_quarters
    return firms.alive[firm] and too_long


@compiled
def count_broke(zone: Zone) -> int:
    """Count quarters of negative worth, and give the number of firms broke for too long."""
    firms, ledger = zone.firms, zone.ledger
    count = 0
    for firm in range(firms.rows):
        account = ledger.firms + firm
        worth = firms.book_capital[firm] + ledger.deposits[account] - ledger.loans[account]
        firms.insolvent[firm] = firms.insolvent[firm] + 1 if firms.alive[firm] and worth < 0.0 else 0
        count += is_broke(zone, firm)
    return count


@compiled
def fail(zone: Zone) -> None:
    """Firms out of cash and credit, or insolvent, are restructured or closed; guaranteed lenders wait.

    Those with state owners or risk plans are restructured: the bank forgives what the plant does not carry.
    """
    firms, p, now = zone.firms, zone.p.entry, zone.policy.now
    falls, shelters = uniforms(zone, FAILING, 2 * firms.rows).reshape((2, firms.rows))
    patience = min(max(1.0 - p.guarantee_shelter * now.guarantees, p.exit_floor), 1.0)
    saved, leaves = np.zeros(firms.rows, dtype=np.bool_), np.zeros(firms.rows, dtype=np.bool_)
    for firm in range(firms.rows):
        fails = p.exit_chance * patience * (1.0 + p.first_mover_load * firms.first_mover[firm])
        if is_broke(zone, firm) and falls[firm] < fails:
            shelter = p.state_shelter * firms.state_owned[firm] + p.plan_shelter * now.risk_plans
            saved[firm] = shelters[firm] < min(1.0 - p.exit_floor, shelter)
            leaves[firm] = not saved[firm]
    restructure(zone, np.flatnonzero(saved))
    close_firms(zone, leaves)


@compiled
def restructure(zone: Zone, rows: np.ndarray) -> None:
    """Cover overdrafts by a loan and have the bank forgive debt beyond what book capital carries.

    Args:
        rows: firms, shape (count,).

    Reads: entry.carried_debt.
    """
    firms, ledger = zone.firms, zone.ledger
    for firm in rows:
        account = ledger.firms + firm
        lend(ledger, account, max(0.0, -ledger.deposits[account]))
        carried = zone.p.entry.carried_debt * firms.book_capital[firm]
        write_off(ledger, account, ledger.bank, max(0.0, ledger.loans[account] - carried))
        firms.starved[firm] = firms.insolvent[firm] = 0


@compiled
def eliminate(zone: Zone) -> None:
    """Retire a share of outdated capacity a year; the firm loses the book value that went with it."""
    firms = zone.firms
    share = zone.policy.now.eliminate / QUARTERS  # in shares: the lever is one a year
    for firm in range(firms.rows):
        if share <= 0.0 or not firms.alive[firm]:
            continue
        before = firms.capacity[firm]
        retired = before * firms.outdated[firm] * share
        firms.capacity[firm] = before - retired
        if firms.capacity[firm] > 0.0:
            lost = zone.p.entry.outdated_book * retired / max(firms.capacity[firm] + retired, 1e-9)
            firms.book_capital[firm] *= 1.0 - lost
        firms.outdated[firm] *= 1.0 - share


@compiled
def entry_rate(zone: Zone) -> np.ndarray:
    """Give the expected new firms a quarter by pattern firm: margins, land, promotion, infrastructure, the rival.

    Returns:
        Count/quarter, shape (rows,): a newcomer takes product and place of its pattern.

    Reads: entry.*, environment.infrastructure_least; policy attraction, land_concession, incubators,
    approval_time, division, emerging_support.
    """
    firms, tech, towns, p, now = zone.firms, zone.technology, zone.towns, zone.p.entry, zone.policy.now
    fame = p.attraction_effect * np.log1p(now.attraction / p.attraction_scale) + p.land_effect * now.land_concession
    fame += p.incubator_effect * now.incubators / p.incubator_scale
    ease = p.rate * p.approval_reference / (p.approval_reference + now.approval_time)
    support = 1.0 + p.emerging_effect * np.log1p(now.emerging_support / p.emerging_scale)
    support *= 1.0 + p.incubator_emerging * now.incubators / p.incubator_scale
    rival_pull = p.rival_effect * (1.0 - now.division)
    rate = np.zeros(firms.rows)
    for firm in range(firms.rows):
        if not firms.alive[firm]:
            continue
        town = firms.place[firm]
        effort = zone.officials.growth_effort[firms.official[firm]] / p.promotion_reference
        welcome = max(0.0, 1.0 + fame + p.promotion_effect * (effort - 1.0))
        pull = min(max(firms.expected_margin[firm] - p.hurdle, 0.0), p.margin_most)
        rival = 1.0 - tech.rival_overlap[firm] * rival_pull
        growth = (1.0 + p.growth_effect * tech.market_growth[firm]) * (1.0 + tech.emerging[firm] * (support - 1.0))
        reached = max(zone.p.environment.infrastructure_least, towns.infrastructure[town])
        rate[firm] = welcome * pull * rival * growth * (reached * towns.water_share[town] * ease)
    return rate


@compiled
def openings(zone: Zone) -> tuple[np.ndarray, np.ndarray]:
    """Give the rows nobody holds, and the running sum of the expected new firms a quarter by pattern firm."""
    return spare_rows(zone), entry_rate(zone).cumsum()


@compiled
def spare_rows(zone: Zone) -> np.ndarray:
    """Give the rows nobody holds: never used, or left by a firm that is gone long enough."""
    firms, rest = zone.firms, int(zone.p.entry.row_rest)
    spare = np.zeros(firms.rows, dtype=np.bool_)
    for row in range(firms.rows):
        gone = firms.start[row] < zone.quarter and firms.exited[row] < zone.quarter - rest
        spare[row] = not firms.alive[row] and (firms.start[row] == NEVER or gone)
    return np.flatnonzero(spare)


def _enter(zone: Zone) -> None:
    """New firms come, as many as chance, the yearly rates and the spare rows allow."""
    firms, p = zone.firms, zone.p.entry
    if zone.frozen or zone.quarter < int(p.first_quarter):
        return
    spare, reached = openings(zone)
    if not len(spare):
        return
    luck = zone.streams.at(Stream.ENTRY, zone.quarter)
    count = min(int(luck.poisson(min(float(reached[-1]), p.most_a_quarter))), len(spare))
    if count == 0:
        return
    rows, follow = spare[:count], luck.random(count)
    found(zone, rows, reached, follow, luck.lognormal(p.size_mean, p.size_sd, count), luck.random((4, count)))
    for row in rows.tolist():
        zone.entrants += 1
        firms.codes[row] = f"N-{zone.entrants:03d}"
    zone.count.entries = float(count)


@compiled
def found(
    zone: Zone, rows: np.ndarray, reached: np.ndarray, follow: np.ndarray, sizes: np.ndarray, luck: np.ndarray
) -> None:
    """Fill rows with new firms: product and place of the firm they follow, own size, cost, ties and view.

    Args:
        rows: spare rows; reached: see `openings`; follow: uniform draws of the firms they follow, shape (count,).
        sizes: multiples of the usual, shape (count,).
        luck: uniform draws for cost, ties, view and outlook, shape (4, count).
    """
    firms, p, f = zone.firms, zone.p.entry, zone.p.firms
    pattern = np.searchsorted(reached, follow * reached[-1], side="right")
    clear_rows(zone, rows)
    assign_technique(zone.technology, zone.world, zone.fixed, rows, firms.product[pattern])
    for number in range(rows.size):
        row, like = rows[number], pattern[number]
        firms.product[row] = firms.product[like]
        firms.place[row] = firms.place[like]
        firms.in_park[row] = firms.in_park[like]
        firms.capacity[row] = zone.fixed.median_capacity[firms.product[row]] * min(sizes[number], p.size_most)
        firms.outdated[row] = p.outdated_entrant
        firms.chain[row] = zone.technology.chain_base[row]
        firms.efficiency[row] = p.efficiency_low + (p.efficiency_high - p.efficiency_low) * luck[0, number]
        firms.clean[row] = p.clean_entrant
        firms.state_owned[row] = 0.0
        firms.tie[row] = luck[1, number] < p.tie_share
        firms.mindset[row] = LONG_TERM if luck[2, number] < p.long_term_share else NOT_ESTABLISHED
        firms.extrapolates[row] = luck[3, number] < zone.p.investment.extrapolators
        firms.staffing[row] = f.entrant_staffing
        firms.debt_ratio[row] = f.entrant_debt_ratio
    open_firms(zone, rows)
    assign_officials(zone, rows)


@compiled
def clear_rows(zone: Zone, rows: np.ndarray) -> None:
    """Wipe what an earlier firm left in the rows, its closed bank account excepted.

    Reads: firms.margin_start, collusion.belief_start.
    """
    f = zone.firms
    for row in rows:
        f.usual_price[row] = f.first_mover[row] = f.brand[row] = f.research_fund[row] = f.upgrade_money[row] = 0.0
        f.chain_money[row] = f.plant_money[row] = f.clean_money[row] = f.misused[row] = f.granted[row] = 0.0
        f.deposit_held[row] = f.stopped[row] = f.large[row] = f.air_2015[row] = f.permits[row] = f.key[row] = 0.0
        f.losses[row] = f.starved[row] = f.insolvent[row] = f.link_wait[row] = f.pilot[row] = 0
        f.link_share[row] = 0.0
        f.unsafe[row] = 0.0
        f.link_age[row] = 0
        f.punished[row] = False
        f.start[row] = zone.quarter
        f.exited[row] = NEVER
        f.expected_margin[row] = zone.p.firms.margin_start
        f.sees[row] = zone.p.collusion.belief_start
