"""Officials split their effort by what their evaluation rewards; the tournament promotes, the audit removes.

Source: Holmstrom and Milgrom 1991; Li and Zhou 2005; docs/model.md (b), (k).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS, is_last_of_year
from ccepz_sim.numerics.compiled import Value, compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, lasting, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import normal

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

MOST_STANDING = 100.0  # points
NEXT = 1 << 16  # between the number of an official and that of the successor: more than there are posts
MOVES, FIGURES, FORMER = NUMBERS[Stream.EVALUATION], NUMBERS[Stream.FIGURES], NUMBERS[Stream.FORMER]
SCORES, SUCCESSORS = NUMBERS[Stream.SCORES], NUMBERS[Stream.SUCCESSORS]
INTEGRITY, VIEW, ORIGIN = range(3)


@compiled
def effort_split(weight: float, cost: float, other_weight: float, other_cost: float) -> float:
    """Give the share of effort for a measured task beside another, in proportion to weight over cost. Benchmark B15.

    Source: Holmstrom and Milgrom 1991.
    """
    pull, other = weight / cost, other_weight / other_cost
    return pull / max(pull + other, 1e-12)


@compiled
def coordination_factor(departments: float, overlap: float, coordination: float) -> float:
    """Dilute enforcement by parallel mandates: 1 / (1 + omega (n - 1) (1 - coordination)).

    Args:
        departments: how many share the task; overlap: omega; coordination: 0-1.
    """
    return 1.0 / (1.0 + overlap * (departments - 1.0) * (1.0 - coordination))


@compiled
def veto_share(growth: float, ecology: float, coordination: float, shape: tuple[float, float, float]) -> float:
    """Give the share of enforcement that growth departments block: logistic in how far growth outweighs ecology.

    Args:
        growth, ecology: weights of the evaluation, 0-1; coordination: 0-1.
        shape: largest share, steepness, and the gap of weights at half of it.

    Source: Jia and Nie 2017 (direction); docs/model.md (k).
    """
    most, slope, neutral = shape
    return most * (1.0 - coordination) / (1.0 + np.exp(-slope * (growth - ecology - neutral)))


@compiled
def tenure_hazard(tenure: Value, middle: float, spread: float) -> Value:
    """Give the chance to be moved this quarter: logistic in the quarters spent in the post."""
    hazard: Value = 1.0 / (1.0 + np.exp(-(tenure - middle) / spread))
    return hazard


@compiled
def choose_effort(zone: Zone) -> None:
    """Officials weigh growth against measured environment and residents' voice; honesty follows the audits.

    What nobody measures, stored waste, gets the supervision that measured tasks leave. Natives are lenient.

    Reads: officials.*; policy evaluation_green, evaluation_voice, coordination, control_points, audit_share;
    complaint_pressure, enforcement_money, the scenario's inspections.
    """
    officials, governance, now, p = zone.officials, zone.governance, zone.policy.now, zone.p.officials
    green = now.evaluation_green
    plain = max(p.growth_weight_least, 1.0 - green - now.evaluation_voice)
    voice = now.evaluation_voice * (p.voice_base + p.voice_pull * governance.complaint_pressure)
    kappa = coordination_factor(p.departments, p.overlap, now.coordination)
    kappa *= 1.0 - veto_share(plain, green, now.coordination, (p.veto_most, p.veto_slope, p.veto_neutral))
    governance.audit_quality = 1.0 - np.exp(-now.control_points / p.control_scale)
    governance.audit_found = now.audit_share * governance.audit_quality
    deterred = min(1.0, p.audit_deters * governance.audit_found)
    pulse = p.pulse_effort * zone.path.inspection[zone.quarter]
    for one in range(officials.rows):
        corrupt = 1.0 - officials.integrity[one]
        unmeasured = voice + p.own_concern * officials.integrity[one]
        growth, ecology = plain * (1.0 + p.growth_tilt * officials.growth_first[one]), green + unmeasured
        officials.growth_effort[one] = effort_split(growth, 1.0, ecology, p.enforcement_cost)
        looks = effort_split(p.waste_duty + unmeasured, 1.0, ecology, 1.0)
        officials.waste_view[one] = looks / p.waste_reference
        effort = p.effort_floor + p.effort_gain * effort_split(ecology, p.enforcement_cost, growth, 1.0)
        effort *= kappa * (1.0 - p.native_lenience * officials.native[one])
        officials.enforcement[one] = min(max((effort + pulse) * governance.enforcement_money, 0.0), 1.0)
        pressure = 0.0 if officials.exposed[one] else p.manipulation * green * corrupt
        officials.honesty[one] = min(max(1.0 - pressure * (1.0 - deterred), p.honesty_floor), 1.0)


def evaluate_officials(zone: Zone) -> None:
    """Officials move on by tenure; in the last quarter of a year they are scored, promoted, audited or removed.

    Reads: officials.*, collusion.belief_start, official_repays; policy evaluation_green, evaluation_voice,
    accountability; reported growth and emissions.

    Source: Li and Zhou 2005; docs/model.md (b), (k).
    """
    yearly = is_last_of_year(zone.quarter)
    base = call_to_account(zone) if yearly else 0.0
    change_posts(zone, yearly)
    if yearly:
        zone.officials.caught[:] = False
        _move_standing(zone, base)


@compiled
def call_to_account(zone: Zone) -> float:
    """Audit the figures and former holders, score the year, and give the part of the score that all share."""
    _audit_figures(zone)
    _pursue_former(zone)
    return _score(zone)


@compiled
def _audit_figures(zone: Zone) -> None:
    """Audits hold reported against true emissions; who embellished pays at the evaluation and may lose the post."""
    officials, p, found = zone.officials, zone.p.officials, zone.governance.audit_found
    key = passing(zone, FIGURES)
    for one in range(officials.rows):
        gap, luck = 1.0 - officials.honesty[one], draw(key, officials.who[one])
        exposed = luck < found * (1.0 - np.exp(-gap / p.gap_scale))
        officials.exposed[one] = exposed
        if exposed and luck < found * p.data_removed * gap:
            officials.caught[one] = True
            zone.count.dismissed += 1.0


@compiled
def _pursue_former(zone: Zone) -> None:
    """Those who left their post answer for what they took there, as far as accountability lasts; traces fade."""
    officials, p = zone.officials, zone.p.officials
    chance = zone.policy.now.accountability * p.pursuit * zone.governance.audit_found
    luck, pursued = passing(zone, FORMER), 0.0
    for one in range(officials.rows):
        if officials.former_take[one] > 0.0 and draw(luck, officials.who[one]) < chance:
            officials.pending_fine[one, 0] += zone.p.collusion.official_repays * officials.former_take[one]
            officials.former_take[one] = 0.0
            pursued += 1.0
        officials.former_take[one] *= 1.0 - p.traces_fade  # in shares: once a year
    for one in range(officials.rows):
        lesson = p.former_lesson * pursued / officials.rows
        officials.sees[one] = min(1.0, officials.sees[one] + lesson)


@compiled
def _score(zone: Zone) -> float:
    """Score the year and average it over the tenure; return the part all officials share."""
    officials, governance, now, p = zone.officials, zone.governance, zone.policy.now, zone.p.officials
    plain = max(p.growth_weight_least, 1.0 - now.evaluation_green - now.evaluation_voice)
    base = plain * p.score_growth * governance.reported_growth
    base += now.evaluation_green * p.score_green * governance.reported_fall
    base += now.evaluation_voice * p.score_voice * (governance.mean_trust - p.trust_neutral)
    luck = passing(zone, SCORES)
    for one in range(officials.rows):
        effort = plain * officials.growth_effort[one] + now.evaluation_green * officials.enforcement[one]
        noise = p.score_noise * normal(luck, officials.who[one])
        score = base + effort + noise - p.data_penalty * officials.exposed[one]
        years = max(1.0, (officials.tenure[one] + 1) / QUARTERS)  # in numbers: of evaluations
        officials.score[one] = score
        officials.record[one] += (score - officials.record[one]) / years
    return base


@compiled
def change_posts(zone: Zone, yearly: bool) -> None:
    """Officials leave by tenure, by promotion at the end of a year, and where they were caught."""
    officials, p = zone.officials, zone.p.officials
    mean, spread = officials.record.mean(), max(officials.record.std(), 1e-9)
    luck, leaves, count = passing(zone, MOVES), np.zeros(officials.rows, dtype=np.bool_), 0
    for one in range(officials.rows):
        officials.tenure[one] += 1
        stays = 1.0 - tenure_hazard(float(officials.tenure[one]), p.tenure_middle, p.tenure_spread)
        if yearly and officials.tenure[one] > p.promotion_quarters:
            above = max(0.0, (officials.record[one] - mean) / spread)
            stays *= 1.0 - p.promotion_slope * above  # in shares: once a year
        leaves[one] = draw(luck, officials.who[one]) < 1.0 - stays or (yearly and officials.caught[one])
        count += leaves[one]
    if count > 0:
        replace_officials(zone, leaves)


def _move_standing(zone: Zone, base: float) -> None:
    """Standing with the level above, in points, follows the score and suffers from removals; it drifts to normal.

    Args:
        base: the part of the score that all officials share.
    """
    governance, p, dismissed = zone.governance, zone.p.officials, zone.count.dismissed
    standing = governance.standing
    scandal = p.standing_scandal * dismissed  # in points: persons were counted
    standing += p.standing_from_score * (base - p.standing_neutral) - scandal
    standing += p.standing_return * (p.standing_start - standing)  # in points: once a year
    governance.standing = min(max(standing, 0.0), MOST_STANDING)
    if dismissed > 0:
        zone.note("officials_removed", place="zone", indicator="penalties", weight=dismissed, count=dismissed)
    zone.count.dismissed = 0.0


@compiled
def replace_officials(zone: Zone, leaves: np.ndarray) -> None:
    """A successor takes the post: own integrity, view and origin; deals end, what the predecessor took stays on file.

    Args:
        leaves: posts that change hands, shape (officials,).

    Reads: officials.growth_first_share, native_share, collusion.belief_start; policy evaluation_green.
    """
    officials, firms, p = zone.officials, zone.firms, zone.p.officials
    growth_first = p.growth_first_share * (1.0 - zone.policy.now.evaluation_green)
    luck = lasting(zone.keys, SUCCESSORS)
    for one in range(officials.rows):
        if leaves[one]:
            officials.who[one] += NEXT
            who = officials.who[one]
            officials.integrity[one] = draw(narrow(luck, INTEGRITY), who)
            officials.growth_first[one] = draw(narrow(luck, VIEW), who) < growth_first
            officials.native[one] = draw(narrow(luck, ORIGIN), who) < p.native_share
            officials.tenure[one] = 0
            officials.sees[one] = zone.p.collusion.belief_start
            officials.former_take[one] += officials.take[one]
            officials.take[one] = officials.record[one] = 0.0
            officials.exposed[one] = False
    for firm in range(firms.rows):
        if leaves[firms.official[firm]]:
            firms.colluding[firm] = firms.waste_deal[firm] = False
