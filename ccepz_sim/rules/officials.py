"""Officials split their effort by what their evaluation rewards; the tournament promotes, the audit removes.

Source: Holmstrom and Milgrom 1991; Li and Zhou 2005; docs/model.md (b), (k).
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS, is_last_of_year
from ccepz_sim.numeric import clip

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


MOST_STANDING = 100.0  # points


def effort_split(weights: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Split effort over measured tasks in proportion to weight over cost, shape (..., tasks). Benchmark B15.

    Source: Holmstrom and Milgrom 1991.
    """
    pull = weights / costs
    return pull / np.maximum(pull.sum(axis=-1, keepdims=True), 1e-12)


def coordination_factor(departments: float, overlap: float, coordination: float) -> float:
    """Dilute enforcement by parallel mandates: 1 / (1 + omega (n - 1) (1 - coordination)).

    Args:
        departments: how many share the task; overlap: omega; coordination: 0-1.
    """
    return 1.0 / (1.0 + overlap * (departments - 1.0) * (1.0 - coordination))


def veto_share(growth: float, ecology: float, coordination: float, shape: tuple[float, float, float]) -> float:
    """Give the share of enforcement that growth departments block: logistic in how far growth outweighs ecology.

    Args:
        growth, ecology: weights of the evaluation, 0-1; coordination: 0-1.
        shape: largest share, steepness, and the gap of weights at half of it.

    Source: Jia and Nie 2017 (direction); docs/model.md (k).
    """
    most, slope, neutral = shape
    return most * (1.0 - coordination) / (1.0 + exp(-slope * (growth - ecology - neutral)))


def tenure_hazard(tenure: np.ndarray, middle: float, spread: float) -> np.ndarray:
    """Give the chance to be moved this quarter: logistic in the quarters spent in the post."""
    hazard: np.ndarray = 1.0 / (1.0 + np.exp(-(tenure - middle) / spread))
    return hazard


def choose_effort(zone: PilotZone) -> None:
    """Officials weigh growth against measured environment and residents' voice; honesty follows the audits.

    What nobody measures, stored waste, gets the supervision that measured tasks leave. Natives are lenient.

    Reads: officials.*; policy evaluation_green, evaluation_voice, coordination, control_points, audit_share;
    complaint_pressure, enforcement_money, the scenario's inspections.
    """
    officials, now, p = zone.officials, zone.policy.now, zone.p.officials
    green, voice = now.evaluation_green, now.evaluation_voice
    plain = max(p.growth_weight_least, 1.0 - green - voice)
    growth = plain * (1.0 + p.growth_tilt * officials.growth_first)
    unmeasured = voice * (p.voice_base + p.voice_pull * zone.complaint_pressure) + p.own_concern * officials.integrity
    ecology = green + unmeasured
    tasks = np.array([[growth, ecology], [ecology, p.waste_duty + unmeasured]]).transpose(0, 2, 1)
    split, looks = effort_split(tasks, np.array([[[1.0, p.enforcement_cost]], [[1.0, 1.0]]]))
    officials.growth_effort = split[:, 0]
    officials.waste_view = looks[:, 1] / p.waste_reference
    kappa = coordination_factor(p.departments, p.overlap, now.coordination)
    kappa *= 1.0 - veto_share(plain, green, now.coordination, (p.veto_most, p.veto_slope, p.veto_neutral))
    pulse = zone.path.inspection[zone.quarter]
    effort = (p.effort_floor + p.effort_gain * split[:, 1]) * (kappa * (1.0 - p.native_lenience * officials.native))
    officials.enforcement = clip((effort + p.pulse_effort * pulse) * zone.enforcement_money, 0.0, 1.0)
    zone.audit_quality = 1.0 - np.exp(-now.control_points / p.control_scale)
    zone.audit_found = now.audit_share * zone.audit_quality
    pressure = p.manipulation * green * (1.0 - officials.integrity) * ~officials.exposed
    officials.honesty = clip(1.0 - pressure * (1.0 - min(1.0, p.audit_deters * zone.audit_found)), p.honesty_floor, 1.0)


def evaluate_officials(zone: PilotZone) -> None:
    """Officials move on by tenure; in the last quarter of a year they are scored, promoted, audited or removed.

    Reads: officials.*, collusion.belief_start, official_repays; policy evaluation_green, evaluation_voice,
    accountability; reported growth and emissions.

    Source: Li and Zhou 2005; docs/model.md (b), (k).
    """
    officials, p = zone.officials, zone.p.officials
    count = len(officials.body)
    luck = zone.streams.at("evaluation", zone.quarter)
    noise, moves = luck.standard_normal(count), luck.random(count)
    traits, checks = luck.random((3, count)), luck.random((2, count))
    officials.tenure += 1
    hazard = tenure_hazard(officials.tenure, p.tenure_middle, p.tenure_spread)
    base = 0.0
    yearly = is_last_of_year(zone.quarter)
    if yearly:
        _audit_figures(zone, checks[0])
        _pursue_former(zone, checks[1])
        base = _score(zone, noise)
        rank = (officials.record - officials.record.mean()) / max(float(officials.record.std()), 1e-9)
        promoted = p.promotion_slope * np.maximum(0.0, rank) * (officials.tenure > p.promotion_quarters)
        hazard = 1.0 - (1.0 - hazard) * (1.0 - promoted)
    leaves = (moves < hazard) | (officials.caught & yearly)
    replace_officials(zone, leaves, traits)
    if yearly:
        officials.caught[:] = False
        _move_standing(zone, base)


