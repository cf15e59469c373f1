"""Base of all agents: a row number and the zone it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


class RowAgent(mesa.Agent):
    """A view on one row; the rules work on all rows at once, the agent tells about its own."""

    model: PilotZone

    def __init__(self, model: PilotZone, row: int) -> None:
        super().__init__(model)
        self.row = row
