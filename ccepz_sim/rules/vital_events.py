"""A quarter older: deaths by age, births by place.

Source: docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, uniforms
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import comb_of, in_parts
from ccepz_sim.state.cells import OUT_OF_LABOUR, cell_number
from ccepz_sim.state.population import BLOCK, LONG_AGO, NO_AGE, change_cell
from ccepz_sim.state.world import UNSKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

VITAL = NUMBERS[Stream.VITAL]


def live(zone: Zone) -> None:
    """A quarter older; the old and a few others die, and every place has its births."""
    people = zone.population
    free, rows, town, fresh = pass_quarter(zone, people.free)
    if not zone.frozen:
        people.free = free
        people.make_room(fresh)
        bear(zone, rows, town)


@compiled
def pass_quarter(zone: Zone, free: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Let everybody grow older, die or be born; the rows of the dead are the first to be given to newborns.

    Args:
        free: rows of those who died earlier.

    Returns:
        Rows that stay free; rows and places of the newborn; how many of these rows were never used.
    """
    luck = uniforms(zone, VITAL, zone.population.used // BLOCK + 2)
    dead, town = age_and_die(zone, luck[1:]), births(zone, luck[0])
    queue, rows = np.empty(free.size + dead.size, dtype=np.int64), np.empty(town.size, dtype=np.int64)
    queue[: free.size] = free
    queue[free.size :] = dead
    again = min(queue.size, rows.size)
    rows[:again] = queue[:again]
    for number in range(again, rows.size):
        rows[number] = zone.population.used + number - again
    return queue[again:].copy(), rows, town, rows.size - again


@compiled
def age_and_die(zone: Zone, starts: np.ndarray) -> np.ndarray:
    """Let a quarter pass, draw deaths by age, and give the rows of the dead.

    The chance is that of a band of ages, and rises with the square of years in high age.

    Args:
        starts: one uniform draw for each block of rows.
    """
    people, hazard = zone.population, in_parts(zone.fixed.death_chance)
    dead, count = np.empty(people.used, dtype=np.int64), 0
    for row in range(people.used):
        people.age[row] += 1
    if zone.frozen:
        return dead[:0]
    for block in range(starts.size):
        first = block * BLOCK
        for chosen in comb_of(hazard, people.age[first : min(first + BLOCK, people.used)], starts[block]):
            dead[count] = first + chosen
            count += 1
    for row in dead[:count]:
        people.deaths[people.cells.town[people.cell[row]]] += people.weight[row]
        change_cell(people.cell, people.heads, people.weight, row, people.cells.free)
        people.age[row] = NO_AGE
        people.resettled[row] = False
    return dead[:count].copy()


@compiled
def births(zone: Zone, luck: float) -> np.ndarray:
    """Give the place of each newborn row; what is less than a row is carried from place to place.

    Args:
        luck: one uniform draw.
    """
    people, towns = zone.population, zone.towns
    expected, born = 0.0, np.empty(people.ends, dtype=np.int64)
    for place in range(people.ends):
        yearly = towns.birth_rate[place] if place < towns.rows else zone.p.population.birth_outside
        expected += yearly / QUARTERS * people.persons[place] / people.birth_weight[place]
        born[place] = int(np.floor(expected + luck))
    town = np.empty(born[-1], dtype=np.int64)
    place = 0
    for row in range(town.size):
        while born[place] <= row:
            place += 1
        town[row] = place
    return town


@compiled
def bear(zone: Zone, rows: np.ndarray, town: np.ndarray) -> None:
    """Fill rows with newborns of these places, who hold the opinions of their places; shape (newborns,)."""
    people, towns, voice = zone.population, zone.towns, zone.p.voice
    for number in range(rows.size):
        row, place = rows[number], town[number]
        inside = place < towns.rows
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
