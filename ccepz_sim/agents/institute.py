"""Institute: posts, scientists, funding; empty where people do not stay."""

from __future__ import annotations

from ccepz_sim.agents.view import RowAgent
from ccepz_sim.text.label import Label


class Institute(RowAgent):
    """One of the 22 research institutes."""

    @property
    def label(self) -> Label:
        """Name in both languages."""
        return self.model.content.table("institutes").labels[self.row]

    @property
    def filled(self) -> float:
        """Share of posts with somebody in them."""
        return float(self.model.state.institutes.people[self.row] / self.model.state.institutes.posts[self.row])
