"""Town: the residents of one place, its labour market, environment and sector accounts."""

from __future__ import annotations

import numpy as np

from ccepz_sim.agents.view import RowAgent
from ccepz_sim.text.label import Label


class Town(RowAgent):
    """One of the nine places."""

    @property
    def id(self) -> str:
        """Id of the place."""
        return self.model.state.world.places[self.row]

    @property
    def label(self) -> Label:
        """Name in both languages."""
        return self.model.content.table("places").labels[self.row]

    @property
    def population(self) -> int:
        """Residents, persons."""
        return int(self.model.state.population.persons[self.row])

    @property
    def residents(self) -> np.ndarray:
        """Rows of the population table that live here."""
        return np.flatnonzero(self.model.state.population.town == self.row)

    @property
    def pollution(self) -> float:
        """Pollution index."""
        return float(self.model.state.towns.pollution[self.row])

    @property
    def unemployment(self) -> np.ndarray:
        """Unemployment rate by skill, shape (3,)."""
        rates: np.ndarray = self.model.state.towns.unemployment[self.row]
        return rates
