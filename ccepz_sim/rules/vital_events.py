"""A quarter older: deaths by age, births by place.

Source: docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import in_parts, met
from ccepz_sim.state.cells import OUT_OF_LABOUR, cell_number
from ccepz_sim.state.population import LONG_AGO, NO_AGE, change_cell
from ccepz_sim.state.world import UNSKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

DEATHS, BIRTHS = NUMBERS[Stream.DEATHS], NUMBERS[Stream.BIRTHS]
# A newborn's number tells quarter, place and how many were born there before in the quarter; those of 2010 lie below.
PLACE_BITS, QUARTER_BITS = 20, 24
FIRST_BORN = 1 << QUARTER_BITS


def live(zone: Zone) -> None:
    """A quarter older; the old and a few others die, and every place has its births."""
    people = zone.population
    free, rows, town, who, fresh = pass_quarter(zone, people.free)
    if not zone.frozen:
        people.free = free
        people.make_room(fresh)
        bear(zone, rows, town, who)


@compiled
def pass_quarter(zone: Zone, free: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """Let everybody grow older, die or be born; the rows of the dead are the first to be given to newborns.

    Args:
        free: rows of those who died earlier.

    Returns:
        Rows that stay free; rows, places and numbers of the newborn; how many of these rows were never used.
    """
    dead, (town, who) = age_and_die(zone), births(zone)
    queue, rows = np.empty(free.size + dead.size, dtype=np.int64), np.empty(town.size, dtype=np.int64)
    queue[: free.size] = free
    queue[free.size :] = dead
    again = min(queue.size, rows.size)
    rows[:again] = queue[:again]
    for number in range(again, rows.size):
        rows[number] = zone.population.used + number - again
    return queue[again:].copy(), rows, town, who, rows.size - again


@compiled
def age_and_die(zone: Zone) -> np.ndarray:
    """Let a quarter pass, draw deaths by age, and give the rows of the dead.

    The chance is that of a band of ages, and rises with the square of years in high age.
    """
    people, hazard = zone.population, in_parts(zone.fixed.death_chance)
    for row in range(people.used):
        people.age[row] += 1
    if zone.frozen:
        return np.empty(0, dtype=np.int64)
    # rows nobody holds lie beyond the last age and have its chance, which is none
    used, turn, shift = people.used, zone.keys.turn[DEATHS], passing(zone, DEATHS)
    dead = met(hazard, people.age[:used], people.who[:used], turn, shift)
    for row in dead:
        people.deaths[people.cells.town[people.cell[row]]] += people.weight[row]
        change_cell(people.cell, people.heads, people.weight, row, people.cells.free)
        people.age[row] = NO_AGE
        people.resettled[row] = False
    return dead


@compiled
def births(zone: Zone) -> tuple[np.ndarray, np.ndarray]:
    """Give place and number of each newborn row; whether what is less than a row is one, the luck of the place says."""
    people, towns = zone.population, zone.towns
    luck, born, total = passing(zone, BIRTHS), np.empty(people.ends, dtype=np.int64), 0
    for place in range(people.ends):
        yearly = towns.birth_rate[place] if place < towns.rows else zone.p.population.birth_outside
        expected = yearly / QUARTERS * people.persons[place] / people.birth_weight[place]
        born[place] = int(np.floor(expected + draw(luck, place)))
        total += born[place]
    town, who = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    row = 0
    for place in range(people.ends):
        for one in range(born[place]):
            town[row] = place
            who[row] = newborn(zone.quarter, place, one)
            row += 1
    return town, who


@compiled
def newborn(quarter: int, place: int, before: int) -> int:
    """Give the number of a newborn; before: how many were born in the place in the same quarter."""
    return ((quarter + 1) << QUARTER_BITS) + (place << PLACE_BITS) + before


@compiled
def bear(zone: Zone, rows: np.ndarray, town: np.ndarray, who: np.ndarray) -> None:
    """Fill rows with newborns of these places and numbers, who hold the opinions of their places; shape (newborns,)."""
    people, towns, voice = zone.population, zone.towns, zone.p.voice
    for number in range(rows.size):
        row, place = rows[number], town[number]
        inside = place < towns.rows
        people.who[row] = who[number]
        people.weight[row] = people.birth_weight[place]
        cell = cell_number(OUT_OF_LABOUR, place, UNSKILLED, people.cells.places)
        change_cell(people.cell, people.heads, people.weight, row, cell)
        people.home[row] = place
        people.age[row] = 0
        people.awareness[row] = towns.awareness[place] if inside else voice.awareness_start
        people.trust[row] = towns.trust[place] if inside else voice.trust_start
        people.jobless[row] = 0
        people.moved[row] = LONG_AGO
        people.guaranteed[row] = False
        people.births[place] += people.birth_weight[place]


@compiled
def count_persons(zone: Zone) -> None:
    """Count persons by place, the rest of China last."""
    people = zone.population
    people.persons[:] = 0
    for cell in range(people.cells.count):
        people.persons[people.cells.town[cell]] += int(people.heads[cell])
