"""Numbers and units of the command line, in the words of the page."""

from __future__ import annotations

from ccepz_sim.commands.console import Say
from ccepz_sim.text.numbers import number_text, scale_of, unit_text
from ccepz_sim.text.sentences import is_one

SHARE, COUNT = "1", "count"


def pair(start: float, end: float, unit: str, say: Say) -> tuple[str, str, str]:
    """Return two values of an indicator on one scale, and the unit of that scale; a share is in per cent."""
    scale = scale_of(unit, max(abs(start), abs(end)), say.lang)
    written = [number_text(value / scale.factor, scale.decimals) for value in (start, end)]
    return written[0], written[1], scale.unit


def change(start: float, end: float, unit: str, say: Say) -> str:
    """Return the change of an indicator: points of a share, per cent of a level, else the difference."""
    if unit == SHARE:
        return say("run.points", number=number_text(100 * (end - start), 1, sign=True))
    if start > 0 and end >= 0:
        return number_text(100 * (end / start - 1), 0, sign=True) + "%"
    return scale_of(unit, abs(end - start), say.lang).write(end - start, say.lang, sign=True)


def exact(value: float) -> str:
    """Return a value of the content without rounding: 1.5e8 as 150,000,000."""
    return f"{value:,.15g}"


def unit_words(unit: str, say: Say) -> str:
    """Return a unit of the content in words."""
    plain = {SHARE: "share", COUNT: "count"}
    return say(plain[unit]) if unit in plain else unit_text(unit, say.lang)


def with_unit(value: float, unit: str, say: Say) -> str:
    """Return a value of the content with its unit; a share or a count needs none."""
    number = exact(value)
    words = "" if unit in (SHARE, COUNT) else unit_text(unit, say.lang, single=is_one(number))
    return f"{number} {words}".strip()
