"""By-product exchange and the way of all waste: reuse, treatment, safe or unsafe storage, discharge.

Source: Fraccascia et al. 2017; Fraccascia and Yazan 2018; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import clip

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

LINK_QUARTER = 1  # partners look for each other once a year, after the books of the last
Columns = dict[str, np.ndarray]  # of the materials table, by batch row


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


def exchange_and_store(zone: PilotZone) -> None:
    """Links form and break, by-products flow, the rest is treated, stored or discharged.

    Reads: materials.*; policy tax_solid, deposit, matching, internet, risk_plans; trust of the towns, award_pull.
    """
    if zone.quarter % QUARTERS == LINK_QUARTER or zone.quarter == 0:
        _form_links(zone)
    _break_links(zone)
    _flow(zone)


def avoided_cost(zone: PilotZone) -> np.ndarray:
    """Give what a giver saves per tonne by not storing: storage, and the tax on what is not safely stored.

    Returns:
        Yuan per tonne, shape (materials,).

    Reads: materials.taxed_share, materials.deposit_cost; policy tax_solid, deposit.
    """
    material = zone.world.material
    tax = material["tax_rate"] * zone.policy.now.tax_solid * zone.p.materials.taxed_share
    held = material["storage_cost"] * (1.0 + zone.policy.now.deposit * zone.p.materials.deposit_cost)
    saved: np.ndarray = held + tax
    return saved


def _form_links(zone: PilotZone) -> None:
    """Takers without a partner look for the giver of greatest value within haul; knowledge and trust decide."""
    firms, tech, world = zone.firms, zone.technology, zone.world
    p, now = zone.p.materials, zone.policy.now
    looking = firms.alive & (tech.need_kind >= 0) & (firms.link_giver < 0)
    if not looking.any():
        return
    luck = zone.streams.at("links", zone.quarter).random((2, firms.rows))
    knows = p.knowledge_base + p.knowledge_matching * now.matching + p.knowledge_internet * now.internet
    trust = zone.towns.trust[firms.place]
    chance = clip(knows, 0.0, 1.0) * clip(p.trust_base + p.trust_weight * trust, 0.0, 1.0)
    avoided = avoided_cost(zone)
    for material in np.unique(tech.need_kind[looking]):
        takers = np.flatnonzero(looking & (tech.need_kind == material) & (luck[0] < chance))
        made = (tech.waste_kind == material) & (firms.alive & (firms.openness > p.closed_share))[:, None]
        givers = np.flatnonzero(made.any(axis=1))
        if not len(takers) or not len(givers):
            continue
        km = world.road[firms.place[takers]][:, firms.place[givers]]
        value = link_value(
            np.asarray(world.material["use_value"][material]),
            np.asarray(world.material["use_cost"][material]),
            np.asarray(avoided[material]),
            km,
            p.freight,
        )
        reach = km <= world.material["haul_km"][material]
        amount = (firms.waste * (tech.waste_kind == material)).sum(axis=1)[givers]
        worth = np.where(reach & (value > 0.0), value * np.minimum(1.0, amount), -1.0)
        worth *= 1.0 + p.pick_noise * luck[1][givers]
        best = worth.argmax(axis=1)
        found = worth[np.arange(len(takers)), best] > 0.0
        firms.link_giver[takers[found]] = givers[best[found]]
        firms.link_age[takers[found]] = 0


def _break_links(zone: PilotZone) -> None:
    """A link ends with a partner's exit or by mischance."""
    firms = zone.firms
    linked = firms.link_giver >= 0
    if not linked.any():
        return
    luck = zone.streams.at("link failures", zone.quarter).random(firms.rows)
    gone = ~firms.alive[np.maximum(firms.link_giver, 0)] | ~firms.alive
    lost = linked & (gone | (luck < zone.p.materials.link_failure))
    firms.link_giver[lost] = -1
    firms.link_age[linked & ~lost] += 1


