"""Collusion of a firm with its official: a deal needs a joint gain that both perceive.

Source: Becker 1968; Andvig and Moene 1990; docs/model.md (a). Savings, fines and moral costs are in units of the
firm's reference burden, so that large and small firms can be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.numerics.compiled import Value, compiled, inlined
from ccepz_sim.numerics.draws import NUMBERS, draw, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.state.firms import LONG_TERM
from ccepz_sim.state.ledger import Flow, pay

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

MEETING = NUMBERS[Stream.COLLUSION]


@compiled
def joint_surplus(
    saving: Value,
    chance: Value,
    fines: Value,
    moral: Value,
    peer_share: Value,
    peer_weight: float,
    search: Value,
) -> Value:
    """Give J = S - q F - m (1 - psi c) - kappa, all in one unit; a deal is made when J > 0. Benchmark B22.

    Args:
        saving, fines, moral, search: S, F, m and kappa, in reference burdens, one shape.
        chance, peer_share: q and c, 0-1; peer_weight: psi, 0-1.

    Source: Becker 1968; Andvig and Moene 1990.
    """
    return saving - chance * fines - moral * (1.0 - peer_weight * peer_share) - search


@compiled
def nash_bribe(
    surplus: Value,
    chance: Value,
    official_fine: Value,
    official_moral: Value,
    power: float,
) -> Value:
    """Split the surplus: the official's expected loss plus his share of the gain.

    Args:
        surplus, official_fine, official_moral: in reference burdens, one shape; chance: 0-1.
        power: share of the gain the official gets.

    Returns:
        The bribe in reference burdens.
    """
    return chance * official_fine + official_moral + power * np.maximum(0.0, surplus)


@compiled
def extortion_demand(delay_cost: Value, take: float, cash: Value) -> Value:
    """Give what a threatened firm pays: a share of the cost of delay, never more than that cost or its cash.

    Args:
        delay_cost, cash: yuan, one shape; take: share the official can press out, 0-1.

    Source: Lambert-Mogiliansky, Majumdar and Radner 2008.
    """
    return np.minimum(take * delay_cost, np.maximum(0.0, cash))


@compiled
def audit_chance(intensity: float, capacity: float, load: float) -> float:
    """Give the chance that an audit finds a case: alpha K / (K + c), congested by the load.

    Args:
        intensity: alpha, 0-1; capacity, load: K and c, as shares of all firms.
    """
    return intensity * capacity / (capacity + load) if capacity > 0.0 else 0.0


@inlined
def either(*chances: Value) -> Value:
    """Give the chance that at least one of independent ways of detection succeeds; numbers, or arrays of one shape."""
    missed: Any = 1.0
    for chance in chances:
        missed = missed * (1.0 - chance)
    found: Value = 1.0 - missed
    return found


@compiled
def shares_by_place(place: np.ndarray, alive: np.ndarray, mark: np.ndarray, places: int) -> np.ndarray:
    """Give by place the share of marked firms among the living ones, shape (places,)."""
    count, marked = np.zeros(places), np.zeros(places)
    for firm in range(place.size):
        if alive[firm]:
            count[place[firm]] += 1.0
            marked[place[firm]] += mark[firm]
    return marked / np.maximum(1.0, count)


@compiled
def attention(key: np.ndarray, alive: np.ndarray, more: float) -> np.ndarray:
    """Give each firm its part of attention, which is 1 on average of the living."""
    count = keys = 0.0
    for firm in range(key.size):
        if alive[firm]:
            count += 1.0
            keys += key[firm]
    return (1.0 + more * key) / (1.0 + more * keys / max(1.0, count))


@compiled
def meet_officials(zone: Zone) -> None:
    """Offers meet officials: deals with a joint gain are struck, others end; bribes are paid now.

    Each firm and its official strike, keep or end a deal, or he threatens it; the firm pays. Sets the share of firms
    each official has a deal with, and adds what he took.

    Reads: collusion.*, inspection.key_attention; policy accountability, approval_time.
    """
    firms, officials, ledger = zone.firms, zone.officials, zone.ledger
    luck = passing(zone, MEETING)
    meets, threatens = narrow(luck, 0), narrow(luck, 1)
    share = shares_by_place(firms.place, firms.alive, firms.colluding, zone.towns.rows)
    watch = attention(firms.key, firms.alive, zone.p.inspection.key_attention)
    cases, count = np.zeros(officials.rows), np.zeros(officials.rows)
    for firm in range(firms.rows):
        if not firms.alive[firm]:
            firms.colluding[firm] = False
            firms.bribe[firm] = 0.0
            continue
        mine, account = firms.official[firm], ledger.firms + firm
        cash = ledger.deposits[account]
        deal = _deal(zone, firm, share[firms.place[firm]], watch[firm], draw(meets, firms.who[firm]), cash)
        bribe = deal if firms.colluding[firm] else _extorted(zone, firm, draw(threatens, firms.who[firm]), cash)
        firms.bribe[firm] = bribe
        cases[mine] += firms.colluding[firm]
        count[mine] += 1.0
        officials.take[mine] += bribe
        pay(ledger, Flow.BRIBES, account, ledger.households + firms.place[firm], bribe)
    for one in range(officials.rows):
        officials.captured[one] = cases[one] / max(1.0, count[one])


@compiled
def _deal(zone: Zone, firm: int, peers: float, watch: float, luck: float, cash: float) -> float:
    """Strike, keep or end the deal of a firm with its official, and give what it pays for it, yuan.

    Args:
        peers: share of firms near that have a deal; watch: attention of inspectors; luck: uniform; cash: yuan.
    """
    firms, officials, p = zone.firms, zone.officials, zone.p.collusion
    mine, burden = firms.official[firm], firms.reference_burden[firm]
    official_fine = p.official_fine * (1.0 + p.accountability_weight * zone.policy.now.accountability)
    official_moral = p.official_moral * officials.integrity[mine]
    strict = p.long_term_moral if firms.mindset[firm] == LONG_TERM else 0.0
    moral = firms.moral[firm] + strict + official_moral
    search = p.search_cost * (1.0 - firms.tie[firm]) * (1.0 - p.native_ease * officials.native[mine])
    chance = min(1.0, max(firms.sees[firm], officials.sees[mine] * p.official_view) * watch)
    fines = p.firm_fine + official_fine
    surplus = joint_surplus(firms.saving[firm], chance, fines, moral, peers, p.peer_weight, search)
    willing = surplus > 0.0 and burden > 0.0
    meets = luck < p.meeting_chance and firms.stopped[firm] == 0.0  # inspectors sit in a works under order
    firms.colluding[firm] = willing and (firms.colluding[firm] or meets)
    if not firms.colluding[firm]:
        return 0.0
    bribe = nash_bribe(surplus, chance, official_fine, official_moral, p.official_power)
    return min(bribe * burden, max(0.0, cash))


@compiled
def _extorted(zone: Zone, firm: int, luck: float, cash: float) -> float:
    """Give what a firm without a deal pays when approval is slow and its official of low integrity, yuan.

    He threatens even clean firms with delay: b <= cost of delay.
    """
    firms, p = zone.firms, zone.p.collusion
    slow = zone.policy.now.approval_time / p.approval_reference
    weak = max(0.0, p.extortion_integrity - zone.officials.integrity[firms.official[firm]])
    threatened = luck < p.extortion_rate * slow * weak
    if threatened and firms.tie[firm] == 0.0:
        return extortion_demand(p.delay_cost * max(0.0, firms.profit[firm]) * slow, p.extortion_take, cash)
    return 0.0
