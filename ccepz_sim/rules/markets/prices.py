"""Commodity prices: the history's yearly path, then mean reversion with jumps around a scenario's path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import Value, compiled
from ccepz_sim.numerics.rng import Stream

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def ou_step(kappa: Value, sigma: Value, step: float) -> tuple[Value, Value]:
    """Give the exact AR(1) coefficient and innovation sd of an Ornstein-Uhlenbeck log price; benchmark B10.

    Args:
        kappa: 1/year; sigma: 1/sqrt(year); step: years.
    """
    carry = np.exp(-kappa * step)
    return carry, sigma * np.sqrt((1.0 - carry**2) / (2.0 * kappa))


def move_prices(zone: Zone) -> None:
    """Prices follow the history until 2015, then revert to the scenario's mean with correlated shocks and jumps.

    Reads: prices.*; kappa, sigma and exposure of the prices table; the scenario's means and jumps.

    Source: Schwartz 1997 one-factor model with jumps; docs/model.md (g).
    """
    p = zone.p.prices
    prices = zone.prices
    quarter = zone.quarter
    prices.general *= 1.0 + p.input_inflation / QUARTERS
    if quarter < len(prices.history):
        prices.log[:] = prices.history[quarter]
        return
    luck = zone.streams.at(Stream.PRICES, quarter)
    common, own = luck.standard_normal(prices.groups), luck.standard_normal(len(prices.log))
    crash, size = luck.random(prices.groups), luck.standard_normal(prices.groups)
    prices.log[:] = _revert(
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
