"""Prices of the history, and the path that a scenario lays out."""

from __future__ import annotations

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.scenario import ANY_SERIES, Scenario
from ccepz_sim.numerics.clock import BASE_YEAR, FIRST_YEAR, PLAY_QUARTER, PLAY_YEAR, QUARTERS, quarter_of, year_of
from ccepz_sim.state.prices import Prices, ScenarioPath
from ccepz_sim.state.world import World

HALF = 0.5  # the middle of a year or a quarter
HISTORY_YEARS = range(FIRST_YEAR, PLAY_YEAR + 1)


def make_prices(content: Content) -> Prices:
    """Put all series at their price of the first quarter."""
    table = content.table("prices")
    yearly = np.array([table.numbers(f"y{year}") for year in HISTORY_YEARS])
    history = _quarterly(np.log(yearly))
    names = tuple(dict.fromkeys(table.texts("group")))
    return Prices.make(rows=len(table), quarters=len(history)).fill(
        general=1.0,
        groups=len(names),
        history=history,
        log=history[0],
        log_2010=history[:QUARTERS].mean(axis=0),
        level_2015=np.log(yearly[BASE_YEAR - FIRST_YEAR]),
        kappa=table.numbers("kappa"),
        sigma=table.numbers("sigma"),
        exposed=table.numbers("jump_exposed") > 0,
        group=[names.index(name) for name in table.texts("group")],
    )


def _quarterly(log_yearly: np.ndarray) -> np.ndarray:
    """Interpolate yearly means to quarters, log-linear between mid-years; shape (24, series)."""
    mid = np.arange(len(log_yearly)) + HALF
    quarters = np.arange((len(log_yearly) - 1) * QUARTERS) / QUARTERS + HALF / QUARTERS
    return np.column_stack([np.interp(quarters, mid, series) for series in log_yearly.T])


def make_path(scenario: Scenario, world: World, quarters: int) -> ScenarioPath:
    """Tabulate a scenario by quarter."""
    years = np.array([year_of(quarter) for quarter in range(quarters)])
    path = ScenarioPath.make(quarters=quarters, rows=len(world.series))
    by_series = {price.series: price.points for price in scenario.price}
    for number, name in enumerate(world.series):
        points = by_series.get(name, by_series.get(ANY_SERIES, ()))
        if points:
            at, factor = np.array(points, dtype=float).T
            path.mean[:, number] = np.interp(years, at, np.log(factor))
    named = {jump.series for jump in scenario.jump if jump.series != ANY_SERIES}
    for jump in scenario.jump:
        quarter = quarter_of(jump.at)
        if 0 <= quarter < quarters:
            for number, name in enumerate(world.series):
                if jump.series == name or (jump.series == ANY_SERIES and name not in named):
                    path.jump[quarter, number] += jump.log
    demand, water, inspection = dated_factors(scenario, quarters)
    return path.fill(demand=demand, water=water, inspection=inspection).freeze()


def dated_factors(scenario: Scenario, quarters: int) -> np.ndarray:
    """Tabulate a scenario's demand, water and central inspections, shape (3, quarters); before the play it has none."""
    years = np.array([year_of(quarter) for quarter in range(quarters)])
    demand = _interpolated(years, [(point.at, point.factor) for point in scenario.demand])
    water = _interpolated(years, [(point.at, point.factor) for point in scenario.water])
    inspection = np.zeros(quarters)
    for visit in scenario.inspection:
        first = quarter_of(visit.at)
        inspection[max(0, first) : max(0, first + int(visit.quarters))] = visit.strength
    factors = np.stack([demand, water, inspection])
    factors[:, :PLAY_QUARTER] = np.array([[1.0], [1.0], [0.0]])
    return factors


def _interpolated(years: np.ndarray, points: list[tuple[float, float]]) -> np.ndarray:
    """Interpolate dated factors, shape (quarters,); 1 where there are none."""
    if not points:
        return np.ones(len(years))
    at, factor = np.array(points, dtype=float).T
    return np.interp(years, at, factor)
