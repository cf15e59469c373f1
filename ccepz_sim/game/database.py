"""Games on disk: one SQLite file, append-only logs; a game that was begun outlives the server.

A save is one transaction, and it has reached the disk when `save` returns: neither a killed server nor a power cut
takes it back (as far as the disk keeps its word). Whatever keeps the file from being read or written is a `fault`, a
sentence; it is tried again by `check`. A file that was removed or replaced while the server runs is written anew from
what is still open, a damaged one is set aside and its readable games are brought over; several servers may share one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from ccepz_sim import __version__
from ccepz_sim.game import tables
from ccepz_sim.game.faults import fault_of, is_damage
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.world import World

VARIABLE = "CCEPZ_GAMES"
MEMORY = ":memory:"
FILE = "games.sqlite"
BUSY_SECONDS = 1.0  # how long a page may wait for another program to let go of the file
WAL_TRIES = 20  # of the switch to a write-ahead log, which SQLite does not wait for
logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Head:
    """What of a game is not in its log."""

    world: World
    year: int
    panels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a log: when, by which seat, for which request of a page, and the entry as text."""

    at: str
    seat: str
    request: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A kept game as it was written; `whole` says whether there are lines that cannot be trusted behind these."""

    content: str
    version: str
    head: Head
    lines: tuple[Line, ...]
    whole: bool


class Saved(NamedTuple):
    """How many lines of a game the file holds, whether it was saved, and else what another server wrote."""

    lines: int
    done: bool
    others: tuple[Line, ...] = ()


class GameDatabase:
    """All kept games of one file; safe for use from several threads."""

    def __init__(self, path: Path | str = MEMORY) -> None:
        """Open or make the file; where that fails, `fault` says why."""
        self.on_disk = str(path) != MEMORY
        self.path = Path(path).absolute() if self.on_disk else Path(MEMORY)
        self.fault: GameError | None = None
        self._lock = threading.RLock()
        self._base: sqlite3.Connection | None = None
        self._files: dict[Path, tuple[int, int]] = {}
        self._openings = self._seen = 0
        self._spare: sqlite3.Connection | None = None  # in memory: what a file held that is gone
        self._looking: sqlite3.Connection | None = None  # for reading alone
        with contextlib.suppress(GameError):
            self._do(lambda _: None)
        self._seen = self._openings

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            for base in (self._base, self._spare, self._looking):
                if base is not None:
                    base.close()
            self._base = self._spare = self._looking = None

    def read(self, token: str) -> Row | None:
        """Return a kept game, or None.

        Raises:
            GameError: the file cannot be read.
        """
        with self._lock:
            return self._do(lambda base: _read(base, token), writing=False)

    def save(self, token: str, content: str, head: Head, start: int, new: Sequence[Line]) -> Saved:
        """Write the head of a game and its lines from `start` on.

        Nothing is written where the file holds other lines from there on, or fewer before: the answer says so.
        While the file cannot be written, only `check` tries: no page waits for what has just failed.

        Raises:
            GameError: the file cannot be written.
        """
        with self._lock:
            if self.fault is not None:
                raise self.fault
            return self._do(lambda base: _save(base, token, content, head, start, new))

    def check(self) -> bool:
        """Look whether the file is there and can be written; returns whether it is another one than the last time."""
        with self._lock:
            with contextlib.suppress(GameError):
                self._do(_probe if self.fault is not None else lambda _: None)
            before, self._seen = self._seen, self._openings
            return before != self._openings

    def _do(self, act: Callable[[sqlite3.Connection], Answer], writing: bool = True) -> Answer:
        """Do something with the file; a damaged one is set aside, and the rest is tried again."""
        try:
            try:
                answer = act(self._opened(writing))
            except sqlite3.DatabaseError as error:
                if not (self.on_disk and is_damage(error) and self._is_ours()):
                    raise
                self._set_aside()
                answer = act(self._opened(writing))
        except (OSError, sqlite3.Error, GameError) as error:
            fault = fault_of(error, self.path)
            news = self.fault is None or self.fault.key != fault.key
            if news and (writing or self._base is None):
                logger.warning("%s: %s (%s)", self.path, fault, error)
                self.fault = fault
            raise fault from error
        if writing and self.fault is not None:
            logger.warning("the file of games can be written again: %s", self.path)
            self.fault = None
        return answer

    def _opened(self, writing: bool) -> sqlite3.Connection:
        try:
            if self._base is not None and self._is_moved():
                self._let_go()
            if self._base is None:
                self._open_again()
        except (OSError, sqlite3.Error, GameError):
            other = None if writing else self._base or self._spare or self._look()
            if other is None:
                raise
            return other
        assert self._base is not None
        return self._base

    def _let_go(self) -> None:
        """Give up a connection whose files are gone, once what it still shows of them is safe."""
        old, strange = self._base, [name for name, known in self._files.items() if self._identity(name) != known]
        assert old is not None
        if self.path in strange:
            spare = sqlite3.connect(MEMORY, check_same_thread=False, isolation_level=None)
            tables.prepare(spare, self.path)
            tables.copy(old, spare)
            self._spare = spare
        else:  # only the write-ahead log is gone: what it held goes into the file before anybody else looks at it
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        keep_log = getattr(sqlite3, "SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE", None)  # from Python 3.12 on
        if keep_log is not None and self._beside("-wal") in strange:
            old.setconfig(keep_log, True)  # type: ignore[attr-defined] # else it removes the log of the new file
        old.close()
        for name, known in self._files.items():
            if self._identity(name) == known and name != self.path:
                name.unlink()  # it would be taken for that of the new file
        self._base, self._files = None, {}

    def _open_again(self) -> None:
        base = self._connect()
        try:
            if self._spare is not None:
                count = tables.copy(self._spare, base)
                logger.warning("%s was removed or replaced: %s rows were written again", self.path, count)
                self._spare.close()
                self._spare = None
        except BaseException:
            base.close()
            raise
        self._put(base)

    def _connect(self) -> sqlite3.Connection:
        if self.on_disk:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(
            self.path if self.on_disk else MEMORY, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None
        )
        try:
            base.text_factory = _text
            base.execute("PRAGMA synchronous = FULL")  # a decision is on the disk before it is acknowledged
            tables.prepare(base, self.path)
            _use_wal(base)
            finding = base.execute("PRAGMA quick_check(1)").fetchone()[0]
            if finding != "ok":
                damage = sqlite3.DatabaseError(finding)
                damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise damage
        except BaseException:
            base.close()
            raise
        return base

    def _look(self) -> sqlite3.Connection | None:
        """Open a file that cannot be written for reading alone, so that kept games can be looked at."""
        if self._looking is not None:
            return self._looking
        wal = self._beside("-wal")
        idle = not wal.exists() or wal.stat().st_size == 0
        for option in ("mode=ro", *(["immutable=1"] if idle else [])):
            base = None
            with contextlib.suppress(sqlite3.Error):
                base = sqlite3.connect(f"{self.path.as_uri()}?{option}", uri=True, check_same_thread=False)
                base.text_factory = _text
                form = base.execute("PRAGMA user_version").fetchone()[0]
                base.execute("SELECT count(*) FROM games").fetchone()
                if form <= tables.FORM:
                    self._looking = base
                    return base
            if base is not None:
                base.close()
        return None

    def _put(self, base: sqlite3.Connection) -> None:
        """Use a connection from now on."""
        if self._looking is not None:
            self._looking.close()
            self._looking = None
        self._base = base
        self._openings += 1
        names = (self.path, self._beside("-wal"), self._beside("-shm")) if self.on_disk else ()
        self._files = {name: known for name in names if (known := self._identity(name)) is not None}

    def _set_aside(self) -> None:
        """Give a damaged file another name and bring over what can be read of it."""
        if self._base is not None:
            self._base.close()
            self._base = None
        when = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        aside = self.path.with_name(f"{self.path.stem}.damaged-{when}-{os.getpid()}{self.path.suffix}")
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self._beside(end).rename(aside.with_name(aside.name + end))
        base = self._connect()
        count = 0
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(aside)) as damaged:
            damaged.text_factory = _text
            count = tables.copy(damaged, base)
        logger.warning("the file of games was damaged: it is kept as %s, and %s rows were read from it", aside, count)
        self._put(base)

    def _is_ours(self) -> bool:
        """Whether a damaged file is a file of games: by its name, or by its header where that can be read."""
        if self.path.name == FILE:
            return True
        with contextlib.suppress(OSError), self.path.open("rb") as file:
            return file.read(72)[68:] == tables.APPLICATION.to_bytes(4, "big")
        return False

    def _is_moved(self) -> bool:
        return any(self._identity(name) != known for name, known in self._files.items())

    def _beside(self, end: str) -> Path:
        return self.path.with_name(self.path.name + end)

    def _identity(self, name: Path) -> tuple[int, int] | None:
        """Return which file stands under a name; an emptied database is none."""
        try:
            found = name.stat()
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found.st_size or name != self.path else None


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


def now() -> str:
    """Return the date and time as it is kept."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _read(base: sqlite3.Connection, token: str) -> Row | None:
    least = "lines" if _is_sealed(base) else "0"
    found = base.execute(
        f"SELECT content, version, seed, scenario, year, panels, {least} FROM games WHERE token = ?", (token,)
    ).fetchone()
    lines, whole = _lines(base, token, 0)
    if found is None:  # with lines but no head it was damaged
        return Row("", __version__, Head(World(-1, ""), 0), lines, False) if lines else None
    content, version, seed, scenario, year, panels, least = found
    head = Head(World(seed, scenario), year, _strings(panels))
    return Row(content, version, head, lines, whole and len(lines) >= least)


