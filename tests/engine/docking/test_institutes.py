"""Docking of institutes: scientists who follow the model's rule against the map of the skill trap (B25).

Reference set of the map h' = logistic(-2.2 + 5 P(h) - pollution + subsidy), P = 1 - exp(-0.3 R h^2). The row leaves the
pollution open; its folds belong to 0.3 log odds (with 0 they are 6.40 and 15.12, with 1 there is no trap up to R = 11).
These folds belong to the functional form and its reference numbers, not to Qaidam.
"""

from __future__ import annotations

import numpy as np
import pytest

from ccepz_sim.numerics.rng import Streams, register_stream
from ccepz_sim.rules.institutes import wish_to_stay
from ccepz_sim.rules.success import effective_research, success_chance

BASE, PULL, ZETA, POLLUTION = -2.2, 5.0, 0.3, 0.3
EDGES = 20_001


def wish(filled: np.ndarray, money: float, subsidy: float, exponent: float = 2.0) -> np.ndarray:
    """Share of posts people want to fill when a share is filled, by the model's functions."""
    success = success_chance(effective_research(np.full(len(filled), money), filled, exponent), ZETA)
    return wish_to_stay(success, np.full(len(filled), subsidy - POLLUTION), BASE, PULL)


def rest_points(money: float, subsidy: float = 0.0, exponent: float = 2.0) -> np.ndarray:
    """Filled shares at which wish and staff agree."""
    filled = np.linspace(0.0, 1.0, EDGES)
    gap = wish(filled, money, subsidy, exponent) - filled
    cross = np.flatnonzero(np.sign(gap[:-1]) != np.sign(gap[1:]))
    return filled[cross] + gap[cross] / (gap[cross] - gap[cross + 1]) * filled[1]


def band(values: np.ndarray, points: list[int]) -> tuple[float, float]:
    """First and last value with two regimes; they must be one band."""
    found = values[np.array(points) >= 3]
    assert np.diff(found) == pytest.approx(values[1] - values[0], abs=1e-9)
    return float(found.min()), float(found.max())


def money_band(subsidy: float) -> tuple[float, float]:
    """Band of research money in which an institute can be empty or full."""
    money = np.arange(3.0, 30.0, 0.05)
    return band(money, [len(rest_points(float(one), subsidy)) for one in money])


def test_b25_money_alone() -> None:
    """Between 7.55 and 25.15 the past decides whether a tenth of the posts or most of them are filled."""
    assert money_band(0.0) == pytest.approx((7.55, 25.15), abs=0.05)
    for money, empty, full in ((7.6, 0.081, 0.768), (12.0, 0.085, 0.903), (25.0, 0.124, 0.924)):
        low, _, high = rest_points(money)
        assert (low, high) == pytest.approx((empty, full), abs=1e-3)


def test_b25_subsidy_at_little_money() -> None:
    """At R = 6 people come back only above 0.905, but stay down to 0.415: first people, then money."""
    subsidy = np.arange(0.0, 1.5, 0.005)
    edges = band(subsidy, [len(rest_points(6.0, float(one))) for one in subsidy])
    assert edges == pytest.approx((0.415, 0.905), abs=0.005)


def test_b25_subsidy_narrows_the_band() -> None:
    assert money_band(0.8) == pytest.approx((4.85, 6.95), abs=0.05)


def test_b25_without_critical_mass_there_is_no_trap() -> None:
    assert all(len(rest_points(float(money), exponent=1.0)) == 1 for money in np.arange(0.5, 40.0, 0.5))


def test_b25_scientists_one_by_one_keep_to_the_two_regimes() -> None:
    """Forty institutes of 200 posts: a fifth of the people reconsider each quarter; the past decides."""
    posts, money = 200, 12.0
    low, middle, high = rest_points(money)
    luck = Streams(25).at_registered(register_stream("scientists"))
    for start, end in ((0.0, low), (middle - 0.15, low), (middle + 0.15, high), (1.0, high)):
        people = luck.random((40, posts)) < start
        for _ in range(120):
            share = wish(people.mean(axis=1), money, 0.0)
            thinks = luck.random(people.shape) < 0.2
            people = np.where(thinks, luck.random(people.shape) < share[:, None], people)
        assert people.mean() == pytest.approx(end, abs=0.02)
