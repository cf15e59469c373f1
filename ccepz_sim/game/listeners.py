"""Whoever is told when a game changed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Executor

LAPSE = 60.0  # seconds after which a game that nobody looks at lets go of what can be run again

Listener = Callable[[], None]


class Listeners:
    """Told soon, from a thread of `notifiers`, and once for several changes that come quickly."""

    def __init__(self, notifiers: Executor, lock: threading.RLock, on_lapse: Callable[[], None]) -> None:
        """Share the lock of a game; `on_lapse` is called when nobody has listened for a while."""
        self._notifiers = notifiers
        self._lock = lock
        self._on_lapse = on_lapse
        self._all: list[Listener] = []
        self._notifying = False
        self._lapse: threading.Timer | None = None

    def __len__(self) -> int:
        """Return how many listen."""
        return len(self._all)

    def add(self, listener: Listener) -> None:
        """Tell somebody of changes from now on."""
        with self._lock:
            self._all.append(listener)
            if self._lapse is not None:
                self._lapse.cancel()
                self._lapse = None

    def remove(self, listener: Listener) -> None:
        """Tell somebody no longer."""
        with self._lock:
            if listener in self._all:
                self._all.remove(listener)
            if not self._all and self._lapse is None:
                self._lapse = threading.Timer(LAPSE, self._lapsed)
                self._lapse.daemon = True
                self._lapse.start()

    def notify(self) -> None:
        """Tell all of them soon."""
        with self._lock:
            if self._notifying:
                return
            self._notifying = True
        self.soon(self._notify_all)

    def soon(self, call: Callable[[], None]) -> None:
        """Do something outside the thread that brought a result, so that the next run need not wait for it."""
        with contextlib.suppress(RuntimeError):  # the server stops
            self._notifiers.submit(call)

    def _lapsed(self) -> None:
        with self._lock:
            self._lapse = None
            deserted = not self._all
        if deserted:
            self._on_lapse()

    def _notify_all(self) -> None:
        with self._lock:
            self._notifying = False
            listeners = tuple(self._all)
        for listener in listeners:
            listener()
