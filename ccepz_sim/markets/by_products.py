"""By-product exchange: who finds whom, what flows along the links, how its value is split.

Source: Fraccascia et al. 2017; Fraccascia and Yazan 2018; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.markets.waste import avoided_cost, dispose
from ccepz_sim.numeric import clip
from ccepz_sim.rules.deposits import restore_waste
from ccepz_sim.state.firms import PARTNERS

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

LINK_QUARTER = 1  # partners look for each other once a year, after the books of the last
SLOTS = 2  # wastes of a product


def link_value(
    use_value: np.ndarray, use_cost: np.ndarray, avoided: np.ndarray, km: np.ndarray, freight: float
) -> np.ndarray:
    """Give the joint value of moving one tonne from giver to taker.

    Args:
        use_value, use_cost: what a tonne saves the taker and costs to prepare, yuan/tonne.
        avoided: what the giver saves by not storing it, yuan/tonne.
        km: distance by road; freight: yuan/tonne/km.

    Returns:
        Yuan per tonne, negative where moving does not pay; shape of km.

    Source: Fraccascia and Yazan 2018.
    """
    return use_value - use_cost + avoided - freight * km


def allocate(
    value: np.ndarray, supply: np.ndarray, demand: np.ndarray, partners: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Match takers to givers, the pair of greatest gain first, a few givers for each taker. Benchmark B29.

    Args:
        value: yuan/tonne, shape (takers, givers); not above 0 where a pair is out of the question.
        supply, demand: tonnes, shapes (givers,) and (takers,); partners: most givers of one taker.

    Returns:
        Taker, giver and tonnes of each match; one shape.
    """
    spare, wanted = np.array(supply, dtype=float), np.array(demand, dtype=float)
    free, open_ = np.full(len(wanted), partners), value > 0.0
    matches: list[tuple[int, int, float]] = []
    gain = np.where(open_, value * np.minimum(wanted[:, None], spare), 0.0)
    while gain.size:
        taker, giver = divmod(int(gain.argmax()), gain.shape[1])
        if gain[taker, giver] <= 0.0:
            break
        amount = min(float(wanted[taker]), float(spare[giver]))
        matches.append((taker, giver, amount))
        wanted[taker] -= amount
        spare[giver] -= amount
        free[taker] -= 1
        open_[taker] &= free[taker] > 0
        open_[taker, giver] = False
        gain[taker] = np.where(open_[taker], value[taker] * np.minimum(wanted[taker], spare), 0.0)
        gain[:, giver] = np.where(open_[:, giver], value[:, giver] * np.minimum(wanted, spare[giver]), 0.0)
    takers, givers, amounts = (np.array(column) for column in zip(*matches, strict=True)) if matches else (
        np.zeros(0, dtype=int), np.zeros(0, dtype=int), np.zeros(0))  # fmt: skip
    return takers, givers, amounts


def exchange_and_store(zone: PilotZone) -> None:
    """Links form and break, by-products flow, the rest is treated, stored or discharged; old heaps may be restored.

    Reads: materials.*; policy tax_solid, deposit, matching, internet, risk_plans; trust of the towns, award_pull.
    """
    if zone.quarter % QUARTERS == LINK_QUARTER or zone.quarter == 0:
        _form_links(zone)
    _break_links(zone)
    firms = zone.firms
    firms.reused = np.zeros(firms.rows)
    firms.used_waste = np.zeros(firms.rows)
    firms.by_product_saving = np.zeros(firms.rows)
    dispose(zone, _pass_on(zone))
    restore_waste(zone)


def _form_links(zone: PilotZone) -> None:
    """Takers short of partners look for givers with waste to spare; who knows and trusts whom decides, then gain."""
    firms, tech, p, now = zone.firms, zone.technology, zone.p.materials, zone.policy.now
    linked = firms.link_giver >= 0
    unmet = 1.0 - np.where(linked, firms.link_share, 0.0).sum(axis=1)
    looking = firms.alive & (tech.need_kind >= 0) & (unmet > p.unmet_least) & (firms.link_wait <= 0)
    looking &= ~linked[:, -1]
    if not looking.any():
        return
    luck = zone.streams.at("links", zone.quarter).random((4, firms.rows))
    knows = min(1.0, p.knowledge_base + p.knowledge_matching * now.matching + p.knowledge_internet * now.internet)
    looking &= luck[0] < knows
    offering = firms.alive & (firms.openness > p.closed_share)
    spare = _spare_waste(zone) * offering[:, None]
    need = tech.need * firms.output
    want = need * unmet
    for material in np.unique(tech.need_kind[looking]):
        takers = np.flatnonzero(looking & (tech.need_kind == material) & (want > 0.0))
        supply = np.where(tech.waste_kind == material, spare, 0.0).sum(axis=1)
        givers = np.flatnonzero(supply)
        if len(takers) and len(givers):
            value = _pair_values(zone, int(material), takers, givers, luck[1:], p.knowledge_far * knows)
            matched, partner, amount = allocate(value, supply[givers], want[takers], PARTNERS)
            _sign(zone, takers[matched], givers[partner], amount / need[takers[matched]])


def _sign(zone: PilotZone, takers: np.ndarray, givers: np.ndarray, share: np.ndarray) -> None:
    """Enter links in the first free places of their takers; matches beyond the last place are dropped.

    Args:
        takers, givers: firms of each link; share: of the taker's need; one shape.
    """
    firms = zone.firms
    for taker, giver, part in zip(takers.tolist(), givers.tolist(), share.tolist(), strict=True):
        free = np.flatnonzero(firms.link_giver[taker] < 0)
        if len(free):
            firms.link_giver[taker, free[0]] = giver
            firms.link_share[taker, free[0]] = part
            firms.link_age[taker, free[0]] = 0


