"""The band of the outcome on the table: the same decisions in many other worlds."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ccepz_sim.game.bands import Band, BandMaker
from ccepz_sim.game.records import Future
from ccepz_sim.game.run_cache import RunCache
from ccepz_sim.game.world import World

DELAY = 0.2  # seconds in which the next move of a hand makes a band useless


class Spread:
    """The band as far as it has come, and who works on it."""

    def __init__(self, run_cache: RunCache, owner: str, lock: threading.RLock, on_change: Callable[[], None]) -> None:
        """Share the lock of a game; `on_change` is told of each further part of a band."""
        self.band: Band | None = None
        self._run_cache = run_cache
        self._owner = owner
        self._lock = lock
        self._on_change = on_change
        self._maker: BandMaker | None = None

    def begin(self, own: Future, world: World, year: int, most: float) -> None:
        """Work on the band of a future, unless it has as many worlds as it may."""
        with self._lock:
            if self.band is not None and self.band.worlds >= most:
                return
            maker = self._maker = BandMaker(self._run_cache, world, own.decisions, year, self._owner)

        def notify(band: Band) -> None:
            with self._lock:
                if self._maker is not maker:
                    return
                self.band = band
            self._on_change()

        timer = threading.Timer(DELAY, maker.start, [notify])
        timer.daemon = True
        timer.start()

    def pause(self) -> None:
        """Let the worlds go that have not begun; what there is of the band stays."""
        with self._lock:
            maker = self._maker
        if maker is not None:
            maker.cancel()

    def stop(self) -> None:
        """Give up the work on a band: another wish takes its place."""
        with self._lock:
            if self._maker is not None:
                self._maker.cancel()
                self._maker = None

    def fit(self, own: Future) -> None:
        """Drop the band where it is that of another future."""
        with self._lock:
            if self.band is not None and (self.band.world, self.band.decisions) != (own.world, own.decisions):
                self.band = None
