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
    prices, quarter = zone.prices, zone.quarter
    prices.general *= 1.0 + zone.p.prices.input_inflation / QUARTERS
    if quarter < len(prices.history):
        prices.log[:] = prices.history[quarter]
        return
    luck = zone.streams.at(Stream.PRICES, quarter)
    shocks = luck.standard_normal(prices.groups + prices.rows)
    revert(zone, shocks, luck.random(prices.groups), luck.standard_normal(prices.groups))


@compiled
def revert(zone: Zone, shocks: np.ndarray, crash: np.ndarray, size: np.ndarray) -> None:
    """Move each series one quarter: toward the scenario's mean, by shocks and jumps unless the zone is frozen.

    Args:
        shocks: of each group of series and then of each series, standard normal.
        crash: uniform draw of a jump, size: of it, standard normal; shape (groups,).
    """
    prices, p = zone.prices, zone.p.prices
    common, own = shocks[: prices.groups], shocks[prices.groups :]
    mean, jump = zone.path.mean[zone.quarter], zone.path.jump[zone.quarter]
    shared, alone = np.sqrt(p.group_correlation), np.sqrt(1.0 - p.group_correlation)
    for series in range(prices.log.size):
        group = prices.group[series]
        carry, spread = ou_step(prices.kappa[series], prices.sigma[series], 1.0 / QUARTERS)
        long_run = prices.level_2015[series] + mean[series]
        after = long_run + carry * (prices.log[series] - long_run) + jump[series]
        if not zone.frozen:
            after += spread * (shared * common[group] + alone * own[series])
            if prices.exposed[series] and crash[group] < p.jump_rate / QUARTERS:
                after += p.jump_mean + p.jump_sd * size[group]
        prices.log[series] = after
