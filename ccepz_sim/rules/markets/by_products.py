"""By-product exchange: who finds whom, what flows along the links, how its value is split.

Source: Fraccascia et al. 2017; Fraccascia and Yazan 2018; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import Value, compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import draws_of
from ccepz_sim.rules.deposits import restore_waste
from ccepz_sim.rules.markets.waste import avoided_cost, dispose
from ccepz_sim.state.firms import PARTNERS
from ccepz_sim.state.ledger import Flow, pay
from ccepz_sim.state.world import WASTES

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

LINK_QUARTER = 1  # partners look for each other once a year, after the books of the last
LINKS, FAILURES = NUMBERS[Stream.LINKS], NUMBERS[Stream.LINK_FAILURES]


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
    break_links(zone)
    pass_on_and_dispose(zone)
    restore_waste(zone)


@compiled
def pass_on_and_dispose(zone: Zone) -> None:
    """By-products flow along the links, and what is left is put away."""
    dispose(zone, pass_on(zone))


def _form_links(zone: Zone) -> None:
    """Takers short of partners look for givers with waste to spare; who knows and trusts whom decides, then gain."""
    want, kinds = _wanted(zone)
    spare = _spare_waste(zone)
    for material in kinds.tolist():
        takers, givers, supply = _parties(zone, material, want, spare)
        if len(takers) and len(givers):
            value = _pair_values(zone, material, takers, givers)
            matched, partner, amount = allocate(value, supply, want[takers], PARTNERS)
            _sign(zone, takers[matched], givers[partner], amount)


@compiled
def _knowledge(zone: Zone) -> float:
    """Give the chance that a firm knows who uses or has a by-product, 0-1."""
    p, now = zone.p.materials, zone.policy.now
    return min(1.0, p.knowledge_base + p.knowledge_matching * now.matching + p.knowledge_internet * now.internet)


@compiled
def _luck_of_partners(zone: Zone) -> np.ndarray:
    """Draw for each firm: to look, to be known elsewhere, to trust, and how a giver is seen; shape (4, rows)."""
    luck, drawn = passing(zone, LINKS), np.empty((4, zone.firms.rows))
    for question in range(len(drawn)):
        drawn[question] = draws_of(narrow(luck, question), zone.firms.who)
    return drawn


@compiled
def _wanted(zone: Zone) -> tuple[np.ndarray, np.ndarray]:
    """Give the tonnes that firms look for partners to get, 0 for who does not look; and the materials looked for.

    A firm looks for what it needs and no link gives it.
    """
    firms, tech, p = zone.firms, zone.technology, zone.p.materials
    luck, knows = _luck_of_partners(zone)[0], _knowledge(zone)
    want, sought = np.zeros(firms.rows), np.zeros(zone.materials.kinds, dtype=np.bool_)
    for firm in range(firms.rows):
        met = 0.0
        for partner in range(PARTNERS):
            if firms.link_giver[firm, partner] >= 0:
                met += firms.link_share[firm, partner]
        free = firms.link_giver[firm, PARTNERS - 1] < 0 and firms.link_wait[firm] <= 0
        short = firms.alive[firm] and tech.need_kind[firm] >= 0 and 1.0 - met > p.unmet_least
        if free and short and luck[firm] < knows:
            want[firm] = tech.need[firm] * firms.output[firm] * (1.0 - met)
            sought[tech.need_kind[firm]] = True
    return want, np.flatnonzero(sought)


@compiled
def _parties(
    zone: Zone, material: int, want: np.ndarray, spare: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the takers that look for a material, the givers that have it to spare, and the tonnes of each giver."""
    tech = zone.technology
    takes, supply = np.zeros(want.size, dtype=np.bool_), np.zeros(want.size)
    for firm in range(want.size):
        takes[firm] = tech.need_kind[firm] == material and want[firm] > 0.0
        for slot in range(WASTES):
            if tech.waste_kind[firm, slot] == material:
                supply[firm] += spare[firm, slot]
    givers = np.flatnonzero(supply)
    return np.flatnonzero(takes), givers, supply[givers]


@compiled
def _sign(zone: Zone, takers: np.ndarray, givers: np.ndarray, amount: np.ndarray) -> None:
    """Enter links in the first free places of their takers; matches beyond the last place are dropped.

    Args:
        takers, givers: firms of each link; amount: tonnes; one shape.
    """
    firms = zone.firms
    for link in range(takers.size):
        taker = takers[link]
        for partner in range(PARTNERS):
            if firms.link_giver[taker, partner] < 0:
                firms.link_giver[taker, partner] = givers[link]
                firms.link_share[taker, partner] = amount[link] / (zone.technology.need[taker] * firms.output[taker])
                firms.link_age[taker, partner] = 0
                break


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
def _spare_waste(zone: Zone) -> np.ndarray:
    """Give the waste of last quarter that open firms have and no partner is bound to take, shape (rows, wastes)."""
    firms, waste = zone.firms, zone.firms.waste
    _, givers, slots, want = _bound(zone)
    asked = np.zeros(waste.shape)
    for link in range(want.size):
        asked[givers[link], slots[link]] += want[link]
    spare = np.zeros(waste.shape)
    for firm in range(firms.rows):
        for slot in range(WASTES):
            if firms.alive[firm] and firms.openness[firm] > zone.p.materials.closed_share:
                spare[firm, slot] = max(0.0, waste[firm, slot] - asked[firm, slot])
    return spare


@compiled
def _pair_values(zone: Zone, material: int, takers: np.ndarray, givers: np.ndarray) -> np.ndarray:
    """Value the pairs of one material as partners see them, yuan/tonne, shape (takers, givers); 0 is no deal."""
    far = zone.p.materials.knowledge_far * _knowledge(zone)
    _, known_far, trusting, view = _luck_of_partners(zone)
    facts, road, p = zone.world.material, zone.world.road, zone.p.materials
    place, trust = zone.firms.place, zone.towns.trust
    use, avoided = facts.use_value[material] - p.contract_risk, avoided_cost(zone, material)
    seen = np.zeros((takers.size, givers.size))
    for row in range(takers.size):
        here = place[takers[row]]
        for column in range(givers.size):
            giver = givers[column]
            there = place[giver]
            mutual = (trust[here] + trust[there]) / 2.0
            trusts = trusting[takers[row]] < min(max(p.trust_base + p.trust_weight * mutual, 0.0), 1.0)
            known = here == there or known_far[giver] < far
            if trusts and known and road[here, there] <= facts.haul_km[material]:
                value = link_value(use, facts.use_cost[material], avoided, road[here, there], p.freight)
                seen[row, column] = max(0.0, value * (1.0 + p.pick_noise * view[giver]))
    return seen


@compiled
def break_links(zone: Zone) -> None:
    """A link ends with a partner's exit or by mischance; the taker then needs time before it can switch."""
    firms, p = zone.firms, zone.p.materials
    luck = passing(zone, FAILURES)
    for taker in range(firms.rows):
        firms.link_wait[taker] = max(firms.link_wait[taker] - 1, 0)
    for taker in range(firms.rows):
        for partner in range(PARTNERS):
            giver = firms.link_giver[taker, partner]
            if giver < 0:
                continue
            firms.link_age[taker, partner] += 1
            both = firms.alive[giver] and firms.alive[taker]
            if not both or draw(narrow(luck, firms.who[taker]), firms.who[giver]) < p.link_failure:
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
