"""The people and organisations of the zone as Mesa agents: views on rows of the state tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ccepz_sim.agents.bank import Bank
from ccepz_sim.agents.firm import Firm
from ccepz_sim.agents.government import GovernmentBody
from ccepz_sim.agents.institute import Institute
from ccepz_sim.agents.media import Media
from ccepz_sim.agents.official import Official
from ccepz_sim.agents.rival import RivalZone
from ccepz_sim.agents.town import Town
from ccepz_sim.agents.view import RowAgent

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

__all__ = [
    "Bank",
    "Firm",
    "GovernmentBody",
    "Institute",
    "Media",
    "Official",
    "RivalZone",
    "RowAgent",
    "Town",
    "rows_of_agents",
]


def rows_of_agents(zone: PilotZone) -> Iterator[tuple[type[RowAgent], int]]:
    """Go through the rows people can meet, each of which is an agent; entrants' rows are there from the start."""
    state, content = zone.state, zone.content
    kinds: tuple[tuple[type[RowAgent], int], ...] = (
        (GovernmentBody, len(state.bodies.ids)),
        (Official, len(state.officials.ids)),
        (Firm, state.firms.rows),
        (Town, state.world.place_count),
        (Institute, len(state.institutes.ids)),
        (Bank, len(content.table("banks"))),
        (Media, len(content.table("media"))),
        (RivalZone, 1),
    )
    return ((kind, row) for kind, rows in kinds for row in range(rows))
