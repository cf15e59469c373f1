"""The technique of each firm row: the product table gathered by row, so that rules need no look-ups."""

from __future__ import annotations

from typing import Self

import numpy as np

from ccepz_sim.compiled import compiled
from ccepz_sim.state.arrays import Arrays
from ccepz_sim.state.firms import Firms
from ccepz_sim.state.world import AIR, KILOGRAMS, POLLUTANTS, WATER, World

GATHERED = (
    "price_response", "value_added_ratio", "labour", "skilled_need", "professional_need", "energy", "so2", "cod",
    "nh3n", "dust", "co2", "water", "need", "capital_cost", "usual_utilisation", "heavy",
    "emerging", "extractive", "resource_tax", "chain_base", "rival_overlap", "energy_cost_share", "market_growth",
    "abatement_cost", "input_link",
)  # fmt: skip


class Technology(Arrays):
    """Columns of the product table by firm row, shape (rows,), in the units of the table.

    Attributes:
        emission: t/unit before abatement, shape (rows, pollutants); wastes: t/unit, shape (rows, 2).
        load: emission in pollution equivalents of air and water, number/unit, shape (rows, 2).
        base_price, base_input: price and bought inputs of 2010, yuan/unit.
        series, industry, need_kind: indices; waste_kind: materials of the two wastes, shape (rows, 2).
    """

    value_added_ratio: np.ndarray

    def __init__(self, world: World, firms: Firms, base_price: np.ndarray, equivalents: np.ndarray) -> None:
        self._columns = np.zeros((len(GATHERED), firms.rows))
        self._of_product = np.array([world.product[name] for name in GATHERED])
        self._name_columns()
        self.load = np.zeros((firms.rows, 2))
        self.emission = np.zeros((firms.rows, len(POLLUTANTS)))
        self.wastes = np.zeros((firms.rows, 2))
        self.base_price = np.zeros(firms.rows)
        self.base_input = np.zeros(firms.rows)
        self.series = np.zeros(firms.rows, dtype=int)
        self.industry = np.zeros(firms.rows, dtype=int)
        self.waste_kind = np.zeros((firms.rows, 2), dtype=int)
        self.need_kind = np.zeros(firms.rows, dtype=int)
        self._world = world
        self._product_wastes = np.column_stack([world.product["waste"], world.product["waste2"]])
        self._product_emission = np.column_stack([world.product[name] / KILOGRAMS for name in POLLUTANTS])
        weighted = self._product_emission * equivalents
        self._product_load = np.column_stack([weighted[:, AIR].sum(axis=1), weighted[:, WATER].sum(axis=1)])
        self._base_price_of_product = base_price
        self.assign(np.arange(firms.rows), firms.product)

    def _name_columns(self) -> None:
        """Make each column an attribute: a view, so that one assignment changes all."""
        for name, column in zip(GATHERED, self._columns, strict=True):
            setattr(self, name, column)

    def copy(self) -> Self:
        """Return an independent table."""
        twin = super().copy()
        twin._name_columns()
        return twin

    def assign(self, rows: np.ndarray, product: np.ndarray) -> None:
        """Give firm rows the technique of their products (at the start and when a firm enters)."""
        world = self._world
        _assign(
            rows, product, self._of_product, self._product_emission, self._product_load, self._product_wastes,
            self._base_price_of_product, world.series_of_product, world.industry, world.waste_kind, world.waste2_kind,
            world.need_kind, GATHERED.index("value_added_ratio"),
            self._columns, self.emission, self.load, self.wastes, self.base_price, self.base_input, self.series,
            self.industry, self.waste_kind, self.need_kind,
        )  # fmt: skip


@compiled
def _assign(
    rows: np.ndarray, products: np.ndarray,
    columns_of: np.ndarray, emission_of: np.ndarray, load_of: np.ndarray, wastes_of: np.ndarray, price_of: np.ndarray,
    series_of: np.ndarray, industry_of: np.ndarray, waste_of: np.ndarray, waste2_of: np.ndarray, need_of: np.ndarray,
    value_added: int,
    columns: np.ndarray, emission: np.ndarray, load: np.ndarray, wastes: np.ndarray, base_price: np.ndarray,
    base_input: np.ndarray, series: np.ndarray, industry: np.ndarray, waste_kind: np.ndarray, need_kind: np.ndarray,
) -> None:  # fmt: skip
    """Copy the technique of each product to its row; the ratio of value added leaves the rest for inputs."""
    for number, row in enumerate(rows):
        product = products[number]
        columns[:, row] = columns_of[:, product]
        emission[row] = emission_of[product]
        load[row] = load_of[product]
        wastes[row] = wastes_of[product]
        base_price[row] = price_of[product]
        base_input[row] = base_price[row] * (1.0 - columns[value_added, row])
        series[row], industry[row] = series_of[product], industry_of[product]
        waste_kind[row, 0], waste_kind[row, 1] = waste_of[product], waste2_of[product]
        need_kind[row] = need_of[product]
