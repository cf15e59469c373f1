"""Holds the model against its targets and patterns over many seeds, in several processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.schema import Band, Pattern, Target
from ccepz_sim.studies import patterns, targets

if TYPE_CHECKING:
    from ccepz_sim.content import Content

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
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_open, initargs=(content,))
    try:
        with _children_ignore_interrupts():
            waiting = {pool.submit(_run, job): job for job in todo}
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    finally:
        # After Ctrl-C nothing more is begun; what runs ends by itself within a second or two.
        pool.shutdown(wait=True, cancel_futures=True)


_held: list[Content] = []


def _open(content: Content) -> None:
    """Prepare a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _held[:] = [content]


def _leave_with_parent() -> None:
    """End this process when its parent was killed: nobody would ever give it work again."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _children_ignore_interrupts() -> Iterator[None]:
    """Start processes that never hear Ctrl-C: it is for the parent, which then stops handing out work.

    Children inherit what is ignored, so they are deaf before their first line runs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _run(job: Job) -> Found:
    return run_job(_held[0], job)


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
