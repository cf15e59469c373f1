"""The eight panels: own series, the same luck without decisions, and the change at the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.clock import FIRST_YEAR
from ccepz_sim.game.records import Future
from ccepz_sim.game.session import Outcome
from ccepz_sim.game.world import LAST_YEAR
from ccepz_sim.indicators import Indicator, all_indicators
from ccepz_sim.web import numbers
from ccepz_sim.web.views.words import Part, words

PANELS = (
    "gdp",
    "emerging_share",
    "colluding_share",
    "solid_waste_utilisation",
    "solid_waste_stock",
    "skilled_fill_rate",
    "institute_fill_rate",
    "net_migration",
)
# What a colour means: ochre economy, sage nature, slate people, violet science, iron integrity and harm.
COLOURS = {
    "economy": "ochre",
    "structure": "ochre",
    "firms": "ochre",
    "finance": "ochre",
    "environment": "sage",
    "people": "slate",
    "public": "slate",
    "science": "violet",
    "integrity": "iron",
}
OTHER = "slate"
BALANCES = ("net_migration", "budget_balance")  # may be negative, so a percentage would mislead
SMALL = 5e-4  # a change that no reader would see


def by_year(future: Future, indicator: str, place: str = "zone") -> NDArray[np.float64]:
    """Return yearly means of an indicator, shape (years,), from 2010 on."""
    return future.by_year(indicator, place)


def colour_of(indicator: str) -> str:
    """Return the token of the palette that an indicator's group has."""
    known = all_indicators().get(indicator)
    return COLOURS.get(known.group, OTHER) if known else OTHER


def panels(outcome: Outcome, chosen: Sequence[str], lang: str) -> list[Part]:
    """Describe the charts: two series in the reader's units, round axis limits, and the change at the end."""
    return [_panel(outcome, all_indicators()[name], lang) for name in chosen]


def _panel(outcome: Outcome, indicator: Indicator, lang: str) -> Part:
    own, without = by_year(outcome.own, indicator.id), by_year(outcome.without, indicator.id)
    both = np.concatenate([own, without])
    scale = numbers.scale_of(indicator.unit, float(np.median(np.abs(both))), lang)
    scaled = both / scale.factor
    low, high = numbers.nice_range(float(scaled.min()), float(scaled.max()))
    return {
        "id": indicator.id,
        "key": f"{indicator.id}|{lang}|{hash(own.tobytes())}|{hash(without.tobytes())}",
        "label": indicator.label.get(lang),
        "help": indicator.help.get(lang),
        "colour": colour_of(indicator.id),
        "unit": scale.unit,
        "decimals": scale.decimals,
        "own": _rounded(own / scale.factor),
        "without": _rounded(without / scale.factor),
        "low": low,
        "high": high,
        "change": _change(indicator, float(own[-1]), float(without[-1]), scale, lang),
    }


def _change(indicator: Indicator, own: float, without: float, scale: numbers.Scale, lang: str) -> Part:
    """Say how the last year differs from the same luck without decisions: direction, size, good or bad."""
    t = words("charts", lang)
    gap = own - without
    size = max(abs(own), abs(without))
    if size == 0 or abs(gap) / size < SMALL:
        return {"tone": "", "text": t["same"], "spoken": t["same"]}
    if indicator.unit in ("1", "share"):
        amount = numbers.join(numbers.number_text(gap * 100, 1, sign=True), t["points"], lang)
    elif indicator.direction == "neutral" or indicator.id in BALANCES or own * without <= 0:
        amount = numbers.number_text(gap / scale.factor, scale.decimals, sign=True)
    else:
        amount = numbers.number_text(100 * gap / abs(without), 1, sign=True) + "%"
    tone = ""
    if indicator.direction in ("up", "down"):
        tone = "good" if (gap > 0) == (indicator.direction == "up") else "bad"
    verdict = t[tone] if tone else ""
    mark, way = ("▲", t["up"]) if gap > 0 else ("▼", t["down"])
    end = t["by_end"].format(year=LAST_YEAR)
    return {
        "tone": tone,
        "text": " ".join(filter(None, [mark, amount, verdict, "·", end])),
        "spoken": " ".join(filter(None, [end, way, amount, verdict])),
    }


def years() -> list[int]:
    """Return the years of the charts."""
    return list(range(FIRST_YEAR, LAST_YEAR + 1))


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.5g}") for value in values]
