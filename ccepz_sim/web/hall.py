"""What all pages of one server share: the content, the games and the first language."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from dataclasses import dataclass

from ccepz_sim.content import Content, load_content
from ccepz_sim.game.crew import Crew, LocalCrew, ProcessCrew
from ccepz_sim.game.runner import MakeZone
from ccepz_sim.game.shelf import Shelf, usual_path
from ccepz_sim.game.store import Store

WORKERS = (2, 4)  # at least and at most; the page itself needs little of a core
logger = logging.getLogger(__name__)
_lock = threading.Lock()
_open: list[Hall] = []  # at most one


@dataclass(frozen=True, slots=True)
class Hall:
    """The games of this server, and the language of a page that names none."""

    store: Store
    lang: str


def open_hall(lang: str = "en", make_zone: MakeZone | None = None) -> Hall:
    """Load the content and make room for games; a second call replaces the first.

    Args:
        lang: language of a page that names none.
        make_zone: another way to make zones, in this process, with games in memory only (for tests).

    Raises:
        ContentError: the content has a mistake.
    """
    content = load_content()
    _read_all(content)
    crew: Crew
    if make_zone is None:
        least, most = WORKERS
        crew, shelf = ProcessCrew(content.folder, max(least, min(most, os.cpu_count() or least))), _shelf()
    else:
        crew, shelf = LocalCrew(content, make_zone), Shelf()
    with _lock:
        _open[:] = [Hall(Store(content, crew, shelf), lang)]
        return _open[0]


def the_hall() -> Hall:
    """Return the hall of this server, opened where nobody has yet."""
    with _lock:
        found = _open[0] if _open else None
    return found or open_hall()


def _shelf() -> Shelf:
    try:
        return Shelf(usual_path())
    except (OSError, sqlite3.Error) as error:
        logger.warning("games are kept in memory only, as their file cannot be opened: %s", error)
        return Shelf()


def _read_all(content: Content) -> None:
    """Find a mistake in the content now, not in the middle of a game."""
    for name in content.table_names:
        content.table(name)
    for part in ("groups", "levers", "packages", "scenarios", "parameters"):
        getattr(content, part)
