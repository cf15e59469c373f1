"""Government body: treasury, mandate, levers, capacity, coordination with the others."""

from __future__ import annotations

from ccepz_sim.agents.view import RowAgent
from ccepz_sim.text.label import Label


class GovernmentBody(RowAgent):
    """A government, committee, park office or department."""

    @property
    def id(self) -> str:
        """Id of the body."""
        return self.model.state.bodies.ids[self.row]

    @property
    def label(self) -> Label:
        """Name in both languages."""
        return self.model.content.table("bodies").labels[self.row]

    @property
    def treasury(self) -> float:
        """Cash, yuan."""
        return float(self.model.state.ledger.deposits[self.model.state.ledger.bodies + self.row])

    @property
    def levers(self) -> tuple[str, ...]:
        """Ids of the levers this body executes."""
        return tuple(name for name, lever in self.model.content.levers.items() if lever.body == self.id)
