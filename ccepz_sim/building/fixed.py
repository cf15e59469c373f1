"""What follows from the content once and for all: indices, weights, tables by age and distance."""

from __future__ import annotations

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.state.firms import NEVER, Firms
from ccepz_sim.state.parameters import Parameters
from ccepz_sim.state.prices import Prices
from ccepz_sim.state.records import BaseYear, Fixed
from ccepz_sim.state.world import KILOGRAMS, World

MOST_YEARS = 200  # no resident reaches this age


def make_fixed(
    content: Content,
    world: World,
    firms: Firms,
    p: Parameters,
    prices: Prices,
    base_year: BaseYear,
    quarters: int,
) -> Fixed:
    """Gather indices and constants that the rules look up."""
    groups = content.table("prices").texts("group")
    energy = [number for number, group in enumerate(groups) if group == "energy"]
    deaths, distance = _death_chance(p), _distance_term(world, p)
    rival, industry = content.table("rival"), content.table("products").texts("industry")
    fixed = Fixed.make(
        energies=len(energy),
        ages=len(deaths),
        products=len(world.products),
        quarters=quarters,
        places=world.place_count,
        ends=len(distance),
    )
    e = p.environment
    fixed.fill(
        receiving=world.receiving_places,
        rival_attraction=float(np.average(rival.numbers("attraction"), weights=rival.numbers("output_2010"))),
        energy_series=energy,
        harm_weights=[e.harm_so2, e.harm_dust, e.harm_cod, e.harm_nh3n],
        equivalents=_equivalents(p),
        base_price=np.exp(prices.log_2010)[world.product.series] * world.product.price_factor,
        death_chance=deaths,
        median_capacity=_median_capacity(firms, len(world.products)),
        service_product=[name == "logistics_information" for name in industry],
        farm_product=[name == "plateau_biology" for name in industry],
        project_spending=_project_spending(world, firms, p, base_year, quarters),
        distance_term=distance,
    )
    return fixed.freeze()


def _equivalents(p: Parameters) -> np.ndarray:
    """Give the pollution equivalents in a tonne of each pollutant, shape (pollutants,)."""
    a = p.abatement
    each: np.ndarray = KILOGRAMS / np.array([a.equivalent_so2, a.equivalent_dust, a.equivalent_cod, a.equivalent_nh3n])
    return each


def _distance_term(world: World, p: Parameters) -> np.ndarray:
    road = np.pad(world.road, ((0, 1), (0, 1)), constant_values=p.migration.outside_km)
    road[-1, -1] = 0.0
    term: np.ndarray = np.log1p(road / p.migration.distance_scale)
    return term


def _median_capacity(firms: Firms, products: int) -> np.ndarray:
    """Give the usual size of a firm by product, units/year, shape (products,); 1 where the roster has none."""
    usual = np.ones(products)
    for product in range(products):
        own = firms.capacity[: firms.roster][firms.product[: firms.roster] == product]
        usual[product] = float(np.median(own)) if len(own) else 1.0
    return usual


def _death_chance(p: Parameters) -> np.ndarray:
    """Give the chance to die by age in quarters: by band, rising with the square of years in high age.

    The last entry is that of free rows of the table of residents, whose age lies beyond it.
    """
    q = p.population
    age = np.arange(MOST_YEARS * QUARTERS) // QUARTERS
    grown = np.where(age < q.old_age, q.death_adult, q.death_old)
    hazard = np.where(age < q.school_age, q.death_child, grown)
    hazard = hazard + q.death_very_old * np.maximum(0.0, age - q.very_old) ** 2
    return np.append(np.minimum(1.0, hazard / QUARTERS), 0.0)


def _project_spending(world: World, firms: Firms, p: Parameters, base_year: BaseYear, quarters: int) -> np.ndarray:
    """Spread the building cost of roster projects over the quarters before they open, shape (quarters, places)."""
    spending = np.zeros((quarters, world.place_count))
    cost = world.product.capital_cost[firms.product] * firms.capacity * base_year.local_construction
    length = int(p.investment.build_quarters)
    for row in np.flatnonzero((firms.start > 0) & (firms.start < NEVER)):
        first = max(0, int(firms.start[row]) - length)
        spending[first : int(firms.start[row]), firms.place[row]] += cost[row] / length
    return spending
