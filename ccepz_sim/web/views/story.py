"""The head of the page, what happened, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ccepz_sim.content.loading import Content
from ccepz_sim.game.log import ChoosePackage, SetLever
from ccepz_sim.game.position import Item
from ccepz_sim.game.state import Outcome
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import fill
from ccepz_sim.web.views.charts import colour_of
from ccepz_sim.web.views.words import Part, words

EVENTS_A_YEAR = 6
ALIKE_A_YEAR = 2
EVENTS_SHOWN = 36
HIDDEN = ("collusion_spreads", "collusion_recedes", "waste_use_rises", "waste_use_falls")


def facts(outcome: Outcome | None, year: int, lang: str) -> list[Part]:
    """Return the year, and treasury and standing at its end."""
    t = words("page", lang)
    treasury = standing = "–"
    if outcome is not None:
        money, points, _, _ = outcome.own.resources[year - PLAY_YEAR]
        treasury = numbers.scale_of("yuan", abs(money), lang).write(money, lang)
        standing = numbers.standing_text(points)
    return [
        {"label": t["year"], "value": str(year), "help": t["year_help"]},
        {"label": t["treasury"], "value": treasury, "help": fill(t["treasury_help"], year=year)},
        {"label": t["standing"], "value": standing, "help": fill(t["standing_help"], year=year)},
    ]


def events(content: Content, outcome: Outcome, year: int, known: int, lang: str) -> list[Part]:
    """Return what happened up to the end of a year, newest first, the weightiest of each year.

    What only true figures show (a spread of deals, say) is told once they are known.
    """
    t = words("events", lang)
    table = content.table("places")
    names = {name: label.get(lang) for name, label in zip(table.ids, table.labels, strict=True)}
    by_date: dict[int, list[Any]] = {}
    for row in outcome.own.events:
        if PLAY_YEAR <= row.year <= (min(year, known) if row.kind in HIDDEN else year):
            by_date.setdefault(row.year, []).append(row)
    shown: list[Part] = []
    for date in sorted(by_date, reverse=True):
        rows = _chosen(by_date[date])
        for row in sorted(rows, key=lambda row: -row.quarter):
            when = fill(t["quarter"], year=date, quarter=row.quarter)
            shown.append(
                {
                    "key": f"{date}-{row.quarter}-{row.place}-{row.kind}-{len(shown)}",
                    "when": when,
                    "place": names.get(row.place.removeprefix("park_"), ""),
                    "text": row.zh if lang == "zh" else row.en,
                    "colour": colour_of(row.indicator),
                }
            )
        if len(shown) >= EVENTS_SHOWN:
            break
    return shown[:EVENTS_SHOWN]


def _chosen(rows: list[Any]) -> list[Any]:
    """Choose the events of one year: the weightiest of each kind first, as kinds weigh in different units."""
    of_kind: dict[str, int] = {}
    ranked = []
    for row in sorted(rows, key=lambda row: -row.weight):
        rank = of_kind[row.kind] = of_kind.get(row.kind, -1) + 1
        if rank < ALIKE_A_YEAR:
            ranked.append((rank, row))
    return [row for _, row in sorted(ranked, key=lambda pair: pair[0])][:EVENTS_A_YEAR]


def actions(content: Content, made: Sequence[SetLever | ChoosePackage], lang: str) -> list[str]:
    """Name actions as they stand in an address, whatever became of them."""
    t = words("events", lang)
    named = []
    for action in made:
        if isinstance(action, ChoosePackage):
            what = t["package"].format(name=content.packages[action.package].label.get(lang))
        else:
            lever = content.levers[action.lever]
            scale = numbers.lever_scale(lever.unit, lever.bounds, lever.step, lang)
            what = f"{lever.label.get(lang)} → {scale.write(action.value, lang)}"
        named.append(f"{action.year} {what}")
    return named


def decisions(content: Content, items: Sequence[Item], lang: str) -> list[Part]:
    """Describe the decisions of a player, in the order of their dates."""
    t = words("events", lang)
    listed = []
    for item in items:
        if isinstance(item.action, ChoosePackage):
            name, change = fill(t["package"], name=content.packages[item.action.package].label.get(lang)), ""
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
                "undo": fill(t["undo_one"], name=f"{item.action.year} {name}"),
            }
        )
    return listed
