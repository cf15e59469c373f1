"""The colours of words, computed from the palette: at least 4.5:1 in light and in dark, on the page and on canvases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ccepz_sim.web
from ccepz_sim.content.loading import load_content
from ccepz_sim.web.views.branches import LINES
from ccepz_sim.web.views.charts import COLOURS

FOLDER = Path(ccepz_sim.web.__file__).parent
LEAST = 4.5  # WCAG 2 AA for words
MEANINGS = {*COLOURS.values(), *(group.colour for group in load_content().groups.values())}
INKS = {f"{name}-ink" for name in MEANINGS}
WORDS = {"ink", "muted", "lake-ink", "good", "bad", *INKS}
GROUNDS = ("card", "ground", "soft", "lake-soft", "land", "bare")


def palettes() -> dict[str, dict[str, str]]:
    """Return the tokens of both themes."""
    style = (FOLDER / "page.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(\s+(?:/\*.*?\*/\s+)?--ground.*?)\}", style, re.DOTALL)
    found = {
        name: dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", text))
        for name, text in (("light", light), ("dark", dark))
    }
    return {"light": found["light"], "dark": found["light"] | found["dark"]}


def light_of(colour: str) -> float:
    """Return the relative luminance of a colour."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((light_of(one), light_of(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#c4873b", "#ffffff") == pytest.approx(3.05, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_on_every_ground(theme: str) -> None:
    palette = palettes()[theme]
    pairs = [(word, ground) for word in WORDS for ground in GROUNDS]
    pairs += [("on-ink", ink) for ink in INKS] + [("on-lake", "lake")]
    faint = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < LEAST} == {}


def test_every_meaning_has_a_colour_for_lines_and_one_for_words() -> None:
    palette = palettes()["light"]
    assert {*MEANINGS, *LINES} <= set(palette)
    assert set(palette) >= INKS | WORDS


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.vue")), ids=lambda path: path.name)
def test_words_on_canvases_take_the_colours_of_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    asked = re.findall(r"(?:[lL]abel|[tT]extStyle): \{[^{}]*?\bcolor: c\((.*?)\)(?:,| \})", text)
    for colours in asked:
        named = re.findall(r"'([a-z-]+)'", colours)
        assert named, colours
        assert set(named) <= {*WORDS, "on-ink", "-ink"}, colours
