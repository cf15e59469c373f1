"""Migration: residents weigh expected income, services, pollution, distance and kin; programmes make offers.

Source: Harris and Todaro 1970; random-utility choice, McFadden 1974; Chen, Oliva and Zhang (pollution);
docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import clip
from ccepz_sim.rng import systematic
from ccepz_sim.state.population import LONG_AGO, NOBODY, OUT_OF_LABOUR, UNEMPLOYED
from ccepz_sim.state.world import METRES, PROFESSIONAL, SKILLED, UNSKILLED

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


SENDING = "haidong"
RECEIVING = ("golmud", "delingha")


def choice_chances(utility: np.ndarray) -> np.ndarray:
    """Give logit shares along the last axis, summing to one. Benchmark B08.

    Source: McFadden 1974.
    """
    top = utility - utility.max(axis=-1, keepdims=True)
    weight = np.exp(top)
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
    people.age[people.town != NOBODY] += 1
    if zone.frozen:
        return
    luck = zone.streams.at("vital", zone.quarter).random(2)
    _die(zone, float(luck[0]))
    _be_born(zone, float(luck[1]))


def _die(zone: PilotZone, luck: float) -> None:
    """Draw deaths by age: by band, and rising with the square of years in high age."""
    people = zone.population
    living = np.flatnonzero(people.town != NOBODY)
    hazard = zone.death_chance[people.age[living] // QUARTERS]
    dead = living[systematic(hazard, luck)]
    town = people.town[dead].astype(np.int64)
    people.deaths += np.bincount(town, weights=people.weight[dead], minlength=people.outside + 1).astype(np.int64)
    people.town[dead] = NOBODY
    people.employer[dead] = OUT_OF_LABOUR


def _be_born(zone: PilotZone, luck: float) -> None:
    """Births follow the rate of each place; the rest below one row is carried from place to place."""
    people = zone.population
    rate = np.append(zone.birth_rate, zone.p.population.birth_outside) / QUARTERS
    expected = rate * people.persons / people.birth_weight
    whole = np.floor(expected)
    extra = np.diff(np.floor(np.cumsum(expected - whole) + luck), prepend=0.0)
    born = (whole + extra).astype(int)
    rows = people.free_rows(int(born.sum()))
    town = np.repeat(np.arange(len(born)), born)
    people.town[rows] = town
    people.home[rows] = town
    people.age[rows] = 0
    people.skill[rows] = UNSKILLED
    people.employer[rows] = OUT_OF_LABOUR
    people.weight[rows] = people.birth_weight[town]
    people.awareness[rows] = np.append(zone.towns.awareness, zone.p.voice.awareness_start)[town]
    people.trust[rows] = np.append(zone.towns.trust, zone.p.voice.trust_start)[town]
    people.jobless[rows] = 0
    people.moved[rows] = LONG_AGO
    people.resettled[rows] = False
    people.guaranteed[rows] = False
    people.births += np.bincount(town, weights=people.weight[rows], minlength=people.outside + 1).astype(np.int64)


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
    outside = zone.base_wage.mean(axis=0) * p.outside_wage * (1.0 - p.outside_risk)
    value = p.wage * np.log(np.vstack([income, outside[None, :]]))
    felt = np.array([p.pollution_unskilled, p.pollution_skilled, p.pollution_professional])
    pollution = np.append(towns.pollution, p.outside_pollution)
    value -= felt * np.log1p(pollution)[:, None]
    amenity = np.append(
        towns.amenity * (1.0 + p.ecology_weight * (towns.ecology - p.ecology_reference)), p.outside_amenity
    )
    value += np.array([p.amenity_unskilled, p.amenity_skilled, p.amenity_professional]) * amenity[:, None]
    high = np.append(np.maximum(0.0, world.place["altitude_m"] - p.altitude_free) / METRES, 0.0)
    value -= p.altitude * high[:, None]
    talent = p.allowance * now.talent_allowance / p.allowance_scale
    value[:-1, PROFESSIONAL] += talent * world.in_zone
    rival = p.rival_pull * zone.rival_attraction * (1.0 - now.division)
    value[world.place_index["xining"], SKILLED:] += rival
    return value


def _choose(zone: PilotZone, value: np.ndarray) -> None:
    """Some adults consider moving each quarter and choose among all places, staying included."""
    if zone.frozen:
        return
    luck = zone.streams.at("migration", zone.quarter)
    thinking = _those_who_consider(zone, luck)
    if not len(thinking):
        return
    here = zone.population.town[thinking].astype(np.int64)
    chances = choice_chances(_utility(zone, value, thinking, here))
    chances[np.arange(len(thinking)), here] = 0.0
    picked = np.flatnonzero(systematic(chances.T.ravel(), float(luck.random())))
    goal, who = np.divmod(picked, len(thinking))
    who, first = np.unique(who, return_index=True)
    _move(zone, thinking[who], goal[first])


def _those_who_consider(zone: PilotZone, luck: np.random.Generator) -> np.ndarray:
    """Draw by skill the adults who think of moving this quarter; who has just moved stays a while. Gives rows."""
    people, p = zone.population, zone.p.migration
    yearly = np.array([p.consider_unskilled, p.consider_skilled, p.consider_professional], dtype=np.float32)
    draw = luck.random(people.rows, dtype=np.float32)
    thinking = np.flatnonzero(draw < (yearly / QUARTERS)[people.skill])
    age = people.age[thinking]
    adult = (age >= int(p.adult_age * QUARTERS)) & (age < int(p.oldest_age * QUARTERS))
    adult &= people.town[thinking] != NOBODY
    return thinking[adult & (zone.quarter - people.moved[thinking] >= p.settle_quarters)]


def _utility(zone: PilotZone, value: np.ndarray, rows: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Give each resident's utility of each place: what all share, distance, kin, home and staying put.

    Returns:
        Shape (residents, places + 1), the rest of China last.
    """
    people, p = zone.population, zone.p.migration
    utility: np.ndarray = value.T[people.skill[rows]].copy()
    utility -= p.distance * zone.distance_term[here]
    if zone.quarter % QUARTERS == 0 or not people.kin.any():
        people.kin = _kin(zone)
    utility += p.kin * np.log1p(p.kin_scale * people.kin[people.home[rows]])
    utility[np.arange(len(rows)), here] += p.stay
    utility[:, -1] -= p.leave_province
    utility += p.home_pull * (np.arange(people.outside + 1)[None, :] == people.home[rows][:, None])
    return utility


