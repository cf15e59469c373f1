"""Labour market: posts, separations, training, vacancies and matches in persons, by town and skill.

Source: urn-ball matching, Petrongolo and Pissarides 2001; wage curve, Blanchflower and Oswald 1994;
docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import PLAY_QUARTER, QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import ONE, comb, comb_of, even_comb, in_parts
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED, cell_number
from ccepz_sim.state.population import BLOCK, change_cell
from ccepz_sim.state.world import (
    AGRICULTURE,
    CONSTRUCTION,
    FIRMS,
    INSTITUTES,
    MIDDLE,
    PROFESSIONAL,
    PUBLIC,
    SERVICES,
    SKILLED,
    SKILLS,
    UNSKILLED,
)  # fmt: skip

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


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


def run_labour_market(zone: Zone) -> None:
    """Separate, train, post vacancies, match, and move wages toward what scarcity asks.

    Reads: labour.*; policy training, internet; posts of firms, institutes and sectors, scientist_leave, vacancy_pull.
    """
    streams, quarter = zone.streams, zone.quarter
    enter_and_retire(zone)
    starts = streams.at(Stream.SEPARATIONS, quarter).random(zone.population.used // BLOCK + 1)
    seeking = part_and_train(zone, starts, streams.at(Stream.TRAINING, quarter).random(2))
    match(zone, seeking)
    employ_and_pay(zone)


@compiled
def part_and_train(zone: Zone, starts: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Settle who works where, let workers go and train seekers, and give the rows of those who seek work.

    Args:
        starts: uniform draws by block of residents, see `separate`; luck: see `train`.
    """
    towns = zone.towns
    count_employed(zone)
    settle_staff(zone)
    want_posts(zone)
    separate(zone, starts)
    seeking = job_seekers(zone)
    train(zone, seeking, luck)
    count_employed(zone)
    for employer in range(towns.posts.shape[0]):
        for place in range(towns.rows):
            for skill in range(len(SKILLS)):
                free = towns.posts[employer, place, skill] - towns.employed[employer, place, skill]
                towns.vacancies[employer, place, skill] = max(0.0, free)
    return seeking


@compiled
def employ_and_pay(zone: Zone) -> None:
    """Give those hired to firms and institutes, and let wages follow."""
    count_employed(zone)
    hand_out(zone)
    settle_staff(zone)
    wages(zone)


@compiled
def count_employed(zone: Zone) -> None:
    """Take the employed by employer, place and skill from the head counts."""
    towns, people = zone.towns, zone.population
    for employer in range(towns.employed.shape[0]):
        for place in range(towns.rows):
            for skill in range(len(SKILLS)):
                cell = cell_number(employer, place, skill, people.cells.places)
                towns.employed[employer, place, skill] = people.heads[cell]


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
def staff_by_place(zone: Zone) -> np.ndarray:
    """Add up the staff of firms by place and skill."""
    firms = zone.firms
    summed = np.zeros((zone.towns.rows, len(SKILLS)))
    for firm in range(firms.rows):
        for skill in range(len(SKILLS)):
            summed[firms.place[firm], skill] += firms.staff[firm, skill]
    return summed


def enter_and_retire(zone: Zone) -> None:
    """Those who reach working age take up a skill and seek work; the old leave the labour force."""
    grown = retire(zone)
    come_of_age(zone, grown, zone.streams.at(Stream.COMING_OF_AGE, zone.quarter).random((2, len(grown))))


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
def come_of_age(zone: Zone, grown: np.ndarray, luck: np.ndarray) -> None:
    """Draw skill and status of those grown up; luck: uniform, shape (2, grown)."""
    people, towns, p = zone.population, zone.towns, zone.p.labour
    for number in range(grown.size):
        row = grown[number]
        place = int(people.cells.town[people.cell[row]])
        services = towns.amenity[place] if place < towns.rows else p.outside_amenity
        tertiary = p.tertiary_chance * (MIDDLE + services)
        skill = UNSKILLED
        if luck[0, number] < tertiary:
            skill = PROFESSIONAL
        elif luck[0, number] < tertiary + p.vocational_chance:
            skill = SKILLED
        status = UNEMPLOYED if luck[1, number] < p.participation else OUT_OF_LABOUR
        cell = cell_number(status, place, skill, people.cells.places)
        change_cell(people.cell, people.heads, people.weight, row, cell)
        people.jobless[row] = 0


