"""Inspections of firms, audits of officials and funds, complaints, central inspection; penalties with delay.

Source: docs/model.md (a), (c); the lag of penalties is Erlang with `FINE_STAGES` stages.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import Value, compiled
from ccepz_sim.ledger import Flow, Sector
from ccepz_sim.numeric import row_sum
from ccepz_sim.policies.lags import erlang_matrix
from ccepz_sim.rng import Stream
from ccepz_sim.rules.collusion import audit_chance, either, watched
from ccepz_sim.rules.firm_life import close_firms

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def inspect_and_punish(zone: Zone) -> None:
    """Find some of those who hide or collude, fine them later, remove officials, recover misused money.

    Reads: inspection.*, collusion.firm_fine, own_fine, history.*, chronicle.cases_told; policy inspectors, audit_share,
    disclosure, media, accountability; the scenario's inspections.
    """
    _execute_fines(zone)
    if zone.quarter % QUARTERS == 0:
        zone.firms.key[:] = key_firms(row_sum(zone.plan.equivalents), zone.p.inspection.key_part)
    found = _detect(zone)
    _punish(zone, found)
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


def detection(zone: Zone) -> tuple[np.ndarray, np.ndarray]:
    """Give for each firm the chance of detection this quarter if it colludes, and if it hides alone.

    Returns:
        Two arrays of shape (rows,), 0-1: by inspection, audit (of collusion only), citizens and central teams.

    Reads: inspection.*; policy inspectors, audit_share, disclosure, media; harm, trust and voice of the towns.
    """
    firms, officials, towns, now, p = zone.firms, zone.officials, zone.towns, zone.policy.now, zone.p.inspection
    alive, hiding, deals = _count(firms.alive, firms.hidden, firms.colluding)
    count = max(1.0, alive)
    reach = officials.enforcement * audit_chance(
        1.0, now.inspectors * p.cases_per_inspector / count, hiding / count + p.routine_load
    )
    audited = audit_chance(
        now.audit_share * p.audit_reach * zone.governance.audit_quality, p.audit_capacity, deals / count
    )
    together, alone = np.empty(firms.rows), np.empty(firms.rows)
    _chances(
        firms.official, firms.place, firms.hidden, watched(zone),
        reach, officials.captured, towns.harm * towns.trust * zone.towns.voice,
        now.disclosure + p.media_light * now.media, audited, p.central_reach * zone.path.inspection[zone.quarter],
        p.tip_off, p.visible_base, p.citizen_strength, p.central_notice,
        together, alone,
    )  # fmt: skip
    return together, alone


@compiled
def _count(alive: np.ndarray, hidden: np.ndarray, colluding: np.ndarray) -> tuple[float, float, float]:
    """Count firms in business, those of them that hide, and deals."""
    count = hiding = deals = 0.0
    for firm in range(alive.size):
        deals += colluding[firm]
        if alive[firm]:
            count += 1.0
            hiding += hidden[firm] > 0.0
    return count, hiding, deals


@compiled
def _chances(
    official: np.ndarray, place: np.ndarray, hidden: np.ndarray, watch: np.ndarray,
    reach: np.ndarray, captured: np.ndarray, heard: np.ndarray,
    light: float, audited: float, central: float,
    tip_off: float, visible_base: float, citizen_strength: float, notice: float,
    together: np.ndarray, alone: np.ndarray,
) -> None:  # fmt: skip
    """Set the chance of detection of each firm if it colludes, and if it hides alone."""
    for firm in range(official.size):
        mine = official[firm]
        visible = visible_base + (1.0 - visible_base) * hidden[firm]
        citizens = complaint_chance(citizen_strength, visible, light, heard[place[firm]])
        warned = min(1.0, reach[mine] * (1.0 - tip_off * captured[mine]) * watch[firm])
        together[firm] = either(warned, audited, citizens, central * (1.0 - notice))
        alone[firm] = either(min(1.0, reach[mine] * watch[firm]), citizens, central)


def key_firms(load: np.ndarray, part: float) -> np.ndarray:
    """Mark the largest emitters that together make up at most a part of the load, 1 or 0; the very largest always.

    Args:
        load: equivalents, shape (rows,); part: 0-1.

    Source: the national list of key enterprises under monitoring, 65 % of the load of each pollutant.
    """
    order = np.argsort(-load, kind="stable")
    before = np.cumsum(load[order]) - load[order]
    marked = np.zeros(len(load))
    marked[order[(before < part * float(load.sum())) & (load[order] > 0.0)]] = 1.0
    return marked


def _detect(zone: Zone) -> np.ndarray:
    """Draw which of those who collude or hide alone are found this quarter, shape (rows,)."""
    firms = zone.firms
    together, alone = detection(zone)
    luck = zone.streams.at(Stream.DETECTION, zone.quarter).random(firms.rows)
    found, zone.count.detection = _find(luck, together, alone, firms.alive, firms.colluding, firms.hidden)
    return found


@compiled
def _find(
    luck: np.ndarray,
    together: np.ndarray,
    alone: np.ndarray,
    alive: np.ndarray,
    colluding: np.ndarray,
    hidden: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Give which firms are found, and the mean chance of detection of a deal."""
    found = np.zeros(alive.size, np.bool_)
    count = chances = 0.0
    for firm in range(alive.size):
        if not alive[firm]:
            continue
        count += 1.0
        chances += together[firm]
        if colluding[firm]:
            found[firm] = luck[firm] < together[firm]
        elif hidden[firm] > 0.0:
            found[firm] = luck[firm] < alone[firm]
    return found, chances / max(1.0, count)


