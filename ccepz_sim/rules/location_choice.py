"""Where residents go: they weigh expected income, services, pollution, distance and kin.

Source: Harris and Todaro 1970; random-utility choice, McFadden 1974; Chen, Oliva and Zhang (pollution);
docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, uniforms
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import ONE, comb_of, in_parts
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED, cell_number
from ccepz_sim.state.population import BLOCK, change_cell
from ccepz_sim.state.world import METRES, PROFESSIONAL, SKILLED, SKILLS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

UNDECIDED = -1
MIGRATION = NUMBERS[Stream.MIGRATION]


@compiled
def choice_chances(utility: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Give logit shares of some choices, summing to one. Benchmark B08.

    Args:
        utility: shape (choices,); weight: exponential of what is to be added to it, of moderate size, same shape. A
            sum over many kinds of people then costs no exponential of each.

    Source: McFadden 1974.
    """
    found = np.exp(utility - utility.max()) * weight
    return found / found.sum()


@compiled
def expected_wage(wage: np.ndarray, job_chance: np.ndarray, otherwise: np.ndarray | float) -> np.ndarray:
    """Give the Harris-Todaro income, yuan/person/year: wage times the chance of a job, else what the jobless have.

    Benchmark B07. Source: Harris and Todaro 1970.
    """
    return job_chance * wage + (1.0 - job_chance) * otherwise


@compiled
def attraction(zone: Zone) -> np.ndarray:
    """Give the part of utility that all of one skill share: pay, pollution, services, altitude, offers, the rival.

    Returns:
        Utility, shape (places + 1, skills), the rest of China last.

    Reads: migration.*; policy talent_allowance, division.
    """
    towns, p, now = zone.towns, zone.p.migration, zone.policy.now
    felt = (p.pollution_unskilled, p.pollution_skilled, p.pollution_professional)
    liked = (p.amenity_unskilled, p.amenity_skilled, p.amenity_professional)
    talent = p.allowance * now.talent_allowance / p.allowance_scale
    value = np.empty((towns.rows + 1, len(SKILLS)))
    for place in range(towns.rows + 1):
        if place < towns.rows:
            harm = np.log1p(towns.pollution[place])
            services = 1.0 + p.ecology_weight * (towns.ecology[place] - p.ecology_reference)
            good = towns.amenity[place] * services
            high = p.altitude / METRES * max(0.0, zone.world.place.altitude_m[place] - p.altitude_free)
        else:
            harm, good, high = np.log1p(p.outside_pollution), p.outside_amenity, 0.0
        for skill in range(len(SKILLS)):
            income = _income(zone, place, skill) if place < towns.rows else _income_outside(zone, skill)
            value[place, skill] = p.wage * np.log(income) + liked[skill] * good - felt[skill] * harm - high
        if place < zone.world.zone_count:
            value[place, PROFESSIONAL] += talent
    for skill in range(SKILLED, len(SKILLS)):
        value[zone.world.rival_place, skill] += p.rival_pull * zone.fixed.rival_attraction * (1.0 - now.division)
    return value


@compiled
def _income(zone: Zone, place: int, skill: int) -> float:
    """Give the income somebody can expect, yuan/person/year; a job asks for a vacancy and for few who seek it."""
    towns, p = zone.towns, zone.p.migration
    free = working = 0.0
    for employer in range(towns.employed.shape[0]):
        free += towns.vacancies[employer, place, skill]
        working += towns.employed[employer, place, skill]
    seekers = max(max(towns.labour_force[place, skill], 1.0) - working, 1.0)
    chance = (1.0 - towns.unemployment[place, skill]) * min(1.0, p.vacancy_base + free / (seekers + free))
    chance = min(max(chance, p.job_chance_least), 1.0)
    earned = towns.wage[place, skill]
    housing = zone.world.place.housing_cost[place] ** p.housing_weight
    return expected_wage(earned, chance, p.jobless_income * earned) / housing


@compiled
def _income_outside(zone: Zone, skill: int) -> float:
    """Give the income somebody can expect in the rest of China, yuan/person/year."""
    towns, p = zone.towns, zone.p.migration
    usual = 0.0
    for place in range(towns.rows):
        usual += towns.base_wage[place, skill]
    return usual / towns.rows * (p.outside_wage * (1.0 - p.outside_risk))


@compiled
def choose(zone: Zone, value: np.ndarray) -> None:
    """Some adults consider moving each quarter and choose among all places, staying included; block by block.

    Args:
        value: see `attraction`.
    """
    blocks = zone.population.used // BLOCK + 1
    # by block, what places the combs of those who think of moving and of those who move
    luck = uniforms(zone, MIGRATION, 2 * blocks).reshape((blocks, 2))
    if zone.quarter % QUARTERS == 0 or not zone.population.kin.any():
        count_kin(zone)
    chances, considers = move_chances(zone, value), _considers(zone)
    for block in range(blocks):
        _move_block(zone, block * BLOCK, considers, chances, luck[block])


