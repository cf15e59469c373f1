"""Errors that a person who gives input can mend: one clear sentence in either language, never a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, ClassVar

from ccepz_sim.text.label import Label
from ccepz_sim.text.texts import Texts

SHOWN_NAMES = 12
LONGEST_SHOWN = 120  # letters of what was typed; a sentence stays one that can be read
REPLACED = "\ufffd"
COMPARED = 80  # letters of a name; comparing longer ones takes minutes


class UserError(Exception):
    """A mistake in what was asked for; `key` names its sentence in `text/errors.toml`."""

    texts: ClassVar[str] = "errors"

    def __init__(self, key: str, **fields: object) -> None:
        """Keep the key of the sentence and the values of its fields (labels follow the language)."""
        super().__init__(key)
        self.key = key
        self.fields = fields

    def sentence(self, lang: str = "en") -> str:
        """Return the sentence in one language."""
        # Texts are what was typed or pasted; paths are shown whole, for they must be found.
        fields = {key: brief(item) if isinstance(item, str) else item for key, item in self.fields.items()}
        return one_line(Texts.load(self.texts)[self.key].format(lang, **fields))

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.sentence("en")

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the error cross process borders."""
        return _rebuild, (type(self), self.key, self.fields)


class ContentError(UserError):
    """A mistake in the content folders, or a name that the content does not know."""


def _rebuild(kind: type[UserError], key: str, fields: dict[str, object]) -> UserError:
    return kind(key, **fields)


def one_line(text: str) -> str:
    """Return a text on one line, whatever was typed into it; what would steer a terminal becomes a mark."""
    return "".join(sign if sign.isprintable() else REPLACED for sign in " ".join(text.split()))


def brief(text: str, most: int = LONGEST_SHOWN) -> str:
    """Return a text, its middle cut out where it is long."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2]} … {text[-most // 4 :]}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name most like `name`, or "" where none is like it."""
    options = list(known)
    lowered = {option.lower(): option for option in options}
    found = difflib.get_close_matches(str(name).lower()[:COMPARED], list(lowered), n=1, cutoff=0.5)
    return lowered[found[0]] if found else ""


def hint(name: str, known: Iterable[str]) -> Label:
    """Return "Did you mean …?" or, where nothing is near, the list of what is allowed."""
    options = list(known)
    near = nearest(name, options)
    texts = Texts.load("errors")
    if near:
        return Label(*(texts["did_you_mean"].format(lang, nearest=near) for lang in ("en", "zh")))
    if not options:
        return Label("", "")
    return Label(*(texts["allowed_is"].format(lang, allowed=one_of(options)) for lang in ("en", "zh")))


def one_of(options: Iterable[str]) -> Label:
    """Return "one of …" for a list of names, cut where it is long."""
    shown = [option if option else '""' for option in options]
    more = " …" if len(shown) > SHOWN_NAMES else ""
    texts = Texts.load("errors")
    english = texts["allowed.one_of"].format("en", names=", ".join(shown[:SHOWN_NAMES]) + more)
    return Label(english, texts["allowed.one_of"].format("zh", names="、".join(shown[:SHOWN_NAMES]) + more))


def unknown(key: str, name: object, known: Iterable[str], **fields: object) -> ContentError:
    """Return the error for a name that does not exist, with the nearest name that does.

    `key` is one of the `unknown_…` sentences; its fields are `name` and `hint`.
    """
    return ContentError(key, name=str(name), hint=hint(str(name), known), **fields)
