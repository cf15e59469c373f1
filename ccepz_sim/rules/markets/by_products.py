"""By-product exchange: who finds whom, what flows along the links, how its value is split.

Source: Fraccascia et al. 2017; Fraccascia and Yazan 2018; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.arrays import row_sum
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import Value, compiled
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.rules.deposits import restore_waste
from ccepz_sim.rules.markets.waste import avoided_cost, dispose
from ccepz_sim.state.firms import PARTNERS
from ccepz_sim.state.ledger import Flow, pay
from ccepz_sim.state.world import WASTES

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

LINK_QUARTER = 1  # partners look for each other once a year, after the books of the last


@compiled
def link_value(use_value: Value, use_cost: Value, avoided: Value, km: Value, freight: float) -> Value:
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


@compiled
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
    spare, wanted = supply.astype(np.float64), demand.astype(np.float64)
    places = len(wanted) * partners
    takers, givers, amounts = np.zeros(places, np.int64), np.zeros(places, np.int64), np.zeros(places)
    free, open_ = np.full(len(wanted), partners), value > 0.0
    matches = 0
    while True:
        taker, giver, most = 0, 0, 0.0
        for one in range(len(wanted)):
            for other in range(len(spare)):
                if open_[one, other] and value[one, other] * min(wanted[one], spare[other]) > most:
                    taker, giver, most = one, other, value[one, other] * min(wanted[one], spare[other])
        if most <= 0.0:
            return takers[:matches], givers[:matches], amounts[:matches]
        amount = min(wanted[taker], spare[giver])
        takers[matches], givers[matches], amounts[matches] = taker, giver, amount
        matches += 1
        wanted[taker] -= amount
        spare[giver] -= amount
        free[taker] -= 1
        open_[taker, giver] = False
        if free[taker] == 0:
            open_[taker] = False


def exchange_and_store(zone: Zone) -> None:
    """Links form and break, by-products flow, the rest is treated, stored or discharged; old heaps may be restored.

    Reads: materials.*; policy tax_solid, deposit, matching, internet, risk_plans; trust of the towns, award_pull.
    """
    if zone.quarter % QUARTERS == LINK_QUARTER or zone.quarter == 0:
        _form_links(zone)
    break_links(zone, zone.streams.at(Stream.LINK_FAILURES, zone.quarter).random(zone.firms.link_giver.shape))
    pass_on_and_dispose(zone)
    restore_waste(zone)


@compiled
def pass_on_and_dispose(zone: Zone) -> None:
    """By-products flow along the links, and what is left is put away."""
    dispose(zone, pass_on(zone))


def _form_links(zone: Zone) -> None:
    """Takers short of partners look for givers with waste to spare; who knows and trusts whom decides, then gain."""
    firms, tech, p, now = zone.firms, zone.technology, zone.p.materials, zone.policy.now
    linked = firms.link_giver >= 0
    unmet = 1.0 - row_sum(np.where(linked, firms.link_share, 0.0))
    looking = firms.alive & (tech.need_kind >= 0) & (unmet > p.unmet_least) & (firms.link_wait <= 0)
    looking &= ~linked[:, -1]
    if not looking.any():
        return
    luck = zone.streams.at(Stream.LINKS, zone.quarter).random((4, firms.rows))
    knows = min(1.0, p.knowledge_base + p.knowledge_matching * now.matching + p.knowledge_internet * now.internet)
    looking &= luck[0] < knows
    offering = firms.alive & (firms.openness > p.closed_share)
    spare = _spare_waste(zone, offering)
    need = tech.need * firms.output
    want = need * unmet
    for material in np.unique(tech.need_kind[looking]).tolist():
        takers, givers, supply = _parties(material, looking, tech.need_kind, want, tech.waste_kind, spare)
        if len(takers) and len(givers):
            value = _pair_values(zone, material, takers, givers, luck, p.knowledge_far * knows)
            matched, partner, amount = allocate(value, supply, want[takers], PARTNERS)
            _sign(zone, takers[matched], givers[partner], amount / need[takers[matched]])


@compiled
def _parties(
    material: int,
    looking: np.ndarray,
    need_kind: np.ndarray,
    want: np.ndarray,
    waste_kind: np.ndarray,
    spare: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the takers that look for a material, the givers that have it to spare, and the tonnes of each giver."""
    takers = np.flatnonzero(looking & (need_kind == material) & (want > 0.0))
    supply = np.zeros(want.size)
    for firm in range(want.size):
        for slot in range(WASTES):
            if waste_kind[firm, slot] == material:
                supply[firm] += spare[firm, slot]
    givers = np.flatnonzero(supply)
    return takers, givers, supply[givers]


def _sign(zone: Zone, takers: np.ndarray, givers: np.ndarray, share: np.ndarray) -> None:
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


