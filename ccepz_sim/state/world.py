"""Fixed geography and technology: what never changes during a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ccepz_sim.content import Content

SKILLS = ("unskilled", "skilled", "professional")
UNSKILLED, SKILLED, PROFESSIONAL = range(len(SKILLS))
EMPLOYERS = ("firms", "construction", "services", "public", "agriculture", "institutes")
FIRMS, CONSTRUCTION, SERVICES, PUBLIC, AGRICULTURE, INSTITUTES = range(len(EMPLOYERS))
POLLUTANTS = ("so2", "dust", "cod", "nh3n")
AIR = slice(0, 2)
WATER = slice(2, 4)
MEDIUM = np.array([0, 0, 1, 1])  # air or water, by pollutant
MIDDLE = 0.5  # of a scale from 0 to 1
KILOGRAMS = 1000.0  # a tonne
METRES = 1000.0  # a kilometre


class World:
    """Places, products and materials as arrays; index order is that of the content tables.

    Attributes:
        places, products, materials, series, parks: ids; place_index, product_index: their numbers.
        in_zone: whether a place belongs to the zone, shape (places,); zone_count: how many do, the first ones.
        park_place: place of each park; road: km, shape (places, places).
        place, product, material: number columns of the tables by name.
        industry_names, industry: names, and the index of each product's industry.
        waste_kind, waste2_kind, need_kind: material of a product's wastes and need, -1 for none.
        series_of_product: price series each product follows.
    """

    def __init__(self, content: Content) -> None:
        places = content.table("places")
        self.places = places.ids
        self.place_index = places.index
        self.place_count = len(places)
        self.in_zone = places.numbers("in_zone") > 0
        self.zone_count = int(self.in_zone.sum())
        self.parks = tuple(park for park in places.texts("park") if park)
        self.park_place = {park: number for number, park in enumerate(places.texts("park")) if park}
        self.road = np.array([content.table("distances").numbers(name) for name in places.ids])
        self.road = (self.road + self.road.T) / 2.0
        self.place = {name: places.numbers(name) for name in places.columns if _is_number(places, name)}
        products = content.table("products")
        self.products = products.ids
        self.product_index = products.index
        self.product = {name: products.numbers(name) for name in products.columns if _is_number(products, name)}
        self.industry_names = tuple(dict.fromkeys(products.texts("industry")))
        self.industry = np.array([self.industry_names.index(name) for name in products.texts("industry")])
        materials = content.table("materials")
        self.materials = materials.ids
        self.material = {name: materials.numbers(name) for name in materials.columns if _is_number(materials, name)}
        self.waste_kind = _lookup(products.texts("waste_kind"), materials.index)
        self.waste2_kind = _lookup(products.texts("waste2_kind"), materials.index)
        self.need_kind = _lookup(products.texts("need_kind"), materials.index)
        prices = content.table("prices")
        self.series = prices.ids
        self.series_of_product = np.array([prices.index[name] for name in products.texts("series")])


def _is_number(table: object, name: str) -> bool:
    return table.columns[name].is_number  # type: ignore[attr-defined]


def _lookup(names: tuple[str, ...], index: Mapping[str, int]) -> np.ndarray:
    return np.array([index.get(name, -1) for name in names])
