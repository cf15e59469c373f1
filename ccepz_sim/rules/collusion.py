"""Collusion of a firm with its official: a deal needs a joint gain that both perceive.

Source: Becker 1968; Andvig and Moene 1990; docs/model.md (a). Savings, fines and moral costs are in units of the
firm's reference burden, so that large and small firms can be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.compiled import Value, compiled, inlined
from ccepz_sim.ledger import Flow, Sector
from ccepz_sim.rng import Stream
from ccepz_sim.state.firms import LONG_TERM

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


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


def peer_shares(zone: Zone, mark: np.ndarray) -> np.ndarray:
    """Give for each firm the share of marked firms among those of its park or town, shape (rows,)."""
    firms = zone.firms
    return shares_by_place(firms.place, firms.alive, mark, zone.world.place_count)[firms.place]


@compiled
def shares_by_place(place: np.ndarray, alive: np.ndarray, mark: np.ndarray, places: int) -> np.ndarray:
    """Give by place the share of marked firms among the living ones, shape (places,)."""
    count, marked = np.zeros(places), np.zeros(places)
    for firm in range(place.size):
        if alive[firm]:
            count[place[firm]] += 1.0
            marked[place[firm]] += mark[firm]
    return marked / np.maximum(1.0, count)


def watched(zone: Zone) -> np.ndarray:
    """Give the attention inspectors pay to each firm, 1 on average: key firms get more of it, shape (rows,).

    Reads: inspection.key_attention.
    """
    return attention(zone.firms.key, zone.firms.alive, zone.p.inspection.key_attention)


@compiled
def attention(key: np.ndarray, alive: np.ndarray, more: float) -> np.ndarray:
    """Give each firm its part of attention, which is 1 on average of the living."""
    count = keys = 0.0
    for firm in range(key.size):
        if alive[firm]:
            count += 1.0
            keys += key[firm]
    return (1.0 + more * key) / (1.0 + more * keys / max(1.0, count))


def meet_officials(zone: Zone) -> None:
    """Offers meet officials: deals with a joint gain are struck, others end; bribes are paid now.

    Reads: collusion.*, inspection.key_attention; policy accountability, approval_time.
    """
    firms, officials, ledger = zone.firms, zone.officials, zone.ledger
    p, now = zone.p.collusion, zone.policy.now
    luck = zone.streams.at(Stream.COLLUSION, zone.quarter).random((2, firms.rows))
    cash = ledger.deposits[zone.ledger.firm_accounts]
    official_fine = p.official_fine * (1.0 + p.accountability_weight * now.accountability)
    _meet(
        firms.official, firms.alive, firms.mindset, firms.moral, firms.tie, firms.sees, firms.saving,
        firms.reference_burden, firms.stopped, peer_shares(zone, firms.colluding), watched(zone), luck[0], cash,
        officials.integrity, officials.native, officials.sees,
        p.firm_fine, official_fine, p.official_moral, p.long_term_moral, p.search_cost, p.native_ease,
        p.official_view, p.peer_weight, p.official_power, p.meeting_chance,
        firms.colluding, firms.bribe,
    )  # fmt: skip
    _extort(
        firms.official, firms.alive, firms.colluding, firms.profit, firms.tie, luck[1], cash, officials.integrity,
        now.approval_time / p.approval_reference, p.extortion_integrity, p.extortion_rate, p.extortion_take,
        p.delay_cost,
        firms.bribe,
    )  # fmt: skip
    _count_cases(firms.official, firms.alive, firms.colluding, firms.bribe, officials.captured, officials.take)
    homes = ledger.account(Sector.HOUSEHOLDS, firms.place)
    ledger.pay(Flow.BRIBES, zone.ledger.firm_accounts, homes, firms.bribe)


@compiled
def _meet(
    official: np.ndarray, alive: np.ndarray, mindset: np.ndarray, own_moral: np.ndarray, tie: np.ndarray,
    sees: np.ndarray, saving: np.ndarray,
    burden: np.ndarray, stopped: np.ndarray, peers: np.ndarray, watch: np.ndarray, luck: np.ndarray, cash: np.ndarray,
    integrity: np.ndarray, native: np.ndarray, official_sees: np.ndarray,
    firm_fine: float, official_fine: float, moral_weight: float, long_term_moral: float, search_cost: float,
    native_ease: float, official_view: float, peer_weight: float, power: float, meeting_chance: float,
    colluding: np.ndarray, bribe: np.ndarray,
) -> None:  # fmt: skip
    """Each firm and its official strike, keep or end a deal; set what the firm pays for it."""
    for firm in range(official.size):
        mine = official[firm]
        official_moral = moral_weight * integrity[mine]
        moral = own_moral[firm] + (long_term_moral if mindset[firm] == LONG_TERM else 0.0) + official_moral
        search = search_cost * (1.0 - tie[firm]) * (1.0 - native_ease * native[mine])
        chance = min(1.0, max(sees[firm], official_sees[mine] * official_view) * watch[firm])
        fines = firm_fine + official_fine
        surplus = joint_surplus(saving[firm], chance, fines, moral, peers[firm], peer_weight, search)
        willing = alive[firm] and surplus > 0.0 and burden[firm] > 0.0
        meets = luck[firm] < meeting_chance and stopped[firm] == 0.0  # inspectors sit in a works under order
        colluding[firm] = willing and (colluding[firm] or meets)
        bribe[firm] = 0.0
        if colluding[firm]:
            share = nash_bribe(surplus, chance, official_fine, official_moral, power)
            bribe[firm] = min(share * burden[firm], max(0.0, cash[firm]))


@compiled
def _extort(
    official: np.ndarray, alive: np.ndarray, colluding: np.ndarray, profit: np.ndarray, tie: np.ndarray,
    luck: np.ndarray, cash: np.ndarray, integrity: np.ndarray,
    slow: float, integrity_least: float, rate: float, take: float, delay: float,
    bribe: np.ndarray,
) -> None:  # fmt: skip
    """Officials of low integrity threaten even clean firms with delay when approval is slow: b <= cost of delay."""
    for firm in range(official.size):
        weak = max(0.0, integrity_least - integrity[official[firm]])
        threatened = alive[firm] and not colluding[firm] and luck[firm] < rate * slow * weak
        if threatened and tie[firm] == 0.0:
            bribe[firm] += extortion_demand(delay * max(0.0, profit[firm]) * slow, take, cash[firm])


@compiled
def _count_cases(
    official: np.ndarray,
    alive: np.ndarray,
    colluding: np.ndarray,
    bribe: np.ndarray,
    captured: np.ndarray,
    take: np.ndarray,
) -> None:
    """Set the share of firms each official has a deal with and add what he took."""
    cases, firms, taken = np.zeros(captured.size), np.zeros(captured.size), np.zeros(captured.size)
    for firm in range(official.size):
        mine = official[firm]
        cases[mine] += colluding[firm]
        firms[mine] += alive[firm]
        taken[mine] += bribe[firm]
    for one in range(captured.size):
        captured[one] = cases[one] / max(1.0, firms[one])
        take[one] += taken[one]
