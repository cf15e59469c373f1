"""Our way: one structure of arrays in float32, walked in fixed blocks, counts kept up from those who change.

Opinion and the draw of a job are the functions the model runs with.
"""

from __future__ import annotations

import numpy as np

from ccepz_sim.bench.workload import (
    FIND,
    FIRMS,
    HARM,
    LOSE,
    NO_FIRM,
    NOISE,
    POSTS,
    REACH,
    SPEED,
    STAY,
    TOWNS,
    VALUE,
    Start,
)
from ccepz_sim.rules.markets.matching import draw_employer
from ccepz_sim.rules.voice import drift_to_mean
from ccepz_sim.state.population import BLOCK

BYTES = 6  # declared state of a resident: town and firm in one byte each, awareness in four
VALUE_32, HARM_32 = VALUE.astype(np.float32), HARM.astype(np.float32)
GAIN_32 = np.float32(np.expm1(STAY))  # what staying adds to the weight of the own town


class Blocked:
    """The reference workload in blocks."""

    def __init__(self, start: Start) -> None:
        self.town, self.firm, self.awareness = start.town.copy(), start.firm.copy(), start.awareness.copy()
        self.heads = np.bincount(self.town, minlength=TOWNS)
        self.staff = np.bincount(self.firm[self.firm != NO_FIRM], minlength=FIRMS)
        self.mean = np.bincount(self.town, weights=self.awareness, minlength=TOWNS) / np.maximum(1, self.heads)
        blocks = range(0, len(start), BLOCK)
        # a stream for each fixed block: what is drawn depends neither on the walk nor on who shares it
        self.luck = [np.random.Generator(np.random.SFC64((start.seed, number))) for number in range(len(blocks))]
        self.blocks = [slice(first, min(first + BLOCK, len(start))) for first in blocks]
        self.buffers = np.empty((4, min(BLOCK, len(start))), dtype=np.float32)

    def step(self) -> None:
        """Walk one quarter."""
        mean, total = self.mean.astype(np.float32), np.zeros(TOWNS)
        for luck, rows in zip(self.luck, self.blocks, strict=True):
            draw, *spare = self.buffers[:, : rows.stop - rows.start]
            town, firm, own = self.town[rows], self.firm[rows], self.awareness[rows]
            cell = town.astype(np.intp)
            luck.standard_normal(out=draw, dtype=np.float32)
            draw *= np.float32(NOISE)
            draw += drift_to_mean(own, mean.take(cell, mode="clip"), SPEED, REACH)
            np.minimum(np.maximum(draw, 0.0, out=draw), 1.0, out=own)
            luck.random(out=draw, dtype=np.float32)
            self._work(firm, draw)
            luck.random(out=draw, dtype=np.float32)
            self._move(town, firm, own, cell, draw, spare)
            total += np.bincount(cell, weights=own, minlength=TOWNS)
        self.mean = total / np.maximum(1, self.heads)

    def _work(self, firm: np.ndarray, draw: np.ndarray) -> None:
        idle = np.flatnonzero(firm == NO_FIRM)
        lost = np.flatnonzero(draw < LOSE)
        self._leave(firm, lost)
        luck = draw[idle]
        hired = np.flatnonzero(luck < FIND)
        found = draw_employer(POSTS[:, None], np.zeros(len(hired), dtype=np.intp), luck[hired] / FIND)
        firm[idle[hired]] = found
        self.staff += np.bincount(found, minlength=FIRMS)

    def _leave(self, firm: np.ndarray, rows: np.ndarray) -> None:
        left = firm[rows]
        self.staff -= np.bincount(left[left != NO_FIRM], minlength=FIRMS)
        firm[rows] = NO_FIRM

    def _move(
        self,
        town: np.ndarray,
        firm: np.ndarray,
        own: np.ndarray,
        cell: np.ndarray,
        draw: np.ndarray,
        spare: list[np.ndarray],
    ) -> None:
        """Draw who moves against the weight of staying; only movers search where to."""
        total, weight, stays = spare
        for number in range(TOWNS):
            out = total if number == 0 else weight
            np.multiply(own, -HARM_32[number], out=out)
            out += VALUE_32[number]
            np.exp(out, out=out)
            if number:
                total += weight
        np.multiply(HARM_32.take(cell, mode="clip"), own, out=weight)
        np.subtract(VALUE_32.take(cell, mode="clip"), weight, out=weight)
        np.exp(weight, out=weight)
        np.multiply(weight, GAIN_32, out=stays)
        total += stays
        stays += weight
        draw *= total
        movers = np.flatnonzero(draw >= stays)
        weights = np.exp(VALUE_32 - HARM_32 * own[movers, None])
        weights[np.arange(len(movers)), cell[movers]] = 0.0
        reached = weights.cumsum(axis=1)
        rest = (draw[movers] - stays[movers])[:, None]
        goal = np.minimum((reached <= rest).sum(axis=1), TOWNS - 1)
        self.heads += np.bincount(goal, minlength=TOWNS) - np.bincount(cell[movers], minlength=TOWNS)
        town[movers] = goal
        cell[movers] = goal
        self._leave(firm, movers)
