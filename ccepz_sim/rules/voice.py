"""Public opinion: awareness of harm, complaints, replies and trust; peers' punishment teaches what detection is.

Source: DeGroot 1974; Deffuant et al. 2000; Buntaine et al. 2024 (visible appeals work); docs/model.md (f).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.collusion import shares_by_place
from ccepz_sim.state.firms import has_deal
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
    learn_detection(zone)
    become_aware_and_trust(zone)


@compiled
def learn_detection(zone: Zone) -> None:
    """Firms learn from punished peers and central inspections, officials from their firms and from audits.

    Firms learn from those of their place, the more where cases are disclosed, and from their own punishment.
    """
    firms, officials, c, places = zone.firms, zone.officials, zone.p.collusion, zone.towns.rows
    salience, prior = c.salience * zone.policy.now.disclosure, (c.prior_hit, c.prior_miss)
    pulse_fear = c.pulse_fear * zone.path.inspection[zone.quarter]
    cases, hit = np.zeros(places), np.zeros(places)
    for firm in range(firms.rows):
        if firms.alive[firm] and (has_deal(firms, firm) or firms.punished[firm]):
            cases[firms.place[firm]] += 1.0
            hit[firms.place[firm]] += firms.punished[firm]
    share = shares_by_place(firms.place, firms.alive, firms.punished, places)
    told, count = np.zeros(officials.rows), np.zeros(officials.rows)
    for firm in range(firms.rows):
        here = firms.place[firm]
        near = belief_after(firms.sees[firm], hit[here], cases[here], c.belief_speed, prior)
        belief = min(max(near * (1.0 + salience * share[here]) + pulse_fear, c.belief_floor), 1.0)
        firms.sees[firm] = min(1.0, belief + c.own_lesson) if firms.punished[firm] else belief
        if firms.alive[firm]:
            told[firms.official[firm]] += firms.sees[firm]
            count[firms.official[firm]] += 1.0
    audited = zone.governance.audit_found * c.official_audit_view
    for row in range(officials.rows):
        own = officials.sees[row]
        heard = (told[row] / count[row] if count[row] > 0.0 else own) + audited
        officials.sees[row] = min(max(own + c.belief_speed * (heard - own), 0.0), 1.0)


def become_aware_and_trust(zone: Zone) -> None:
    """Residents learn what harms them, some complain, offices answer, and trust follows the answers.

    Awareness moves toward harm, teaching and the opinion of the town; the aware, harmed and trusting complain.
    """
    people = zone.population
    impulses, sums = impulses_of(zone), np.zeros((LANES, people.cells.count + 1, 2))
    for first in range(0, people.used, BLOCK):
        odds = learn(zone, first, impulses)
        np.exp(odds, out=odds)  # NumPy takes several at a time
        add_up(zone, first, odds, sums)
    answer_and_trust(zone, sums)


@compiled
def persons_in(zone: Zone, place: int) -> float:
    """Give the head count of a place, at least 1."""
    return max(1.0, float(zone.population.persons[place]))


@compiled
def felt_harm(zone: Zone, place: int) -> float:
    """Give the harm that people of a place can connect with pollution, 0 upwards."""
    p, now = zone.p.voice, zone.policy.now
    return zone.towns.harm[place] * (p.hidden_harm + now.disclosure + p.media_weight * now.media)


@compiled
def impulses_of(zone: Zone) -> np.ndarray:
    """Give what moves residents by cell, float32: sense, pull of the signal, mean of the town, drive to complain.

    Nothing moves those outside, and rows nobody holds.

    Returns:
        Shape (4, cells).
    """
    cells, towns, now, p = zone.population.cells, zone.towns, zone.policy.now, zone.p.voice
    inhabitants = 0.0
    for place in range(zone.world.zone_count):
        inhabitants += persons_in(zone, place)
    taught = p.education_effect * np.log1p(now.education / max(1.0, inhabitants) / p.education_scale)
    found, one = np.zeros((4, cells.size), dtype=np.float32), np.float32(1.0)
    sense, pull, mean, drive = found[0], found[1], found[2], found[3]
    mean[:] = np.float32(FAR)
    for cell in range(cells.size):
        place = cells.town[cell]
        if 0 <= place < towns.rows:
            signal = p.signal_base + felt_harm(zone, place)
            if place < zone.world.zone_count:
                signal += taught
            skill = np.float32(cells.skill[cell])
            sense[cell] = np.float32(p.learning) * (one + np.float32(p.skill_learning) * skill)
            pull[cell] = sense[cell] * np.float32(min(max(signal, 0.0), 1.0))
            mean[cell] = towns.awareness[place]
            harmed = p.complain_base + p.complain_harm * towns.harm[place]
            ride = p.free_ride * np.log(persons_in(zone, place))
            drive[cell] = harmed - ride + p.complain_voice * now.evaluation_voice
    return found


@compiled
def learn(zone: Zone, first: int, impulses: np.ndarray) -> np.ndarray:
    """Let a block of residents learn from the signal and from the town; give log odds against a complaint, float32.

    Args:
        first: row of a resident, the first of the block; impulses: see `impulses_of`.
    """
    people, p = zone.population, zone.p.voice
    sense, pull, mean, drive = impulses[0], impulses[1], impulses[2], impulses[3]
    last = min(first + BLOCK, people.used)
    cell, awareness, trust = people.cell[first:last], people.awareness[first:last], people.trust[first:last]
    speed, near = np.float32(p.imitation), np.float32(p.reach)
    by_awareness, by_trust = np.float32(p.complain_aware), np.float32(p.complain_trust)
    against = np.empty(cell.size, dtype=np.float32)
    for row in range(cell.size):
        kind, own = cell[row], awareness[row]
        own -= sense[kind] * own
        own += pull[kind]
        own = drift(own, mean[kind], speed, near)
        awareness[row] = own
        against[row] = -by_awareness * own - by_trust * trust[row] - drive[kind]
    return against


@compiled
def add_up(zone: Zone, first: int, odds: np.ndarray, sums: np.ndarray) -> None:
    """Sum awareness and complaints of the persons of a block by cell, in lanes.

    Args:
        first: row of a resident, the first of the block; odds: against a complaint, float32.
        sums: shape (LANES, cells, 2), changed.
    """
    people = zone.population
    last = min(first + BLOCK, people.used)
    cell, weight, awareness = people.cell[first:last], people.weight[first:last], people.awareness[first:last]
    most, one = np.float32(zone.p.voice.complaint_most), np.float32(1.0)
    for row in range(cell.size):
        persons = np.float64(weight[row])
        sums[row % LANES, cell[row], 0] += persons * awareness[row]
        sums[row % LANES, cell[row], 1] += persons * (most / (odds[row] + one))


@compiled
def answer_and_trust(zone: Zone, sums: np.ndarray) -> None:
    """Note awareness and complaints by place, let offices answer, and trust follow the answers; sums: see `add_up`."""
    towns, inside = zone.towns, zone.world.zone_count
    towns.awareness[:] = 0.0
    towns.complaints[:] = 0.0
    for cell in range(sums.shape[1]):
        place = zone.population.cells.town[cell]
        if 0 <= place < towns.rows:
            for lane in range(LANES):
                towns.awareness[place] += sums[lane, cell, 0]
                towns.complaints[place] += sums[lane, cell, 1]
    for place in range(towns.rows):
        towns.awareness[place] /= persons_in(zone, place)  # in shares: a mean
        # whole complaints: a processor's own rounding of the exponential cannot reach what officials react to
        towns.complaints[place] = np.rint(towns.complaints[place]) * zone.world.in_zone[place]
    _reply(zone)
    _trust(zone)
    trusting = inhabitants = 0.0
    for place in range(inside):
        trusting += towns.trust[place] * persons_in(zone, place)
        inhabitants += persons_in(zone, place)
    zone.governance.mean_trust = trusting / inhabitants


@compiled
def _reply(zone: Zone) -> None:
    """Offices answer in the measure of their duty; flooded ones answer a smaller share."""
    towns, p, inside = zone.towns, zone.p.voice, zone.world.zone_count
    pressure = 0.0
    for place in range(towns.rows):
        each = towns.complaints[place] / persons_in(zone, place)
        capacity = zone.policy.now.reply_duty * (1.0 - p.overload * min(1.0, each / p.overload_at))
        towns.reply_rate[place] += p.reply_speed * (min(max(capacity, 0.0), 1.0) - towns.reply_rate[place])
        towns.answered[place] = towns.complaints[place] * towns.reply_rate[place]
        heard = p.silent_part + towns.reply_rate[place]
        towns.voice[place] = min(p.strength_most, each / p.strength_scale * heard)
        if place < inside:
            pressure += min(1.0, each / p.pressure_scale)
    zone.governance.complaint_pressure = pressure / inside


@compiled
def _trust(zone: Zone) -> None:
    """Trust moves toward what replies and a say in evaluation earn, less harm felt and cases disclosed."""
    people, firms, towns, now, p = zone.population, zone.firms, zone.towns, zone.policy.now, zone.p.voice
    cells = people.cells
    scandal = shares_by_place(firms.place, firms.alive, firms.punished, towns.rows)
    size, zero, one = cells.size, np.float32(0.0), np.float32(1.0)
    good, bad, speed = np.zeros((3, size), dtype=np.float32)
    for kind in range(size):
        place = cells.town[kind]
        if 0 <= place < towns.rows:
            earned = p.trust_base + p.trust_reply * towns.reply_rate[place] + p.trust_voice * now.evaluation_voice
            good[kind] = earned - p.trust_scandal * (scandal[place] * now.disclosure)
            bad[kind] = p.trust_harm * felt_harm(zone, place)
            speed[kind] = p.trust_speed
    sums = np.zeros((LANES, size))
    cell, trust, awareness, weight = people.cell, people.trust, people.awareness, people.weight
    for row in range(people.used):
        kind, own = cell[row], trust[row]
        own += (min(max(good[kind] - bad[kind] * awareness[row], zero), one) - own) * speed[kind]
        trust[row] = own
        sums[row % LANES, kind] += np.float64(weight[row]) * own
    towns.trust[:] = 0.0
    for kind in range(size):
        if 0 <= cells.town[kind] < towns.rows:
            for lane in range(LANES):
                towns.trust[cells.town[kind]] += sums[lane, kind]  # in shares: of persons, see below
    for place in range(towns.rows):
        towns.trust[place] /= persons_in(zone, place)  # in shares: a mean
