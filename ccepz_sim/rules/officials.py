"""Officials split their effort by what their evaluation rewards; the tournament promotes, the audit removes.

Source: Holmstrom and Milgrom 1991; Li and Zhou 2005; docs/model.md (b), (k).
"""

from __future__ import annotations

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


def choose_effort(zone: PilotZone) -> None:
    """Officials weigh growth against measured environment and residents' voice; honesty follows the audits.

    Reads: officials.*; policy evaluation_green, evaluation_voice, coordination, control_points, audit_share;
    complaint_pressure, enforcement_money, the scenario's inspections.
    """
    officials, now, p = zone.officials, zone.policy.now, zone.p.officials
    green = now.evaluation_green
    voice = now.evaluation_voice
    complaints = zone.complaint_pressure
    growth = max(p.growth_weight_least, 1.0 - green - voice) * (1.0 + p.growth_tilt * officials.growth_first)
    ecology = green + voice * (p.voice_base + p.voice_pull * complaints) + p.own_concern * officials.integrity
    split = effort_split(np.column_stack([growth, ecology]), np.array([1.0, p.enforcement_cost]))
    officials.growth_effort = split[:, 0]
    kappa = coordination_factor(p.departments, p.overlap, now.coordination)
    pulse = zone.path.inspection[zone.quarter]
    effort = (p.effort_floor + p.effort_gain * split[:, 1]) * kappa + p.pulse_effort * pulse
    officials.enforcement = clip(effort * zone.enforcement_money, 0.0, 1.0)
    zone.audit_quality = 1.0 - np.exp(-now.control_points / p.control_scale)
    found = now.audit_share * zone.audit_quality
    zone.audit_found = found
    pressure = p.manipulation * green * (1.0 - officials.integrity) * (1.0 - min(1.0, p.audit_deters * found))
    officials.honesty = clip(1.0 - pressure, p.honesty_floor, 1.0)


def evaluate_officials(zone: PilotZone) -> None:
    """In the last quarter of a year officials are scored, promoted or rotated; standing follows the scores.

    Reads: officials.*, collusion.belief_start; policy evaluation_green, evaluation_voice;
    reported growth and emissions.

    Source: Li and Zhou 2005; docs/model.md (b), (k).
    """
    if not is_last_of_year(zone.quarter):
        return
    officials, now, p = zone.officials, zone.policy.now, zone.p.officials
    luck = zone.streams.at("evaluation", zone.quarter)
    noise, promotion = luck.standard_normal(len(officials.body)), luck.random(len(officials.body))
    traits = luck.random((3, len(officials.body)))
    growth = zone.growth_of_gdp()
    measured = zone.fall_of_reported_emissions()
    weight_growth = max(p.growth_weight_least, 1.0 - now.evaluation_green - now.evaluation_voice)
    base = weight_growth * p.score_growth * growth + now.evaluation_green * p.score_green * measured
    base += now.evaluation_voice * p.score_voice * (zone.mean_trust - p.trust_neutral)
    effort = weight_growth * officials.growth_effort + now.evaluation_green * officials.enforcement
    officials.score = base + effort + p.score_noise * noise
    officials.tenure += QUARTERS
    rank = (officials.score - officials.score.mean()) / max(float(officials.score.std()), 1e-9)
    hazard = p.rotation + p.promotion_slope * np.maximum(0.0, rank) * (officials.tenure > p.promotion_quarters)
    hazard = np.where(officials.tenure > p.tenure_most, 1.0, hazard)
    leaves = (promotion < hazard) | officials.caught
    replace_officials(zone, leaves, traits)
    officials.caught[:] = False
    _move_standing(zone, base)


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
    """A successor takes the post: own integrity and view, no ties yet, deals of the predecessor end.

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
    stops = leaves[firms.official] & firms.colluding
    firms.colluding &= ~stops
