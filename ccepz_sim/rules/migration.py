"""Migration: residents weigh expected income, services, pollution, distance and kin; programmes make offers.

Source: Harris and Todaro 1970; random-utility choice, McFadden 1974; Chen, Oliva and Zhang (pollution);
docs/model.md (e).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import clip
from ccepz_sim.sampling import comb, even_comb, in_parts
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED, with_outside
from ccepz_sim.state.population import BLOCK
from ccepz_sim.state.world import METRES, PROFESSIONAL, SKILLED, SKILLS

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


UNDECIDED = -1
SENDING = "haidong"
RECEIVING = ("golmud", "delingha")


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


def expected_wage(wage: np.ndarray, job_chance: np.ndarray, otherwise: np.ndarray | float) -> np.ndarray:
    """Give the Harris-Todaro income, yuan/year: chance of a job times wage, else what the jobless have. Benchmark B07.

    Source: Harris and Todaro 1970.
    """
    income: np.ndarray = job_chance * wage + (1.0 - job_chance) * otherwise
    return income


def live_and_move(zone: PilotZone) -> None:
    """Age, die, are born; then some consider moving, some are resettled, some return.

    Reads: population.*, migration.*, labour.retirement_age; policy resettlement, resettlement_jobs and those of
    `attraction`.
    """
    _vital(zone)
    value = attraction(zone)
    _choose(zone, value)
    _resettle(zone, value)
    zone.population.persons = zone.population.count()


def _vital(zone: PilotZone) -> None:
    """A quarter older; the old and a few others die, and every place has its births."""
    people = zone.population
    people.age[: people.used] += 1
    if zone.frozen:
        return
    luck = zone.streams.at("vital", zone.quarter).random(people.used // BLOCK + 2)
    _die(zone, luck[1:])
    _be_born(zone, float(luck[0]))


def _die(zone: PilotZone, start: np.ndarray) -> None:
    """Draw deaths by age: by band, and rising with the square of years in high age.

    Args:
        start: one uniform draw for each block of rows.
    """
    people, hazard = zone.population, in_parts(zone.death_chance)
    for number, rows in people.blocks():
        people.bury(comb(hazard.take(people.age[rows], mode="clip"), float(start[number])) + rows.start)


def _be_born(zone: PilotZone, luck: float) -> None:
    """Births follow the rate of each place; what is less than a row is carried from place to place."""
    people = zone.population
    rate = with_outside(zone.birth_rate, zone.p.population.birth_outside) / QUARTERS
    expected = rate * people.persons / people.birth_weight
    born = np.floor(expected.cumsum() + luck).astype(np.intp)
    town = born.searchsorted(np.arange(born[-1]), side="right")
    voice = zone.p.voice
    awareness = with_outside(zone.towns.awareness, voice.awareness_start)
    people.bear(town, awareness, with_outside(zone.towns.trust, voice.trust_start))


def attraction(zone: PilotZone) -> np.ndarray:
    """Give the part of utility that all of one skill share: pay, pollution, services, altitude, offers, the rival.

    Returns:
        Utility, shape (places + 1, skills), the rest of China last.

    Reads: migration.*; policy talent_allowance, division.
    """
    towns, world, p, now = zone.towns, zone.world, zone.p.migration, zone.policy.now
    force = np.maximum(towns.labour_force, 1.0)
    free = towns.vacancies.sum(axis=0)
    seekers = np.maximum(force - towns.employed.sum(axis=0), 1.0)
    chance = clip(
        (1.0 - towns.unemployment) * np.minimum(1.0, p.vacancy_base + free / (seekers + free)), p.job_chance_least, 1.0
    )
    cost = world.place["housing_cost"][:, None]
    income = expected_wage(towns.wage, chance, p.jobless_income * towns.wage) / cost**p.housing_weight
    outside = zone.base_wage.sum(axis=0) / len(zone.base_wage) * p.outside_wage * (1.0 - p.outside_risk)
    value = np.empty((len(income) + 1, len(SKILLS)))
    np.log(income, out=value[:-1])
    np.log(outside, out=value[-1])
    value *= p.wage
    felt = np.array([p.pollution_unskilled, p.pollution_skilled, p.pollution_professional])
    pollution = with_outside(towns.pollution, p.outside_pollution)
    value -= felt * np.log1p(pollution)[:, None]
    amenity = with_outside(
        towns.amenity * (1.0 + p.ecology_weight * (towns.ecology - p.ecology_reference)), p.outside_amenity
    )
    value += np.array([p.amenity_unskilled, p.amenity_skilled, p.amenity_professional]) * amenity[:, None]
    high = np.maximum(0.0, world.place["altitude_m"] - p.altitude_free)
    value[:-1] -= (p.altitude / METRES * high)[:, None]
    talent = p.allowance * now.talent_allowance / p.allowance_scale
    value[: world.zone_count, PROFESSIONAL] += talent
    rival = p.rival_pull * zone.rival_attraction * (1.0 - now.division)
    value[world.place_index["xining"], SKILLED:] += rival
    return value


def _choose(zone: PilotZone, value: np.ndarray) -> None:
    """Some adults consider moving each quarter and choose among all places, staying included."""
    if zone.frozen:
        return
    people, p = zone.population, zone.p.migration
    if zone.quarter % QUARTERS == 0 or not people.kin.any():
        people.kin = _kin(zone)
    chances = move_chances(value, zone.distance_term, people.kin, p)
    yearly = np.array([p.consider_unskilled, p.consider_skilled, p.consider_professional])
    considers = in_parts(np.append(yearly / QUARTERS, 0.0))
    considers = considers[np.where(people.cells.town < 0, len(SKILLS), people.cells.skill)]
    start = zone.streams.at("migration", zone.quarter).random((people.used // BLOCK + 1, 2))
    for number, rows in people.blocks():
        thinking = comb(considers.take(people.cell[rows], mode="clip"), float(start[number, 0])) + rows.start
        thinking = _free_to_move(zone, thinking)
        kind = people.cells.kind(people.cell[thinking], people.home[thinking])
        chosen = comb(chances.take(kind, axis=0, mode="clip").T.ravel(), float(start[number, 1]))
        # who is met at two places goes to the first
        goal = np.full(len(thinking), UNDECIDED)
        goal[chosen[::-1] % max(1, len(thinking))] = chosen[::-1] // max(1, len(thinking))
        leaving = np.flatnonzero(goal != UNDECIDED)
        _move(zone, thinking[leaving], goal[leaving])


def _free_to_move(zone: PilotZone, rows: np.ndarray) -> np.ndarray:
    """Keep those of an age to move; who has just moved stays a while."""
    people, p = zone.population, zone.p.migration
    age = people.age[rows]
    adult = (age >= int(p.adult_age * QUARTERS)) & (age < int(p.oldest_age * QUARTERS))
    return rows[adult & (people.moved[rows] <= zone.quarter - p.settle_quarters)]


def move_chances(value: np.ndarray, distance: np.ndarray, kin: np.ndarray, p: SimpleNamespace) -> np.ndarray:
    """Give everybody's chance to move, by kind and place: what all share, distance, kin, home and staying put.

    All of one skill who live in one place and call one place home choose alike, so that the logit is computed once
    for each of these kinds and not for each resident.

    Args:
        value: utility all of one skill share, shape (places, skills), the rest of China last.
        distance: shape (places, places), from row to column; kin: share of those from the place of the row who live
            in the place of the column.
        p: parameters of migration.

    Returns:
        In parts as `comb` takes them, shape (kinds, places), kinds numbered as `Cells.kind` does; staying has none.

    Source: McFadden 1974.
    """
    places = len(distance)
    here = -p.distance * distance
    here[:, -1] -= p.leave_province
    home = p.kin * np.log1p(p.kin_scale * kin)
    itself = np.arange(places)
    here[itself, itself] += p.stay
    home[itself, itself] += p.home_pull
    chances = choice_chances(value.T[:, None, None, :], here[:, None, :], home)
    chances[:, itself, :, itself] = 0.0
    return in_parts(chances.reshape(-1, places))


def _kin(zone: PilotZone) -> np.ndarray:
    """Give the share of those who call a place home by where they live, shape (places + 1, places + 1)."""
    people = zone.population
    size = people.outside + 1
    town = np.where(people.cells.town < 0, size, people.cells.town).astype(np.int16)
    count = np.zeros((size, size + 1))
    for _, rows in people.blocks():
        cell = people.home[rows] * np.int16(size + 1) + town.take(people.cell[rows], mode="clip")
        count += np.bincount(cell, weights=people.weight[rows], minlength=count.size).reshape(count.shape)
    share: np.ndarray = count[:, :size] / np.maximum(1.0, count[:, :size].sum(axis=1, keepdims=True))
    return share


def _move(zone: PilotZone, rows: np.ndarray, goal: np.ndarray) -> None:
    """Change residents' place: they leave their job and look for one where they arrive."""
    people, cells = zone.population, zone.population.cells
    if not len(rows):
        return
    cell = people.cell[rows]
    here = cells.town[cell].astype(np.intp)
    np.add.at(people.moves, (here, goal), people.weight[rows])
    labour = zone.p.labour
    age = people.age[rows]
    able = (age >= int(labour.working_age * QUARTERS)) & (age < int(labour.retirement_age * QUARTERS))
    seeks = (cells.employer[cell] > OUT_OF_LABOUR) | ((here == people.outside) & able)
    employer = np.where(seeks & (goal < people.outside), UNEMPLOYED, OUT_OF_LABOUR)
    people.put(rows, cells.number(employer, goal, cells.skill[cell]))
    people.jobless[rows] = 0
    people.moved[rows] = zone.quarter


