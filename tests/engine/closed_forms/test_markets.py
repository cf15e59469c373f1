"""Benchmarks of prices, lags, contests, effort, innovation, pollution, by-products (B10, B14-B16, B20, B27, B29)."""

from __future__ import annotations

from math import erf, exp, log, pi, sqrt

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.numerics.rng import Stream, Streams, register_stream
from ccepz_sim.rules.environment import pollution_stock
from ccepz_sim.rules.funds import contest_shares, misuse_share
from ccepz_sim.rules.markets.by_products import link_value
from ccepz_sim.rules.markets.prices import move_prices, ou_step
from ccepz_sim.rules.officials import coordination_factor, effort_split
from ccepz_sim.rules.success import effective_research, step_draw, success_chance
from ccepz_sim.state.lags import erlang_matrix, make_filter
from ccepz_sim.state.prices import Prices, ScenarioPath
from tests.engine.other_values import change_parameters

KAPPA, SIGMA, STEP = np.array([0.5]), np.array([0.3]), 0.25


def test_b10_price_step_is_exact() -> None:
    """Mean reversion 0.5, volatility 0.3, a quarter: coefficient, innovation, stationary spread, half-life."""
    carry, spread = (float(value[0]) for value in ou_step(KAPPA, SIGMA, STEP))
    assert carry == pytest.approx(0.882497, abs=1e-6)
    assert spread == pytest.approx(0.141095, abs=1e-6)
    assert spread / sqrt(1.0 - carry**2) == pytest.approx(0.3, abs=1e-12)
    assert log(0.5) / log(carry) * STEP == pytest.approx(log(2.0) / 0.5, abs=1e-12)
    # Two half steps are one whole step.
    half, half_spread = (float(value[0]) for value in ou_step(KAPPA, SIGMA, STEP / 2.0))
    assert half**2 == pytest.approx(carry, abs=1e-12)
    assert half_spread**2 * (1.0 + half**2) == pytest.approx(spread**2, abs=1e-12)


def test_b10_distribution_of_prices() -> None:
    """Long after the start: mean of the price e^0.045, chance to fall below half 1.04 %."""
    carry, spread = ou_step(KAPPA, SIGMA, STEP)
    luck = Streams(10).at_registered(register_stream("b10"))
    paths = np.zeros(400_000)
    for _ in range(60):
        paths = carry * paths + spread * luck.standard_normal(len(paths))
    below = 0.5 * (1.0 + erf(log(0.5) / 0.3 / sqrt(2.0)))
    assert below == pytest.approx(0.01043, abs=1e-5)
    assert paths.std() == pytest.approx(0.3, rel=0.02)
    assert np.exp(paths).mean() == pytest.approx(exp(0.045), rel=0.02)
    assert (np.exp(paths) < 0.5).mean() == pytest.approx(below, abs=3.0 * sqrt(below / len(paths)))


def test_b10b_jumps() -> None:
    """One crash in ten years on average, log size -0.6 +- 0.2, moved by the zone's own rule: 100,000 series at once.

    The row (-0.12, 0.360555) lets jumps fall at any time. The model lets at most one fall at the end of a quarter,
    with chance p = 0.025, so of x' = a x + e + J the mean is p m / (1 - a) and the variance
    (s^2 + p (m^2 + d^2) - (p m)^2) / (1 - a^2): -0.12766 and 0.36632. As the step shrinks both become the row's.
    """

    def rest(step: float) -> tuple[float, float]:
        carry, spread = (float(value[0]) for value in ou_step(KAPPA, SIGMA, step))
        chance = 0.1 * step
        variance = (spread**2 + chance * (0.36 + 0.04) - (chance * 0.6) ** 2) / (1.0 - carry**2)
        return -chance * 0.6 / (1.0 - carry), sqrt(variance)

    assert rest(1e-4) == pytest.approx((-0.12, 0.360555), abs=1e-4)
    mean, spread = rest(STEP)
    assert (mean, spread) == pytest.approx((-0.12766, 0.36632), abs=1e-5)
    count = 100_000
    zone = PilotZone(start=2010).state
    values = {"input_inflation": 0.0, "jump_rate": 0.1, "jump_mean": -0.6, "jump_sd": 0.2, "group_correlation": 0.3}
    change_parameters(zone, {f"prices.{name}": value for name, value in values.items()})
    prices = Prices.make(rows=count, quarters=0).fill(
        general=1.0, groups=count, group=np.arange(count), kappa=0.5, sigma=0.3, exposed=True
    )
    zone.exchange(prices=prices, path=ScenarioPath.make(rows=count, quarters=60))
    zone.fill(streams=Streams(10))
    for zone.quarter in range(60):
        move_prices(zone)
    assert prices.log.mean() == pytest.approx(mean, rel=0.02)
    assert prices.log.std() == pytest.approx(spread, rel=0.02)


