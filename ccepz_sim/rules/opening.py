"""What every quarter begins with: the flows of the last one are cleared in all books."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def open_quarter(zone: Zone) -> None:
    """Clear the flows of the quarter in all books."""
    zone.ledger.open_quarter()
    zone.materials.open_quarter()
    zone.population.open_quarter()
    towns, firms, count = zone.towns, zone.firms, zone.count
    towns.last_revenue[:] = towns.own_revenue
    for flow in (towns.own_revenue, firms.other_income, firms.waste_cost, firms.waste_tax, firms.deposit_due):
        flow[:] = 0.0
    count.guarantees_called = count.exits = count.entries = 0.0
    zone.public.infrastructure_money = 0.0
