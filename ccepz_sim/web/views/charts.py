"""The eight panels: what is seen of the own future, the same luck without decisions, the band of other luck."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ccepz_sim import __version__
from ccepz_sim.content.loading import Content
from ccepz_sim.game.bands import Band
from ccepz_sim.game.placebo import too_small
from ccepz_sim.game.records import Future, Numbers
from ccepz_sim.game.reveal import known_until
from ccepz_sim.game.state import Outcome, State
from ccepz_sim.game.world import LAST_YEAR
from ccepz_sim.measures.indicators import Indicator, all_indicators
from ccepz_sim.numerics.clock import FIRST_YEAR, PLAY_YEAR
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import fill
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
SHORT_HASH = 12  # letters that tell contents apart
SMALL = 5e-4  # a gap between reported and true that no reader would see


def chosen(wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the eight indicators to show: those wanted, and the usual ones where an indicator is no more."""
    known = all_indicators()
    return tuple(
        wanted[place] if place < len(wanted) and wanted[place] in known else usual for place, usual in enumerate(PANELS)
    )


@dataclass(frozen=True, slots=True)
class Visibility:
    """What can be seen: up to `known` the truth, later what officials report (where they report)."""

    known: int

    @staticmethod
    def of(content: Content, outcome: Outcome, year: int, truth: bool) -> Visibility:
        """Open them in a year; an analyst sees the whole truth."""
        return Visibility(LAST_YEAR if truth else known_until(content, outcome.own, year))

    def veiled(self, indicator: str) -> bool:
        """Whether part of an indicator is known from reports only."""
        return all_indicators()[indicator].reported and self.known < LAST_YEAR

    def pick(self, indicator: str, true: Numbers, reported: Numbers) -> Numbers:
        """Join both views of a series by year, shape (..., years)."""
        if not self.veiled(indicator):
            return true
        cut = self.known - FIRST_YEAR + 1
        return np.concatenate([true[..., :cut], reported[..., cut:]], axis=-1)

    def see(self, future: Future, indicator: str, place: str = "zone") -> Numbers:
        """Return yearly means as they are seen, shape (years,), from 2010 on."""
        true = future.by_year(indicator, place)
        if not self.veiled(indicator):
            return true
        return self.pick(indicator, true, future.by_year(indicator, place, "reported"))


def colour_of(indicator: str) -> str:
    """Return the token of the palette that an indicator's group has."""
    known = all_indicators().get(indicator)
    return COLOURS.get(known.group, OTHER) if known else OTHER


def panels(
    outcome: Outcome, band: Band | None, chosen: Sequence[str], visibility: Visibility, share: float, lang: str
) -> list[Part]:
    """Describe the charts: series in the reader's units, round axis limits, and the change at the end."""
    fits = band if band is not None and band.decisions == outcome.own.decisions else None
    return [_panel(outcome, fits, all_indicators()[name], visibility, share, lang) for name in chosen]


def _panel(
    outcome: Outcome, band: Band | None, indicator: Indicator, visibility: Visibility, share: float, lang: str
) -> Part:
    name = indicator.id
    own, without = visibility.see(outcome.own, name), visibility.see(outcome.without, name)
    both = np.concatenate([own, without])
    scale = numbers.scale_of(indicator.unit, float(np.median(np.abs(both))), lang)
    edges = edges_of(band, name, visibility, share) if band is not None else None
    every = both if edges is None else np.concatenate([both, *edges])
    low, high = numbers.nice_range(float(every.min()) / scale.factor, float(every.max()) / scale.factor)
    said = outcome.own.by_year(name, view="reported") if indicator.reported else None
    veiled = visibility.veiled(name)
    past = said[: visibility.known - FIRST_YEAR + 1] if said is not None else np.zeros(0)
    differs = bool(len(past)) and not np.allclose(past, own[: len(past)], rtol=SMALL, atol=0.0)
    drawn = {
        "own": own,
        "without": without,
        "said": past if differs else past[:0],
        "lower": edges[0] if edges is not None else past[:0],
        "upper": edges[1] if edges is not None else past[:0],
    }
    ends = float(own[-1]), float(without[-1])
    moved = shows(gap_text(indicator, *ends, scale, lang)) and not too_small(name, ends[0] - ends[1])
    print_ = zlib.crc32(b"".join(values.tobytes() for values in drawn.values()))
    told = change(indicator, *ends, scale, lang, reported=veiled)
    return {
        "id": name,
        "key": f"{name}|{lang}|{print_:x}|{visibility.known if veiled else 0}",
        "label": indicator.label.get(lang),
        "help": indicator.help.get(lang),
        "colour": colour_of(name),
        "unit": scale.unit,
        "unit_single": scale.single,
        "decimals": scale.decimals,
        "factor": scale.factor,
        **{key: numbers.drawn(values / scale.factor, scale.decimals) for key, values in drawn.items()},
        "veiled": visibility.known + 1 if veiled else 0,
        "low": low,
        "high": high,
        "change": told | ({} if outcome.own.decisions else {"text": ""}),
        "luck": luck(band, indicator, lang) if moved else "",
    }


