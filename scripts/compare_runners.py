"""What `mesa.batch_run` and `ccepz study` lose when one run raises and when a worker is killed, side by side.

    python scripts/compare_runners.py [--runs 16]

Both run the same zone for the same seeds in two processes. One run is made to raise; in a second trial one run kills
its process once, as a machine that runs out of memory does. What never comes back is given up after a while.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from ccepz_sim.content.loading import load_content
from ccepz_sim.model import PilotZone
from ccepz_sim.studies import runner, simulate
from ccepz_sim.studies.engines import LocalPool

YEARS = 1
PATIENCE = 60.0
FAULT = "CCEPZ_COMPARE_FAULT"  # what goes wrong with which seed, and where a kill is noted: KIND:SEED:FILE


def go_wrong(seed: int) -> None:
    """Raise or kill this process where the trial says so."""
    kind, wrong, note = os.environ[FAULT].split(":", 2)
    if seed != int(wrong):
        return
    if kind == "raise":
        raise ValueError(f"seed {seed} was told to fail")
    if kind == "kill" and not Path(note).exists():
        Path(note).touch()
        os.kill(os.getpid(), signal.SIGKILL)


class Wrapped(mesa.Model):
    """The zone as `mesa.batch_run` wants a model: a step is a year."""

    def __init__(self, luck: int = 1, **_: Any) -> None:
        super().__init__(rng=np.random.default_rng(0))
        go_wrong(luck)
        self.zone = PilotZone(seed=luck, package="green-governance")
        self.datacollector = mesa.DataCollector({"gdp": lambda model: model.zone.recorder.series("gdp_real")[-1]})

    def step(self) -> None:
        """Live through a year."""
        self.zone.run(1)
        self.datacollector.collect(self)
        self.running = self.zone.year < 2016 + YEARS


def with_fault(call: Any, runs: Sequence[Any]) -> Any:
    """Run a batch of a study, with the fault of the trial."""
    real = simulate.outcomes

    def outcomes(study: Any, content: Any, run: Any, limit: float = 0.0) -> np.ndarray:
        go_wrong(run.seed)
        return real(study, content, run, limit)

    simulate.outcomes = outcomes
    try:
        return call(runs)
    finally:
        simulate.outcomes = real


class FaultyPool(LocalPool):
    """The pool of `ccepz study`, with the fault of the trial."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Hand over a batch."""
        return super().submit(with_fault, fn, *args, **kwargs)


def batch_run(runs: int, said: Any) -> None:
    """Run `mesa.batch_run` and say how many runs came back; a group of its own can be ended with its workers."""
    os.setpgid(0, 0)
    parameters = {"luck": list(range(1, runs + 1))}
    try:
        rows = mesa.batch_run(Wrapped, parameters, number_processes=2, display_progress=False, max_steps=YEARS)
        said.put((len(rows), ""))
    except Exception as error:
        said.put((0, f"{type(error).__name__}: {error}"))


def try_mesa(runs: int) -> str:
    """Give `mesa.batch_run` a process of its own, which is ended when nothing comes back."""
    said: Any = multiprocessing.Queue()
    process = multiprocessing.Process(target=batch_run, args=(runs, said))
    began = time.monotonic()
    process.start()
    while said.empty() and time.monotonic() < began + PATIENCE:
        time.sleep(0.1)
    if said.empty():
        outcome = f"0 of {runs} runs after {PATIENCE:.0f} s; it would wait for ever"
        os.killpg(process.pid, signal.SIGKILL)
    else:
        back, error = said.get()
        outcome = f"{back} of {runs} runs" + (f"; {error}" if error else "") + f" ({time.monotonic() - began:.0f} s)"
        process.terminate()
    process.join()
    return outcome


def try_ours(runs: int, folder: Path) -> str:
    """Run the same as a study."""
    study = load_content().study("smoke")
    study = replace(
        study,
        seeds=runs,
        expected_runs=runs,
        policies=tuple(policy for policy in study.policies if policy.id == "green-governance"),
        scenarios=("slow-recovery",),
        levers=(),
        relations=replace(study.relations, years=YEARS, scale=0.0),
    )
    ended = runner.run_study(study, folder, engine=FaultyPool(2))
    counts = ended.counts
    outcome = f"{counts['SUCCEEDED']} of {runs} runs, {counts['FAILED']} failed, {counts['PENDING']} lost"
    return f"{outcome} ({ended.seconds:.0f} s)"


def main() -> None:
    """Make both trials with both runners."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--runs", type=int, default=16)
    runs = reader.parse_args().runs
    for kind, words in (("raise", "one run raises"), ("kill", "one run's process is killed")):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("mesa.batch_run", "ccepz study"):
                os.environ[FAULT] = f"{kind}:{runs // 2}:{Path(folder, name.split()[0])}"
                outcome = try_mesa(runs) if name == "mesa.batch_run" else try_ours(runs, Path(folder, "out"))
                print(f"{words:30} {name:16} {outcome}", flush=True)


if __name__ == "__main__":
    main()
