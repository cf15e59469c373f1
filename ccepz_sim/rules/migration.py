"""Migration: residents age, die and are born, some move, some are resettled; each rule stands in its own module.

Source: docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.location_choice import attraction, choose
from ccepz_sim.rules.resettlement import resettle
from ccepz_sim.rules.vital_events import count_persons, live

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def live_and_move(zone: Zone) -> None:
    """Age, die, are born; then some consider moving, some are resettled, some return.

    Reads: population.*, migration.*, labour.retirement_age; policy resettlement, resettlement_jobs and those of
    `attraction`.
    """
    live(zone)
    move_and_count(zone)


@compiled
def move_and_count(zone: Zone) -> None:
    """Let residents choose and the programme make its offers, then count persons by place."""
    if not zone.frozen:
        value = attraction(zone)
        choose(zone, value)
        resettle(zone, value)
    count_persons(zone)
