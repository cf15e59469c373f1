"""Migration: residents weigh expected income, services, pollution, distance and kin; programmes make offers.

Source: Harris and Todaro 1970; random-utility choice, McFadden 1974; Chen, Oliva and Zhang (pollution);
docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.rng import Stream
from ccepz_sim.sampling import ONE, comb_of, even_comb, in_parts
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED, with_outside
from ccepz_sim.state.parameters.people import MigrationParameters
from ccepz_sim.state.population import BLOCK, change_cell
from ccepz_sim.state.world import METRES, PROFESSIONAL, SKILLED, SKILLS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


UNDECIDED = -1
SENDING = "haidong"
RECEIVING = ("golmud", "delingha")
RIVAL = "xining"


def choice_chances(utility: np.ndarray, *more: np.ndarray) -> np.ndarray:
    """Give logit shares along the last axis, summing to one. Benchmark B08.

    Args:
        utility: shape (..., choices); more: further terms of its sum, broadcast and of moderate size. As the
            exponentials are multiplied, a sum over many kinds of people costs no exponential of each.

    Source: McFadden 1974.
    """
    weight = np.exp(utility - utility.max(axis=-1, keepdims=True))
    for term in more:
        weight = weight * np.exp(term)
    chances: np.ndarray = weight / weight.sum(axis=-1, keepdims=True)
    return chances


@compiled
def expected_wage(wage: np.ndarray, job_chance: np.ndarray, otherwise: np.ndarray | float) -> np.ndarray:
    """Give the Harris-Todaro income, yuan/year: chance of a job times wage, else what the jobless have. Benchmark B07.

    Source: Harris and Todaro 1970.
    """
    return job_chance * wage + (1.0 - job_chance) * otherwise


def live_and_move(zone: Zone) -> None:
    """Age, die, are born; then some consider moving, some are resettled, some return.

    Reads: population.*, migration.*, labour.retirement_age; policy resettlement, resettlement_jobs and those of
    `attraction`.
    """
    _vital(zone)
    value = attraction(zone)
    _choose(zone, value)
    _resettle(zone, value)
    zone.population.persons[:] = zone.population.count()


def _vital(zone: Zone) -> None:
    """A quarter older; the old and a few others die, and every place has its births."""
    people = zone.population
    people.age[: people.used] += 1
    if zone.frozen:
        return
    luck = zone.streams.at(Stream.VITAL, zone.quarter).random(people.used // BLOCK + 2)
    _die(zone, luck[1:])
    _be_born(zone, float(luck[0]))


def _die(zone: Zone, start: np.ndarray) -> None:
    """Draw deaths by age: by band, and rising with the square of years in high age.

    Args:
        start: one uniform draw for each block of rows.
    """
    people, hazard = zone.population, in_parts(zone.fixed.death_chance)
    for number, rows in people.blocks():
        people.bury(comb_of(hazard, people.age[rows], float(start[number])) + rows.start)


def _be_born(zone: Zone, luck: float) -> None:
    """Births follow the rate of each place; what is less than a row is carried from place to place."""
    people = zone.population
    p, voice = zone.p.population, zone.p.voice
    town = _births(zone.towns.birth_rate, p.birth_outside, people.persons, people.birth_weight, luck)
    awareness = with_outside(zone.towns.awareness, voice.awareness_start)
    people.bear(town, awareness, with_outside(zone.towns.trust, voice.trust_start))


@compiled
def _births(rate: np.ndarray, outside: float, persons: np.ndarray, birth_weight: np.ndarray, luck: float) -> np.ndarray:
    """Give the place of each newborn row; rate: births a person and year by place, and outside."""
    expected, born = 0.0, np.empty(persons.size, dtype=np.int64)
    for place in range(persons.size):
        yearly = rate[place] if place < rate.size else outside
        expected += yearly / QUARTERS * persons[place] / birth_weight[place]
        born[place] = int(np.floor(expected + luck))
    town = np.empty(born[-1], dtype=np.int64)
    place = 0
    for row in range(town.size):
        while born[place] <= row:
            place += 1
        town[row] = place
    return town


def attraction(zone: Zone) -> np.ndarray:
    """Give the part of utility that all of one skill share: pay, pollution, services, altitude, offers, the rival.

    Returns:
        Utility, shape (places + 1, skills), the rest of China last.

    Reads: migration.*; policy talent_allowance, division.
    """
    towns, world, p, now = zone.towns, zone.world, zone.p.migration, zone.policy.now
    value = np.empty((world.place_count + 1, len(SKILLS)))
    felt = np.array([p.pollution_unskilled, p.pollution_skilled, p.pollution_professional])
    liked = np.array([p.amenity_unskilled, p.amenity_skilled, p.amenity_professional])
    _pay(
        value,
        towns.labour_force,
        towns.vacancies,
        towns.employed,
        towns.unemployment,
        towns.wage,
        zone.towns.base_wage,
        world.place.housing_cost,
        p.vacancy_base,
        p.job_chance_least,
        p.jobless_income,
        p.housing_weight,
        p.outside_wage * (1.0 - p.outside_risk),
        p.wage,
    )
    _surroundings(
        value,
        felt,
        liked,
        towns.pollution,
        towns.amenity,
        towns.ecology,
        world.place.altitude_m,
        p.outside_pollution,
        p.outside_amenity,
        p.ecology_weight,
        p.ecology_reference,
        p.altitude_free,
        p.altitude / METRES,
        p.allowance * now.talent_allowance / p.allowance_scale,
        world.zone_count,
        p.rival_pull * zone.fixed.rival_attraction * (1.0 - now.division),
        world.place_index[RIVAL],
    )
    return value


@compiled
def _pay(
    value: np.ndarray,
    labour_force: np.ndarray,
    vacancies: np.ndarray,
    employed: np.ndarray,
    unemployment: np.ndarray,
    wage: np.ndarray,
    base_wage: np.ndarray,
    housing_cost: np.ndarray,
    vacancy_base: float,
    job_chance_least: float,
    jobless_income: float,
    housing_weight: float,
    outside_wage: float,
    weight: float,
) -> None:
    """Value expected income by place and skill; a chance of a job asks for a vacancy and for few who seek it."""
    places, skills = wage.shape
    for skill in range(skills):
        usual = 0.0
        for place in range(places):
            free = working = 0.0
            for employer in range(len(employed)):
                free += vacancies[employer, place, skill]
                working += employed[employer, place, skill]
            seekers = max(max(labour_force[place, skill], 1.0) - working, 1.0)
            chance = (1.0 - unemployment[place, skill]) * min(1.0, vacancy_base + free / (seekers + free))
            chance = min(max(chance, job_chance_least), 1.0)
            earned = wage[place, skill]
            income = expected_wage(earned, chance, jobless_income * earned) / housing_cost[place] ** housing_weight
            value[place, skill] = weight * np.log(income)
            usual += base_wage[place, skill]
        value[places, skill] = weight * np.log(usual / places * outside_wage)


@compiled
def _surroundings(
    value: np.ndarray,
    felt: np.ndarray,
    liked: np.ndarray,
    pollution: np.ndarray,
    amenity: np.ndarray,
    ecology: np.ndarray,
    altitude: np.ndarray,
    outside_pollution: float,
    outside_amenity: float,
    ecology_weight: float,
    ecology_reference: float,
    altitude_free: float,
    altitude_weight: float,
    talent: float,
    zone_count: int,
    rival: float,
    rival_place: int,
) -> None:
    """Add what pollution, services, ecology, altitude, offers to talent and the rival are worth, by skill."""
    places = amenity.size
    for place in range(places + 1):
        if place < places:
            harm = np.log1p(pollution[place])
            good = amenity[place] * (1.0 + ecology_weight * (ecology[place] - ecology_reference))
            high = altitude_weight * max(0.0, altitude[place] - altitude_free)
        else:
            harm, good, high = np.log1p(outside_pollution), outside_amenity, 0.0
        for skill in range(felt.size):
            value[place, skill] += liked[skill] * good - felt[skill] * harm - high
        if place < zone_count:
            value[place, PROFESSIONAL] += talent
    for skill in range(SKILLED, felt.size):
        value[rival_place, skill] += rival


def _choose(zone: Zone, value: np.ndarray) -> None:
    """Some adults consider moving each quarter and choose among all places, staying included."""
    if zone.frozen:
        return
    people, p = zone.population, zone.p.migration
    if zone.quarter % QUARTERS == 0 or not people.kin.any():
        people.kin[:] = _kin(zone)
    chances = move_chances(value, zone.fixed.distance_term, people.kin, p)
    yearly = np.array([p.consider_unskilled, p.consider_skilled, p.consider_professional])
    considers = in_parts(yearly / QUARTERS)
    cells = people.cells
    start = zone.streams.at(Stream.MIGRATION, zone.quarter).random((people.used // BLOCK + 1, 2))
    for number, block in people.blocks():
        rows, goal = _movers(
            people.cell[block],
            people.home[block],
            people.age[block],
            people.moved[block],
            cells.town,
            cells.skill,
            considers,
            chances,
            float(start[number, 0]),
            float(start[number, 1]),
            int(p.adult_age * QUARTERS),
            int(p.oldest_age * QUARTERS),
            float(zone.quarter - p.settle_quarters),
        )
        _move(zone, rows + block.start, goal)


@compiled
def _movers(
    cell: np.ndarray,
    home: np.ndarray,
    age: np.ndarray,
    moved: np.ndarray,
    town_of: np.ndarray,
    skill_of: np.ndarray,
    considers: np.ndarray,
    chances: np.ndarray,
    first: float,
    second: float,
    adult: int,
    oldest: int,
    settled: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Give the rows of a block that move, and their goals; who is of no age to move, or has just moved, stays.

    Args:
        cell, home, age, moved: of residents; town_of, skill_of: of cells.
        considers: chance to consider moving by skill, chances: see `move_chances`; both in parts as `comb` takes them.
        first, second: uniform draws that place the combs of those who think of moving, and of those who move.
        adult, oldest: quarters of age; settled: last quarter of an earlier move that is long enough ago.
    """
    places = chances.shape[1]
    by_cell = np.zeros(town_of.size, dtype=np.int64)
    for number in range(town_of.size):
        if town_of[number] >= 0:
            by_cell[number] = considers[skill_of[number]]
    thinking = comb_of(by_cell, cell, first)
    kind = np.empty(thinking.size, dtype=np.int64)
    count = 0
    for row in thinking:
        if adult <= age[row] < oldest and moved[row] <= settled:
            thinking[count] = row
            here = int(skill_of[cell[row]]) * places + int(town_of[cell[row]])
            kind[count] = here * places + int(home[row])
            count += 1
    goal = np.full(count, UNDECIDED)
    reached, movers = int(second * ONE), 0
    for place in range(places):
        for who in range(count):
            reached += chances[kind[who], place]
            if reached >= ONE:
                reached -= ONE
                # who is met at two places goes to the first
                if goal[who] == UNDECIDED:
                    goal[who] = place
                    movers += 1
    rows, goals = np.empty(movers, dtype=np.int64), np.empty(movers, dtype=np.int64)
    movers = 0
    for who in range(count):
        if goal[who] != UNDECIDED:
            rows[movers], goals[movers] = thinking[who], goal[who]
            movers += 1
    return rows, goals


