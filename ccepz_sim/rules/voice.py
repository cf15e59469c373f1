"""Public opinion: awareness of harm, complaints, replies and trust; peers' punishment teaches what detection is.

Source: DeGroot 1974; Deffuant et al. 2000; Buntaine et al. 2024 (visible appeals work); docs/model.md (f).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numeric import clip
from ccepz_sim.rules.collusion import peer_shares

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


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
    return own + speed * np.where(np.abs(gap) < reach, gap, 0.0)


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
    people, towns, p = zone.population, zone.towns, zone.p.voice
    rows = np.flatnonzero((people.town >= 0) & (people.town < people.outside))
    town = people.town[rows].astype(np.int64)
    persons = np.maximum(1, people.persons[:-1])
    light = p.hidden_harm + zone.policy.now.disclosure + p.media_weight * zone.policy.now.media
    harm = towns.harm * light
    _become_aware(zone, rows, town, harm)
    _complain(zone, rows, town)
    _trust(zone, rows, town, harm)
    per_person = towns.complaints / persons
    heard = per_person / p.strength_scale * (p.silent_part + towns.reply_rate)
    zone.voice_strength = np.minimum(p.strength_most, heard)
    inside = zone.world.in_zone
    zone.complaint_pressure = float(np.minimum(1.0, per_person[inside] / p.pressure_scale).mean())
    zone.mean_trust = float((towns.trust[inside] * persons[inside]).sum() / persons[inside].sum())


def _mean_by_town(zone: PilotZone, rows: np.ndarray, town: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Average a value of residents by place, shape (places,)."""
    persons = np.maximum(1, zone.population.persons[:-1])
    mean: np.ndarray = np.bincount(town, weights=zone.population.weight[rows] * values, minlength=len(persons))
    return mean / persons


def _become_aware(zone: PilotZone, rows: np.ndarray, town: np.ndarray, harm: np.ndarray) -> None:
    """Awareness moves toward the signal of harm and teaching, and toward the opinion of the town.

    Args:
        rows, town: residents and their places, shape (residents,).
        harm: harm people can connect with pollution, 0 upwards, shape (places,).
    """
    people, towns, p = zone.population, zone.towns, zone.p.voice
    persons = np.maximum(1, people.persons[:-1])
    per_head = zone.policy.now.education / max(1.0, float(persons[zone.world.in_zone].sum()))
    taught = p.education_effect * np.log1p(per_head / p.education_scale) * zone.world.in_zone
    signal = clip(p.signal_base + harm + taught, 0.0, 1.0)
    own = people.awareness[rows]
    sense = p.learning * (1.0 + p.skill_learning * people.skill[rows])
    own = own + sense * (signal[town] - own)
    own = drift_to_mean(own, towns.awareness[town], p.imitation, p.reach)
    people.awareness[rows] = own
    towns.awareness = _mean_by_town(zone, rows, town, own)


def _complain(zone: PilotZone, rows: np.ndarray, town: np.ndarray) -> None:
    """The aware, the harmed and the trusting complain; flooded offices answer a smaller share."""
    people, towns, now, p = zone.population, zone.towns, zone.policy.now, zone.p.voice
    persons = np.maximum(1, people.persons[:-1])
    own, trust = people.awareness[rows], people.trust[rows]
    drive = p.complain_base + p.complain_aware * own + p.complain_harm * towns.harm[town] + p.complain_trust * trust
    drive = drive - p.free_ride * np.log(persons)[town] + p.complain_voice * now.evaluation_voice
    chance = p.complaint_most / (1.0 + np.exp(-drive))
    sent = np.bincount(town, weights=people.weight[rows] * chance, minlength=len(persons))
    towns.complaints = sent * zone.world.in_zone
    capacity = now.reply_duty * (1.0 - p.overload * np.minimum(1.0, towns.complaints / persons / p.overload_at))
    towns.reply_rate += p.reply_speed * (clip(capacity, 0.0, 1.0) - towns.reply_rate)
    towns.answered = towns.complaints * towns.reply_rate


def _trust(zone: PilotZone, rows: np.ndarray, town: np.ndarray, harm: np.ndarray) -> None:
    """Trust moves toward what replies and a say in evaluation earn, less harm felt and cases disclosed."""
    people, towns, now, p = zone.population, zone.towns, zone.policy.now, zone.p.voice
    trust = people.trust[rows]
    feels = harm[town] * people.awareness[rows]
    scandal = peer_share_of_places(zone)[town] * now.disclosure
    target = p.trust_base + p.trust_reply * towns.reply_rate[town] + p.trust_voice * now.evaluation_voice
    target = target - p.trust_harm * feels
    target = clip(target - p.trust_scandal * scandal, 0.0, 1.0)
    people.trust[rows] = trust + p.trust_speed * (target - trust)
    towns.trust = _mean_by_town(zone, rows, town, people.trust[rows])


def peer_share_of_places(zone: PilotZone) -> np.ndarray:
    """Give the share of firms found colluding this quarter by place."""
    firms = zone.firms
    count = np.bincount(firms.place, weights=firms.alive, minlength=zone.world.place_count)
    hit = np.bincount(firms.place, weights=firms.punished & firms.alive, minlength=zone.world.place_count)
    share: np.ndarray = hit / np.maximum(1.0, count)
    return share
