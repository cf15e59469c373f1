"""The ledger of a study's runs: an SQLite file in WAL mode that only the driver writes.

It holds the status of every run, and the outcomes of those whose shard is not full yet: what is in it survives the
death of the driver and of the machine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ccepz_sim.studies.extras import StudyError

PENDING, SUCCEEDED, FAILED, ABORTED = "PENDING", "SUCCEEDED", "FAILED", "ABORTED"
STATUSES = (PENDING, SUCCEEDED, FAILED, ABORTED)
FILE = "ledger.sqlite"
FORM = 1  # of the tables
# Whatever has no outcomes here runs again.
AGAIN = """UPDATE runs SET status = ?, error = NULL, traceback = NULL
    WHERE status != ? AND run NOT IN (SELECT run FROM outcomes)"""
TABLES = """
CREATE TABLE runs (run INTEGER PRIMARY KEY, status TEXT NOT NULL, seconds REAL, deaths INTEGER NOT NULL DEFAULT 0,
    error TEXT, traceback TEXT);
CREATE TABLE outcomes (run INTEGER PRIMARY KEY, held BLOB NOT NULL);
CREATE TABLE shards (shard INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE sessions (began TEXT NOT NULL, command TEXT NOT NULL, engine TEXT NOT NULL, made_with TEXT NOT NULL,
    repaired INTEGER NOT NULL);
"""


class RunLedger:
    """The open ledger; one driver at a time."""

    def __init__(self, folder: Path, runs: int) -> None:
        """Open the ledger of a folder, or begin it with all runs PENDING.

        Raises:
            StudyError: another driver has it open, or the file is damaged.
        """
        path = folder / FILE
        try:
            self._base = sqlite3.connect(path, timeout=0.0, isolation_level=None)
        except sqlite3.Error:
            raise StudyError("ledger_damaged", file=path) from None
        try:
            # The lock is held until the end and lost with the process; no shared memory, so any file system serves.
            for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
                self._base.execute(f"PRAGMA {setting}").fetchall()
            self._base.execute("BEGIN IMMEDIATE")
            form = self._base.execute("PRAGMA user_version").fetchone()[0]
            if form == 0:
                for statement in TABLES.split(";"):
                    self._base.execute(statement)
                rows = ((run, PENDING) for run in range(runs))
                self._base.executemany("INSERT INTO runs (run, status) VALUES (?, ?)", rows)
                self._base.execute(f"PRAGMA user_version = {FORM}")
            self._base.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._base.close()
            if "locked" in str(error) or "busy" in str(error):
                raise StudyError("busy", folder=folder) from None
            if "full" in str(error) or "disk I/O" in str(error):
                raise OSError(str(error)) from error
            raise StudyError("ledger_damaged", file=path) from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; a full disk is an `OSError` here as everywhere."""
        try:
            self._base.execute("BEGIN IMMEDIATE")
            yield self._base
            self._base.execute("COMMIT")
        except BaseException as error:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise OSError(str(error)) from error
            raise

    def write(self, runs: Iterable[tuple[int, str, float, int, str, str]], outcomes: Mapping[int, bytes]) -> None:
        """Take down ended runs (run, status, seconds, deaths, error, traceback) and outcomes where there are some."""
        with self.transaction() as base:
            base.executemany(
                "UPDATE runs SET status = ?, seconds = ?, deaths = ?, error = ?, traceback = ? WHERE run = ?",
                ((*rest, run) for run, *rest in runs),
            )
            base.executemany("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", outcomes.items())

    def begin_session(self, row: tuple[str, str, str, str, int]) -> None:
        """Note who works on the study now: began, command, engine, versions and machine, runs repaired."""
        with self.transaction() as base:
            base.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)

    def statuses(self) -> dict[int, str]:
        """Return the status of every run."""
        return dict(self._base.execute("SELECT run, status FROM runs ORDER BY run"))

    def counts(self) -> dict[str, int]:
        """Return how many runs have each status."""
        found = dict(self._base.execute("SELECT status, count(*) FROM runs GROUP BY status"))
        return {status: found.get(status, 0) for status in STATUSES}

    def failures(self) -> list[tuple[int, str, str, str]]:
        """Return run, status, error and traceback of runs that failed or were aborted."""
        asked = "SELECT run, status, error, traceback FROM runs WHERE status IN (?, ?) ORDER BY run"
        return list(self._base.execute(asked, (FAILED, ABORTED)))

    def deaths(self) -> int:
        """Return how many times a run that ended well or not lost its worker."""
        return int(self._base.execute("SELECT coalesce(sum(deaths), 0) FROM runs").fetchone()[0])

    def held(self, first: int, last: int) -> dict[int, bytes]:
        """Return the outcomes held here of runs first … last - 1."""
        asked = "SELECT run, held FROM outcomes WHERE run >= ? AND run < ? ORDER BY run"
        return dict(self._base.execute(asked, (first, last)))

    def shards(self) -> dict[int, tuple[int, str]]:
        """Return size and SHA-256 of the shards that were written."""
        return {shard: (size, digest) for shard, size, digest in self._base.execute("SELECT * FROM shards")}

    def shard_written(self, shard: int, size: int, digest: str, first: int, last: int) -> None:
        """Note a shard that lies safe on disk; the ledger lets go of its outcomes."""
        with self.transaction() as base:
            base.execute("INSERT OR REPLACE INTO shards VALUES (?, ?, ?)", (shard, size, digest))
            base.execute("DELETE FROM outcomes WHERE run >= ? AND run < ?", (first, last))

    def open_shard(self, shard: int, first: int, last: int, held: Mapping[int, bytes]) -> int:
        """Forget a shard and hold the outcomes that are known; its other runs become PENDING; return how many."""
        with self.transaction() as base:
            base.execute("DELETE FROM shards WHERE shard = ?", (shard,))
            base.executemany("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", held.items())
            return base.execute(AGAIN + " AND run >= ? AND run < ?", (PENDING, PENDING, first, last)).rowcount

    def close(self) -> None:
        """Fold the log into the file and close."""
        self._base.close()