def _kin(zone: PilotZone) -> np.ndarray:
    """Give the share of those who call a place home by where they live, shape (places + 1, places + 1)."""
    people = zone.population
    size = people.outside + 1
    known = np.flatnonzero(people.town != NOBODY)
    cell = people.home[known] * np.int64(size) + people.town[known]
    count = np.bincount(cell, weights=people.weight[known], minlength=size * size).reshape(size, size)
    share: np.ndarray = count / np.maximum(1.0, count.sum(axis=1, keepdims=True))
    return share


def _move(zone: PilotZone, rows: np.ndarray, goal: np.ndarray) -> None:
    """Change residents' place: they leave their job and look for one where they arrive."""
    people = zone.population
    if not len(rows):
        return
    here = people.town[rows].astype(np.int64)
    np.add.at(people.moves, (here, goal), people.weight[rows])
    people.town[rows] = goal
    inside = goal < people.outside
    working_age = people.employer[rows] > OUT_OF_LABOUR
    fresh = (here == people.outside) & (people.age[rows] < int(zone.p.labour.retirement_age * QUARTERS))
    people.employer[rows] = np.where(inside & (working_age | fresh), UNEMPLOYED, OUT_OF_LABOUR)
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
    east = world.place_index[SENDING]
    goals = np.array([world.place_index[name] for name in RECEIVING])
    places = now.resettlement / QUARTERS
    able = np.flatnonzero(people.town == east)
    age = people.age[able]
    adult = (age >= int(p.adult_age * QUARTERS)) & (age < int(p.programme_age * QUARTERS))
    able = able[adult & (people.skill[able] < PROFESSIONAL) & ~people.resettled[able]]
    if places <= 0.0 or not len(able):
        return
    gain = value[goals].mean(axis=0)[people.skill[able]] - value[east][people.skill[able]]
    take = 1.0 / (1.0 + np.exp(-(p.offer_base + gain + p.offer_jobs * now.resettlement_jobs)))
    total = float((people.weight[able] * take).sum())
    chosen = able[systematic(take * min(1.0, places / max(total, 1.0)), start)]
    free = zone.towns.vacancies.sum(axis=(0, 2))[goals] + 1.0
    goal = np.where(systematic(np.full(len(chosen), free[0] / free.sum()), start), goals[0], goals[1])
    _move(zone, chosen, goal)
    people.resettled[chosen] = True
    people.guaranteed[chosen] = systematic(np.full(len(chosen), now.resettlement_jobs), start)
    people.resettled_quarter = int(people.weight[chosen].sum())


def _return_jobless(zone: PilotZone, luck: np.random.Generator) -> None:
    """Some of the resettled who found no work for long go back to where they came from."""
    people, p = zone.population, zone.p.migration
    east = zone.world.place_index[SENDING]
    stuck = np.flatnonzero(people.resettled)
    away = (people.town[stuck] != east) & (people.town[stuck] != people.outside)
    jobless = (people.employer[stuck] == UNEMPLOYED) & (people.jobless[stuck] >= p.return_after)
    stuck = stuck[away & jobless]
    back = stuck[luck.random(len(stuck)) < p.return_chance]
    if not len(back):
        return
    people.returned_quarter = int(people.weight[back].sum())
    _move(zone, back, np.full(len(back), east))
    people.resettled[back] = False
