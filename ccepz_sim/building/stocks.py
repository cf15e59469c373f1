"""Waste stored before 2010, and the books closed at the start."""

from __future__ import annotations

import numpy as np

from ccepz_sim.state.zone import Zone


def first_stocks(zone: Zone) -> None:
    """Spread the waste stored before 2010 over places by capacity, part of it unsafe; close the ledger."""
    world, firms, tech = zone.world, zone.firms, zone.technology
    kinds = len(world.materials)
    for number, factor in enumerate(tech.wastes.T):
        kind = tech.waste_kind[:, number]
        rows = np.flatnonzero((kind >= 0) & firms.alive)
        amount = firms.capacity[rows] * factor[rows]
        total = np.bincount(kind[rows], weights=amount, minlength=kinds)
        share = amount / np.maximum(total[kind[rows]], 1e-9)
        stock = world.material.stock_2010[kind[rows]] * share
        np.add.at(
            zone.materials.safe,
            (firms.place[rows], kind[rows]),
            stock * (1.0 - zone.p.materials.unsafe_start),
        )
        np.add.at(zone.materials.unsafe, (firms.place[rows], kind[rows]), stock * zone.p.materials.unsafe_start)
    zone.ledger.close_against(zone.ledger.outside)
    zone.ledger.open_quarter()
    zone.materials.open_quarter()
