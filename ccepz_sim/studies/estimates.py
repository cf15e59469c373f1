"""How sure a mean over runs is: standard error, 95 % interval, and how many more seeds would make it surer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ccepz_sim.studies.extras import need

LEVEL = 0.95  # of every interval of a mean
MOST_SEEDS = 1_000_000  # beyond it nobody waits
FEWEST = 2  # worlds of which a spread can be seen


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `count` runs or pairs, its standard error and its 95 % interval (Student's t).

    `error`, `lower` and `upper` are not numbers where there is only one independent world. `by_seed` and `by_point` are
    the parts of the squared error that fall with more seeds and with more points.
    """

    mean: float
    error: float
    lower: float
    upper: float
    count: int
    seeds: int
    points: int
    by_seed: float
    by_point: float

    @property
    def half(self) -> float:
        """Return half the width of the interval."""
        return self.upper - self.mean

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return bool(self.lower > 0.0 or self.upper < 0.0)


def estimate(values: np.ndarray, points: np.ndarray, seeds: np.ndarray, *, sampled: bool) -> Estimate:
    """Return mean and interval of values that share luck where they share a seed; each point counts alike.

    In a full grid the points are what was asked about, and seeds are the worlds. Points that were sampled are worlds
    as well: with several of both, points and seeds are crossed random effects (Satterthwaite's degrees of freedom).

    Args:
        values: one for each run or pair.
        points: of the design; seeds: of the runs.
        sampled: whether the points are a sample, and not chosen.
    """
    point, p = np.unique(points, return_inverse=True)
    seed, s = np.unique(seeds, return_inverse=True)
    by_point = _means(values, p, len(point))
    by_seed = _means(values - by_point[p], s, len(seed))
    mean = float(by_point.mean())
    of_seeds, of_points = _error(by_seed), _error(by_point)
    if not sampled or len(point) == 1:
        part = (of_seeds, 0.0)
        freedom = len(seed) - 1.0
    elif len(seed) == 1:
        part = (0.0, of_points)
        freedom = len(point) - 1.0
    else:
        rest = values - by_point[p] - by_seed[s]
        cells = len(point) * len(seed)
        left = float((rest**2).sum()) / ((len(point) - 1) * (len(seed) - 1)) / cells
        # What both parts hold of the rest is counted once.
        part = (max(of_seeds - left, 0.0), of_points)
        wide = of_seeds**2 / (len(seed) - 1) + of_points**2 / (len(point) - 1)
        freedom = sum(part) ** 2 / wide if wide > 0.0 else 1.0
    error = math.sqrt(sum(part)) if freedom > 0.0 else math.nan
    reach = quantile(freedom) * error if freedom > 0.0 else math.nan
    return Estimate(mean, error, mean - reach, mean + reach, len(values), len(seed), len(point), *part)


def quantile(freedom: float) -> float:
    """Return how many standard errors half an interval has."""
    return float(need("scipy.stats", "study").t.ppf(0.5 + LEVEL / 2.0, freedom))


def seeds_needed(found: Estimate, within: float) -> float:
    """Return how many seeds would make half the interval at most `within`, if mean and spread stay as they are.

    Not a number where the spread over seeds is unknown; infinite where more seeds do not help, or too many would.
    """
    if found.seeds < FEWEST or math.isnan(found.error) or not within > 0.0:
        return math.nan
    spread = found.by_seed * found.seeds

    def reach(seeds: int) -> float:
        freedom = seeds - 1.0 if found.by_point == 0.0 else math.inf
        return quantile(freedom) * math.sqrt(spread / seeds + found.by_point)

    low, high = FEWEST, FEWEST
    while reach(high) > within:
        low, high = high, 2 * high
        if high > MOST_SEEDS:
            return math.inf
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reach(middle) > within else (low, middle)
    return float(low if reach(low) <= within else high)


def more_seeds(found: Estimate) -> float:
    """Return how many more seeds would make the sign clear; 0 where it is."""
    if found.is_clear:
        return 0.0
    needed = seeds_needed(found, abs(found.mean))
    return max(1.0, needed - found.seeds) if not math.isnan(needed) else math.nan


def better(values: np.ndarray, direction: str) -> float:
    """Return the share of differences that are for the good; ties count half. Not a number without a direction."""
    if direction not in ("up", "down"):
        return math.nan
    return higher(-values if direction == "down" else values)


def higher(values: np.ndarray) -> float:
    """Return the share of differences above zero; ties count half."""
    return float((values > 0).mean() + 0.5 * (values == 0).mean())


def _means(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    total: np.ndarray = np.bincount(group, values, groups) / np.bincount(group, minlength=groups)
    return total


def _error(means: np.ndarray) -> float:
    """Give the squared error of the mean of some means; 0 where there is one."""
    return float(means.var(ddof=1)) / len(means) if len(means) >= FEWEST else 0.0
