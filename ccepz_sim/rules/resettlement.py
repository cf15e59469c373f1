"""Resettlement: a programme offers people of the crowded east a place in the zone; some return.

Source: docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import in_parts, met
from ccepz_sim.rules.location_choice import move
from ccepz_sim.state.cells import UNEMPLOYED
from ccepz_sim.state.world import PROFESSIONAL, SKILLS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

RESETTLEMENT, RESETTLED = NUMBERS[Stream.RESETTLEMENT], NUMBERS[Stream.RESETTLED]
GOAL, JOB, RETURN = range(3)


@compiled
def resettle(zone: Zone, value: np.ndarray) -> None:
    """The programme offers people of the crowded east a move to one of two towns; without a job many return.

    Args:
        value: see `attraction`.
    """
    luck = passing(zone, RESETTLED)
    if zone.policy.now.resettlement > 0.0:
        offer_moves(zone, _takers(zone, value), luck)
    go_back(zone, stuck_rows(zone), narrow(luck, RETURN))


@compiled
def offer_moves(zone: Zone, rows: np.ndarray, luck: int) -> None:
    """Move those who take a place of the programme; the towns share them by open posts, and some are promised a job.

    Args:
        rows: residents; luck: key of the quarter.
    """
    people, first, second = zone.population, zone.fixed.receiving[0], zone.fixed.receiving[1]
    free = free_second = 1.0  # in persons
    for employer in range(zone.towns.vacancies.shape[0]):
        for skill in range(len(SKILLS)):
            free += zone.towns.vacancies[employer, first, skill]
            free_second += zone.towns.vacancies[employer, second, skill]
    people.resettled_quarter = 0
    for row in rows:
        who = people.who[row]
        nearer = draw(narrow(luck, GOAL), who) < free / (free + free_second)
        people.resettled[row] = True
        people.guaranteed[row] = draw(narrow(luck, JOB), who) < zone.policy.now.resettlement_jobs
        people.resettled_quarter += int(people.weight[row])
        move(zone, row, first if nearer else second)


@compiled
def stuck_rows(zone: Zone) -> np.ndarray:
    """Give the resettled who live neither where they came from nor outside and are out of work for long."""
    people, cells, p, east = zone.population, zone.population.cells, zone.p.migration, zone.world.sending_place
    stuck, count = np.empty(people.used, dtype=np.int64), 0
    for row in range(people.used):
        if people.resettled[row] and people.jobless[row] >= p.return_after:
            town = cells.town[people.cell[row]]
            away = town != east and town != people.outside
            if away and cells.employer[people.cell[row]] == UNEMPLOYED:
                stuck[count] = row
                count += 1
    return stuck[:count].copy()


@compiled
def _takers(zone: Zone, value: np.ndarray) -> np.ndarray:
    """Choose those who take a place: adults of a certain age of the east who would gain, no professionals, once only.

    Args:
        value: see `attraction`.
    """
    people, cells, p, now = zone.population, zone.population.cells, zone.p.migration, zone.policy.now
    east, first, second = zone.world.sending_place, zone.fixed.receiving[0], zone.fixed.receiving[1]
    adult, oldest = int(p.adult_age * QUARTERS), int(p.programme_age * QUARTERS)
    sought = np.zeros(cells.size, dtype=np.bool_)
    for cell in range(cells.size):
        sought[cell] = cells.town[cell] == east and cells.skill[cell] < PROFESSIONAL
    rows, count = np.empty(people.used, dtype=np.int64), 0
    cell_of, age_of, resettled = people.cell, people.age, people.resettled
    for row in range(people.used):
        # no branch: a processor guesses wrong where every second one is able
        rows[count] = row
        age = age_of[row]
        count += int(sought[cell_of[row]] & (adult <= age) & (age < oldest) & (not resettled[row]))
    rows = rows[:count]
    offer = p.offer_base + p.offer_jobs * now.resettlement_jobs  # log odds to accept without a gain
    accepts = np.empty(len(SKILLS))
    for skill in range(accepts.size):
        gain = (value[first, skill] + value[second, skill]) / 2.0 - value[east, skill]
        accepts[skill] = 1.0 / (1.0 + np.exp(-(offer + gain)))
    total, skills = 0.0, np.empty(count, dtype=np.int64)
    for number in range(count):
        skills[number] = cells.skill[people.cell[rows[number]]]
        total += people.weight[rows[number]] * accepts[skills[number]]
    places = now.resettlement / QUARTERS
    parts = in_parts(accepts * min(1.0, places / max(total, 1.0)))
    turn, shift = zone.keys.turn[RESETTLEMENT], passing(zone, RESETTLEMENT)
    return rows[met(parts, skills, people.who[rows], turn, shift)]


@compiled
def go_back(zone: Zone, stuck: np.ndarray, luck: int) -> None:
    """Some of the resettled who found no work for long go back to where they came from.

    Args:
        stuck: rows of residents; luck: key of the quarter.
    """
    people = zone.population
    returned = 0
    for row in stuck:
        if draw(luck, people.who[row]) < zone.p.migration.return_chance:
            returned += int(people.weight[row])
            move(zone, row, zone.world.sending_place)
            people.resettled[row] = False
    people.returned_quarter = returned
