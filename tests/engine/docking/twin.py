"""A slow twin of the residents' rules: one object for each resident, plain Python, float64, one resident at a time.

It is written from docs/model.md (e) and (f) and shares no array code with the engine: the oracle it is docked to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from ccepz_sim.numerics.draws import NUMBERS, draw, narrow, passing, turned
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.state.zone import Zone

OUT, IDLE, FREE = -2, -1, -1


@dataclass
class Resident:
    """One row of the table: who it is and how many persons it stands for."""

    row: int
    who: int
    town: int
    home: int
    skill: int
    employer: int
    age: int
    weight: int
    jobless: int
    moved: int
    guaranteed: bool
    awareness: float
    trust: float


def residents(zone: Zone) -> list[Resident]:
    """Make an object of every row in use that holds somebody."""
    people = zone.population
    names = ("who", "home", "age", "weight", "jobless", "moved", "guaranteed", "awareness", "trust")
    columns: list[Sequence[Any]] = [getattr(people, name).tolist() for name in ("town", "skill", "employer", *names)]
    found = []
    for row in range(people.used):
        town, skill, employer, who, home, age, weight, jobless, moved, guaranteed, awareness, trust = (
            column[row] for column in columns
        )
        if town != FREE:
            found.append(
                Resident(
                    row, who, town, home, skill, employer, age, weight, jobless, moved, guaranteed, awareness, trust
                )
            )
    return found


def meets(zone: Zone, stream: Stream, who: int, chance: float) -> bool:
    """Say whether what has a chance happens to somebody this quarter."""
    number = NUMBERS[stream]
    place = turned(int(zone.keys.turn[number]), passing(zone, number), who)
    return place < int(chance * (1 << 32))


def opinions(zone: Zone, people: list[Resident]) -> dict[str, list[float]]:
    """Awareness, complaints, replies and trust; changes the objects, gives the values of the places."""
    now, towns, world = zone.policy.now, zone.towns, zone.world
    p: SimpleNamespace = zone.p.voice
    places = range(world.place_count)
    persons = [max(1, sum(one.weight for one in people if one.town == place)) for place in places]
    inside = [bool(value) for value in world.in_zone]
    light = p.hidden_harm + now.disclosure + p.media_weight * now.media
    harm = [float(value) * light for value in towns.harm]
    per_head = now.education / sum(persons[place] for place in places if inside[place])
    taught = p.education_effect * math.log1p(per_head / p.education_scale)
    before = [float(value) for value in towns.awareness]
    sent, aware, trusting = ([0.0 for _ in places] for _ in range(3))
    locals_ = [one for one in people if one.town < world.place_count]
    for one in locals_:
        signal = min(1.0, max(0.0, p.signal_base + harm[one.town] + (taught if inside[one.town] else 0.0)))
        one.awareness += p.learning * (1.0 + p.skill_learning * one.skill) * (signal - one.awareness)
        gap = before[one.town] - one.awareness
        if abs(gap) < p.reach:
            one.awareness += p.imitation * gap
        aware[one.town] += one.weight * one.awareness
        drive = p.complain_base + p.complain_aware * one.awareness + p.complain_harm * float(towns.harm[one.town])
        drive += p.complain_trust * one.trust - p.free_ride * math.log(persons[one.town])
        drive += p.complain_voice * now.evaluation_voice
        sent[one.town] += one.weight * p.complaint_most / (1.0 + math.exp(-drive))
    complaints = [round(value) if inside[place] else 0.0 for place, value in enumerate(sent)]
    replies = []
    for place in places:
        load = min(1.0, complaints[place] / persons[place] / p.overload_at)
        capacity = min(1.0, max(0.0, now.reply_duty * (1.0 - p.overload * load)))
        rate = float(towns.reply_rate[place])
        replies.append(rate + p.reply_speed * (capacity - rate))
    caught = [_caught(zone, place) for place in places]
    for one in locals_:
        target = p.trust_base + p.trust_reply * replies[one.town] + p.trust_voice * now.evaluation_voice
        target -= p.trust_harm * harm[one.town] * one.awareness
        target -= p.trust_scandal * caught[one.town] * now.disclosure
        one.trust += p.trust_speed * (min(1.0, max(0.0, target)) - one.trust)
        trusting[one.town] += one.weight * one.trust
    return {
        "awareness": [value / persons[place] for place, value in enumerate(aware)],
        "complaints": complaints,
        "reply_rate": replies,
        "trust": [value / persons[place] for place, value in enumerate(trusting)],
    }


def _caught(zone: Zone, place: int) -> float:
    firms = zone.firms
    here = [row for row in range(firms.rows) if firms.alive[row] and firms.place[row] == place]
    return sum(bool(firms.punished[row]) for row in here) / max(1, len(here))


def separations(zone: Zone, people: list[Resident]) -> set[int]:
    """Rows that lose their job: a usual rate, layoffs where staff exceeds posts; scientists leave empty labs."""
    towns, firms, p = zone.towns, zone.firms, zone.p.labour
    surplus: dict[tuple[int, int], float] = {}
    for row in range(firms.rows):
        for skill in range(3):
            cell = (int(firms.place[row]), skill)
            over = max(0.0, float(firms.staff[row, skill] - firms.posts[row, skill])) * p.layoff_speed
            surplus[cell] = surplus.get(cell, 0.0) + over
    lost = set()
    for one in people:
        if one.employer < 0 or one.town >= zone.world.place_count:
            continue
        cell = (one.employer, one.town, one.skill)
        usual = {3: p.separation * p.public_stability, 4: p.separation * p.public_stability}
        leave = float(towns.scientist_leave[one.town])
        quits = leave if one.employer == 5 else usual.get(one.employer, p.separation)
        laid = surplus.get((one.town, one.skill), 0.0) if one.employer == 0 else 0.0
        if one.employer or not zone.world.in_zone[one.town]:
            laid += max(0.0, float(towns.employed[cell] - towns.posts[cell])) * p.layoff_speed
        chance = min(1.0, max(0.0, quits + laid / max(float(towns.employed[cell]), 1e-9)))
        if meets(zone, Stream.SEPARATIONS, one.who, chance):
            lost.add(one.row)
    return lost


def matches(zone: Zone, people: list[Resident]) -> dict[int, int]:
    """Employer of each row that finds work: urn-ball matches by town and skill, jobs in proportion to open posts."""
    towns, p = zone.towns, zone.p.labour
    seeking = [one for one in people if one.employer == IDLE and one.town < zone.world.place_count]
    seekers: dict[tuple[int, int], int] = {}
    for one in seeking:
        seekers[one.town, one.skill] = seekers.get((one.town, one.skill), 0) + one.weight
    open_posts = {
        cell: [float(towns.vacancies[job][cell] * zone.towns.vacancy_pull[job][cell[0]]) for job in range(6)]
        for cell in seekers
    }
    intensity = p.search_intensity * (1.0 + p.platform_search * zone.policy.now.internet)
    found, employers = {}, narrow(passing(zone, NUMBERS[Stream.MATCHING]), 1)
    for one in seeking:
        cell = (one.town, one.skill)
        posts, number = sum(open_posts[cell]), seekers[cell]
        several = max(posts, 1.0 + 1e-9)
        filled = several * (1.0 - (1.0 - 1.0 / several) ** (intensity * number))
        chance = min(1.0, min(filled, posts, number) / max(number, 1.0))
        if not meets(zone, Stream.MATCHING, one.who, 1.0 if one.guaranteed and posts > 0.0 else chance):
            continue
        free, luck = open_posts[cell], draw(employers, one.who)
        job, reached = 0, free[0]
        while job < 5 and reached <= luck * posts:
            job += 1
            reached += free[job]
        if job == 5 and one.weight > float(towns.vacancies[5][cell]):
            job = free.index(max(free[:5]))
        found[one.row] = job
    return found


def moves(zone: Zone, people: list[Resident], value: Any) -> dict[int, int]:
    """Goal of each row that moves: those who consider it weigh all places, their own included, by a logit.

    Who goes anywhere at all is met or not; where to, a race says: the place whose exponential clock, at the rate of its
    chance, rings first.
    """
    p, outside = zone.p.migration, zone.population.outside
    yearly = (p.consider_unskilled, p.consider_skilled, p.consider_professional)
    races = narrow(passing(zone, NUMBERS[Stream.LEAVING]), 0)
    found: dict[int, int] = {}
    for one in people:
        adult = int(p.adult_age * 4) <= one.age < int(p.oldest_age * 4)
        if not adult or zone.quarter - one.moved < p.settle_quarters:
            continue
        if not meets(zone, Stream.MIGRATION, one.who, yearly[one.skill] / 4):
            continue
        utility = [float(value[goal, one.skill]) for goal in range(outside + 1)]
        for goal in range(outside + 1):
            utility[goal] -= p.distance * float(zone.fixed.distance_term[one.town, goal])
            utility[goal] += p.kin * math.log1p(p.kin_scale * float(zone.population.kin[one.home, goal]))
        utility[outside] -= p.leave_province
        utility[one.town] += p.stay
        utility[one.home] += p.home_pull
        weights = [math.exp(term - max(utility)) for term in utility]
        chances = [0.0 if goal == one.town else weight / sum(weights) for goal, weight in enumerate(weights)]
        if meets(zone, Stream.LEAVING, one.who, sum(chances)):
            race = narrow(races, one.who)
            clocks = {
                goal: -math.log1p(-draw(race, goal)) / chance for goal, chance in enumerate(chances) if chance > 0.0
            }
            found[one.row] = min(clocks, key=lambda goal: clocks[goal])
    return found
