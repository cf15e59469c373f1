"""Official: splits effort between growth, enforcement and honest figures; may collude."""

from __future__ import annotations

from ccepz_sim.agents.view import Column, RowAgent
from ccepz_sim.state.bodies import RANKS
from ccepz_sim.text.label import Label


class Official(RowAgent):
    """The holder of one post; a successor takes over the row. Shares and scores are 0-1."""

    tenure = Column(lambda zone: zone.officials.tenure, int)  # quarters
    integrity = Column(lambda zone: zone.officials.integrity, float)
    growth_first = Column(lambda zone: zone.officials.growth_first, bool)
    enforcement = Column(lambda zone: zone.officials.enforcement, float)  # share of effort that reaches enforcement
    honesty = Column(lambda zone: zone.officials.honesty, float)
    captured = Column(lambda zone: zone.officials.captured, float)  # share of the firms answered for that have a deal
    score = Column(lambda zone: zone.officials.score, float)
    body_row = Column(lambda zone: zone.officials.body, int)

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
        return self.model.state.bodies.ids[self.body_row]
