"""Runs of a study inside a worker: from a `Run` to its outcomes, or to the record of why there are none."""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading.files import More
from ccepz_sim.content.schema.study import Study
from ccepz_sim.state.decisions import Decision
from ccepz_sim.studies.design import Run
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.fingerprint import engine_hash, memory_hash
from ccepz_sim.studies.models import model_of
from ccepz_sim.studies.panels import Tables, tables_of
from ccepz_sim.studies.stops import is_over, quarters_of

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

HARD = 3.0  # a run that hears no deadline for this many times its limit takes its worker down
HARD_LEAST = 30.0  # a busy machine may take long to load a worker
TIMED_OUT = 75  # exit code of such a worker (EX_TEMPFAIL)


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker needs to know once: the study, where its content lies (None: the package's own), and hashes.

    `limit` is the longest a run may take in seconds, 0 for no limit; `memory_hash` describes phases and rules as the
    driver has them; `more` are the files of content beside those of the folder.
    """

    study: Study
    folder: Path | None
    content_hash: str
    engine_hash: str
    limit: float = 0.0
    memory_hash: str = ""
    more: More = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What is kept of a run as the bytes of a float64 array (series, periods), or an error and its traceback.

    `tables` are those that observers of a model of one's own made.
    """

    values: bytes
    error: str
    traceback: str
    seconds: float
    tables: Tables = ()


class RunTooLongError(Exception):
    """A run took longer than it may."""


def run_batch(order: Order, runs: Sequence[Run]) -> list[Result]:
    """Run some runs one after the other; one that fails does not touch the others.

    Raises:
        StudyError: this worker has other content, another engine or other rules than the driver.
    """
    _check_engine(order.study.relations.model, order.engine_hash, order.memory_hash)
    content = _content(order.folder, order.content_hash, order.more)
    return [_run(order, content, run) for run in runs]


def outcomes(study: Study, content: Content, run: Run, limit: float = 0.0) -> np.ndarray:
    """Run one run and return what the study keeps of it, shape (series, periods); a year is its quarters' mean.

    After the end of a run that stopped early they are no numbers.
    """
    return played(study, content, run, limit)[0]


def played(study: Study, content: Content, run: Run, limit: float = 0.0) -> tuple[np.ndarray, Tables]:
    """Run one run and return its outcomes, and the tables of observers that belong to its model."""
    policy, relations = study.policies[run.policy], study.relations
    settings = tuple(Decision(entry.lever, entry.value, entry.from_) for entry in policy.set)
    zone = model_of(relations.model)(
        package=policy.packages,
        scenario=study.scenarios[run.scenario],
        seed=run.seed,
        scale=relations.scale or None,
        start=relations.from_,
        decisions=settings + run.decisions,
        content=_with_parameters(content, run.parameters),
        observers=(_deadline(limit),) if limit else (),
        without=relations.without,
        frozen=relations.frozen,
    )
    lived = _live(study, zone)
    first, last = zone.first_quarter, zone.quarter
    seen = np.array([zone.recorder.series(*one)[first:last] for one in study.series])
    kept = np.full((len(seen), relations.periods), np.nan)
    kept[:, :lived] = seen.reshape(len(seen), lived, -1).mean(axis=2) if relations.every == "year" else seen
    return kept, tables_of(zone.observers)


def _live(study: Study, zone: PilotZone) -> int:
    """Run a zone through the periods of a study, or until it stops; return how many periods it lived through."""
    for period in range(study.relations.periods):
        for _ in range(quarters_of(study)):
            zone.step()
        if is_over(study, zone):
            return period + 1
    return study.relations.periods


def _run(order: Order, content: Content, run: Run) -> Result:
    began = time.perf_counter()
    alarm = _alarm(order.limit)
    try:
        values, tables = played(order.study, content, run, order.limit)
        return Result(values.astype("<f8").tobytes(), "", "", time.perf_counter() - began, tables)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        return Result(b"", told, traceback.format_exc(), time.perf_counter() - began)
    finally:
        if alarm is not None:
            alarm.cancel()


def _deadline(limit: float) -> _Deadline:
    return _Deadline(time.monotonic() + limit, limit)


@dataclass(frozen=True, slots=True)
class _Deadline:
    """An observer that stops a run at the end of a quarter."""

    end: float
    limit: float

    def __call__(self, _zone: PilotZone) -> None:
        if time.monotonic() > self.end:
            raise RunTooLongError(f"longer than {self.limit:g} s")


def _alarm(limit: float) -> threading.Timer | None:
    """Take the process down where a single quarter never ends; the driver then sets the run aside."""
    if not limit:
        return None
    alarm = threading.Timer(max(HARD_LEAST, HARD * limit), os._exit, (TIMED_OUT,))
    alarm.daemon = True
    alarm.start()
    return alarm


@lru_cache(maxsize=2)
def _check_engine(name: str, engine: str, memory: str) -> None:
    """Refuse to work with other rules than the driver has.

    Raises:
        StudyError: they are others, in the files or in memory.
    """
    model = model_of(name)
    mine = memory_hash(model)
    same_python = memory.partition(" ")[0] == mine.partition(" ")[0]
    if same_python and memory != mine:
        raise StudyError("other_rules", name=model.__name__)
    if engine_hash(model) != engine:
        raise StudyError("other_engine")


@lru_cache(maxsize=2)
def _content(folder: Path | None, content_hash: str, more: More) -> Content:
    """Give the content a study was planned with; on another machine it may be another, which must not run."""
    content = load_content(folder)
    content = content.with_files(dict(more)) if more else content
    if content.hash != content_hash:
        raise StudyError("other_content")
    return content


@lru_cache(maxsize=4)
def _with_parameters(content: Content, parameters: tuple[tuple[str, float], ...]) -> Content:
    """Runs of one world follow each other: they share its content, and so its history."""
    return content.with_parameters(dict(parameters))
