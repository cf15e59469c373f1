"""Official: splits effort between growth, enforcement and honest figures; may collude."""

from __future__ import annotations

from ccepz_sim.agents.view import RowAgent
from ccepz_sim.state.bodies import RANKS
from ccepz_sim.text.label import Label


class Official(RowAgent):
    """The holder of one post; a successor takes over the row."""

    @property
    def label(self) -> Label:
        """Post in both languages; no real person is depicted."""
        return self.model.content.table("officials").labels[self.row]

    @property
    def rank(self) -> str:
        """Rank of the post."""
        return RANKS[int(self.model.state.officials.rank[self.row])]

    @property
    def body(self) -> str:
        """Id of the body served."""
        return self.model.state.bodies.ids[int(self.model.state.officials.body[self.row])]

    @property
    def enforcement(self) -> float:
        """Share of effort that reaches enforcement."""
        return float(self.model.state.officials.enforcement[self.row])

    @property
    def captured(self) -> float:
        """Share of the firms answered for that have a deal with the official."""
        return float(self.model.state.officials.captured[self.row])
