"""Other values of parameters for a zone that is already there, within their bounds or not."""

from __future__ import annotations

from collections.abc import Mapping

from ccepz_sim.numerics.declare import layout_of
from ccepz_sim.state.parameters import Parameters
from ccepz_sim.state.zone import Zone


def change_parameters(zone: Zone, values: Mapping[str, float]) -> None:
    """Give some parameters, by id, other values in this zone and in no other."""
    groups = {}
    for name in layout_of(Parameters).fields:
        group = getattr(zone.p, name)
        held = {own: getattr(group, own) for own in group.names()}
        changed = {own.partition(".")[2]: value for own, value in values.items() if own.startswith(f"{name}.")}
        assert set(changed) <= set(held), changed
        groups[name] = type(group).holding(name, held | changed)
    zone.exchange(p=Parameters.make().fill(**groups, more=zone.p.more))
