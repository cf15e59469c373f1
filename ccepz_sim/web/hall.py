"""What all pages of one server share: the content, the games and the first language."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from ccepz_sim.content import Content, load_content
from ccepz_sim.game.futures import MakeZone
from ccepz_sim.game.store import Store

_lock = threading.Lock()
_open: list[Hall] = []  # at most one


@dataclass(frozen=True, slots=True)
class Hall:
    """The games of this server, the charts chosen for each, and the language of a page that names none."""

    store: Store
    lang: str
    panels: dict[str, tuple[str, ...]] = field(default_factory=dict)


def open_hall(lang: str = "en", make_zone: MakeZone | None = None) -> Hall:
    """Load the content and make room for games; a second call replaces the first.

    Raises:
        ContentError: the content has a mistake.
    """
    if make_zone is None:
        from ccepz_sim.model import PilotZone

        make_zone = PilotZone
    content = load_content()
    _read_all(content)
    with _lock:
        _open[:] = [Hall(Store(content, make_zone), lang)]
        return _open[0]


def the_hall() -> Hall:
    """Return the hall of this server, opened where nobody has yet."""
    with _lock:
        found = _open[0] if _open else None
    return found or open_hall()


def _read_all(content: Content) -> None:
    """Find a mistake in the content now, not in the middle of a game."""
    for name in content.table_names:
        content.table(name)
    for part in ("groups", "levers", "packages", "scenarios", "parameters"):
        getattr(content, part)
