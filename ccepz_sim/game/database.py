"""Games on disk: one SQLite file, append-only logs; a game that was begun outlives the server."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ccepz_sim import __version__
from ccepz_sim.content import Content
from ccepz_sim.game.game_file import entry_text
from ccepz_sim.game.log import Entry
from ccepz_sim.game.world import World

VARIABLE = "CCEPZ_GAMES"
MEMORY = ":memory:"
FILE = "games.sqlite"
TABLES = """
CREATE TABLE IF NOT EXISTS games (
    token TEXT PRIMARY KEY, content TEXT NOT NULL, version TEXT NOT NULL, made TEXT NOT NULL,
    seed INTEGER NOT NULL, scenario TEXT NOT NULL, year INTEGER NOT NULL, panels TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE TABLE IF NOT EXISTS log (
    token TEXT NOT NULL REFERENCES games (token), number INTEGER NOT NULL, at TEXT NOT NULL, seat TEXT NOT NULL,
    entry TEXT NOT NULL, PRIMARY KEY (token, number)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A kept game as it was written: entries are plain values."""

    content: str
    version: str
    world: World
    year: int
    panels: tuple[str, ...]
    log: tuple[dict[str, Any], ...]


class GameDatabase:
    """All kept games of one file; safe for use from several threads."""

    def __init__(self, path: Path | str = MEMORY) -> None:
        """Open or make the file.

        Raises:
            OSError, sqlite3.Error: it cannot be opened.
        """
        if path != MEMORY:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.executescript(TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()

    def read(self, token: str) -> Row | None:
        """Return a kept game, or None."""
        with self._lock:
            found = self._base.execute(
                "SELECT content, version, seed, scenario, year, panels FROM games WHERE token = ?", (token,)
            ).fetchone()
            if found is None:
                return None
            entries = self._base.execute("SELECT entry FROM log WHERE token = ? ORDER BY number", (token,)).fetchall()
        content, version, seed, scenario, year, panels = found
        log = tuple(json.loads(entry) for (entry,) in entries)
        return Row(content, version, World(seed, scenario), year, tuple(json.loads(panels)), log)

    def journal(self, token: str, content: Content) -> DatabaseJournal:
        """Return the pen that writes one game."""
        return DatabaseJournal(self, token, content.hash)

    def write(self, statement: str, values: tuple[object, ...]) -> None:
        """Write at once; what is lost with the power is at most the last moment."""
        with self._lock:
            self._base.execute(statement, values)


class DatabaseJournal:
    """Writes one game; a game nobody touched leaves no row."""

    def __init__(self, database: GameDatabase, token: str, content_hash: str) -> None:
        """Write to a database under a token."""
        self._database, self._token, self._hash = database, token, content_hash

    def entry(self, number: int, entry: Entry, by: str) -> None:
        """Keep one entry with its date and seat; entries are never changed."""
        text = json.dumps(entry_text(entry), ensure_ascii=False)
        statement = "INSERT INTO log (token, number, at, seat, entry) VALUES (?, ?, ?, ?, ?)"
        self._database.write(statement, (self._token, number, _now(), by, text))

    def view(self, world: World, year: int) -> None:
        """Keep the world and the year on the table."""
        self._database.write(
            "INSERT INTO games (token, content, version, made, seed, scenario, year) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (token) DO UPDATE SET seed = excluded.seed, scenario = excluded.scenario, "
            "year = excluded.year",
            (self._token, self._hash, __version__, _now(), world.seed, world.scenario, year),
        )

    def panels(self, chosen: tuple[str, ...]) -> None:
        """Keep the charts a player chose."""
        self._database.write("UPDATE games SET panels = ? WHERE token = ?", (json.dumps(chosen), self._token))


def usual_path() -> Path | str:
    """Return where games are kept: the file that CCEPZ_GAMES names, else the user's folder for such data."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "ccepz-sim" / FILE


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
