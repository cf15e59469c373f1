"""Figures of firms, added up by town and park at the end of a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.measures.places import Places
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.firms import has_deal
from ccepz_sim.state.world import MEDIA

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

FIRM_FIGURES = (
    "alive", "value_added", "value_added_real", "services", "farm", "sales", "heavy", "emerging", "chain", "brand",
    "traded", "deficit", "capital", "outdated", "profit", "investment", "loans", "research", "innovations", "burden",
    "clean_burden", "co2", "solid_waste", "used_waste", "water", "energy", "colluding", "punished", "found", "bribes",
    "evaded", "so2", "dust", "cod", "nh3n", "said_so2", "said_dust", "said_cod", "said_nh3n",
)  # fmt: skip
SUMS = np.dtype([(name, float) for name in FIRM_FIGURES])
NO_FACTOR = 1e-9  # smallest emission factor to divide by


def sum_firms(zone: Zone, places: Places) -> np.ndarray:
    """Sum figures of firms by town and park, the last slot for those in none; shape (towns, slots, figures)."""
    found = np.zeros((places.towns, places.slots), dtype=SUMS)
    _add_up(zone, found, places.park_of_town)
    return found.view(float).reshape(places.towns, places.slots, len(FIRM_FIGURES))


@compiled
def _add_up(zone: Zone, found: np.ndarray, park_of_town: np.ndarray) -> None:
    """Add each firm to its town and park; what closed this quarter is counted only if it was punished."""
    firms, tech, fixed = zone.firms, zone.technology, zone.fixed
    outside_parks = found.shape[1] - 1
    for firm in range(firms.rows):
        town, product = firms.place[firm], firms.product[firm]
        here = found[town, park_of_town[town] if firms.in_park[firm] else outside_parks]
        here["punished"] += firms.punished[firm] or firms.heaps_found[firm]
        if not firms.alive[firm]:
            continue
        sales, capital, clean = firms.sales[firm], firms.book_capital[firm], firms.clean[firm]
        here["alive"] += 1.0
        here["value_added"] += firms.value_added[firm]
        here["value_added_real"] += firms.value_added_real[firm]
        here["services"] += firms.value_added[firm] * fixed.service_product[product]
        here["farm"] += firms.value_added[firm] * fixed.farm_product[product]
        sold = max(sales, 0.0)
        here["sales"] += sold
        here["heavy"] += sold * tech.heavy[firm]
        here["emerging"] += sold * tech.emerging[firm]
        here["chain"] += sales * firms.chain[firm]
        here["brand"] += sales * firms.brand[firm]
        here["traded"] += sales
        here["deficit"] += firms.profit[firm] < 0.0
        here["capital"] += capital
        here["outdated"] += capital * firms.outdated[firm]
        here["profit"] += firms.profit[firm]
        here["investment"] += firms.investment[firm]
        here["loans"] += zone.ledger.loans[zone.ledger.firms + firm]
        here["research"] += firms.research[firm]
        here["innovations"] += firms.innovations[firm]
        for medium in range(MEDIA):
            kept = 1.0 - firms.cleaner[firm, medium]
            burden = zone.plan.equivalents[firm, medium] / (max(clean, NO_FACTOR) * kept)
            here["burden"] += burden
            here["clean_burden"] += burden * (min(clean, 1.0) * kept)
        here["co2"] += firms.co2[firm]
        for kind in range(firms.waste.shape[1]):
            if tech.waste_kind[firm, kind] >= 0:
                here["solid_waste"] += firms.waste[firm, kind] * zone.world.material.solid[tech.waste_kind[firm, kind]]
        here["used_waste"] += firms.used_waste[firm]
        here["water"] += firms.water[firm]
        here["energy"] += firms.energy[firm]
        here["colluding"] += has_deal(firms, firm)
        here["found"] += firms.punished[firm]
        here["bribes"] += firms.bribe[firm]
        here["evaded"] += firms.evaded_tax[firm]
        passed_on = zone.officials.honesty[firms.official[firm]]
        here["so2"] += firms.emission[firm, 0]
        here["dust"] += firms.emission[firm, 1]
        here["cod"] += firms.emission[firm, 2]
        here["nh3n"] += firms.emission[firm, 3]
        here["said_so2"] += firms.reported_emission[firm, 0] * passed_on
        here["said_dust"] += firms.reported_emission[firm, 1] * passed_on
        here["said_cod"] += firms.reported_emission[firm, 2] * passed_on
        here["said_nh3n"] += firms.reported_emission[firm, 3] * passed_on
