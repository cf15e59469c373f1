"""The tables of the file of games, their forms, and how rows are brought from one file into another.

A new form adds one entry to `UPGRADES`. Upgrades only add, so that an older version can go on with the file.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ccepz_sim.game.problems import GameError

APPLICATION = 0x43434550  # "CCEP" in the header of the file
FIRST_FORM = """
CREATE TABLE IF NOT EXISTS games (
    token TEXT PRIMARY KEY, content TEXT NOT NULL, version TEXT NOT NULL, made TEXT NOT NULL,
    seed INTEGER NOT NULL, scenario TEXT NOT NULL, year INTEGER NOT NULL, panels TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE TABLE IF NOT EXISTS log (
    token TEXT NOT NULL REFERENCES games (token), number INTEGER NOT NULL, at TEXT NOT NULL, seat TEXT NOT NULL,
    entry TEXT NOT NULL, PRIMARY KEY (token, number)
) STRICT, WITHOUT ROWID;
"""
# `request` names the message that asked for the entry, `seal` is a check over what it says, `lines` how many entries
# there are at least; older rows have none of them.
UPGRADES = (
    "ALTER TABLE log ADD COLUMN request TEXT NOT NULL DEFAULT ''; ALTER TABLE log ADD COLUMN seal TEXT; "
    "ALTER TABLE games ADD COLUMN lines INTEGER NOT NULL DEFAULT 0;",
)
FORM = len(UPGRADES)
NAMES = ("games", "log")


def prepare(base: sqlite3.Connection, path: Path) -> None:
    """Make the tables, or bring those of an older version to the present form.

    Raises:
        GameError: the file belongs to a newer version or to something else.
        sqlite3.Error: it cannot be written.
    """
    base.execute("BEGIN IMMEDIATE")
    try:
        form = base.execute("PRAGMA user_version").fetchone()[0]
        found = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if found and not found >= set(NAMES):
            raise GameError("disk_foreign", path=path)
        if form > FORM:
            raise GameError("disk_newer", path=path)
        for script in (FIRST_FORM, *UPGRADES)[form + bool(found) :]:
            for statement in script.split(";"):
                base.execute(statement)
        base.execute(f"PRAGMA application_id = {APPLICATION}")
        base.execute(f"PRAGMA user_version = {FORM}")  # written every time: a file that takes no write is found out now
        base.execute("COMMIT")
    except BaseException:
        roll_back(base)
        raise


def roll_back(base: sqlite3.Connection) -> None:
    """Leave a transaction, if there is one still."""
    with contextlib.suppress(sqlite3.Error):
        if base.in_transaction:
            base.execute("ROLLBACK")


def copy(source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    """Bring over all rows of another file that can be read and are not there yet; returns how many are new."""
    before = target.total_changes
    target.execute("BEGIN IMMEDIATE")
    try:
        for table in NAMES:
            known = _columns(target, table)
            columns = [name for name in _columns(source, table) if name in known]
            if not columns:
                continue
            names, marks = ", ".join(columns), ", ".join("?" * len(columns))
            for row in _readable(source, table, names):
                with contextlib.suppress(sqlite3.IntegrityError):  # a damaged row may hold anything
                    target.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)
        target.execute("COMMIT")
    except BaseException:
        roll_back(target)
        raise
    return target.total_changes - before


def seal(token: str, number: int, entry: str) -> str:
    """Return the check over an entry."""
    return hashlib.blake2b(f"{token} {number} {entry}".encode(), digest_size=6).hexdigest()


def _columns(base: sqlite3.Connection, table: str) -> list[str]:
    try:
        return [row[1] for row in base.execute(f"PRAGMA table_info({table})")]
    except sqlite3.Error:
        return []


def _readable(source: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a table, some of them twice: from both ends, as far as a damaged page lets one come."""
    for key in ("token", "rowid") if table == "games" else ("token",):  # by the index, and by what it points to
        for order in ("ASC", "DESC"):
            try:
                yield from source.execute(f"SELECT {columns} FROM {table} ORDER BY {key} {order}")
            except sqlite3.Error:
                continue  # what lies behind the damage is reached from the other end
            return