def _spare_waste(zone: PilotZone) -> np.ndarray:
    """Give the waste of last quarter that no partner is bound to take, tonnes, shape (rows, wastes)."""
    firms = zone.firms
    _, source, want = _bound(zone)
    asked = np.bincount(source, weights=want, minlength=firms.waste.size)
    spare: np.ndarray = np.maximum(0.0, firms.waste.ravel() - asked).reshape(firms.waste.shape)
    return spare


def _bound(zone: PilotZone) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give by link at work the taker, the number of the waste drawn on (row x wastes + waste), and tonnes wanted."""
    firms, tech = zone.firms, zone.technology
    places = np.flatnonzero(firms.link_giver >= 0)
    taker = places // PARTNERS
    giver = firms.link_giver.ravel()[places]
    source = giver * SLOTS + (tech.waste_kind[giver, 0] != tech.need_kind[taker])
    return taker, source, (tech.need * firms.output)[taker] * firms.link_share.ravel()[places]


def _pair_values(
    zone: PilotZone, material: int, takers: np.ndarray, givers: np.ndarray, luck: np.ndarray, far: float
) -> np.ndarray:
    """Value the pairs of one material as partners see them, yuan/tonne, shape (takers, givers); 0 is no deal.

    Args:
        luck: uniform draws for being known elsewhere, for trust, and for the view of a giver, shape (3, rows).
        far: chance that a giver is known in another town.
    """
    firms, world, p = zone.firms, zone.world, zone.p.materials
    here, there = firms.place[takers][:, None], firms.place[givers]
    km = world.road[here, there]
    use = world.material["use_value"][material] - p.contract_risk
    cost, avoided = world.material["use_cost"][material], avoided_cost(zone)[material]
    value = link_value(use, cost, avoided, km, p.freight) * (1.0 + p.pick_noise * luck[2][givers])
    trust = (zone.towns.trust[here] + zone.towns.trust[there]) / 2.0
    trusts = luck[1][takers][:, None] < clip(p.trust_base + p.trust_weight * trust, 0.0, 1.0)
    known = (here == there) | (luck[0][givers] < far)
    possible: np.ndarray = known & trusts & (km <= world.material["haul_km"][material]) & (value > 0.0)
    return value * possible


def _break_links(zone: PilotZone) -> None:
    """A link ends with a partner's exit or by mischance; the taker then needs time before it can switch."""
    firms = zone.firms
    firms.link_wait = np.maximum(firms.link_wait - 1, 0)
    places = np.flatnonzero(firms.link_giver >= 0)
    if not len(places):
        return
    p, taker, giver = zone.p.materials, places // PARTNERS, firms.link_giver.ravel()[places]
    luck = zone.streams.at("link failures", zone.quarter).random(firms.link_giver.size)[places]
    lost = ~(firms.alive[giver] & firms.alive[taker]) | (luck < p.link_failure)
    firms.link_age.ravel()[places] += 1
    gone = places[lost]
    firms.link_giver.ravel()[gone] = -1
    firms.link_share.ravel()[gone] = 0.0
    firms.link_wait[taker[lost]] = int(p.switching_delay)


def _pass_on(zone: PilotZone) -> np.ndarray:
    """Move by-products along the links, shared by need where a giver has too little.

    Returns:
        Tonnes of each waste left with its maker, shape (rows, wastes).
    """
    firms, matter = zone.firms, zone.materials
    linked, source, want = _bound(zone)
    zone.by_product_flow = np.zeros_like(zone.by_product_flow)
    if not len(linked):
        return firms.waste.copy()
    made = firms.waste.ravel()
    asked = np.bincount(source, weights=want, minlength=len(made))
    given = want * np.minimum(1.0, made / np.maximum(asked, 1e-12))[source]
    left = np.maximum(made - np.bincount(source, weights=given, minlength=len(made)), 0.0)
    giver, kind = source // SLOTS, zone.technology.need_kind[linked]
    firms.used_waste += np.bincount(linked, weights=given, minlength=firms.rows)
    firms.reused += np.bincount(giver, weights=given, minlength=firms.rows)
    here, there = firms.place[giver], firms.place[linked]
    away = np.where(here != there, given, 0.0)
    for flow, place, amount in ((matter.exported, here, away), (matter.imported, there, away),
                                (matter.reused, there, given)):  # fmt: skip
        flow += np.bincount(place * flow.shape[1] + kind, weights=amount, minlength=flow.size).reshape(flow.shape)
    np.add.at(zone.by_product_flow, (here, there), given)
    _pay_partners(zone, linked, giver, kind, given)
    return left.reshape(firms.waste.shape)


def _pay_partners(zone: PilotZone, taker: np.ndarray, giver: np.ndarray, kind: np.ndarray, given: np.ndarray) -> None:
    """Split the value of each link equally: the taker pays what leaves each half, or is paid to take."""
    firms, world, ledger = zone.firms, zone.world, zone.ledger
    km = world.road[firms.place[taker], firms.place[giver]]
    gain_taker = world.material["use_value"][kind] - world.material["use_cost"][kind] - zone.p.materials.freight * km
    price = (gain_taker - avoided_cost(zone)[kind]) / 2.0
    amount = price * given * zone.prices.general
    buys = amount > 0.0
    payer, payee = np.where(buys, taker, giver), np.where(buys, giver, taker)
    ledger.pay("by_products", ledger.account("firms", payer), ledger.account("firms", payee), np.abs(amount))
    saved = gain_taker * given * zone.prices.general
    firms.by_product_saving += np.bincount(taker, weights=saved, minlength=firms.rows)
    firms.other_income += np.bincount(giver, weights=amount, minlength=firms.rows)
    firms.other_income -= np.bincount(taker, weights=amount, minlength=firms.rows)
