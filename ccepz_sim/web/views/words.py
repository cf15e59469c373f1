"""The texts of one part of the page, and the shape of what it is given."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ccepz_sim.text import numbers
from ccepz_sim.text.texts import Texts

Part = dict[str, Any]


@lru_cache(maxsize=64)
def words(section: str, lang: str) -> dict[str, str]:
    """Return the texts of one part of the page, and under `lang` the language they are in.

    Parts arrive at the browser one after the other; each says its language, so that a reader's voice and a test know.
    """
    prefix = section + "."
    texts = {key[len(prefix) :]: label.get(lang) for key, label in Texts.load("web").items() if key.startswith(prefix)}
    return {**texts, "lang": numbers.LOCALES[lang]}
