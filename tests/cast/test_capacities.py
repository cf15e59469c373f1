"""Capacities add up to what the report states; where parks and zone disagree the zone rules."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

SODA = 4.4e6 / (3.4e6 + 2.2e6 + 1.1e6)
STATED = {
    ("golmud", "potash"): 7.5e6,
    ("golmud", "specialty_potassium"): 0.2e6 + 0.8e6 + 0.3e6 + 0.12e6 + 0.072e6,
    ("golmud", "soda_ash"): 3.4e6 * SODA,
    ("golmud", "magnesium_compounds"): 0.1e6,
    ("golmud", "refining"): 1.5e6,
    ("golmud", "methanol"): 1.3e6,
    ("delingha", "soda_ash"): 2.2e6 * SODA,
    ("delingha", "cement"): 2.0e6,
    ("delingha", "calcium_chloride"): 0.1e6,
    ("delingha", "magnesium_compounds"): 0.1e6,
    ("delingha", "new_materials"): 15e3,
    ("dachaidan", "soda_ash"): 1.1e6 * SODA,
    ("dachaidan", "lead_zinc_ore"): 1.5e6,
    ("dachaidan", "boron"): 35e3,
    ("dachaidan", "potash"): 0.1e6,
    ("dachaidan", "magnesium_compounds"): 20e3,
    ("dachaidan", "acid_fertiliser"): 0.12e6 + 0.18e6 + 75e3 + 0.1e6 + 0.1e6,
    ("ulan", "coke"): 2.0e6,
    ("ulan", "coal_washing"): 3.0e6,
    ("ulan", "coal_chemicals"): 0.15e6,
}
ZONE = {
    "soda_ash": 4.4e6,
    "lithium_carbonate": 40e3,
    "magnesium": 56e3,
    "oil": 2.3e6,
    "gas": 9.0e6,
    "photovoltaic": 2.933e6 * 1600 / 1000,
    "wind": 0.317e6 * 1900 / 1000,
}


@pytest.mark.parametrize(("place", "product"), STATED)
def test_park_capacity_is_the_stated_one(firms: SimpleNamespace, place: str, product: str) -> None:
    mine = (firms.place == place) & (firms.product == product)
    assert firms.capacity[mine].sum() == pytest.approx(STATED[place, product], rel=1e-6)


@pytest.mark.parametrize("product", ZONE)
def test_zone_capacity_is_the_stated_one(firms: SimpleNamespace, product: str) -> None:
    assert firms.capacity[firms.product == product].sum() == pytest.approx(ZONE[product], rel=1e-6)


def test_thermal_coal_is_the_zone_figure_beside_the_county_of_the_mine(firms: SimpleNamespace) -> None:
    coal = firms.product == "coal"
    assert firms.capacity[coal & (firms.place != "tianjun")].sum() == pytest.approx(10e6, rel=1e-6)
    assert firms.capacity[coal & (firms.place == "tianjun")].sum() > 10e6


def test_every_firm_has_capacity_and_starts_before_the_play(firms: SimpleNamespace) -> None:
    assert firms.capacity.min() > 0
    assert firms.start.max() <= 2015.75
    assert set(np.unique(firms.start[firms.start < 2010])) == {2009}


def test_sizes_are_skewed_to_the_right(firms: SimpleNamespace) -> None:
    value = firms.capacity * firms.capital_cost
    assert value.mean() > 3 * np.median(value)
    largest = np.sort(value)[::-1]
    assert largest[: len(value) // 10].sum() > 0.5 * value.sum()
