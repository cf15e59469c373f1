"""All games of a server, found again by the token in their address."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from weakref import WeakValueDictionary

from ccepz_sim import __version__
from ccepz_sim.content.loading import Content
from ccepz_sim.game import address, game_file
from ccepz_sim.game.database import GameDatabase, Head, Line, Row
from ccepz_sim.game.log import ChooseWorld, Entry
from ccepz_sim.game.preparing import Preparation
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.records import Future, Order
from ccepz_sim.game.run_cache import RunCache
from ccepz_sim.game.saving import DatabaseJournal, Saver, Written
from ccepz_sim.game.session import Game
from ccepz_sim.game.worker_pool import WorkerPool
from ccepz_sim.game.world import FIRST_SCENARIO, FIRST_SEED, LAST_YEAR, World
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.text.errors import UserError

KEPT_GAMES = 500
NOTIFIERS = 4
TOKEN_BYTES = 9
TOKEN_LETTERS = 12  # of a token with so many bytes
TOKEN = re.compile(r"[A-Za-z0-9_-]{6,40}")
SHOWN = 24  # letters of a token that are repeated in a sentence


class Found(NamedTuple):
    """A game and how it was found; `notice` is what has to be said about it."""

    token: str
    game: Game
    fresh: bool
    notice: UserError | None = None


class Store:
    """Games by token; a refresh, a second tab, a lost connection or a restarted server finds the same game again."""

    def __init__(
        self,
        content: Content,
        pool: WorkerPool,
        database: GameDatabase | None = None,
        preparation: Preparation | None = None,
        recorded: Future | None = None,
    ) -> None:
        """Serve games of one content; `recorded` is shown until the first run of its world has ended."""
        self.content = content
        self.preparation = preparation
        self._recorded = recorded
        self.run_cache = RunCache(content, pool)
        self._pool = pool
        self._database = database or GameDatabase()
        self._notifiers = ThreadPoolExecutor(NOTIFIERS, thread_name_prefix="ccepz-voice")
        self._games: OrderedDict[str, Game] = OrderedDict()  # used last
        self._alive: WeakValueDictionary[str, Game] = WeakValueDictionary()  # all that some page still shows
        self._lock = threading.Lock()
        self._saver = Saver(self._database, self._unsaved_or_alive)

    def open(self, text: str | None, player: str = "") -> Found:
        """Return the game that a text names, from memory or from the database; a new one where there is no text.

        All games that one `player` opened, such as those of a browser, share his turns at the workers.

        Raises:
            GameError: there is no such game, or it cannot be read.
        """
        if text is None:
            return self._new(player)
        readable: GameError | None = None
        tokens = tokens_in(text)
        if not tokens:
            raise GameError("address_broken")
        for token in tokens:
            with self._lock:
                game = self._alive.get(token)
                if game is not None:
                    self._remember(token, game)
            if game is not None:
                game.look_at_disk()
                return Found(token, game, False)
            try:
                row = self._database.read(token)
            except GameError as error:
                readable = error
                continue
            if row is not None:
                return self._resume(token, row, player)
        if readable is not None:
            raise GameError("games_unreadable", why=readable.label())
        raise GameError("game_unknown", token=address.plain(text)[:SHOWN])

    def warm_up(self) -> None:
        """Run the first world in the background, so that the first page finds it finished."""
        self.run_cache.ask(Order(self._first_world(), ()), lambda *_: self._forget_record())

    def close(self) -> None:
        """Let running work end, write what is missing on disk, and start no more."""
        if self.preparation is not None:
            self.preparation.close()
        self._pool.close()
        self._notifiers.shutdown(wait=True, cancel_futures=True)
        self._saver.close()
        self._database.close()

    def _forget_record(self) -> None:
        """Give no new game the record once there is a run of its world."""
        self._recorded = None

    def _new(self, player: str) -> Found:
        fresh = secrets.token_urlsafe(TOKEN_BYTES)
        world, journal = self._first_world(), self._journal(fresh)
        game = Game(
            self.content, self.run_cache, self._notifiers, world,
            journal=journal, owner=player, recorded=self._recorded,
        )  # fmt: skip
        with self._lock:
            self._remember(fresh, game)
        game.save_again(False)  # its address is good from now on
        return Found(fresh, game, True)

    def _resume(self, token: str, row: Row, player: str) -> Found:
        kept: list[Written] = []
        whole = row.whole
        for line in row.lines:
            try:
                kept.append(Written(self._entry(line), line.seat, line.request, line.at))
            except ValueError:
                whole = False
                break
        log = [item.entry for item in kept]
        head = self._mended(row.head, log)
        if head.world != row.head.world and not any(isinstance(entry, ChooseWorld) for entry in log):
            whole = False  # nobody knows any more which luck it was
        if not whole and row.version != __version__:
            raise GameError("needs_version", version=row.version, own=__version__)
        if not whole:
            return self._copy(log, head, player)
        game = Game(
            self.content, self.run_cache, self._notifiers, head.world, kept, head.year,
            self._journal(token), player, head.panels, self._recorded,
        )  # fmt: skip
        with self._lock:
            game = self._alive.get(token) or game  # two pages may ask at once
            self._remember(token, game)
        return Found(token, game, False)

    def _copy(self, log: list[Entry], head: Head, player: str) -> Found:
        """Go on with what can be read of a damaged game under another token; the damaged one stays as it is."""
        token, game, _, _ = self._new(player)
        game.take_over(log, head.world, head.year, head.panels)
        return Found(token, game, False, GameError("game_damaged", count=len(log)))

    def _mended(self, head: Head, log: Sequence[Entry]) -> Head:
        """Bring a head into its bounds; where the log names a world, that counts."""
        worlds = [World(entry.seed, entry.scenario) for entry in log if isinstance(entry, ChooseWorld)]
        known = head.world.scenario in self.content.scenarios and 0 <= head.world.seed <= LARGEST_SEED
        world = worlds[-1] if worlds else head.world if known else self._first_world()
        return Head(world, min(max(head.year, PLAY_YEAR), LAST_YEAR), head.panels)

    def _entry(self, line: Line) -> Entry:
        try:
            values = json.loads(line.text)
        except RecursionError:
            raise ValueError(line.text) from None
        return game_file.entry_of(self.content, values)

    def _journal(self, token: str) -> DatabaseJournal:
        return DatabaseJournal(self._database, token, self.content.hash, self._entry)

    def _unsaved_or_alive(self) -> Iterable[Game]:
        with self._lock:
            return list(self._alive.values())

    def _remember(self, token: str, game: Game) -> None:
        self._alive[token] = game
        self._games[token] = game
        self._games.move_to_end(token)
        for old in list(self._games):
            if len(self._games) <= KEPT_GAMES:
                break
            if not self._games[old].save_status().behind:  # else it is nowhere but here
                del self._games[old]

    def _first_world(self) -> World:
        known = self.content.scenarios
        return World(FIRST_SEED, FIRST_SCENARIO if FIRST_SCENARIO in known else next(iter(known)))


def tokens_in(text: str) -> tuple[str, ...]:
    """Return the tokens that a text may mean: as it stands, without a stroke behind it, and what it begins with."""
    found = TOKEN.search(address.plain(text))
    if found is None:
        return ()
    return tuple(dict.fromkeys((found[0], found[0].rstrip("-_"), found[0][:TOKEN_LETTERS])))
