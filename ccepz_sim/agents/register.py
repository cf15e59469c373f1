"""The part of the model that knows its agents: those of the rows, made when somebody asks, and those of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from ccepz_sim.agents import mesa_versions, rows_of_agents
from ccepz_sim.agents.view import RowAgent

if TYPE_CHECKING:
    from ccepz_sim.content.loading import Content
    from ccepz_sim.state.zone import Zone

# The agents of one's own, their numbers, and the rows whose agents were removed.
People = tuple[list[mesa.Agent], list[int], list[tuple[type[RowAgent], int]]]


class AgentRegister(mesa.Model):
    """A model of Mesa whose rows are agents; their numbers are the same whenever somebody first looks."""

    state: Zone
    content: Content
    _rows: dict[tuple[type[RowAgent], int], RowAgent] | None  # None until somebody asks for agents
    _numbers: int  # given so far

    def _open_register(self, seed: int) -> None:
        self._rows = None
        self._numbers = 0
        mesa_versions.begin(self, seed)

    @property
    def agents(self) -> mesa.agent.AgentSet:
        """All agents: one for each row people can meet, and those of one's own."""
        self._let_rows_in()
        return super().agents

    @property
    def agent_types(self) -> list[type]:
        """The kinds of agents there are."""
        self._let_rows_in()
        return super().agent_types

    @property
    def agents_by_type(self) -> dict[type, mesa.agent.AgentSet]:
        """The agents of each kind."""
        self._let_rows_in()
        return super().agents_by_type

    def register_agent(self, agent: mesa.Agent) -> None:
        """Take in an agent, after those of the rows, so that its number does not depend on who looked before."""
        self._let_rows_in()
        self._numbers += 1
        super().register_agent(agent)
        mesa_versions.number(self, agent, self._numbers)

    def remove_all_agents(self) -> None:
        """Remove all agents; the rows of the state go on without."""
        self._let_rows_in()
        super().remove_all_agents()

    def row_agent(self, kind: type[RowAgent], row: int) -> RowAgent:
        """Give the agent of a row; while a model is still on its way, one that it takes up when it arrives."""
        if "state" in self.__dict__:
            return self._let_rows_in()[kind, row]
        ahead: dict[tuple[type[RowAgent], int], RowAgent] = self.__dict__.setdefault("_ahead", {})
        if (kind, row) not in ahead:
            ahead[kind, row] = agent = object.__new__(kind)
            agent.__dict__.update(model=self, row=row, pos=None, unique_id=None)
        return ahead[kind, row]

    def _let_rows_in(self) -> dict[tuple[type[RowAgent], int], RowAgent]:
        """Make the agents of the rows when somebody first asks: most runs do without."""
        if self._rows is None:
            self._rows = {}
            ahead = self.__dict__.pop("_ahead", {})
            for kind, row in rows_of_agents(self):
                agent = ahead.get((kind, row))
                if agent is None:
                    agent = kind(self, row)
                else:
                    self.register_agent(agent)
                self._rows[kind, row] = agent
        return self._rows

    def _people(self) -> People | None:
        """Give what a copy needs to have the same agents; those of rows follow from the state."""
        if self._rows is None:
            return None
        rows, here = set(self._rows.values()), list(self.agents)
        own = [agent for agent in here if agent not in rows]
        gone = [(type(agent), agent.row) for agent in rows.difference(here)]
        return own, [agent.unique_id for agent in own], gone

    def _take_in(self, people: People | None, numbers: int) -> None:
        """Register agents that came with a state, under the numbers they had."""
        if people is not None:
            own, ids, gone = people
            for place in gone:
                self._let_rows_in()[place].remove()
            for agent, unique_id in zip(own, ids, strict=True):
                self.register_agent(agent)
                mesa_versions.number(self, agent, unique_id)
        self._numbers = numbers if self._rows is not None else 0