def _flow(zone: PilotZone) -> None:
    """Partners take what they need; the rest of each waste goes its way; unsafe stocks leak."""
    firms = zone.firms
    firms.reused[:] = 0.0
    firms.used_waste[:] = 0.0
    firms.by_product_saving = np.zeros(firms.rows)
    left = _pass_on(zone)
    for slot in range(left.shape[1]):
        _dispose(zone, slot, left)
    _leak(zone)


def _pass_on(zone: PilotZone) -> np.ndarray:
    """Move by-products along the links, shared by need where a giver has too little.

    Returns:
        Tonnes of each waste left with its maker, shape (rows, 2).
    """
    firms, tech, matter = zone.firms, zone.technology, zone.materials
    left: np.ndarray = firms.waste.copy()
    slots = left.shape[1]
    zone.by_product_flow[:] = 0.0
    linked = np.flatnonzero((firms.link_giver >= 0) & (firms.output > 0.0))
    if not len(linked):
        return left
    giver = firms.link_giver[linked]
    kind = tech.need_kind[linked]
    want = tech.need[linked] * firms.output[linked]
    source = giver * slots + np.where(tech.waste_kind[giver, 0] == kind, 0, 1)
    asked = np.bincount(source, weights=want, minlength=left.size)
    ratio = np.minimum(1.0, left.ravel() / np.maximum(asked, 1e-12))
    given = want * ratio[source]
    left = np.maximum(left - np.bincount(source, weights=given, minlength=left.size).reshape(left.shape), 0.0)
    firms.used_waste[linked] = given
    np.add.at(firms.reused, giver, given)
    here, there = firms.place[giver], firms.place[linked]
    away = here != there
    np.add.at(matter.exported, (here[away], kind[away]), given[away])
    np.add.at(matter.imported, (there[away], kind[away]), given[away])
    np.add.at(matter.reused, (there, kind), given)
    np.add.at(zone.by_product_flow, (here, there), given)
    _pay_partners(zone, linked, giver, kind, given)
    return left


def _dispose(zone: PilotZone, slot: int, left: np.ndarray) -> None:
    """Firms reuse, treat, store or let out what no partner took of one of their wastes.

    Args:
        slot: first or second waste of the product.
        left: tonnes left after the exchange, shape (rows, 2).
    """
    firms, matter, p = zone.firms, zone.materials, zone.p.materials
    rows = np.flatnonzero((zone.technology.waste_kind[:, slot] >= 0) & (firms.waste[:, slot] > 0.0))
    if not len(rows):
        return
    kind = zone.technology.waste_kind[rows, slot]
    material = {name: values[kind] for name, values in zone.world.material.items()}
    cell = firms.place[rows] * len(zone.world.materials) + kind
    tax = material["tax_rate"] * zone.policy.now.tax_solid
    made, rest = firms.waste[rows, slot], left[rows, slot]
    matter.generated += _table(zone, cell, made)
    own = np.minimum(rest, made * _own_reuse_rate(zone, rows, material, tax))
    matter.reused += _table(zone, cell, own)
    firms.reused[rows] += own
    rest = rest - own
    treated = rest * _treated_share(zone, rows, material, tax)
    matter.treated += _table(zone, cell, treated)
    rest = rest - treated
    vents = material["leak_rate"] >= 1.0
    vented = np.where(vents, rest, 0.0)
    matter.discharged += _table(zone, cell, vented)
    kept = rest - vented
    safe = np.where(vents, 0.0, _safe_share(zone, rows, material, tax))
    matter.safe += _table(zone, cell, kept * safe)
    unsafe = kept * (1.0 - safe)
    matter.unsafe += _table(zone, cell, unsafe)
    held = material["storage_cost"]
    cost = treated * material["treatment_cost"] + kept * safe * held
    cost += unsafe * held * p.unsafe_cost
    firms.waste_cost[rows] += cost * zone.prices.general
    firms.waste_tax[rows] += np.where(firms.colluding[rows], 0.0, unsafe * tax * p.taxed_share)
    firms.deposit_due[rows] += unsafe * zone.policy.now.deposit * held


