"""Labour market: posts, separations, training, vacancies and matches in persons, by town and skill.

Source: urn-ball matching, Petrongolo and Pissarides 2001; wage curve, Blanchflower and Oswald 1994;
docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import PLAY_QUARTER, QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.rng import Stream
from ccepz_sim.sampling import ONE, comb, comb_of, even_comb, in_parts
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED
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
    missed = np.exp(intensity * seekers * np.log1p(-1.0 / several))
    return np.minimum(several * (1.0 - missed), np.minimum(vacancies, seekers))


def run_labour_market(zone: Zone) -> None:
    """Separate, train, post vacancies, match, and move wages toward what scarcity asks.

    Reads: labour.*; policy training, internet; posts of firms, institutes and sectors, scientist_leave, vacancy_pull.
    """
    people, towns = zone.population, zone.towns
    _enter_and_retire(zone)
    towns.employed[:] = people.employed()
    desks = Desks(zone)
    _settle(zone, desks)
    towns.posts[:] = _posts(zone, desks)
    _separate(zone, desks)
    seeking = people.with_status(UNEMPLOYED)
    _train(zone, seeking)
    towns.employed[:] = people.employed()
    towns.vacancies[:] = np.maximum(0.0, towns.posts - towns.employed)
    _match(zone, seeking)
    towns.employed[:] = people.employed()
    _hand_out(zone, desks)
    _settle(zone, desks)
    wages(zone)


class Desks:
    """Adds values of firms up by place and skill; made anew for each use.

    Attributes:
        place: of each firm, shape (firms,); places: number of places.
    """

    def __init__(self, zone: Zone) -> None:
        self.place = zone.firms.place
        self.places = zone.world.place_count

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Sum values of firms, shape (firms, skills), by place: shape (places, skills)."""
        return _sum(values, self.place, self.places)


@compiled
def _sum(values: np.ndarray, place: np.ndarray, places: int) -> np.ndarray:
    summed = np.zeros((places, values.shape[1]))
    for firm in range(place.size):
        for skill in range(values.shape[1]):
            summed[place[firm], skill] += values[firm, skill]
    return summed


def _enter_and_retire(zone: Zone) -> None:
    """Those who reach working age take up a skill and seek work; the old leave the labour force."""
    people, p = zone.population, zone.p.labour
    grown, old = _at_age(people.age[: people.used], int(p.working_age * QUARTERS), int(p.retirement_age * QUARTERS))
    cells, luck = people.cells, zone.streams.at(Stream.COMING_OF_AGE, zone.quarter).random((2, len(grown)))
    _come_of_age(
        grown,
        luck,
        people.cell,
        people.heads,
        people.weight,
        people.jobless,
        cells.town,
        cells.flat,
        zone.towns.amenity,
        p.outside_amenity,
        p.tertiary_chance,
        p.vocational_chance,
        p.participation,
    )
    # nobody past this age is ever in the labour force, so that reaching it is all there is to see
    _leave_job(old, people.cell, people.heads, people.weight, people.jobless, cells.flat, OUT_OF_LABOUR)


@compiled
def _at_age(age: np.ndarray, working_age: int, retirement_age: int) -> tuple[np.ndarray, np.ndarray]:
    """Find those who reach working age and those who reach the age of retirement."""
    grown, old = np.empty(age.size, dtype=np.int64), np.empty(age.size, dtype=np.int64)
    young = retired = 0
    for row in range(age.size):
        if age[row] == working_age:
            grown[young] = row
            young += 1
        elif age[row] == retirement_age:
            old[retired] = row
            retired += 1
    return grown[:young].copy(), old[:retired].copy()


@compiled
def _come_of_age(
    grown: np.ndarray,
    luck: np.ndarray,
    cell: np.ndarray,
    heads: np.ndarray,
    weight: np.ndarray,
    jobless: np.ndarray,
    town_of: np.ndarray,
    flat: int,
    amenity: np.ndarray,
    outside_amenity: float,
    tertiary_chance: float,
    vocational_chance: float,
    participation: float,
) -> None:
    """Draw skill and status of those grown up; luck: uniform, shape (2, grown)."""
    for number in range(grown.size):
        row = grown[number]
        place = int(town_of[cell[row]])
        services = amenity[place] if place < amenity.size else outside_amenity
        tertiary = tertiary_chance * (MIDDLE + services)
        skill = UNSKILLED
        if luck[0, number] < tertiary:
            skill = PROFESSIONAL
        elif luck[0, number] < tertiary + vocational_chance:
            skill = SKILLED
        status = UNEMPLOYED if luck[1, number] < participation else OUT_OF_LABOUR
        change_cell(cell, heads, weight, row, (status - OUT_OF_LABOUR) * flat + place * len(SKILLS) + skill)
        jobless[row] = 0


