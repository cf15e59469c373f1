"""Coming of age, retirement and training: who is in the labour force, and with which skill.

Source: docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, lasting, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import in_parts, met
from ccepz_sim.rules.markets.posts import leave_job
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED, cell_number
from ccepz_sim.state.population import change_cell
from ccepz_sim.state.world import MIDDLE, PROFESSIONAL, SKILLED, UNSKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

COMING_OF_AGE, TRAINING = NUMBERS[Stream.COMING_OF_AGE], NUMBERS[Stream.TRAINING]
FADING = NUMBERS[Stream.FADING]
SKILL, STATUS = range(2)


@compiled
def enter_and_retire(zone: Zone) -> None:
    """Those who reach working age take up a skill and seek work; the old leave the labour force."""
    come_of_age(zone, retire(zone))


@compiled
def retire(zone: Zone) -> np.ndarray:
    """Let those who reach the age of retirement leave the labour force, and give who reaches working age."""
    people, p = zone.population, zone.p.labour
    working_age, retirement_age = int(p.working_age * QUARTERS), int(p.retirement_age * QUARTERS)
    grown, count = np.empty(people.used, dtype=np.int64), 0
    for row in range(people.used):
        if people.age[row] == working_age:
            grown[count] = row
            count += 1
        elif people.age[row] == retirement_age:
            # nobody past this age is ever in the labour force, so that reaching it is all there is to see
            leave_job(zone, row, OUT_OF_LABOUR)
    return grown[:count].copy()


@compiled
def come_of_age(zone: Zone, grown: np.ndarray) -> None:
    """Draw skill and status of those grown up; grown: their rows."""
    people, towns, p = zone.population, zone.towns, zone.p.labour
    luck = lasting(zone.keys, COMING_OF_AGE)
    for row in grown:
        place = int(people.cells.town[people.cell[row]])
        services = towns.amenity[place] if place < towns.rows else p.outside_amenity
        tertiary = p.tertiary_chance * (MIDDLE + services)
        skill, learns = UNSKILLED, draw(narrow(luck, SKILL), people.who[row])
        if learns < tertiary:
            skill = PROFESSIONAL
        elif learns < tertiary + p.vocational_chance:
            skill = SKILLED
        status = UNEMPLOYED if draw(narrow(luck, STATUS), people.who[row]) < p.participation else OUT_OF_LABOUR
        cell = cell_number(status, place, skill, people.cells.places)
        change_cell(people.cell, people.heads, people.weight, row, cell)
        people.jobless[row] = 0


@compiled
def train(zone: Zone, seeking: np.ndarray) -> None:
    """Joint training turns unskilled job seekers of the zone into skilled operatives; idle skill fades.

    Args:
        seeking: rows of residents who seek a job.
    """
    people, cells, p = zone.population, zone.population.cells, zone.p.labour
    training_age, seats = int(p.training_age * QUARTERS), zone.policy.now.training / QUARTERS * p.training_success
    able, idle = np.empty_like(seeking), np.empty_like(seeking)
    young, faded, persons = 0, 0, 0.0
    for row in seeking:
        cell = people.cell[row]
        skill = cells.skill[cell]
        if skill == SKILLED and people.jobless[row] > p.fade_after:
            idle[faded] = row
            faded += 1
        elif skill == UNSKILLED and people.age[row] < training_age and cells.town[cell] < zone.world.zone_count:
            able[young] = row
            young += 1
            persons += people.weight[row]
    _learn(zone, _met(zone, TRAINING, able[:young], min(1.0, seats / max(persons, 1.0))), SKILLED - UNSKILLED)
    _learn(zone, _met(zone, FADING, idle[:faded], p.skill_decay), UNSKILLED - SKILLED)


@compiled
def _met(zone: Zone, stream: int, rows: np.ndarray, chance: float) -> np.ndarray:
    """Choose residents who all have the same chance, 0-1."""
    parts, all_alike = in_parts(np.full(1, chance)), np.zeros(rows.size, dtype=np.int64)
    return rows[met(parts, all_alike, zone.population.who[rows], zone.keys.turn[stream], passing(zone, stream))]


@compiled
def _learn(zone: Zone, rows: np.ndarray, steps: int) -> None:
    """Change the skill of residents by some steps."""
    people = zone.population
    for row in rows:
        change_cell(people.cell, people.heads, people.weight, row, int(people.cell[row]) + steps)
