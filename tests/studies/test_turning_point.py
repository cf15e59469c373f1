"""Which factor divides the points where an effect holds from those where it flips; chance names none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ccepz_sim.studies.phenomena import strongest_driver, turning_point

POINTS, FACTORS = 120, 300


@pytest.fixture
def rows() -> pd.DataFrame:
    places = np.random.default_rng(3).random((POINTS, FACTORS))
    return pd.DataFrame(places, columns=[f"factor_{number}" for number in range(FACTORS)])


def test_the_factor_that_decides_is_named(rows: pd.DataFrame) -> None:
    way = rows["factor_7"].to_numpy() > 0.3
    name, holds, flips = turning_point(rows, way)
    assert name == "factor_7"
    assert holds > 0.6 > 0.2 > flips


@pytest.mark.parametrize("flips", [2, 6, 30, 60])
def test_chance_names_none(rows: pd.DataFrame, flips: int) -> None:
    luck = np.random.default_rng(flips)
    named = 0
    for _ in range(20):
        way = np.ones(POINTS, dtype=bool)
        way[luck.choice(POINTS, flips, replace=False)] = False
        named += turning_point(rows, way)[0] != ""
    assert named <= 4  # 5 % of 20, and what chance allows


@pytest.mark.parametrize("way", [True, False])
def test_nothing_turns_where_all_points_agree(rows: pd.DataFrame, way: bool) -> None:
    assert turning_point(rows, np.full(POINTS, way)) == ("", 0.0, 0.0)


def test_what_an_effect_goes_with_is_named_and_chance_is_not(rows: pd.DataFrame) -> None:
    luck = np.random.default_rng(5)
    name, correlation = strongest_driver(rows, -rows["factor_9"].to_numpy() + 0.3 * luck.random(POINTS))
    assert name == "factor_9"
    assert correlation < -0.8
    assert sum(strongest_driver(rows, luck.random(POINTS))[0] != "" for _ in range(20)) <= 4
    assert strongest_driver(rows, np.ones(POINTS)) == ("", 0.0)