def move_chances(value: np.ndarray, distance: np.ndarray, kin: np.ndarray, p: MigrationParameters) -> np.ndarray:
    """Give everybody's chance to move, by kind and place: what all share, distance, kin, home and staying put.

    All of one skill who live in one place and call one place home choose alike, so that the logit is computed once
    for each of these kinds and not for each resident.

    Args:
        value: utility all of one skill share, shape (places, skills), the rest of China last.
        distance: shape (places, places), from row to column; kin: share of those from the place of the row who live
            in the place of the column.
        p: parameters of migration.

    Returns:
        In parts as `comb` takes them, shape (kinds, places); staying has none. Kinds are numbered by skill, then place,
        then home.

    Source: McFadden 1974.
    """
    places = len(distance)
    here = -p.distance * distance
    here[:, -1] -= p.leave_province
    here.ravel()[:: places + 1] += p.stay
    # the exponentials of a sum are multiplied: what home adds weighs the shares anew
    shares = choice_chances(value.T[:, None, :], here)
    return _drawn_home(shares, kin, p.kin, p.kin_scale, p.home_pull)


@compiled
def _drawn_home(
    shares: np.ndarray, kin: np.ndarray, kin_weight: float, kin_scale: float, home_pull: float
) -> np.ndarray:
    """Weigh shares by skill and place with what kin and home add; give chances to move by kind, see `move_chances`."""
    skills, places, _ = shares.shape
    drawn = np.empty((places, places))
    for home in range(places):
        for goal in range(places):
            drawn[home, goal] = np.exp(kin_weight * np.log1p(kin_scale * kin[home, goal]))
        drawn[home, home] *= np.exp(home_pull)
    parts = np.empty((skills * places * places, places), dtype=np.int64)
    kind = 0
    for skill in range(skills):
        for here in range(places):
            for home in range(places):
                total = 0.0
                for goal in range(places):
                    total += shares[skill, here, goal] * drawn[home, goal]
                for goal in range(places):
                    parts[kind, goal] = int(shares[skill, here, goal] * drawn[home, goal] / total * ONE)
                parts[kind, here] = 0
                kind += 1
    return parts


