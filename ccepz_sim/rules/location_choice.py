"""Where residents go: they weigh expected income, services, pollution, distance and kin.

Source: Harris and Todaro 1970; random-utility choice, McFadden 1974; Chen, Oliva and Zhang (pollution);
docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, narrow, passing, turned
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import ONE, in_parts, met
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED, cell_number
from ccepz_sim.state.population import change_cell
from ccepz_sim.state.world import METRES, PROFESSIONAL, SKILLED, SKILLS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

MIGRATION, LEAVING = NUMBERS[Stream.MIGRATION], NUMBERS[Stream.LEAVING]


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
    """Some adults consider moving each quarter and choose among all places, staying included.

    Args:
        value: see `attraction`.
    """
    people, cells, p = zone.population, zone.population.cells, zone.p.migration
    if zone.quarter % QUARTERS == 0 or not people.kin.any():
        count_kin(zone)
    chances, considers = move_chances(zone, value), _considers(zone)
    leaves = chances.sum(axis=1)
    turn, shift = zone.keys.turn[MIGRATION], passing(zone, MIGRATION)
    turn_too, luck = zone.keys.turn[LEAVING], passing(zone, LEAVING)
    race, settled, places = narrow(luck, 0), zone.quarter - p.settle_quarters, people.ends
    adult, oldest = int(p.adult_age * QUARTERS), int(p.oldest_age * QUARTERS)
    cell_of, who = people.cell[: people.used], people.who[: people.used]
    for row in met(considers, cell_of, who, turn, shift):
        if adult <= people.age[row] < oldest and people.moved[row] <= settled:
            cell = cell_of[row]
            here = int(cells.skill[cell]) * places + int(cells.town[cell])
            kind = here * places + int(people.home[row])
            if turned(turn_too, luck, who[row]) < leaves[kind]:
                move(zone, row, first_to_ring(chances[kind], narrow(race, who[row])))


@compiled
def _considers(zone: Zone) -> np.ndarray:
    """Give the chance to consider moving by cell, in parts as `in_parts` gives them."""
    cells, p = zone.population.cells, zone.p.migration
    yearly = (p.consider_unskilled, p.consider_skilled, p.consider_professional)
    chance = np.zeros(cells.size)
    for cell in range(cells.count):
        chance[cell] = yearly[cells.skill[cell]] / QUARTERS
    return in_parts(chance)


@compiled
def first_to_ring(chance: np.ndarray, luck: int) -> int:
    """Choose a place in proportion to its chance, by a race: whose clock, at the rate of the chance, rings first.

    A place that becomes a little more attractive wins a few races and changes no other.

    Args:
        chance: by place, any sum, not all 0; luck: key of somebody.
    """
    goal, best = 0, np.inf
    for place in range(chance.size):
        if chance[place] > 0:
            drawn = draw(luck, place)
            if drawn < best * chance[place]:  # a clock rings no sooner than this: most need no logarithm
                clock = -np.log1p(-drawn) / chance[place]
                if clock < best:
                    goal, best = place, clock
    return goal


@compiled
def move_chances(zone: Zone, value: np.ndarray) -> np.ndarray:
    """Give everybody's chance to move, by kind and place: what all share, distance, kin, home and staying put.

    All of one skill who live in one place and call one place home choose alike, so that the logit is computed once
    for each of these kinds and not for each resident; the exponentials of a sum are multiplied.

    Args:
        value: see `attraction`.

    Returns:
        In parts, see `in_parts`, shape (kinds, places); staying has none. Kinds are numbered by skill, then place,
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
