"""Cells: what a resident does, where, with which skill, as one small number; tables by cell replace masks over rows."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.compiled import inlined
from ccepz_sim.numerics.declare import Dims, Size, Table
from ccepz_sim.state.world import EMPLOYERS, SKILLS

OUT_OF_LABOUR = -2  # employer of those out of the labour force
UNEMPLOYED = -1  # employer of those who seek one
NOBODY = -1
STATUSES = len(EMPLOYERS) - OUT_OF_LABOUR  # out of the labour force, unemployed, then the employers

ByCell = Annotated[npt.NDArray[np.int8], Dims.of("size")]


class Cells(Table, shared=True):
    """Numbering of cells: status outermost, then place (the rest of China last), then skill; free rows come last.

    Attributes:
        size: number of cells, that of free rows included.
    """

    size: Size  # cells
    places: int  # number of places, the rest of China included
    flat: int  # number of cells of one status: places x skills
    count: int  # number of cells of people
    free: int  # cell of rows nobody holds, equal to count
    town: ByCell  # place, NOBODY for free rows
    skill: ByCell  # skill, 0 for free rows
    employer: ByCell  # employer, OUT_OF_LABOUR for free rows

    @property
    def shape(self) -> tuple[int, int, int]:
        """Statuses, places (the rest of China last), skills."""
        return STATUSES, self.places, len(SKILLS)

    def status(self, employer: int) -> slice:
        """Give the range of cells of one employer, of the unemployed or of those out of the labour force."""
        first = int(cell_number(employer, 0, 0, self.places))
        return slice(first, first + self.flat)

    def number(self, employer: np.ndarray | int, town: np.ndarray | int, skill: np.ndarray | int) -> np.ndarray:
        """Number cells by employer, place and skill; any shapes that broadcast."""
        found: np.ndarray = cell_number(np.asarray(employer, dtype=np.intp), town, skill, self.places)
        return found


@inlined
def cell_number(employer: Any, town: Any, skill: Any, places: int) -> Any:
    """Give the number of a cell, or of many.

    Args:
        places: with the rest of China, as in `Cells`.
    """
    return ((employer - OUT_OF_LABOUR) * places + town) * len(SKILLS) + skill


def make_cells(places: int) -> Cells:
    """Number the cells of some places, the rest of China included."""
    shape = STATUSES, places, len(SKILLS)
    count = int(np.prod(shape))
    status, town, skill = np.unravel_index(np.arange(count), shape)
    cells = Cells.make(size=count + 1).fill(
        places=places,
        flat=places * len(SKILLS),
        count=count,
        free=count,
        town=np.append(town, NOBODY),
        skill=np.append(skill, 0),
        employer=np.append(status + OUT_OF_LABOUR, OUT_OF_LABOUR),
    )
    return cells.freeze()


def with_outside(values: np.ndarray, outside: float) -> np.ndarray:
    """Add the value of the rest of China to a value of each place, shape (places + 1,)."""
    longer = np.empty(len(values) + 1)
    longer[:-1] = values
    longer[-1] = outside
    return longer
