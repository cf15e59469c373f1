"""Collusion of a firm with its official: a deal needs a joint gain that both perceive.

Source: Becker 1968; Andvig and Moene 1990; docs/model.md (a). Savings, fines and moral costs are in units of the
firm's reference burden, so that large and small firms can be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.state.firms import LONG_TERM

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def joint_surplus(
    saving: np.ndarray,
    chance: np.ndarray,
    fines: np.ndarray,
    moral: np.ndarray,
    peer_share: np.ndarray,
    peer_weight: float,
    search: np.ndarray,
) -> np.ndarray:
    """Give J = S - q F - m (1 - psi c) - kappa, all in one unit; a deal is made when J > 0. Benchmark B22.

    Args:
        saving, fines, moral, search: S, F, m and kappa, in reference burdens, one shape.
        chance, peer_share: q and c, 0-1; peer_weight: psi, 0-1.

    Source: Becker 1968; Andvig and Moene 1990.
    """
    return saving - chance * fines - moral * (1.0 - peer_weight * peer_share) - search


def nash_bribe(
    surplus: np.ndarray,
    chance: np.ndarray,
    official_fine: np.ndarray,
    official_moral: np.ndarray,
    power: float,
) -> np.ndarray:
    """Split the surplus: the official's expected loss plus his share of the gain.

    Args:
        surplus, official_fine, official_moral: in reference burdens, one shape; chance: 0-1.
        power: share of the gain the official gets.

    Returns:
        The bribe in reference burdens.
    """
    return chance * official_fine + official_moral + power * np.maximum(0.0, surplus)


def extortion_demand(delay_cost: np.ndarray, take: float, cash: np.ndarray) -> np.ndarray:
    """Give what a threatened firm pays: a share of the cost of delay, never more than that cost or its cash.

    Args:
        delay_cost, cash: yuan, one shape; take: share the official can press out, 0-1.

    Source: Lambert-Mogiliansky, Majumdar and Radner 2008.
    """
    return np.minimum(take * delay_cost, np.maximum(0.0, cash))


def audit_chance(intensity: float, capacity: float, load: float) -> float:
    """Give the chance that an audit finds a case: alpha K / (K + c), congested by the load.

    Args:
        intensity: alpha, 0-1; capacity, load: K and c, as shares of all firms.
    """
    return intensity * capacity / (capacity + load) if capacity > 0.0 else 0.0


def either(*chances: np.ndarray | float) -> np.ndarray:
    """Give the chance that at least one of independent ways of detection succeeds."""
    missed = np.asarray(1.0)
    for chance in chances:
        missed = missed * (1.0 - np.asarray(chance))
    return 1.0 - missed


def peer_shares(zone: PilotZone, mark: np.ndarray) -> np.ndarray:
    """Give for each firm the share of marked firms among those of its park or town, shape (rows,)."""
    firms = zone.firms
    alive = firms.alive
    count = np.bincount(firms.place, weights=alive, minlength=zone.world.place_count)
    marked = np.bincount(firms.place, weights=mark & alive, minlength=zone.world.place_count)
    share: np.ndarray = (marked / np.maximum(1.0, count))[firms.place]
    return share


def watched(zone: PilotZone) -> np.ndarray:
    """Give the attention inspectors pay to each firm, 1 on average: key firms get more of it, shape (rows,).

    Reads: inspection.key_attention.
    """
    firms, more = zone.firms, zone.p.inspection.key_attention
    usual = 1.0 + more * float(firms.key @ firms.alive) / max(1, np.count_nonzero(firms.alive))
    attention: np.ndarray = (1.0 + more * firms.key) / usual
    return attention


def meet_officials(zone: PilotZone) -> None:
    """Offers meet officials: deals with a joint gain are struck, others end; bribes are paid now.

    Reads: collusion.*, inspection.key_attention; policy accountability, approval_time.
    """
    firms, officials = zone.firms, zone.officials
    p = zone.p.collusion
    mine = firms.official
    peers = peer_shares(zone, firms.colluding)
    official_moral = p.official_moral * officials.integrity[mine]
    moral = firms.moral + np.where(firms.mindset == LONG_TERM, p.long_term_moral, 0.0) + official_moral
    official_fine = p.official_fine * (1.0 + p.accountability_weight * zone.policy.now.accountability)
    fines = np.full(firms.rows, p.firm_fine + official_fine)
    search = p.search_cost * (1.0 - firms.tie) * (1.0 - p.native_ease * officials.native[mine])
    chance = np.maximum(firms.sees, officials.sees[mine] * p.official_view)
    chance = np.minimum(1.0, chance * watched(zone))
    surplus = joint_surplus(firms.saving, chance, fines, moral, peers, p.peer_weight, search)
    luck = zone.streams.at("collusion", zone.quarter).random((2, firms.rows))
    willing = firms.alive & (surplus > 0.0) & (firms.reference_burden > 0.0)
    meets = (luck[0] < p.meeting_chance) & (firms.stopped == 0.0)  # inspectors sit in a works under order
    firms.colluding = willing & (firms.colluding | meets)
    share = nash_bribe(surplus, chance, np.full(firms.rows, official_fine), official_moral, p.official_power)
    firms.bribe = np.where(firms.colluding, share * firms.reference_burden, 0.0)
    firms.bribe = np.minimum(firms.bribe, np.maximum(0.0, zone.ledger.deposits[zone.firm_accounts]))
    _extort(zone, luck[1])
    cases, load, taken = (
        np.bincount(mine, weights=values, minlength=len(officials.body))
        for values in (firms.colluding, firms.alive, firms.bribe)
    )
    officials.captured = cases / np.maximum(1.0, load)
    officials.take += taken
    homes = zone.ledger.account("households", firms.place)
    zone.ledger.pay("bribes", zone.firm_accounts, homes, firms.bribe)


def _extort(zone: PilotZone, luck: np.ndarray) -> None:
    """Officials of low integrity threaten even clean firms with delay when approval is slow: b <= cost of delay."""
    firms, p = zone.firms, zone.p.collusion
    slow = zone.policy.now.approval_time / p.approval_reference
    weak = np.maximum(0.0, p.extortion_integrity - zone.officials.integrity[firms.official])
    threatened = firms.alive & ~firms.colluding & (luck < p.extortion_rate * slow * weak)
    delay_cost = p.delay_cost * np.maximum(0.0, firms.profit) * slow
    demand = extortion_demand(delay_cost, p.extortion_take, zone.ledger.deposits[zone.firm_accounts])
    firms.bribe += np.where(threatened & (firms.tie == 0.0), demand, 0.0)
