"""How much of a game is on disk, and how the rest gets there."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ccepz_sim.game.database import GameDatabase, Head, Line, Saved, now
from ccepz_sim.game.game_file import entry_text
from ccepz_sim.game.log import Entry, shifted
from ccepz_sim.game.problems import GameError

RETRY_SECONDS = 1.0  # between two looks at the file: whether it is still there, or can be written again
ROUNDS = 10  # of saving when other servers write to the same game again and again
KNOWN_REQUESTS = 400  # of one game: more than any page sends again
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of a log with its date, its seat and the request that asked for it."""

    entry: Entry
    seat: str
    request: str
    at: str

    def line(self) -> Line:
        """Return it as it stands in the file."""
        return Line(self.at, self.seat, self.request, json.dumps(entry_text(self.entry), ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class SaveStatus:
    """What a player is told: whether games go to a disk, how many entries are missing there, and why.

    `behind` is True too when only the year on the table or the chosen charts are missing.
    """

    on_disk: bool
    behind: bool = False
    missing: int = 0
    fault: GameError | None = None

    @property
    def safe(self) -> bool:
        """Whether all of the game is on disk, and what comes next will be."""
        return self.on_disk and not self.behind and self.fault is None


class Journal(Protocol):
    """Where one game is kept."""

    on_disk: bool

    @property
    def fault(self) -> GameError | None:
        """Why nothing can be kept now."""

    def save(self, head: Head, start: int, new: Sequence[Line]) -> Saved:
        """Keep the head and the lines from `start` on, see `GameDatabase.save`."""

    def read_entry(self, line: Line) -> Entry:
        """Read what another server wrote."""


class NoJournal:
    """Keeps nothing."""

    on_disk = False
    fault: GameError | None = None

    def save(self, head: Head, start: int, new: Sequence[Line]) -> Saved:  # noqa: ARG002 - forgotten
        """Forget."""
        return Saved(start + len(new), True)

    def read_entry(self, line: Line) -> Entry:
        """There is never another server."""
        raise NotImplementedError


class DatabaseJournal:
    """One game of a database."""

    def __init__(self, database: GameDatabase, token: str, content: str, read: Callable[[Line], Entry]) -> None:
        """Write under a token, for the content of a hash."""
        self.on_disk = database.on_disk
        self.read_entry = read
        self._database, self._token, self._content = database, token, content

    @property
    def fault(self) -> GameError | None:
        """Why nothing can be kept now."""
        return self._database.fault

    def save(self, head: Head, start: int, new: Sequence[Line]) -> Saved:
        """Keep the head and the lines from `start` on."""
        return self._database.save(self._token, self._content, head, start, new)


class Record:
    """All entries of one game with what is written beside them, and how many of them are on disk.

    `lock` is the lock of the game: whatever reads or changes the entries holds it.
    """

    def __init__(
        self,
        journal: Journal,
        lock: threading.RLock,
        head: Callable[[], Head],
        merge: Callable[[list[Entry]], None],
        kept: Iterable[Written] | None = None,
    ) -> None:
        """Go on with what was kept.

        Args:
            journal: where the game is kept.
            lock: of the game.
            head: returns what is not in the log.
            merge: told the whole log when another server wrote to the game.
            kept: entries that were read from the journal, None for a new game.
        """
        self.written: list[Written] = list(kept or ())
        self.requests: dict[str, None] = dict.fromkeys(item.request for item in self.written if item.request)
        self._journal, self._lock, self._head, self._merge = journal, lock, head, merge
        self._saved = len(self.written)
        self._saved_head: Head | None = None if kept is None else head()
        self._begun = kept is not None
        self._turn = threading.Lock()
        self._fault: GameError | None = None

    def add(self, entry: Entry, seat: str, request: str) -> None:
        """Note one entry; it is written by `keep`."""
        self.written.append(Written(entry, seat, request, now()))

    def take(self, request: str) -> bool:
        """Note that a request is being carried out; False where it was before."""
        if request in self.requests:
            return False
        self.requests[request] = None
        while len(self.requests) > KNOWN_REQUESTS:
            del self.requests[next(iter(self.requests))]
        return True

    def save_status(self) -> SaveStatus:
        """Return what a player is told."""
        missing = len(self.written) - self._saved
        behind = bool(missing) or self._head() != self._saved_head
        fault = self._fault if behind and self._fault is not None else self._journal.fault
        return SaveStatus(self._journal.on_disk, behind, missing, fault)

    def doubt(self) -> None:
        """The file is not the one it was: the next `keep` looks what it holds."""
        with self._lock:
            if self._begun:
                self._saved_head = None

    def look(self) -> None:
        """Take over what another server wrote meanwhile, if it did."""
        self.doubt()
        self.keep()

    def keep(self) -> None:
        """Write what is missing, in one transaction; where that fails, `save_status` says why."""
        with self._turn:
            for _ in range(ROUNDS):
                with self._lock:
                    start, head = self._saved, self._head()
                    new = [item.line() for item in self.written[start:]]
                    if not new and head == self._saved_head:
                        return
                try:
                    saved = self._journal.save(head, start, new)
                    others = self._read(saved, start)
                except GameError as fault:
                    self._fault = fault
                    return
                with self._lock:
                    self._begun = True
                    if saved.done:
                        self._saved, self._saved_head, self._fault = saved.lines, head, None
                    elif others:
                        self._take_over(start, others)
                    else:
                        self._saved = saved.lines  # the file was taken back to an earlier state

    def _read(self, saved: Saved, start: int) -> list[Written]:
        """Read what another server wrote from `start` on."""
        if saved.done or saved.lines < start:
            return []
        try:
            others = [Written(self._journal.read_entry(line), line.seat, line.request, line.at)
                      for line in saved.others]  # fmt: skip
        except ValueError:
            others = []
        if start + len(others) < saved.lines:
            raise GameError("game_split")
        return others

    def _take_over(self, start: int, others: Sequence[Written]) -> None:
        """Put what another server wrote before what is not written yet."""
        mine = self.written[start:]
        moved = shifted([item.entry for item in mine], len(others), start)
        behind = [replace(item, entry=entry) for item, entry in zip(mine, moved, strict=True)]
        self.written = [*self.written[:start], *others, *behind]
        self.requests.update(dict.fromkeys(item.request for item in others if item.request))
        self._saved = start + len(others)
        self._merge([item.entry for item in self.written])


class Keepable(Protocol):
    """A game that a `Saver` looks after."""

    def save_again(self, doubt: bool) -> None:
        """Write what is missing; with `doubt` look first what the file holds."""


class Saver:
    """Looks every second whether the file of games is still there, and writes what could not be written before."""

    def __init__(self, database: GameDatabase, games: Callable[[], Iterable[Keepable]]) -> None:
        """Look after the games that `games` returns."""
        self._database, self._games = database, games
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="ccepz-saver", daemon=True)
        if database.on_disk:
            self._thread.start()

    def close(self) -> None:
        """Write what is missing a last time."""
        self._over.set()
        if self._database.on_disk:
            self._thread.join()
            self._look()

    def _work(self) -> None:
        while not self._over.wait(RETRY_SECONDS):
            self._look()

    def _look(self) -> None:
        try:
            news = self._database.check()
            for game in self._games():
                game.save_again(news)
        except Exception:
            logger.exception("games could not be looked after")  # the next look may