@compiled
def leave_job(zone: Zone, row: int, status: int) -> None:
    """A resident loses a job: and looks for another one, or leaves the labour force."""
    people = zone.population
    flat = people.cells.flat
    cell = (status - OUT_OF_LABOUR) * flat + int(people.cell[row]) % flat
    change_cell(people.cell, people.heads, people.weight, row, cell)
    if status == UNEMPLOYED:
        people.jobless[row] = 0


@compiled
def settle_staff(zone: Zone) -> None:
    """Scale firms' staff in each town and skill to the persons who work there: one head, one post.

    Residents whose last firm of the town has gone become unemployed.
    """
    firms, towns, institutes = zone.firms, zone.towns, zone.institutes
    factor = staff_by_place(zone)
    for place in range(towns.rows):
        for skill in range(len(SKILLS)):
            there, staff = towns.employed[FIRMS, place, skill], factor[place, skill]
            # nobody's staff where there is none: the factor there meets zeros only
            factor[place, skill] = there / max(staff, 1e-12)  # in shares: no longer persons
            if place < zone.world.zone_count and staff <= 0.0 and there > 0.0:
                _dismiss(zone, place, skill)
    for firm in range(firms.rows):
        for skill in range(len(SKILLS)):
            firms.staff[firm, skill] *= factor[firms.place[firm], skill]
    staffed = np.zeros(towns.rows)
    for row in range(institutes.rows):
        staffed[institutes.place[row]] += institutes.people[row]
    for row in range(institutes.rows):
        place = institutes.place[row]
        institutes.people[row] *= towns.employed[INSTITUTES, place, PROFESSIONAL] / max(staffed[place], 1e-12)


@compiled
def _dismiss(zone: Zone, place: int, skill: int) -> None:
    """All who work for firms of a place with a skill become unemployed."""
    people = zone.population
    cell = cell_number(FIRMS, place, skill, people.cells.places)
    for row in range(people.used):
        if people.cell[row] == cell:
            leave_job(zone, row, UNEMPLOYED)
    zone.towns.employed[FIRMS, place, skill] = 0.0


@compiled
def want_posts(zone: Zone) -> None:
    """Set wanted employment by employer, place and skill, persons.

    The posts of 2010 are multiplied by what each sector has become; firms and institutes say their own.
    """
    firms, institutes, towns, p = zone.firms, zone.institutes, zone.towns, zone.p.labour
    base, posts, years = towns.base_posts, towns.posts, zone.quarter / QUARTERS
    farms, far = (1.0 - p.farm_decline) ** years, (1.0 + p.far_growth) ** years
    posts[:] = 0.0
    for firm in range(firms.rows):
        for skill in range(len(SKILLS)):
            posts[FIRMS, firms.place[firm], skill] += firms.posts[firm, skill]
    for place in range(towns.rows):
        for skill in range(len(SKILLS)):
            if place >= zone.world.zone_count:
                posts[FIRMS, place, skill] = base[FIRMS, place, skill] * far
            posts[SERVICES, place, skill] = base[SERVICES, place, skill] * towns.services_index[place]
            posts[CONSTRUCTION, place, skill] = base[CONSTRUCTION, place, skill] * towns.construction_index[place]
            posts[PUBLIC, place, skill] = base[PUBLIC, place, skill] * zone.governance.enforcement_money
            posts[AGRICULTURE, place, skill] = base[AGRICULTURE, place, skill] * farms
    for row in range(institutes.rows):
        posts[INSTITUTES, institutes.place[row], PROFESSIONAL] += institutes.posts[row]


