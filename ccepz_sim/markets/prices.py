"""Commodity prices: the history's yearly path, then mean reversion with jumps around a scenario's path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import BASE_YEAR, FIRST_YEAR, PLAY_QUARTER, PLAY_YEAR, QUARTERS, quarter_of, year_of
from ccepz_sim.compiled import Value, compiled
from ccepz_sim.content import Content
from ccepz_sim.schema import ANY_SERIES, Scenario
from ccepz_sim.state.arrays import Arrays
from ccepz_sim.state.world import World

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

HALF = 0.5  # the middle of a year or a quarter
HISTORY_YEARS = range(FIRST_YEAR, PLAY_YEAR + 1)


@compiled
def ou_step(kappa: Value, sigma: Value, step: float) -> tuple[Value, Value]:
    """Give the exact AR(1) coefficient and innovation sd of an Ornstein-Uhlenbeck log price; benchmark B10.

    Args:
        kappa: 1/year; sigma: 1/sqrt(year); step: years.
    """
    carry = np.exp(-kappa * step)
    return carry, sigma * np.sqrt((1.0 - carry**2) / (2.0 * kappa))


class Prices(Arrays):
    """Log spot prices by series and the index of general costs. Shape (series,) unless said.

    Attributes:
        history: log price by quarter until 2015, shape (quarters, series); log: now; log_2010, level_2015: means.
        kappa, sigma: speed and spread of a year; exposed: whether crashes hit it; group: of common shocks.
        general: general costs, 1 in 2010.
    """

    def __init__(self, content: Content) -> None:
        table = content.table("prices")
        yearly = np.array([table.numbers(f"y{year}") for year in HISTORY_YEARS])
        self.history = _quarterly(np.log(yearly))
        self.kappa = table.numbers("kappa")
        self.sigma = table.numbers("sigma")
        self.exposed = table.numbers("jump_exposed") > 0
        names = tuple(dict.fromkeys(table.texts("group")))
        self.group = np.array([names.index(name) for name in table.texts("group")])
        self.groups = len(names)
        self.log = self.history[0].copy()
        self.level_2015 = np.log(yearly[BASE_YEAR - FIRST_YEAR])
        self.log_2010 = self.history[:QUARTERS].mean(axis=0)
        self.general = 1.0


def _quarterly(log_yearly: np.ndarray) -> np.ndarray:
    """Interpolate yearly means to quarters, log-linear between mid-years; shape (24, series)."""
    mid = np.arange(len(log_yearly)) + HALF
    quarters = np.arange((len(log_yearly) - 1) * QUARTERS) / QUARTERS + HALF / QUARTERS
    return np.column_stack([np.interp(quarters, mid, series) for series in log_yearly.T])


class ScenarioPath:
    """A scenario as arrays by quarter: long-run means, dated jumps, demand, water, central inspections.

    Attributes:
        mean, jump: log multiples of the mean of 2015, shape (quarters, series).
        demand, water: factors, inspection: strength of a central inspection, shape (quarters,).
    """

    def __init__(self, scenario: Scenario, world: World, quarters: int) -> None:
        years = np.array([year_of(quarter) for quarter in range(quarters)])
        self.mean = np.zeros((quarters, len(world.series)))
        self.jump = np.zeros((quarters, len(world.series)))
        by_series = {path.series: path.points for path in scenario.price}
        for number, name in enumerate(world.series):
            points = by_series.get(name, by_series.get(ANY_SERIES, ()))
            if points:
                at, factor = np.array(points, dtype=float).T
                self.mean[:, number] = np.interp(years, at, np.log(factor))
        named = {jump.series for jump in scenario.jump if jump.series != ANY_SERIES}
        for jump in scenario.jump:
            quarter = quarter_of(jump.at)
            if 0 <= quarter < quarters:
                for number, name in enumerate(world.series):
                    if jump.series == name or (jump.series == ANY_SERIES and name not in named):
                        self.jump[quarter, number] += jump.log
        self.demand, self.water, self.inspection = dated_factors(scenario, quarters)


def dated_factors(scenario: Scenario, quarters: int) -> np.ndarray:
    """Tabulate a scenario's demand, water and central inspections, shape (3, quarters); before the play it has none."""
    years = np.array([year_of(quarter) for quarter in range(quarters)])
    demand = _path(years, [(point.at, point.factor) for point in scenario.demand])
    water = _path(years, [(point.at, point.factor) for point in scenario.water])
    inspection = np.zeros(quarters)
    for visit in scenario.inspection:
        first = quarter_of(visit.at)
        inspection[max(0, first) : max(0, first + int(visit.quarters))] = visit.strength
    factors = np.stack([demand, water, inspection])
    factors[:, :PLAY_QUARTER] = np.array([[1.0], [1.0], [0.0]])
    return factors


def _path(years: np.ndarray, points: list[tuple[float, float]]) -> np.ndarray:
    """Interpolate dated factors, shape (quarters,); 1 where there are none."""
    if not points:
        return np.ones(len(years))
    at, factor = np.array(points, dtype=float).T
    return np.interp(years, at, factor)


def move_prices(zone: PilotZone) -> None:
    """Prices follow the history until 2015, then revert to the scenario's mean with correlated shocks and jumps.

    Reads: prices.*; kappa, sigma and exposure of the prices table; the scenario's means and jumps.

    Source: Schwartz 1997 one-factor model with jumps; docs/model.md (g).
    """
    p = zone.p.prices
    prices = zone.prices
    quarter = zone.quarter
    prices.general *= 1.0 + p.input_inflation / QUARTERS
    if quarter < len(prices.history):
        prices.log = prices.history[quarter].copy()
        return
    luck = zone.streams.at("prices", quarter)
    common, own = luck.standard_normal(prices.groups), luck.standard_normal(len(prices.log))
    crash, size = luck.random(prices.groups), luck.standard_normal(prices.groups)
    prices.log = _revert(
        prices.log, prices.level_2015, zone.path.mean[quarter], zone.path.jump[quarter], prices.kappa, prices.sigma,
        prices.exposed, prices.group, common, own, crash, size,
        p.jump_rate / QUARTERS, p.jump_mean, p.jump_sd, p.group_correlation, not zone.frozen,
    )  # fmt: skip


@compiled
def _revert(
    log: np.ndarray, level: np.ndarray, mean: np.ndarray, jump: np.ndarray, kappa: np.ndarray, sigma: np.ndarray,
    exposed: np.ndarray, group: np.ndarray, common: np.ndarray, own: np.ndarray, crash: np.ndarray, size: np.ndarray,
    jump_rate: float, jump_mean: float, jump_sd: float, correlation: float, moves: bool,
) -> np.ndarray:  # fmt: skip
    """Give the next log price of each series.

    Args:
        common, crash, size: luck of a group of series, own: of each; moves: whether there are shocks at all.
    """
    after = np.empty_like(log)
    for series in range(log.size):
        carry, spread = ou_step(kappa[series], sigma[series], 1.0 / QUARTERS)
        long_run = level[series] + mean[series]
        after[series] = long_run + carry * (log[series] - long_run) + jump[series]
        if moves:
            shared = common[group[series]]
            noise = np.sqrt(correlation) * shared + np.sqrt(1.0 - correlation) * own[series]
            after[series] += spread * noise
            if exposed[series] and crash[group[series]] < jump_rate:
                after[series] += jump_mean + jump_sd * size[group[series]]
    return after
