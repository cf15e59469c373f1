"""Numbers as people read them: 亿 and 万 in Chinese, billion and million in English."""

from __future__ import annotations

import math
from dataclasses import dataclass

LOCALES = {"en": "en-GB", "zh": "zh-CN"}
MINUS = "−"
# Per language: the least magnitude of a step, the factor to divide by, and the word that follows.
Steps = tuple[tuple[float, str], ...]
_COUNTS: dict[str, Steps] = {
    "en": ((1e9, "billion"), (1e6, "million"), (1.0, "")),
    "zh": ((1e8, "亿"), (1e4, "万"), (1.0, "")),
}
_NOUNS: dict[str, tuple[str, str]] = {
    "yuan": ("yuan", "元"),
    "yuan/year": ("yuan/yr", "元/年"),
    "yuan/person/year": ("yuan/person/yr", "元/人·年"),
    "yuan/equivalent": ("yuan/equivalent", "元/当量"),
    "yuan/person": ("yuan/person", "元/人"),
    "persons": ("people", "人"),
    "persons/year": ("people/yr", "人/年"),
    "quarters": ("quarters", "个季度"),
    "count": ("", "个"),
    "count/year": ("a year", "次/年"),
    "firms": ("firms", "家"),
    "firms/year": ("firms/yr", "家/年"),
    "multiple": ("times", "倍"),
    "t": ("t", "吨"),
    "t/year": ("t/yr", "吨/年"),
    "tce": ("tce", "吨标准煤"),
    "tce/year": ("tce/yr", "吨标准煤/年"),
    "m3": ("m³", "立方米"),
    "m3/year": ("m³/yr", "立方米/年"),
    "tce/10000 yuan": ("tce per 10,000 yuan", "吨标准煤/万元"),
    "points": ("points", "分"),
    "level 0-3": ("(0–3)", "级"),
    "posts": ("posts", "个岗位"),
    "index": ("", ""),
}

WHOLE = ("persons", "persons/year", "firms", "firms/year", "posts")  # never written with a fraction


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of one series are written: divided by `factor`, with `decimals`, followed by `unit`."""

    factor: float
    unit: str
    decimals: int

    def write(self, value: float, lang: str, *, sign: bool = False) -> str:
        """Return a value with its unit; a sign on request."""
        number = number_text(value / self.factor, self.decimals, sign=sign)
        return join(number, self.unit, lang)


def number_text(value: float, decimals: int, *, sign: bool = False) -> str:
    """Return a number with thousands marks and a true minus sign (both languages write numbers alike)."""
    text = f"{abs(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def join(number: str, unit: str, lang: str) -> str:
    """Put a unit behind a number; Chinese and the per cent sign need no space."""
    return number + unit if lang == "zh" or unit == "%" or not unit else f"{number} {unit}"


def scale_of(unit: str, largest: float, lang: str) -> Scale:
    """Choose one scale for a series: three figures of its largest value, in words that fit the language."""
    if unit in ("1", "share"):
        return Scale(0.01, "%", 1)
    noun = unit_text(unit, lang)
    for least, word in _COUNTS[lang]:
        if largest >= least:
            size = largest / least
            unit_words = (word + noun) if lang == "zh" else f"{word} {noun}".strip()
            return Scale(least, unit_words, _decimals(size, whole=least == 1 and unit in WHOLE))
    return Scale(1.0, noun, _decimals(largest))


def unit_text(unit: str, lang: str) -> str:
    """Return a unit of the content in words."""
    pair = _NOUNS.get(unit)
    return unit if pair is None else pair[lang == "zh"]


def lever_scale(unit: str, bounds: tuple[float, float], step: float, lang: str) -> Scale:
    """Choose the scale of a lever from its range, with as many decimals as its step needs."""
    chosen = scale_of(unit, max(abs(bounds[0]), abs(bounds[1])), lang)
    shown = step / chosen.factor
    decimals = 0
    while decimals < 3 and abs(shown * 10**decimals - round(shown * 10**decimals)) > 1e-6:
        decimals += 1
    return Scale(chosen.factor, chosen.unit, decimals)


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
