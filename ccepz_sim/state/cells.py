"""Cells: what a resident does, where, with which skill, as one small number; tables by cell replace masks over rows."""

from __future__ import annotations

import numpy as np

from ccepz_sim.state.world import EMPLOYERS, SKILLS

OUT_OF_LABOUR = -2
UNEMPLOYED = -1
NOBODY = -1
STATUSES = len(EMPLOYERS) - OUT_OF_LABOUR  # out of the labour force, unemployed, then the employers


class Cells:
    """Numbering of cells: status outermost, then place (the rest of China last), then skill; free rows come last.

    Attributes:
        places: with the rest of China; flat: cells of one status, places x skills; count: cells of people;
            free: the cell of rows nobody holds, equal to count.
        town, skill, employer: of each cell, shape (count + 1,); NOBODY, 0 and OUT_OF_LABOUR for free rows.
        dtype: smallest type that holds every cell.
    """

    def __init__(self, places: int) -> None:
        self.places = places
        self.flat = places * len(SKILLS)
        self.count = self.free = STATUSES * self.flat
        self.dtype = np.min_scalar_type(self.free)
        status, town, skill = np.unravel_index(np.arange(self.count), self.shape)
        self.town = np.append(town, NOBODY).astype(np.int8)
        self.skill = np.append(skill, 0).astype(np.int8)
        self.employer = np.append(status + OUT_OF_LABOUR, OUT_OF_LABOUR).astype(np.int8)
        for table in (self.town, self.skill, self.employer):
            table.flags.writeable = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Statuses, places (the rest of China last), skills."""
        return STATUSES, self.places, len(SKILLS)

    def status(self, employer: int) -> slice:
        """Give the range of cells of one employer, of the unemployed or of those out of the labour force."""
        first = (employer - OUT_OF_LABOUR) * self.flat
        return slice(first, first + self.flat)

    def number(self, employer: np.ndarray | int, town: np.ndarray | int, skill: np.ndarray | int) -> np.ndarray:
        """Number cells by employer, place and skill; any shapes that broadcast."""
        status = np.asarray(employer, dtype=np.intp) - OUT_OF_LABOUR
        return (status * self.places + town) * len(SKILLS) + skill


def with_outside(values: np.ndarray, outside: float) -> np.ndarray:
    """Add the value of the rest of China to a value of each place, shape (places + 1,)."""
    longer = np.empty(len(values) + 1)
    longer[:-1] = values
    longer[-1] = outside
    return longer
