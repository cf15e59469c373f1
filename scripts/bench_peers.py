"""The same runs by five ways of running many: runs a second, and what comes back when something goes wrong.

    python scripts/bench_peers.py [--runs 40] [--years 5] [--turns 3] [--json]

`ccepz study`, `mesa.batch_run`, the pool of the EMA Workbench, joblib and Dask alone run the same zone for the same
seeds in two processes, in turns, each in a process of its own from nothing to results; the least time counts. Then one
run is made to raise, and in a second trial one run kills its process once, as a machine does that runs out of memory.
Each is used as its own first example shows. What never comes back is given up after a while.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import queue
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from ccepz_sim.content.loading import load_content
from ccepz_sim.model import PilotZone
from ccepz_sim.studies import runner, simulate
from ccepz_sim.studies.engines import LocalPool

HERE = Path(__file__).resolve().parent
WORKERS = 2
PACKAGE, OUTCOME = "green-governance", "gdp_real"
PATIENCE = 120.0  # seconds, besides the time that all runs take one after the other
FAULT = "CCEPZ_PEERS_FAULT"  # what goes wrong with which seed, and where a kill is noted: KIND|SEED|FILE
TRIALS = {"none": "nothing goes wrong", "raise": "one run raises", "kill": "one run's process is killed once"}
LIBRARIES = ("ccepz-sim", "mesa", "ema_workbench", "joblib", "distributed")


def go_wrong(seed: int) -> None:
    """Raise or kill this process where the trial says so."""
    kind, wrong, note = os.environ[FAULT].split("|", 2)
    if kind == "none" or seed != int(wrong):
        return
    if kind == "raise":
        raise ValueError(f"seed {seed} was told to fail")
    if not Path(note).exists():
        Path(note).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def one(seed: int, years: int) -> float:
    """Run the zone and return what is asked of it: the mean of its last year."""
    go_wrong(seed)
    zone = PilotZone(package=PACKAGE, seed=seed).run(years)
    return float(zone.recorder.series(OUTCOME)[-4:].mean())


class Peer(PilotZone):
    """The zone as `mesa.batch_run` makes it, with the fault of the trial."""

    def __init__(self, *values: Any, **named: Any) -> None:
        go_wrong(named["seed"])
        super().__init__(*values, **named)


def faulty(call: Any, runs: Sequence[Any]) -> Any:
    """Run a batch of a study, with the fault of the trial."""
    real = simulate.played

    def played(study: Any, content: Any, run: Any, limit: float = 0.0) -> Any:
        go_wrong(run.seed)
        return real(study, content, run, limit)

    simulate.played = played
    try:
        return call(runs)
    finally:
        simulate.played = real


class FaultyPool(LocalPool):
    """The pool of `ccepz study`, with the fault of the trial."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Hand over a batch."""
        return super().submit(faulty, fn, *args, **kwargs)


def by_study(runs: int, years: int) -> list[float]:
    """Run a study and read its results."""
    from ccepz_sim.studies.results import load_study

    plain = load_content().study("smoke")
    study = replace(
        plain,
        seeds=runs,
        first_seed=1,
        expected_runs=runs,
        policies=tuple(policy for policy in plain.policies if policy.id == PACKAGE),
        scenarios=("slow-recovery",),
        levers=(),
        relations=replace(plain.relations, years=years, scale=0.0),
    )
    with tempfile.TemporaryDirectory() as folder:
        runner.run_study(study, Path(folder, "out"), engine=FaultyPool(WORKERS))
        return [float(value) for value in load_study(Path(folder, "out")).at(OUTCOME)["value"]]


def by_mesa(runs: int, years: int) -> list[float]:
    """Run `mesa.batch_run`."""
    rows = mesa.batch_run(
        Peer,
        {"seed": range(1, runs + 1), "package": PACKAGE},
        number_processes=WORKERS,
        max_steps=4 * years - 1,
        data_collection_period=1,
        display_progress=False,
    )
    last = [row for row in rows if row["Step"] >= 4 * (years - 1)]
    return [float(np.mean([row[OUTCOME] for row in last if row["seed"] == seed])) for seed in range(1, runs + 1)]


def by_workbench(runs: int, years: int) -> list[float]:
    """Run the EMA Workbench with its pool of processes."""
    import ema_workbench as ema

    model = ema.Model("zone", function=partial(for_workbench, years=years))
    model.uncertainties = [ema.IntegerParameter("seed", 1, runs)]
    model.outcomes = [ema.ScalarOutcome("outcome")]
    worlds = [ema.Scenario(str(seed), seed=seed) for seed in range(1, runs + 1)]
    with ema.MultiprocessingEvaluator(model, n_processes=WORKERS) as evaluator:
        _, found = evaluator.perform_experiments(scenarios=worlds)
    return [float(value) for value in found["outcome"]]


