"""Works a study through: nothing finished is lost, and the same call goes on where the last one stopped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim import __version__
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.study import Study
from ccepz_sim.output.disk import reason_of, resolved
from ccepz_sim.studies import simulate
from ccepz_sim.studies.design import Plan
from ccepz_sim.studies.dispatch import Done, Work
from ccepz_sim.studies.engines import Cluster, Engine, LocalPool
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.fingerprint import engine_hash, made_with, memory_hash, study_hash
from ccepz_sim.studies.models import check_study, described, model_of, name_of
from ccepz_sim.studies.panels import write_tables
from ccepz_sim.studies.run_ledger import ABORTED, FAILED, PENDING, SUCCEEDED, RunLedger
from ccepz_sim.studies.store import FAILURES, Store, is_full

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

WINDOW = 20.0  # seconds over which the rate is measured


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a study is: runs, how many ended, went wrong and were done earlier; runs a second and seconds left."""

    runs: int
    ended: int
    failed: int
    earlier: int
    repaired: int
    rate: float
    remaining: float


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call of `run_study` ended: runs by status, runs repaired, deaths of workers, seconds, where it lies."""

    counts: Mapping[str, int]
    earlier: int
    repaired: int
    deaths: int
    seconds: float
    folder: Path

    @property
    def finished(self) -> bool:
        """Whether no run is left."""
        return self.counts[PENDING] == 0


def run_study(
    study: Study,
    folder: Path,
    *,
    content: Content | None = None,
    model: type[PilotZone] | str | None = None,
    engine: Engine | None = None,
    workers: int = 2,
    limit: float = 0.0,
    retry: bool = False,
    command: str = "",
    tick: Callable[[Progress], object] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Ended:
    """Run what is left of a study and keep it in a folder.

    Args:
        study: what to run.
        folder: new, empty, or where this study was begun.
        content: content the study was read with; None for the project's own.
        model: a model of one's own, or its name MODULE:CLASS, which workers must be able to import; None for the one
            that the study names, or else the package's.
        engine: where runs are worked through; None for processes of this machine. It is ended here.
        workers: number of processes where no engine is given.
        limit: longest time of a run in seconds, 0 for none; a run that takes longer has failed.
        retry: run also those again that failed or were aborted.
        command: what is noted in the manifest as the way to make this study again.
        tick: told how far it is, after each batch.
        stopped: asked between batches whether to stop; runs under way are then run again another time.

    Raises:
        StudyError: the folder, the disk or a worker is not fit for it; what has ended is kept.
    """
    engine = engine or LocalPool(workers)
    try:
        try:
            folder = resolved(Path(folder))
        except OSError as error:
            raise StudyError("out_unfit", folder=folder, reason=reason_of(error)) from None
        with _disk(folder, engine):
            if model is not None:
                study = replace(study, relations=replace(study.relations, model=name_of(model)))
            return _Driver(study, folder, content or load_content(), limit, command, tick, stopped).run(engine, retry)
    finally:
        engine.stop()


class _Driver:
    """The one process that writes."""

    def __init__(
        self,
        study: Study,
        folder: Path,
        content: Content,
        limit: float,
        command: str,
        tick: Callable[[Progress], object],
        stopped: Callable[[], bool],
    ) -> None:
        from ccepz_sim.quarter.variants import check_channels

        self.model = model_of(study.relations.model)
        check_study(study, self.model)
        check_channels(self.model, content)
        self.folder, self.content, self.limit, self.command = folder, content, limit, command
        self._lay_out(study)
        self.tick = tick
        self.stopped = stopped

    def _lay_out(self, study: Study) -> None:
        self.plan = Plan(study)
        self.store = Store(self.folder, study)
        own, more = self.content.own_folder, self.content.more
        marks = engine_hash(self.model), self.limit, memory_hash(self.model)
        self.order = simulate.Order(study, own, self.content.hash, *marks, more)
        self.manifest = manifest(study, self.content, self.command)

    def run(self, engine: Engine, retry: bool) -> Ended:
        began = time.monotonic()
        self.store.check(self.manifest)
        self.store.refuse_unfit()
        self.store.folder.mkdir(parents=True, exist_ok=True)
        # First the lock: what is cleared away below may be what another driver is just writing.
        study = self.plan.study
        step = study.runs // study.seeds if study.luck == "common" else 0
        self.ledger = RunLedger(self.folder, study.runs, key_of(self.manifest), step)
        try:
            if self.ledger.runs != study.runs:  # there are more seeds already
                self._lay_out(with_seeds(study, self.ledger.runs // step))
            self.store.check(self.manifest)
            self.store.prepare(self.manifest)
            self.repaired = self._repair(retry)
            self._note_session(engine)
            self._work(engine)
            self._finish()
            counts = self.ledger.counts()
            seconds = time.monotonic() - began
            return Ended(counts, self.earlier, self.repaired, self.ledger.deaths(), seconds, self.store.folder)
        finally:
            self.ledger.close()

    def _repair(self, retry: bool) -> int:
        """Run again what a damaged shard held, where asked also what failed; open the shard more seeds belong to."""
        repaired = 0
        waiting = {
            run // self.store.runs_of_shard for run, status in self.ledger.statuses().items() if status == PENDING
        }
        for shard, (size, sha256) in self.ledger.shards().items():
            if not self.store.is_whole(shard, size, sha256):
                repaired += self.ledger.open_shard(shard, *self.store.span(shard), {})
            elif shard in waiting:
                self.ledger.open_shard(shard, *self.store.span(shard), self.store.read_shard(shard))
        if retry:
            wrong = {run for run, *_ in self.ledger.failures()}
            written = self.ledger.shards()
            for shard in sorted({run // self.store.runs_of_shard for run in wrong}):
                held = self.store.read_shard(shard) if shard in written else {}
                self.ledger.open_shard(shard, *self.store.span(shard), held)
        return repaired

    def _note_session(self, engine: Engine) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        kind = f"{type(engine).__name__} {engine.capacity}"
        self.ledger.begin_session((now, self.command, kind, json.dumps(made_with()), self.repaired))

    def _work(self, engine: Engine) -> None:
        statuses = self.ledger.statuses()
        todo = [run for run, status in statuses.items() if status == PENDING]
        self.earlier = len(statuses) - len(todo)
        self.left = [0] * self.store.shard_count
        for run in todo:
            self.left[run // self.store.runs_of_shard] += 1
        written = self.ledger.shards()
        for shard, left in enumerate(self.left):
            if not left and shard not in written:
                self._close_shard(shard)
        meter = _Meter(len(statuses), self.earlier, self.repaired)
        meter.failed = sum(status in (FAILED, ABORTED) for status in statuses.values())
        self.tick(meter.progress())
        call = partial(simulate.run_batch, self.order)
        for batch in Work(engine, call, todo, self.stopped, self.plan.__getitem__):
            self._take_down(batch)
            meter.count(batch)
            self.tick(meter.progress())

    def _take_down(self, batch: Sequence[Done[int]]) -> None:
        rows, held = [], {}
        for done in batch:
            number, result = done.item, done.value
            if done.reason:
                rows.append((number, ABORTED, 0.0, done.deaths, done.reason, ""))
            elif result.error:
                rows.append((number, FAILED, result.seconds, done.deaths, result.error, result.traceback))
            else:
                write_tables(self.store.folder, number, result.tables)  # first: what is noted as done is never missing
                rows.append((number, SUCCEEDED, result.seconds, done.deaths, "", ""))
                held[number] = result.values
        self.ledger.write(rows, held)
        for number, *_ in rows:
            shard = number // self.store.runs_of_shard
            self.left[shard] -= 1
            if not self.left[shard]:
                self._close_shard(shard)

    def _close_shard(self, shard: int) -> None:
        first, last = self.store.span(shard)
        size, sha256 = self.store.write_shard(shard, self.ledger.held(first, last))
        self.ledger.shard_written(shard, size, sha256, first, last)

    def _finish(self) -> None:
        """Write the table of runs and the records of failures; whole after every call, final after the last."""
        statuses = self.ledger.statuses()
        runs = self.plan.table.assign(status=[statuses[run] for run in range(len(self.plan))])
        self.store.write_runs(runs)
        failures = [
            {**describe(self.plan, run), "status": status, "error": error, "traceback": trace}
            for run, status, error, trace in self.ledger.failures()
        ]
        self.store.write_json(FAILURES, failures)


class _Meter:
    """Counts runs and measures the rate over the last seconds."""

    def __init__(self, runs: int, earlier: int, repaired: int) -> None:
        self.runs, self.ended, self.earlier, self.repaired = runs, earlier, earlier, repaired
        self.failed = 0
        self.marks = [(time.monotonic(), earlier)]

    def count(self, batch: Sequence[Done[int]]) -> None:
        self.ended += len(batch)
        self.failed += sum(bool(done.reason or done.value.error) for done in batch)
        now = time.monotonic()
        self.marks = [*(mark for mark in self.marks if mark[0] > now - WINDOW), (now, self.ended)]

    def progress(self) -> Progress:
        (began, before), (now, ended) = self.marks[0], self.marks[-1]
        rate = (ended - before) / (now - began) if now > began else 0.0
        remaining = (self.runs - self.ended) / rate if rate > 0.0 else float("inf")
        return Progress(self.runs, self.ended, self.failed, self.earlier, self.repaired, rate, remaining)


def manifest(study: Study, content: Content, command: str = "") -> dict[str, Any]:
    """Return what makes a study the same study, and by what it is made."""
    model = model_of(study.relations.model)
    own = described(model)
    return {
        "id": study.id,
        "version": __version__,
        "study_hash": study_hash(study),
        "content_hash": content.hash,
        "engine_hash": engine_hash(model),
        **({"model": own} if own else {}),
        "runs": study.runs,
        "command": command,
        "made_with": made_with(),
    }


def with_seeds(study: Study, seeds: int) -> Study:
    """Return a study with another number of seeds."""
    changed = replace(study, seeds=seeds)
    return replace(changed, expected_runs=changed.runs)


def key_of(manifest: Mapping[str, Any]) -> str:
    """Return what tells the runs of a study from all others."""
    return "-".join(manifest[part] for part in ("study_hash", "content_hash", "engine_hash"))


def describe(plan: Plan, number: int) -> dict[str, Any]:
    """Return the settings of a run as plain data."""
    run, study = plan[number], plan.study
    return {
        "run": number,
        "seed": run.seed,
        "policy": study.policies[run.policy].id,
        "scenario": study.scenarios[run.scenario],
        "levers": {decision.lever: decision.value for decision in run.decisions},
        "parameters": dict(run.parameters),
    }


@contextmanager
def _disk(folder: Path, engine: Engine) -> Iterator[None]:
    """Turn what the disk refuses into one sentence."""
    try:
        yield
    except OSError as error:
        # What a cluster says of lost connections are OSErrors too; those of a disk have a number.
        lost = error.errno is None or isinstance(error, ConnectionError | TimeoutError)
        if isinstance(engine, Cluster) and lost:
            raise StudyError("scheduler_lost") from None
        key = "disk_full" if is_full(error) else "disk_failed"
        raise StudyError(key, folder=folder, reason=error.strerror or str(error)) from None
