"""Figures of towns at the end of a quarter, counted over residents, jobs and materials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
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
    "services_va", "construction_va", "agriculture_va", "household_income", "pollution", "ecology", "complaints",
    "reply_rate", "awareness", "trust",
)  # fmt: skip
TOWN_FIGURES = ("persons", *TAKEN, *COUNTED)
COUNTS = np.dtype([(name, float) for name in COUNTED])


def town_figures(zone: Zone) -> np.ndarray:
    """Give the figures of towns, shape (figures, towns), in the order of TOWN_FIGURES.

    Reads: labour.working_age.
    """
    towns, matter, people = zone.towns, zone.materials, zone.population
    count = zone.world.place_count
    counts = np.zeros(count, dtype=COUNTS)
    used, grown = people.used, int(zone.p.labour.working_age * QUARTERS)
    _count_adults(
        counts, people.cell[:used], people.age[:used], people.weight[:used], people.heads, people.cells.town,
        people.cells.skill, grown,
    )  # fmt: skip
    _count_jobs(counts, towns.posts, towns.employed, towns.vacancies, towns.labour_force, towns.wage, people.moves)
    _count_materials(
        counts, zone.world.material.solid, matter.generated, matter.imported, matter.reused, matter.exported,
        matter.safe, matter.unsafe,
    )  # fmt: skip
    found = np.empty((len(TOWN_FIGURES), count))
    found[0] = people.persons[:-1]
    for number, name in enumerate(TAKEN, 1):
        found[number] = getattr(towns, name)
    found[1 + len(TAKEN) :] = counts.view(float).reshape(count, len(COUNTED)).T
    return found


@compiled
def _count_adults(
    counts: np.ndarray,
    cell: np.ndarray,
    age: np.ndarray,
    weight: np.ndarray,
    heads: np.ndarray,
    town: np.ndarray,
    skill: np.ndarray,
    grown: int,
) -> None:
    """Count those of working age and the skilled among them: all residents less the minors."""
    minors = np.zeros((heads.size, LANES))  # neighbours mostly share a cell: see LANES
    for row in range(cell.size):
        minors[cell[row], row % LANES] += weight[row] * (age[row] < grown)
    for number in range(heads.size):
        if 0 <= town[number] < counts.size:
            adults = heads[number] - minors[number].sum()
            here = counts[town[number]]
            here["adults"] += adults
            if skill[number] >= SKILLED:
                here["skilled"] += adults


@compiled
def _count_jobs(
    counts: np.ndarray,
    posts: np.ndarray,
    employed: np.ndarray,
    vacancies: np.ndarray,
    labour_force: np.ndarray,
    wage: np.ndarray,
    moves: np.ndarray,
) -> None:
    """Count who works, what is paid, which posts stand empty, who came and went."""
    employers, towns, skills = posts.shape
    for town in range(towns):
        here = counts[town]
        for skill in range(skills):
            here["labour_force"] += labour_force[town, skill]
            here["industry_wages"] += employed[FIRMS, town, skill] * wage[town, skill]
            for employer in range(employers):
                working, wanted = employed[employer, town, skill], posts[employer, town, skill]
                here["employed"] += working
                here["wages"] += working * wage[town, skill]
                here["vacancies"] += vacancies[employer, town, skill]
                if skill >= SKILLED:
                    here["skilled_posts"] += wanted
                    here["skilled_filled"] += min(working, wanted)
        for other in range(towns + 1):
            here["arrivals"] += moves[other, town]
            here["departures"] += moves[town, other]


@compiled
def _count_materials(
    counts: np.ndarray,
    solid: np.ndarray,
    generated: np.ndarray,
    imported: np.ndarray,
    reused: np.ndarray,
    exported: np.ndarray,
    safe: np.ndarray,
    unsafe: np.ndarray,
) -> None:
    """Add up materials by town, solid and liquid ones apart."""
    towns, materials = safe.shape
    for town in range(towns):
        here = counts[town]
        for material in range(materials):
            at = town, material
            here["unsafe_stock"] += unsafe[at]
            if solid[material] > 0.0:
                here["generated"] += generated[at]
                here["reused_there"] += reused[at] - imported[at] + exported[at]
                here["solid_stock"] += safe[at] + unsafe[at]
            else:
                here["liquid_stock"] += safe[at] + unsafe[at]
