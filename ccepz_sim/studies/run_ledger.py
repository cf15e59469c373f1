"""The ledger of a study's runs: an SQLite file in WAL mode that only the driver writes.

It holds the status of every run, and the outcomes of those whose shard is not full yet: what is in it survives the
death of the driver and of the machine. Outcomes carry a checksum, and the file says of which study it is.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ccepz_sim.studies.extras import StudyError

PENDING, SUCCEEDED, FAILED, ABORTED = "PENDING", "SUCCEEDED", "FAILED", "ABORTED"
STATUSES = (PENDING, SUCCEEDED, FAILED, ABORTED)
FILE = "ledger.sqlite"
FORM = 2  # of the tables
# What SQLite reports where another driver is at work, and where the disk refuses.
HELD_UP = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
REFUSED = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
# Whatever has no outcomes here runs again.
AGAIN = """UPDATE runs SET status = ?, error = NULL, traceback = NULL
    WHERE status != ? AND run NOT IN (SELECT run FROM outcomes)"""
SOUND = "SELECT min(run), max(run), count(*), sum(status IN (?, ?, ?, ?)) FROM runs"
OTHER_TYPES = (
    """SELECT count(*) FROM runs WHERE typeof(run) != 'integer' OR typeof(status) != 'text'
    OR typeof(deaths) != 'integer' OR typeof(error) NOT IN ('text', 'null')
    OR typeof(traceback) NOT IN ('text', 'null')""",
    """SELECT count(*) FROM outcomes WHERE typeof(run) != 'integer' OR typeof(held) != 'blob'
    OR typeof(checksum) != 'integer'""",
    """SELECT count(*) FROM shards WHERE typeof(shard) != 'integer' OR typeof(bytes) != 'integer'
    OR typeof(sha256) != 'text'""",
)
SUCCESSES = "SELECT count(*) FROM runs WHERE status = ? AND run >= ? AND run < ?"
HELD = "SELECT run, held, checksum FROM outcomes WHERE run >= ? AND run < ? ORDER BY run"
SHARDS_WRITTEN = "SELECT shard, bytes, sha256 FROM shards ORDER BY shard"
TABLES = """
CREATE TABLE runs (run INTEGER PRIMARY KEY, status TEXT NOT NULL, seconds REAL, deaths INTEGER NOT NULL DEFAULT 0,
    error TEXT, traceback TEXT);