def _resettle(zone: PilotZone, value: np.ndarray) -> None:
    """The programme offers people of the crowded east a move to Golmud or Delingha; without a job many return."""
    if zone.frozen:
        return
    luck = zone.streams.at("resettlement", zone.quarter)
    start = float(luck.random())
    _offer_moves(zone, value, start)
    _return_jobless(zone, luck)


def _offer_moves(zone: PilotZone, value: np.ndarray, start: float) -> None:
    """Fill the programme's places from those who would gain; the towns share them by open posts.

    Args:
        value: utility by place and skill, shape (places + 1, skills).
        start: one uniform draw that places the comb of the systematic samples.
    """
    people, world, p, now = zone.population, zone.world, zone.p.migration, zone.policy.now
    places = now.resettlement / QUARTERS
    if places <= 0.0:
        return
    east = world.place_index[SENDING]
    goals = [world.place_index[name] for name in RECEIVING]
    gain = sum(value[goal] for goal in goals) / len(goals) - value[east]
    accepts = 1.0 / (1.0 + np.exp(-(p.offer_base + gain + p.offer_jobs * now.resettlement_jobs)))
    able = _may_resettle(zone, east)
    skill = people.cells.skill[people.cell[able]]
    total = float(np.bincount(skill, weights=people.weight[able], minlength=len(SKILLS)) @ accepts)
    chosen = able[comb(in_parts(accepts * min(1.0, places / max(total, 1.0))).take(skill, mode="clip"), start)]
    free = zone.towns.vacancies.sum(axis=(0, 2))[goals] + 1.0
    goal = np.full(len(chosen), goals[1])
    goal[even_comb(len(chosen), float(free[0] / free.sum()), start)] = goals[0]
    _move(zone, chosen, goal)
    people.resettled[chosen] = True
    people.guaranteed[chosen] = False
    people.guaranteed[chosen[even_comb(len(chosen), now.resettlement_jobs, start)]] = True
    people.resettled_quarter = int(people.weight[chosen].sum())


