"""Up to four futures side by side, and the bookmarks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ccepz_sim.game.placebo import too_small
from ccepz_sim.game.records import Future
from ccepz_sim.game.state import State
from ccepz_sim.game.world import LAST_YEAR
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.numerics.clock import FIRST_YEAR
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import fill
from ccepz_sim.web.views.charts import Visibility, gap_text, shows, tone_of
from ccepz_sim.web.views.words import Part, words

LINES = ("lake", "ochre", "violet", "iron")  # colour of each branch; the dash is its second sign
SCORES = ("score_economy", "score_ecology", "score_people", "score_integrity", "score_resilience")


def listed(state: State, lang: str) -> list[Part]:
    """Describe the branches: name, colour, what each decided."""
    t = words("futures", lang)
    found = []
    for place, (branch, position) in enumerate(state.standings.branches.items()):
        years = sorted({item.action.year for item in position.items})
        found.append(
            {
                "id": branch,
                "name": name_of(state, branch, lang),
                "colour": LINES[place % len(LINES)],
                "place": place,
                "current": branch == state.standings.current,
                "what": fill(t["what"], count=len(position.items), years=_span(years)) if years else t["nothing"],
                "ready": branch == state.standings.current or branch in state.rivals,
            }
        )
    return found


def marks(state: State) -> list[Part]:
    """Describe the bookmarks, newest first."""
    return [{"number": mark.number, "name": mark.name, "year": mark.year} for mark in reversed(state.standings.marks)]


def name_of(state: State, branch: int, lang: str) -> str:
    """Return the name of a branch; the first has none of its own, and shared ones are numbered."""
    t = words("futures", lang)
    name = state.standings.names[branch]
    if not name:
        return t["first"]
    return fill(t["number"], number=name) if name.isdigit() else name


def futures_of(state: State) -> dict[int, Future]:
    """Return the futures that are there, by branch."""
    found = dict(state.rivals)
    if state.outcome is not None and not state.trial:
        found[state.standings.current] = state.outcome.own
    return {branch: found[branch] for branch in state.standings.branches if branch in found}


def charts_of(state: State, chosen: Sequence[str], visibility: Visibility, lang: str) -> list[Part]:
    """Describe one chart for each indicator, with a line for each branch and one for the status quo."""
    there = futures_of(state)
    if state.outcome is None or not there:
        return []
    places = {branch: place for place, branch in enumerate(state.standings.branches)}
    found = []
    for name in chosen:
        indicator = all_indicators()[name]
        series = {branch: visibility.see(future, name) for branch, future in there.items()}
        quo = visibility.see(state.outcome.without, name)
        every = np.concatenate([quo, *series.values()])
        scale = numbers.scale_of(indicator.unit, float(np.median(np.abs(every))), lang)
        low, high = numbers.nice_range(float(every.min()) / scale.factor, float(every.max()) / scale.factor)
        found.append(
            {
                "id": name,
                "label": indicator.label.get(lang),
                "unit": scale.unit,
                "decimals": scale.decimals,
                "low": low,
                "high": high,
                "without": numbers.drawn(quo / scale.factor, scale.decimals),
                "lines": [
                    {
                        "name": name_of(state, branch, lang),
                        "colour": LINES[places[branch] % len(LINES)],
                        "place": places[branch],
                        "values": numbers.drawn(values / scale.factor, scale.decimals),
                    }
                    for branch, values in series.items()
                ],
            }
        )
    return found


def table(state: State, chosen: Sequence[str], visibility: Visibility, lang: str) -> list[Part]:
    """Return the last year of each branch beside the status quo, indicators of the page and the scores."""
    there = futures_of(state)
    if state.outcome is None or not there:
        return []
    rows = []
    for name in dict.fromkeys((*chosen, *SCORES)):
        indicator = all_indicators()[name]
        quo = float(visibility.see(state.outcome.without, name)[LAST_YEAR - FIRST_YEAR])
        scale = numbers.scale_of(indicator.unit, abs(quo), lang)
        cells = []
        for branch, future in there.items():
            value = float(visibility.see(future, name)[LAST_YEAR - FIRST_YEAR])
            gap = gap_text(indicator, value, quo, scale, lang)
            tone = "" if visibility.veiled(name) else tone_of(indicator, value - quo)
            if not shows(gap):
                gap = tone = ""
            elif too_small(name, value - quo):
                gap, tone = words("charts", lang)["too_small_to_tell"], ""
            cells.append({"branch": branch, "value": scale.write(value, lang), "gap": gap, "tone": tone})
        rows.append({"id": name, "label": indicator.label.get(lang), "without": scale.write(quo, lang), "cells": cells})
    return rows


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
