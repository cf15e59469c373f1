"""Paired seeds: what a lever does to the indicator its file declares, with the luck of both arms the same."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.state.decisions import Decision

PLAY = 2016
LAST_YEARS = 2
WORKERS = 2
Condition = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Evidence:
    """Values of the declared indicator by seed without and with the lever, mean of the last two years."""

    lever: str
    indicator: str
    direction: str
    without: np.ndarray
    with_: np.ndarray

    @property
    def moved(self) -> int:
        """Number of pairs that moved in the declared direction."""
        gap = self.with_ - self.without
        return int(((gap > 0.0) if self.direction == "up" else (gap < 0.0)).sum())

    @property
    def change(self) -> float:
        """Mean change relative to the mean without the lever; absolute where that is zero."""
        base = float(np.abs(self.without).mean())
        gap = float((self.with_ - self.without).mean())
        return gap / base if base > 0.0 else gap


def _window(zone: PilotZone, indicator: str, years: int) -> float:
    series = zone.recorder.series(indicator)
    end = (PLAY - 2010 + years) * 4
    return float(series[end - LAST_YEARS * 4 : end].mean())


def measure_seed(job: tuple[int, tuple[str, ...]]) -> dict[str, tuple[float, float]]:
    """Run both arms of the named levers for one seed; arms without a lever are run once per condition."""
    seed, names = job
    content = load_content()
    longest = max(content.levers[name].effect.years for name in names)

    @cache
    def plain(condition: Condition) -> PilotZone:
        return PilotZone(seed=seed, decisions=decisions(condition)).run(longest)

    def decisions(condition: Condition) -> tuple[Decision, ...]:
        return tuple(Decision(lever, value, PLAY) for lever, value in condition)

    found = {}
    for name in names:
        effect = content.levers[name].effect
        condition = tuple(sorted(effect.condition.items()))
        treated = PilotZone(seed=seed, decisions=(*decisions(condition), Decision(name, effect.value, PLAY)))
        treated.run(effect.years)
        found[name] = (
            _window(plain(condition), effect.indicator, effect.years),
            _window(treated, effect.indicator, effect.years),
        )
    return found


def measure(seeds: Sequence[int], names: Sequence[str] = ()) -> dict[str, Evidence]:
    """Measure levers (all, unless some are named) over seeds in two processes."""
    content = load_content()
    names = tuple(names) or tuple(content.levers)
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        by_seed = list(pool.map(measure_seed, [(seed, names) for seed in seeds]))
    found = {}
    for name in names:
        effect = content.levers[name].effect
        pairs = np.array([values[name] for values in by_seed])
        found[name] = Evidence(name, effect.indicator, effect.direction, pairs[:, 0], pairs[:, 1])
    return found
