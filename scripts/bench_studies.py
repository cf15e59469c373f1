"""Measure the study runner: overhead per run, a million rows written and queried; optionally a whole study.

    python scripts/bench_studies.py                                  overhead and store
    python scripts/bench_studies.py --cluster                        also on a dask cluster of this machine
    python scripts/bench_studies.py --study ten-thousand --runs 300  also part of a study: 2 workers, a tenth with 1

Ratios compare times taken in turns in one process, the least of several. The overhead is what the driver and the way
to a worker and back cost for runs that do nothing, so it is the wall time of a study that has no work in it.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq

from ccepz_sim.content.loading import load_content
from ccepz_sim.content.schema.study import Study
from ccepz_sim.studies import dispatch, runner, simulate
from ccepz_sim.studies.engines import Cluster, Engine, LocalPool
from ccepz_sim.studies.results import load_study
from ccepz_sim.studies.run_ledger import FILE
from ccepz_sim.studies.store import Store

TURNS = 5
HOLLOW_RUNS = 2000
ROWS = 1_000_000
ALONE = 10  # part of a study that one worker does alone


def hollow(call: partial[Any], runs: Sequence[Any]) -> list[simulate.Result]:
    """Answer for runs without running them, as large as they would be."""
    study = call.args[0].study
    size = len(study.outcomes) * study.relations.periods
    return [simulate.Result(np.full(size, run.seed, "<f8").tobytes(), "", "", 0.0) for run in runs]


class HollowPool(LocalPool):
    """Processes that do no work."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Hand over a hollow call."""
        return super().submit(hollow, fn, *args, **kwargs)


class HollowCluster(Cluster):
    """A cluster that does no work."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Hand over a hollow call."""
        return super().submit(hollow, fn, *args, **kwargs)


def cut(study: Study, runs: int) -> Study:
    """Return a study with about as many runs, by its seeds."""
    each = study.runs // study.seeds
    seeds = max(1, round(runs / each))
    return replace(study, seeds=seeds, expected_runs=each * seeds)


def overhead(study: Study, engine: Callable[[], Engine], folder: Path, batch: int) -> tuple[float, float]:
    """Return milliseconds of wall time and of the driver's processor a run, without the start of workers."""
    dispatch.LARGEST_BATCH = batch
    warm = engine()
    for _ in range(2 * warm.capacity):
        warm.submit(partial(simulate.run_batch, simulate.Order(study, None, "", "")), []).result()
    shutil.rmtree(folder, ignore_errors=True)
    began, used = time.perf_counter(), time.process_time()
    runner.run_study(study, folder, engine=warm)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    return 1000 * wall / study.runs, 1000 * cpu / study.runs


def least(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the least wall time of each call, taken in turns."""
    found = dict.fromkeys(calls, float("inf"))
    for _ in range(TURNS):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            found[name] = min(found[name], time.perf_counter() - began)
    return found


def million(study: Study, folder: Path) -> None:
    """Write and query a million rows, beside plain pyarrow and DuckDB."""
    rows = len(study.outcomes) * study.relations.periods
    study = cut(study, ROWS // rows)
    store = Store(folder, study)
    shutil.rmtree(folder, ignore_errors=True)
    runner.run_study(study, folder, engine=HollowPool(2))
    random = np.random.default_rng(1)
    values = {run: random.normal(1e9, 1e8, rows).tobytes() for run in range(study.runs)}
    spans = [store.span(shard) for shard in range(store.shard_count)]

    def ours() -> None:
        for shard, (first, last) in enumerate(spans):
            store.write_shard(shard, {run: values[run] for run in range(first, last)})

    whole = store.table(values)

    def plain() -> None:
        pq.write_table(whole, folder.with_suffix(".plain"), compression="zstd")

    wrote = least({"ours": ours, "plain": plain})
    for path in folder.glob(f"{FILE}*"):  # it knows the shards of the hollow runs
        path.unlink()
    results = load_study(folder)
    name = results.names[0]
    results.fan(name)
    files = str(folder / "shards" / "*.parquet")
    base = duckdb.connect()
    base.register("runs", results.runs)
    asked = f"""SELECT r.policy, r.scenario, o.year, o.quarter, avg(o.value),
        quantile_cont(o.value, [.05, .25, .5, .75, .95]), count(*)
        FROM read_parquet('{files}') o JOIN runs r USING (run)
        WHERE o.indicator = '{results.outcome(name).indicator}' AND o.place = 'zone' AND o.view = 'true'
        GROUP BY ALL ORDER BY ALL"""
    read = least({"ours": lambda: results.fan(name), "plain": lambda: base.execute(asked).df()})
    count = f"{study.runs * rows:,} rows in {store.shard_count} shards"
    report(f"write {count}", f"{wrote['ours']:.2f} s, {wrote['ours'] / wrote['plain']:.2f} × plain pyarrow in one file")
    report("fan-chart query over them", f"{read['ours']:.3f} s, {read['ours'] / read['plain']:.2f} × plain DuckDB")


def whole(study: Study, folder: Path) -> None:
    """Run a study with two workers, and a tenth of it with one: time, efficiency, memory of this process."""
    each = {}
    for workers, part in ((1, cut(study, study.runs // ALONE)), (2, study)):
        target = folder / f"workers-{workers}"
        shutil.rmtree(target, ignore_errors=True)
        ended = runner.run_study(part, target, workers=workers)
        each[workers] = ended.seconds / part.runs
        report(f"{study.id}: {part.runs} runs, {workers} workers", f"{ended.seconds:.1f} s, {dict(ended.counts)}")
        report(
            "  time in runs of the time of the workers", f"{seconds_in_runs(target) / (workers * ended.seconds):.1%}"
        )
    report("efficiency of two workers", f"{each[1] / (2 * each[2]):.2f}")
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    report("driver's memory at its peak", f"{used:.0f} MB")
    began = time.perf_counter()
    load_study(folder / "workers-2").fan()
    report("fan of its first outcome, from opening", f"{time.perf_counter() - began:.2f} s")


def seconds_in_runs(folder: Path) -> float:
    """Return the seconds that the workers of a study spent in its runs."""
    base = sqlite3.connect(folder / FILE)
    total = float(base.execute("SELECT sum(seconds) FROM runs").fetchone()[0])
    base.close()
    return total


def report(what: str, value: str) -> None:
    """Print one line of the table."""
    print(f"{what:58} {value}", flush=True)


def main() -> None:
    """Measure what was asked for."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--cluster", action="store_true")
    reader.add_argument("--study", default="")
    reader.add_argument("--runs", type=int, default=300)
    args = reader.parse_args()
    content = load_content()
    study = content.study("ten-thousand")
    report("processors, load", f"{os.cpu_count()}, {os.getloadavg()[0]:.1f}")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engines: dict[str, Callable[[], Engine]] = {"local pool": lambda: HollowPool(2)}
        if args.cluster:
            import distributed

            cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
            stack.enter_context(cluster)
            engines["dask cluster"] = lambda: HollowCluster(cluster.scheduler_address)
        for name, engine in engines.items():
            for batch in (1, 64):
                wall, cpu = overhead(cut(study, HOLLOW_RUNS), engine, scratch / "hollow", batch)
                report(
                    f"overhead, {name}, batches of up to {batch}", f"{wall:.2f} ms a run ({cpu:.2f} ms of the driver)"
                )
        million(study, scratch / "million")
        if args.study:
            whole(cut(content.study(args.study), args.runs), scratch)


if __name__ == "__main__":
    main()
