"""The model's figure for every target of `experiments/targets.toml`, from one run of the history."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.content.schema.target import Target
from ccepz_sim.numerics.clock import FIRST_YEAR, QUARTERS, quarter_of
from ccepz_sim.studies.witness import Witness

if TYPE_CHECKING:
    from ccepz_sim.content.loading import Content
    from ccepz_sim.measures.observers import Recorder

NORMAL_95 = 1.959964  # two-sided 95 % point of the normal distribution


def figures(seed: int, content: Content, last: int | None = None) -> dict[str, float]:
    """Run the history with one seed and return the model's figure for each target by id.

    Args:
        seed: seed of the run.
        content: where targets, parameters and everything else come from.
        last: last year to run; later targets are left out. None for all targets.
    """
    from ccepz_sim.model import PilotZone

    targets = [target for target in content.targets.values() if last is None or target.year <= last]
    if not targets:
        return {}
    witness = Witness(targets)
    zone = PilotZone(seed=seed, start=FIRST_YEAR, content=content, observers=[witness])
    zone.run(max(target.year for target in targets) - FIRST_YEAR + 1)
    found = dict(witness.counted)
    for target in targets:
        if target.measure in RULES:
            found[target.id] = RULES[target.measure](zone.recorder, target)
    return {target.id: found[target.id] for target in targets}


def allowed(target: Target) -> tuple[float, float]:
    """Return the band, ends included, in which the model's mean must lie."""
    if target.kind == "ceiling":
        return -math.inf, target.value
    if target.kind == "floor":
        return target.value, math.inf
    half = tolerance(target)
    return target.value - half, target.value + half


def tolerance(target: Target) -> float:
    """Return half the width of the band in the target's unit; 0 for a ceiling or a floor.

    A survey's is the binomial standard error at 95 %: 1.96 sqrt(p (1 - p) / n).
    """
    if target.kind == "survey":
        return NORMAL_95 * math.sqrt(target.value * (1.0 - target.value) / target.n)
    if target.kind == "level":
        return target.spread * abs(target.value)
    return target.spread if target.kind == "range" else 0.0


def _mean(recorder: Recorder, target: Target) -> float:
    return _year(recorder, target.indicators[0], target.place, target.year)


def _rest(recorder: Recorder, target: Target) -> float:
    return 1.0 - _mean(recorder, target)


def _change(recorder: Recorder, target: Target) -> float:
    """Relative change since an earlier year, mean over the indicators named."""
    changes = [
        _year(recorder, name, target.place, target.year) / _year(recorder, name, target.place, target.since) - 1.0
        for name in target.indicators
    ]
    return float(np.mean(changes))


def _growth(recorder: Recorder, target: Target) -> float:
    total = 1.0 + _change(recorder, target)
    return float(max(total, 0.0) ** (1.0 / (target.year - target.since)) - 1.0)


def _ratio(recorder: Recorder, target: Target) -> float:
    """Sum of the first indicator over the sum of the second, from `since` (or the year itself) to the year."""
    first, last = quarter_of(target.since or target.year), quarter_of(target.year) + QUARTERS
    part, whole = (recorder.series(name, target.place)[first:last].sum() for name in target.indicators[:2])
    return float(part / whole) if whole > 0.0 else 0.0


def _year(recorder: Recorder, indicator: str, place: str, year: int) -> float:
    first = quarter_of(year)
    return float(recorder.series(indicator, place)[first : first + QUARTERS].mean())


RULES: Mapping[str, Callable[[Recorder, Target], float]] = {
    "mean": _mean,
    "rest": _rest,
    "change": _change,
    "growth": _growth,
    "ratio": _ratio,
}
