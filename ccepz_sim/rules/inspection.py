"""Inspections of firms, audits of officials and funds, complaints, central inspection; penalties with delay.

Source: docs/model.md (a), (c); the lag of penalties is Erlang with `FINE_STAGES` stages.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import row_sum
from ccepz_sim.policies.lags import erlang_matrix
from ccepz_sim.rules.collusion import audit_chance, either, watched

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def inspect_and_punish(zone: PilotZone) -> None:
    """Find some of those who hide or collude, fine them later, remove officials, recover misused money.

    Reads: inspection.*, collusion.firm_fine, own_fine, history.*, chronicle.cases_told; policy inspectors, audit_share,
    disclosure, media, accountability; the scenario's inspections.
    """
    _execute_fines(zone)
    if zone.quarter % QUARTERS == 0:
        zone.firms.key = key_firms(row_sum(zone.plan.equivalents), zone.p.inspection.key_part)
    found = _detect(zone)
    _punish(zone, found)
    _audit_funds(zone)
    _expose_mine(zone)


def complaint_chance(strength: float, harm: np.ndarray, disclosure: float, trust: np.ndarray) -> np.ndarray:
    """Give the chance that residents bring a case to light: 1 - exp(-chi V D T).

    Args:
        strength: chi; harm: visible, 0-1; disclosure: light on the case, 0 upwards; trust: times voice; one shape.
    """
    chance: np.ndarray = 1.0 - np.exp(-strength * harm * disclosure * trust)
    return chance


def detection(zone: PilotZone) -> tuple[np.ndarray, np.ndarray]:
    """Give for each firm the chance of detection this quarter if it colludes, and if it hides alone.

    Returns:
        Two arrays of shape (rows,), 0-1: by inspection, audit (of collusion only), citizens and central teams.

    Reads: inspection.*; policy inspectors, audit_share, disclosure, media; harm, trust and voice of the towns.
    """
    firms, officials, now, p = zone.firms, zone.officials, zone.policy.now, zone.p.inspection
    place = firms.place
    towns = zone.towns
    count = max(1.0, float(np.count_nonzero(firms.alive)))
    load = np.count_nonzero(firms.alive & (firms.hidden > 0.0)) / count
    capacity = now.inspectors * p.cases_per_inspector / count
    pulse = zone.path.inspection[zone.quarter]
    reach = audit_chance(1.0, capacity, load + p.routine_load) * officials.enforcement
    warned = reach * (1.0 - p.tip_off * officials.captured)
    audit_load = np.count_nonzero(firms.colluding) / count
    audited = audit_chance(now.audit_share * p.audit_reach * zone.audit_quality, p.audit_capacity, audit_load)
    visible = p.visible_base + (1.0 - p.visible_base) * firms.hidden
    light = now.disclosure + p.media_light * now.media
    heard = towns.harm * towns.trust * zone.voice_strength
    citizens = complaint_chance(p.citizen_strength, visible, light, heard[place])
    central = p.central_reach * pulse
    watch = watched(zone)
    together = either(
        np.minimum(1.0, warned[firms.official] * watch), audited, citizens, central * (1.0 - p.central_notice)
    )
    alone = either(np.minimum(1.0, reach[firms.official] * watch), citizens, central)
    return together, alone


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


def _detect(zone: PilotZone) -> np.ndarray:
    """Draw which of those who collude or hide alone are found this quarter, shape (rows,)."""
    firms = zone.firms
    together, alone = detection(zone)
    luck = zone.streams.at("detection", zone.quarter).random(firms.rows)
    chance = np.where(firms.colluding, together, np.where(firms.hidden > 0.0, alone, 0.0))
    zone.detection_mean = float(together @ firms.alive) / max(1.0, float(firms.alive.sum()))
    found: np.ndarray = firms.alive & (luck < chance)
    return found


def fines_due(pending: np.ndarray, lag: float) -> tuple[np.ndarray, np.ndarray]:
    """Move fines on by a quarter through an Erlang chain; returns those still on their way and those due now.

    Args:
        pending: yuan by stage, shape (rows, stages); lag: mean time from finding to payment, quarters.

    Source: exact transition as for policy lags; benchmark B20.
    """
    moves, leaves = _fine_steps(lag, pending.shape[1])
    return pending @ moves, pending @ leaves


@cache
def _fine_steps(lag: float, stages: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the shares of each stage that move to every stage, and that fall due, in a quarter."""
    moves = erlang_matrix(lag, stages)
    return moves.T, 1.0 - moves.sum(axis=0)


