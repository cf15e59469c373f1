"""Residents of the base year: how many rows stand for whom, their ages, awareness and trust."""

from __future__ import annotations

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.rng import Stream, Streams
from ccepz_sim.rules.vital_events import FIRST_BORN
from ccepz_sim.state.cells import make_cells
from ccepz_sim.state.parameters import Parameters
from ccepz_sim.state.parameters.people import PopulationParameters
from ccepz_sim.state.population import LONG_AGO, NO_AGE, Population
from ccepz_sim.state.world import MIDDLE, PROFESSIONAL, SKILLS, UNSKILLED, World
from ccepz_sim.text.errors import ContentError

HALVINGS = 60


def make_population(world: World, streams: Streams, p: Parameters, scale: float) -> Population:
    """Draw the residents of all places and of the pool outside; nobody works yet.

    Args:
        scale: sampled residents per resident.

    Reads: population.*, voice.awareness_start, trust_start, spread_start.

    Raises:
        ContentError: more residents than have numbers of their own.
    """
    q = p.population
    persons = np.append(world.place.population_2010, q.outside_pool).astype(np.int64)
    strata, detail = _strata(world, q, persons)
    rows_of = _rows_per_stratum(strata.ravel(), scale, detail.ravel())
    used = int(rows_of.sum())
    if used >= FIRST_BORN:  # where the numbers of newborns begin
        raise ContentError("too_many_residents", value=used, most=FIRST_BORN - 1)
    cells = make_cells(world.place_count + 1)
    people = Population.make(rows=int(np.ceil(used * q.headroom)), ends=len(persons), cell_count=cells.size).fill(
        used=used,
        outside=world.place_count,
        cells=cells,
        free=np.zeros(0, dtype=np.int64),
        cell=cells.free,
        age=NO_AGE,
        moved=LONG_AGO,
    )
    people.who[:used] = np.arange(used)
    _settle(people, strata, rows_of)
    _draw(people, world, p, streams.at(Stream.POPULATION_START))
    plain = rows_of.reshape(strata.shape)[:, 0]
    people.birth_weight[:] = np.maximum(1, np.rint(strata[:, 0] / np.maximum(plain, 1)))
    people.heads[:] = people.recount()
    people.persons[:] = people.opening[:] = people.count()
    return people


def _settle(people: Population, strata: np.ndarray, rows_of: np.ndarray) -> None:
    """Give each stratum its rows: place, skill, persons they stand for; nobody works yet."""
    stratum = np.repeat(np.arange(len(rows_of), dtype=np.int16), rows_of)
    people.cell[: people.used] = stratum  # those out of the labour force come first, in the order of the strata
    people.home[: people.used] = stratum // len(SKILLS)
    parts = [_integer_split(total, n) for total, n in zip(strata.ravel(), rows_of, strict=True) if n]
    people.weight[: people.used] = np.concatenate(parts)


def _draw(people: Population, world: World, p: Parameters, luck: np.random.Generator) -> None:
    """Draw opening ages, awareness and trust."""
    town = people.home[: people.used].astype(np.intp)
    _ages(people, world, p.population, luck, town)
    voice = p.voice
    for column, start in ((people.awareness, voice.awareness_start), (people.trust, voice.trust_start)):
        draw = luck.random(people.used)
        column[: people.used] = np.clip(start + voice.spread_start * (draw - MIDDLE), 0.0, 1.0)


def _ages(
    people: Population, world: World, p: PopulationParameters, luck: np.random.Generator, town: np.ndarray
) -> None:
    child = np.append(world.place.age_0_14, p.outside_child_share)[town]
    old = np.append(world.place.age_65_plus, p.outside_old_share)[town]
    weight, plain = people.weight[: people.used], people.skill[: people.used] == UNSKILLED
    unskilled = np.bincount(town, weights=weight * plain) / np.maximum(1.0, np.bincount(town, weights=weight))
    child = np.where(plain, child / np.maximum(unskilled[town], 1e-9), 0.0)
    band, within = luck.random((2, len(town)))
    adult_years = p.school_age + (p.old_age - p.school_age) * within**p.age_skew
    years = np.where(
        band < child,
        p.school_age * within,
        np.where(band > 1 - old, p.old_age + p.old_span * within**2, adult_years),
    )
    people.age[: len(town)] = (years * QUARTERS).astype(np.int16)


def _strata(world: World, p: PopulationParameters, persons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divide each place by skill and say how finely each stratum is sampled; both of shape (places + 1, 3)."""
    professional = np.append(world.place.tertiary_share, p.outside_professional_share)
    skilled = np.append(world.place.skilled_share, p.outside_skilled_share)
    counts = np.rint(persons[:, None] * np.column_stack([0.0 * skilled, skilled, professional])).astype(np.int64)
    counts[:, 0] = persons - counts[:, 1:].sum(axis=1)
    east = np.arange(world.place_count) == world.sending_place
    fine = np.where(world.in_zone, p.zone_detail, np.where(east, p.east_detail, p.far_detail))
    detail = np.append(fine, p.outside_detail)[:, None] * np.ones((1, len(SKILLS)))
    detail[:-1, PROFESSIONAL] *= np.where(world.in_zone, p.professional_detail, 1.0)
    return counts, detail


def _rows_per_stratum(persons: np.ndarray, scale: float, detail: np.ndarray) -> np.ndarray:
    """Share scale x persons rows out over the strata, some in finer detail, never more rows than persons."""
    wanted = scale * float(persons.sum())
    low, high = 0.0, 1.0 / float(detail.min())
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        if float((np.minimum(1.0, middle * detail) * persons).sum()) < wanted:
            low = middle
        else:
            high = middle
    rows = np.rint(np.minimum(1.0, high * detail) * persons).astype(int)
    return np.clip(rows, np.minimum(1, persons), persons)


def _integer_split(total: int, parts: int) -> np.ndarray:
    """Split persons over rows as evenly as whole numbers allow."""
    weights = np.full(parts, total // parts, dtype=np.int64)
    weights[: total % parts] += 1
    return weights
