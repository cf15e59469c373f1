"""A study on disk: manifest, table of runs, shards of outcomes, records of failures; every file is whole or absent.

Which runs lie in which shard follows from the study alone, and a shard is written when all its runs have ended. So a
finished study is the same bytes, however often it was interrupted and whoever worked on it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ccepz_sim.content.schema.lever import Setting
from ccepz_sim.content.schema.study import Factor, Measure, Outcome, Relations, Study, StudyPolicy
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.output.disk import (
    PROGRAM,
    SCRATCH,
    absent,
    bytes_in,
    free_at,
    megabytes,
    reason_of,
    remove_empty,
    try_folder,
)
from ccepz_sim.output.whole_files import TEMPORARY, write_text, write_whole
from ccepz_sim.studies import panels, run_ledger
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.text.label import Label

if TYPE_CHECKING:
    import pandas as pd

KIND = "study"
MANIFEST, RUNS, FAILURES, SHARDS = "manifest.json", "runs.parquet", "failures.json", "shards"
FIGURES = "figures"
LEDGER_FILES = {run_ledger.FILE + ending for ending in ("", "-wal", "-shm", "-journal")}
WRITTEN = {MANIFEST, RUNS, FAILURES}
OWN = {*WRITTEN, *(name + TEMPORARY for name in WRITTEN), SHARDS, FIGURES, panels.FOLDER, *LEDGER_FILES}
BYTES_A_VALUE = 4.0  # of zstd Parquet, measured on whole studies
BYTES_A_RUN = 200  # in the ledger
FLOAT = 8  # bytes
ROWS_OF_SHARD = 200_000
MOST_RUNS_OF_SHARD = 500
TRIES = 3  # of a folder in which other drivers begin at the same moment

_WORD = pa.dictionary(pa.int16(), pa.string())
COLUMNS = pa.schema(
    [
        ("run", pa.int32()),
        ("year", pa.int16()),
        ("quarter", pa.int8()),
        ("place", _WORD),
        ("indicator", _WORD),
        ("view", _WORD),
        ("value", pa.float64()),
    ]
)


class Store:
    """The folder of one study."""

    def __init__(self, folder: Path, study: Study) -> None:
        """Name the folder; nothing is touched."""
        self.folder = folder
        self.study = study
        rows = len(study.series) * study.relations.periods
        self.runs_of_shard = max(1, min(MOST_RUNS_OF_SHARD, ROWS_OF_SHARD // rows))

    def check(self, manifest: Mapping[str, Any]) -> None:
        """Refuse a folder that is not for this study; nothing is touched.

        Raises:
            StudyError: the folder holds something else, or the same study of other content or another engine.
        """
        try:
            if self.folder.exists() and not self.folder.is_dir():
                raise StudyError("out_is_file", folder=self.folder)
            held = sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []
        except (OSError, ValueError) as error:
            raise StudyError("out_unfit", folder=self.folder, reason=reason_of(error)) from None
        foreign = [name for name in held if name not in OWN and not name.startswith(SCRATCH)]
        before = _manifest(self.folder)
        if before is None and run_ledger.FILE not in held:
            # Without both nothing says whose the rest is.
            foreign += [name for name in held if name in (RUNS, FAILURES, SHARDS, FIGURES, panels.FOLDER, MANIFEST)]
        if foreign:
            raise StudyError("out_foreign", folder=self.folder, name=foreign[0])
        for part in ("study_hash", "content_hash", "engine_hash"):
            if before is not None and before.get(part) != manifest[part]:
                raise StudyError(f"changed_{part}", folder=self.folder)

    def refuse_unfit(self) -> None:
        """Refuse a folder that takes nothing, or has no room for what is left of the study; it is tried.

        Raises:
            StudyError: it cannot be written, or is too full.
        """
        missing = absent(self.folder)
        try:
            # It stays when all is well: another driver may have begun in it meanwhile.
            self.folder.mkdir(parents=True, exist_ok=True)
            need = max(0, self.size - bytes_in(self.folder))
            self._try(need)
            free = free_at(self.folder)
        except (OSError, ValueError) as error:
            remove_empty(missing)
            raise StudyError("out_unfit", folder=self.folder, reason=reason_of(error)) from None
        if free < need:
            remove_empty(missing)
            raise StudyError("no_room", folder=self.folder, free=megabytes(free), need=megabytes(need))

    def _try(self, need: int) -> None:
        """Try the folder; another driver that has just begun clears away what it finds there, also our try."""
        for _ in range(TRIES - 1):
            with contextlib.suppress(FileNotFoundError):
                return try_folder(self.folder, need)
        return try_folder(self.folder, need)

    def prepare(self, manifest: Mapping[str, Any]) -> None:
        """Make the folder ready for the driver that holds its ledger: no leftovers, and a manifest."""
        (self.folder / SHARDS).mkdir(parents=True, exist_ok=True)
        names = [self.folder / (name + TEMPORARY) for name in WRITTEN]
        for left in (*names, *(self.folder / SHARDS).glob(f"*{TEMPORARY}")):
            left.unlink(missing_ok=True)
        for left in self.folder.glob(f"{SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)
        before = _manifest(self.folder) or {}
        # Who began it stays; words, outcomes and the number of seeds may be others now.
        kept: dict[str, Any] = {name: before[name] for name in ("version", "command", "made_with") if name in before}
        new: dict[str, Any] = {"program": PROGRAM, "kind": KIND, **manifest, **kept, "study": asdict(self.study)}
        if before.get("runs") != new.get("runs"):
            (self.folder / RUNS).unlink(missing_ok=True)
        if before != json.loads(json.dumps(new)):
            self.write_json(MANIFEST, new)

    @property
    def size(self) -> int:
        """Return about how many bytes the study takes at most while it is worked on."""
        values = len(self.study.series) * self.study.relations.periods
        waiting = 4 * self.runs_of_shard * values * FLOAT  # in ledger and log, of two shards that are not full
        return round(self.study.runs * (values * BYTES_A_VALUE + BYTES_A_RUN)) + waiting

    @property
    def shard_count(self) -> int:
        """Return the number of shards of the finished study."""
        return -(-self.study.runs // self.runs_of_shard)

    def span(self, shard: int) -> tuple[int, int]:
        """Return the first run of a shard and the first after it."""
        first = shard * self.runs_of_shard
        return first, min(first + self.runs_of_shard, self.study.runs)

    def path(self, shard: int) -> Path:
        """Return where a shard lies."""
        return self.folder / SHARDS / f"{shard:05}.parquet"

    def write_shard(self, shard: int, held: Mapping[int, bytes]) -> tuple[int, str]:
        """Write the outcomes of a shard's runs (float64 of shape (series, periods) each); return size and SHA-256."""
        table = self.table(held)
        target = self.path(shard)
        write_whole(target, partial(_write_table, table))
        return target.stat().st_size, digest(target)

    def is_whole(self, shard: int, size: int, sha256: str) -> bool:
        """Whether a shard is what was written."""
        path = self.path(shard)
        return path.is_file() and path.stat().st_size == size and digest(path) == sha256

    def table(self, held: Mapping[int, bytes]) -> pa.Table:
        """Return the tidy table of some runs: run, year, quarter, place, indicator, view, value.

        A yearly value has quarter 0; after the end of a run that stopped early values are no numbers.
        """
        kept, relations = self.study.series, self.study.relations
        count, periods = len(held), relations.periods
        each = QUARTERS if relations.every == "quarter" else 1
        period = np.arange(periods)
        year = (relations.from_ + period // each).astype(np.int16)
        quarter = (period % each + 1 if each == QUARTERS else np.zeros(periods)).astype(np.int8)
        values = np.frombuffer(b"".join(held.values()), dtype="<f8").astype(np.float64)

        def word(texts: list[str]) -> pa.Array:
            known = list(dict.fromkeys(texts))
            codes = np.array([known.index(text) for text in texts], dtype=np.int16)
            return pa.DictionaryArray.from_arrays(np.tile(np.repeat(codes, periods), count), pa.array(known))

        columns = [
            np.repeat(np.fromiter(held, dtype=np.int32, count=count), len(kept) * periods),
            np.tile(year, count * len(kept)),
            np.tile(quarter, count * len(kept)),
            word([place for _, place, _ in kept]),
            word([indicator for indicator, _, _ in kept]),
            word([view for _, _, view in kept]),
            values,
        ]
        return pa.table(columns, schema=COLUMNS)

    def read_shard(self, shard: int) -> dict[int, bytes]:
        """Return the outcomes in a shard by run, as they were given."""
        with self.path(shard).open("rb") as file:
            table = pq.read_table(file, columns=["run", "value"])
        runs, values = table["run"].to_numpy(), table["value"].to_numpy()
        rows = len(self.study.series) * self.study.relations.periods
        return {
            int(runs[first]): values[first : first + rows].astype("<f8").tobytes()
            for first in range(0, len(runs), rows)
        }

    def write_runs(self, runs: pd.DataFrame) -> None:
        """Write the table of runs."""
        table = pa.Table.from_pandas(runs, preserve_index=False).replace_schema_metadata(None)
        write_whole(self.folder / RUNS, partial(_write_table, table))

    def write_json(self, name: str, value: Any) -> None:
        """Write plain data."""
        write_text(self.folder / name, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def _write_table(table: pa.Table, path: Path) -> None:
    with path.open("wb") as file:  # Arrow takes a name with a colon for an address
        pq.write_table(table, file, compression="zstd")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a study's folder.

    Raises:
        StudyError: there is none.
    """
    held = _manifest(folder)
    if held is None:
        raise StudyError("no_study_here", folder=folder)
    return held


def _manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a study's folder, None where there is none that can be read."""
    try:
        held = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(held, dict) and held.get("program") == PROGRAM and held.get("kind") == KIND
    return held if ours else None


def study_of(manifest: Mapping[str, Any], folder: Path) -> Study:
    """Return the study that a manifest holds.

    Raises:
        StudyError: another version wrote it, with other words.
    """
    try:
        return _study_of(manifest)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise StudyError("manifest_other", folder=folder) from None


def _study_of(manifest: Mapping[str, Any]) -> Study:
    plain = dict(manifest["study"])
    plain["label"], plain["question"] = Label(**plain["label"]), Label(**plain["question"])
    plain["relations"] = Relations(**{**plain["relations"], "without": tuple(plain["relations"]["without"])})
    plain["policies"] = tuple(
        StudyPolicy(
            one["id"],
            Label(**one["label"]),
            tuple(one["packages"]),
            tuple(Setting(**entry) for entry in one["set"]),
        )
        for one in plain["policies"]
    )
    for part in ("levers", "uncertainties"):
        plain[part] = tuple(
            Factor(**{**one, "bounds": tuple(one["bounds"]), "values": tuple(one["values"])}) for one in plain[part]
        )
    plain["scenarios"] = tuple(plain["scenarios"])
    for part in ("outcomes", "stops"):
        listed = plain.get(part, ())
        plain[part] = tuple(Outcome(**{**one, "measure": Measure(**one["measure"])}) for one in listed)
    return Study(**plain)


def is_full(error: OSError) -> bool:
    """Whether the disk is full, or a limit of it reached."""
    words = ("full", "disk I/O", "No space", "too large", "quota")  # of SQLite, and of what knows no number
    return error.errno in (errno.ENOSPC, errno.EFBIG) or any(word in str(error) for word in words)
