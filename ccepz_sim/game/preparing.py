"""Compiles the rules of a new machine while a server already shows its page."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from ccepz_sim.numerics.compiling import Progress, compile_all, is_worth_it, missing

logger = logging.getLogger(__name__)
NOTIFY_EVERY = 0.5  # seconds between two words to the pages
Listener = Callable[[], None]


class Preparation:
    """Whether runs can begin, and how far the compilation is until then."""

    def __init__(self, compile_rules: Callable[[Callable[[Progress], None]], object] | None = None) -> None:
        """Begin in the background where rules are missing.

        Args:
            compile_rules: another way to compile (for tests); None for all cores, page first.
        """
        self._ready = threading.Event()
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._progress: Progress | None = None
        self._notified = 0.0
        if compile_rules is None and not is_worth_it(missing()):
            self._ready.set()
            return
        self._compile = compile_rules or (lambda on_progress: compile_all(on_progress, patient=True))
        self._progress = Progress(0.0, 0.0, 0, 0)
        threading.Thread(target=self._work, name="ccepz-preparing", daemon=True).start()

    @property
    def is_over(self) -> bool:
        """Whether runs can begin."""
        return self._ready.is_set()

    @property
    def progress(self) -> Progress | None:
        """How far it is; None when it is over."""
        return None if self.is_over else self._progress

    def wait(self) -> None:
        """Wait until runs can begin."""
        self._ready.wait()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Be told now and again, and when it is over; returns the function that ends it."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def close(self) -> None:
        """Let nobody wait any longer; a compilation under way ends with its process."""
        self._ready.set()

    def _work(self) -> None:
        try:
            self._compile(self._report)
        except Exception:  # each rule is then compiled at its first call
            logger.exception("the rules were not compiled in advance")
        self._ready.set()
        self._notify()

    def _report(self, progress: Progress) -> None:
        self._progress = progress
        now = time.monotonic()
        if now - self._notified >= NOTIFY_EVERY:
            self._notified = now
            self._notify()

    def _notify(self) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()
