"""All games of a server, found again by the token in their address."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from ccepz_sim.content import Content
from ccepz_sim.game.futures import Futures, MakeZone, World
from ccepz_sim.game.session import Game

KEPT_GAMES = 500
WORKERS = 1  # one run at a time: the other core serves the page
FIRST_SCENARIO = "slow-recovery"
FIRST_SEED = 1


class Store:
    """Games by token; a refresh, a second tab or a lost connection finds the same game again."""

    def __init__(self, content: Content, make_zone: MakeZone) -> None:
        """Serve games of one content."""
        self.content = content
        self.futures = Futures(content, make_zone)
        self._executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="ccepz-run")
        self._games: OrderedDict[str, Game] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, token: str | None) -> tuple[str, Game, bool]:
        """Return the token, its game, and whether the game is new (no token, or one that is not known)."""
        with self._lock:
            if token and token in self._games:
                self._games.move_to_end(token)
                return token, self._games[token], False
            fresh = secrets.token_urlsafe(9)
            game = Game(self.content, self.futures, self._executor, self._first_world())
            self._games[fresh] = game
            while len(self._games) > KEPT_GAMES:
                self._games.popitem(last=False)
        return fresh, game, True

    def warm_up(self) -> None:
        """Run the first world in the background, so that the first page finds it finished."""
        self._executor.submit(self.futures.run, self._first_world(), ())

    def close(self) -> None:
        """Let running work finish and start no more."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _first_world(self) -> World:
        known = self.content.scenarios
        return World(FIRST_SEED, FIRST_SCENARIO if FIRST_SCENARIO in known else next(iter(known)))
