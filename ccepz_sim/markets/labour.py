"""Labour market: posts, separations, training, vacancies and matches in persons, by town and skill.

Source: urn-ball matching, Petrongolo and Pissarides 2001; wage curve, Blanchflower and Oswald 1994;
docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import PLAY_QUARTER, QUARTERS
from ccepz_sim.numeric import clip
from ccepz_sim.rng import systematic
from ccepz_sim.state.population import OUT_OF_LABOUR, UNEMPLOYED
from ccepz_sim.state.world import (
    AGRICULTURE,
    CONSTRUCTION,
    EMPLOYERS,
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
    from ccepz_sim.model import PilotZone


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


def run_labour_market(zone: PilotZone) -> None:
    """Separate, train, post vacancies, match, and move wages toward what scarcity asks.

    Reads: labour.*; policy training, internet; posts of firms, institutes and sectors, scientist_leave, vacancy_pull.
    """
    _enter_and_retire(zone)
    towns = zone.towns
    towns.employed = zone.population.employed()
    settle_staff(zone)
    towns.posts = _posts(zone)
    _separate(zone)
    _train(zone)
    towns.employed = zone.population.employed()
    towns.vacancies = np.maximum(0.0, towns.posts - towns.employed)
    _match(zone)
    towns.employed = zone.population.employed()
    _hand_out(zone)
    settle_staff(zone)
    wages(zone)


def _enter_and_retire(zone: PilotZone) -> None:
    """Those who reach working age take up a skill and seek work; the old leave the labour force."""
    people, p = zone.population, zone.p.labour
    grown = np.flatnonzero((people.age == int(p.working_age * QUARTERS)) & (people.town >= 0))
    if len(grown):
        luck = zone.streams.at("coming of age", zone.quarter).random((2, people.rows))[:, grown]
        amenity = np.append(zone.towns.amenity, p.outside_amenity)[people.town[grown]]
        tertiary = p.tertiary_chance * (MIDDLE + amenity)
        people.skill[grown] = np.where(
            luck[0] < tertiary, PROFESSIONAL, np.where(luck[0] < tertiary + p.vocational_chance, SKILLED, UNSKILLED)
        )
        joins = luck[1] < p.participation
        people.employer[grown] = np.where(joins, UNEMPLOYED, OUT_OF_LABOUR)
        people.jobless[grown] = 0
    retired = (people.age >= int(p.retirement_age * QUARTERS)) & (people.employer > OUT_OF_LABOUR)
    people.employer[retired] = OUT_OF_LABOUR


def settle_staff(zone: PilotZone) -> None:
    """Scale firms' staff in each town and skill to the persons who work there: one head, one post."""
    firms, world = zone.firms, zone.world
    for skill in range(len(SKILLS)):
        total = np.bincount(firms.place, weights=firms.staff[:, skill], minlength=world.place_count)
        actual = zone.towns.employed[FIRMS, :, skill]
        factor = np.where(total > 0.0, actual / np.maximum(total, 1e-12), 0.0)
        firms.staff[:, skill] *= factor[firms.place]
        stranded = world.in_zone & (total <= 0.0) & (actual > 0.0)
        if stranded.any():
            _dismiss_cell(zone, np.flatnonzero(stranded), skill)
    institutes = zone.institutes
    staffed = np.bincount(institutes.place, weights=institutes.people, minlength=world.place_count)
    actual = zone.towns.employed[INSTITUTES, :, PROFESSIONAL]
    factor = np.where(staffed > 0.0, actual / np.maximum(staffed, 1e-12), 0.0)
    institutes.people *= factor[institutes.place]


def _dismiss_cell(zone: PilotZone, places: np.ndarray, skill: int) -> None:
    """Residents whose last firm of the town has gone become unemployed."""
    people = zone.population
    rows = np.flatnonzero((people.employer == FIRMS) & (people.skill == skill) & np.isin(people.town, places))
    people.employer[rows] = UNEMPLOYED
    people.jobless[rows] = 0
    zone.towns.employed[FIRMS, places, skill] = 0.0


