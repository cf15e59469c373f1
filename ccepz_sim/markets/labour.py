"""Labour market: posts, separations, training, vacancies and matches in persons, by town and skill.

Source: urn-ball matching, Petrongolo and Pissarides 2001; wage curve, Blanchflower and Oswald 1994;
docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import PLAY_QUARTER, QUARTERS
from ccepz_sim.numeric import clip
from ccepz_sim.sampling import ONE, comb, even_comb, in_parts
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED, with_outside
from ccepz_sim.state.population import BLOCK
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
    people, towns = zone.population, zone.towns
    _enter_and_retire(zone)
    towns.employed = people.employed()
    desks = Desks(zone)
    _settle(zone, desks)
    towns.posts = _posts(zone, desks)
    _separate(zone, desks)
    seeking = people.with_status(UNEMPLOYED)
    _train(zone, seeking)
    towns.employed = people.employed()
    towns.vacancies = np.maximum(0.0, towns.posts - towns.employed)
    _match(zone, seeking)
    towns.employed = people.employed()
    _hand_out(zone, desks)
    _settle(zone, desks)
    wages(zone)


class Desks:
    """Adds values of firms up by place and skill and spreads such values over firms; made anew for each use.

    Attributes:
        cell: place and skill of each firm's staff of one skill, shape (firms x skills,).
    """

    def __init__(self, zone: PilotZone) -> None:
        self.cell = (zone.firms.place[:, None] * len(SKILLS) + np.arange(len(SKILLS))).ravel()
        self.places = zone.world.place_count

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Sum values of firms, shape (firms, skills), by place: shape (places, skills)."""
        summed = np.bincount(self.cell, weights=values.ravel(), minlength=self.places * len(SKILLS))
        return summed.reshape(-1, len(SKILLS))

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Give each firm the value of its place, shape (firms, skills)."""
        return values.take(self.cell, mode="clip").reshape(-1, len(SKILLS))


def _enter_and_retire(zone: PilotZone) -> None:
    """Those who reach working age take up a skill and seek work; the old leave the labour force."""
    people, p = zone.population, zone.p.labour
    age = people.age[: people.used]
    grown = np.flatnonzero(age == int(p.working_age * QUARTERS))
    # nobody past this age is ever in the labour force, so that reaching it is all there is to see
    old = np.flatnonzero(age == int(p.retirement_age * QUARTERS))
    luck = zone.streams.at("coming of age", zone.quarter).random((2, len(grown)))
    town = people.cells.town[people.cell[grown]].astype(np.intp)
    amenity = with_outside(zone.towns.amenity, p.outside_amenity)[town]
    tertiary = p.tertiary_chance * (MIDDLE + amenity)
    skill = np.where(luck[0] < tertiary, PROFESSIONAL, luck[0] < tertiary + p.vocational_chance)  # 0 is UNSKILLED
    joins = luck[1] < p.participation
    start = people.cells.number(np.where(joins, UNEMPLOYED, OUT_OF_LABOUR), town, skill)
    end = people.cells.with_employer(people.cell[old], OUT_OF_LABOUR)
    people.put(np.concatenate((grown, old)), np.concatenate((start, end)))
    people.jobless[grown] = 0


def settle_staff(zone: PilotZone) -> None:
    """Scale firms' staff in each town and skill to the persons who work there: one head, one post."""
    _settle(zone, Desks(zone))


def _settle(zone: PilotZone, desks: Desks) -> None:
    firms, institutes, near = zone.firms, zone.institutes, slice(zone.world.zone_count)
    total, actual = desks.sum(firms.staff), zone.towns.employed[FIRMS]
    # nobody's staff where there is none: the factor there meets zeros only
    firms.staff *= desks.spread(actual / np.maximum(total, 1e-12))
    stranded = (total[near] <= 0.0) & (actual[near] > 0.0)
    if stranded.any():
        _dismiss(zone, stranded)
    staffed = np.bincount(institutes.place, weights=institutes.people, minlength=zone.world.place_count)
    actual = zone.towns.employed[INSTITUTES, :, PROFESSIONAL]
    institutes.people *= (actual / np.maximum(staffed, 1e-12))[institutes.place]


