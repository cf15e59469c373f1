"""What a hand tries out on a lever, without deciding it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ccepz_sim.game.log import SetLever

SILENCE = 6.0  # seconds after which a trial ends that nobody speaks of; the page speaks every two


class Trial:
    """The value a hand tries out; it ends where nothing is heard of it for a while: its page may be gone."""

    def __init__(self, lock: threading.RLock, end: Callable[[], None]) -> None:
        """Share the lock of a game; `end` is called, within the lock, when a trial has to end by itself."""
        self.action: SetLever | None = None
        self._lock = lock
        self._end = end
        self._until = 0.0
        self._watching = False

    def begin(self, action: SetLever) -> None:
        """Try another value out."""
        with self._lock:
            self.action, self._until = action, time.monotonic() + SILENCE
            if not self._watching:
                self._watching = True
                self._watch(SILENCE)

    def hold(self) -> None:
        """Go on: the hand is still on the lever."""
        with self._lock:
            self._until = time.monotonic() + SILENCE

    def drop(self) -> bool:
        """End the trial; say whether there was one."""
        with self._lock:
            tried, self.action = self.action is not None, None
            return tried

    def _watch(self, wait: float) -> None:
        def look() -> None:
            with self._lock:
                left = self._until - time.monotonic()
                self._watching = self.action is not None and left > 0.0
                if self._watching:
                    self._watch(left)
                else:
                    self._end()

        timer = threading.Timer(wait, look)
        timer.daemon = True
        timer.start()