@compiled
def separate(zone: Zone, starts: np.ndarray) -> None:
    """Workers quit at a usual rate or are laid off where staff exceeds posts; scientists also leave empty labs.

    Args:
        starts: one uniform draw for each block of residents.
    """
    people = zone.population
    parts = in_parts(_quit_chances(zone))
    for block in range(starts.size):
        first = block * BLOCK
        for chosen in comb_of(parts, people.cell[first : min(first + BLOCK, people.used)], starts[block]):
            leave_job(zone, first + chosen, UNEMPLOYED)


@compiled
def _quit_chances(zone: Zone) -> np.ndarray:
    """Give the chance to lose a job by cell; firms part from staff beyond their posts."""
    firms, towns, cells, p = zone.firms, zone.towns, zone.population.cells, zone.p.labour
    chance = np.zeros(cells.count + 1)
    let_go = np.zeros((towns.rows, len(SKILLS)))
    for firm in range(firms.rows):
        for skill in range(len(SKILLS)):
            surplus = max(0.0, firms.staff[firm, skill] - firms.posts[firm, skill]) * p.layoff_speed
            let_go[firms.place[firm], skill] += surplus
            firms.staff[firm, skill] = max(0.0, firms.staff[firm, skill] - surplus)
    for employer in range(towns.employed.shape[0]):
        usual = p.separation * p.public_stability if employer in (PUBLIC, AGRICULTURE) else p.separation
        for place in range(towns.rows):
            quits = towns.scientist_leave[place] if employer == INSTITUTES else usual
            for skill in range(len(SKILLS)):
                there = towns.employed[employer, place, skill]
                laid_off = max(0.0, there - towns.posts[employer, place, skill]) * p.layoff_speed
                if employer == FIRMS:
                    near = place < zone.world.zone_count
                    laid_off = let_go[place, skill] if near else laid_off + let_go[place, skill]
                cell = cell_number(employer, place, skill, cells.places)
                chance[cell] = min(max(quits + laid_off / max(there, 1e-9), 0.0), 1.0)
    return chance