def _lines(base: sqlite3.Connection, token: str, start: int) -> tuple[tuple[Line, ...], bool]:
    """Return the lines from `start` on up to the first that is missing or damaged, and whether there is none."""
    columns = "number, at, seat, entry" + (", request, seal" if _is_sealed(base) else ", '', NULL")
    rows = base.execute(f"SELECT {columns} FROM log WHERE token = ? AND number >= ? ORDER BY number", (token, start))
    lines: list[Line] = []
    for number, at, seat, text, request, seal in rows:
        if number != start + len(lines) or (seal is not None and seal != tables.seal(token, number, text)):
            return tuple(lines), False
        lines.append(Line(at, seat, request, text))
    return tuple(lines), True


def _is_sealed(base: sqlite3.Connection) -> bool:
    return bool(base.execute("PRAGMA user_version").fetchone()[0])  # a file that is only read may be of the first form


def _save(
    base: sqlite3.Connection, token: str, content: str, head: Head, start: int, new: Sequence[Line]
) -> Saved:  # fmt: skip
    base.execute("BEGIN IMMEDIATE")
    try:
        known = base.execute("SELECT max(number) + 1 FROM log WHERE token = ?", (token,)).fetchone()[0] or 0
        if known != start:
            return Saved(known, False, _lines(base, token, start)[0] if known > start else ())
        base.execute(
            "INSERT INTO games (token, content, version, made, seed, scenario, year, panels, lines) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (token) DO UPDATE SET seed = excluded.seed, "
            "scenario = excluded.scenario, year = excluded.year, panels = excluded.panels, lines = excluded.lines",
            (token, content, __version__, now(), head.world.seed, head.world.scenario, head.year,
             json.dumps(head.panels), start + len(new)),
        )  # fmt: skip
        base.executemany(
            "INSERT INTO log (token, number, at, seat, entry, request, seal) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (token, number, line.at, line.seat, line.text, line.request, tables.seal(token, number, line.text))
                for number, line in enumerate(new, start)
            ],
        )
        base.execute("COMMIT")
    finally:
        tables.roll_back(base)
    return Saved(start + len(new), True)


def _probe(base: sqlite3.Connection) -> None:
    """Try whether the file takes a write."""
    base.execute("BEGIN IMMEDIATE")
    try:
        base.execute("INSERT OR REPLACE INTO games VALUES ('', '', '', '', 0, '', 0, '', 0)")
        base.execute("DELETE FROM games WHERE token = ''")
        base.execute("COMMIT")
    finally:
        tables.roll_back(base)


def _use_wal(base: sqlite3.Connection) -> None:
    for tried in range(WAL_TRIES):
        try:
            base.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or tried == WAL_TRIES - 1:
                raise
            time.sleep(BUSY_SECONDS / WAL_TRIES)
        else:
            return


def _strings(text: str) -> tuple[str, ...]:
    """Read a list of names; whatever else stands there is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
