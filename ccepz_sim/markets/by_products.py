"""By-product exchange: who finds whom, what flows along the links, how its value is split.

Source: Fraccascia et al. 2017; Fraccascia and Yazan 2018; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import Value, compiled
from ccepz_sim.ledger import Flow, Sector
from ccepz_sim.markets.waste import avoided_cost, dispose
from ccepz_sim.numeric import row_sum
from ccepz_sim.rng import Stream
from ccepz_sim.rules.deposits import restore_waste
from ccepz_sim.state.firms import PARTNERS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

LINK_QUARTER = 1  # partners look for each other once a year, after the books of the last
SLOTS = 2  # wastes of a product


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
    _break_links(zone)
    firms = zone.firms
    firms.reused[:] = 0.0
    firms.used_waste[:] = 0.0
    firms.by_product_saving[:] = 0.0
    dispose(zone, _pass_on(zone))
    restore_waste(zone)


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
    spare = _spare_waste(firms.waste, offering, *_link_columns(zone))
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
        for slot in range(SLOTS):
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


def _link_columns(zone: Zone) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give the columns that say what links ask for, in the order of `_bound`."""
    firms, tech = zone.firms, zone.technology
    return firms.link_giver, firms.link_share, tech.waste_kind, tech.need_kind, tech.need, firms.output


@compiled
def _bound(
    link_giver: np.ndarray,
    link_share: np.ndarray,
    waste_kind: np.ndarray,
    need_kind: np.ndarray,
    need: np.ndarray,
    output: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give by link at work the taker, the giver, which of its wastes is drawn on, and tonnes wanted."""
    count = 0
    for giver in link_giver.flat:
        count += giver >= 0
    takers, givers, slots = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    want = np.empty(count)
    link = 0
    for taker in range(output.size):
        for partner in range(PARTNERS):
            giver = link_giver[taker, partner]
            if giver >= 0:
                takers[link], givers[link] = taker, giver
                slots[link] = waste_kind[giver, 0] != need_kind[taker]
                want[link] = need[taker] * output[taker] * link_share[taker, partner]
                link += 1
    return takers, givers, slots, want


@compiled
def _spare_waste(
    waste: np.ndarray,
    offering: np.ndarray,
    link_giver: np.ndarray,
    link_share: np.ndarray,
    waste_kind: np.ndarray,
    need_kind: np.ndarray,
    need: np.ndarray,
    output: np.ndarray,
) -> np.ndarray:
    """Give the waste of last quarter that no partner is bound to take, tonnes, shape (rows, wastes).

    Args:
        offering: whether a firm offers its waste at all, shape (rows,).
    """
    _, givers, slots, want = _bound(link_giver, link_share, waste_kind, need_kind, need, output)
    asked = np.zeros(waste.shape)
    for link in range(want.size):
        asked[givers[link], slots[link]] += want[link]
    spare = np.zeros(waste.shape)
    for firm in range(offering.size):
        for slot in range(SLOTS):
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
        use, world.material.use_cost[material], avoided_cost(zone)[material], world.material.haul_km[material],
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


def _break_links(zone: Zone) -> None:
    """A link ends with a partner's exit or by mischance; the taker then needs time before it can switch."""
    firms = zone.firms
    if not _wait(firms.link_wait, firms.link_giver):
        return
    p = zone.p.materials
    luck = zone.streams.at(Stream.LINK_FAILURES, zone.quarter).random(firms.link_giver.size)
    _end_links(
        luck.reshape(firms.link_giver.shape), firms.alive, p.link_failure, int(p.switching_delay),
        firms.link_giver, firms.link_share, firms.link_age, firms.link_wait,
    )  # fmt: skip


@compiled
def _wait(link_wait: np.ndarray, link_giver: np.ndarray) -> bool:
    """Let a quarter pass for those who wait; say whether there are links."""
    for firm in range(link_wait.size):
        link_wait[firm] = max(link_wait[firm] - 1, 0)
    return bool(np.any(link_giver >= 0))


@compiled
def _end_links(
    luck: np.ndarray, alive: np.ndarray, failure: float, delay: int,
    link_giver: np.ndarray, link_share: np.ndarray, link_age: np.ndarray, link_wait: np.ndarray,
) -> None:  # fmt: skip
    """Let each link grow older or end."""
    for taker in range(alive.size):
        for partner in range(PARTNERS):
            giver = link_giver[taker, partner]
            if giver < 0:
                continue
            link_age[taker, partner] += 1
            if not (alive[giver] and alive[taker]) or luck[taker, partner] < failure:
                link_giver[taker, partner] = -1
                link_share[taker, partner] = 0.0
                link_wait[taker] = delay


def _pass_on(zone: Zone) -> np.ndarray:
    """Move by-products along the links, shared by need where a giver has too little, and pay for them.

    Returns:
        Tonnes of each waste left with its maker, shape (rows, wastes).
    """
    firms, matter, world, ledger = zone.firms, zone.materials, zone.world, zone.ledger
    zone.materials.exchanged[:] = 0.0
    left = firms.waste.copy()
    payers, payees, amounts = _move(
        *_link_columns(zone),
        firms.place, world.road, world.material.use_value, world.material.use_cost, avoided_cost(zone),
        zone.p.materials.freight, zone.prices.general,
        left, firms.used_waste, firms.reused, firms.by_product_saving, firms.other_income,
        matter.exported, matter.imported, matter.reused, zone.materials.exchanged,
    )  # fmt: skip
    if len(amounts):
        ledger.pay(
            Flow.BY_PRODUCTS, ledger.account(Sector.FIRMS, payers), ledger.account(Sector.FIRMS, payees), amounts
        )
    return left


@compiled
def _move(
    link_giver: np.ndarray, link_share: np.ndarray, waste_kind: np.ndarray, need_kind: np.ndarray,
    need: np.ndarray, output: np.ndarray,
    place: np.ndarray, road: np.ndarray, use_value: np.ndarray, use_cost: np.ndarray, avoided: np.ndarray,
    freight: float, general: float,
    left: np.ndarray, used_waste: np.ndarray, reused: np.ndarray, saving: np.ndarray, other_income: np.ndarray,
    exported: np.ndarray, imported: np.ndarray, used: np.ndarray, flow: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Move what each link asks for as far as there is waste; its value is split equally.

    Returns:
        Payer, payee and yuan of each link: the taker pays what leaves each half, or is paid to take.
    """
    takers, givers, slots, want = _bound(link_giver, link_share, waste_kind, need_kind, need, output)
    asked, made = np.zeros(left.shape), left.copy()
    payers, payees, amounts = np.empty_like(takers), np.empty_like(takers), np.empty_like(want)
    for link in range(want.size):
        asked[givers[link], slots[link]] += want[link]
    for link in range(want.size):
        taker, giver, slot = takers[link], givers[link], slots[link]
        here, there, kind = place[giver], place[taker], need_kind[taker]
        given = want[link] * min(1.0, made[giver, slot] / max(asked[giver, slot], 1e-12))
        left[giver, slot] = max(left[giver, slot] - given, 0.0)
        used_waste[taker] += given
        reused[giver] += given
        used[there, kind] += given
        flow[here, there] += given
        if here != there:
            exported[here, kind] += given
            imported[there, kind] += given
        gain = use_value[kind] - use_cost[kind] - freight * road[there, here]
        amount = (gain - avoided[kind]) / 2.0 * given * general
        payers[link], payees[link] = (taker, giver) if amount > 0.0 else (giver, taker)
        amounts[link] = abs(amount)
        saving[taker] += gain * given * general
        other_income[giver] += amount
        other_income[taker] -= amount
    return payers, payees, amounts
