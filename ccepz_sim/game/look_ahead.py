"""The run of what a player seems about to decide, begun in advance."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ccepz_sim.game.records import Order
from ccepz_sim.game.run_cache import RunCache


class LookAhead:
    """At most one run in advance; another takes its place."""

    def __init__(self, run_cache: RunCache, owner: str, lock: threading.RLock) -> None:
        """Share the lock of a game."""
        self.order: Order | None = None
        self._run_cache = run_cache
        self._owner = owner
        self._lock = lock
        self._give_up: Callable[[], None] = lambda: None

    def run(self, order: Order | None) -> None:
        """Begin a run and give up the one before; None begins none."""
        with self._lock:
            if order == self.order:
                return
            self._give_up()
            self.order = order
            self._give_up = self._run_cache.foresee(order, self._owner) if order is not None else lambda: None
