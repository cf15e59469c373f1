"""All games of a server, found again by the token in their address."""

from __future__ import annotations

import logging
import re
import secrets
import sqlite3
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from ccepz_sim import __version__
from ccepz_sim.content import Content
from ccepz_sim.errors import UserError
from ccepz_sim.game import forms, game_file
from ccepz_sim.game.database import GameDatabase, Row
from ccepz_sim.game.preparing import Preparation
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.records import Future, Order
from ccepz_sim.game.run_cache import RunCache
from ccepz_sim.game.session import Game
from ccepz_sim.game.worker_pool import WorkerPool
from ccepz_sim.game.world import FIRST_SCENARIO, FIRST_SEED, World

KEPT_GAMES = 500
NOTIFIERS = 4
TOKEN = re.compile(r"[A-Za-z0-9_-]{6,40}")
logger = logging.getLogger(__name__)


class Found(NamedTuple):
    """A game and how it was found; `problem` says why a kept one could not be opened."""

    token: str
    game: Game
    fresh: bool
    problem: UserError | None = None


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
        self._games: OrderedDict[str, Game] = OrderedDict()
        self._panels: dict[str, tuple[str, ...]] = {}
        self._lock = threading.Lock()

    def open(self, token: str | None) -> Found:
        """Return the game of a token, from memory or from the database, else a new one."""
        problem: UserError | None = None
        with self._lock:
            if token and token in self._games:
                self._games.move_to_end(token)
                return Found(token, self._games[token], False)
            row = self._read(token) if token and TOKEN.fullmatch(token) else None
            if token and row is not None:
                try:
                    return Found(token, self._resume(token, row), False)
                except GameError as error:
                    problem = error
            fresh = secrets.token_urlsafe(9)
            journal = self._database.journal(fresh, self.content)
            game = Game(
                self.content,
                self.run_cache,
                self._notifiers,
                self._first_world(),
                journal=journal,
                recorded=self._recorded,
            )
            self._remember(fresh, game)
        return Found(fresh, game, True, problem)

    def panels(self, token: str) -> tuple[str, ...]:
        """Return the charts chosen in a game; empty where none were."""
        with self._lock:
            return self._panels.get(token, ())

    def choose_panels(self, token: str, chosen: tuple[str, ...]) -> None:
        """Keep the charts chosen in a game."""
        with self._lock:
            self._panels[token] = chosen
        self._database.journal(token, self.content).panels(chosen)

    def warm_up(self) -> None:
        """Run the first world in the background, so that the first page finds it finished."""
        self.run_cache.ask(Order(self._first_world(), ()), lambda *_: None)

    def close(self) -> None:
        """Let running work end and start no more."""
        if self.preparation is not None:
            self.preparation.close()
        self._pool.close()
        self._notifiers.shutdown(wait=True, cancel_futures=True)
        self._database.close()

    def _read(self, token: str) -> Row | None:
        try:
            return self._database.read(token)
        except sqlite3.Error:
            logger.exception("the file of games could not be read")
            return None

    def _resume(self, token: str, row: Row) -> Game:
        try:
            log = tuple(game_file.entry_of(self.content, forms.renamed(entry)) for entry in row.log)
            if row.world.scenario not in self.content.scenarios:
                raise ValueError(row.world.scenario)
        except (ValueError, KeyError, TypeError):
            raise GameError("needs_version", version=row.version, own=__version__) from None
        journal = self._database.journal(token, self.content)
        game = Game(self.content, self.run_cache, self._notifiers, row.world, log, row.year, journal, self._recorded)
        self._panels[token] = row.panels
        self._remember(token, game)
        return game

    def _remember(self, token: str, game: Game) -> None:
        self._games[token] = game
        while len(self._games) > KEPT_GAMES:
            gone, _ = self._games.popitem(last=False)
            self._panels.pop(gone, None)

    def _first_world(self) -> World:
        known = self.content.scenarios
        return World(FIRST_SEED, FIRST_SCENARIO if FIRST_SCENARIO in known else next(iter(known)))