def _dismiss(zone: PilotZone, stranded: np.ndarray) -> None:
    """Residents whose last firm of the town has gone become unemployed.

    Args:
        stranded: which residents, shape (places of the zone, skills).
    """
    people = zone.population
    here = np.zeros(people.cells.count + 1, dtype=bool)
    here[people.cells.status(FIRMS)][: stranded.size] = stranded.ravel()
    _lay_off(zone, np.flatnonzero(here[people.cell[: people.used]]))
    zone.towns.employed[FIRMS, : len(stranded)][stranded] = 0.0


def _lay_off(zone: PilotZone, rows: np.ndarray) -> None:
    """Residents lose their job and start to look for one."""
    people = zone.population
    people.put(rows, people.cells.with_employer(people.cell[rows], UNEMPLOYED))
    people.jobless[rows] = 0


def _posts(zone: PilotZone, desks: Desks) -> np.ndarray:
    """Give wanted employment by employer, place and skill in persons."""
    firms, world, towns, p = zone.firms, zone.world, zone.towns, zone.p.labour
    posts = np.zeros_like(towns.posts)
    posts[FIRMS] = desks.sum(firms.posts)
    base = zone.base_posts
    posts[SERVICES] = base[SERVICES] * towns.services_index[:, None]
    posts[CONSTRUCTION] = base[CONSTRUCTION] * towns.construction_index[:, None]
    posts[PUBLIC] = base[PUBLIC] * zone.enforcement_money
    posts[AGRICULTURE] = base[AGRICULTURE] * (1.0 - p.farm_decline) ** (zone.quarter / QUARTERS)
    far = slice(world.zone_count, None)
    posts[FIRMS, far] = base[FIRMS, far] * (1.0 + p.far_growth) ** (zone.quarter / QUARTERS)
    institutes = zone.institutes
    posts[INSTITUTES, :, PROFESSIONAL] = np.bincount(
        institutes.place, weights=institutes.posts, minlength=world.place_count
    )
    return posts


