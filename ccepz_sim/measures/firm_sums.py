"""Figures of firms, added up by town and park at the end of a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.compiled import compiled
from ccepz_sim.measures.places import Places

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
    firms, tech, world, fixed = zone.firms, zone.technology, zone.world, zone.fixed
    loans = zone.ledger.loans[zone.ledger.firm_accounts]
    found = np.zeros((places.towns, places.slots), dtype=SUMS)
    _add_up(
        found, places.park_of_town, firms.place, firms.in_park, firms.alive, firms.official, firms.product,
        firms.value_added, firms.value_added_real, fixed.service_product, fixed.farm_product, firms.sales, tech.heavy,
        tech.emerging, firms.chain, firms.brand, firms.profit, firms.book_capital, firms.outdated, firms.investment,
        loans, firms.research, firms.innovations, firms.clean, zone.plan.equivalents,
        firms.co2, firms.waste, tech.waste_kind, world.material.solid, firms.used_waste, firms.water, firms.energy,
        firms.colluding, firms.punished, firms.bribe, firms.evaded_tax, firms.emission, firms.reported_emission,
        zone.officials.honesty,
    )  # fmt: skip
    return found.view(float).reshape(places.towns, places.slots, len(FIRM_FIGURES))


@compiled
def _add_up(
    found: np.ndarray,
    park_of_town: np.ndarray,
    place: np.ndarray,
    in_park: np.ndarray,
    alive: np.ndarray,
    official: np.ndarray,
    product: np.ndarray,
    value_added: np.ndarray,
    value_added_real: np.ndarray,
    service_product: np.ndarray,
    farm_product: np.ndarray,
    sales: np.ndarray,
    heavy: np.ndarray,
    emerging: np.ndarray,
    chain: np.ndarray,
    brand: np.ndarray,
    profit: np.ndarray,
    book_capital: np.ndarray,
    outdated: np.ndarray,
    investment: np.ndarray,
    loans: np.ndarray,
    research: np.ndarray,
    innovations: np.ndarray,
    clean: np.ndarray,
    equivalents: np.ndarray,
    co2: np.ndarray,
    waste: np.ndarray,
    waste_kind: np.ndarray,
    solid: np.ndarray,
    used_waste: np.ndarray,
    water: np.ndarray,
    energy: np.ndarray,
    colluding: np.ndarray,
    punished: np.ndarray,
    bribe: np.ndarray,
    evaded_tax: np.ndarray,
    emission: np.ndarray,
    reported_emission: np.ndarray,
    honesty: np.ndarray,
) -> None:
    """Add each firm to its town and park; what closed this quarter is counted only if it was punished."""
    outside_parks = found.shape[1] - 1
    for firm in range(place.size):
        town = place[firm]
        here = found[town, park_of_town[town] if in_park[firm] else outside_parks]
        here["punished"] += punished[firm]
        if not alive[firm]:
            continue
        here["alive"] += 1.0
        here["value_added"] += value_added[firm]
        here["value_added_real"] += value_added_real[firm]
        here["services"] += value_added[firm] * service_product[product[firm]]
        here["farm"] += value_added[firm] * farm_product[product[firm]]
        sold = max(sales[firm], 0.0)
        here["sales"] += sold
        here["heavy"] += sold * heavy[firm]
        here["emerging"] += sold * emerging[firm]
        here["chain"] += sales[firm] * chain[firm]
        here["brand"] += sales[firm] * brand[firm]
        here["traded"] += sales[firm]
        here["deficit"] += profit[firm] < 0.0
        here["capital"] += book_capital[firm]
        here["outdated"] += book_capital[firm] * outdated[firm]
        here["profit"] += profit[firm]
        here["investment"] += investment[firm]
        here["loans"] += loans[firm]
        here["research"] += research[firm]
        here["innovations"] += innovations[firm]
        burden = (equivalents[firm, 0] + equivalents[firm, 1]) / max(clean[firm], NO_FACTOR)
        here["burden"] += burden
        here["clean_burden"] += burden * min(clean[firm], 1.0)
        here["co2"] += co2[firm]
        for kind in range(waste.shape[1]):
            if waste_kind[firm, kind] >= 0:
                here["solid_waste"] += waste[firm, kind] * solid[waste_kind[firm, kind]]
        here["used_waste"] += used_waste[firm]
        here["water"] += water[firm]
        here["energy"] += energy[firm]
        here["colluding"] += colluding[firm]
        here["found"] += punished[firm]
        here["bribes"] += bribe[firm]
        here["evaded"] += evaded_tax[firm]
        passed_on = honesty[official[firm]]
        here["so2"] += emission[firm, 0]
        here["dust"] += emission[firm, 1]
        here["cod"] += emission[firm, 2]
        here["nh3n"] += emission[firm, 3]
        here["said_so2"] += reported_emission[firm, 0] * passed_on
        here["said_dust"] += reported_emission[firm, 1] * passed_on
        here["said_cod"] += reported_emission[firm, 2] * passed_on
        here["said_nh3n"] += reported_emission[firm, 3] * passed_on