@compiled
def _bound(zone: Zone) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give by link at work the taker, the giver, which of its wastes is drawn on, and tonnes wanted."""
    firms, tech = zone.firms, zone.technology
    most = firms.rows * PARTNERS
    takers, givers, slots = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    want, link = np.empty(most), 0
    for taker in range(firms.rows):
        for partner in range(PARTNERS):
            giver = firms.link_giver[taker, partner]
            if giver >= 0:
                takers[link], givers[link] = taker, giver
                slots[link] = tech.waste_kind[giver, 0] != tech.need_kind[taker]
                want[link] = tech.need[taker] * firms.output[taker] * firms.link_share[taker, partner]
                link += 1
    return takers[:link], givers[:link], slots[:link], want[:link]


@compiled
def _spare_waste(zone: Zone, offering: np.ndarray) -> np.ndarray:
    """Give the waste of last quarter that no partner is bound to take, tonnes, shape (rows, wastes).

    Args:
        offering: whether a firm offers its waste at all, shape (rows,).
    """
    waste = zone.firms.waste
    _, givers, slots, want = _bound(zone)
    asked = np.zeros(waste.shape)
    for link in range(want.size):
        asked[givers[link], slots[link]] += want[link]
    spare = np.zeros(waste.shape)
    for firm in range(offering.size):
        for slot in range(WASTES):
            if offering[firm]:
                spare[firm, slot] = max(0.0, waste[firm, slot] - asked[firm, slot])
    return spare


def _pair_values(
    zone: Zone, material: int, takers: np.ndarray, givers: np.ndarray, luck: np.ndarray, far: float
) -> np.ndarray:
    """Value the pairs of one material as partners see them, yuan/tonne, shape (takers, givers); 0 is no deal.

    Args:
        luck: uniform draws, of which the last three are for being known elsewhere, for trust, and for the view of a
            giver, shape (4, rows).
        far: chance that a giver is known in another town.
    """
    world, p = zone.world, zone.p.materials
    use = world.material.use_value[material] - p.contract_risk
    return _values_seen(
        takers, givers, zone.firms.place, world.road, zone.towns.trust, luck,
        use, world.material.use_cost[material], avoided_cost(zone, material), world.material.haul_km[material],
        far, p.freight, p.pick_noise, p.trust_base, p.trust_weight,
    )  # fmt: skip


@compiled
def _values_seen(
    takers: np.ndarray, givers: np.ndarray, place: np.ndarray, road: np.ndarray, trust: np.ndarray, luck: np.ndarray,
    use_value: float, use_cost: float, avoided: float, haul_km: float,
    far: float, freight: float, pick_noise: float, trust_base: float, trust_weight: float,
) -> np.ndarray:  # fmt: skip
    """Give the value of each pair that knows and trusts each other, within the reach of the material."""
    seen = np.zeros((takers.size, givers.size))
    for row in range(takers.size):
        here = place[takers[row]]
        for column in range(givers.size):
            giver = givers[column]
            there = place[giver]
            mutual = (trust[here] + trust[there]) / 2.0
            trusts = luck[2, takers[row]] < min(max(trust_base + trust_weight * mutual, 0.0), 1.0)
            known = here == there or luck[1, giver] < far
            if trusts and known and road[here, there] <= haul_km:
                value = link_value(use_value, use_cost, avoided, road[here, there], freight)
                seen[row, column] = max(0.0, value * (1.0 + pick_noise * luck[3, giver]))
    return seen


@compiled
def break_links(zone: Zone, luck: np.ndarray) -> None:
    """A link ends with a partner's exit or by mischance; the taker then needs time before it can switch.

    Args:
        luck: uniform draws, shape (rows, partners).
    """
    firms, p = zone.firms, zone.p.materials
    for taker in range(firms.rows):
        firms.link_wait[taker] = max(firms.link_wait[taker] - 1, 0)
    for taker in range(firms.rows):
        for partner in range(PARTNERS):
            giver = firms.link_giver[taker, partner]
            if giver < 0:
                continue
            firms.link_age[taker, partner] += 1
            both = firms.alive[giver] and firms.alive[taker]
            if not both or luck[taker, partner] < p.link_failure:
                firms.link_giver[taker, partner] = -1
                firms.link_share[taker, partner] = 0.0
                firms.link_wait[taker] = int(p.switching_delay)


@compiled
def pass_on(zone: Zone) -> np.ndarray:
    """Move by-products along the links, shared by need where a giver has too little, and pay for them.

    The value of each link is split equally: the taker pays what leaves each half, or is paid to take.

    Returns:
        Tonnes of each waste left with its maker, shape (rows, wastes).
    """
    firms, matter, material, ledger = zone.firms, zone.materials, zone.world.material, zone.ledger
    road, general = zone.world.road, zone.prices.general
    matter.exchanged[:] = 0.0
    firms.reused[:] = 0.0
    firms.used_waste[:] = 0.0
    firms.by_product_saving[:] = 0.0
    left = firms.waste.copy()
    takers, givers, slots, want = _bound(zone)
    asked = np.zeros(left.shape)
    for link in range(want.size):
        asked[givers[link], slots[link]] += want[link]
    for link in range(want.size):
        taker, giver, slot = takers[link], givers[link], slots[link]
        here, there, kind = firms.place[giver], firms.place[taker], zone.technology.need_kind[taker]
        given = want[link] * min(1.0, firms.waste[giver, slot] / max(asked[giver, slot], 1e-12))
        left[giver, slot] = max(left[giver, slot] - given, 0.0)
        firms.used_waste[taker] += given
        firms.reused[giver] += given
        matter.reused[there, kind] += given
        matter.exchanged[here, there] += given
        if here != there:
            matter.exported[here, kind] += given
            matter.imported[there, kind] += given
        gain = material.use_value[kind] - material.use_cost[kind] - zone.p.materials.freight * road[there, here]
        amount = (gain - avoided_cost(zone, kind)) / 2.0 * given * general
        firms.by_product_saving[taker] += gain * given * general
        firms.other_income[giver] += amount
        firms.other_income[taker] -= amount
        pay(ledger, Flow.BY_PRODUCTS, ledger.firms + taker, ledger.firms + giver, max(0.0, amount))
        pay(ledger, Flow.BY_PRODUCTS, ledger.firms + giver, ledger.firms + taker, max(0.0, -amount))
    return left
