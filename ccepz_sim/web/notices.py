"""What is said to the player in passing: how bad it is decides its colour, its word and whether it goes by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ccepz_sim.text.errors import UserError
from ccepz_sim.web import parts
from ccepz_sim.web.views.words import words

KINDS = ("success", "info", "warning", "error")
# Sentences that are no errors, by their key; success and info go by themselves, warnings and errors stay.
MILDER: Mapping[str, str] = {
    "page.read_file": "success",
    "page.loading": "info",
    "page.notice_content": "warning",
    "page.gone_on": "success",
    "address_old": "warning",
    "address_old_empty": "warning",
    "game_damaged": "warning",
    "game_full": "warning",
}


def kind_of(said: UserError) -> str:
    """Return one of KINDS."""
    return MILDER.get(said.key, "error")


def show(said: UserError, lang: str, action: str, act: Callable[[], None]) -> None:
    """Show a sentence with a way on.

    Args:
        said: the sentence; lang: its language; action: what the button says; act: what it does.
    """
    show_text(said.sentence(lang), kind_of(said), lang, action, act)


def show_text(text: str, kind: str, lang: str, action: str, act: Callable[[], None]) -> None:
    """Show a sentence of one of KINDS, see `show`."""
    parts.Notice(
        text=text,
        action=action,
        kind=kind,
        word=words("notice", lang)[kind],
        event_act=lambda _: act(),
    )
