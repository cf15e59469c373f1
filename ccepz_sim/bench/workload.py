"""The reference workload: four rules every resident meets every quarter, the same for every implementation.

1. Opinion: awareness moves toward the mean of the own town where that is within reach, plus normal noise, within 0-1.
2. Work: who works loses the job with chance `lose`; who was jobless finds one with chance `find`, at one of the firms
   in proportion to their posts.
3. Move: a logit over all towns; utility falls with harm for the aware, and staying has a value of its own. Who moves
   gives the job up.
4. Aggregates: mean awareness and heads by town, staff by firm.

The figures set the size of a task and describe no place; they stand in no rule of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

TOWNS = 6
FIRMS = 100
SPEED, REACH, NOISE = 0.1, 0.4, 0.05
LOSE, FIND = 0.03, 0.4
STAY = 6.0
VALUE = np.linspace(0.0, 1.0, TOWNS)
HARM = np.linspace(1.0, 0.2, TOWNS)
POSTS = np.linspace(1.0, 3.0, FIRMS) / np.linspace(1.0, 3.0, FIRMS).sum()
NO_FIRM = -1


@dataclass(frozen=True, slots=True)
class Start:
    """Opening state, shape (residents,): town, firm (-1 for none), awareness; and the seed of all later draws."""

    town: np.ndarray
    firm: np.ndarray
    awareness: np.ndarray
    seed: int

    def __len__(self) -> int:
        """Return the number of residents."""
        return len(self.town)


def start(residents: int, seed: int = 1) -> Start:
    """Draw the opening state: the same for every implementation."""
    luck = np.random.Generator(np.random.SFC64(seed))
    town = luck.integers(0, TOWNS, residents, dtype=np.int8)
    firm = luck.integers(0, FIRMS, residents, dtype=np.int8)
    firm[luck.random(residents) < LOSE] = NO_FIRM
    return Start(town, firm, luck.random(residents, dtype=np.float32), seed)


class Implementation(Protocol):
    """What every implementation offers: `step`, and after it the aggregates of rule 4."""

    mean: np.ndarray  # awareness by town
    heads: np.ndarray  # residents by town
    staff: np.ndarray  # employed by firm

    def step(self) -> None:
        """Walk one quarter."""
