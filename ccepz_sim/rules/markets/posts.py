"""Posts and staff: who employs how many, how many are wanted, who loses a job and who is given one.

Source: docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import in_parts, met
from ccepz_sim.state.cells import UNEMPLOYED, cell_number
from ccepz_sim.state.population import change_cell
from ccepz_sim.state.world import AGRICULTURE, CONSTRUCTION, FIRMS, INSTITUTES, PROFESSIONAL, PUBLIC, SERVICES, SKILLS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

SEPARATIONS = NUMBERS[Stream.SEPARATIONS]


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
def staff_by_place(zone: Zone) -> np.ndarray:
    """Add up the staff of firms by place and skill."""
    firms = zone.firms
    summed = np.zeros((zone.towns.rows, len(SKILLS)))
    for firm in range(firms.rows):
        for skill in range(len(SKILLS)):
            summed[firms.place[firm], skill] += firms.staff[firm, skill]
    return summed


@compiled
def leave_job(zone: Zone, row: int, status: int) -> None:
    """A resident loses a job: and looks for another one, or leaves the labour force."""
    people, cells = zone.population, zone.population.cells
    now = people.cell[row]
    cell = cell_number(status, int(cells.town[now]), int(cells.skill[now]), cells.places)
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
def separate(zone: Zone) -> None:
    """Workers quit at a usual rate or are laid off where staff exceeds posts; scientists also leave empty labs."""
    people = zone.population
    parts, turn, shift = in_parts(_quit_chances(zone)), zone.keys.turn[SEPARATIONS], passing(zone, SEPARATIONS)
    for row in met(parts, people.cell[: people.used], people.who[: people.used], turn, shift):
        leave_job(zone, row, UNEMPLOYED)


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
