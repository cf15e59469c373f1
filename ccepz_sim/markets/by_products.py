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


def allocate(value: np.ndarray, supply: np.ndarray, demand: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Match takers to givers, the pair of greatest gain first; one giver for each taker. Benchmark B29.

    Args:
        value: yuan/tonne, shape (takers, givers); not above 0 where a pair is out of the question.
        supply, demand: tonnes, shapes (givers,) and (takers,).

    Returns:
        Giver of each taker, -1 for none, and tonnes taken; shape (takers,).
    """
    partner, amount = np.full(len(demand), -1), np.zeros(len(demand))
    spare = np.array(supply, dtype=float)
    gain = value * np.minimum(demand[:, None], spare)
    for _ in range(len(demand)):
        taker, giver = divmod(int(gain.argmax()), gain.shape[1])
        if gain[taker, giver] <= 0.0:
            break
        partner[taker], amount[taker] = giver, min(float(demand[taker]), float(spare[giver]))
        spare[giver] -= amount[taker]
        gain[:, giver] = value[:, giver] * np.minimum(demand, spare[giver])
        gain[partner >= 0] = 0.0
    return partner, amount


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
    """Takers without a partner look for givers with waste to spare; who knows and trusts whom decides, then gain."""
    firms, tech, p, now = zone.firms, zone.technology, zone.p.materials, zone.policy.now
    looking = firms.alive & (tech.need_kind >= 0) & (firms.link_giver < 0) & (firms.link_wait <= 0)
    if not looking.any():
        return
    luck = zone.streams.at("links", zone.quarter).random((4, firms.rows))
    knows = min(1.0, p.knowledge_base + p.knowledge_matching * now.matching + p.knowledge_internet * now.internet)
    looking &= luck[0] < knows
    offering = firms.alive & (firms.openness > p.closed_share)
    spare = _spare_waste(zone) * offering[:, None]
    want = tech.need * firms.output
    for material in np.unique(tech.need_kind[looking]):
        takers = np.flatnonzero(looking & (tech.need_kind == material) & (want > 0.0))
        supply = np.where(tech.waste_kind == material, spare, 0.0).sum(axis=1)
        givers = np.flatnonzero(supply)
        if len(takers) and len(givers):
            value = _pair_values(zone, int(material), takers, givers, luck[1:], p.knowledge_far * knows)
            partner, _ = allocate(value, supply[givers], want[takers])
            found = partner >= 0
            firms.link_giver[takers[found]] = givers[partner[found]]
            firms.link_age[takers[found]] = 0


def _spare_waste(zone: PilotZone) -> np.ndarray:
    """Give the waste of last quarter that no partner is bound to take, tonnes, shape (rows, wastes)."""
    firms = zone.firms
    linked, source, want = _bound(zone)
    asked = np.bincount(source, weights=want, minlength=firms.waste.size) if len(linked) else 0.0
    spare: np.ndarray = np.maximum(0.0, firms.waste.ravel() - asked).reshape(firms.waste.shape)
    return spare


def _bound(zone: PilotZone) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give linked takers at work, the numbers of the wastes they draw on (row x wastes + waste), and tonnes wanted."""
    firms, tech = zone.firms, zone.technology
    linked = np.flatnonzero((firms.link_giver >= 0) & (firms.output > 0.0))
    giver = firms.link_giver[linked]
    source = giver * SLOTS + (tech.waste_kind[giver, 0] != tech.need_kind[linked])
    return linked, source, tech.need[linked] * firms.output[linked]


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
    linked = np.flatnonzero(firms.link_giver >= 0)
    if not len(linked):
        return
    p = zone.p.materials
    luck = zone.streams.at("link failures", zone.quarter).random(firms.rows)[linked]
    lost = linked[~(firms.alive[firms.link_giver[linked]] & firms.alive[linked]) | (luck < p.link_failure)]
    firms.link_age[linked] += 1
    firms.link_giver[lost] = -1
    firms.link_wait[lost] = int(p.switching_delay)


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
    firms.used_waste[linked] = given
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
    firms.by_product_saving[taker] = gain_taker * given * zone.prices.general
    firms.other_income += np.bincount(giver, weights=amount, minlength=firms.rows)
    firms.other_income[taker] -= amount
