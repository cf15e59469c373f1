"""The textbook way in NumPy: whole-array expressions, a (residents, towns) table of utilities, counts taken anew."""

from __future__ import annotations

from typing import Any

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


class Textbook:
    """The reference workload as a book would write it, in float64 or float32."""

    def __init__(self, start: Start, dtype: Any = np.float64) -> None:
        self.town, self.firm = start.town.astype(np.int64), start.firm.astype(np.int64)
        self.awareness = start.awareness.astype(dtype)
        self.dtype = dtype
        self.value, self.harm = VALUE.astype(dtype), HARM.astype(dtype)
        self.luck = np.random.default_rng(start.seed)
        self._count()

    def step(self) -> None:
        """Walk one quarter."""
        luck, people = self.luck, len(self.town)
        gap = self.mean.astype(self.dtype)[self.town] - self.awareness
        noise = luck.standard_normal(people, dtype=self.dtype) * self.dtype(NOISE)
        gap = np.where(np.abs(gap) < REACH, gap, self.dtype(0.0))
        self.awareness = np.clip(self.awareness + self.dtype(SPEED) * gap + noise, 0.0, 1.0)
        draw = luck.random(people, dtype=self.dtype)
        idle = self.firm == NO_FIRM
        self.firm[~idle & (draw < LOSE)] = NO_FIRM
        found = idle & (draw < FIND)
        self.firm[found] = luck.choice(FIRMS, size=int(found.sum()), p=POSTS)
        utility = self.value - self.harm * self.awareness[:, None]
        utility[np.arange(people), self.town] += self.dtype(STAY)
        weight = np.exp(utility - utility.max(axis=1, keepdims=True))
        reached = np.cumsum(weight, axis=1)
        draw = luck.random(people, dtype=self.dtype) * reached[:, -1]
        goal = np.minimum((reached <= draw[:, None]).sum(axis=1), TOWNS - 1)
        self.firm[goal != self.town] = NO_FIRM
        self.town = goal
        self._count()

    def _count(self) -> None:
        self.heads = np.bincount(self.town, minlength=TOWNS)
        self.staff = np.bincount(self.firm[self.firm != NO_FIRM], minlength=FIRMS)
        self.mean = np.bincount(self.town, weights=self.awareness, minlength=TOWNS) / np.maximum(1, self.heads)


def textbook_32(start: Start) -> Textbook:
    """Return the textbook way in float32."""
    return Textbook(start, np.float32)