@compiled
def train(zone: Zone, seeking: np.ndarray, luck: np.ndarray) -> None:
    """Joint training turns unskilled job seekers of the zone into skilled operatives; idle skill fades.

    Args:
        seeking: rows of residents who seek a job; luck: two uniform draws.
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
    if seats > 0.0:
        for chosen in even_comb(young, min(1.0, seats / max(persons, 1.0)), luck[0]):
            _learn(zone, able[chosen], SKILLED - UNSKILLED)
    for chosen in even_comb(faded, p.skill_decay, luck[1]):
        _learn(zone, idle[chosen], UNSKILLED - SKILLED)


@compiled
def _learn(zone: Zone, row: int, steps: int) -> None:
    """Change the skill of a resident by some steps."""
    people = zone.population
    change_cell(people.cell, people.heads, people.weight, row, int(people.cell[row]) + steps)


def match(zone: Zone, seeking: np.ndarray) -> None:
    """Seekers meet vacancies; jobs go to employers in proportion to what each seeks."""
    if not len(seeking):
        return
    luck = zone.streams.at(Stream.MATCHING, zone.quarter)
    open_posts, rows = meet(zone, seeking, float(luck.random()))
    take_jobs(zone, rows, luck.random(len(rows)), open_posts)


@compiled
def meet(zone: Zone, seeking: np.ndarray, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Let seekers meet the posts they consider; a promise of a job is kept where there is any post.

    Args:
        seeking: rows of residents who seek a job; start: see `comb`.

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
    parts = np.empty(seeking.size, dtype=np.int64)
    for number in range(seeking.size):
        row = seeking[number]
        here = int(people.cell[row]) % people.cells.flat
        parts[number] = ONE if people.guaranteed[row] and total[here] > 0.0 else chance[here]
        people.jobless[row] += 1
    return open_posts, seeking[comb(parts, start)]


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
    people, vacancies, flat = zone.population, zone.towns.vacancies, zone.population.cells.flat
    kind = np.empty(rows.size, dtype=np.int64)
    for number in range(rows.size):
        kind[number] = int(people.cell[rows[number]]) % flat
    employer = draw_employer(open_posts, kind, draw)
    for number in range(rows.size):
        row, here, job = rows[number], kind[number], employer[number]
        if job == INSTITUTES and people.weight[row] > vacancies[INSTITUTES, here // len(SKILLS), here % len(SKILLS)]:
            job = 0
            for other in range(INSTITUTES):
                if open_posts[other, here] > open_posts[job, here]:
                    job = other
        change_cell(people.cell, people.heads, people.weight, row, (job - OUT_OF_LABOUR) * flat + here)
        people.jobless[row] = 0
        people.guaranteed[row] = False


@compiled
def hand_out(zone: Zone) -> None:
    """Give new staff to firms and institutes in proportion to their open posts."""
    firms, towns, institutes = zone.firms, zone.towns, zone.institutes
    now, sought = staff_by_place(zone), np.zeros((towns.rows, len(SKILLS)))
    for firm in range(firms.rows):
        if firms.alive[firm]:
            for skill in range(len(SKILLS)):
                sought[firms.place[firm], skill] += max(0.0, firms.posts[firm, skill] - firms.staff[firm, skill])
    for place in range(towns.rows):
        for skill in range(len(SKILLS)):
            gain = max(0.0, towns.employed[FIRMS, place, skill] - now[place, skill])
            sought[place, skill] = gain / max(sought[place, skill], 1e-9)  # in shares: no longer persons
    for firm in range(firms.rows):
        if firms.alive[firm]:
            for skill in range(len(SKILLS)):
                want = max(0.0, firms.posts[firm, skill] - firms.staff[firm, skill])
                firms.staff[firm, skill] += want * sought[firms.place[firm], skill]
    there, asked = np.zeros(towns.rows), np.zeros(towns.rows)
    for row in range(institutes.rows):
        place = institutes.place[row]
        there[place] += institutes.people[row]
        asked[place] += max(0.0, institutes.posts[row] - institutes.people[row]) * institutes.pull[row]
    for row in range(institutes.rows):
        place = institutes.place[row]
        want = max(0.0, institutes.posts[row] - institutes.people[row]) * institutes.pull[row]
        gain = max(0.0, towns.employed[INSTITUTES, place, PROFESSIONAL] - there[place])
        institutes.people[row] += want * (gain / max(asked[place], 1e-9))


@compiled
def wages(zone: Zone) -> None:
    """Wages grow with the country and bend with local unemployment.

    Reads: labour.wage_*, natural_rate, gap_most, shortage_*.

    Source: Blanchflower and Oswald 1994.
    """
    towns, people, p = zone.towns, zone.population, zone.p.labour
    growth = p.wage_growth_early if zone.quarter < PLAY_QUARTER else p.wage_growth_late
    employers = towns.employed.shape[0]
    for place in range(towns.rows):
        for skill in range(len(SKILLS)):
            working = wanted = force = 0.0
            for employer in range(UNEMPLOYED, employers):
                force += people.heads[cell_number(employer, place, skill, people.cells.places)]
            for employer in range(employers):
                working += towns.employed[employer, place, skill]
                wanted += towns.posts[employer, place, skill]
            towns.labour_force[place, skill] = force
            idle = 1.0 - working / max(force, 1.0) if force > 0.0 else p.natural_rate
            towns.unemployment[place, skill] = idle
            gap = min(max(p.natural_rate - idle, -p.gap_most), p.gap_most)
            shortage = min(max((wanted - working) / max(wanted, 1.0), 0.0), p.shortage_most)
            drift = (growth + p.wage_curve * gap + p.shortage_push * shortage) / QUARTERS
            bent = towns.wage[place, skill] * (1.0 + min(max(drift, -p.wage_fall_most), p.wage_rise_most))
            towns.base_wage[place, skill] *= 1.0 + growth / QUARTERS
            towns.wage[place, skill] = bent + p.wage_return * (towns.base_wage[place, skill] - bent)
