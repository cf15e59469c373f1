"""Holds the model against its targets and patterns over many seeds, in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.content.schema.target import Band, Pattern, Target
from ccepz_sim.studies import patterns, targets
from ccepz_sim.studies.dispatch import Work
from ccepz_sim.studies.engines import LocalPool
from ccepz_sim.studies.extras import StudyError

if TYPE_CHECKING:
    from ccepz_sim.content.loading import Content

TARGETS = ""  # the job that runs the history for the targets; all other jobs are called after a pattern
PERCENTILES = (2.5, 97.5)

Job = tuple[str, int]
Found = dict[str, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean over seeds and the band of 95 % of the seeds."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TargetResult:
    """A target and what the model says to it."""

    target: Target
    model: Estimate
    passed: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain data for JSON."""
        return {
            "id": self.target.id,
            "target": self.target.value,
            "tolerance": targets.tolerance(self.target),
            "mean": self.model.mean,
            "low": self.model.low,
            "high": self.model.high,
            "passed": self.passed,
        }


@dataclass(frozen=True, slots=True)
class PatternResult:
    """A pattern and what the model says to each of its bands; it passes when all do."""

    pattern: Pattern
    parts: tuple[tuple[Band, Estimate, bool], ...]

    @property
    def passed(self) -> bool:
        """Whether the mean lies in every band."""
        return all(passed for _, _, passed in self.parts)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain data for JSON."""
        figures = [
            {
                "id": band.id,
                "bounds": [band.low, band.high],
                "mean": model.mean,
                "low": model.low,
                "high": model.high,
                "passed": passed,
            }
            for band, model, passed in self.parts
        ]
        counts = not self.pattern.used_for_default
        return {"id": self.pattern.id, "passed": self.passed, "counts": counts, "figures": figures}


@dataclass(frozen=True, slots=True)
class Report:
    """All results."""

    targets: tuple[TargetResult, ...]
    patterns: tuple[PatternResult, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the results as plain data for JSON."""
        return {
            "targets": [result.as_dict() for result in self.targets],
            "patterns": [result.as_dict() for result in self.patterns],
        }


def jobs(content: Content, seeds: int) -> list[Job]:
    """Return what has to be run, seed by seed: a history that was run once serves all jobs of its seed."""
    most = content.patterns.seeds
    return [
        (name, seed)
        for seed in range(1, seeds + 1)
        for name in (TARGETS, *(content.patterns.all if seed <= most else ()))
    ]


def validate(content: Content, seeds: int, workers: int = 1, tick: Callable[[], object] = lambda: None) -> Report:
    """Run every job and judge the means.

    Args:
        content: targets, patterns, parameters and everything else.
        seeds: number of seeds for the targets; patterns take at most what their file says.
        workers: processes; with one, everything runs in this one.
        tick: called after each job.
    """
    found: dict[str, list[Found]] = {}
    for (name, _), figures in _all(content, jobs(content, seeds), workers):
        found.setdefault(name, []).append(figures)
        tick()
    return Report(
        tuple(_judge(target, found[TARGETS]) for target in content.targets.values()),
        tuple(_judge_pattern(pattern, found[name]) for name, pattern in content.patterns.all.items()),
    )


def run_job(content: Content, job: Job) -> Found:
    """Run one job and return its figures by id."""
    name, seed = job
    return targets.figures(seed, content) if name == TARGETS else patterns.figures(name, seed, content)


def estimate(values: Sequence[float]) -> Estimate:
    """Return mean and band of values over seeds; sorted first, so the order of the seeds does not matter."""
    ordered = np.sort(np.asarray(values))
    low, high = np.percentile(ordered, PERCENTILES)
    return Estimate(float(ordered.mean()), float(low), float(high))


def _all(content: Content, todo: Sequence[Job], workers: int) -> Iterator[tuple[Job, Found]]:
    if workers == 1:
        for job in todo:
            yield job, run_job(content, job)
        return
    pool = LocalPool(workers)
    try:
        for batch in Work(pool, partial(_run, content), todo):
            for done in batch:
                if done.reason:
                    raise StudyError("worker_died", reason=done.reason)
                yield done.item, done.value
    finally:
        pool.stop()


def _run(content: Content, jobs: Sequence[Job]) -> list[Found]:
    return [run_job(content, job) for job in jobs]


def _judge(target: Target, found: Sequence[Found]) -> TargetResult:
    model = estimate([figures[target.id] for figures in found])
    low, high = targets.allowed(target)
    return TargetResult(target, model, low <= model.mean <= high)


def _judge_pattern(pattern: Pattern, found: Sequence[Found]) -> PatternResult:
    parts = []
    for band in pattern.bands:
        model = estimate([figures[band.id] for figures in found])
        parts.append((band, model, band.low <= model.mean <= band.high))
    return PatternResult(pattern, tuple(parts))
