"""Numbers as people read them: million and billion in English, 万 and 亿 in Chinese, shares in per cent."""

from __future__ import annotations

import math

from ccepz_sim.commands.speech import Say

SHARE = "1"
SCALES = {"en": (("billion", 1e9), ("million", 1e6)), "zh": (("yi", 1e8), ("wan", 1e4))}


def figure(value: float, unit: str, say: Say) -> str:
    """Return a value of an indicator without its unit; a share is shown in per cent."""
    if unit == SHARE:
        return f"{100 * value:.1f} %"
    for word, size in SCALES[say.lang]:
        if abs(value) >= size:
            return say(f"scale.{word}", number=_digits(value / size))
    return _digits(value)


def change(start: float, end: float, unit: str, say: Say) -> str:
    """Return the change of an indicator: points of a share, per cent of a level, else the difference."""
    if unit == SHARE:
        return say("scale.points", number=f"{100 * (end - start):+.1f}")
    if start > 0 and end >= 0:
        return f"{100 * (end / start - 1):+,.0f} %"
    difference = end - start
    return ("+" if difference > 0 else "") + figure(difference, unit, say)


def exact(value: float, say: Say) -> str:
    """Return a value of content without rounding, large ones in words: 1.5e8 as 150 million."""
    word, size = next((scale for scale in SCALES[say.lang] if abs(value) >= scale[1]), ("", 1.0))
    number = f"{value / size:,.10g}"
    return say(f"scale.{word}", number=number) if word else number


def _digits(value: float) -> str:
    # Three significant digits below a thousand, whole numbers above.
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(decimals, 4)}f}"