def _own_reuse_rate(zone: PilotZone, rows: np.ndarray, material: Columns, tax: np.ndarray) -> np.ndarray:
    """Give the share of its waste a firm reuses itself: the habit of 2010, pulled by awards and the tax spared."""
    p = zone.p.materials
    held = np.maximum(material["storage_cost"], 1.0)
    spared = np.minimum(tax * p.taxed_share, held) / held
    pull = 1.0 + zone.award_pull[rows] + p.reuse_tax * spared * ~zone.firms.colluding[rows]
    return clip(material["reuse_2010"] * pull, 0.0, p.most_own_reuse)


def _treated_share(zone: PilotZone, rows: np.ndarray, material: Columns, tax: np.ndarray) -> np.ndarray:
    """Give the share of the rest that is treated: it rises as the tax nears the cost of treatment."""
    p = zone.p.materials
    gain = tax / np.maximum(material["treatment_cost"], 1.0) - 1.0
    treat = p.treat_most / (1.0 + np.exp(-p.treat_slope * gain))
    return np.where(zone.firms.colluding[rows], p.treat_colluding * treat, treat)


def _safe_share(zone: PilotZone, rows: np.ndarray, material: Columns, tax: np.ndarray) -> np.ndarray:
    """Give the share of stored waste that is stored safely: tax, deposit and fear of fines against its cost."""
    p, held = zone.p.materials, material["storage_cost"]
    pressure = tax * p.taxed_share + zone.policy.now.deposit * p.deposit_cost * held
    seen = zone.firms.sees[rows] * zone.officials.waste_view[zone.firms.official[rows]]
    pressure = pressure + p.unsafe_fine * seen - held
    safe = 1.0 / (1.0 + np.exp(-p.safe_slope * pressure / np.maximum(held, 1.0)))
    return np.where(zone.firms.colluding[rows], p.safe_colluding * safe, safe)


def _leak(zone: PilotZone) -> None:
    """Part of the unsafe stock leaks each quarter, less where plans for accidents exist."""
    matter, material = zone.materials, zone.world.material
    plan = 1.0 - zone.p.materials.plan_leak * zone.policy.now.risk_plans
    release = matter.unsafe * material["leak_rate"] / QUARTERS * plan
    release = np.minimum(matter.unsafe, np.where(material["leak_rate"] >= 1.0, 0.0, release))
    matter.unsafe -= release
    matter.discharged += release
    zone.towns.unsafe_release = (release * material["hazard"]).sum(axis=1)


def _table(zone: PilotZone, cell: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Sum tonnes by place and material; cell numbers place x materials + material."""
    shape = (zone.world.place_count, len(zone.world.materials))
    return np.bincount(cell, weights=amount, minlength=shape[0] * shape[1]).reshape(shape)


def _pay_partners(zone: PilotZone, taker: np.ndarray, giver: np.ndarray, kind: np.ndarray, given: np.ndarray) -> None:
    """Split the value of each link equally: the taker pays what leaves each half, or is paid to take."""
    firms, world = zone.firms, zone.world
    p = zone.p.materials
    km = world.road[firms.place[taker], firms.place[giver]]
    gain_taker = world.material["use_value"][kind] - world.material["use_cost"][kind] - p.freight * km
    avoided = avoided_cost(zone)[kind]
    price = gain_taker - (gain_taker + avoided) / 2.0
    amount = price * given * zone.prices.general
    accounts = zone.ledger.account("firms", np.arange(firms.rows))
    buys, sells = amount > 0.0, amount < 0.0
    if buys.any():
        zone.ledger.pay("by_products", accounts[taker[buys]], accounts[giver[buys]], amount[buys])
    if sells.any():
        zone.ledger.pay("by_products", accounts[giver[sells]], accounts[taker[sells]], -amount[sells])
    np.add.at(firms.by_product_saving, taker, gain_taker * given * zone.prices.general)
    np.add.at(firms.other_income, giver, amount)
    np.subtract.at(firms.other_income, taker, amount)
