"""The history 2010-2015 is run once per content, seed, scale and scenario past, kept, and copied for every game."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from ccepz_sim.clock import FIRST_YEAR, QUARTERS
from ccepz_sim.markets.prices import ScenarioPath
from ccepz_sim.policies.effective import announce_again
from ccepz_sim.policies.schedule import Decision

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

KEPT = 4
_lock = threading.Lock()
_histories: OrderedDict[tuple[object, ...], PilotZone] = OrderedDict()


def restore(zone: PilotZone) -> None:
    """Put a zone at the start of 2016, from memory where the same history was run before."""
    from ccepz_sim.model import copy_state

    key = (zone.content.hash, zone.seed_used, zone.scale, zone.scenario_used.mine_closure, _early(zone))
    with _lock:
        past = _past(zone, key)
    mine = dict(zone.__dict__)
    copy_state(past, zone)
    for name in ("content", "packages", "decisions", "scenario_used", "seed_used", "scale", "without", "frozen",
                 "first_quarter", "quarters"):  # fmt: skip
        setattr(zone, name, mine[name])
    zone.path = ScenarioPath(zone.scenario_used, zone.world, zone.quarters)
    announce_again(zone.policy, zone.content, zone.decisions)
    zone.standing = float(zone.content.value("officials.standing_start"))


def _past(zone: PilotZone, key: tuple[object, ...]) -> PilotZone:
    """Give the kept history of a key, or run it."""
    from ccepz_sim.model import PilotZone

    past = _histories.get(key)
    if past is None:
        past = PilotZone(
            package=(),
            scenario=zone.scenario_used.id,
            seed=zone.seed_used,
            scale=zone.scale,
            start=FIRST_YEAR,
            decisions=_early(zone),
            content=zone.content,
        )
        past._run_until(zone.first_quarter)
        past.remove_all_agents()
        _histories[key] = past
        while len(_histories) > KEPT:
            _histories.popitem(last=False)
    _histories.move_to_end(key)
    return past


def _early(zone: PilotZone) -> tuple[Decision, ...]:
    """Decisions dated before the play begins belong to the history."""
    return tuple(item for item in zone.decisions if item.year < zone.first_quarter / QUARTERS + FIRST_YEAR)


def forget() -> None:
    """Drop all kept histories (tests, long-lived servers)."""
    _histories.clear()
