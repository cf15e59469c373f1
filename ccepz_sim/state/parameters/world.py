"""Parameters of prices and of the history, and of what is told and scored."""

from __future__ import annotations

from ccepz_sim.state.parameters.group import Group


class PricesParameters(Group):
    """Prices: `agents/parameters/prices.toml`."""

    group_correlation: float  # 1
    input_inflation: float  # share/year
    jump_mean: float  # log
    jump_rate: float  # 1/year
    jump_sd: float  # log


class HistoryParameters(Group):
    """History 2010-2015: `agents/parameters/history.toml`."""

    closure_quarter: float  # quarters
    closure_share: float  # 1


class ChronicleParameters(Group):
    """Chronicle of events: `agents/parameters/chronicle.toml`."""

    cases_told: float  # count
    many_exits: float  # count
    many_leave: float  # 1
    price_move: float  # log
    turn: float  # 1
    watched: float  # count


class ScoresParameters(Group):
    """Scores: `agents/parameters/scores.toml`."""

    chain_full: float  # level
    debt_weight: float  # 1
    deficit_weight: float  # 1
    economy_growth: float  # 1
    emerging_weight: float  # 1
    income_base: float  # multiple
    income_weight: float  # 1
    jobless_weight: float  # 1
    public_debt_weight: float  # 1
    stock_drift: float  # multiple
    unchanged: float  # 1


class GameParameters(Group):
    """The game around the model: `agents/parameters/game.toml`."""

    band_share: float  # 1
    first_worlds: float  # count
    most_worlds: float  # count
    reveal_coverage: float  # 1
