"""What every quarter begins with: the flows of the last one are cleared in all books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.ledger import clear_flows
from ccepz_sim.state.materials import clear_tonnes

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def open_quarter(zone: Zone) -> None:
    """Clear the flows of the quarter in all books."""
    towns, firms, people, count = zone.towns, zone.firms, zone.population, zone.count
    clear_flows(zone.ledger)
    clear_tonnes(zone.materials)
    for place in range(people.ends):  # an array set at once takes Numba a second of compiling
        people.opening[place] = people.persons[place]
        people.births[place] = people.deaths[place] = 0
        for goal in range(people.ends):
            people.moves[place, goal] = 0
    people.resettled_quarter = people.returned_quarter = 0
    for town in range(towns.rows):
        towns.last_revenue[town], towns.own_revenue[town] = towns.own_revenue[town], 0.0
    for firm in range(firms.rows):
        firms.other_income[firm] = firms.waste_cost[firm] = firms.waste_tax[firm] = firms.deposit_due[firm] = 0.0
    count.guarantees_called = count.exits = count.entries = 0.0
    zone.public.infrastructure_money = 0.0
