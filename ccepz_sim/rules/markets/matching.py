"""Matching: seekers meet vacancies, and jobs go to employers in proportion to what each seeks.

Source: urn-ball matching, Petrongolo and Pissarides 2001; docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, narrow, passing, turned
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import ONE, draws_of
from ccepz_sim.state.cells import UNEMPLOYED, cell_number
from ccepz_sim.state.population import change_cell
from ccepz_sim.state.world import INSTITUTES, SKILLS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

MATCHING = NUMBERS[Stream.MATCHING]
EMPLOYER = 1  # what is drawn of those hired


@compiled
def urn_ball(vacancies: np.ndarray, seekers: np.ndarray, intensity: float) -> np.ndarray:
    """Give matches when each seeker applies at random: M = V [1 - (1 - 1/V)^(s U)]. Benchmark B09.

    Args:
        vacancies, seekers: persons, one shape; intensity: applications per seeker, s.

    Returns:
        Persons hired, never more than either side.

    Source: Petrongolo and Pissarides 2001.
    """
    several = np.maximum(vacancies, 1.0 + 1e-9)
    missed = np.exp(intensity * seekers * np.log1p(-1.0 / several))  # in 1: persons are counted
    return np.minimum(several * (1.0 - missed), np.minimum(vacancies, seekers))


@compiled
def job_seekers(zone: Zone) -> np.ndarray:
    """Give the rows of the unemployed of the places, ascending."""
    people = zone.population
    first = cell_number(UNEMPLOYED, 0, 0, people.cells.places)
    last = first + people.outside * len(SKILLS)
    rows, count = np.empty(people.used, dtype=np.int64), 0
    for row in range(people.used):
        rows[count] = row  # no branch: a processor guesses wrong where every tenth one seeks
        count += (first <= people.cell[row]) & (people.cell[row] < last)
    return rows[:count].copy()


@compiled
def match(zone: Zone, seeking: np.ndarray) -> None:
    """Seekers meet vacancies; jobs go to employers in proportion to what each seeks.

    Args:
        seeking: rows of residents who seek a job.
    """
    luck = passing(zone, MATCHING)
    open_posts, rows = meet(zone, seeking, zone.keys.turn[MATCHING], luck)
    take_jobs(zone, rows, draws_of(narrow(luck, EMPLOYER), zone.population.who[rows]), open_posts)


@compiled
def meet(zone: Zone, seeking: np.ndarray, turn: int, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """Let seekers meet the posts they consider; a promise of a job is kept where there is any post.

    Args:
        seeking: rows of residents who seek a job; turn: see `turned`; shift: key of the quarter.

    Returns:
        Open posts, shape (employers, places x skills); rows of those hired.
    """
    people, towns, p = zone.population, zone.towns, zone.p.labour
    intensity = p.search_intensity * (1.0 + p.platform_search * zone.policy.now.internet)
    employers, places, skills = towns.vacancies.shape
    open_posts = np.empty((employers, places * skills))
    chance, total = np.empty(places * skills, dtype=np.int64), np.zeros(places * skills)
    for place in range(places):
        for skill in range(skills):
            here = place * skills + skill
            number = people.heads[cell_number(UNEMPLOYED, place, skill, people.cells.places)]
            for employer in range(employers):
                open_posts[employer, here] = (
                    towns.vacancies[employer, place, skill] * towns.vacancy_pull[employer, place]
                )
                total[here] += open_posts[employer, here]
            towns.matches[place, skill] = urn_ball(total[here], number, intensity)
            chance[here] = int(min(1.0, towns.matches[place, skill] / max(number, 1.0)) * ONE)
    hired, count = np.empty_like(seeking), 0
    for row in seeking:
        here = int(people.cell[row]) % people.cells.flat
        part = ONE if people.guaranteed[row] and total[here] > 0.0 else chance[here]
        people.jobless[row] += 1
        if turned(turn, shift, people.who[row]) < part:
            hired[count] = row
            count += 1
    return open_posts, hired[:count].copy()


@compiled
def draw_employer(open_posts: np.ndarray, cell: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Give each of those hired an employer, in proportion to the open posts of the cell.

    Args:
        open_posts: persons sought, shape (employers, cells).
        cell: column of each of those hired; draw: one uniform draw each; shape (hired,).

    Returns:
        Number of the employer, shape (hired,).
    """
    employers, cells = open_posts.shape
    # as the cells' shares follow each other on one line, one search finds the employer in the own cell
    line = np.empty(cells * (employers - 1))
    for here in range(cells):
        total, reached, first = 0.0, 0.0, here * (employers - 1)
        for employer in range(employers):
            total += open_posts[employer, here]
        for employer in range(employers - 1):
            reached += open_posts[employer, here]
            line[first + employer] = reached / max(total, 1e-9) + here
    found = np.empty(cell.size, dtype=np.int64)
    for number in range(cell.size):
        here = cell[number]
        found[number] = np.searchsorted(line, here + draw[number], side="right") - here * (employers - 1)
    return found


@compiled
def take_jobs(zone: Zone, rows: np.ndarray, draw: np.ndarray, open_posts: np.ndarray) -> None:
    """Put those hired into their jobs; draw: one uniform draw each; open_posts: see `meet`.

    A row that stands for more persons than the institutes of the town seek takes the next common job.
    """
    people, cells, vacancies = zone.population, zone.population.cells, zone.towns.vacancies
    kind = np.empty(rows.size, dtype=np.int64)
    for number in range(rows.size):
        kind[number] = int(people.cell[rows[number]]) % cells.flat
    employer = draw_employer(open_posts, kind, draw)
    for number in range(rows.size):
        row, here, job = rows[number], kind[number], employer[number]
        town, skill = int(cells.town[people.cell[row]]), int(cells.skill[people.cell[row]])
        if job == INSTITUTES and people.weight[row] > vacancies[INSTITUTES, town, skill]:
            job = 0
            for other in range(INSTITUTES):
                if open_posts[other, here] > open_posts[job, here]:
                    job = other
        cell = cell_number(job, town, skill, cells.places)
        change_cell(people.cell, people.heads, people.weight, row, cell)
        people.jobless[row] = 0
        people.guaranteed[row] = False
