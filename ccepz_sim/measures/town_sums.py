"""Figures of towns at the end of a quarter, counted over residents, jobs and materials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.population import LANES
from ccepz_sim.state.world import FIRMS, SKILLED

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

COUNTED = (
    "adults", "skilled", "industry_wages", "wages", "employed", "labour_force", "vacancies", "skilled_posts",
    "skilled_filled", "arrivals", "departures", "generated", "reused_there", "solid_stock", "liquid_stock",
    "unsafe_stock",
)  # fmt: skip
TAKEN = (
    "services_va", "construction_va", "agriculture_va", "household_income", "pollution", "air", "water", "ground",
    "ecology", "complaints", "reply_rate", "awareness", "trust",
)  # fmt: skip
TOWN_FIGURES = ("persons", *TAKEN, *COUNTED)
FIGURES = np.dtype([(name, float) for name in TOWN_FIGURES])


def town_figures(zone: Zone) -> np.ndarray:
    """Give the figures of towns, shape (figures, towns), in the order of TOWN_FIGURES.

    Reads: labour.working_age.
    """
    towns = zone.world.place_count
    found = np.zeros(towns, dtype=FIGURES)
    _count_towns(zone, found)
    return found.view(float).reshape(towns, len(TOWN_FIGURES)).T


@compiled
def _count_towns(zone: Zone, found: np.ndarray) -> None:
    _take(zone, found)
    _count_adults(zone, found)
    _count_jobs(zone, found)
    _count_materials(zone, found)


@compiled
def _take(zone: Zone, found: np.ndarray) -> None:
    """Record what the towns themselves keep."""
    towns = zone.towns
    for town in range(found.size):
        here = found[town]
        here["persons"] = zone.population.persons[town]
        here["services_va"] = towns.services_va[town]
        here["construction_va"] = towns.construction_va[town]
        here["agriculture_va"] = towns.agriculture_va[town]
        here["household_income"] = towns.household_income[town]
        here["pollution"] = towns.pollution[town]
        here["air"] = towns.air[town]
        here["water"] = towns.water[town]
        here["ground"] = towns.ground[town]
        here["ecology"] = towns.ecology[town]
        here["complaints"] = towns.complaints[town]
        here["reply_rate"] = towns.reply_rate[town]
        here["awareness"] = towns.awareness[town]
        here["trust"] = towns.trust[town]


@compiled
def _count_adults(zone: Zone, found: np.ndarray) -> None:
    """Count those of working age and the skilled among them: all residents less the minors."""
    people, grown = zone.population, int(zone.p.labour.working_age * QUARTERS)
    cell, age, weight, heads, town_of = people.cell, people.age, people.weight, people.heads, people.cells.town
    minors = np.zeros((heads.size, LANES))  # neighbours mostly share a cell: see LANES
    for row in range(people.used):
        minors[cell[row], row % LANES] += weight[row] * (age[row] < grown)
    for number in range(heads.size):
        if 0 <= town_of[number] < found.size:
            adults = heads[number] - minors[number].sum()
            here = found[town_of[number]]
            here["adults"] += adults
            if people.cells.skill[number] >= SKILLED:
                here["skilled"] += adults


@compiled
def _count_jobs(zone: Zone, found: np.ndarray) -> None:
    """Count who works, what is paid, which posts stand empty, who came and went."""
    towns, moves = zone.towns, zone.population.moves
    employers, count, skills = towns.posts.shape
    for town in range(count):
        here = found[town]
        for skill in range(skills):
            wage = towns.wage[town, skill]
            here["labour_force"] += towns.labour_force[town, skill]
            here["industry_wages"] += towns.employed[FIRMS, town, skill] * wage
            for employer in range(employers):
                working, wanted = towns.employed[employer, town, skill], towns.posts[employer, town, skill]
                here["employed"] += working
                here["wages"] += working * wage
                here["vacancies"] += towns.vacancies[employer, town, skill]
                if skill >= SKILLED:
                    here["skilled_posts"] += wanted
                    here["skilled_filled"] += min(working, wanted)
        for other in range(count + 1):
            here["arrivals"] += moves[other, town]
            here["departures"] += moves[town, other]


@compiled
def _count_materials(zone: Zone, found: np.ndarray) -> None:
    """Add up materials by town, solid and liquid ones apart."""
    matter, solid = zone.materials, zone.world.material.solid
    for town in range(found.size):
        here = found[town]
        for kind in range(solid.size):
            stock = matter.safe[town, kind] + matter.unsafe[town, kind]
            here["unsafe_stock"] += matter.unsafe[town, kind]
            if solid[kind] > 0.0:
                here["generated"] += matter.generated[town, kind]
                own = matter.reused[town, kind] - matter.imported[town, kind] + matter.exported[town, kind]
                here["reused_there"] += own
                here["solid_stock"] += stock
            else:
                here["liquid_stock"] += stock
