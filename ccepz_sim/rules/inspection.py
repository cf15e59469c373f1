"""Inspections of firms, audits of officials and funds, complaints, central inspection; penalties with delay.

Source: docs/model.md (a), (c); the lag of penalties is Erlang with two stages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.rules.collusion import audit_chance, either
from ccepz_sim.state.firms import FINE_STAGES

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def inspect_and_punish(zone: PilotZone) -> None:
    """Find some of those who hide or collude, fine them later, remove officials, recover misused money.

    Reads: inspection.*, collusion.firm_fine, own_fine, history.*, chronicle.cases_told; policy inspectors, audit_share,
    disclosure, media, accountability; the scenario's inspections.
    """
    _execute_fines(zone)
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
    enforcement = officials.enforcement[firms.official]
    hiding = firms.alive & (firms.hidden > 0.0)
    load = float(hiding.sum()) / max(1.0, float(firms.alive.sum()))
    capacity = now.inspectors * p.cases_per_inspector / max(1.0, float(firms.alive.sum()))
    pulse = zone.path.inspection[zone.quarter]
    inspected = audit_chance(1.0, capacity, load + p.routine_load) * enforcement
    tip_off = p.tip_off * officials.captured[firms.official]
    audit_load = float(firms.colluding.sum()) / max(1.0, float(firms.alive.sum()))
    audited = audit_chance(now.audit_share * p.audit_reach * zone.audit_quality, p.audit_capacity, audit_load)
    visible = towns.harm[place] * (p.visible_base + (1.0 - p.visible_base) * np.minimum(1.0, firms.hidden))
    light = now.disclosure + p.media_light * now.media
    citizens = complaint_chance(p.citizen_strength, visible, light, towns.trust[place] * zone.voice_strength[place])
    central = p.central_reach * pulse * (1.0 - p.central_notice * firms.colluding)
    together = either(inspected * (1.0 - tip_off), audited, citizens, central)
    alone = either(inspected, citizens, central)
    return together, alone


def _detect(zone: PilotZone) -> np.ndarray:
    """Draw which of those who collude or hide alone are found this quarter, shape (rows,)."""
    firms = zone.firms
    together, alone = detection(zone)
    luck = zone.streams.at("detection", zone.quarter).random(firms.rows)
    chance = np.where(firms.colluding, together, np.where(firms.hidden > 0.0, alone, 0.0))
    zone.detection_mean = float(together[firms.alive].mean()) if firms.alive.any() else 0.0
    found: np.ndarray = firms.alive & (luck < chance)
    return found


def _execute_fines(zone: PilotZone) -> None:
    """Fines in the pipeline move one Erlang stage on; the last stage is paid as far as cash reaches."""
    firms, p = zone.firms, zone.p.inspection
    rate = 1.0 - np.exp(-FINE_STAGES / p.fine_lag)
    moving = firms.pending_fine * rate
    firms.pending_fine -= moving
    firms.pending_fine[:, 1] += moving[:, 0]
    cash = np.maximum(0.0, zone.ledger.deposits[zone.firm_accounts])
    paid = np.minimum(cash, moving[:, 1]) * firms.alive
    zone.ledger.pay("fines", zone.firm_accounts, zone.body_account(zone.body["prefecture"]), paid)
    firms.profit = firms.profit - paid
    zone.fines_paid = float(paid.sum())


def _punish(zone: PilotZone, found: np.ndarray) -> None:
    """Fine the found, end their deals, cost them part of their brand, and have some of their officials removed."""
    firms, p, c = zone.firms, zone.p.inspection, zone.p.collusion
    firms.punished = found
    zone.inspections_made = zone.policy.now.inspectors * p.visits_per_inspector
    if not found.any():
        return
    colluding = found & firms.colluding
    burden = firms.reference_burden
    fine = np.where(colluding, c.firm_fine, c.own_fine * firms.hidden) * burden + p.fine_floor * zone.prices.general
    firms.pending_fine[:, 0] += np.where(found, fine + firms.evaded_tax, 0.0)
    firms.brand = np.where(found, firms.brand * (1.0 - p.brand_loss), firms.brand)
    _punish_officials(zone, colluding)
    firms.colluding &= ~colluding
    _note_cases(zone, colluding)


def _punish_officials(zone: PilotZone, colluding: np.ndarray) -> None:
    """Each official with a found case may be removed at the next evaluation."""
    firms, officials, p = zone.firms, zone.officials, zone.p.inspection
    hit = np.zeros(len(officials.body), dtype=bool)
    hit[firms.official[colluding]] = True
    luck = zone.streams.at("official penalty", zone.quarter).random(len(hit))
    removed = hit & (luck < p.official_removed * (1.0 + zone.policy.now.accountability))
    officials.caught |= removed
    officials.dismissed += float(removed.sum())


def _note_cases(zone: PilotZone, colluding: np.ndarray) -> None:
    """Tell of the first cases among large firms."""
    firms = zone.firms
    for row in np.flatnonzero(colluding & (firms.large > 0.0))[: int(zone.p.chronicle.cases_told)]:
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