def _kin(zone: Zone) -> np.ndarray:
    """Give the share of those who call a place home by where they live, shape (places + 1, places + 1)."""
    people = zone.population
    size = people.outside + 1
    count = np.zeros((size, size))
    _count_kin(
        people.cell[: people.used], people.home[: people.used], people.weight[: people.used], people.cells.town, count
    )
    share: np.ndarray = count / np.maximum(1.0, count.sum(axis=1, keepdims=True))
    return share


@compiled
def _count_kin(cell: np.ndarray, home: np.ndarray, weight: np.ndarray, town_of: np.ndarray, count: np.ndarray) -> None:
    """Add up persons by home and place."""
    for row in range(cell.size):
        if town_of[cell[row]] >= 0:
            count[home[row], town_of[cell[row]]] += weight[row]


def _move(zone: Zone, rows: np.ndarray, goal: np.ndarray) -> None:
    """Change residents' place: they leave their job and look for one where they arrive."""
    people, cells, labour = zone.population, zone.population.cells, zone.p.labour
    _go(
        rows,
        goal,
        people.cell,
        people.heads,
        people.weight,
        people.age,
        people.jobless,
        people.moved,
        people.moves,
        cells.town,
        cells.skill,
        cells.employer,
        cells.flat,
        zone.quarter,
        int(labour.working_age * QUARTERS),
        int(labour.retirement_age * QUARTERS),
    )


