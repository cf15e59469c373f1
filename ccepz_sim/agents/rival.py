"""Rival zone: the Xining zone competes for investment, inputs and skilled people where industries overlap."""

from __future__ import annotations

from ccepz_sim.agents.view import RowAgent


class RivalZone(RowAgent):
    """The Xining Economic and Technological Development Zone as one competitor."""

    @property
    def attraction(self) -> float:
        """Pull on skilled people before any division of labour."""
        return float(self.model.state.fixed.rival_attraction)
