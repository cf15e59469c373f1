"""By-product exchange and the way of all waste: reuse, treatment, safe or unsafe storage, discharge.

Source: Fraccascia et al. 2017; Fraccascia and Yazan 2018; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

LINK_QUARTER = 1


def link_value(
    use_value: np.ndarray, use_cost: np.ndarray, avoided: np.ndarray, km: np.ndarray, freight: float
) -> np.ndarray:
    """Give the joint value of moving one tonne from giver to taker, yuan per tonne."""
    return use_value - use_cost + avoided - freight * km


def exchange_and_store(zone: PilotZone) -> None:
    """Links form and break, by-products flow, the rest is treated, stored or discharged."""
    if zone.quarter % QUARTERS == LINK_QUARTER or zone.quarter == 0:
        _form_links(zone)
    _break_links(zone)
    _flow(zone)


def avoided_cost(zone: PilotZone) -> np.ndarray:
    """Give what a giver saves per tonne by not storing: storage, and the tax on what is not safely stored."""
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
    chance = np.clip(knows, 0.0, 1.0) * np.clip(p.trust_base + p.trust_weight * trust, 0.0, 1.0)
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
    """A link ends with a partner's exit or by mischance; distrust shortens it."""
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
    firms, tech, world, matter = zone.firms, zone.technology, zone.world, zone.materials
    p, now = zone.p.materials, zone.policy.now
    material = world.material
    places, kinds = world.place_count, len(world.materials)
    firms.reused[:] = 0.0
    firms.used_waste[:] = 0.0
    firms.by_product_saving = np.zeros(firms.rows)
    left = firms.waste.copy()
    kind = tech.waste_kind
    linked = np.flatnonzero((firms.link_giver >= 0) & (firms.output > 0.0))
    zone.by_product_flow[:] = 0.0
    if len(linked):
        giver = firms.link_giver[linked]
        wanted_kind = tech.need_kind[linked]
        want = tech.need[linked] * firms.output[linked]
        slot = np.where(kind[giver, 0] == wanted_kind, 0, 1)
        asked = np.bincount(giver * 2 + slot, weights=want, minlength=firms.rows * 2)
        offered = left.ravel()
        ratio = np.minimum(1.0, offered / np.maximum(asked, 1e-12))
        given = want * ratio[giver * 2 + slot]
        left -= np.bincount(giver * 2 + slot, weights=given, minlength=firms.rows * 2).reshape(firms.rows, 2)
        left = np.maximum(left, 0.0)
        firms.used_waste[linked] = given
        np.add.at(firms.reused, giver, given)
        here, there = firms.place[giver], firms.place[linked]
        away = here != there
        np.add.at(matter.exported, (here[away], wanted_kind[away]), given[away])
        np.add.at(matter.imported, (there[away], wanted_kind[away]), given[away])
        np.add.at(matter.reused, (there, wanted_kind), given)
        np.add.at(zone.by_product_flow, (here, there), given)
        _pay_partners(zone, linked, giver, wanted_kind, given)
    for number in (0, 1):
        rows = np.flatnonzero((kind[:, number] >= 0) & (firms.waste[:, number] > 0.0))
        if not len(rows):
            continue
        what, where = kind[rows, number], firms.place[rows]
        cell = where * kinds + what
        amount = firms.waste[rows, number]
        matter.generated += _table(cell, amount, places, kinds)
        rest = left[rows, number]
        held = np.maximum(material["storage_cost"][what], 1.0)
        spared = np.minimum(material["tax_rate"][what] * now.tax_solid * p.taxed_share, held) / held
        pull = 1.0 + zone.award_pull[rows] + p.reuse_tax * spared * ~firms.colluding[rows]
        own_rate = np.clip(material["reuse_2010"][what] * pull, 0.0, p.most_own_reuse)
        own = np.minimum(rest, amount * own_rate)
        matter.reused += _table(cell, own, places, kinds)
        firms.reused[rows] += own
        rest = rest - own
        tax = material["tax_rate"][what] * now.tax_solid
        treat = p.treat_most / (
            1.0 + np.exp(-p.treat_slope * (tax / np.maximum(material["treatment_cost"][what], 1.0) - 1.0))
        )
        treat = np.where(firms.colluding[rows], p.treat_colluding * treat, treat)
        treated = rest * treat
        matter.treated += _table(cell, treated, places, kinds)
        rest = rest - treated
        pressure = tax * p.taxed_share + now.deposit * p.deposit_cost * material["storage_cost"][what]
        pressure = pressure + p.unsafe_fine * firms.sees[rows] - material["storage_cost"][what]
        safe = 1.0 / (1.0 + np.exp(-p.safe_slope * pressure / np.maximum(material["storage_cost"][what], 1.0)))
        safe = np.where(firms.colluding[rows], p.safe_colluding * safe, safe)
        safe = np.where(material["leak_rate"][what] >= 1.0, 0.0, safe)
        vented = np.where(material["leak_rate"][what] >= 1.0, rest, 0.0)
        matter.discharged += _table(cell, vented, places, kinds)
        kept = rest - vented
        matter.safe += _table(cell, kept * safe, places, kinds)
        matter.unsafe += _table(cell, kept * (1.0 - safe), places, kinds)
        cost = treated * material["treatment_cost"][what] + kept * safe * material["storage_cost"][what]
        cost += kept * (1.0 - safe) * material["storage_cost"][what] * p.unsafe_cost
        firms.waste_cost[rows] += cost * zone.prices.general
        dumped_tax = kept * (1.0 - safe) * tax * p.taxed_share
        firms.waste_tax[rows] += np.where(firms.colluding[rows], 0.0, dumped_tax)
        firms.deposit_due[rows] += kept * (1.0 - safe) * now.deposit * material["storage_cost"][what]
    release = matter.unsafe * material["leak_rate"] / QUARTERS * (1.0 - p.plan_leak * now.risk_plans)
    release = np.minimum(matter.unsafe, np.where(material["leak_rate"] >= 1.0, 0.0, release))
    matter.unsafe -= release
    matter.discharged += release
    zone.towns.unsafe_release = (release * material["hazard"]).sum(axis=1)


def _table(cell: np.ndarray, amount: np.ndarray, places: int, kinds: int) -> np.ndarray:
    return np.bincount(cell, weights=amount, minlength=places * kinds).reshape(places, kinds)


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
