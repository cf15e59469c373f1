"""The floor: the primitives no array implementation of the workload can do without, and nothing else."""

from __future__ import annotations

import numpy as np

from ccepz_sim.bench.workload import TOWNS, Start
from ccepz_sim.state.population import BLOCK


class Floor:
    """One normal and two uniform draws, seven exponentials, three look-ups and one count, in blocks of float32."""

    def __init__(self, start: Start) -> None:
        self.town, self.own = start.town, start.awareness.copy()
        self.luck = np.random.Generator(np.random.SFC64(start.seed))
        self.draw = np.empty(min(BLOCK, len(start)), dtype=np.float32)
        self.table = np.linspace(0.0, 1.0, TOWNS, dtype=np.float32)
        self.mean = self.heads = self.staff = np.zeros(TOWNS)

    def step(self) -> None:
        """Do the primitives once for every resident."""
        for first in range(0, len(self.town), BLOCK):
            own = self.own[first : first + BLOCK]
            draw = self.draw[: len(own)]
            self.luck.standard_normal(out=draw, dtype=np.float32)
            self.luck.random(out=draw, dtype=np.float32)
            self.luck.random(out=draw, dtype=np.float32)
            for _ in range(TOWNS + 1):
                np.exp(own, out=draw)
            cell = self.town[first : first + BLOCK].astype(np.intp)
            for _ in range(3):
                self.table.take(cell, mode="clip", out=draw)
            np.bincount(cell, weights=own, minlength=TOWNS)