def _posts(zone: PilotZone) -> np.ndarray:
    """Give wanted employment by employer, place and skill in persons."""
    firms, world, towns, p = zone.firms, zone.world, zone.towns, zone.p.labour
    posts = np.zeros_like(towns.posts)
    for skill in range(len(SKILLS)):
        posts[FIRMS, :, skill] = np.bincount(firms.place, weights=firms.posts[:, skill], minlength=world.place_count)
    base = zone.base_posts
    posts[SERVICES] = base[SERVICES] * towns.services_index[:, None]
    posts[CONSTRUCTION] = base[CONSTRUCTION] * towns.construction_index[:, None]
    posts[PUBLIC] = base[PUBLIC] * zone.enforcement_money
    posts[AGRICULTURE] = base[AGRICULTURE] * (1.0 - p.farm_decline) ** (zone.quarter / QUARTERS)
    posts[FIRMS][~world.in_zone] = base[FIRMS][~world.in_zone] * (1.0 + p.far_growth) ** (zone.quarter / QUARTERS)
    institutes = zone.institutes
    posts[INSTITUTES, :, PROFESSIONAL] = np.bincount(
        institutes.place, weights=institutes.posts, minlength=world.place_count
    )
    return posts


def _separate(zone: PilotZone) -> None:
    """Workers quit at a usual rate or are laid off where staff exceeds posts; scientists also leave empty labs."""
    people, towns, firms, p = zone.population, zone.towns, zone.firms, zone.p.labour
    surplus = np.maximum(0.0, firms.staff - firms.posts) * p.layoff_speed
    laid_off = np.zeros_like(towns.employed)
    for skill in range(len(SKILLS)):
        laid_off[FIRMS, :, skill] = np.bincount(
            firms.place, weights=surplus[:, skill], minlength=zone.world.place_count
        )
    over = np.maximum(0.0, towns.employed - towns.posts) * p.layoff_speed
    over[FIRMS][zone.world.in_zone] = 0.0
    laid_off += over
    quits = np.full(towns.employed.shape, p.separation)
    quits[PUBLIC] *= p.public_stability
    quits[AGRICULTURE] *= p.public_stability
    quits[INSTITUTES] = zone.scientist_leave[:, None]
    chance = clip(quits + laid_off / np.maximum(towns.employed, 1e-9), 0.0, 1.0)
    zone.firms.staff = np.maximum(0.0, firms.staff - surplus)
    working = np.flatnonzero((people.employer >= 0) & (people.town < people.outside))
    if not len(working):
        return
    each = chance[people.employer[working], people.town[working], people.skill[working]]
    start = float(zone.streams.at("separations", zone.quarter).random())
    gone = working[systematic(each, start)]
    people.employer[gone] = UNEMPLOYED
    people.jobless[gone] = 0


def _train(zone: PilotZone) -> None:
    """Joint training turns unskilled job seekers of the zone into skilled operatives; idle skill fades."""
    people, p = zone.population, zone.p.labour
    luck = zone.streams.at("training", zone.quarter).random(2)
    able = np.flatnonzero(
        (people.skill == UNSKILLED)
        & (people.employer == UNEMPLOYED)
        & zone.zone_town(people.town)
        & (people.age < int(p.training_age * QUARTERS))
    )
    total = float(people.weight[able].sum())
    seats = zone.policy.now.training / QUARTERS * p.training_success
    if total > 0.0 and seats > 0.0:
        chosen = able[systematic(np.full(len(able), min(1.0, seats / total)), float(luck[0]))]
        people.skill[chosen] = SKILLED
    idle = np.flatnonzero((people.skill == SKILLED) & (people.employer == UNEMPLOYED) & (people.jobless > p.fade_after))
    faded = idle[systematic(np.full(len(idle), p.skill_decay), float(luck[1]))]
    people.skill[faded] = UNSKILLED


