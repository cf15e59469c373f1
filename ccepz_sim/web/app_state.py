"""What all pages of one server share: the content, the games and the first language."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.game.database import GameDatabase, usual_path
from ccepz_sim.game.preparing import Preparation
from ccepz_sim.game.recorded import recorded_future
from ccepz_sim.game.runner import MakeZone
from ccepz_sim.game.store import Store
from ccepz_sim.game.worker_pool import LocalPool, ProcessPool

WORKERS = (2, 4)  # at least and at most; each takes about half a gigabyte
_lock = threading.Lock()
_open: list[AppState] = []  # at most one


@dataclass(frozen=True, slots=True)
class AppState:
    """The games of this server, and the language of a page that names none."""

    store: Store
    lang: str


def open_app(lang: str = "en", make_zone: MakeZone | None = None, content: Path | None = None) -> AppState:
    """Load the content and make room for games; a second call replaces the first.

    Args:
        lang: language of a page that names none.
        make_zone: another way to make zones, in this process, with games in memory only (for tests).
        content: the folder of the content; None for that of this package.

    Raises:
        ContentError: the content has a mistake.
    """
    found = load_content(content)
    _read_all(found)
    if make_zone is None:
        least, most = WORKERS
        preparation = Preparation()
        pool = ProcessPool(found.folder, max(least, min(most, os.cpu_count() or least)), preparation.wait)
        recorded = None if preparation.is_over else recorded_future(found)
        store = Store(found, pool, GameDatabase(usual_path()), preparation, recorded)
    else:
        store = Store(found, LocalPool(found, make_zone), GameDatabase())
    with _lock:
        _open[:] = [AppState(store, lang)]
        return _open[0]


def close_app() -> None:
    """Write what is missing on disk, and let the workers go."""
    with _lock:
        found = _open.pop() if _open else None
    if found is not None:
        found.store.close()


def app_state() -> AppState:
    """Return the state of this server, opened where nobody has yet."""
    with _lock:
        found = _open[0] if _open else None
    return found or open_app()


def _read_all(content: Content) -> None:
    """Find a mistake in the content now, not in the middle of a game."""
    for name in content.table_names:
        content.table(name)
    for part in ("groups", "levers", "packages", "scenarios", "parameters"):
        getattr(content, part)
