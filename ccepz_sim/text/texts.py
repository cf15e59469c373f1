"""Texts in both languages, read from `ccepz_sim/text/NAME.toml`."""

from __future__ import annotations

import locale
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from ccepz_sim.text.label import LANGUAGES, Label

FOLDER = Path(__file__).parent
LANGUAGE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Texts(Mapping[str, Label]):
    """All texts of one file by key; the texts of nested tables have dotted keys (`"gdp.label"`)."""

    def __init__(self, name: str, texts: Mapping[str, Label]) -> None:
        """Hold texts that were read."""
        self.name = name
        self._texts = dict(texts)

    @staticmethod
    def load(name: str) -> Texts:
        """Return the texts of `ccepz_sim/text/NAME.toml`; every file is read once."""
        return _load(name)

    def __getitem__(self, key: str) -> Label:
        """Return one text; a `KeyError` names the file."""
        try:
            return self._texts[key]
        except KeyError:
            raise KeyError(f"{key} (text/{self.name}.toml)") from None

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return iter(self._texts)

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._texts)


def system_language(environ: Mapping[str, str]) -> str:
    """Return the language of the system: Chinese or English."""
    chosen = next((environ[name] for name in LANGUAGE_VARIABLES if environ.get(name)), None)
    if chosen is None:
        # Windows sets none of the variables and calls the language by its name.
        chosen = locale.getlocale()[0] or ""
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"


def names() -> tuple[str, ...]:
    """Return the names of all text files."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def _load(name: str) -> Texts:
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return Texts(name, dict(_flatten(tomllib.load(file), "")))


def _flatten(data: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Label]]:
    for key, value in data.items():
        if not isinstance(value, Mapping):
            continue
        if all(isinstance(value.get(lang), str) for lang in LANGUAGES):
            yield prefix + key, Label(value["en"], value["zh"])
        else:
            yield from _flatten(value, f"{prefix}{key}.")
