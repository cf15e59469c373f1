"""The chain of processing: a firm adds a step with money, professionals and a park that can carry it.

Source: docs/model.md (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.state.world import PROFESSIONAL

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

CHAIN = NUMBERS[Stream.CHAIN]


@compiled
def extend_chain(zone: Zone) -> None:
    """A firm adds a step of processing with money, professionals and a park that can carry it."""
    firms, p = zone.firms, zone.p.innovation
    key = passing(zone, CHAIN)
    carried = np.empty(zone.towns.rows)
    for town in range(carried.size):
        built = max(zone.p.environment.infrastructure_least, zone.towns.infrastructure[town])
        carried[town] = built**p.chain_park
    for firm in range(firms.rows):
        # what hinders a firm only lowers the chance, so that most draws need no power and no exponential
        most = p.chain_rate * carried[firms.place[firm]]
        able = firms.alive[firm] and firms.chain[firm] < p.chain_top and firms.margin[firm] > p.chain_margin
        luck = draw(key, firms.who[firm])
        if luck < most and able:
            money = firms.chain_money[firm] + p.chain_own * firms.research[firm] * QUARTERS  # in yuan: of a year
            money /= max(firms.book_capital[firm] * p.chain_cost, 1.0)
            professionals = firms.staff[firm, PROFESSIONAL] / max(firms.posts[firm, PROFESSIONAL], 1e-9)
            filled = min(max(professionals, 0.0), 1.0) ** p.critical_mass
            if luck < most * (1.0 - np.exp(-money)) * filled:
                firms.chain[firm] += 1.0
                firms.innovations[firm] += 1.0