def test_b10_the_zone_moves_its_prices_so() -> None:
    """Without shocks the distance to the scenario's mean shrinks by the coefficient every quarter."""
    zone = PilotZone(scenario="calm").copy()
    zone.state.frozen = True
    prices = zone.state.prices
    carry, _ = ou_step(prices.kappa, prices.sigma, STEP)
    for _ in range(4):
        quarter = zone.quarter
        mean = prices.level_2015 + zone.state.path.mean[quarter]
        expected = mean + carry * (zone.state.prices.log - mean) + zone.state.path.jump[quarter]
        zone.step()
        assert zone.state.prices.log == pytest.approx(expected, abs=1e-12)


def test_b14_tullock_contest() -> None:
    """Ten rivals for 100: when nine spend 9 the best answer is 9, so 90 of 100 are spent."""
    mine = np.linspace(0.0, 40.0, 40_001)
    payoff = [100.0 * contest_shares(np.array([own, *[9.0] * 9]), 1.0)[0] - own for own in mine]
    assert mine[int(np.argmax(payoff))] == pytest.approx(9.0, abs=1e-3)
    assert contest_shares(np.full(10, 9.0), 1.0) == pytest.approx(np.full(10, 0.1), abs=1e-12)
    assert contest_shares(np.zeros(3), 1.0).tolist() == [0.0, 0.0, 0.0]
    # A sharper contest gives the stronger more: shares as x to the power r.
    assert contest_shares(np.array([1.0, 2.0]), 2.0) == pytest.approx([0.2, 0.8], abs=1e-12)


def test_misuse_falls_from_its_base_with_each_check() -> None:
    weights = (2.0, 4.0, 1.0)
    middling = np.array([0.5])
    assert misuse_share(0.3, 0.0, 0.0, middling, weights)[0] == pytest.approx(0.3, abs=1e-12)
    odds = 0.3 / 0.7 * exp(-2.0 * 0.5 - 4.0 * 0.1)
    assert misuse_share(0.3, 0.5, 0.1, middling, weights)[0] == pytest.approx(odds / (1.0 + odds), abs=1e-12)


def test_b15_effort_over_tasks() -> None:
    """Weights 0.7 and 0.3 at equal cost: with the tournament's total of 0.282095 efforts are 0.19747 and 0.08463.

    The total, 1 / (2 sqrt pi), is Lazear and Rosen's; officials of the zone split a given total.
    """
    total = 1.0 / (2.0 * sqrt(pi))
    assert total == pytest.approx(0.282095, abs=1e-6)
    split = effort_split(0.7, 1.0, 0.3, 1.0)
    assert [split * total, (1.0 - split) * total] == pytest.approx([0.19747, 0.08463], abs=1e-5)
    # What is cheap or well rewarded crowds out the rest, in proportion to weight over cost.
    assert effort_split(0.7, 1.0, 0.3, 0.5) == pytest.approx(0.7 / 1.3, abs=1e-12)
    assert effort_split(0.3, 0.5, 0.7, 1.0) == pytest.approx(0.6 / 1.3, abs=1e-12)
    assert effort_split(0.0, 1.0, 0.3, 0.5) == 0.0


def test_coordination_dilutes() -> None:
    assert coordination_factor(4.0, 0.15, 1.0) == 1.0
    assert coordination_factor(4.0, 0.15, 0.0) == pytest.approx(1.0 / 1.45, abs=1e-12)


def test_b16_success_and_draws() -> None:
    """Success 0.259 and 0.777 at outlays 1 and 5; the step of an innovation is Beta(3,3) stretched to +-15 %."""
    assert success_chance(np.array([0.0, 1.0, 5.0]), 0.3) == pytest.approx([0.0, 0.259182, 0.776870], abs=1e-6)
    assert effective_research(np.array([10.0, 10.0]), np.array([0.0, 0.5]), 2.0).tolist() == [0.0, 2.5]
    content = load_content()
    shape, most = content.value("innovation.beta"), content.value("innovation.step_most")
    assert (shape, most) == (3.0, 0.15)
    # As the zone draws it.
    uniform = Streams(16).at(Stream.RESEARCH).random((2 * int(shape) - 1, 400_000))
    step = step_draw(uniform, np.ones(400_000, dtype=bool), most)
    assert step_draw(uniform, np.zeros(400_000, dtype=bool), most).any() is np.False_
    spread = 2.0 * most * sqrt(1.0 / (4.0 * (2.0 * shape + 1.0)))
    assert spread == pytest.approx(0.056695, abs=1e-6)
    assert step.mean() == pytest.approx(0.0, abs=3.0 * spread / sqrt(len(step)))
    assert step.std() == pytest.approx(spread, rel=0.01)
    assert np.maximum(step, 0.0).mean() == pytest.approx(0.0234375, rel=0.01)


