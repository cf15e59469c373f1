"""Officials split their effort by what their evaluation rewards; the tournament promotes, the audit removes.

Source: Holmstrom and Milgrom 1991; Li and Zhou 2005; docs/model.md (b), (k).
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS, is_last_of_year
from ccepz_sim.compiled import compiled
from ccepz_sim.rng import Stream

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


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


def choose_effort(zone: Zone) -> None:
    """Officials weigh growth against measured environment and residents' voice; honesty follows the audits.

    What nobody measures, stored waste, gets the supervision that measured tasks leave. Natives are lenient.

    Reads: officials.*; policy evaluation_green, evaluation_voice, coordination, control_points, audit_share;
    complaint_pressure, enforcement_money, the scenario's inspections.
    """
    officials, now, p = zone.officials, zone.policy.now, zone.p.officials
    green, voice = now.evaluation_green, now.evaluation_voice
    plain = max(p.growth_weight_least, 1.0 - green - voice)
    tasks = _rewarded(
        officials.growth_first, officials.integrity, green, plain,
        voice * (p.voice_base + p.voice_pull * zone.governance.complaint_pressure),
        p.growth_tilt, p.own_concern, p.waste_duty,
    )  # fmt: skip
    split, looks = effort_split(tasks, np.array([[[1.0, p.enforcement_cost]], [[1.0, 1.0]]]))
    kappa = coordination_factor(p.departments, p.overlap, now.coordination)
    kappa *= 1.0 - veto_share(plain, green, now.coordination, (p.veto_most, p.veto_slope, p.veto_neutral))
    zone.governance.audit_quality = 1.0 - exp(-now.control_points / p.control_scale)
    zone.governance.audit_found = now.audit_share * zone.governance.audit_quality
    _act(
        split, looks, officials.native, officials.integrity, officials.exposed,
        kappa, p.effort_floor, p.effort_gain, p.native_lenience, p.pulse_effort * zone.path.inspection[zone.quarter],
        zone.governance.enforcement_money, p.waste_reference,
        p.manipulation * green, min(1.0, p.audit_deters * zone.governance.audit_found), p.honesty_floor,
        officials.growth_effort, officials.waste_view, officials.enforcement, officials.honesty,
    )  # fmt: skip


@compiled
def _rewarded(
    growth_first: np.ndarray, integrity: np.ndarray, green: float, plain: float, voice: float,
    tilt: float, own_concern: float, waste_duty: float,
) -> np.ndarray:  # fmt: skip
    """Give the weight of each task, shape (2, officials, tasks): growth and ecology; ecology and stored waste."""
    tasks = np.empty((2, integrity.size, 2))
    for one in range(integrity.size):
        unmeasured = voice + own_concern * integrity[one]
        tasks[0, one, 0] = plain * (1.0 + tilt * growth_first[one])
        tasks[0, one, 1] = tasks[1, one, 0] = green + unmeasured
        tasks[1, one, 1] = waste_duty + unmeasured
    return tasks


@compiled
def _act(
    split: np.ndarray, looks: np.ndarray, native: np.ndarray, integrity: np.ndarray, exposed: np.ndarray,
    kappa: float, floor: float, gain: float, native_lenience: float, pulse: float,
    money: float, waste_reference: float,
    manipulation: float, deterred: float, honesty_floor: float,
    growth_effort: np.ndarray, waste_view: np.ndarray, enforcement: np.ndarray, honesty: np.ndarray,
) -> None:  # fmt: skip
    """Set growth effort, supervision of stored waste, enforcement and honesty of each official."""
    for one in range(integrity.size):
        growth_effort[one] = split[one, 0]
        waste_view[one] = looks[one, 1] / waste_reference
        effort = (floor + gain * split[one, 1]) * (kappa * (1.0 - native_lenience * native[one]))
        enforcement[one] = min(max((effort + pulse) * money, 0.0), 1.0)
        pressure = 0.0 if exposed[one] else manipulation * (1.0 - integrity[one])
        honesty[one] = min(max(1.0 - pressure * (1.0 - deterred), honesty_floor), 1.0)


def evaluate_officials(zone: Zone) -> None:
    """Officials move on by tenure; in the last quarter of a year they are scored, promoted, audited or removed.

    Reads: officials.*, collusion.belief_start, official_repays; policy evaluation_green, evaluation_voice,
    accountability; reported growth and emissions.

    Source: Li and Zhou 2005; docs/model.md (b), (k).
    """
    officials, p = zone.officials, zone.p.officials
    count = len(officials.body)
    luck = zone.streams.at(Stream.EVALUATION, zone.quarter)
    noise, moves = luck.standard_normal(count), luck.random(count)
    traits, checks = luck.random((3, count)), luck.random((2, count))
    officials.tenure[:] += 1
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


def _audit_figures(zone: Zone, luck: np.ndarray) -> None:
    """Audits hold reported against true emissions; who embellished pays at the evaluation and may lose the post."""
    officials, p = zone.officials, zone.p.officials
    gap = 1.0 - officials.honesty
    found = luck < zone.governance.audit_found * (1.0 - np.exp(-gap / p.gap_scale))
    officials.exposed[:] = found
    removed = found & (luck < zone.governance.audit_found * p.data_removed * gap)
    officials.caught[:] |= removed
    zone.count.dismissed += float(removed.sum())


def _pursue_former(zone: Zone, luck: np.ndarray) -> None:
    """Those who left their post answer for what they took there, as far as accountability lasts; traces fade."""
    officials, p = zone.officials, zone.p.officials
    chance = zone.policy.now.accountability * p.pursuit * zone.governance.audit_found
    pursued = (officials.former_take > 0.0) & (luck < chance)
    officials.pending_fine[:, 0] += np.where(pursued, zone.p.collusion.official_repays * officials.former_take, 0.0)
    officials.sees[:] = np.minimum(1.0, officials.sees + p.former_lesson * float(pursued.mean()))
    officials.former_take[:] = np.where(pursued, 0.0, officials.former_take * (1.0 - p.traces_fade))


def _score(zone: Zone, noise: np.ndarray) -> float:
    """Score the year and average it over the tenure; return the part all officials share."""
    officials, now, p = zone.officials, zone.policy.now, zone.p.officials
    plain = max(p.growth_weight_least, 1.0 - now.evaluation_green - now.evaluation_voice)
    growth, fall = zone.governance.reported_growth, zone.governance.reported_fall
    base = plain * p.score_growth * growth + now.evaluation_green * p.score_green * fall
    base += now.evaluation_voice * p.score_voice * (zone.governance.mean_trust - p.trust_neutral)
    effort = plain * officials.growth_effort + now.evaluation_green * officials.enforcement
    officials.score[:] = base + effort + p.score_noise * noise - p.data_penalty * officials.exposed
    years = np.maximum(1.0, officials.tenure / QUARTERS)
    officials.record[:] = officials.record + (officials.score - officials.record) / years
    return float(base)


def _move_standing(zone: Zone, base: float) -> None:
    """Standing with the level above, in points, follows the score and suffers from removals; it drifts to normal.

    Args:
        base: the part of the score that all officials share.
    """
    governance, p, dismissed = zone.governance, zone.p.officials, zone.count.dismissed
    standing = governance.standing
    standing += p.standing_from_score * (base - p.standing_neutral) - p.standing_scandal * dismissed
    standing += p.standing_return * (p.standing_start - standing)
    governance.standing = min(max(standing, 0.0), MOST_STANDING)
    if dismissed > 0:
        zone.note("officials_removed", place="zone", indicator="penalties", weight=dismissed, count=dismissed)
    zone.count.dismissed = 0.0


def replace_officials(zone: Zone, leaves: np.ndarray, traits: np.ndarray) -> None:
    """A successor takes the post: own integrity, view and origin; deals end, what the predecessor took stays on file.

    Args:
        leaves: posts that change hands, shape (officials,).
        traits: uniform draws for integrity, view and origin, shape (3, officials).

    Reads: officials.growth_first_share, native_share, collusion.belief_start; policy evaluation_green.
    """
    officials, firms, p = zone.officials, zone.firms, zone.p.officials
    if not leaves.any():
        return
    _succeed(
        leaves, traits, p.growth_first_share * (1.0 - zone.policy.now.evaluation_green), p.native_share,
        zone.p.collusion.belief_start, firms.official,
        officials.integrity, officials.growth_first, officials.native, officials.tenure, officials.sees,
        officials.take, officials.former_take, officials.record, officials.exposed, firms.colluding,
    )  # fmt: skip


@compiled
def _succeed(
    leaves: np.ndarray, traits: np.ndarray, growth_first_share: float, native_share: float, belief: float,
    official: np.ndarray,
    integrity: np.ndarray, growth_first: np.ndarray, native: np.ndarray, tenure: np.ndarray, sees: np.ndarray,
    take: np.ndarray, former_take: np.ndarray, record: np.ndarray, exposed: np.ndarray, colluding: np.ndarray,
) -> None:  # fmt: skip
    """Put a successor into each post that changes hands and end the deals of the predecessor."""
    for one in range(leaves.size):
        if leaves[one]:
            integrity[one] = traits[0, one]
            growth_first[one] = traits[1, one] < growth_first_share
            native[one] = traits[2, one] < native_share
            tenure[one] = 0
            sees[one] = belief
            former_take[one] += take[one]
            take[one] = record[one] = 0.0
            exposed[one] = False
    for firm in range(official.size):
        if leaves[official[firm]]:
            colluding[firm] = False