def texts(share: float, lang: str) -> Part:
    """Return the words of the panels; the band says which share of the worlds it holds."""
    t = words("charts", lang)
    return {**t, "band": fill(t["band"], share=f"{100 * share:.0f}%")}


def about(content: Content, state: State, lang: str) -> Part:
    """Say which game a saved picture or table shows and where it comes from, in words and as columns."""
    t, count, world = words("charts", lang), len(state.position.items), state.world
    scenario = content.scenarios[world.scenario].label.get(lang)
    made = {"version": __version__, "content": content.hash[:SHORT_HASH]}
    return {
        "lines": [
            fill(t["about_game"], scenario=scenario, seed=world.seed, count=count, first=PLAY_YEAR, last=LAST_YEAR),
            fill(t["about_source"], **made),
        ],
        "game": {"scenario": world.scenario, "seed": world.seed, "decisions": count, **made},
    }


def edges_of(band: Band, indicator: str, visibility: Visibility, share: float) -> tuple[Numbers, Numbers]:
    """Return the limits of a band as it is seen, each of shape (years,)."""
    (low, high), (low_said, high_said) = band.edges(indicator, share)
    return visibility.pick(indicator, low, low_said), visibility.pick(indicator, high, high_said)


def luck(band: Band | None, indicator: Indicator, lang: str) -> str:
    """Say in how many worlds the decisions do better than none."""
    better = band.better(indicator.id, LAST_YEAR) if band is not None and band.decisions else None
    if band is None or better is None:
        return ""
    return fill(words("charts", lang)["luck"], share=f"{100 * better:.0f}%", worlds=band.worlds)


def change(
    indicator: Indicator, own: float, without: float, scale: numbers.Scale, lang: str, *, reported: bool = False
) -> Part:
    """Say how the last year differs from the same luck without decisions: direction, size, good or bad.

    What is only reported is neither: that officials report less is no good in itself.
    """
    t = words("charts", lang)
    gap = own - without
    amount = gap_text(indicator, own, without, scale, lang)
    if not shows(amount) or too_small(indicator.id, gap):
        none = fill(t["too_small" if shows(amount) else "same"], year=LAST_YEAR)
        return {"tone": "", "text": none, "spoken": none}
    tone = "" if reported else tone_of(indicator, gap)
    verdict = t[tone] if tone else ""
    mark, way = ("▲", t["up"]) if gap > 0 else ("▼", t["down"])
    end = fill(t["by_end"], year=LAST_YEAR)
    short = gap_text(indicator, own, without, scale, lang, unit=False)
    return {
        "tone": tone,
        "text": " ".join(filter(None, [mark, short, verdict, "·", end])),
        "spoken": " ".join(filter(None, [end, way, amount, verdict])),
    }


def shows(amount: str) -> bool:
    """Return whether a difference is one at all once it is written: all its digits may have rounded to nothing."""
    return re.match("[+−]?[0.,]*[1-9]", amount) is not None  # a unit may have digits of its own


def tone_of(indicator: Indicator, gap: float) -> str:
    """Return whether more of an indicator is good, bad or neither."""
    if indicator.direction not in ("up", "down") or gap == 0:
        return ""
    return "good" if (gap > 0) == (indicator.direction == "up") else "bad"


def gap_text(
    indicator: Indicator, own: float, without: float, scale: numbers.Scale, lang: str, *, unit: bool = True
) -> str:
    """Write a difference: points for shares, per cent for what cannot turn negative, else the unit of the scale.

    Without `unit` the number stands alone, where its unit is written right above it.
    """
    gap = own - without
    if indicator.unit in ("1", "share"):
        return numbers.join(numbers.number_text(gap * 100, 1, sign=True), words("charts", lang)["points"], lang)
    if indicator.direction == "neutral" or indicator.id in BALANCES or own * without <= 0:
        text = scale.write(gap, lang, sign=True)
        return text if unit else numbers.number_text(gap / scale.factor, scale.decimals, sign=True)
    return numbers.number_text(100 * gap / abs(without), 1, sign=True) + "%"


def years() -> list[int]:
    """Return the years of the charts."""
    return list(range(FIRST_YEAR, LAST_YEAR + 1))
