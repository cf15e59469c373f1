"""The scale and the unit of a series of a study, in words."""

from __future__ import annotations

from ccepz_sim.studies.outcomes import DATE, YEARS
from ccepz_sim.text.numbers import scale_of
from ccepz_sim.text.texts import Texts


def scale_words(unit: str, largest: float, lang: str) -> tuple[float, str]:
    """Return the factor to divide a series by, and its unit in words."""
    if unit == DATE:
        return 1.0, Texts.load("studies")["figure.year_unit"].get(lang)
    scale = scale_of(unit.removesuffix(YEARS), largest, lang)
    return scale.factor, scale.unit + years_behind(unit, lang)


def years_behind(unit: str, lang: str) -> str:
    """Return the words for years that follow a unit, nothing where it has none."""
    return Texts.load("studies")["figure.years_behind"].get(lang) if unit.endswith(YEARS) else ""
