"""Bank and guarantee company: lend, collect interest, bear losses."""

from __future__ import annotations

from ccepz_sim.agents.view import RowAgent
from ccepz_sim.text.label import Label


class Bank(RowAgent):
    """A bank or the guarantee company."""

    @property
    def label(self) -> Label:
        """Name in both languages."""
        return self.model.content.table("banks").labels[self.row]

    @property
    def own_funds(self) -> float:
        """Own funds, yuan."""
        return float(self.model.state.ledger.deposits[self.model.state.ledger.banks + self.row])
