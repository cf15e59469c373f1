"""One reference page in one language, built line by line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from ccepz_sim.commands.console import Say
from ccepz_sim.commands.figures import exact, unit_words
from ccepz_sim.text.label import Label

WORDS = tomllib.loads((Path(__file__).resolve().parents[1] / "docs.toml").read_text(encoding="utf-8"))


class Page:
    """One page in one language, built line by line."""

    def __init__(self, title: str, lang: str) -> None:
        """Begin with the title and the sentence under it."""
        self.lang = lang
        self.say = Say(lang)
        self.lines = [self.word("made"), "", f"# {self.word(title)}", "", self.word(f"{title}_intro"), ""]

    def word(self, key: str) -> str:
        """Return one of the words of the pages."""
        return str(WORDS[key][self.lang])

    def pick(self, label: Label) -> str:
        """Return a label in the language of the page."""
        return label.get(self.lang)

    def units(self, unit: str) -> str:
        """Return a unit in words."""
        return unit_words(unit, self.say)

    def status(self, status: str) -> str:
        """Return a status in words."""
        return self.say(f"status.{status}")

    def line(self, text: str = "") -> None:
        """Add one line."""
        self.lines.append(text)

    def heading(self, text: str, level: int = 2) -> None:
        """Add a heading."""
        self.lines += ["#" * level + " " + text, ""]

    def facts(self, facts: Mapping[str, str]) -> None:
        """Add a list of named facts; empty ones are left out."""
        self.lines += [f"- **{self.word(key)}**{self.colon}{text}" for key, text in facts.items() if text]
        self.line()

    def table(self, head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        """Add a table; titles that are no key of a word stand as they are."""
        titles = [self.word(key) if key in WORDS else key for key in head]
        self.lines += [_row(titles), _row("---" for _ in titles)]
        self.lines += [_row(cells) for cells in rows]
        self.line()

    @property
    def colon(self) -> str:
        """A colon as the language writes it."""
        return "：" if self.lang == "zh" else ": "

    def evidence(self, source: str, why: str) -> dict[str, str]:
        """Return source and why as facts."""
        return {"source": source, "why": why}

    def text(self) -> str:
        """Return the whole page."""
        return "\n".join(self.lines).rstrip() + "\n"


def range_text(bounds: tuple[float, float]) -> str:
    """Return bounds as text."""
    return f"{exact(bounds[0])} – {exact(bounds[1])}"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
