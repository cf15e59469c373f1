"""The object way: one object for each resident, in plain Mesa and in AgentPy, with one rule of behaviour for both."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from math import exp
from typing import Any, Protocol

import mesa
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

WORTH, HARMS = VALUE.tolist(), HARM.tolist()
LINE = list(accumulate(POSTS.tolist()))


class Person(Protocol):
    """State of one resident, whoever's object it is."""

    town: int
    firm: int
    awareness: float


def live(person: Person, mean: list[float], luck: random.Random) -> None:
    """Walk one quarter of one resident, rules 1 to 3."""
    own = person.awareness
    gap = mean[person.town] - own
    if abs(gap) < REACH:
        own += SPEED * gap
    person.awareness = own = min(1.0, max(0.0, own + luck.gauss(0.0, NOISE)))
    draw = luck.random()
    if person.firm == NO_FIRM:
        if draw < FIND:
            person.firm = min(bisect_right(LINE, luck.random()), FIRMS - 1)
    elif draw < LOSE:
        person.firm = NO_FIRM
    weights = [exp(worth - harm * own) for worth, harm in zip(WORTH, HARMS, strict=True)]
    weights[person.town] *= exp(STAY)
    draw = luck.random() * sum(weights)
    goal, reached = 0, weights[0]
    while reached <= draw and goal < TOWNS - 1:
        goal += 1
        reached += weights[goal]
    if goal != person.town:
        person.town, person.firm = goal, NO_FIRM


class Counts:
    """Aggregates of rule 4 over objects."""

    def count(self, people: Iterable[Person]) -> None:
        """Take heads, staff and mean awareness."""
        heads, total, staff = [0] * TOWNS, [0.0] * TOWNS, [0] * FIRMS
        for person in people:
            heads[person.town] += 1
            total[person.town] += person.awareness
            if person.firm != NO_FIRM:
                staff[person.firm] += 1
        self.heads, self.staff = np.array(heads), np.array(staff)
        self.mean = np.array(total) / np.maximum(1, self.heads)


class MesaPerson(mesa.Agent):
    """A resident as a Mesa agent."""

    def __init__(self, model: MesaObjects, town: int, firm: int, awareness: float) -> None:
        super().__init__(model)
        self.town, self.firm, self.awareness = town, firm, awareness

    def step(self) -> None:
        """Walk one quarter."""
        live(self, self.model.means, self.model.luck)


class MesaObjects(mesa.Model, Counts):
    """The reference workload with one Mesa agent for each resident."""

    def __init__(self, start: Start) -> None:
        super().__init__(rng=np.random.default_rng(start.seed))
        self.luck = random.Random(start.seed)
        for town, firm, awareness in _rows(start):
            MesaPerson(self, town, firm, awareness)
        self.count(self.agents)

    def step(self) -> None:
        """Walk one quarter."""
        self.means = self.mean.tolist()
        self.agents.do("step")
        self.count(self.agents)


def agentpy_objects(start: Start) -> Any:
    """Return the reference workload with one AgentPy agent for each resident.

    Raises:
        ImportError: AgentPy is not installed.
    """
    import agentpy

    class AgentPyPerson(agentpy.Agent):
        def step(self) -> None:
            live(self, self.model.means, self.model.luck)

    class AgentPyObjects(agentpy.Model, Counts):
        def setup(self) -> None:
            self.luck = random.Random(start.seed)
            self.people = agentpy.AgentList(self, len(start), AgentPyPerson)
            for person, (town, firm, awareness) in zip(self.people, _rows(start), strict=True):
                person.town, person.firm, person.awareness = town, firm, awareness
            self.count(self.people)

        def step(self) -> None:
            self.means = self.mean.tolist()
            self.people.step()
            self.count(self.people)

    model = AgentPyObjects()
    model.sim_setup()
    return model


def _rows(start: Start) -> Iterable[tuple[int, int, float]]:
    return zip(start.town.tolist(), start.firm.tolist(), start.awareness.tolist(), strict=True)