@compiled
def _considers(zone: Zone) -> np.ndarray:
    """Give the chance to consider moving by cell, in parts as `comb` takes them."""
    cells, p = zone.population.cells, zone.p.migration
    yearly = (p.consider_unskilled, p.consider_skilled, p.consider_professional)
    chance = np.zeros(cells.size)
    for cell in range(cells.count):
        chance[cell] = yearly[cells.skill[cell]] / QUARTERS
    return in_parts(chance)


@compiled
def _move_block(zone: Zone, first: int, considers: np.ndarray, chances: np.ndarray, luck: np.ndarray) -> None:
    """Let the movers of a block move; who is of no age to move, or has just moved, stays.

    Args:
        considers: see `_considers`; chances: see `move_chances`; luck: two uniform draws, see `choose`.
    """
    people, cells, p = zone.population, zone.population.cells, zone.p.migration
    adult, oldest = int(p.adult_age * QUARTERS), int(p.oldest_age * QUARTERS)
    settled, places = zone.quarter - p.settle_quarters, people.ends
    thinking = comb_of(considers, people.cell[first : min(first + BLOCK, people.used)], luck[0])
    kind = np.empty(thinking.size, dtype=np.int64)
    count = 0
    for chosen in thinking:
        row = first + chosen
        if adult <= people.age[row] < oldest and people.moved[row] <= settled:
            thinking[count] = row
            cell = people.cell[row]
            here = int(cells.skill[cell]) * places + int(cells.town[cell])
            kind[count] = here * places + int(people.home[row])
            count += 1
    goal = np.full(count, UNDECIDED)
    reached = int(luck[1] * ONE)
    for place in range(places):
        for who in range(count):
            reached += chances[kind[who], place]
            if reached >= ONE:
                reached -= ONE
                # who is met at two places goes to the first
                if goal[who] == UNDECIDED:
                    goal[who] = place
    for who in range(count):
        if goal[who] != UNDECIDED:
            move(zone, thinking[who], goal[who])


@compiled
def move_chances(zone: Zone, value: np.ndarray) -> np.ndarray:
    """Give everybody's chance to move, by kind and place: what all share, distance, kin, home and staying put.

    All of one skill who live in one place and call one place home choose alike, so that the logit is computed once
    for each of these kinds and not for each resident; the exponentials of a sum are multiplied.

    Args:
        value: see `attraction`.

    Returns:
        In parts as `comb` takes them, shape (kinds, places); staying has none. Kinds are numbered by skill, then place,
        then home.

    Source: McFadden 1974.
    """
    p, kin, places = zone.p.migration, zone.population.kin, zone.population.ends
    near, drawn = np.empty((places, places)), np.empty((places, places))
    for here in range(places):
        for goal in range(places):
            far = p.distance * zone.fixed.distance_term[here, goal] + (p.leave_province if goal == places - 1 else 0.0)
            near[here, goal] = np.exp((p.stay if here == goal else 0.0) - far)
            drawn[here, goal] = np.exp(p.kin * np.log1p(p.kin_scale * kin[here, goal]))
        drawn[here, here] *= np.exp(p.home_pull)
    parts = np.empty((len(SKILLS) * places * places, places), dtype=np.int64)
    kind = 0
    for skill in range(len(SKILLS)):
        shared = value[:, skill].copy()
        for here in range(places):
            shares = choice_chances(shared, near[here])
            for home in range(places):
                total = 0.0
                for goal in range(places):
                    total += shares[goal] * drawn[home, goal]
                for goal in range(places):
                    parts[kind, goal] = int(shares[goal] * drawn[home, goal] / total * ONE)
                parts[kind, here] = 0
                kind += 1
    return parts


@compiled
def count_kin(zone: Zone) -> None:
    """Set the share of those who call a place home by where they live."""
    people = zone.population
    people.kin[:] = 0.0
    for row in range(people.used):
        town = people.cells.town[people.cell[row]]
        if town >= 0:
            people.kin[people.home[row], town] += people.weight[row]  # in shares: of their sum, see below
    for home in range(people.ends):
        people.kin[home] /= max(1.0, people.kin[home].sum())


@compiled
def move(zone: Zone, row: int, goal: int) -> None:
    """Move a resident: who leaves a job looks for one there; who comes from outside seeks work when of an age to."""
    people, cells, labour = zone.population, zone.population.cells, zone.p.labour
    now, age = people.cell[row], people.age[row]
    here = cells.town[now]
    people.moves[here, goal] += people.weight[row]
    able = int(labour.working_age * QUARTERS) <= age < int(labour.retirement_age * QUARTERS)
    seeks = cells.employer[now] > OUT_OF_LABOUR or (here == people.outside and able)
    employer = UNEMPLOYED if seeks and goal < people.outside else OUT_OF_LABOUR
    to = cell_number(employer, goal, int(cells.skill[now]), cells.places)
    change_cell(people.cell, people.heads, people.weight, row, to)
    people.jobless[row] = 0
    people.moved[row] = zone.quarter
