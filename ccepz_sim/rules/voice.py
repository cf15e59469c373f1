"""Public opinion: awareness of harm, complaints, replies and trust; peers' punishment teaches what detection is.

Source: DeGroot 1974; Deffuant et al. 2000; Buntaine et al. 2024 (visible appeals work); docs/model.md (f).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ccepz_sim.compiled import compiled
from ccepz_sim.rules.collusion import shares_by_place
from ccepz_sim.state.population import BLOCK, LANES

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

Number = TypeVar("Number", float, np.float32)

FAR = 9.0  # an opinion nobody is in reach of


@compiled
def belief_after(
    belief: np.ndarray, punished: np.ndarray, cases: np.ndarray, speed: float, prior: tuple[float, float]
) -> np.ndarray:
    """Learn the chance of detection from peers: the punished among the colluding or punished, with a Beta prior.

    Args:
        belief: 0-1; punished, cases: numbers among peers, same shape.
        speed: weight of the quarter; prior: counts of punished and of unpunished cases.

    Source: Hammond 2000; docs/model.md (a).
    """
    seen = (punished + prior[0]) / (cases + prior[0] + prior[1])
    return (1.0 - speed) * belief + speed * seen


@compiled
def drift(own: Number, mean: Number, speed: Number, reach: Number) -> Number:
    """Move one opinion toward the mean, see `drift_to_mean`."""
    gap = mean - own
    return own + speed * gap if abs(gap) < reach else own


@compiled
def drift_to_mean(own: np.ndarray, mean: np.ndarray, speed: float, reach: float) -> np.ndarray:
    """Move opinions toward the mean of the town when it is within reach (bounded confidence).

    Args:
        own, mean: 0-1, one shape; speed: share of the gap closed; reach: largest gap that still influences.

    Source: DeGroot 1974; Deffuant et al. 2000.
    """
    moved = np.empty_like(own)
    for row in range(own.size):
        moved[row] = drift(own[row], mean[row], speed, reach)
    return moved


def form_opinions(zone: Zone) -> None:
    """Update beliefs of firms and officials, then awareness, complaints, replies and trust of residents.

    Reads: voice.*, collusion.belief_*, prior_*, salience, pulse_fear, own_lesson, official_audit_view; policy
    disclosure, media, education, reply_duty, evaluation_voice; the scenario's inspections.
    """
    _learn_detection(zone)
    _awareness_and_trust(zone)


def _learn_detection(zone: Zone) -> None:
    """Firms learn from punished peers and central inspections, officials from their firms and from audits."""
    firms, officials, c = zone.firms, zone.officials, zone.p.collusion
    _learn_from_peers(
        firms.sees,
        firms.place,
        firms.alive,
        firms.colluding,
        firms.punished,
        zone.world.place_count,
        c.belief_speed,
        c.prior_hit,
        c.prior_miss,
        c.salience * zone.policy.now.disclosure,
        c.pulse_fear * float(zone.path.inspection[zone.quarter]),
        c.belief_floor,
        c.own_lesson,
    )
    audited = float(zone.governance.audit_found) * c.official_audit_view
    _hear_from_firms(officials.sees, firms.sees, firms.official, firms.alive, audited, c.belief_speed)


@compiled
def _learn_from_peers(
    sees: np.ndarray,
    place: np.ndarray,
    alive: np.ndarray,
    colluding: np.ndarray,
    punished: np.ndarray,
    places: int,
    speed: float,
    prior_hit: float,
    prior_miss: float,
    salience: float,
    pulse_fear: float,
    floor: float,
    own_lesson: float,
) -> None:
    """Firms learn from those of their place, the more where cases are disclosed, and from their own punishment."""
    cases, hit = np.zeros(places), np.zeros(places)
    for firm in range(sees.size):
        if alive[firm] and (colluding[firm] or punished[firm]):
            cases[place[firm]] += 1.0
            hit[place[firm]] += punished[firm]
    share = shares_by_place(place, alive, punished, places)
    for firm in range(sees.size):
        here = place[firm]
        near = belief_after(sees[firm], hit[here], cases[here], speed, (prior_hit, prior_miss))
        belief = min(max(near * (1.0 + salience * share[here]) + pulse_fear, floor), 1.0)
        sees[firm] = min(1.0, belief + own_lesson) if punished[firm] else belief


@compiled
def _hear_from_firms(
    sees: np.ndarray, firm_sees: np.ndarray, official: np.ndarray, alive: np.ndarray, audited: float, speed: float
) -> None:
    """Officials learn from the firms they answer for and from audits."""
    told, count = np.zeros(sees.size), np.zeros(sees.size)
    for firm in range(firm_sees.size):
        if alive[firm]:
            told[official[firm]] += firm_sees[firm]
            count[official[firm]] += 1.0
    for row in range(sees.size):
        heard = (told[row] / count[row] if count[row] > 0.0 else sees[row]) + audited
        sees[row] = min(max(sees[row] + speed * (heard - sees[row]), 0.0), 1.0)


def _awareness_and_trust(zone: Zone) -> None:
    """Residents learn what harms them, some complain, offices answer, and trust follows the answers."""
    towns, p = zone.towns, zone.p.voice
    persons = np.maximum(1, zone.population.persons[:-1])
    light = p.hidden_harm + zone.policy.now.disclosure + p.media_weight * zone.policy.now.media
    harm = towns.harm * light
    _become_aware(zone, persons, harm)
    _reply(zone, persons)
    _trust(zone, persons, harm)
    inside = slice(zone.world.zone_count)
    zone.governance.mean_trust = float(towns.trust[inside] @ persons[inside]) / float(persons[inside].sum())


def _become_aware(zone: Zone, persons: np.ndarray, harm: np.ndarray) -> None:
    """Awareness moves toward harm, teaching and the opinion of the town; the aware, harmed and trusting complain.

    Args:
        persons: head counts, at least 1, shape (places,).
        harm: harm people can connect with pollution, 0 upwards, shape (places,).
    """
    people, towns, now, p = zone.population, zone.towns, zone.policy.now, zone.p.voice
    cells, near = people.cells, zone.world.zone_count
    per_head = now.education / max(1.0, float(persons[:near].sum()))
    sense, pull, mean, drive = _impulses(
        cells.town,
        cells.skill,
        persons,
        harm,
        towns.harm,
        towns.awareness,
        near,
        p.signal_base,
        p.education_effect * math.log1p(per_head / p.education_scale),
        p.learning,
        p.skill_learning,
        p.complain_base,
        p.complain_harm,
        p.free_ride,
        p.complain_voice * now.evaluation_voice,
    )
    odds, sums = np.empty(min(BLOCK, people.used), dtype=np.float32), np.zeros((LANES, cells.count + 1, 2))
    for _, rows in people.blocks():
        cell, own, against = people.cell[rows], people.awareness[rows], odds[: rows.stop - rows.start]
        _learn(
            cell,
            own,
            people.trust[rows],
            sense,
            pull,
            mean,
            drive,
            p.imitation,
            p.reach,
            p.complain_aware,
            p.complain_trust,
            against,
        )
        np.exp(against, out=against)  # NumPy takes several at a time
        _add_up(cell, people.weight[rows], own, against, p.complaint_most, sums)
    _sum_by_place(sums, cells.town, persons, zone.world.in_zone, towns.awareness, towns.complaints)


@compiled
def _impulses(
    town_of: np.ndarray,
    skill_of: np.ndarray,
    persons: np.ndarray,
    harm: np.ndarray,
    true_harm: np.ndarray,
    awareness: np.ndarray,
    near: int,
    signal_base: float,
    taught: float,
    learning: float,
    skill_learning: float,
    complain_base: float,
    complain_harm: float,
    free_ride: float,
    say: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give what moves residents by cell, float32: sense, pull of the signal, mean of the town, drive to complain.

    Nothing moves those outside, and rows nobody holds.
    """
    size, one = town_of.size, np.float32(1.0)
    sense, pull = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.float32)
    mean, drive = np.full(size, np.float32(FAR)), np.zeros(size, dtype=np.float32)
    for cell in range(size):
        place = town_of[cell]
        if 0 <= place < persons.size:
            signal = signal_base + harm[place]
            if place < near:
                signal += taught
            sense[cell] = np.float32(learning) * (one + np.float32(skill_learning) * np.float32(skill_of[cell]))
            pull[cell] = sense[cell] * np.float32(min(max(signal, 0.0), 1.0))
            mean[cell] = awareness[place]
            drive[cell] = complain_base + complain_harm * true_harm[place] - free_ride * np.log(persons[place]) + say
    return sense, pull, mean, drive