@compiled
def _leave_job(
    rows: np.ndarray,
    cell: np.ndarray,
    heads: np.ndarray,
    weight: np.ndarray,
    jobless: np.ndarray,
    flat: int,
    status: int,
) -> None:
    """Residents lose their job: they look for another one, or leave the labour force."""
    for row in rows:
        change_cell(cell, heads, weight, row, (status - OUT_OF_LABOUR) * flat + int(cell[row]) % flat)
        if status == UNEMPLOYED:
            jobless[row] = 0


def settle_staff(zone: Zone) -> None:
    """Scale firms' staff in each town and skill to the persons who work there: one head, one post."""
    _settle(zone, Desks(zone))


def _settle(zone: Zone, desks: Desks) -> None:
    firms, institutes = zone.firms, zone.institutes
    stranded = _scale(
        firms.staff,
        desks.place,
        zone.towns.employed,
        zone.world.zone_count,
        institutes.people,
        institutes.place,
    )
    if stranded.any():
        _dismiss(zone, stranded)


@compiled
def _scale(
    staff: np.ndarray,
    place: np.ndarray,
    employed: np.ndarray,
    near: int,
    people: np.ndarray,
    institute_place: np.ndarray,
) -> np.ndarray:
    """Scale staff of firms and people of institutes to those who work there.

    Returns:
        Where in the zone somebody works and no firm has staff, shape (places of the zone, skills).
    """
    _, places, skills = employed.shape
    total = _sum(staff, place, places)
    factor, stranded = np.empty((places, skills)), np.zeros((near, skills), dtype=np.bool_)
    for here in range(places):
        for skill in range(skills):
            there = employed[FIRMS, here, skill]
            # nobody's staff where there is none: the factor there meets zeros only
            factor[here, skill] = there / max(total[here, skill], 1e-12)
            if here < near:
                stranded[here, skill] = total[here, skill] <= 0.0 and there > 0.0
    for firm in range(place.size):
        for skill in range(skills):
            staff[firm, skill] *= factor[place[firm], skill]
    staffed = np.zeros(places)
    for row in range(people.size):
        staffed[institute_place[row]] += people[row]
    for row in range(people.size):
        here = institute_place[row]
        people[row] *= employed[INSTITUTES, here, PROFESSIONAL] / max(staffed[here], 1e-12)
    return stranded


def _dismiss(zone: Zone, stranded: np.ndarray) -> None:
    """Residents whose last firm of the town has gone become unemployed.

    Args:
        stranded: which residents, shape (places of the zone, skills).
    """
    people = zone.population
    here = np.zeros(people.cells.count + 1, dtype=bool)
    here[people.cells.status(FIRMS)][: stranded.size] = stranded.ravel()
    _lay_off(zone, np.flatnonzero(here[people.cell[: people.used]]))
    zone.towns.employed[FIRMS, : len(stranded)][stranded] = 0.0


def _lay_off(zone: Zone, rows: np.ndarray) -> None:
    """Residents lose their job and start to look for one."""
    people = zone.population
    _leave_job(rows, people.cell, people.heads, people.weight, people.jobless, people.cells.flat, UNEMPLOYED)


def _posts(zone: Zone, desks: Desks) -> np.ndarray:
    """Give wanted employment by employer, place and skill in persons."""
    firms, institutes, towns, p = zone.firms, zone.institutes, zone.towns, zone.p.labour
    years = zone.quarter / QUARTERS
    return _wanted(
        zone.towns.base_posts,
        desks.sum(firms.posts),
        institutes.posts,
        institutes.place,
        towns.services_index,
        towns.construction_index,
        float(zone.governance.enforcement_money),
        (1.0 - p.farm_decline) ** years,
        (1.0 + p.far_growth) ** years,
        zone.world.zone_count,
    )


