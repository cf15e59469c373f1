"""Wages grow with the country and bend with local unemployment.

Source: wage curve, Blanchflower and Oswald 1994; docs/model.md (e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccepz_sim.numerics.clock import PLAY_QUARTER, QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.cells import UNEMPLOYED, cell_number
from ccepz_sim.state.world import SKILLS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def wages(zone: Zone) -> None:
    """Wages grow with the country and bend with local unemployment.

    Reads: labour.wage_*, natural_rate, gap_most, shortage_*.

    Source: Blanchflower and Oswald 1994.
    """
    towns, people, p = zone.towns, zone.population, zone.p.labour
    growth = p.wage_growth_early if zone.quarter < PLAY_QUARTER else p.wage_growth_late
    employers = towns.employed.shape[0]
    for place in range(towns.rows):
        for skill in range(len(SKILLS)):
            working = wanted = force = 0.0
            for employer in range(UNEMPLOYED, employers):
                force += people.heads[cell_number(employer, place, skill, people.cells.places)]
            for employer in range(employers):
                working += towns.employed[employer, place, skill]
                wanted += towns.posts[employer, place, skill]
            towns.labour_force[place, skill] = force
            idle = 1.0 - working / max(force, 1.0) if force > 0.0 else p.natural_rate
            towns.unemployment[place, skill] = idle
            gap = min(max(p.natural_rate - idle, -p.gap_most), p.gap_most)
            shortage = min(max((wanted - working) / max(wanted, 1.0), 0.0), p.shortage_most)
            drift = (growth + p.wage_curve * gap + p.shortage_push * shortage) / QUARTERS
            bent = towns.wage[place, skill] * (1.0 + min(max(drift, -p.wage_fall_most), p.wage_rise_most))
            towns.base_wage[place, skill] *= 1.0 + growth / QUARTERS
            towns.wage[place, skill] = bent + p.wage_return * (towns.base_wage[place, skill] - bent)
