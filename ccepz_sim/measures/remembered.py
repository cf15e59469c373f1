"""Indicators that look back: the misuse of funds last known, and scores relative to an earlier quarter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ccepz_sim.measures.observation import Values
from ccepz_sim.numerics.arrays import clip
from ccepz_sim.numerics.clock import PLAY_QUARTER
from ccepz_sim.state.parameters.world import ScoresParameters

FULL_SCORE = 100.0
RELATIVE = ("gdp_real", "urban_income", "so2", "solid_waste_stock")  # scored against the last quarter before the play


def last_known_misuse(granted: np.ndarray, misused: np.ndarray, before: float) -> np.ndarray:
    """Give the misused share of grants, that of the last quarter with grants where there are none.

    Args:
        granted, misused: yuan since the last audit of funds, shape (quarters,); before: share known until then.
    """
    found = np.empty(len(granted))
    for number, (money, lost) in enumerate(zip(granted.tolist(), misused.tolist(), strict=True)):
        before = lost / money if money > 0.0 else before
        found[number] = before
    return found


def base_quarter(quarter: np.ndarray) -> np.ndarray:
    """Give the quarter that scores are relative to: the first one in the history, then the last before the play."""
    return np.where(quarter < PLAY_QUARTER - 1, 0, PLAY_QUARTER - 1)


def scores(p: ScoresParameters, now: Values, base: Values, general: np.ndarray) -> Values:
    """Score the zone 0-100: each score is the mean of parts that are scaled to 0-1.

    Args:
        p: the group of parameters `scores`.
        now: indicators of the whole zone, shape (quarters,); base: those of RELATIVE in the base quarter.
        general: index of general prices, shape (quarters,).
    """
    ratio = {name: now[name] / np.maximum(base[name], 1e-9) for name in RELATIVE}
    return {
        name: FULL_SCORE * np.add.reduce([clip(part, 0.0, 1.0) for part in parts]) / len(parts)
        for name, parts in _parts(p, now, ratio, general).items()
    }


def _parts(
    s: ScoresParameters, now: Values, ratio: Values, general: np.ndarray
) -> Mapping[str, tuple[np.ndarray, ...]]:
    """Give the parts of each score, 0-1 where neither full nor empty."""
    loss = 1.0 - s.unchanged
    real_income = ratio["urban_income"] / general * s.income_base
    return {
        "score_economy": (
            s.unchanged + s.economy_growth * (ratio["gdp_real"] - 1.0),
            1.0 - s.deficit_weight * now["firms_in_deficit_share"],
            s.emerging_weight * now["emerging_share"],
        ),
        "score_ecology": (
            now["ecology"],
            1.0 - loss * ratio["so2"],
            now["solid_waste_utilisation"],
            1.0 - loss * ratio["solid_waste_stock"] / s.stock_drift,
        ),
        "score_people": (
            1.0 - s.jobless_weight * now["unemployment_rate"],
            now["skilled_fill_rate"],
            now["trust"],
            s.unchanged + s.income_weight * (real_income - 1.0),
        ),
        "score_integrity": (
            1.0 - now["colluding_share"],
            1.0 - now["funds_misused_share"],
            now["complaints_answered"],
        ),
        "score_resilience": (
            1.0 - now["firm_debt_ratio"] * s.debt_weight,
            1.0 - s.public_debt_weight * now["government_debt"] / np.maximum(now["gdp"], 1.0),
            now["chain_level_mean"] / s.chain_full,
            now["institute_fill_rate"],
        ),
    }
