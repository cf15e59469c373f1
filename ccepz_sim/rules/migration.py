"""Migration: residents weigh expected income, services, pollution, distance and kin; programmes make offers.

Source: Harris and Todaro 1970; random-utility choice, McFadden 1974; Chen, Oliva and Zhang (pollution);
docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import ONE, comb_of, even_comb, in_parts
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED, cell_number
from ccepz_sim.state.population import BLOCK, LONG_AGO, NO_AGE, change_cell
from ccepz_sim.state.world import METRES, PROFESSIONAL, SKILLED, SKILLS, UNSKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


UNDECIDED = -1


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


def live_and_move(zone: Zone) -> None:
    """Age, die, are born; then some consider moving, some are resettled, some return.

    Reads: population.*, migration.*, labour.retirement_age; policy resettlement, resettlement_jobs and those of
    `attraction`.
    """
    live(zone)
    value = attraction(zone)
    if not zone.frozen:
        choose(zone, value)
        _resettle(zone, value)
    count_persons(zone)


def live(zone: Zone) -> None:
    """A quarter older; the old and a few others die, and every place has its births."""
    people = zone.population
    luck = zone.streams.at(Stream.VITAL, zone.quarter).random(people.used // BLOCK + 2)
    dead = age_and_die(zone, luck[1:])
    if not zone.frozen:
        people.free = np.concatenate([people.free, dead])
        town = births(zone, float(luck[0]))
        bear(zone, people.rows_for(len(town)), town)


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


def choose(zone: Zone, value: np.ndarray) -> None:
    """Some adults consider moving each quarter and choose among all places, staying included.

    Args:
        value: see `attraction`.
    """
    luck = zone.streams.at(Stream.MIGRATION, zone.quarter).random((zone.population.used // BLOCK + 1, 2))
    move_some(zone, value, luck)


@compiled
def move_some(zone: Zone, value: np.ndarray, luck: np.ndarray) -> None:
    """Let those move who draw a move, block by block of residents.

    Args:
        luck: uniform draws that place the combs of those who think of moving, and of those who move, by block.
    """
    if zone.quarter % QUARTERS == 0 or not zone.population.kin.any():
        count_kin(zone)
    chances, considers = move_chances(zone, value), _considers(zone)
    for block in range(luck.shape[0]):
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
        considers: see `_considers`; chances: see `move_chances`; luck: two uniform draws, see `move_some`.
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


def _resettle(zone: Zone, value: np.ndarray) -> None:
    """The programme offers people of the crowded east a move to one of two towns; without a job many return."""
    luck = zone.streams.at(Stream.RESETTLEMENT, zone.quarter)
    east, (first, second) = zone.world.sending_place, zone.world.receiving_places
    stuck = offer_moves(zone, value, east, first, second, float(luck.random()))
    back = stuck[luck.random(len(stuck)) < zone.p.migration.return_chance]
    if len(back):
        go_back(zone, back, east)


@compiled
def offer_moves(zone: Zone, value: np.ndarray, east: int, first: int, second: int, start: float) -> np.ndarray:
    """Fill the programme's places from those who would gain; the towns share them by open posts.

    Args:
        value: see `attraction`; east, first, second: places that send and receive.
        start: one uniform draw that places the comb of the systematic samples.

    Returns:
        The resettled who live neither where they came from nor outside and are out of work for long.
    """
    people, cells, p = zone.population, zone.population.cells, zone.p.migration
    if zone.policy.now.resettlement > 0.0:
        rows = _takers(zone, value, east, first, second, start)
        free = free_second = 1.0  # in persons
        for employer in range(zone.towns.vacancies.shape[0]):
            for skill in range(len(SKILLS)):
                free += zone.towns.vacancies[employer, first, skill]
                free_second += zone.towns.vacancies[employer, second, skill]
        goal = np.full(rows.size, second)
        goal[even_comb(rows.size, free / (free + free_second), start)] = first
        people.resettled_quarter = 0
        for number in range(rows.size):
            row = rows[number]
            people.resettled[row], people.guaranteed[row] = True, False
            people.resettled_quarter += int(people.weight[row])
            move(zone, row, goal[number])
        for chosen in even_comb(rows.size, zone.policy.now.resettlement_jobs, start):
            people.guaranteed[rows[chosen]] = True
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
def _takers(zone: Zone, value: np.ndarray, east: int, first: int, second: int, start: float) -> np.ndarray:
    """Choose those who take a place: adults of a certain age of the east, no professionals, once only."""
    people, cells, p, now = zone.population, zone.population.cells, zone.p.migration, zone.policy.now
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
    return rows[comb_of(in_parts(accepts * min(1.0, places / max(total, 1.0))), skills, start)]


@compiled
def go_back(zone: Zone, rows: np.ndarray, east: int) -> None:
    """Some of the resettled who found no work for long go back to where they came from."""
    people = zone.population
    people.returned_quarter = 0
    for row in rows:
        people.returned_quarter += int(people.weight[row])
        move(zone, row, east)
        people.resettled[row] = False
