"""The futures of the other branches of a game, computed while somebody compares them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from ccepz_sim.game.fair_queue import ASKED
from ccepz_sim.game.position import Position
from ccepz_sim.game.records import Future, Order, Result
from ccepz_sim.game.run_cache import RunCache
from ccepz_sim.game.world import World
from ccepz_sim.text.errors import UserError


class Rivals:
    """Futures by the number of their branch; `wanted` while somebody compares."""

    def __init__(self, run_cache: RunCache, owner: str, lock: threading.RLock, on_change: Callable[[], None]) -> None:
        """Share the lock of a game; `on_change` is told of each future that arrives."""
        self.wanted = False
        self.futures: dict[int, Future] = {}
        self._run_cache = run_cache
        self._owner = owner
        self._lock = lock
        self._on_change = on_change
        self._round = 0  # what was asked for in an earlier one does not count any more

    def clear(self) -> None:
        """Drop all: the branches have changed."""
        with self._lock:
            self.futures = {}
            self._round += 1

    def ask(self, world: World, branches: Mapping[int, Position]) -> None:
        """Compute the branches that are missing, where they are wanted."""
        with self._lock:
            if not self.wanted:
                return
            asked = self._round
        for branch, position in branches.items():

            def then(result: Result | None, _: UserError | None, branch: int = branch) -> None:
                with self._lock:
                    if asked != self._round or not isinstance(result, Future):
                        return
                    self.futures[branch] = result
                self._on_change()

            if branch not in self.futures:
                self._run_cache.ask(Order(world, position.decisions), then, ASKED, owner=self._owner)
