"""Faults for the workers of a study: runs that raise, kill, hang; and a log of what was really run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ccepz_sim.studies import simulate
from ccepz_sim.studies.engines import Cluster, Engine, LocalPool


@dataclass(frozen=True)
class Faults:
    """What goes wrong with which run, and where each start of a run is written down.

    With `pretend` a run gives numbers of its own without the model, after `pause` seconds.
    """

    folder: Path
    raises: frozenset[int] = frozenset()
    kills: frozenset[int] = frozenset()
    kills_once: frozenset[int] = frozenset()
    hangs: frozenset[int] = frozenset()
    dawdles: frozenset[int] = frozenset()
    pretend: bool = True
    pause: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    def started(self) -> list[int]:
        """Return the runs in the order in which workers began them."""
        log = self.folder / "started"
        return [int(line) for line in log.read_text().split()] if log.exists() else []


def spoil(faults: Faults, call: Callable[..., Any], runs: Sequence[Any]) -> Any:
    """Run a batch with faults, inside a worker."""
    real = simulate.played

    def played(study: Any, content: Any, run: Any, limit: float = 0.0) -> Any:
        with (faults.folder / "started").open("a") as log:
            log.write(f"{run.number}\n")
        if run.number in faults.raises:
            raise ValueError(f"run {run.number} was told to fail")
        once = faults.folder / f"killed-{run.number}"
        if run.number in faults.kills or (run.number in faults.kills_once and not once.exists()):
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        while run.number in faults.hangs:
            time.sleep(0.01)
        if run.number in faults.dawdles:
            watch = simulate._deadline(limit)
            while True:
                time.sleep(0.01)
                watch(None)
        time.sleep(faults.pause)
        if not faults.pretend:
            return real(study, content, run, limit)
        kept = (len(study.series), study.relations.periods)
        luck = np.random.default_rng([run.seed, run.policy, run.scenario, len(run.decisions)])
        return luck.normal(1e9, 1e8, kept), ()

    simulate.played = played
    if faults.hangs:
        simulate.HARD_LEAST = 2.0
    try:
        return call(runs)
    finally:
        simulate.played = real


class FaultyPool(LocalPool):
    """A local pool whose workers have faults."""

    def __init__(self, workers: int, faults: Faults) -> None:
        super().__init__(workers)
        self.faults = faults

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(spoil, self.faults, fn, *args, **kwargs)


class InPlace(Engine):
    """Works each batch through at once in this process: for what a driver does, where no worker is to die."""

    capacity = 1

    def __init__(self, faults: Faults) -> None:
        assert not {*faults.kills, *faults.kills_once, *faults.hangs}, "these would end the tests"
        self.faults = faults

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(spoil(self.faults, fn, *args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def stop(self) -> None:
        """Nothing runs."""


class FaultyCluster(Cluster):
    """A cluster whose workers have faults."""

    def __init__(self, address: str, faults: Faults) -> None:
        super().__init__(address)
        self.faults = faults

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(spoil, self.faults, fn, *args, **kwargs)


def dying_worker(ready: Any) -> None:
    """Begin a worker process, or die at it as often as the environment says."""
    log = Path(os.environ[dying_worker.LOG])
    with log.open("ab") as file:
        file.write(b"x")
        died = file.tell()
    if died <= int(os.environ[dying_worker.MOST]):
        os._exit(3)
    ready.set()


dying_worker.LOG, dying_worker.MOST = "TEST_DEATHS", "TEST_MOST_DEATHS"
