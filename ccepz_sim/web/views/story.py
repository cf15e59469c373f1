"""The head of the page, what happened, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.content import Content
from ccepz_sim.game.log import ChoosePackage, Item
from ccepz_sim.game.session import Outcome
from ccepz_sim.web import numbers
from ccepz_sim.web.views.charts import colour_of
from ccepz_sim.web.views.words import Part, words

EVENTS_A_YEAR = 6
EVENTS_SHOWN = 36


def facts(outcome: Outcome | None, year: int, lang: str) -> list[Part]:
    """Return treasury and standing at the end of a year."""
    t = words("page", lang)
    treasury = standing = "–"
    if outcome is not None:
        money, points = outcome.own.purse[year - PLAY_YEAR]
        treasury = numbers.scale_of("yuan", abs(money), lang).write(money, lang)
        standing = numbers.number_text(points, 0)
    return [
        {"label": t["treasury"], "value": treasury, "help": t["treasury_help"].format(year=year)},
        {"label": t["standing"], "value": standing, "help": t["standing_help"].format(year=year)},
    ]


def events(content: Content, outcome: Outcome, year: int, lang: str) -> list[Part]:
    """Return what happened up to the end of a year, newest first, the weightiest of each year."""
    table = content.table("places")
    names = {name: label.get(lang) for name, label in zip(table.ids, table.labels, strict=True)}
    by_date: dict[int, list[Any]] = {}
    for row in outcome.own.events:
        if PLAY_YEAR <= row.year <= year:
            by_date.setdefault(row.year, []).append(row)
    shown: list[Part] = []
    for date in sorted(by_date, reverse=True):
        rows = sorted(by_date[date], key=lambda row: -row.weight)[:EVENTS_A_YEAR]
        for row in sorted(rows, key=lambda row: (-row.quarter, -row.weight)):
            place = names.get(row.place.removeprefix("park_"), "")
            when = f"{date}年第{row.quarter}季度" if lang == "zh" else f"{date} Q{row.quarter}"
            shown.append(
                {
                    "key": f"{date}-{row.quarter}-{row.place}-{row.kind}-{len(shown)}",
                    "when": when,
                    "place": place,
                    "text": row.zh if lang == "zh" else row.en,
                    "colour": colour_of(row.indicator),
                }
            )
        if len(shown) >= EVENTS_SHOWN:
            break
    return shown[:EVENTS_SHOWN]


def decisions(content: Content, items: Sequence[Item], lang: str) -> list[Part]:
    """Describe the decisions of a player, in the order of their dates."""
    t = words("happenings", lang)
    listed = []
    for item in items:
        if isinstance(item.action, ChoosePackage):
            name, change = t["package"].format(name=content.packages[item.action.package].label.get(lang)), ""
        else:
            lever = content.levers[item.action.lever]
            scale = numbers.lever_scale(lever.unit, lever.bounds, lever.step, lang)
            name = lever.label.get(lang)
            before = numbers.number_text(item.before / scale.factor, scale.decimals)
            change = f"{before} → {scale.write(item.action.value, lang)}"
        listed.append(
            {
                "number": item.number,
                "year": item.action.year,
                "name": name,
                "change": change,
                "undo": t["undo_one"].format(name=f"{item.action.year} {name}"),
            }
        )
    return listed
