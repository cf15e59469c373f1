"""Arrays with person ids, in the style of Starsim (own code, Starsim itself is not needed).

A float64 array for each state, read and written through the ids of those alive; each decision has a random stream of
its own, which draws for all slots and hands each person the draw of its slot, so that persons keep their luck.
"""

from __future__ import annotations

from collections.abc import Callable

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


class Decision:
    """A random stream that gives persons the draws of their slots."""

    def __init__(self, seed: np.random.SeedSequence, slots: np.ndarray) -> None:
        self.luck, self.slots = np.random.default_rng(seed), slots

    def draw(self, uids: np.ndarray, values: Callable[[np.random.Generator, int], np.ndarray]) -> np.ndarray:
        """Draw values for all slots up to the last one wanted; hand out those of the ids."""
        slots = self.slots[uids]
        size = int(slots.max()) + 1 if len(slots) else 0
        return values(self.luck, size)[slots]


def uniform(luck: np.random.Generator, size: int) -> np.ndarray:
    """Draw uniform numbers."""
    return luck.random(size)


class Uids:
    """The reference workload with states as arrays over person ids."""

    def __init__(self, start: Start) -> None:
        self.alive = np.ones(len(start), dtype=bool)
        self.town, self.firm = start.town.astype(float), start.firm.astype(float)
        self.awareness = start.awareness.astype(float)
        slots = np.arange(len(start))
        seeds = np.random.SeedSequence(start.seed).spawn(4)
        self.noise, self.work, self.match, self.move = (Decision(seed, slots) for seed in seeds)
        self._count(np.flatnonzero(self.alive))

    def step(self) -> None:
        """Walk one quarter."""
        uids = np.flatnonzero(self.alive)
        own, town = self.awareness[uids], self.town[uids].astype(int)
        gap = self.mean[town] - own
        gap[np.abs(gap) >= REACH] = 0.0
        noise = self.noise.draw(uids, lambda luck, size: luck.normal(0.0, NOISE, size))
        self.awareness[uids] = np.clip(own + SPEED * gap + noise, 0.0, 1.0)
        draw = self.work.draw(uids, uniform)
        idle = self.firm[uids] == NO_FIRM
        lost, found = uids[~idle & (draw < LOSE)], uids[idle & (draw < FIND)]
        self.firm[lost] = NO_FIRM
        self.firm[found] = self.match.draw(found, lambda luck, size: luck.choice(FIRMS, size=size, p=POSTS))
        utility = VALUE[None, :] - HARM[None, :] * self.awareness[uids][:, None]
        utility[np.arange(len(uids)), town] += STAY
        weight = np.exp(utility)
        chance = weight / weight.sum(axis=1, keepdims=True)
        draw = self.move.draw(uids, uniform)
        goal = np.minimum((chance.cumsum(axis=1) <= draw[:, None]).sum(axis=1), TOWNS - 1)
        moved = goal != town
        self.firm[uids[moved]] = NO_FIRM
        self.town[uids] = goal
        self._count(uids)

    def _count(self, uids: np.ndarray) -> None:
        town, firm = self.town[uids].astype(int), self.firm[uids].astype(int)
        self.heads = np.bincount(town, minlength=TOWNS)
        self.staff = np.bincount(firm[firm != NO_FIRM], minlength=FIRMS)
        self.mean = np.bincount(town, weights=self.awareness[uids], minlength=TOWNS) / np.maximum(1, self.heads)