@compiled
def _learn(
    cell: np.ndarray,
    awareness: np.ndarray,
    trust: np.ndarray,
    sense: np.ndarray,
    pull: np.ndarray,
    mean: np.ndarray,
    drive: np.ndarray,
    imitation: float,
    reach: float,
    complain_aware: float,
    complain_trust: float,
    against: np.ndarray,
) -> None:
    """Learn from the signal and from the town; note log odds against a complaint. All float32, by resident."""
    speed, near = np.float32(imitation), np.float32(reach)
    by_awareness, by_trust = np.float32(complain_aware), np.float32(complain_trust)
    for row in range(cell.size):
        kind, own = cell[row], awareness[row]
        own -= sense[kind] * own
        own += pull[kind]
        own = drift(own, mean[kind], speed, near)
        awareness[row] = own
        against[row] = -by_awareness * own - by_trust * trust[row] - drive[kind]


@compiled
def _add_up(
    cell: np.ndarray,
    weight: np.ndarray,
    awareness: np.ndarray,
    odds: np.ndarray,
    complaint_most: float,
    sums: np.ndarray,
) -> None:
    """Sum awareness and complaints of persons by cell, in lanes."""
    most, one = np.float32(complaint_most), np.float32(1.0)
    for row in range(cell.size):
        persons = np.float64(weight[row])
        sums[row % LANES, cell[row], 0] += persons * awareness[row]
        sums[row % LANES, cell[row], 1] += persons * (most / (odds[row] + one))


