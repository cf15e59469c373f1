"""A study on disk: manifest, table of runs, shards of outcomes, records of failures; every file is whole or absent.

Which runs lie in which shard follows from the study alone, and a shard is written when all its runs have ended. So a
finished study is the same bytes, however often it was interrupted and whoever worked on it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ccepz_sim.clock import QUARTERS
from ccepz_sim.output import PROGRAM
from ccepz_sim.schema import Factor, Label, Outcome, Relations, Setting, Study, StudyPolicy
from ccepz_sim.studies import run_ledger
from ccepz_sim.studies.extras import StudyError

if TYPE_CHECKING:
    import pandas as pd

KIND = "study"
MANIFEST, RUNS, FAILURES, SHARDS = "manifest.json", "runs.parquet", "failures.json", "shards"
FIGURES = "figures"
LEDGER_FILES = {run_ledger.FILE + ending for ending in ("", "-wal", "-shm", "-journal")}
OWN = {MANIFEST, RUNS, FAILURES, SHARDS, FIGURES, *LEDGER_FILES}
TEMPORARY = ".part"
ROWS_OF_SHARD = 200_000
MOST_RUNS_OF_SHARD = 500

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
        rows = len(study.outcomes) * study.relations.periods
        self.runs_of_shard = max(1, min(MOST_RUNS_OF_SHARD, ROWS_OF_SHARD // rows))

    def prepare(self, manifest: Mapping[str, Any]) -> bool:
        """Make the folder, or find a study begun earlier; return whether it was there.

        Raises:
            StudyError: the folder holds something else, or the same study of other content or another engine.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise StudyError("out_is_file", folder=self.folder)
        held = sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []
        before = read_manifest(self.folder) if MANIFEST in held else None
        foreign = [name for name in held if name not in OWN and not name.endswith(TEMPORARY)]
        if foreign or (held and before is None and any(name in OWN for name in held)):
            raise StudyError("out_foreign", folder=self.folder, name=(foreign or held)[0])
        if before is not None:
            for part in ("study_hash", "content_hash", "engine_hash"):
                if before[part] != manifest[part]:
                    raise StudyError(f"changed_{part}", folder=self.folder)
        (self.folder / SHARDS).mkdir(parents=True, exist_ok=True)
        for left in (*self.folder.glob(f"*{TEMPORARY}"), *(self.folder / SHARDS).glob(f"*{TEMPORARY}")):
            left.unlink()
        if before is None:
            self.write_json(MANIFEST, {"program": PROGRAM, "kind": KIND, **manifest, "study": asdict(self.study)})
        return before is not None

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
        """Write the outcomes of a shard's runs (float64 of shape (outcomes, periods) each); return size and SHA-256."""
        table = self.table(held)
        target = self.path(shard)
        write_whole(target, lambda path: pq.write_table(table, path, compression="zstd"))
        return target.stat().st_size, digest(target)

    def is_whole(self, shard: int, size: int, sha256: str) -> bool:
        """Whether a shard is what was written."""
        path = self.path(shard)
        return path.is_file() and path.stat().st_size == size and digest(path) == sha256

    def table(self, held: Mapping[int, bytes]) -> pa.Table:
        """Return the tidy table of some runs: run, year, quarter, place, indicator, view, value.

        A yearly value has quarter 0.
        """
        kept, relations = self.study.outcomes, self.study.relations
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
            word([one.place for one in kept]),
            word([one.indicator for one in kept]),
            word([one.view for one in kept]),
            values,
        ]
        return pa.table(columns, schema=COLUMNS)

    def read_shard(self, shard: int) -> dict[int, bytes]:
        """Return the outcomes in a shard by run, as they were given."""
        table = pq.read_table(self.path(shard), columns=["run", "value"])
        runs, values = table["run"].to_numpy(), table["value"].to_numpy()
        rows = len(self.study.outcomes) * self.study.relations.periods
        return {
            int(runs[first]): values[first : first + rows].astype("<f8").tobytes()
            for first in range(0, len(runs), rows)
        }

    def write_runs(self, runs: pd.DataFrame) -> None:
        """Write the table of runs."""
        table = pa.Table.from_pandas(runs, preserve_index=False).replace_schema_metadata(None)
        write_whole(self.folder / RUNS, lambda path: pq.write_table(table, path, compression="zstd"))

    def write_json(self, name: str, value: Any) -> None:
        """Write plain data."""
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        write_whole(self.folder / name, lambda path: path.write_text(text, encoding="utf-8", newline="\n"))


def write_whole(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file under a temporary name, bring it to the disk, then give it its name.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    part = target.with_name(target.name + TEMPORARY)
    try:
        write(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and need not be
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a study's folder.

    Raises:
        StudyError: there is none.
    """
    try:
        held = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        raise StudyError("no_study_here", folder=folder) from None
    if not isinstance(held, dict) or held.get("program") != PROGRAM or held.get("kind") != KIND:
        raise StudyError("no_study_here", folder=folder)
    return held


def study_of(manifest: Mapping[str, Any]) -> Study:
    """Return the study that a manifest holds."""
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
    plain["outcomes"] = tuple(Outcome(**one) for one in plain["outcomes"])
    return Study(**plain)


def is_full(error: OSError) -> bool:
    """Whether the disk is full, or a limit of it reached."""
    words = ("full", "disk I/O", "No space", "too large", "quota")  # of SQLite, and of what knows no number
    return error.errno in (errno.ENOSPC, errno.EFBIG) or any(word in str(error) for word in words)