def _audit_figures(zone: PilotZone, luck: np.ndarray) -> None:
    """Audits hold reported against true emissions; who embellished pays at the evaluation and may lose the post."""
    officials, p = zone.officials, zone.p.officials
    gap = 1.0 - officials.honesty
    found = luck < zone.audit_found * (1.0 - np.exp(-gap / p.gap_scale))
    officials.exposed = found
    removed = found & (luck < zone.audit_found * p.data_removed * gap)
    officials.caught |= removed
    officials.dismissed += float(removed.sum())


def _pursue_former(zone: PilotZone, luck: np.ndarray) -> None:
    """Those who left their post answer for what they took there, as far as accountability lasts; traces fade."""
    officials, p = zone.officials, zone.p.officials
    chance = zone.policy.now.accountability * p.pursuit * zone.audit_found
    pursued = (officials.former_take > 0.0) & (luck < chance)
    officials.pending_fine[:, 0] += np.where(pursued, zone.p.collusion.official_repays * officials.former_take, 0.0)
    officials.sees = np.minimum(1.0, officials.sees + p.former_lesson * float(pursued.mean()))
    officials.former_take = np.where(pursued, 0.0, officials.former_take * (1.0 - p.traces_fade))


def _score(zone: PilotZone, noise: np.ndarray) -> float:
    """Score the year and average it over the tenure; return the part all officials share."""
    officials, now, p = zone.officials, zone.policy.now, zone.p.officials
    plain = max(p.growth_weight_least, 1.0 - now.evaluation_green - now.evaluation_voice)
    growth, fall = zone.reported_year()
    base = plain * p.score_growth * growth + now.evaluation_green * p.score_green * fall
    base += now.evaluation_voice * p.score_voice * (zone.mean_trust - p.trust_neutral)
    effort = plain * officials.growth_effort + now.evaluation_green * officials.enforcement
    officials.score = base + effort + p.score_noise * noise - p.data_penalty * officials.exposed
    years = np.maximum(1.0, officials.tenure / QUARTERS)
    officials.record = officials.record + (officials.score - officials.record) / years
    return float(base)


def _move_standing(zone: PilotZone, base: float) -> None:
    """Standing with the level above, in points, follows the score and suffers from removals; it drifts to normal.

    Args:
        base: the part of the score that all officials share.
    """
    officials, p = zone.officials, zone.p.officials
    zone.standing += p.standing_from_score * (base - p.standing_neutral) - p.standing_scandal * officials.dismissed
    zone.standing += p.standing_return * (p.standing_start - zone.standing)
    zone.standing = min(max(zone.standing, 0.0), MOST_STANDING)
    if officials.dismissed > 0:
        zone.note(
            "officials_removed",
            place="zone",
            indicator="penalties",
            weight=float(officials.dismissed),
            count=officials.dismissed,
        )
    officials.dismissed = 0.0


def replace_officials(zone: PilotZone, leaves: np.ndarray, traits: np.ndarray) -> None:
    """A successor takes the post: own integrity, view and origin; deals end, what the predecessor took stays on file.

    Args:
        leaves: posts that change hands, shape (officials,).
        traits: uniform draws for integrity, view and origin, shape (3, officials).

    Reads: officials.growth_first_share, native_share, collusion.belief_start; policy evaluation_green.
    """
    officials, firms, p = zone.officials, zone.firms, zone.p.officials
    if not leaves.any():
        return
    green = zone.policy.now.evaluation_green
    officials.integrity = np.where(leaves, traits[0], officials.integrity)
    officials.growth_first = np.where(leaves, traits[1] < p.growth_first_share * (1.0 - green), officials.growth_first)
    officials.native = np.where(leaves, traits[2] < p.native_share, officials.native)
    officials.tenure = np.where(leaves, 0, officials.tenure)
    officials.sees = np.where(leaves, zone.p.collusion.belief_start, officials.sees)
    officials.former_take = officials.former_take + np.where(leaves, officials.take, 0.0)
    for name in ("take", "record"):
        getattr(officials, name)[leaves] = 0.0
    officials.exposed &= ~leaves
    firms.colluding &= ~leaves[firms.official]
