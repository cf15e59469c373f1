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
from ccepz_sim.state.firms import LONG_TERM, has_deal
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
def deal_fine(zone: Zone, burden: float, evaded: float, hidden_permits: float) -> float:
    """Give what a found deal costs a firm, yuan: a multiple of its burden, what it evaded, its hidden permits.

    The deal is weighed with it, and it is what is paid.

    Args:
        burden, evaded: yuan; hidden_permits: equivalents of air hidden.

    Reads: collusion.firm_fine, abatement.report_permits.
    """
    permit = zone.permits.price * (1.0 + zone.p.abatement.report_permits)
    return zone.p.collusion.firm_fine * burden + evaded + permit * hidden_permits


@compiled
def meet_officials(zone: Zone) -> None:
    """Offers meet officials: deals with a joint gain are struck, others end; bribes are paid now.

    Each firm and its official strike, keep or end a deal over emissions and one over stored waste, or he threatens it;
    the firm pays. Sets the share of firms each official has a deal with, and adds what he took.

    Reads: collusion.*, inspection.key_attention and those of `deal_fine`; policy accountability, approval_time.
    """
    firms, officials, ledger, p = zone.firms, zone.officials, zone.ledger, zone.p.collusion
    luck = passing(zone, MEETING)
    meets, threatens, meets_over_waste = narrow(luck, 0), narrow(luck, 1), narrow(luck, 2)
    share = shares_by_place(firms.place, firms.alive, firms.colluding, zone.towns.rows)
    waste_share = shares_by_place(firms.place, firms.alive, firms.waste_deal, zone.towns.rows)
    watch = attention(firms.key, firms.alive, zone.p.inspection.key_attention)
    cases, count = np.zeros(officials.rows), np.zeros(officials.rows)
    for firm in range(firms.rows):
        if not firms.alive[firm]:
            firms.colluding[firm] = firms.waste_deal[firm] = False
            firms.bribe[firm] = 0.0
            continue
        mine, account, town, who = firms.official[firm], ledger.firms + firm, firms.place[firm], firms.who[firm]
        cash = ledger.deposits[account]
        burden, saving, fine = firms.reference_burden[firm], firms.saving[firm], fine_over_emissions(zone, firm)
        had, luck_here = firms.colluding[firm], draw(meets, who)
        strikes, bribe = _deal(zone, firm, had, burden, saving, fine, 1.0, watch[firm], share[town], luck_here)
        firms.colluding[firm] = strikes
        # who has a deal already knows whom to ask; stored waste is watched as the official watches it
        search = 1.0 - p.bundling if strikes else 1.0
        view = watch[firm] * officials.waste_view[mine]
        burden, saving, fine = firms.waste_burden[firm], firms.waste_saving[firm], firms.waste_fine[firm]
        had, luck_here = firms.waste_deal[firm], draw(meets_over_waste, who)
        strikes, more = _deal(zone, firm, had, burden, saving, fine, search, view, waste_share[town], luck_here)
        firms.waste_deal[firm] = strikes
        bribe = min(bribe + more, max(0.0, cash))
        if not has_deal(firms, firm):
            bribe = _extorted(zone, firm, draw(threatens, who), cash)
        firms.bribe[firm] = bribe
        cases[mine] += has_deal(firms, firm)
        count[mine] += 1.0
        officials.take[mine] += bribe
        pay(ledger, Flow.BRIBES, account, ledger.households + town, bribe)
    for one in range(officials.rows):
        officials.captured[one] = cases[one] / max(1.0, count[one])


@compiled
def fine_over_emissions(zone: Zone, firm: int) -> float:
    """Give what a found deal over emissions would cost a firm as it plans to produce, yuan."""
    plan, hides = zone.plan, zone.p.collusion.hidden_share
    air, water = plan.equivalents[firm, 0] * hides, plan.equivalents[firm, 1] * hides
    evaded = plan.rate[firm, 0] * air + plan.rate[firm, 1] * water
    return deal_fine(zone, zone.firms.reference_burden[firm], evaded, air)


@compiled
def _deal(
    zone: Zone,
    firm: int,
    had: bool,
    burden: float,
    saving: float,
    fine: float,
    search: float,
    watch: float,
    peers: float,
    luck: float,
) -> tuple[bool, float]:
    """Strike, keep or end a deal of a firm with its official, and give whether there is one and the bribe, yuan.

    What both gain is never more than what the deal saves: so is the bribe.

    Args:
        had: whether there was one; burden: what all is counted in, fine: if found, yuan.
        saving: multiple of the burden; search: multiple of the usual; watch: attention of inspectors.
        peers: share of firms near that have one; luck: uniform.
    """
    firms, officials, p = zone.firms, zone.officials, zone.p.collusion
    if burden <= 0.0:
        return False, 0.0
    mine = firms.official[firm]
    official_fine = p.official_fine * (1.0 + p.accountability_weight * zone.policy.now.accountability)
    official_moral = p.official_moral * officials.integrity[mine]
    strict = p.long_term_moral if firms.mindset[firm] == LONG_TERM else 0.0
    moral = firms.moral[firm] + strict + official_moral
    finding = search * p.search_cost * (1.0 - firms.tie[firm]) * (1.0 - p.native_ease * officials.native[mine])
    chance = min(1.0, max(firms.sees[firm], officials.sees[mine] * p.official_view) * watch)
    fines = fine / burden + official_fine
    surplus = joint_surplus(saving, chance, fines, moral, peers, p.peer_weight, finding)
    meets = luck < p.meeting_chance and firms.stopped[firm] == 0.0  # inspectors sit in a works under order
    if not (surplus > 0.0 and (had or meets)):
        return False, 0.0
    eased = official_moral * (1.0 - p.peer_weight * peers)  # as it was weighed
    return True, nash_bribe(surplus, chance, official_fine, eased, p.official_power) * burden


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