@compiled
def _sum_by_place(
    sums: np.ndarray,
    town_of: np.ndarray,
    persons: np.ndarray,
    in_zone: np.ndarray,
    awareness: np.ndarray,
    complaints: np.ndarray,
) -> None:
    """Give the mean awareness and the complaints of places, from sums of shape (LANES, cells + 1, 2)."""
    awareness[:] = 0.0
    complaints[:] = 0.0
    for cell in range(town_of.size):
        place = town_of[cell]
        if 0 <= place < persons.size:
            for lane in range(LANES):
                awareness[place] += sums[lane, cell, 0]
                complaints[place] += sums[lane, cell, 1]
    for place in range(persons.size):
        awareness[place] /= persons[place]
        # whole complaints: a processor's own rounding of the exponential cannot reach what officials react to
        complaints[place] = np.rint(complaints[place]) * in_zone[place]


def _reply(zone: Zone, persons: np.ndarray) -> None:
    """Offices answer in the measure of their duty; flooded ones answer a smaller share."""
    towns, p = zone.towns, zone.p.voice
    pressure = _answer(
        towns.complaints,
        persons,
        towns.reply_rate,
        towns.answered,
        zone.towns.voice,
        zone.world.zone_count,
        zone.policy.now.reply_duty,
        p.overload,
        p.overload_at,
        p.reply_speed,
        p.strength_scale,
        p.strength_most,
        p.silent_part,
        p.pressure_scale,
    )
    zone.governance.complaint_pressure = pressure / zone.world.zone_count


@compiled
def _answer(
    complaints: np.ndarray,
    persons: np.ndarray,
    reply_rate: np.ndarray,
    answered: np.ndarray,
    strength: np.ndarray,
    near: int,
    duty: float,
    overload: float,
    overload_at: float,
    speed: float,
    strength_scale: float,
    strength_most: float,
    silent_part: float,
    pressure_scale: float,
) -> float:
    """Set replies and the strength of voice by place; give the pressure, 0-1, summed over the places of the zone."""
    pressure = 0.0
    for place in range(persons.size):
        each = complaints[place] / persons[place]
        capacity = duty * (1.0 - overload * min(1.0, each / overload_at))
        reply_rate[place] += speed * (min(max(capacity, 0.0), 1.0) - reply_rate[place])
        answered[place] = complaints[place] * reply_rate[place]
        strength[place] = min(strength_most, each / strength_scale * (silent_part + reply_rate[place]))
        if place < near:
            pressure += min(1.0, each / pressure_scale)
    return pressure


def _trust(zone: Zone, persons: np.ndarray, harm: np.ndarray) -> None:
    """Trust moves toward what replies and a say in evaluation earn, less harm felt and cases disclosed."""
    people, firms, towns, now, p = zone.population, zone.firms, zone.towns, zone.policy.now, zone.p.voice
    scandal = shares_by_place(firms.place, firms.alive, firms.punished, len(persons)) * now.disclosure
    earned = p.trust_base + p.trust_reply * towns.reply_rate + p.trust_voice * now.evaluation_voice
    _follow_answers(
        people.cell[: people.used],
        people.trust,
        people.awareness,
        people.weight,
        people.cells.town,
        earned - p.trust_scandal * scandal,
        p.trust_harm * harm,
        p.trust_speed,
        towns.trust,
    )
    towns.trust[:] /= persons


@compiled
def _follow_answers(
    cell: np.ndarray,
    trust: np.ndarray,
    awareness: np.ndarray,
    weight: np.ndarray,
    town_of: np.ndarray,
    earned: np.ndarray,
    felt: np.ndarray,
    trust_speed: float,
    summed: np.ndarray,
) -> None:
    """Move the trust of residents, float32, and sum it up by place; earned, felt, summed: shape (places,)."""
    size, zero, one = town_of.size, np.float32(0.0), np.float32(1.0)
    good, bad, speed = np.zeros((3, size), dtype=np.float32)
    for kind in range(size):
        place = town_of[kind]
        if 0 <= place < earned.size:
            good[kind], bad[kind], speed[kind] = earned[place], felt[place], trust_speed
    sums = np.zeros((LANES, size))
    for row in range(cell.size):
        kind, own = cell[row], trust[row]
        own += (min(max(good[kind] - bad[kind] * awareness[row], zero), one) - own) * speed[kind]
        trust[row] = own
        sums[row % LANES, kind] += np.float64(weight[row]) * own
    summed[:] = 0.0
    for kind in range(size):
        if 0 <= town_of[kind] < earned.size:
            for lane in range(LANES):
                summed[town_of[kind]] += sums[lane, kind]
