"""Institute: posts, scientists, funding; empty where people do not stay."""

from __future__ import annotations

from ccepz_sim.agents.view import Column, RowAgent
from ccepz_sim.text.label import Label


class Institute(RowAgent):
    """One of the 22 research institutes."""

    posts = Column(lambda zone: zone.institutes.posts, float)
    people = Column(lambda zone: zone.institutes.people, float)
    guests = Column(lambda zone: zone.institutes.guests, float)
    results = Column(lambda zone: zone.institutes.results, float)  # of the last quarter
    filled = Column(lambda zone: zone.institutes.people / zone.institutes.posts, float)  # share of posts

    @property
    def label(self) -> Label:
        """Name in both languages."""
        return self.model.content.table("institutes").labels[self.row]