@pytest.mark.parametrize(
    ("stages", "expected"), [(1, (0.3935, 0.6321, 0.8647)), (3, (0.1912, 0.5768, 0.9380))]
)  # fmt: skip
def test_b20_erlang_lag(stages: int, expected: tuple[float, float, float]) -> None:
    """A lag of four quarters in one stage or three: what works after 2, 4 and 8 quarters."""
    lag = make_filter(np.array([4.0]), np.array([stages]))
    arrived = [float(lag.step(np.array([1.0]))[0]) for _ in range(8)]
    rate = stages / 4.0
    for quarters, value in zip((2, 4, 8), expected, strict=True):
        term, left = 1.0, 0.0
        for stage in range(stages):
            left += term
            term *= rate * quarters / (stage + 1)
        exact = 1.0 - exp(-rate * quarters) * left
        assert exact == pytest.approx(value, abs=5e-5)
        assert arrived[quarters - 1] == pytest.approx(exact, abs=1e-9)


def test_b20_lag_keeps_what_it_is_given() -> None:
    """The chain leads to the announced value, and back to the status quo exactly as slowly."""
    lag = make_filter(np.array([4.0, 0.0]), np.array([3, 1]))
    for _ in range(200):
        arrived = lag.step(np.array([2.0, 5.0]))
    assert arrived == pytest.approx([2.0, 5.0], abs=1e-12)
    back = [float(lag.step(np.zeros(2))[0]) for _ in range(4)][-1]
    assert back == pytest.approx(2.0 * (1.0 - 0.5768), abs=1e-4)
    assert np.linalg.matrix_power(erlang_matrix(8.0, 3), 2) == pytest.approx(erlang_matrix(4.0, 3), abs=1e-12)


def test_b27_pollution_stock() -> None:
    """Ten a step, a tenth fades: 65.132 after ten steps, 100 in the long run."""
    stock = np.zeros(1)
    for _ in range(10):
        stock = pollution_stock(stock, np.full(1, 10.0), 0.1)
    assert stock[0] == pytest.approx(65.132, abs=5e-4)
    assert stock[0] == pytest.approx(100.0 * (1.0 - 0.9**10), abs=1e-9)
    for _ in range(400):
        stock = pollution_stock(stock, np.full(1, 10.0), 0.1)
    assert stock[0] == pytest.approx(100.0, abs=1e-9)


def test_b29_value_of_a_link() -> None:
    """The row's values [[20, 5], [12, -3]] as use less processing plus avoided storage less freight.

    The row's flows and optimum are asked of the zone's allocation in `test_exchange.py`.
    """
    km = np.array([[0.0, 50.0], [0.0, 50.0]])
    use = np.array([[18.0, 18.0], [10.0, 10.0]])
    value = link_value(use, np.full((2, 2), 4.0), np.full((2, 2), 6.0), km, 0.3)
    assert value == pytest.approx(np.array([[20.0, 5.0], [12.0, -3.0]]), abs=1e-12)
    assert value.argmax(axis=1).tolist() == [0, 0]
    end = (18.0 - 4.0 + 6.0) / 0.3
    last = link_value(use[0, :1], np.full(1, 4.0), np.full(1, 6.0), np.array([end]), 0.3)
    assert last[0] == pytest.approx(0.0, abs=1e-9)


def test_b29_links_of_a_run_are_worth_having() -> None:
    """Every link of the zone is within haul, of the material needed, and of positive value when it is made."""
    zone = PilotZone(package="whole-programme").run(4)
    firms, tech, material = zone.state.firms, zone.state.technology, zone.state.world.material
    fresh, place = np.nonzero((firms.link_giver >= 0) & (firms.link_age <= 3))
    assert len(fresh)
    giver, kind = firms.link_giver[fresh, place], tech.need_kind[fresh]
    assert (tech.waste_kind[giver] == kind[:, None]).any(axis=1).all()
    assert (zone.state.world.road[firms.place[fresh], firms.place[giver]] <= material.haul_km[kind]).all()
