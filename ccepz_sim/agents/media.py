"""Media and NGOs: bring hidden harm to light as far as they reach and are free to."""

from __future__ import annotations

from ccepz_sim.agents.view import RowAgent
from ccepz_sim.text.label import Label


class Media(RowAgent):
    """A newspaper, a broadcaster, a platform or an association."""

    @property
    def label(self) -> Label:
        """Name in both languages."""
        return self.model.content.table("media").labels[self.row]

    @property
    def light(self) -> float:
        """Reach times independence, 0-1."""
        table = self.model.content.table("media")
        return float(table.numbers("reach")[self.row] * table.numbers("independence")[self.row])