@compiled
def _wanted(
    base: np.ndarray,
    of_firms: np.ndarray,
    institute_posts: np.ndarray,
    institute_place: np.ndarray,
    services: np.ndarray,
    construction: np.ndarray,
    public: float,
    farms: float,
    far: float,
    near: int,
) -> np.ndarray:
    """Multiply the posts of 2010 by what each sector has become; firms and institutes say their own."""
    posts = np.zeros_like(base)
    for place in range(base.shape[1]):
        for skill in range(base.shape[2]):
            firms = of_firms[place, skill] if place < near else base[FIRMS, place, skill] * far
            posts[FIRMS, place, skill] = firms
            posts[SERVICES, place, skill] = base[SERVICES, place, skill] * services[place]
            posts[CONSTRUCTION, place, skill] = base[CONSTRUCTION, place, skill] * construction[place]
            posts[PUBLIC, place, skill] = base[PUBLIC, place, skill] * public
            posts[AGRICULTURE, place, skill] = base[AGRICULTURE, place, skill] * farms
    for row in range(institute_posts.size):
        posts[INSTITUTES, institute_place[row], PROFESSIONAL] += institute_posts[row]
    return posts


def _separate(zone: Zone, desks: Desks) -> None:
    """Workers quit at a usual rate or are laid off where staff exceeds posts; scientists also leave empty labs."""
    people, towns, firms, p = zone.population, zone.towns, zone.firms, zone.p.labour
    chance = np.zeros(people.cells.count + 1)
    leaving = chance[:-1].reshape(people.cells.shape)[-OUT_OF_LABOUR:]
    _quit(
        leaving,
        firms.staff,
        firms.posts,
        desks.place,
        towns.employed,
        towns.posts,
        zone.towns.scientist_leave,
        zone.world.zone_count,
        p.separation,
        p.public_stability,
        p.layoff_speed,
    )
    parts = in_parts(chance)
    start = zone.streams.at(Stream.SEPARATIONS, zone.quarter).random(people.used // BLOCK + 1)
    for number, rows in people.blocks():
        _lay_off(zone, comb_of(parts, people.cell[rows], float(start[number])) + rows.start)


@compiled
def _quit(
    chance: np.ndarray,
    staff: np.ndarray,
    posts: np.ndarray,
    place: np.ndarray,
    employed: np.ndarray,
    wanted: np.ndarray,
    scientist_leave: np.ndarray,
    near: int,
    separation: float,
    public_stability: float,
    layoff_speed: float,
) -> None:
    """Set the chance to lose a job, shape (employers, places + 1, skills); firms part from staff beyond their posts."""
    employers, places, skills = employed.shape
    let_go = np.zeros((places, skills))
    for firm in range(place.size):
        for skill in range(skills):
            surplus = max(0.0, staff[firm, skill] - posts[firm, skill]) * layoff_speed
            let_go[place[firm], skill] += surplus
            staff[firm, skill] = max(0.0, staff[firm, skill] - surplus)
    for employer in range(employers):
        usual = separation * public_stability if employer in (PUBLIC, AGRICULTURE) else separation
        for here in range(places):
            quits = scientist_leave[here] if employer == INSTITUTES else usual
            for skill in range(skills):
                there = employed[employer, here, skill]
                laid_off = max(0.0, there - wanted[employer, here, skill]) * layoff_speed
                if employer == FIRMS:
                    laid_off = let_go[here, skill] if here < near else laid_off + let_go[here, skill]
                chance[employer, here, skill] = min(max(quits + laid_off / max(there, 1e-9), 0.0), 1.0)


def _train(zone: Zone, seeking: np.ndarray) -> None:
    """Joint training turns unskilled job seekers of the zone into skilled operatives; idle skill fades."""
    people, cells, p = zone.population, zone.population.cells, zone.p.labour
    luck = zone.streams.at(Stream.TRAINING, zone.quarter).random(2)
    _learn_and_forget(
        seeking,
        people.cell,
        people.heads,
        people.weight,
        people.age,
        people.jobless,
        cells.town,
        cells.skill,
        zone.world.zone_count,
        p.fade_after,
        p.skill_decay,
        int(p.training_age * QUARTERS),
        zone.policy.now.training / QUARTERS * p.training_success,
        luck,
    )


@compiled
def _learn_and_forget(
    seeking: np.ndarray,
    cell: np.ndarray,
    heads: np.ndarray,
    weight: np.ndarray,
    age: np.ndarray,
    jobless: np.ndarray,
    town_of: np.ndarray,
    skill_of: np.ndarray,
    near: int,
    fade_after: float,
    skill_decay: float,
    training_age: int,
    seats: float,
    luck: np.ndarray,
) -> None:
    """Share seats out among the young unskilled; the skilled who are idle for long may lose their skill.

    Args:
        seeking: rows of job seekers; seats: persons trained with success; luck: two uniform draws.
    """
    able, idle = np.empty_like(seeking), np.empty_like(seeking)
    young, faded, persons = 0, 0, 0.0
    for row in seeking:
        skill = skill_of[cell[row]]
        if skill == SKILLED and jobless[row] > fade_after:
            idle[faded] = row
            faded += 1
        elif skill == UNSKILLED and age[row] < training_age and town_of[cell[row]] < near:
            able[young] = row
            young += 1
            persons += weight[row]
    down = idle[even_comb(faded, skill_decay, luck[1])]
    if seats > 0.0:
        for row in able[even_comb(young, min(1.0, seats / max(persons, 1.0)), luck[0])]:
            change_cell(cell, heads, weight, row, int(cell[row]) + (SKILLED - UNSKILLED))
    for row in down:
        change_cell(cell, heads, weight, row, int(cell[row]) - (SKILLED - UNSKILLED))


def _match(zone: Zone, seeking: np.ndarray) -> None:
    """Seekers meet vacancies; jobs go to employers in proportion to what each seeks."""
    people, towns, p = zone.population, zone.towns, zone.p.labour
    if not len(seeking):
        return
    cells = people.cells
    intensity = p.search_intensity * (1.0 + p.platform_search * zone.policy.now.internet)
    luck = zone.streams.at(Stream.MATCHING, zone.quarter)
    towns.matches[:], open_posts, rows = _hire(
        seeking,
        people.cell,
        people.jobless,
        people.guaranteed,
        towns.vacancies,
        zone.towns.vacancy_pull,
        people.seekers(),
        intensity,
        float(luck.random()),
    )
    _take_jobs(
        rows,
        luck.random(len(rows)),
        people.cell,
        people.heads,
        people.weight,
        people.jobless,
        people.guaranteed,
        cells.flat,
        open_posts,
        towns.vacancies,
    )


@compiled
def _hire(
    seeking: np.ndarray,
    cell: np.ndarray,
    jobless: np.ndarray,
    guaranteed: np.ndarray,
    vacancies: np.ndarray,
    pull: np.ndarray,
    seekers: np.ndarray,
    intensity: float,
    start: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Let seekers meet the posts they consider; a promise of a job is kept where there is any post.

    Args:
        seeking: rows of job seekers; cell, jobless, guaranteed: of residents.
        vacancies: persons, shape (employers, places, skills).
        pull: share of them that is considered, shape (employers, places).
        seekers: persons, shape (places, skills); intensity: applications per seeker; start: see `comb`.

    Returns:
        Matches by place and skill; open posts, shape (employers, places x skills); rows of those hired.
    """
    employers, places, skills = vacancies.shape
    open_posts = np.empty((employers, places * skills))
    matches, chance = np.empty((places, skills)), np.empty(places * skills, dtype=np.int64)
    total = np.zeros(places * skills)
    for place in range(places):
        for skill in range(skills):
            here, number = place * skills + skill, seekers[place, skill]
            for employer in range(employers):
                open_posts[employer, here] = vacancies[employer, place, skill] * pull[employer, place]
                total[here] += open_posts[employer, here]
            matches[place, skill] = urn_ball(total[here], number, intensity)
            chance[here] = int(min(1.0, matches[place, skill] / max(number, 1.0)) * ONE)
    parts = np.empty(seeking.size, dtype=np.int64)
    for number in range(seeking.size):
        row = seeking[number]
        here = int(cell[row]) % ((places + 1) * skills)
        parts[number] = ONE if guaranteed[row] and total[here] > 0.0 else chance[here]
        jobless[row] += 1
    return matches, open_posts, seeking[comb(parts, start)]


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
def _take_jobs(
    rows: np.ndarray,
    draw: np.ndarray,
    cell: np.ndarray,
    heads: np.ndarray,
    weight: np.ndarray,
    jobless: np.ndarray,
    guaranteed: np.ndarray,
    flat: int,
    open_posts: np.ndarray,
    vacancies: np.ndarray,
) -> None:
    """Put those hired into their jobs; draw: one uniform draw each.

    A row that stands for more persons than the institutes of the town seek takes the next common job.
    """
    kind = np.empty(rows.size, dtype=np.int64)
    for number in range(rows.size):
        kind[number] = int(cell[rows[number]]) % flat
    employer = draw_employer(open_posts, kind, draw)
    for number in range(rows.size):
        row, here, job = rows[number], kind[number], employer[number]
        if job == INSTITUTES and weight[row] > vacancies[INSTITUTES, here // len(SKILLS), here % len(SKILLS)]:
            job = 0
            for other in range(INSTITUTES):
                if open_posts[other, here] > open_posts[job, here]:
                    job = other
        change_cell(cell, heads, weight, row, (job - OUT_OF_LABOUR) * flat + here)
        jobless[row] = 0
        guaranteed[row] = False


def _hand_out(zone: Zone, desks: Desks) -> None:
    """Give new staff to firms and institutes in proportion to their open posts."""
    firms, institutes = zone.firms, zone.institutes
    _share_out(firms.staff, firms.posts, firms.alive, desks.place, zone.towns.employed[FIRMS])
    _share_out_scientists(
        institutes.people,
        institutes.posts,
        institutes.place,
        zone.institutes.pull,
        zone.towns.employed[INSTITUTES],
    )


@compiled
def _share_out(
    staff: np.ndarray, posts: np.ndarray, alive: np.ndarray, place: np.ndarray, employed: np.ndarray
) -> None:
    """Share new staff out over the open posts of firms; employed: shape (places, skills)."""
    places, skills = employed.shape
    now, sought = _sum(staff, place, places), np.zeros((places, skills))
    for firm in range(place.size):
        if alive[firm]:
            for skill in range(skills):
                sought[place[firm], skill] += max(0.0, posts[firm, skill] - staff[firm, skill])
    for here in range(places):
        for skill in range(skills):
            gain = max(0.0, employed[here, skill] - now[here, skill])
            sought[here, skill] = gain / max(sought[here, skill], 1e-9)
    for firm in range(place.size):
        if alive[firm]:
            for skill in range(skills):
                want = max(0.0, posts[firm, skill] - staff[firm, skill])
                staff[firm, skill] += want * sought[place[firm], skill]


@compiled
def _share_out_scientists(
    people: np.ndarray, posts: np.ndarray, place: np.ndarray, pull: np.ndarray, employed: np.ndarray
) -> None:
    """Share new scientists out over the posts institutes have open; employed: shape (places, skills)."""
    now, sought = np.zeros(len(employed)), np.zeros(len(employed))
    for row in range(people.size):
        now[place[row]] += people[row]
        sought[place[row]] += max(0.0, posts[row] - people[row]) * pull[row]
    for row in range(people.size):
        here, want = place[row], max(0.0, posts[row] - people[row]) * pull[row]
        people[row] += want * (max(0.0, employed[here, PROFESSIONAL] - now[here]) / max(sought[here], 1e-9))


def wages(zone: Zone) -> None:
    """Wages grow with the country and bend with local unemployment.

    Reads: labour.wage_*, natural_rate, gap_most, shortage_*.

    Source: Blanchflower and Oswald 1994.
    """
    towns, p = zone.towns, zone.p.labour
    towns.labour_force[:] = zone.population.labour_force()
    _bend(
        towns.wage,
        zone.towns.base_wage,
        towns.unemployment,
        towns.labour_force,
        towns.employed,
        towns.posts,
        p.wage_growth_early if zone.quarter < PLAY_QUARTER else p.wage_growth_late,
        p.natural_rate,
        p.gap_most,
        p.wage_curve,
        p.shortage_push,
        p.shortage_most,
        p.wage_fall_most,
        p.wage_rise_most,
        p.wage_return,
    )


@compiled
def _bend(
    wage: np.ndarray,
    base_wage: np.ndarray,
    unemployment: np.ndarray,
    force: np.ndarray,
    employed: np.ndarray,
    posts: np.ndarray,
    growth: float,
    natural_rate: float,
    gap_most: float,
    wage_curve: float,
    shortage_push: float,
    shortage_most: float,
    wage_fall_most: float,
    wage_rise_most: float,
    wage_return: float,
) -> None:
    """Move wages, the wages of the country, and unemployment by place and skill; growth: share a year."""
    places, skills = wage.shape
    for place in range(places):
        for skill in range(skills):
            working = wanted = 0.0
            for employer in range(len(employed)):
                working += employed[employer, place, skill]
                wanted += posts[employer, place, skill]
            seekers = force[place, skill]
            idle = 1.0 - working / max(seekers, 1.0) if seekers > 0.0 else natural_rate
            unemployment[place, skill] = idle
            gap = min(max(natural_rate - idle, -gap_most), gap_most)
            shortage = min(max((wanted - working) / max(wanted, 1.0), 0.0), shortage_most)
            drift = (growth + wage_curve * gap + shortage_push * shortage) / QUARTERS
            bent = wage[place, skill] * (1.0 + min(max(drift, -wage_fall_most), wage_rise_most))
            base_wage[place, skill] *= 1.0 + growth / QUARTERS
            wage[place, skill] = bent + wage_return * (base_wage[place, skill] - bent)
