"""Numbers as people read them: 亿 and 万 in Chinese, billion and million in English."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.text.sentences import figure, is_one

LOCALES = {"en": "en-GB", "zh": "zh-CN"}
SPARE_DIGITS = 3  # behind those that are written: lines stay smooth
NEAR_HALF = 1e-2  # of the last digit written: so near a half no digit may be spared
# Per language: the least magnitude of a step, the factor to divide by, and the word that follows.
Steps = tuple[tuple[float, str], ...]
_COUNTS: dict[str, Steps] = {
    "en": ((1e9, "billion"), (1e6, "million"), (1.0, "")),
    "zh": ((1e8, "亿"), (1e4, "万"), (1.0, "")),
}
# Per unit: in English after one and after any other number, and in Chinese.
_NOUNS: dict[str, tuple[str, str, str]] = {
    "yuan": ("yuan", "yuan", "元"),
    "yuan/year": ("yuan/yr", "yuan/yr", "元/年"),
    "yuan/person/year": ("yuan/person/yr", "yuan/person/yr", "元/人·年"),
    "yuan/equivalent": ("yuan/equivalent", "yuan/equivalent", "元/当量"),
    "yuan/person": ("yuan/person", "yuan/person", "元/人"),
    "persons": ("person", "people", "人"),
    "persons/year": ("person/yr", "people/yr", "人/年"),
    "quarters": ("quarter", "quarters", "个季度"),
    "count": ("", "", "个"),
    "count/year": ("a year", "a year", "次/年"),
    "cases/year": ("a year", "a year", "件/年"),
    "results/year": ("a year", "a year", "项/年"),
    "firms": ("firm", "firms", "家"),
    "firms/year": ("firm/yr", "firms/yr", "家/年"),
    "institutes": ("institute", "institutes", "家"),
    "multiple": ("times", "times", "倍"),
    "t": ("t", "t", "吨"),
    "t/year": ("t/yr", "t/yr", "吨/年"),
    "tce": ("tce", "tce", "吨标准煤"),
    "tce/year": ("tce/yr", "tce/yr", "吨标准煤/年"),
    "m3": ("m³", "m³", "立方米"),
    "m3/year": ("m³/yr", "m³/yr", "立方米/年"),
    "tce/10000 yuan": ("tce per 10,000 yuan", "tce per 10,000 yuan", "吨标准煤/万元"),
    "points": ("point", "points", "分"),
    "level 0-3": ("(0–3)", "(0–3)", "级"),
    "posts": ("post", "posts", "个岗位"),
    "index": ("", "", ""),
}

# Never written with a fraction.
WHOLE = (
    "cases/year", "count", "count/year", "firms", "firms/year", "institutes", "persons", "persons/year", "posts",
    "results/year",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of one series are written: divided by `factor`, with `decimals`, followed by `unit`.

    After a number that is written as 1 or −1 the unit is `single`.
    """

    factor: float
    unit: str
    decimals: int
    single: str

    def write(self, value: float, lang: str, *, sign: bool = False) -> str:
        """Return a value with its unit; a sign on request."""
        number = number_text(value / self.factor, self.decimals, sign=sign)
        return join(number, self.single if is_one(number) else self.unit, lang)


def number_text(value: float, decimals: int, *, sign: bool = False) -> str:
    """Return a number with thousands marks and a true minus sign (both languages write numbers alike)."""
    text = figure(value, decimals)
    return f"+{text}" if sign and value > 0 and text.strip("0.,–") else text


def drawn(values: NDArray[np.float64], decimals: int) -> list[float]:
    """Shorten values for their way to the browser, shape (n,): it writes the digits of the whole ones."""
    size = np.abs(values) * 10.0**decimals
    short = np.where(np.abs(size % 1.0 - 0.5) < NEAR_HALF, values, np.round(values, decimals + SPARE_DIGITS))
    return [float(value) for value in short]


def join(number: str, unit: str, lang: str) -> str:
    """Put a unit behind a number; Chinese and the per cent sign need no space."""
    return number + unit if lang == "zh" or unit == "%" or not unit else f"{number} {unit}"


def scale_of(unit: str, largest: float, lang: str) -> Scale:
    """Choose one scale for a series: three figures of its largest value, in words that fit the language."""
    if unit in ("1", "share"):
        return Scale(0.01, "%", 1, "%")
    noun = unit_text(unit, lang)
    for least, word in _COUNTS[lang]:
        if largest >= least:
            size = largest / least
            unit_words = (word + noun) if lang == "zh" else f"{word} {noun}".strip()
            single = unit_words if least > 1 else unit_text(unit, lang, single=True)
            return Scale(least, unit_words, _decimals(size, whole=least == 1 and unit in WHOLE), single)
    return Scale(1.0, noun, _decimals(largest, whole=unit in WHOLE), unit_text(unit, lang, single=True))


def unit_text(unit: str, lang: str, *, single: bool = False) -> str:
    """Return a unit of the content in words, in English as after one or after many."""
    one, many, chinese = _NOUNS.get(unit, (unit, unit, unit))
    return chinese if lang == "zh" else one if single else many


def lever_scale(unit: str, bounds: tuple[float, float], step: float, lang: str) -> Scale:
    """Choose the scale of a lever from its range, with as many decimals as its step needs."""
    chosen = scale_of(unit, max(abs(bounds[0]), abs(bounds[1])), lang)
    shown = step / chosen.factor
    decimals = 0
    while decimals < 3 and abs(shown * 10**decimals - round(shown * 10**decimals)) > 1e-6:
        decimals += 1
    return Scale(chosen.factor, chosen.unit, decimals, chosen.single)


def standing_text(points: float) -> str:
    """Return a standing as every part of the page writes it."""
    return number_text(points, 1)


def money_scales(lang: str) -> list[dict[str, object]]:
    """Return the steps of money for the page, largest first."""
    noun = unit_text("yuan", lang)
    return [
        {
            "least": least,
            "factor": least,
            "unit": word + noun if lang == "zh" else f"{word} {noun}".strip(),
            "joint": "" if lang == "zh" else " ",
            "decimals": 1 if least > 1 else 0,
        }
        for least, word in _COUNTS[lang]
    ]


def nice_range(low: float, high: float) -> tuple[float, float]:
    """Return round limits for an axis with two labels."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    if low >= 0 and low < 0.55 * high:
        low = 0.0
    span = max(high - low, abs(high) * 0.02, 1e-9)
    step = 10 ** math.floor(math.log10(span / 2))
    for multiple in (1, 2, 5, 10):
        if span / (step * multiple) <= 5:
            step *= multiple
            break
    bottom = math.floor(low / step + 1e-9) * step
    top = math.ceil(high / step - 1e-9) * step
    if top <= bottom:
        top = bottom + step
    return round(bottom, 10), round(top, 10)


def _decimals(size: float, *, whole: bool = False) -> int:
    if whole or size >= 100:
        return 0
    return 1 if size >= 10 else 2