def fines_due(pending: np.ndarray, lag: float) -> tuple[np.ndarray, np.ndarray]:
    """Move fines on by a quarter through an Erlang chain; returns those still on their way and those due now.

    Args:
        pending: yuan by stage, shape (rows, stages); lag: mean time from finding to payment, quarters.

    Source: exact transition as for policy lags; benchmark B20.
    """
    moves, leaves = _fine_steps(lag, pending.shape[1])
    return _move_on(pending, moves, leaves)


@compiled
def _move_on(pending: np.ndarray, moves: np.ndarray, leaves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give what stays in each stage, and what falls due, of each row."""
    left, due = np.empty_like(pending), np.empty(len(pending))
    for row in range(len(pending)):
        leaving = 0.0
        for stage in range(leaves.size):
            leaving += pending[row, stage] * leaves[stage]
            staying = 0.0
            for earlier in range(leaves.size):
                staying += pending[row, earlier] * moves[earlier, stage]
            left[row, stage] = staying
        due[row] = leaving
    return left, due


@cache
def _fine_steps(lag: float, stages: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the shares of each stage that move to every stage, and that fall due, in a quarter."""
    moves = erlang_matrix(lag, stages)
    return np.ascontiguousarray(moves.T), 1.0 - moves.sum(axis=0)


def _execute_fines(zone: Zone) -> None:
    """Fines that fall due are paid as far as cash reaches: by firms, and by officials from homes of their place."""
    firms, officials, ledger, p = zone.firms, zone.officials, zone.ledger, zone.p.inspection
    treasury = zone.ledger.bodies + zone.body.prefecture
    zone.count.fines = 0.0
    if firms.pending_fine.any():
        firms.pending_fine[:], due = fines_due(firms.pending_fine, p.fine_lag)
        paid = np.minimum(np.maximum(0.0, ledger.deposits[zone.ledger.firm_accounts]), due) * firms.alive
        ledger.pay(Flow.FINES, zone.ledger.firm_accounts, treasury, paid)
        firms.profit[:] = firms.profit - paid
        zone.count.fines = float(paid.sum())
    if officials.pending_fine.max() >= 1.0:
        officials.pending_fine[:], due = fines_due(officials.pending_fine, p.fine_lag)
        home = np.where(officials.place >= 0, officials.place, zone.fixed.seat)
        owed = np.bincount(home, weights=due, minlength=zone.world.place_count)
        homes = ledger.of(Sector.HOUSEHOLDS)
        ledger.pay(Flow.FINES, homes, treasury, np.minimum(owed, np.maximum(0.0, ledger.deposits[homes])))


def _punish(zone: Zone, found: np.ndarray) -> None:
    """Fine the found, restrict those above the standard, end deals, cost them brand, have some officials removed."""
    firms, p, c = zone.firms, zone.p.inspection, zone.p.collusion
    firms.punished[:] = found
    firms.stopped[:] = 0.0
    zone.count.inspections = zone.policy.now.inspectors * p.visits_per_inspector
    if not found.any():
        return
    deals = np.flatnonzero(found & firms.colluding)
    _fine(
        found, firms.hidden, firms.reference_burden, firms.evaded_tax, firms.evaded_permits, firms.concentration,
        firms.clean, firms.abate,
        c.firm_fine, c.own_fine, p.fine_floor * zone.prices.general,
        zone.permits.price * (1.0 + zone.p.abatement.report_permits), p.brand_loss,
        zone.policy.now.standard * (1.0 + p.stop_margin), p.stop_share,
        firms.colluding, firms.pending_fine, firms.brand, firms.stopped,
    )  # fmt: skip
    if len(deals):
        _punish_officials(zone, deals)
        _note_cases(zone, deals)


@compiled
def _fine(
    found: np.ndarray, hidden: np.ndarray, burden: np.ndarray, evaded_tax: np.ndarray, evaded_permits: np.ndarray,
    concentration: np.ndarray, clean: np.ndarray, abate: np.ndarray,
    firm_fine: float, own_fine: float, floor: float, permit_fine: float, brand_loss: float, stop_limit: float,
    stop_share: float,
    colluding: np.ndarray, pending_fine: np.ndarray, brand: np.ndarray, stopped: np.ndarray,
) -> None:  # fmt: skip
    """Fine each firm that was found, restrict it if it is above the limit, end its deal."""
    for firm in range(found.size):
        if not found[firm]:
            continue
        weight = firm_fine if colluding[firm] else own_fine * hidden[firm]
        fine = weight * burden[firm] + (floor + evaded_tax[firm])
        pending_fine[firm, 0] += fine + permit_fine * evaded_permits[firm]
        brand[firm] *= 1.0 - brand_loss
        shown = concentration[firm] * clean[firm] * (1.0 - min(abate[firm, 0], abate[firm, 1]))
        if shown > stop_limit:
            stopped[firm] = stop_share
        colluding[firm] = False


def _punish_officials(zone: Zone, rows: np.ndarray) -> None:
    """Each official with a found case may be removed at the next evaluation, and then pays for what he took.

    Args:
        rows: firms found in a deal.
    """
    officials = zone.officials
    luck = zone.streams.at(Stream.OFFICIAL_PENALTY, zone.quarter).random(len(officials.body))
    zone.count.dismissed += _remove(
        zone.firms.official[rows], luck, zone.p.inspection.official_removed * (1.0 + zone.policy.now.accountability),
        zone.p.collusion.official_repays,
        officials.caught, officials.take, officials.pending_fine,
    )  # fmt: skip


@compiled
def _remove(
    hit: np.ndarray,
    luck: np.ndarray,
    chance: float,
    repays: float,
    caught: np.ndarray,
    take: np.ndarray,
    pending_fine: np.ndarray,
) -> float:
    """Have some of the officials who were hit caught and fined; return their number."""
    removed = 0.0
    for one in hit:
        if not caught[one] and luck[one] < chance:
            removed += 1.0
            caught[one] = True
            pending_fine[one, 0] += repays * take[one]
            take[one] = 0.0
    return removed


def _note_cases(zone: Zone, rows: np.ndarray) -> None:
    """Tell of the first cases among large firms."""
    firms = zone.firms
    for row in rows[firms.large[rows] > 0.0][: int(zone.p.chronicle.cases_told)]:
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
    firms, p = zone.firms, zone.p.inspection
    if zone.quarter % QUARTERS != 0:
        return
    chance = zone.policy.now.audit_share * zone.governance.audit_quality
    luck = zone.streams.at(Stream.FUND_AUDIT, zone.quarter).random(firms.rows)
    found = (luck < chance) & (firms.misused > 0.0) & firms.alive
    back = np.where(found, p.recovery * firms.misused, 0.0)
    back = np.minimum(back, np.maximum(0.0, zone.ledger.deposits[zone.ledger.firm_accounts]))
    zone.ledger.pay(Flow.FINES, zone.ledger.firm_accounts, zone.ledger.bodies + zone.body.finance, back)
    firms.profit[:] = firms.profit - back
    granted = float(firms.granted.sum())
    misused = float(firms.misused.sum())
    if misused > 0.0 and zone.governance.audit_found > p.reveal_share:
        zone.note("funds_misused", place="zone", indicator="funds_misused_share", weight=misused,
                  share=misused / max(1.0, granted))  # fmt: skip
    firms.granted[:] = 0.0
    firms.misused[:] = 0.0


def _expose_mine(zone: Zone) -> None:
    """In the history a county's mining area is exposed and closed by central inspection."""
    p = zone.p.history
    if not zone.mine_closure or zone.quarter != int(p.closure_quarter):
        return
    firms, world = zone.firms, zone.world
    coal = zone.technology.industry == world.industry_names.index("coal_mining")
    mine = firms.alive & coal & (firms.place == world.place_index["tianjun"])
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
    zone.note("mine_closed", place="tianjun", indicator="gdp", weight=done, count=int(closed.sum()))
