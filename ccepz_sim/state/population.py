"""Residents as arrays: state only, one row per sampled resident who stands for `weight` persons.

Towns, labour market, migration and opinion are rules elsewhere; at scale 1 every row is one person.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.content import Content
from ccepz_sim.rng import Streams
from ccepz_sim.state.arrays import Arrays
from ccepz_sim.state.world import EMPLOYERS, MIDDLE, PROFESSIONAL, SKILLS, UNSKILLED, World

OUT_OF_LABOUR = -2
UNEMPLOYED = -1
NOBODY = -1
LONG_AGO = -100  # quarter of the last move of those who never moved
HALVINGS = 60
GROWTH = 10  # a full table grows by one row in so many


class Population(Arrays):
    """Every resident of the nine places and the pool of possible migrants outside them.

    Attributes (shape (rows,)): town (index, 9 = rest of China, -1 = free row), home (town of kin), age
    (quarters), skill (0-2), employer (index of EMPLOYERS, -1 unemployed, -2 out of the labour force), weight
    (persons), awareness and trust (0-1), jobless (quarters), moved (quarter of the last move), resettled,
    guaranteed (a job offer stands).

    Attributes (shape (places + 1,), the rest of China last): persons, opening (head counts now and at the start of
    the quarter), births, deaths (persons a quarter), birth_weight (persons a newborn row stands for); moves (persons
    a quarter) and kin (share of those who call a place home), shape (places + 1, places + 1), from row to column.

    resettled_quarter, returned_quarter: persons moved by the programme, and gone back.

    Reads: population.*, voice.awareness_start, trust_start, spread_start.
    """

    def __init__(self, content: Content, world: World, streams: Streams, scale: float) -> None:
        p = content.group_values("population")
        persons = np.append(world.place["population_2010"], p.outside_pool).astype(np.int64)
        strata, detail = _strata(world, p, persons)
        rows_of = _rows_per_stratum(strata.ravel(), scale, detail.ravel())
        used = int(rows_of.sum())
        rows = int(np.ceil(used * p.headroom))
        self.rows = rows
        self.outside = world.place_count
        self.town = np.full(rows, NOBODY, dtype=np.int8)
        self.home = np.zeros(rows, dtype=np.int8)
        self.age = np.zeros(rows, dtype=np.int16)
        self.skill = np.zeros(rows, dtype=np.int8)
        self.employer = np.full(rows, OUT_OF_LABOUR, dtype=np.int8)
        self.weight = np.zeros(rows, dtype=np.int64)
        self.awareness = np.zeros(rows)
        self.trust = np.zeros(rows)
        self.jobless = np.zeros(rows, dtype=np.int16)
        self.moved = np.full(rows, LONG_AGO, dtype=np.int16)
        self.resettled = np.zeros(rows, dtype=bool)
        self.guaranteed = np.zeros(rows, dtype=bool)
        luck = streams.at("population start")
        stratum = np.repeat(np.arange(len(rows_of)), rows_of)
        town = stratum // len(SKILLS)
        self.town[:used] = town
        self.home[:used] = town
        self.skill[:used] = stratum % len(SKILLS)
        parts = [_integer_split(total, n) for total, n in zip(strata.ravel(), rows_of, strict=True) if n]
        self.weight[:used] = np.concatenate(parts)
        self._ages(world, p, luck, town)
        draws = luck.random((2, used))
        voice = content.group_values("voice")
        self.awareness[:used] = np.clip(voice.awareness_start + voice.spread_start * (draws[0] - MIDDLE), 0.0, 1.0)
        self.trust[:used] = np.clip(voice.trust_start + voice.spread_start * (draws[1] - MIDDLE), 0.0, 1.0)
        plain = rows_of.reshape(strata.shape)[:, 0]
        self.birth_weight = np.maximum(1, np.rint(strata[:, 0] / np.maximum(plain, 1))).astype(np.int64)
        self.births = np.zeros(len(persons), dtype=np.int64)
        self.deaths = np.zeros(len(persons), dtype=np.int64)
        self.moves = np.zeros((len(persons), len(persons)), dtype=np.int64)
        self.resettled_quarter = 0
        self.returned_quarter = 0
        self.persons = self.count()
        self.opening = self.persons.copy()
        self.kin = np.zeros((len(persons), len(persons)))

    def _ages(self, world: World, p: SimpleNamespace, luck: np.random.Generator, town: np.ndarray) -> None:
        child = np.append(world.place["age_0_14"], p.outside_child_share)[town]
        old = np.append(world.place["age_65_plus"], p.outside_old_share)[town]
        skill = self.skill[: len(town)]
        plain = np.bincount(town, weights=self.weight[: len(town)] * (skill == UNSKILLED))
        unskilled = plain / np.maximum(1.0, np.bincount(town, weights=self.weight[: len(town)]))
        child = np.where(skill == UNSKILLED, child / np.maximum(unskilled[town], 1e-9), 0.0)
        band, within = luck.random((2, len(town)))
        adult_years = p.school_age + (p.old_age - p.school_age) * within**p.age_skew
        years = np.where(
            band < child,
            p.school_age * within,
            np.where(band > 1 - old, p.old_age + p.old_span * within**2, adult_years),
        )
        self.age[: len(town)] = (years * QUARTERS).astype(np.int16)

    def count(self) -> np.ndarray:
        """Count persons per place, the rest of China last; shape (places + 1,), whole numbers."""
        living = self.town >= 0
        counted = np.bincount(self.town[living], weights=self.weight[living], minlength=self.outside + 1)
        return counted.astype(np.int64)

    def cells(self) -> np.ndarray:
        """Number the labour market cell of each row: town x 3 + skill; free and outside rows get the last one."""
        last = self.outside * len(SKILLS)
        return np.where(
            (self.town >= 0) & (self.town < self.outside), self.town * np.int64(len(SKILLS)) + self.skill, last
        )

    def employed(self) -> np.ndarray:
        """Count employed persons, shape (employers, places, skills)."""
        rows = np.flatnonzero((self.employer >= 0) & (self.town < self.outside))
        cell = (self.employer[rows] * np.int64(self.outside) + self.town[rows]) * len(SKILLS) + self.skill[rows]
        shape = (len(EMPLOYERS), self.outside, len(SKILLS))
        return np.bincount(cell, weights=self.weight[rows], minlength=int(np.prod(shape))).reshape(shape)

    def open_quarter(self) -> None:
        """Remember the opening head count and clear the flows."""
        self.opening = self.persons.copy()
        self.births[:] = 0
        self.deaths[:] = 0
        self.moves[:] = 0
        self.resettled_quarter = 0
        self.returned_quarter = 0

    def reconciles(self) -> bool:
        """Say whether every place's closing count equals opening + births - deaths + moves in - moves out."""
        expected = self.opening + self.births - self.deaths + self.moves.sum(axis=0) - self.moves.sum(axis=1)
        return bool((expected == self.count()).all())

    def free_rows(self, wanted: int) -> np.ndarray:
        """Find free rows for newborns; grow the table when it is full."""
        free = np.flatnonzero(self.town == NOBODY)
        if len(free) < wanted:
            self._grow(wanted - len(free))
            free = np.flatnonzero(self.town == NOBODY)
        return free[:wanted]

    def _grow(self, more: int) -> None:
        more = max(more, self.rows // GROWTH + 1)
        for name, value in list(self.__dict__.items()):
            if isinstance(value, np.ndarray) and value.shape == (self.rows,):
                fill = np.zeros(more, dtype=value.dtype)
                if name in ("town", "employer"):
                    fill += NOBODY if name == "town" else OUT_OF_LABOUR
                setattr(self, name, np.concatenate([value, fill]))
        self.rows += more


def _strata(world: World, p: SimpleNamespace, persons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divide each place by skill and say how finely each stratum is sampled; both of shape (places + 1, 3)."""
    professional = np.append(world.place["tertiary_share"], p.outside_professional_share)
    skilled = np.append(world.place["skilled_share"], p.outside_skilled_share)
    counts = np.rint(persons[:, None] * np.column_stack([0.0 * skilled, skilled, professional])).astype(np.int64)
    counts[:, 0] = persons - counts[:, 1:].sum(axis=1)
    east = np.arange(world.place_count) == world.place_index["haidong"]
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
