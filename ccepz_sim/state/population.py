"""Residents as arrays: state only, one row per sampled resident who stands for `weight` persons.

Towns, labour market, migration and opinion are rules elsewhere; at scale 1 every row is one person. Head counts follow
the few who change in a quarter; all rows are walked in fixed blocks that fit a processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.declare import ROWS, Bools, Dims, Record, Size
from ccepz_sim.state.cells import OUT_OF_LABOUR, Cells

BLOCK = 32_768  # rows walked at a time; float32 buffers of this length stay in a processor's second cache
# sums of neighbouring rows that are kept apart until the end: neighbours mostly share a cell, and a processor that adds
# to one number again and again waits each time for itself
LANES = 8
LONG_AGO = -100  # quarter of the last move of those who never moved
NO_AGE = 20_000  # quarters; the age of a free row lies beyond every table of ages
GROWTH = 10  # a full table grows by one row in so many

CellNumbers = Annotated[npt.NDArray[np.uint16], Dims.of(ROWS)]
Small = Annotated[npt.NDArray[np.int8], Dims.of(ROWS)]
Counts16 = Annotated[npt.NDArray[np.int16], Dims.of(ROWS)]
Quarters8 = Annotated[npt.NDArray[np.uint8], Dims.of(ROWS)]  # no run is longer than 200 quarters
Weights = Annotated[npt.NDArray[np.int32], Dims.of(ROWS)]
Levels = Annotated[npt.NDArray[np.float32], Dims.of(ROWS)]
Heads = Annotated[npt.NDArray[np.float64], Dims.of("cell_count")]
Persons = Annotated[npt.NDArray[np.int64], Dims.of("ends")]
Moves = Annotated[npt.NDArray[np.int64], Dims.of("ends", "ends")]
Kin = Annotated[npt.NDArray[np.float64], Dims.of("ends", "ends")]


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


class Population(Record):
    """Every resident of the nine places and the pool of possible migrants outside them.

    Rows 0 to used - 1 are in use; those of the dead among them (`free`) are the first to be given to newborns. The
    comments give unit and meaning, and after an arrow the phases that write; what never changes has no arrow.

    Attributes:
        ends: number of places and one, the rest of China, which comes last.
        free: rows of the dead.
    """

    rows: Final[Size]  # residents
    ends: Final[Size]  # places and the rest of China
    cell_count: Final[Size]  # cells
    used: int  # number of residents, rows of the dead included <- migration
    outside: int  # place that stands for the rest of China
    resettled_quarter: int  # persons moved by the programme <- opening, migration
    returned_quarter: int  # persons who went back <- opening, migration
    cells: Final[Cells]
    cell: Final[CellNumbers]  # cell, for employer, town and skill as one number, see Cells <- labour, migration
    home: Final[Small]  # town of kin <- migration
    age: Final[Counts16]  # quarters <- migration
    weight: Final[Weights]  # persons <- migration
    awareness: Final[Levels]  # 0-1 <- opinions, migration
    trust: Final[Levels]  # 0-1 <- opinions, migration
    jobless: Final[Quarters8]  # quarters <- labour, migration
    moved: Final[Counts16]  # quarter of the last move <- migration
    resettled: Final[Bools]  # moved by the programme <- migration
    guaranteed: Final[Bools]  # a job offer stands <- labour, migration
    heads: Final[Heads]  # persons by cell, exact whole numbers kept up by `put`, `bear` and `bury` <- labour, migration
    persons: Final[Persons]  # persons <- migration
    opening: Final[Persons]  # persons at the start of the quarter <- opening
    births: Final[Persons]  # persons a quarter <- opening, migration
    deaths: Final[Persons]  # persons a quarter <- opening, migration
    birth_weight: Final[Persons]  # persons a newborn row stands for
    moves: Final[Moves]  # persons a quarter, from row to column <- opening, migration
    kin: Final[Kin]  # share of those who call the place of the row home and live in that of the column <- migration
    free: npt.NDArray[np.int64]

    @property
    def town(self) -> np.ndarray:
        """Place of each row, shape (rows,): index, NOBODY = free row; after the last: outside. To be read only."""
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

    def make_room(self, wanted: int) -> None:
        """Take unused rows into use; the table grows when it is full."""
        self.used += wanted
        if self.used > self.rows:
            self._grow(self.used - self.rows)

    def reconciles(self) -> bool:
        """Say whether the rows agree with the head counts, and every place with its births, deaths and moves."""
        return _reconciles(self)

    def _grow(self, more: int) -> None:
        before = self.rows
        self.resize(rows=before + max(more, before // GROWTH + 1))
        self.cell[before:] = self.cells.free
        self.age[before:] = NO_AGE


@compiled
def _reconciles(people: Population) -> bool:
    """Count persons by cell from the rows, then by place; False where a count is not the one expected."""
    cell, weight, town = people.cell, people.weight, people.cells.town
    counted = np.zeros((people.heads.size, LANES))  # neighbours mostly share a cell: see LANES
    for row in range(people.used):
        counted[cell[row], row % LANES] += weight[row]
    balance = people.opening + people.births - people.deaths
    for number in range(people.heads.size - 1):
        if counted[number].sum() != people.heads[number]:
            return False
        balance[town[number]] -= people.heads[number]
    for place in range(balance.size):
        for other in range(balance.size):
            balance[place] += people.moves[other, place] - people.moves[place, other]
        if balance[place] != 0:
            return False
    return True