def _may_resettle(zone: PilotZone, east: int) -> np.ndarray:
    """Find those of the sending area the programme takes: adults of a certain age, no professionals, once only."""
    people, cells, p = zone.population, zone.population.cells, zone.p.migration
    wanted = (cells.town == east) & (cells.skill < PROFESSIONAL)
    rows = np.flatnonzero(wanted.take(people.cell[: people.used], mode="clip"))
    age = people.age[rows]
    able = (age >= int(p.adult_age * QUARTERS)) & (age < int(p.programme_age * QUARTERS))
    return rows[able & ~people.resettled[rows]]


def _return_jobless(zone: PilotZone, luck: np.random.Generator) -> None:
    """Some of the resettled who found no work for long go back to where they came from."""
    people, p = zone.population, zone.p.migration
    east = zone.world.place_index[SENDING]
    stuck = np.flatnonzero(people.resettled[: people.used])
    town = people.cells.town[people.cell[stuck]]
    away = (town != east) & (town != people.outside)
    jobless = (people.cells.employer[people.cell[stuck]] == UNEMPLOYED) & (people.jobless[stuck] >= p.return_after)
    stuck = stuck[away & jobless]
    back = stuck[luck.random(len(stuck)) < p.return_chance]
    if not len(back):
        return
    people.returned_quarter = int(people.weight[back].sum())
    _move(zone, back, np.full(len(back), east))
    people.resettled[back] = False
