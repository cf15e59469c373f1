"""Fixed geography and technology: what never changes during a run."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.declare import Dims, Floats, Ints, Size, Table

SKILLS = ("unskilled", "skilled", "professional")
UNSKILLED, SKILLED, PROFESSIONAL = range(len(SKILLS))
EMPLOYERS = ("firms", "construction", "services", "public", "agriculture", "institutes")
FIRMS, CONSTRUCTION, SERVICES, PUBLIC, AGRICULTURE, INSTITUTES = range(len(EMPLOYERS))
POLLUTANTS = ("so2", "dust", "cod", "nh3n")
AIR = slice(0, 2)
WATER = slice(2, 4)
MEDIUM = np.array([0, 0, 1, 1])  # index of the medium, air or water, by pollutant
MEDIA, WASTES = 2, 2  # air and water; wastes of a product
MIDDLE = 0.5  # of a scale from 0 to 1
KILOGRAMS = 1000.0  # kg/tonne
METRES = 1000.0  # m/km

Roads = Annotated[npt.NDArray[np.float64], Dims.of("place_count", "place_count")]
PlaceMarks = Annotated[npt.NDArray[np.bool_], Dims.of("place_count")]


class PlaceFacts(Table, shared=True):
    """Columns of the table of places, in its units; shape (places,)."""

    rows: Size  # places
    population_2010: Floats  # persons
    age_0_14: Floats  # share
    age_65_plus: Floats  # share
    tertiary_share: Floats  # share
    skilled_share: Floats  # share
    altitude_m: Floats  # m
    wage_2010: Floats  # yuan/year
    amenity: Floats  # 0-1
    housing_cost: Floats  # multiple
    agriculture_va_2010: Floats  # yuan/year
    services_va_2010: Floats  # yuan/year
    construction_va_2010: Floats  # yuan/year
    agriculture_jobs_2010: Floats  # persons
    services_jobs_2010: Floats  # persons
    construction_jobs_2010: Floats  # persons
    public_jobs_2010: Floats  # persons
    water_quota: Floats  # m3/year
    household_energy: Floats  # tce/person
    household_so2: Floats  # kg/person/year
    household_dust: Floats  # kg/person/year
    household_cod: Floats  # kg/person/year
    household_nh3n: Floats  # kg/person/year
    household_water: Floats  # m3/person/year
    agriculture_water: Floats  # m3/year


class ProductFacts(Table, shared=True):
    """Columns of the table of products, in its units, and what follows from them; shape (products,)."""

    rows: Size  # products
    price_factor: Floats  # multiple
    price_response: Floats  # multiple
    value_added_ratio: Floats  # share
    labour: Floats  # persons per 1000 units/year
    skilled_need: Floats  # share
    professional_need: Floats  # share
    energy: Floats  # tce/unit
    so2: Floats  # kg/unit
    dust: Floats  # kg/unit
    cod: Floats  # kg/unit
    nh3n: Floats  # kg/unit
    co2: Floats  # t/unit
    water: Floats  # m3/unit
    waste: Floats  # t/unit
    waste2: Floats  # t/unit
    need: Floats  # t/unit
    capital_cost: Floats  # yuan per unit/year
    usual_utilisation: Floats  # share
    heavy: Floats  # 0 or 1
    emerging: Floats  # 0 or 1
    extractive: Floats  # 0 or 1
    resource_tax: Floats  # share of sales
    chain_base: Floats  # level
    rival_overlap: Floats  # share
    energy_cost_share: Floats  # share
    market_growth: Floats  # share/year
    abatement_cost: Floats  # multiple
    input_link: Floats  # share
    industry: Ints  # index of the industry
    series: Ints  # index of the series of prices
    waste_kind: Ints  # index of the material, -1 for none
    waste2_kind: Ints  # index of the material, -1 for none
    need_kind: Ints  # index of the material, -1 for none


class MaterialFacts(Table, shared=True):
    """Columns of the table of materials, in its units; shape (materials,)."""

    rows: Size  # materials
    solid: Floats  # 0 or 1
    tax_rate: Floats  # yuan/t
    storage_cost: Floats  # yuan/t
    treatment_cost: Floats  # yuan/t
    leak_rate: Floats  # share/year
    use_value: Floats  # yuan/t
    use_cost: Floats  # yuan/t
    haul_km: Floats  # km
    hazard: Floats  # weight
    stock_2010: Floats  # t
    reuse_2010: Floats  # share


class World(Table, shared=True):
    """Places, products and materials as arrays; index order is that of the content tables.

    Attributes:
        place_count: number of places; zone_count: of those in the zone, the first ones.
        places, products, materials, series, parks: ids; place_index, product_index: their numbers.
        seat, rival_place: places of the prefecture and of the rival zone.
        sending_place, receiving_places: of the resettled; mine_place: whose mining area is closed, -1 for none.
        park_place: place of each park; industry_names: of the numbers in `product.industry`.
    """

    place_count: Size  # places
    zone_count: int  # number of places in the zone, the first ones
    in_zone: PlaceMarks
    road: Roads  # km
    place: PlaceFacts
    product: ProductFacts
    material: MaterialFacts
    places: tuple[str, ...]
    place_index: dict[str, int]
    parks: tuple[str, ...]
    park_place: dict[str, int]
    seat: int  # row of the place of the prefecture
    rival_place: int  # row of the place of the rival zone
    sending_place: int  # row of the place that the resettled come from
    receiving_places: tuple[int, ...]
    mine_place: int
    products: tuple[str, ...]
    product_index: dict[str, int]
    industry_names: tuple[str, ...]
    materials: tuple[str, ...]
    series: tuple[str, ...]
