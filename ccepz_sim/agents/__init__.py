"""The people and organisations of the zone as Mesa agents: views on rows of the state tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from ccepz_sim.agents.bank import Bank
from ccepz_sim.agents.firm import Firm
from ccepz_sim.agents.government import GovernmentBody
from ccepz_sim.agents.institute import Institute
from ccepz_sim.agents.media import Media
from ccepz_sim.agents.official import Official
from ccepz_sim.agents.rival import RivalZone
from ccepz_sim.agents.town import Town

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
    "Town",
    "build_agents",
]


def build_agents(zone: PilotZone) -> None:
    """Register one Mesa agent for each row people can meet; entrants' rows are there from the start."""
    for kind, rows in (
        (GovernmentBody, len(zone.state.bodies.ids)),
        (Official, len(zone.state.officials.ids)),
        (Firm, zone.state.firms.rows),
        (Town, zone.state.world.place_count),
        (Institute, len(zone.state.institutes.ids)),
        (Bank, len(zone.content.table("banks"))),
        (Media, len(zone.content.table("media"))),
        (RivalZone, 1),
    ):
        for row in range(rows):
            kind(zone, row)
    _let_go(zone)


def _let_go(zone: PilotZone) -> None:
    """Mesa 3.3 keeps every model as a key of a table of agent ids; out of it, a dropped zone can be collected."""
    ids = getattr(mesa.Agent, "_ids", None)
    if ids is not None:
        ids.pop(zone, None)
