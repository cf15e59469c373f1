"""Residents as arrays: state only, one row per sampled resident who stands for `weight` persons.

Towns, labour market, migration and opinion are rules elsewhere; at scale 1 every row is one person. Head counts follow
the few who change in a quarter; all rows are walked in fixed blocks that fit a processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.content import Content
from ccepz_sim.rng import Streams
from ccepz_sim.state.arrays import Arrays
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED, Cells
from ccepz_sim.state.world import MIDDLE, PROFESSIONAL, SKILLS, UNSKILLED, World

BLOCK = 32_768  # rows walked at a time; float32 buffers of this length stay in a processor's second cache
# sums of neighbouring rows that are kept apart until the end: neighbours mostly share a cell, and a processor that adds
# to one number again and again waits each time for itself
LANES = 8
LONG_AGO = -100  # quarter of the last move of those who never moved
NO_AGE = 20_000  # quarters; the age of a free row lies beyond every table of ages
HALVINGS = 60
GROWTH = 10  # a full table grows by one row in so many


@compiled
def change_cell(cell: np.ndarray, heads: np.ndarray, weight: np.ndarray, row: int, to: int) -> None:
    """Change the cell of a resident and the head counts, shape (cells + 1,), with it; nobody is counted as free."""
    free = heads.size - 1
    now = cell[row]
    if now != free:
        heads[now] -= weight[row]
    if to != free:
        heads[to] += weight[row]
    cell[row] = to


@compiled
def _put(cell: np.ndarray, heads: np.ndarray, weight: np.ndarray, rows: np.ndarray, cells: np.ndarray) -> None:
    for number in range(rows.size):
        change_cell(cell, heads, weight, rows[number], cells[number])


@compiled
def _recount(cell: np.ndarray, weight: np.ndarray, size: int) -> np.ndarray:
    """Count persons by cell, shape (cells + 1,), rows nobody holds left out."""
    lanes = np.zeros((LANES, size), dtype=np.int64)
    for row in range(cell.size):
        lanes[row % LANES, cell[row]] += weight[row]
    return _join(lanes)


@compiled
def _join(lanes: np.ndarray) -> np.ndarray:
    """Sum the lanes, shape (LANES, cells + 1), by cell; rows nobody holds are left out."""
    heads = np.zeros(lanes.shape[1])
    for cell in range(heads.size - 1):
        for lane in range(LANES):
            heads[cell] += lanes[lane, cell]
    return heads


@compiled
def _bury(
    rows: np.ndarray,
    cell: np.ndarray,
    heads: np.ndarray,
    weight: np.ndarray,
    town: np.ndarray,
    deaths: np.ndarray,
    age: np.ndarray,
    resettled: np.ndarray,
) -> None:
    for row in rows:
        deaths[town[cell[row]]] += weight[row]
        change_cell(cell, heads, weight, row, heads.size - 1)
        age[row] = NO_AGE
        resettled[row] = False


@compiled
def _bear(
    rows: np.ndarray,
    town: np.ndarray,
    first: int,
    town_awareness: np.ndarray,
    town_trust: np.ndarray,
    birth_weight: np.ndarray,
    cell: np.ndarray,
    heads: np.ndarray,
    weight: np.ndarray,
    home: np.ndarray,
    age: np.ndarray,
    awareness: np.ndarray,
    trust: np.ndarray,
    jobless: np.ndarray,
    moved: np.ndarray,
    guaranteed: np.ndarray,
    births: np.ndarray,
) -> None:
    """Fill the rows of newborns; first: cell of the unskilled out of the labour force in the first place."""
    for number in range(rows.size):
        row, place = rows[number], town[number]
        weight[row] = birth_weight[place]
        change_cell(cell, heads, weight, row, first + place * len(SKILLS))
        home[row] = place
        age[row] = 0
        awareness[row] = town_awareness[place]
        trust[row] = town_trust[place]
        jobless[row] = 0
        moved[row] = LONG_AGO
        guaranteed[row] = False
        births[place] += birth_weight[place]


class Population(Arrays):
    """Every resident of the nine places and the pool of possible migrants outside them.

    Rows 0 to used - 1 are in use; those of the dead among them (`free`) are the first to be given to newborns.

    Attributes (shape (rows,)): cell (employer, town and skill as one number, see Cells), home (town of kin), age
    (quarters), weight (persons), awareness and trust (0-1), jobless (quarters), moved (quarter of the last move),
    resettled, guaranteed (a job offer stands).

    heads: persons by cell, shape (cells + 1,), exact whole numbers kept up by `put`, `bear` and `bury`.

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
        self.used = int(rows_of.sum())
        rows = int(np.ceil(self.used * p.headroom))
        self.rows = rows
        self.outside = world.place_count
        self.cells = Cells(world.place_count + 1)
        self.free = np.zeros(0, dtype=np.intp)
        self.cell = np.full(rows, self.cells.free, dtype=self.cells.dtype)
        self.home = np.zeros(rows, dtype=np.int8)
        self.age = np.full(rows, NO_AGE, dtype=np.int16)
        self.weight = np.zeros(rows, dtype=np.int32)
        self.awareness = np.zeros(rows, dtype=np.float32)
        self.trust = np.zeros(rows, dtype=np.float32)
        self.jobless = np.zeros(rows, dtype=np.int16)
        self.moved = np.full(rows, LONG_AGO, dtype=np.int16)
        self.resettled = np.zeros(rows, dtype=bool)
        self.guaranteed = np.zeros(rows, dtype=bool)
        self._settle(strata, rows_of)
        self._draw(content, world, streams.at("population start"))
        plain = rows_of.reshape(strata.shape)[:, 0]
        self.birth_weight = np.maximum(1, np.rint(strata[:, 0] / np.maximum(plain, 1))).astype(np.int64)
        self.births = np.zeros(len(persons), dtype=np.int64)
        self.deaths = np.zeros(len(persons), dtype=np.int64)
        self.moves = np.zeros((len(persons), len(persons)), dtype=np.int64)
        self.resettled_quarter = 0
        self.returned_quarter = 0
        self.heads = self.recount()
        self.persons = self.count()
        self.opening = self.persons.copy()
        self.kin = np.zeros((len(persons), len(persons)))

    def _settle(self, strata: np.ndarray, rows_of: np.ndarray) -> None:
        """Give each stratum its rows: place, skill, persons they stand for; nobody works yet."""
        stratum = np.repeat(np.arange(len(rows_of), dtype=np.int16), rows_of)
        self.cell[: self.used] = stratum  # those out of the labour force come first, in the order of the strata
        self.home[: self.used] = stratum // len(SKILLS)
        parts = [_integer_split(total, n) for total, n in zip(strata.ravel(), rows_of, strict=True) if n]
        self.weight[: self.used] = np.concatenate(parts)

    def _draw(self, content: Content, world: World, luck: np.random.Generator) -> None:
        """Draw opening ages, awareness and trust."""
        town = self.home[: self.used].astype(np.intp)
        self._ages(world, content.group_values("population"), luck, town)
        voice = content.group_values("voice")
        for column, start in ((self.awareness, voice.awareness_start), (self.trust, voice.trust_start)):
            draw = luck.random(self.used)
            column[: self.used] = np.clip(start + voice.spread_start * (draw - MIDDLE), 0.0, 1.0)

    def _ages(self, world: World, p: SimpleNamespace, luck: np.random.Generator, town: np.ndarray) -> None:
        child = np.append(world.place["age_0_14"], p.outside_child_share)[town]
        old = np.append(world.place["age_65_plus"], p.outside_old_share)[town]
        weight, plain = self.weight[: self.used], self.skill[: self.used] == UNSKILLED
        unskilled = np.bincount(town, weights=weight * plain) / np.maximum(1.0, np.bincount(town, weights=weight))
        child = np.where(plain, child / np.maximum(unskilled[town], 1e-9), 0.0)
        band, within = luck.random((2, len(town)))
        adult_years = p.school_age + (p.old_age - p.school_age) * within**p.age_skew
        years = np.where(
            band < child,
            p.school_age * within,
            np.where(band > 1 - old, p.old_age + p.old_span * within**2, adult_years),
        )
        self.age[: len(town)] = (years * QUARTERS).astype(np.int16)

    @property
    def town(self) -> np.ndarray:
        """Place of each row, shape (rows,): index, 9 = rest of China, NOBODY = free row. To be read only."""
        return self._column(self.cells.town)

    @property
    def skill(self) -> np.ndarray:
        """Skill of each row, shape (rows,), 0-2. To be read only."""
        return self._column(self.cells.skill)

    @property
    def employer(self) -> np.ndarray:
        """Employer of each row, shape (rows,): index of EMPLOYERS, UNEMPLOYED or OUT_OF_LABOUR. To be read only."""
        return self._column(self.cells.employer)

    def _column(self, table: np.ndarray) -> np.ndarray:
        column = table.take(self.cell, mode="clip")
        column.flags.writeable = False  # it is made on the spot: who wants to change it must use `put`
        return column

    def blocks(self) -> Iterator[tuple[int, slice]]:
        """Walk the rows in use: number and rows of each fixed block."""
        for number, first in enumerate(range(0, self.used, BLOCK)):
            yield number, slice(first, min(first + BLOCK, self.used))

    def with_status(self, employer: int) -> np.ndarray:
        """Find the residents of the places who work for an employer, are unemployed or out of the labour force."""
        cell, first = self.cell[: self.used], self.cells.status(employer).start
        # below the range the difference wraps round to a large number
        return np.flatnonzero(cell - cell.dtype.type(first) < self.outside * len(SKILLS))

    def put(self, rows: np.ndarray, cells: np.ndarray) -> None:
        """Change the cells of some rows, each named once, and the head counts with them."""
        _put(self.cell, self.heads, self.weight, rows, cells)

    def recount(self) -> np.ndarray:
        """Count persons by cell from the rows themselves, shape (cells + 1,)."""
        return _recount(self.cell[: self.used], self.weight[: self.used], self.cells.count + 1)

    def count(self) -> np.ndarray:
        """Count persons per place, the rest of China last; shape (places + 1,), whole numbers."""
        return self.by_place(self.heads, outside=1).astype(np.int64)

    def by_place(self, values: np.ndarray, outside: int = 0) -> np.ndarray:
        """Add values of cells, shape (..., cells + 1), up by place; the rest of China is left out unless asked for."""
        apart = values[..., :-1].reshape(*values.shape[:-1], *self.cells.shape)
        return apart.sum(axis=(-3, -1))[..., : self.outside + outside]

    def _table(self) -> np.ndarray:
        return self.heads[:-1].reshape(self.cells.shape)

    def employed(self) -> np.ndarray:
        """Count employed persons, shape (employers, places, skills)."""
        return self._table()[-OUT_OF_LABOUR:, :-1].copy()

    def labour_force(self) -> np.ndarray:
        """Count those who work or seek work, shape (places, skills)."""
        force: np.ndarray = self._table()[UNEMPLOYED - OUT_OF_LABOUR :, :-1].sum(axis=0)
        return force

    def seekers(self) -> np.ndarray:
        """Count the unemployed, shape (places, skills)."""
        return self._table()[UNEMPLOYED - OUT_OF_LABOUR, :-1].copy()

    def bury(self, rows: np.ndarray) -> None:
        """Free the rows of the dead and note how many persons died where."""
        _bury(rows, self.cell, self.heads, self.weight, self.cells.town, self.deaths, self.age, self.resettled)
        self.free = np.concatenate([self.free, rows])

    def bear(self, town: np.ndarray, awareness: np.ndarray, trust: np.ndarray) -> None:
        """Give newborns of the given places a row each, with the opinions of their places.

        Args:
            town: shape (newborns,); awareness, trust: 0-1, shape (places + 1,).
        """
        rows = self._rows_for(len(town))
        _bear(
            rows,
            town,
            self.cells.status(OUT_OF_LABOUR).start + UNSKILLED,
            awareness,
            trust,
            self.birth_weight,
            self.cell,
            self.heads,
            self.weight,
            self.home,
            self.age,
            self.awareness,
            self.trust,
            self.jobless,
            self.moved,
            self.guaranteed,
            self.births,
        )

    def _rows_for(self, wanted: int) -> np.ndarray:
        """Take rows of the dead first, then unused ones; the table grows when it is full."""
        again, self.free = self.free[:wanted], self.free[wanted:]
        fresh = np.arange(self.used, self.used + wanted - len(again))
        self.used += len(fresh)
        if self.used > self.rows:
            self._grow(self.used - self.rows)
        return np.concatenate([again, fresh])

    def open_quarter(self) -> None:
        """Remember the opening head count and clear the flows."""
        self.opening = self.persons.copy()
        self.births[:] = 0
        self.deaths[:] = 0
        self.moves[:] = 0
        self.resettled_quarter = 0
        self.returned_quarter = 0

    def reconciles(self) -> bool:
        """Say whether the rows agree with the head counts, and every place with its births, deaths and moves."""
        heads, town = self.heads[:-1], self.cells.town
        return _reconciles(
            self.cell[: self.used],
            self.weight[: self.used],
            heads,
            town,
            self.opening,
            self.births,
            self.deaths,
            self.moves,
        )

    def _grow(self, more: int) -> None:
        more = max(more, self.rows // GROWTH + 1)
        empty = {"cell": self.cells.free, "age": NO_AGE}
        for name, value in list(self.__dict__.items()):
            if isinstance(value, np.ndarray) and value.shape == (self.rows,):
                fill = np.full(more, empty.get(name, 0), dtype=value.dtype)
                setattr(self, name, np.concatenate([value, fill]))
        self.rows += more


@compiled
def _reconciles(
    cell: np.ndarray,
    weight: np.ndarray,
    heads: np.ndarray,
    town: np.ndarray,
    opening: np.ndarray,
    births: np.ndarray,
    deaths: np.ndarray,
    moves: np.ndarray,
) -> bool:
    """Count persons by cell from the rows, then by place; False where a count is not the one expected."""
    counted = np.zeros((heads.size + 1, LANES))  # neighbours mostly share a cell: see LANES
    for row in range(cell.size):
        counted[cell[row], row % LANES] += weight[row]
    balance = opening + births - deaths
    for number in range(heads.size):
        if counted[number].sum() != heads[number]:
            return False
        balance[town[number]] -= heads[number]
    for place in range(balance.size):
        for other in range(balance.size):
            balance[place] += moves[other, place] - moves[place, other]
        if balance[place] != 0:
            return False
    return True


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