CREATE TABLE outcomes (run INTEGER PRIMARY KEY, held BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE study (key TEXT NOT NULL);
CREATE TABLE shards (shard INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE sessions (began TEXT NOT NULL, command TEXT NOT NULL, engine TEXT NOT NULL, made_with TEXT NOT NULL,
    repaired INTEGER NOT NULL);
"""


class RunLedger:
    """The open ledger; one driver at a time."""

    def __init__(self, folder: Path, runs: int, key: str, step: int = 0) -> None:
        """Open the ledger of a folder, or begin it with all runs PENDING.

        Args:
            folder: where it lies.
            runs: number of runs of the study.
            key: what tells the study, its content and its engine from others.
            step: number of runs of one more seed, 0 where no more can be added. A ledger with fewer seeds gets more;
                one with more keeps them, and `runs` says how many runs there are.

        Raises:
            StudyError: another driver has it open, the file is damaged, or it is of something else.
            OSError: the disk refuses.
        """
        self._path = folder / FILE
        with self._told():
            self._base = sqlite3.connect(self._path, timeout=0.0, isolation_level=None)
        try:
            with self._told():
                self._open(runs, key, step)
        except BaseException:
            self._base.close()
            raise

    def _open(self, runs: int, key: str, step: int) -> None:
        # The lock is held until the end and lost with the process; no shared memory, so any file system serves.
        for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
            self._base.execute(f"PRAGMA {setting}").fetchall()
        self._base.execute("BEGIN IMMEDIATE")
        form = self._base.execute("PRAGMA user_version").fetchone()[0]
        if form == 0:
            if self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise StudyError("ledger_foreign", file=self._path)
            for statement in TABLES.split(";"):
                self._base.execute(statement)
            rows = ((run, PENDING) for run in range(runs))
            self._base.executemany("INSERT INTO runs (run, status) VALUES (?, ?)", rows)
            self._base.execute("INSERT INTO study VALUES (?)", (key,))
            self._base.execute(f"PRAGMA user_version = {FORM}")
        elif form != FORM:
            raise StudyError("ledger_foreign", file=self._path)
        self._base.execute("COMMIT")
        if self._base.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise StudyError("ledger_damaged", file=self._path)
        if self._base.execute("SELECT key FROM study").fetchall() != [(key,)]:
            raise StudyError("ledger_foreign", file=self._path)
        sound = self._base.execute(SOUND, STATUSES).fetchone()
        held = sound[2]
        other = sum(self._base.execute(asked).fetchone()[0] for asked in OTHER_TYPES)
        fits = held == runs or (step > 0 and held > 0 and held % step == 0)
        if not fits or sound != (0, held - 1, held, held) or other:
            raise StudyError("ledger_damaged", file=self._path)
        if held < runs:
            with self.transaction() as base:
                rows = ((run, PENDING) for run in range(held, runs))
                base.executemany("INSERT INTO runs (run, status) VALUES (?, ?)", rows)
        self.runs = max(held, runs)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what SQLite found: a driver at work, a full disk (an `OSError` here as everywhere), or damage."""
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # ours
        except UnicodeDecodeError:  # of a message that quotes what is damaged
            raise StudyError("ledger_damaged", file=self._path) from None
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in HELD_UP:
                raise StudyError("busy", folder=self._path.parent) from None
            if code in REFUSED:
                raise OSError(str(error)) from error
            raise StudyError("ledger_damaged", file=self._path) from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing."""
        with self._told():
            try:
                self._base.execute("BEGIN IMMEDIATE")
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    def _all(self, asked: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._told():
            return self._base.execute(asked, values).fetchall()

    def write(self, runs: Iterable[tuple[int, str, float, int, str, str]], outcomes: Mapping[int, bytes]) -> None:
        """Record ended runs (run, status, seconds, deaths, error, traceback) and outcomes where there are some."""
        with self.transaction() as base:
            base.executemany(
                "UPDATE runs SET status = ?, seconds = ?, deaths = ?, error = ?, traceback = ? WHERE run = ?",
                ((*rest, run) for run, *rest in runs),
            )
            base.executemany("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)", _checked(outcomes))

    def begin_session(self, row: tuple[str, str, str, str, int]) -> None:
        """Note who works on the study now: began, command, engine, versions and machine, runs repaired."""
        with self.transaction() as base:
            base.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)

    def statuses(self) -> dict[int, str]:
        """Return the status of every run."""
        return dict(self._all("SELECT run, status FROM runs ORDER BY run"))

    def counts(self) -> dict[str, int]:
        """Return how many runs have each status."""
        found = dict(self._all("SELECT status, count(*) FROM runs GROUP BY status"))
        return {status: found.get(status, 0) for status in STATUSES}

    def failures(self) -> list[tuple[int, str, str, str]]:
        """Return run, status, error and traceback of runs that failed or were aborted."""
        asked = "SELECT run, status, error, traceback FROM runs WHERE status IN (?, ?) ORDER BY run"
        return self._all(asked, (FAILED, ABORTED))

    def deaths(self) -> int:
        """Return how many times a run that ended well or not lost its worker."""
        return int(self._all("SELECT coalesce(sum(deaths), 0) FROM runs")[0][0])

    def held(self, first: int, last: int) -> dict[int, bytes]:
        """Return the outcomes held here of runs first … last - 1.

        Raises:
            StudyError: one is not what was written.
        """
        found = {}
        for run, held, checksum in self._all(HELD, (first, last)):
            if zlib.crc32(held) != checksum:
                raise StudyError("ledger_damaged", file=self._path)
            found[run] = held
        if len(found) != self._all(SUCCESSES, (SUCCEEDED, first, last))[0][0]:
            raise StudyError("ledger_damaged", file=self._path)
        return found

    def shards(self) -> dict[int, tuple[int, str]]:
        """Return size and SHA-256 of the shards that were written."""
        return _shards(self._all(SHARDS_WRITTEN))

    def shard_written(self, shard: int, size: int, digest: str, first: int, last: int) -> None:
        """Note a shard that lies safe on disk; the ledger lets go of its outcomes."""
        with self.transaction() as base:
            base.execute("INSERT OR REPLACE INTO shards VALUES (?, ?, ?)", (shard, size, digest))
            base.execute("DELETE FROM outcomes WHERE run >= ? AND run < ?", (first, last))

    def open_shard(self, shard: int, first: int, last: int, held: Mapping[int, bytes]) -> int:
        """Forget a shard and hold the outcomes that are known; its other runs become PENDING; return how many."""
        with self.transaction() as base:
            base.execute("DELETE FROM shards WHERE shard = ?", (shard,))
            base.executemany("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)", _checked(held))
            return base.execute(AGAIN + " AND run >= ? AND run < ?", (PENDING, PENDING, first, last)).rowcount

    def close(self) -> None:
        """Fold the log into the file and close."""
        self._base.close()


def written_shards(folder: Path) -> dict[int, tuple[int, str]] | None:
    """Return size and SHA-256 of the shards that were written; None where there is no ledger that can be read now."""
    path = (folder / FILE).resolve()
    if not path.is_file():
        return None
    # Where nothing waits in a log, the file is all there is, also on a disk that takes nothing.
    only = "" if path.with_name(path.name + "-wal").exists() else "&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro{only}", uri=True, timeout=0.0)) as base:
            if base.execute(OTHER_TYPES[-1]).fetchone()[0]:
                return None
            return _shards(base.execute(SHARDS_WRITTEN).fetchall())
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def _shards(rows: Iterable[tuple[Any, ...]]) -> dict[int, tuple[int, str]]:
    return {shard: (size, digest) for shard, size, digest in rows}


def _checked(outcomes: Mapping[int, bytes]) -> Iterator[tuple[int, bytes, int]]:
    for run, held in outcomes.items():
        yield run, held, zlib.crc32(held)
