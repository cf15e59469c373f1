"""How a page is opened: the game that its address names, or the reason why there is none, and a way on."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from ccepz_sim.content.loading import Content
from ccepz_sim.game import address, game_file
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.session import Game
from ccepz_sim.text.errors import UserError
from ccepz_sim.text.label import LANGUAGES, Label
from ccepz_sim.web import app_state
from ccepz_sim.web.framework import current_player
from ccepz_sim.web.server import PageError
from ccepz_sim.web.views import story

VIEWS = ("zone", "people", "web", "futures", "report")
KEYS = ("play", "game", "lang", "view")
LONGEST = 100_000  # letters of an address that are looked at
ESCAPED_AND = re.compile(r"&(?:amp;)+|&#0*38;|&#[xX]0*26;")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """The game of a page, whether it is new, its first language and view, and what has to be said about its address."""

    token: str
    game: Game
    fresh: bool
    lang: str
    notices: tuple[UserError, ...] = ()
    view: str = VIEWS[0]


@dataclass(frozen=True, slots=True)
class Closed:
    """A page without a game: why, what its address named, and whether it is worth trying again."""

    lang: str
    why: UserError
    search: str = ""
    token: str = ""
    again: bool = False


def open_page(search: str) -> Opened | Closed:
    """Find the game of an address; whatever goes wrong becomes a sentence."""
    lang, query = LANGUAGES[0], dict[str, str]()
    try:
        lang = app_state.app_state().lang
        query = query_of(search[:LONGEST])
        lang = _language(query, lang)
        return _open(query, lang)
    except UserError as error:
        token = address.plain(query.get("game", ""))
        return Closed(lang, error, search, token, error.key == "games_unreadable")
    except Exception:
        logger.exception("a page could not be opened")
        return Closed(lang, PageError("error.not_opened"), search, again=True)


def open_new(lang: str) -> Opened | Closed:
    """Begin a new game."""
    return open_page(f"lang={lang}")


def open_shared(text: str, lang: str) -> Opened | Closed:
    """Begin a new game with the decisions of an address."""
    try:
        return _shared(text, lang)
    except UserError as error:
        return Closed(lang, error)


def open_file(text: str, lang: str) -> Opened:
    """Open a kept game as a new one, so that the game on the page stays as it is.

    Raises:
        GameError: the text is no game of this version.
    """
    store = app_state.app_state().store
    kept = game_file.read(store.content, text)
    token, game, _, _ = store.open(None, current_player())
    game.take_over(kept.log, kept.world, kept.year)
    notice = PageError("page.read_file" if kept.same_content else "page.notice_content")
    return Opened(token, game, False, lang, (notice,))


def open_anew(game: Game, lang: str) -> Opened:
    """Go on in a new game with what is decided in a game that is full."""
    shared = address.read(game.content, game.address())
    token, fresh, _, _ = app_state.app_state().store.open(None, current_player())
    fresh.take_over(shared.log, shared.world, shared.year, game.panels)
    return Opened(token, fresh, False, lang, (PageError("page.gone_on"),))


def query_of(search: str) -> dict[str, str]:
    """Read an address that may have been escaped or cut on its way; of a key that stands twice the first counts.

    Raises:
        GameError: what named the game was cut off.
    """
    text = search.lstrip("?")
    for _ in range(address.ESCAPES):
        pairs = [
            pair for part in parse_qsl(ESCAPED_AND.sub("&", text), keep_blank_values=True) for pair in _split(*part)
        ]
        query: dict[str, str] = {}
        for key, value in pairs:
            query.setdefault(key.strip().lower(), value)
        if "play" in query or "game" in query:
            return {key: value for key, value in query.items() if key in KEYS}
        if "%" not in text:
            break
        text = unquote(text)
    if pairs and not pairs[-1][1] and pairs[-1][0] and any(key.startswith(pairs[-1][0]) for key in ("play", "game")):
        raise GameError("address_broken")
    return {key: value for key, value in query.items() if key in KEYS}


def _split(key: str, value: str) -> list[tuple[str, str]]:
    """Separate what an escaped "and" had glued together."""
    first, *rest = ESCAPED_AND.sub("&", value).split("&")
    return [(key, first), *((name, found) for name, equals, found in (part.partition("=") for part in rest) if equals)]


def _language(query: dict[str, str], usual: str) -> str:
    wanted = re.match(r"\W*([a-z]{2})(?![a-z])", query.get("lang", "").lower())
    return wanted[1] if wanted and wanted[1] in LANGUAGES else usual


def _open(query: dict[str, str], lang: str) -> Opened:
    if "play" in query and "game" not in query:
        return _shared(query["play"], lang)
    token, game, fresh, notice = app_state.app_state().store.open(query.get("game"), current_player())
    view = next((name for name in VIEWS if query.get("view", "").startswith(name)), VIEWS[0])
    return Opened(token, game, fresh, lang, () if notice is None else (notice,), view)


def _shared(text: str, lang: str) -> Opened:
    store = app_state.app_state().store
    shared = address.read(store.content, text)
    token, game, _, _ = store.open(None, current_player())
    game.take_over(shared.log, shared.world, shared.year)
    notices: list[UserError] = [] if shared.same_content else [PageError("page.notice_content")]
    if not shared.checked:
        decided = any(branch for branch in shared.branches)
        notices.append(
            GameError("address_old", decisions=_listed(store.content, shared))
            if decided
            else GameError("address_old_empty")
        )
    return Opened(token, game, False, lang, tuple(notices))


def _listed(content: Content, shared: address.Shared) -> Label:
    """Name all decisions of an address in both languages."""
    found = {}
    for lang, joint in (("en", "; "), ("zh", "；")):
        branches = [joint.join(story.actions(content, branch, lang)) for branch in shared.branches if branch]
        found[lang] = " / ".join(branches)
    return Label(**found)