def _separate(zone: PilotZone, desks: Desks) -> None:
    """Workers quit at a usual rate or are laid off where staff exceeds posts; scientists also leave empty labs."""
    people, towns, firms, p = zone.population, zone.towns, zone.firms, zone.p.labour
    surplus = np.maximum(0.0, firms.staff - firms.posts) * p.layoff_speed
    laid_off = np.maximum(0.0, towns.employed - towns.posts) * p.layoff_speed
    laid_off[FIRMS, : zone.world.zone_count] = 0.0
    laid_off[FIRMS] += desks.sum(surplus)
    quits = np.full(towns.employed.shape, p.separation)
    quits[PUBLIC] *= p.public_stability
    quits[AGRICULTURE] *= p.public_stability
    quits[INSTITUTES] = zone.scientist_leave[:, None]
    chance = np.zeros(people.cells.count + 1, dtype=np.int64)
    working = chance[:-1].reshape(people.cells.shape)[-OUT_OF_LABOUR:, :-1]
    working[:] = in_parts(clip(quits + laid_off / np.maximum(towns.employed, 1e-9), 0.0, 1.0))
    firms.staff = np.maximum(0.0, firms.staff - surplus)
    start = zone.streams.at("separations", zone.quarter).random(people.used // BLOCK + 1)
    for number, rows in people.blocks():
        each = chance.take(people.cell[rows], mode="clip")
        _lay_off(zone, comb(each, float(start[number])) + rows.start)


def _train(zone: PilotZone, seeking: np.ndarray) -> None:
    """Joint training turns unskilled job seekers of the zone into skilled operatives; idle skill fades."""
    people, cells, p = zone.population, zone.population.cells, zone.p.labour
    luck = zone.streams.at("training", zone.quarter).random(2)
    cell = people.cell[seeking].astype(np.intp)
    skill = cells.skill[cell]
    idle = np.flatnonzero((people.jobless[seeking] > p.fade_after) & (skill == SKILLED))
    down = idle[even_comb(len(idle), p.skill_decay, float(luck[1]))]
    up = down[:0]
    seats = zone.policy.now.training / QUARTERS * p.training_success
    if seats > 0.0:
        young = people.age[seeking] < int(p.training_age * QUARTERS)
        able = np.flatnonzero(young & (skill == UNSKILLED) & (cells.town[cell] < zone.world.zone_count))
        total = float(people.weight[seeking[able]].sum())
        up = able[even_comb(len(able), min(1.0, seats / max(total, 1.0)), float(luck[0]))]
    moved = np.concatenate((up, down))
    steps = np.repeat([SKILLED - UNSKILLED, UNSKILLED - SKILLED], [len(up), len(down)])
    people.put(seeking[moved], cell[moved] + steps)


def _match(zone: PilotZone, seeking: np.ndarray) -> None:
    """Seekers meet vacancies; jobs go to employers in proportion to what each seeks."""
    people, towns, p = zone.population, zone.towns, zone.p.labour
    if not len(seeking):
        return
    seekers = people.seekers()
    open_posts = towns.vacancies * zone.vacancy_pull[:, :, None]
    vacancies = open_posts.sum(axis=0)
    intensity = p.search_intensity * (1.0 + p.platform_search * zone.policy.now.internet)
    towns.matches = urn_ball(vacancies, seekers, intensity)
    cell = people.cell[seeking].astype(np.intp) - people.cells.status(UNEMPLOYED).start
    chance = in_parts(np.minimum(1.0, towns.matches / np.maximum(seekers, 1.0))).take(cell, mode="clip")
    promised = people.guaranteed[seeking]
    if promised.any():
        chance[promised & (vacancies.ravel()[cell] > 0.0)] = ONE
    luck = zone.streams.at("matching", zone.quarter)
    hired = comb(chance, float(luck.random()))
    people.jobless[seeking] += 1
    rows, cell = seeking[hired], cell[hired]
    employer = draw_employer(open_posts.reshape(len(EMPLOYERS), -1), cell, luck.random(len(rows)))
    coarse = (employer == INSTITUTES) & (people.weight[rows] > towns.vacancies[INSTITUTES].ravel()[cell])
    if coarse.any():
        # a row that stands for more persons than the institutes of the town seek takes the next common job
        others = open_posts[:INSTITUTES].reshape(INSTITUTES, -1)[:, cell[coarse]]
        employer[coarse] = others.argmax(axis=0)
    people.put(rows, people.cells.with_employer(cell, employer))
    people.jobless[rows] = 0
    people.guaranteed[rows] = False


def draw_employer(open_posts: np.ndarray, cell: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Give each of those hired an employer, in proportion to the open posts of the cell.

    Args:
        open_posts: persons sought, shape (employers, cells).
        cell: column of each of those hired; draw: one uniform draw each; shape (hired,).

    Returns:
        Number of the employer, shape (hired,).
    """
    share = open_posts.cumsum(axis=0)
    share /= np.maximum(share[-1], 1e-9)
    # as the cells' shares follow each other on one line, one search finds the employer in the own cell
    line = (share[:-1] + np.arange(share.shape[1])).T.ravel()
    return line.searchsorted(cell + draw, side="right") - cell * (len(open_posts) - 1)


def _hand_out(zone: PilotZone, desks: Desks) -> None:
    """Give new staff to firms and institutes in proportion to their open posts."""
    firms, institutes, world = zone.firms, zone.institutes, zone.world
    employed = zone.towns.employed
    gain = np.maximum(0.0, employed[FIRMS] - desks.sum(firms.staff))
    want = np.maximum(0.0, firms.posts - firms.staff) * firms.alive[:, None]
    firms.staff += want * desks.spread(gain / np.maximum(desks.sum(want), 1e-9))
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
    towns, p = zone.towns, zone.p.labour
    force = zone.population.labour_force()
    working = towns.employed.sum(axis=0)
    towns.unemployment = np.where(force > 0.0, 1.0 - working / np.maximum(force, 1.0), p.natural_rate)
    towns.labour_force = force
    growth = p.wage_growth_early if zone.quarter < PLAY_QUARTER else p.wage_growth_late
    gap = clip(p.natural_rate - towns.unemployment, -p.gap_most, p.gap_most)
    posts = towns.posts.sum(axis=0)
    shortage = (posts - working) / np.maximum(posts, 1.0)
    drift = (
        growth / QUARTERS
        + p.wage_curve * gap / QUARTERS
        + p.shortage_push * clip(shortage, 0.0, p.shortage_most) / QUARTERS
    )
    towns.wage = towns.wage * (1.0 + clip(drift, -p.wage_fall_most, p.wage_rise_most))
    anchor = zone.base_wage * (1.0 + growth / QUARTERS)
    zone.base_wage = anchor
    towns.wage += p.wage_return * (anchor - towns.wage)