def for_workbench(seed: int, years: int) -> dict[str, float]:
    """Answer as the Workbench asks."""
    return {"outcome": one(int(seed), years)}


def by_joblib(runs: int, years: int) -> list[float]:
    """Run joblib."""
    from bench_peers import one as importable  # its processes know nothing of the one that this script runs in
    from joblib import Parallel, delayed

    return list(Parallel(n_jobs=WORKERS)(delayed(importable)(seed, years) for seed in range(1, runs + 1)))


def by_dask(runs: int, years: int) -> list[float]:
    """Run Dask alone."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        return list(client.gather(client.map(one, range(1, runs + 1), years=years)))


WAYS: dict[str, Callable[[int, int], list[float]]] = {
    "ccepz study": by_study,
    "mesa.batch_run": by_mesa,
    "EMA Workbench": by_workbench,
    "joblib": by_joblib,
    "Dask alone": by_dask,
}


def answer(way: str, runs: int, years: int, said: Any) -> None:
    """Run one way and say what came back; a group of its own can be ended with its workers."""
    os.setpgid(0, 0)
    warnings.simplefilter("ignore")
    try:
        said.put((WAYS[way](runs, years), ""))
    except Exception as error:
        said.put(([], f"{type(error).__name__}: {error}".splitlines()[0][:80]))


def tried(way: str, kind: str, runs: int, years: int, patience: float) -> tuple[float, list[float], str]:
    """Run one way in a process of its own; return seconds, results and what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[FAULT] = f"{kind}|{runs // 2}|{Path(folder, 'killed')}"
        context = multiprocessing.get_context("spawn")
        said = context.Queue()
        process = context.Process(target=answer, args=(way, runs, years, said))
        began = time.monotonic()
        process.start()
        try:
            found, error = said.get(timeout=patience)
        except queue.Empty:
            found, error = [], f"nothing after {patience:.0f} s, given up"
        seconds = time.monotonic() - began
        end_group(process)
        return seconds, found, error


def end_group(process: Any) -> None:
    """End a process with all it has started."""
    process.join(5.0)
    for ending in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, ending)
        except ProcessLookupError:
            break
        time.sleep(0.5)
    process.join()


def main() -> int:
    """Make all trials with all ways."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--runs", type=int, default=40)
    reader.add_argument("--years", type=int, default=5)
    reader.add_argument("--turns", type=int, default=3)
    reader.add_argument("--way", action="append", choices=WAYS, help="only this one; may be given again")
    reader.add_argument("--json", action="store_true")
    args = reader.parse_args()
    ways = args.way or list(WAYS)
    os.environ[FAULT] = "none|0|"
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH", ""))))
    expected = [one(seed, args.years) for seed in (1, 2)]  # compiles the rules too
    began = time.monotonic()
    one(3, args.years)
    patience = PATIENCE + args.runs * (time.monotonic() - began)
    rows: list[dict[str, Any]] = []
    least: dict[str, float] = {}
    for _ in range(args.turns):
        for way in ways:
            seconds, found, error = tried(way, "none", args.runs, args.years, patience)
            if len(found) != args.runs or not np.allclose(found[:2], expected, rtol=1e-9):
                print(f"{way} gave other numbers: {found[:2]}, {expected}; {error}", file=sys.stderr)
                return 1
            least[way] = min(seconds, least.get(way, seconds))
    for way in ways:
        row: dict[str, Any] = {"way": way, "seconds": least[way], "rate": args.runs / least[way]}
        for kind in ("raise", "kill"):
            seconds, found, error = tried(way, kind, args.runs, args.years, patience)
            row[kind] = {"back": len(found), "seconds": seconds, "error": error}
        rows.append(row)
        if not args.json:
            show(row, args.runs)
    told = {name: version(name) for name in LIBRARIES}
    made = {"runs": args.runs, "years": args.years, "turns": args.turns, "workers": WORKERS, "load": os.getloadavg()[0]}
    if args.json:
        print(json.dumps({**made, "versions": told, "rows": rows}, indent=1))
    else:
        print(f"{made} {told}")
    return 0


def show(row: dict[str, Any], runs: int) -> None:
    """Print one way."""
    print(f"{row['way']:16} {row['seconds']:6.1f} s  {row['rate']:5.2f} runs a second", flush=True)
    for kind in ("raise", "kill"):
        one_trial = row[kind]
        told = f"{one_trial['back']} of {runs} come back ({one_trial['seconds']:.0f} s)"
        print(f"    {TRIALS[kind]}: {told} {one_trial['error']}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
