"""A text in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from ccepz_sim.text.sentences import fill

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Label:
    """A text in English and in Simplified Chinese."""

    en: str
    zh: str

    def get(self, lang: str) -> str:
        """Return the text in one language (`"en"` or `"zh"`)."""
        if lang not in LANGUAGES:
            raise ValueError(f"language {lang!r} is not one of {LANGUAGES}")
        return self.zh if lang == "zh" else self.en

    def format(self, lang: str, /, **fields: object) -> str:
        """Return the text in one language with its `{fields}` filled; labels among the fields follow it."""
        filled = {key: item.get(lang) if isinstance(item, Label) else item for key, item in fields.items()}
        return fill(self.get(lang), **filled)