@compiled
def _go(
    rows: np.ndarray,
    goal: np.ndarray,
    cell: np.ndarray,
    heads: np.ndarray,
    weight: np.ndarray,
    age: np.ndarray,
    jobless: np.ndarray,
    moved: np.ndarray,
    moves: np.ndarray,
    town_of: np.ndarray,
    skill_of: np.ndarray,
    employer_of: np.ndarray,
    flat: int,
    quarter: int,
    working_age: int,
    retirement_age: int,
) -> None:
    """Move residents and count them; those who come from outside seek work when they are of an age to."""
    outside = len(moves) - 1
    for number in range(rows.size):
        row, there = rows[number], goal[number]
        now = cell[row]
        here = town_of[now]
        moves[here, there] += weight[row]
        able = working_age <= age[row] < retirement_age
        seeks = employer_of[now] > OUT_OF_LABOUR or (here == outside and able)
        employer = UNEMPLOYED if seeks and there < outside else OUT_OF_LABOUR
        to = (employer - OUT_OF_LABOUR) * flat + there * len(SKILLS) + skill_of[now]
        change_cell(cell, heads, weight, row, to)
        jobless[row] = 0
        moved[row] = quarter


def _resettle(zone: Zone, value: np.ndarray) -> None:
    """The programme offers people of the crowded east a move to Golmud or Delingha; without a job many return."""
    if zone.frozen:
        return
    luck = zone.streams.at(Stream.RESETTLEMENT, zone.quarter)
    start = float(luck.random())
    _offer_moves(zone, value, start)
    _return_jobless(zone, luck)