def _match(zone: PilotZone) -> None:
    """Seekers meet vacancies; jobs go to employers in proportion to what each seeks."""
    people, towns, p = zone.population, zone.towns, zone.p.labour
    seeking = np.flatnonzero((people.employer == UNEMPLOYED) & (people.town < people.outside))
    if not len(seeking):
        return
    cell = people.town[seeking] * np.int64(len(SKILLS)) + people.skill[seeking]
    cells = zone.world.place_count * len(SKILLS)
    seekers = np.bincount(cell, weights=people.weight[seeking], minlength=cells).reshape(-1, len(SKILLS))
    open_posts = towns.vacancies * zone.vacancy_pull[:, :, None]
    vacancies = open_posts.sum(axis=0)
    intensity = p.search_intensity * (1.0 + p.platform_search * zone.policy.now.internet)
    towns.matches = urn_ball(vacancies, seekers, intensity)
    chance = (towns.matches / np.maximum(seekers, 1.0)).ravel()[cell]
    chance = np.where(people.guaranteed[seeking] & (vacancies.ravel()[cell] > 0.0), 1.0, np.minimum(1.0, chance))
    luck = zone.streams.at("matching", zone.quarter)
    start = float(luck.random())
    hired = systematic(chance, start)
    rows, cell = seeking[hired], cell[hired]
    share = np.cumsum(open_posts, axis=0) / np.maximum(vacancies, 1e-9)
    draw = luck.random(people.rows)[rows]
    employer = (draw[None, :] > share.reshape(len(EMPLOYERS), -1)[:, cell]).sum(axis=0)
    employer = np.minimum(employer, len(EMPLOYERS) - 1)
    coarse = (employer == INSTITUTES) & (people.weight[rows] > towns.vacancies[INSTITUTES].ravel()[cell])
    if coarse.any():
        # a row that stands for more persons than the institutes of the town seek takes the next common job
        others = open_posts[:INSTITUTES].reshape(INSTITUTES, -1)[:, cell[coarse]]
        employer[coarse] = others.argmax(axis=0)
    people.employer[rows] = employer
    people.jobless[rows] = 0
    people.guaranteed[rows] = False
    waiting = seeking[~hired]
    people.jobless[waiting] += 1


def _hand_out(zone: PilotZone) -> None:
    """Give new staff to firms and institutes in proportion to their open posts."""
    firms, institutes, world = zone.firms, zone.institutes, zone.world
    employed = zone.towns.employed
    for skill in range(len(SKILLS)):
        now = np.bincount(firms.place, weights=firms.staff[:, skill], minlength=world.place_count)
        gain = np.maximum(0.0, employed[FIRMS, :, skill] - now)
        want = np.maximum(0.0, firms.posts[:, skill] - firms.staff[:, skill]) * firms.alive
        total = np.bincount(firms.place, weights=want, minlength=world.place_count)
        firms.staff[:, skill] += want * (gain / np.maximum(total, 1e-9))[firms.place]
    now = np.bincount(institutes.place, weights=institutes.people, minlength=world.place_count)
    gain = np.maximum(0.0, employed[INSTITUTES, :, PROFESSIONAL] - now)
    want = np.maximum(0.0, institutes.posts - institutes.people) * zone.institute_pull
    total = np.bincount(institutes.place, weights=want, minlength=world.place_count)
    institutes.people += want * (gain / np.maximum(total, 1e-9))[institutes.place]


def wages(zone: PilotZone) -> None:
    """Wages grow with the country and bend with local unemployment.

    Reads: labour.wage_*, natural_rate, gap_most, shortage_*.

    Source: Blanchflower and Oswald 1994.
    """
    people, towns, p = zone.population, zone.towns, zone.p.labour
    active = np.flatnonzero((people.employer >= UNEMPLOYED) & (people.town < people.outside))
    cell = people.town[active] * np.int64(len(SKILLS)) + people.skill[active]
    force = np.bincount(cell, weights=people.weight[active], minlength=zone.world.place_count * len(SKILLS)).reshape(
        -1, len(SKILLS)
    )
    working = towns.employed.sum(axis=0)
    towns.unemployment = np.where(force > 0.0, 1.0 - working / np.maximum(force, 1.0), p.natural_rate)
    towns.labour_force = force
    growth = p.wage_growth_early if zone.quarter < PLAY_QUARTER else p.wage_growth_late
    gap = clip(p.natural_rate - towns.unemployment, -p.gap_most, p.gap_most)
    shortage = (towns.posts.sum(axis=0) - working) / np.maximum(towns.posts.sum(axis=0), 1.0)
    drift = (
        growth / QUARTERS
        + p.wage_curve * gap / QUARTERS
        + p.shortage_push * clip(shortage, 0.0, p.shortage_most) / QUARTERS
    )
    towns.wage = towns.wage * (1.0 + clip(drift, -p.wage_fall_most, p.wage_rise_most))
    anchor = zone.base_wage * (1.0 + growth / QUARTERS)
    zone.base_wage = anchor
    towns.wage += p.wage_return * (anchor - towns.wage)
