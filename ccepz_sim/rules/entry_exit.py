"""Firms fail, are eliminated or upgraded, and enter; the weak are kept alive by soft credit.

Source: docs/model.md (h); survival of state-backed firms; entry follows expected margins and what land costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, lasting, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import normal, poisson
from ccepz_sim.rules.firm_life import assign_officials, close_firms, draw_traits, open_firms
from ccepz_sim.rules.technique import assign_technique
from ccepz_sim.state.firms import LONG_TERM, NEVER, NOT_ESTABLISHED
from ccepz_sim.state.ledger import lend, write_off

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

FAILING, ENTRY, NEWCOMERS = NUMBERS[Stream.EXIT], NUMBERS[Stream.ENTRY], NUMBERS[Stream.NEWCOMERS]
# what a newcomer draws once for all
SIZE, COST, TIE, VIEW, PARK = range(5)
# A newcomer's number tells quarter, site and how many came there before in the quarter; the roster lies below.
SITE_BITS, QUARTER_BITS = 8, 32


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
    luck = passing(zone, FAILING)
    falls, shelters = narrow(luck, 0), narrow(luck, 1)
    patience = min(max(1.0 - p.guarantee_shelter * now.guarantees, p.exit_floor), 1.0)
    saved, leaves = np.zeros(firms.rows, dtype=np.bool_), np.zeros(firms.rows, dtype=np.bool_)
    for firm in range(firms.rows):
        fails = p.exit_chance * patience * (1.0 + p.first_mover_load * firms.first_mover[firm])
        if is_broke(zone, firm) and draw(falls, firms.who[firm]) < fails:
            shelter = p.state_shelter * firms.state_owned[firm] + p.plan_shelter * now.risk_plans
            saved[firm] = draw(shelters, firms.who[firm]) < min(1.0 - p.exit_floor, shelter)
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
def spare_rows(zone: Zone) -> np.ndarray:
    """Give the rows nobody holds: never used, or left by a firm that is gone long enough."""
    firms, rest = zone.firms, int(zone.p.entry.row_rest)
    spare = np.zeros(firms.rows, dtype=np.bool_)
    for row in range(firms.rows):
        gone = firms.start[row] < zone.quarter and firms.exited[row] < zone.quarter - rest
        spare[row] = not firms.alive[row] and (firms.start[row] == NEVER or gone)
    return np.flatnonzero(spare)


def _enter(zone: Zone) -> None:
    """New firms come, and get codes in the order of their coming."""
    firms = zone.firms
    if zone.frozen or zone.quarter < int(zone.p.entry.first_quarter):
        return
    rows = enter(zone)
    for row in rows.tolist():
        zone.entrants += 1
        firms.codes[row] = f"N-{zone.entrants:03d}"
    zone.count.entries = float(len(rows))


@compiled
def enter(zone: Zone) -> np.ndarray:
    """New firms come to every site, a product in a place, as many as its chance and the spare rows allow.

    Luck belongs to the site: what is expected elsewhere does not change who comes here.

    Returns:
        Rows of the new firms.
    """
    spare, luck, most = spare_rows(zone), passing(zone, ENTRY), zone.p.entry.most_a_quarter
    expected, in_parks = expected_entries(zone)
    total = 0.0
    for site in range(expected.size):
        total += expected[site]
    part = min(1.0, most / max(total, 1e-12))
    sites, who = np.empty(spare.size, dtype=np.int64), np.empty(spare.size, dtype=np.int64)
    count = 0
    for site in range(expected.size):
        if expected[site] > 0.0:
            for slot in range(poisson(draw(luck, site), expected[site] * part)):
                if count < spare.size:
                    sites[count] = site
                    who[count] = ((zone.quarter + 1) << QUARTER_BITS) + (site << SITE_BITS) + slot
                    count += 1
    rows = spare[:count]
    if count > 0:
        found(zone, rows, sites, who, in_parks)
    return rows


@compiled
def expected_entries(zone: Zone) -> tuple[np.ndarray, np.ndarray]:
    """Give the new firms expected this quarter by site, and the part of them that goes into a park, 0-1.

    Sites are numbered by product, then place.
    """
    firms, places, rate = zone.firms, zone.towns.rows, entry_rate(zone)
    expected, in_parks = np.zeros((2, zone.fixed.products * places))
    for firm in range(firms.rows):
        site = firms.product[firm] * places + firms.place[firm]
        expected[site] += rate[firm]
        if firms.in_park[firm]:
            in_parks[site] += rate[firm]
    for site in range(expected.size):
        in_parks[site] /= max(expected[site], 1e-12)  # in shares: of those expected
    return expected, in_parks


@compiled
def found(zone: Zone, rows: np.ndarray, sites: np.ndarray, who: np.ndarray, in_parks: np.ndarray) -> None:
    """Fill rows with new firms: product and place of their site, own size, cost, ties, view and traits.

    Args:
        rows: spare rows; sites, who: of each new firm and its number; in_parks: see `expected_entries`.
    """
    firms, p, f, places = zone.firms, zone.p.entry, zone.p.firms, zone.towns.rows
    luck = lasting(zone.keys, NEWCOMERS)
    clear_rows(zone, rows)
    for number in range(rows.size):
        row, one, site = rows[number], who[number], sites[number]
        firms.who[row] = one
        firms.product[row] = site // places
        firms.place[row] = site % places
        firms.in_park[row] = draw(narrow(luck, PARK), one) < in_parks[site]
    assign_technique(zone.technology, zone.world, zone.fixed, rows, firms.product[rows])
    for number in range(rows.size):
        row, one = rows[number], who[number]
        size = min(np.exp(p.size_mean + p.size_sd * normal(narrow(luck, SIZE), one)), p.size_most)
        firms.capacity[row] = zone.fixed.median_capacity[firms.product[row]] * size
        firms.outdated[row] = p.outdated_entrant
        firms.chain[row] = zone.technology.chain_base[row]
        cost = draw(narrow(luck, COST), one)
        firms.efficiency[row] = p.efficiency_low + (p.efficiency_high - p.efficiency_low) * cost
        firms.clean[row] = p.clean_entrant
        firms.state_owned[row] = 0.0
        firms.tie[row] = draw(narrow(luck, TIE), one) < p.tie_share
        firms.mindset[row] = LONG_TERM if draw(narrow(luck, VIEW), one) < p.long_term_share else NOT_ESTABLISHED
        firms.staffing[row] = f.entrant_staffing
        firms.debt_ratio[row] = f.entrant_debt_ratio
    draw_traits(zone.firms, zone.keys, zone.p, rows)
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
        f.cleaner[row] = 0.0
        f.link_age[row] = 0
        f.punished[row] = f.heaps_found[row] = False
        f.start[row] = zone.quarter
        f.exited[row] = NEVER
        f.expected_margin[row] = zone.p.firms.margin_start
        f.sees[row] = zone.p.collusion.belief_start