def _offer_moves(zone: Zone, value: np.ndarray, start: float) -> None:
    """Fill the programme's places from those who would gain; the towns share them by open posts.

    Args:
        value: utility by place and skill, shape (places + 1, skills).
        start: one uniform draw that places the comb of the systematic samples.
    """
    people, world, p, now = zone.population, zone.world, zone.p.migration, zone.policy.now
    cells, places = people.cells, now.resettlement / QUARTERS
    if places <= 0.0:
        return
    first, second = RECEIVING
    rows, goal, people.resettled_quarter = _takers(
        people.cell[: people.used],
        people.age,
        people.weight,
        people.resettled,
        people.guaranteed,
        cells.town,
        cells.skill,
        zone.towns.vacancies,
        value,
        world.place_index[SENDING],
        world.place_index[first],
        world.place_index[second],
        p.offer_base + p.offer_jobs * now.resettlement_jobs,
        now.resettlement_jobs,
        places,
        start,
        int(p.adult_age * QUARTERS),
        int(p.programme_age * QUARTERS),
    )
    _move(zone, rows, goal)


@compiled
def _takers(
    cell: np.ndarray,
    age: np.ndarray,
    weight: np.ndarray,
    resettled: np.ndarray,
    guaranteed: np.ndarray,
    town_of: np.ndarray,
    skill_of: np.ndarray,
    vacancies: np.ndarray,
    value: np.ndarray,
    east: int,
    first: int,
    second: int,
    offer: float,
    with_job: float,
    places: float,
    start: float,
    adult: int,
    oldest: int,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Choose those who take a place: adults of a certain age of the east, no professionals, once only.

    Args:
        offer: log odds to accept without a gain; with_job: share that is promised a job; places: persons taken.

    Returns:
        Rows, their goals, first or second, and how many persons they stand for.
    """
    rows, count = np.empty(cell.size, dtype=np.int64), 0
    for row in range(cell.size):
        # no branch: a processor guesses wrong where every second one is able
        rows[count] = row
        kind = cell[row]
        sought = (town_of[kind] == east) & (skill_of[kind] < PROFESSIONAL)
        count += int(sought & (adult <= age[row]) & (age[row] < oldest) & (not resettled[row]))
    rows = rows[:count]
    accepts = np.empty(len(SKILLS))
    for skill in range(accepts.size):
        gain = (value[first, skill] + value[second, skill]) / 2.0 - value[east, skill]
        accepts[skill] = 1.0 / (1.0 + np.exp(-(offer + gain)))
    total = 0.0
    for one in rows:
        total += weight[one] * accepts[skill_of[cell[one]]]
    parts = in_parts(accepts * min(1.0, places / max(total, 1.0)))
    rows = rows[comb_of(parts, skill_of[cell[rows]], start)]
    free = free_second = 1.0
    for employer in range(len(vacancies)):
        for skill in range(accepts.size):
            free += vacancies[employer, first, skill]
            free_second += vacancies[employer, second, skill]
    goal = np.full(rows.size, second)
    goal[even_comb(rows.size, free / (free + free_second), start)] = first
    persons = 0
    for one in rows:
        resettled[one], guaranteed[one] = True, False
        persons += int(weight[one])
    guaranteed[rows[even_comb(rows.size, with_job, start)]] = True
    return rows, goal, persons


def _return_jobless(zone: Zone, luck: np.random.Generator) -> None:
    """Some of the resettled who found no work for long go back to where they came from."""
    people, p = zone.population, zone.p.migration
    east = zone.world.place_index[SENDING]
    stuck = _stuck(
        people.cell[: people.used],
        people.resettled,
        people.jobless,
        people.cells.town,
        people.cells.employer,
        east,
        people.outside,
        float(p.return_after),
    )
    back = stuck[luck.random(len(stuck)) < p.return_chance]
    if not len(back):
        return
    people.returned_quarter = int(people.weight[back].sum())
    _move(zone, back, np.full(len(back), east))
    people.resettled[back] = False


@compiled
def _stuck(
    cell: np.ndarray,
    resettled: np.ndarray,
    jobless: np.ndarray,
    town_of: np.ndarray,
    employer_of: np.ndarray,
    east: int,
    outside: int,
    patience: float,
) -> np.ndarray:
    """Give the resettled who live neither where they came from nor outside and are out of work for long."""
    rows, count = np.empty(cell.size, dtype=np.int64), 0
    for row in range(cell.size):
        if resettled[row] and jobless[row] >= patience:
            town = town_of[cell[row]]
            if town != east and town != outside and employer_of[cell[row]] == UNEMPLOYED:
                rows[count] = row
                count += 1
    return rows[:count].copy()
