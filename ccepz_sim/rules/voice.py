"""Public opinion: awareness of harm, complaints, replies and trust; peers' punishment teaches what detection is.

Source: DeGroot 1974; Deffuant et al. 2000; Buntaine et al. 2024 (visible appeals work); docs/model.md (f).
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numeric import clip
from ccepz_sim.rules.collusion import peer_shares

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

FAR = 9.0  # an opinion nobody is in reach of


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
    learned: np.ndarray = (1.0 - speed) * belief + speed * seen
    return learned


def drift_to_mean(own: np.ndarray, mean: np.ndarray, speed: float, reach: float) -> np.ndarray:
    """Move opinions toward the mean of the town when it is within reach (bounded confidence).

    Args:
        own, mean: 0-1, one shape; speed: share of the gap closed; reach: largest gap that still influences.

    Source: DeGroot 1974; Deffuant et al. 2000.
    """
    gap = mean - own
    moved = np.where(np.abs(gap) < reach, gap, gap.dtype.type(0.0))
    moved *= speed
    moved += own
    return moved


def form_opinions(zone: PilotZone) -> None:
    """Update beliefs of firms and officials, then awareness, complaints, replies and trust of residents.

    Reads: voice.*, collusion.belief_*, prior_*, salience, pulse_fear, own_lesson, official_audit_view; policy
    disclosure, media, education, reply_duty, evaluation_voice; the scenario's inspections.
    """
    _learn_detection(zone)
    _awareness_and_trust(zone)


def _learn_detection(zone: PilotZone) -> None:
    """Firms learn from punished peers and central inspections, officials from their firms and from audits."""
    firms, officials, c = zone.firms, zone.officials, zone.p.collusion
    places = zone.world.place_count
    alive = firms.alive
    wrong = alive & (firms.colluding | firms.punished)
    cases = np.bincount(firms.place, weights=wrong, minlength=places)
    hit = np.bincount(firms.place, weights=firms.punished & alive, minlength=places)
    near = belief_after(firms.sees, hit[firms.place], cases[firms.place], c.belief_speed, (c.prior_hit, c.prior_miss))
    publicity = 1.0 + c.salience * zone.policy.now.disclosure * peer_shares(zone, firms.punished)
    pulse = zone.path.inspection[zone.quarter]
    firms.sees = clip(near * publicity + c.pulse_fear * pulse, c.belief_floor, 1.0)
    firms.sees = np.where(firms.punished, np.minimum(1.0, firms.sees + c.own_lesson), firms.sees)
    mean = np.bincount(firms.official, weights=firms.sees * alive, minlength=len(officials.body))
    count = np.bincount(firms.official, weights=alive, minlength=len(officials.body))
    audited = zone.audit_found * c.official_audit_view
    heard = np.where(count > 0.0, mean / np.maximum(count, 1.0), officials.sees) + audited
    officials.sees = clip(officials.sees + c.belief_speed * (heard - officials.sees), 0.0, 1.0)


def _awareness_and_trust(zone: PilotZone) -> None:
    """Residents learn what harms them, some complain, offices answer, and trust follows the answers."""
    towns, p = zone.towns, zone.p.voice
    persons = np.maximum(1, zone.population.persons[:-1])
    light = p.hidden_harm + zone.policy.now.disclosure + p.media_weight * zone.policy.now.media
    harm = towns.harm * light
    _become_aware(zone, persons, harm)
    _reply(zone, persons)
    _trust(zone, persons, harm)
    per_person = towns.complaints / persons
    heard = per_person / p.strength_scale * (p.silent_part + towns.reply_rate)
    zone.voice_strength = np.minimum(p.strength_most, heard)
    inside = slice(zone.world.zone_count)
    pressure = np.minimum(1.0, per_person[inside] / p.pressure_scale)
    zone.complaint_pressure = float(pressure.sum()) / len(pressure)
    zone.mean_trust = float(towns.trust[inside] @ persons[inside]) / float(persons[inside].sum())


def _become_aware(zone: PilotZone, persons: np.ndarray, harm: np.ndarray) -> None:
    """Awareness moves toward harm, teaching and the opinion of the town; the aware, harmed and trusting complain.

    Args:
        persons: head counts, at least 1, shape (places,).
        harm: harm people can connect with pollution, 0 upwards, shape (places,).
    """
    people, towns, now, p = zone.population, zone.towns, zone.policy.now, zone.p.voice
    cells = people.cells
    near = slice(zone.world.zone_count)
    per_head = now.education / max(1.0, float(persons[near].sum()))
    signal = p.signal_base + harm
    signal[near] += p.education_effect * math.log1p(per_head / p.education_scale)
    signal = clip(signal, 0.0, 1.0)
    sense = p.learning * (1.0 + p.skill_learning * cells.skill.astype(np.float32)) * people.lives_here
    pull = sense * cells.by_town(signal, 0.0)
    mean = cells.by_town(towns.awareness, FAR)
    drive = p.complain_base + p.complain_harm * towns.harm - p.free_ride * np.log(persons)
    drive = cells.by_town(drive + p.complain_voice * now.evaluation_voice, 0.0)
    sums = np.zeros((2, cells.count + 1))
    for _, rows in people.blocks():
        cell, lanes, weight = people.cell[rows].astype(np.intp), people.lanes(rows), people.weight[rows]
        own = people.awareness[rows]
        own -= sense.take(cell, mode="clip") * own
        own += pull.take(cell, mode="clip")
        own[:] = drift_to_mean(own, mean.take(cell, mode="clip"), p.imitation, p.reach)
        chance = complaint_chance(drive.take(cell, mode="clip"), own, people.trust[rows], p)
        sums[0] += people.add_up(lanes, weight * own)
        sums[1] += people.add_up(lanes, weight * chance)
    aware, sent = people.by_place(sums)
    towns.awareness = aware / persons
    # whole complaints: a processor's own rounding of the exponential cannot reach what officials react to
    towns.complaints = np.rint(sent) * zone.world.in_zone


def complaint_chance(drive: np.ndarray, awareness: np.ndarray, trust: np.ndarray, p: SimpleNamespace) -> np.ndarray:
    """Give the chance to complain in a quarter: logistic in awareness, trust and what all of a place share.

    Args:
        drive: what the place adds; awareness, trust: 0-1; all of one shape.
        p: parameters of voice.
    """
    chance = awareness * -p.complain_aware
    chance -= p.complain_trust * trust
    chance -= drive
    np.exp(chance, out=chance)
    chance += 1.0
    return np.divide(p.complaint_most, chance, out=chance)


def _reply(zone: PilotZone, persons: np.ndarray) -> None:
    """Offices answer in the measure of their duty; flooded ones answer a smaller share."""
    towns, p = zone.towns, zone.p.voice
    load = np.minimum(1.0, towns.complaints / persons / p.overload_at)
    capacity = zone.policy.now.reply_duty * (1.0 - p.overload * load)
    towns.reply_rate += p.reply_speed * (clip(capacity, 0.0, 1.0) - towns.reply_rate)
    towns.answered = towns.complaints * towns.reply_rate


def _trust(zone: PilotZone, persons: np.ndarray, harm: np.ndarray) -> None:
    """Trust moves toward what replies and a say in evaluation earn, less harm felt and cases disclosed."""
    people, towns, now, p = zone.population, zone.towns, zone.policy.now, zone.p.voice
    cells = people.cells
    scandal = peer_share_of_places(zone) * now.disclosure
    earned = p.trust_base + p.trust_reply * towns.reply_rate + p.trust_voice * now.evaluation_voice
    earned = cells.by_town(earned - p.trust_scandal * scandal, 0.0)
    felt = cells.by_town(p.trust_harm * harm, 0.0)
    speed = np.float32(p.trust_speed) * people.lives_here
    sums = np.zeros(cells.count + 1)
    for _, rows in people.blocks():
        cell, trust = people.cell[rows].astype(np.intp), people.trust[rows]
        target = felt.take(cell, mode="clip")
        target *= people.awareness[rows]
        np.subtract(earned.take(cell, mode="clip"), target, out=target)
        np.maximum(target, 0.0, out=target)
        np.minimum(target, 1.0, out=target)
        target -= trust
        target *= speed.take(cell, mode="clip")
        trust += target
        sums += people.add_up(people.lanes(rows), people.weight[rows] * trust)
    towns.trust = people.by_place(sums) / persons


def peer_share_of_places(zone: PilotZone) -> np.ndarray:
    """Give the share of firms found colluding this quarter by place."""
    firms = zone.firms
    count = np.bincount(firms.place, weights=firms.alive, minlength=zone.world.place_count)
    hit = np.bincount(firms.place, weights=firms.punished & firms.alive, minlength=zone.world.place_count)
    share: np.ndarray = hit / np.maximum(1.0, count)
    return share
