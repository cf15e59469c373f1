"""Inspections of firms, audits of officials and funds, complaints, central inspection; penalties with delay.

Source: docs/model.md (a), (c); the lag of penalties is Erlang with `FINE_STAGES` stages.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import Value, compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.rules.collusion import attention, audit_chance, either
from ccepz_sim.rules.firm_life import close_firms
from ccepz_sim.state.firms import FINE_STAGES, has_deal
from ccepz_sim.state.lags import erlang_matrix
from ccepz_sim.state.ledger import Flow, pay

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

DETECTION, PENALTY = NUMBERS[Stream.DETECTION], NUMBERS[Stream.OFFICIAL_PENALTY]
AUDIT = NUMBERS[Stream.FUND_AUDIT]


def inspect_and_punish(zone: Zone) -> None:
    """Find some of those who hide or collude, fine them later, remove officials, recover misused money.

    Reads: inspection.*, history.*, chronicle.cases_told; policy inspectors, audit_share,
    disclosure, media, accountability; the scenario's inspections.
    """
    first_of_year = zone.quarter % QUARTERS == 0
    execute_fines(zone, *fine_steps(zone.p.inspection.fine_lag))
    if first_of_year:
        name_key_firms(zone)
    detect(zone)
    told = punish(zone)
    if len(told):
        _note_cases(zone, told)
    if first_of_year:
        _audit_funds(zone)
    _expose_mine(zone)


@compiled
def complaint_chance(strength: float, harm: Value, disclosure: float, trust: Value) -> Value:
    """Give the chance that residents bring a case to light: 1 - exp(-chi V D T).

    Args:
        strength: chi; harm: visible, 0-1; disclosure: light on the case, 0 upwards; trust: times voice; one shape.
    """
    chance: Value = 1.0 - np.exp(-strength * harm * disclosure * trust)
    return chance


@compiled
def detect(zone: Zone) -> None:
    """Draw which of those who collude or hide alone are found this quarter, and whose unsafe heaps.

    Ways: inspection, audit (of deals only), citizens and central teams. Heaps are looked for by themselves, as the
    official watches stored waste. One found deal uncovers the other.
    """
    firms, officials, towns, now, p = zone.firms, zone.officials, zone.towns, zone.policy.now, zone.p.inspection
    key = passing(zone, DETECTION)
    heaps = narrow(key, 1)
    alive = hiding = deals = 0.0
    for firm in range(firms.rows):
        deals += has_deal(firms, firm)
        if firms.alive[firm]:
            alive += 1.0
            hiding += firms.hidden[firm] > 0.0
    count = max(1.0, alive)
    reach = audit_chance(1.0, now.inspectors * p.cases_per_inspector / count, hiding / count + p.routine_load)
    audited = audit_chance(
        now.audit_share * p.audit_reach * zone.governance.audit_quality, p.audit_capacity, deals / count
    )
    central = p.central_reach * zone.path.inspection[zone.quarter]
    light = now.disclosure + p.media_light * now.media
    watch = attention(firms.key, firms.alive, p.key_attention)
    chances = 0.0
    for firm in range(firms.rows):
        firms.punished[firm] = firms.heaps_found[firm] = False
        if not firms.alive[firm]:
            continue
        mine, town = firms.official[firm], firms.place[firm]
        heard = towns.harm[town] * towns.trust[town] * towns.voice[town]
        visible = p.visible_base + (1.0 - p.visible_base) * firms.hidden[firm]
        citizens = complaint_chance(p.citizen_strength, visible, light, heard)
        seen = officials.enforcement[mine] * reach * watch[firm]
        warned = 1.0 - p.tip_off * officials.captured[mine]
        noticed = central * (1.0 - p.central_notice)
        together = either(min(1.0, seen * warned), audited, citizens, noticed)
        chances += together
        case = heap = False
        if firms.colluding[firm] or firms.at_risk[firm] > 0.0:
            chance = together if firms.colluding[firm] else either(min(1.0, seen), citizens, central)
            case = draw(key, firms.who[firm]) < chance
        if firms.waste_deal[firm] or firms.waste_at_risk[firm] > 0.0:
            seen *= officials.waste_view[mine]
            citizens = complaint_chance(p.citizen_strength, firms.open_heap[firm], light, heard)
            if firms.waste_deal[firm]:
                chance = either(min(1.0, seen * warned), audited, citizens, noticed)
            else:
                chance = either(min(1.0, seen), citizens, central)
            heap = draw(heaps, firms.who[firm]) < chance
        firms.punished[firm] = case or (heap and firms.waste_deal[firm])
        firms.heaps_found[firm] = heap or (case and firms.waste_deal[firm])
    zone.count.detection = chances / count


@compiled
def name_key_firms(zone: Zone) -> None:
    """Mark the key firms of the year by what they emitted before abatement."""
    load = zone.plan.equivalents[:, 0] + zone.plan.equivalents[:, 1]
    zone.firms.key[:] = key_firms(load, zone.p.inspection.key_part)


@compiled
def key_firms(load: np.ndarray, part: float) -> np.ndarray:
    """Mark the largest emitters that together make up at most a part of the load, 1 or 0; the very largest always.

    Args:
        load: equivalents, shape (rows,); part: 0-1.

    Source: the national list of key enterprises under monitoring, 65 % of the load of each pollutant.
    """
    marked, limit, reached = np.zeros(load.size), part * load.sum(), 0.0
    while reached < limit:  # some dozens of hundreds
        largest, most = -1, 0.0
        for firm in range(load.size):
            if marked[firm] == 0.0 and load[firm] > most:
                largest, most = firm, load[firm]
        if largest < 0:
            break
        marked[largest] = 1.0
        reached += most
    return marked


def fines_due(pending: np.ndarray, lag: float) -> tuple[np.ndarray, np.ndarray]:
    """Move fines on by a quarter through an Erlang chain; returns those still on their way and those due now.

    Args:
        pending: yuan by stage, shape (rows, stages); lag: mean time from finding to payment, quarters.

    Source: exact transition as for policy lags; benchmark B20.
    """
    left = pending.copy()
    moves, leaves = fine_steps(lag, pending.shape[1])
    return left, np.array([fine_due(left, row, moves, leaves) for row in range(len(left))])


@compiled
def fine_due(pending: np.ndarray, row: int, moves: np.ndarray, leaves: np.ndarray) -> float:
    """Move the fines of one row on by a quarter and give what falls due, yuan.

    Args:
        pending: yuan, shape (rows, stages), changed; moves, leaves: see `fine_steps`.
    """
    due = 0.0
    for stage in range(leaves.size - 1, -1, -1):  # the last stage first: it takes from those before it
        due += pending[row, stage] * leaves[stage]
        staying = 0.0
        for earlier in range(stage + 1):
            staying += pending[row, earlier] * moves[earlier, stage]
        pending[row, stage] = staying
    return due


@cache
def fine_steps(lag: float, stages: int = FINE_STAGES) -> tuple[np.ndarray, np.ndarray]:
    """Give the shares of each stage that move to every stage, and that fall due, in a quarter.

    Args:
        lag: mean time from finding to payment, quarters.
    """
    moves = erlang_matrix(lag, stages)
    return np.ascontiguousarray(moves.T), 1.0 - moves.sum(axis=0)


@compiled
def execute_fines(zone: Zone, moves: np.ndarray, leaves: np.ndarray) -> None:
    """Fines that fall due are paid as far as cash reaches: by firms, and by officials from homes of their place.

    Args:
        moves, leaves: see `fine_steps`.
    """
    firms, officials, ledger = zone.firms, zone.officials, zone.ledger
    treasury = ledger.bodies + zone.body.prefecture
    zone.count.fines = 0.0
    for firm in range(firms.rows):
        if firms.pending_fine[firm, 0] + firms.pending_fine[firm, FINE_STAGES - 1] > 0.0:
            due = fine_due(firms.pending_fine, firm, moves, leaves)
            if firms.alive[firm]:
                account = ledger.firms + firm
                paid = min(max(0.0, ledger.deposits[account]), due)
                pay(ledger, Flow.FINES, account, treasury, paid)
                firms.profit[firm] -= paid
                zone.count.fines += paid
    if officials.pending_fine.max() >= 1.0:
        owed = np.zeros(zone.towns.rows)
        for one in range(officials.rows):
            home = officials.place[one] if officials.place[one] >= 0 else zone.world.seat
            owed[home] += fine_due(officials.pending_fine, one, moves, leaves)
        for town in range(owed.size):
            homes = ledger.households + town
            pay(ledger, Flow.FINES, homes, treasury, min(owed[town], max(0.0, ledger.deposits[homes])))


@compiled
def punish(zone: Zone) -> np.ndarray:
    """Fine the found, restrict those above the standard, end deals, cost them brand, have some officials removed.

    Unsafe heaps that are found are fined for themselves. An official with a found case may be removed at the next
    evaluation, and then pays for what he took.

    Returns:
        Rows of the large firms first found in a deal, as many as are told of.
    """
    firms, officials, now, p, c = zone.firms, zone.officials, zone.policy.now, zone.p.inspection, zone.p.collusion
    limit = now.standard * (1.0 + p.stop_margin)
    removed = p.official_removed * (1.0 + now.accountability)
    zone.count.inspections = now.inspectors * p.visits_per_inspector
    luck = passing(zone, PENALTY)
    most = int(zone.p.chronicle.cases_told)
    told, count = np.empty(most, dtype=np.int64), 0
    for firm in range(firms.rows):
        firms.stopped[firm] = 0.0
        if firms.heaps_found[firm]:
            firms.pending_fine[firm, 0] += firms.waste_at_risk[firm]
        if not firms.punished[firm]:
            continue
        deal = has_deal(firms, firm)
        firms.pending_fine[firm, 0] += firms.at_risk[firm]
        firms.brand[firm] *= 1.0 - p.brand_loss
        treated = min(firms.abate[firm, 0], firms.abate[firm, 1])
        if firms.concentration[firm] * firms.clean[firm] * (1.0 - treated) > limit:
            firms.stopped[firm] = p.stop_share
        firms.colluding[firm] = firms.waste_deal[firm] = False
        if deal:
            if firms.large[firm] > 0.0 and count < most:
                told[count] = firm
                count += 1
            one = firms.official[firm]
            if not officials.caught[one] and draw(luck, officials.who[one]) < removed:
                zone.count.dismissed += 1.0
                officials.caught[one] = True
                officials.pending_fine[one, 0] += c.official_repays * officials.take[one]
                officials.take[one] = 0.0
    return told[:count].copy()


def _note_cases(zone: Zone, rows: np.ndarray) -> None:
    """Tell of deals that were found."""
    firms = zone.firms
    for row in rows.tolist():
        zone.note(
            "collusion_found",
            place=zone.world.places[firms.place[row]],
            indicator="colluding_share",
            weight=float(firms.reference_burden[row]),
            firm=firms.codes[row],
            product=int(firms.product[row]),
        )


def _audit_funds(zone: Zone) -> None:
    """Audits recover part of the misused money of the past year and make it known."""
    granted, misused = recover_funds(zone)
    if misused > 0.0 and zone.governance.audit_found > zone.p.inspection.reveal_share:
        zone.note("funds_misused", place="zone", indicator="funds_misused_share", weight=misused,
                  share=misused / max(1.0, granted))  # fmt: skip


@compiled
def recover_funds(zone: Zone) -> tuple[float, float]:
    """Recover part of what some firms misused, and give what was granted and misused since the last audit, yuan."""
    firms, ledger, p = zone.firms, zone.ledger, zone.p.inspection
    luck = passing(zone, AUDIT)
    chance = zone.policy.now.audit_share * zone.governance.audit_quality
    office = ledger.bodies + zone.body.finance
    granted = misused = 0.0
    for firm in range(firms.rows):
        granted += firms.granted[firm]
        misused += firms.misused[firm]
        if draw(luck, firms.who[firm]) < chance and firms.misused[firm] > 0.0 and firms.alive[firm]:
            account = ledger.firms + firm
            back = min(p.recovery * firms.misused[firm], max(0.0, ledger.deposits[account]))
            pay(ledger, Flow.FINES, account, office, back)
            firms.profit[firm] -= back
        firms.granted[firm] = firms.misused[firm] = 0.0
    return granted, misused


def _expose_mine(zone: Zone) -> None:
    """In the history a county's mining area is exposed and closed by central inspection."""
    p = zone.p.history
    if not zone.mine_closure or zone.quarter != int(p.closure_quarter) or zone.world.mine_place < 0:
        return
    firms, world = zone.firms, zone.world
    coal = zone.technology.industry == world.industry_names.index("coal_mining")
    mine = firms.alive & coal & (firms.place == world.mine_place)
    order = np.argsort(-firms.capacity * mine)
    total = float((firms.capacity * mine).sum())
    closed = mine & False
    done = 0.0
    for row in order:
        if not mine[row] or done >= p.closure_share * total:
            break
        closed[row] = True
        done += float(firms.capacity[row])
    close_firms(zone, closed)
    zone.note(
        "mine_closed", place=world.places[world.mine_place], indicator="gdp", weight=done, count=int(closed.sum())
    )
