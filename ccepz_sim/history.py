"""The history 2010-2015 is run once per content, seed, scale and scenario past, kept, and copied for every game."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from ccepz_sim.clock import FIRST_YEAR, QUARTERS
from ccepz_sim.markets.prices import ScenarioPath, dated_factors
from ccepz_sim.policies.schedule import Decision

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

KEPT = 4
_histories: OrderedDict[tuple[object, ...], PilotZone] = OrderedDict()


def restore(zone: PilotZone) -> None:
    """Put a zone at the start of 2016, from memory where the same history was run before."""
    from ccepz_sim.model import PilotZone, copy_state

    key = (zone.content.hash, zone.seed_used, zone.scale, *_scenario_past(zone), _early(zone))
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
    mine = dict(zone.__dict__)
    copy_state(past, zone)
    for name in ("content", "packages", "decisions", "scenario_used", "seed_used", "scale", "without", "frozen",
                 "first_quarter", "quarters"):  # fmt: skip
        setattr(zone, name, mine[name])
    zone.path = ScenarioPath(zone.scenario_used, zone.world, zone.quarters)
    zone.policy.replace_decisions(zone.content, zone.decisions)
    zone.standing = float(zone.content.value("officials.standing_start"))


def _scenario_past(zone: PilotZone) -> tuple[object, ...]:
    """What of the scenario the history can tell: closure, and factors dated or reaching back before the play."""
    scenario = zone.scenario_used
    return scenario.mine_closure, dated_factors(scenario, zone.first_quarter).tobytes()


def _early(zone: PilotZone) -> tuple[Decision, ...]:
    """Decisions dated before the play begins belong to the history."""
    return tuple(item for item in zone.decisions if item.year < zone.first_quarter / QUARTERS + FIRST_YEAR)


def forget() -> None:
    """Drop all kept histories (tests, long-lived servers)."""
    _histories.clear()