def _execute_fines(zone: PilotZone) -> None:
    """Fines that fall due are paid as far as cash reaches: by firms, and by officials from homes of their place."""
    firms, officials, ledger, p = zone.firms, zone.officials, zone.ledger, zone.p.inspection
    treasury = zone.body_account(zone.body["prefecture"])
    zone.fines_paid = 0.0
    if firms.pending_fine[:, -1].any() or firms.pending_fine[:, 0].any():
        firms.pending_fine, due = fines_due(firms.pending_fine, p.fine_lag)
        paid = np.minimum(np.maximum(0.0, ledger.deposits[zone.firm_accounts]), due) * firms.alive
        ledger.pay("fines", zone.firm_accounts, treasury, paid)
        firms.profit = firms.profit - paid
        zone.fines_paid = float(paid.sum())
    if officials.pending_fine.max() >= 1.0:
        officials.pending_fine, due = fines_due(officials.pending_fine, p.fine_lag)
        home = np.where(officials.place >= 0, officials.place, zone.seat)
        owed = np.bincount(home, weights=due, minlength=zone.world.place_count)
        homes = ledger.of("households")
        ledger.pay("fines", homes, treasury, np.minimum(owed, np.maximum(0.0, ledger.deposits[homes])))


def _punish(zone: PilotZone, found: np.ndarray) -> None:
    """Fine the found, restrict those above the standard, end deals, cost them brand, have some officials removed."""
    firms, p, c = zone.firms, zone.p.inspection, zone.p.collusion
    firms.punished = found
    firms.stopped = np.zeros(firms.rows)
    zone.inspections_made = zone.policy.now.inspectors * p.visits_per_inspector
    rows = np.flatnonzero(found)
    if not len(rows):
        return
    deal = firms.colluding[rows]
    fine = np.where(deal, c.firm_fine, c.own_fine * firms.hidden[rows]) * firms.reference_burden[rows]
    fine += p.fine_floor * zone.prices.general + firms.evaded_tax[rows]
    fine += zone.permit_price * (1.0 + zone.p.abatement.report_permits) * firms.evaded_permits[rows]
    firms.pending_fine[rows, 0] += fine
    firms.brand[rows] *= 1.0 - p.brand_loss
    shown = (firms.concentration * firms.clean)[rows] * (1.0 - firms.abate[rows].min(axis=1))
    firms.stopped[rows] = np.where(shown > zone.policy.now.standard * (1.0 + p.stop_margin), p.stop_share, 0.0)
    _punish_officials(zone, rows[deal])
    firms.colluding[rows] = False
    _note_cases(zone, rows[deal])


def _punish_officials(zone: PilotZone, rows: np.ndarray) -> None:
    """Each official with a found case may be removed at the next evaluation, and then pays for what he took.

    Args:
        rows: firms found in a deal.
    """
    firms, officials, p = zone.firms, zone.officials, zone.p.inspection
    hit = np.zeros(len(officials.body), dtype=bool)
    hit[firms.official[rows]] = True
    luck = zone.streams.at("official penalty", zone.quarter).random(len(hit))
    removed = hit & ~officials.caught & (luck < p.official_removed * (1.0 + zone.policy.now.accountability))
    officials.caught |= removed
    officials.dismissed += float(removed.sum())
    officials.pending_fine[:, 0] += np.where(removed, zone.p.collusion.official_repays * officials.take, 0.0)
    officials.take[removed] = 0.0


def _note_cases(zone: PilotZone, rows: np.ndarray) -> None:
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


def _audit_funds(zone: PilotZone) -> None:
    """Audits recover part of the misused money of the past year and make it known."""
    firms, p = zone.firms, zone.p.inspection
    if zone.quarter % QUARTERS != 0:
        return
    chance = zone.policy.now.audit_share * zone.audit_quality
    luck = zone.streams.at("fund audit", zone.quarter).random(firms.rows)
    found = (luck < chance) & (firms.misused > 0.0) & firms.alive
    back = np.where(found, p.recovery * firms.misused, 0.0)
    back = np.minimum(back, np.maximum(0.0, zone.ledger.deposits[zone.firm_accounts]))
    zone.ledger.pay("fines", zone.firm_accounts, zone.body_account(zone.body["finance"]), back)
    firms.profit = firms.profit - back
    granted = float(firms.granted.sum())
    misused = float(firms.misused.sum())
    if misused > 0.0 and zone.audit_found > p.reveal_share:
        zone.note("funds_misused", place="zone", indicator="funds_misused_share", weight=misused,
                  share=misused / max(1.0, granted))  # fmt: skip
    firms.granted[:] = 0.0
    firms.misused[:] = 0.0


def _expose_mine(zone: PilotZone) -> None:
    """In the history a county's mining area is exposed and closed by central inspection."""
    p = zone.p.history
    if not zone.scenario_used.mine_closure or zone.quarter != int(p.closure_quarter):
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
    zone.close_firms(closed)
    zone.note("mine_closed", place="tianjun", indicator="gdp", weight=done, count=int(closed.sum()))
