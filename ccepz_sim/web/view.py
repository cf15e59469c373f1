"""What each part of the page is given: plain dictionaries in one language, made from a game's state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ccepz_sim.clock import FIRST_YEAR, PLAY_YEAR, QUARTERS
from ccepz_sim.content import Content
from ccepz_sim.game.futures import LAST_YEAR, Future
from ccepz_sim.game.log import ChoosePackage, Item, values_at
from ccepz_sim.game.session import Outcome, State
from ccepz_sim.indicators import INDICATORS, Indicator
from ccepz_sim.schema import STATUS_QUO, Lever
from ccepz_sim.text import Texts
from ccepz_sim.web import numbers

Part = dict[str, Any]
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
COLOURS = {
    "ochre": "gdp gdp_real industrial_value_added industrial_value_added_real sector_share_primary sector_share_secondary "
    "sector_share_tertiary heavy_industry_share emerging_share firms_active firms_in_deficit_share firm_exits firm_entries "
    "budget_balance government_debt guarantees_called brand score_economy score_resilience chain_level_mean",
    "iron": "colluding_share bribes_paid tax_evaded funds_misused_share audits penalties score_integrity",
    "violet": "institute_fill_rate rd_intensity innovations",
    "slate": "employment unemployment_rate vacancies urban_income population net_migration skilled_share skilled_fill_rate "
    "complaints complaints_answered awareness trust score_people",
}
_COLOUR = {name: colour for colour, names in COLOURS.items() for name in names.split()}
SMALL = 5e-4  # a change that no reader would see
EVENTS_A_YEAR = 6
EVENTS_SHOWN = 36
LINKS_SHOWN = 6
MOVERS_SHOWN = 4
EAST = ("xining", "haidong")


def words(section: str, lang: str) -> dict[str, str]:
    """Return the texts of one part of the page."""
    prefix = section + "."
    return {key[len(prefix) :]: label.get(lang) for key, label in Texts.load("web").items() if key.startswith(prefix)}


# Levers


@lru_cache(maxsize=8)
def lever_groups(content: Content, lang: str) -> list[Part]:
    """Describe all levers by group: what never changes during a game."""
    bodies = content.table("bodies")
    body_names = {name: label.get(lang) for name, label in zip(bodies.ids, bodies.labels, strict=True)}
    groups = sorted(content.groups.values(), key=lambda group: group.order)
    return [
        {
            "id": group.id,
            "label": group.label.get(lang),
            "colour": group.colour,
            "levers": [
                _lever(lever, body_names, lang) for lever in content.levers.values() if lever.group == group.id
            ],
        }
        for group in groups
    ]


def _lever(lever: Lever, bodies: dict[str, str], lang: str) -> Part:
    scale = numbers.lever_scale(lever.unit, lever.bounds, lever.step, lang)
    status = Texts.load("web")[f"status.{lever.status}"].get(lang)
    parts = [status, lever.source or lever.why]
    if lever.report:
        parts.append(Texts.load("web")["levers.chapter"].format(lang, chapter=lever.report))
    space = "" if lang == "zh" or scale.unit in ("", "%") else "\u00a0"
    return {
        "id": lever.id,
        "label": lever.label.get(lang),
        "summary": lever.summary.get(lang),
        "assumes": lever.assumes.get(lang),
        "who": lever.who.get(lang),
        "body": bodies.get(lever.body, lever.body),
        "evidence": " · ".join(parts),
        "low": lever.bounds[0],
        "high": lever.bounds[1],
        "step": lever.step,
        "factor": scale.factor,
        "suffix": space + scale.unit,
        "decimals": scale.decimals,
        "lag": lever.lag.quarters,
        "cost": lever.cost.kind,
        "money": lever.cost.money,
        "standing": lever.cost.standing,
    }


@lru_cache(maxsize=8)
def choices(content: Content, lang: str) -> Part:
    """Return packages, scenarios and indicators to choose from."""
    return {
        "packages": [
            {"id": item.id, "label": item.label.get(lang), "summary": item.summary.get(lang)}
            for item in content.packages.values()
        ],
        "scenarios": [
            {"id": item.id, "label": item.label.get(lang), "summary": item.summary.get(lang)}
            for item in content.scenarios.values()
        ],
        "indicators": [{"id": item.id, "label": item.label.get(lang)} for item in INDICATORS.values()],
    }


def lever_values(content: Content, state: State) -> Part:
    """Return what is announced for the year on the table, the status quo, and the package in force."""
    package = STATUS_QUO if not state.position.items else ""
    for item in state.position.items:
        if item.action.year <= state.year:
            package = item.action.package if isinstance(item.action, ChoosePackage) else ""
    return {
        "values": values_at(content, state.position.decisions, state.year),
        "quo": {name: lever.status_quo_at(state.year) for name, lever in content.levers.items()},
        "chosen": package,
    }


# Charts


def by_year(future: Future, indicator: str, place: str = "zone") -> np.ndarray:
    """Return yearly means of an indicator, shape (years,), from 2010 on."""
    series = future.series(indicator, place)
    whole = len(series) // QUARTERS * QUARTERS
    return series[:whole].reshape(-1, QUARTERS).mean(axis=1)


def panels(outcome: Outcome, chosen: Sequence[str], lang: str) -> list[Part]:
    """Describe the charts: two series in the units of the reader, round axis limits, and the change at the end."""
    return [_panel(outcome, INDICATORS[name], lang) for name in chosen]


def _panel(outcome: Outcome, indicator: Indicator, lang: str) -> Part:
    own, without = by_year(outcome.own, indicator.id), by_year(outcome.without, indicator.id)
    both = np.concatenate([own, without])
    scale = numbers.scale_of(indicator.unit, float(np.abs(both).max()), lang)
    low, high, decimals = numbers.nice_range(float(both.min()) / scale.factor, float(both.max()) / scale.factor)
    return {
        "id": indicator.id,
        "key": f"{indicator.id}|{lang}|{hash(own.tobytes())}|{hash(without.tobytes())}",
        "label": indicator.label.get(lang),
        "colour": _COLOUR.get(indicator.id, "sage"),
        "unit": scale.unit,
        "decimals": scale.decimals,
        "own": _rounded(own / scale.factor),
        "without": _rounded(without / scale.factor),
        "low": low,
        "high": high,
        "axis_decimals": decimals,
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
    elif indicator.direction == "neutral" or own * without <= 0 or indicator.id in ("net_migration", "budget_balance"):
        amount = numbers.number_text(gap / scale.factor, scale.decimals, sign=True)
    else:
        amount = numbers.number_text(100 * gap / abs(without), 1, sign=True) + "%"
    tone = ""
    if indicator.direction in ("up", "down"):
        tone = "good" if (gap > 0) == (indicator.direction == "up") else "bad"
    end = t["by_end"].format(year=LAST_YEAR)
    mark = "▲" if gap > 0 else "▼"
    text = f"{mark} {amount} {t[tone] if tone else ''}".rstrip()
    way = t["up"] if gap > 0 else t["down"]
    return {"tone": tone, "text": f"{text} · {LAST_YEAR}", "spoken": f"{end}: {way} {amount} {t[tone] if tone else ''}".rstrip()}


def years() -> list[int]:
    """Return the years of the charts."""
    return list(range(FIRST_YEAR, LAST_YEAR + 1))


def _rounded(values: np.ndarray) -> list[float]:
    return [float(f"{value:.5g}") for value in values]


# Map


@lru_cache(maxsize=8)
def places(content: Content, lang: str) -> list[Part]:
    """Describe the places of the map: what never changes."""
    t = words("map", lang)
    table = content.table("places")
    subs = {"xining": t["rival"], "haidong": t["crowded"], "tianjun": t["mine"]}
    return [
        {
            "id": name,
            "label": table.labels[row].get(lang),
            "kind": "outside" if name in EAST else "park" if table.texts("park")[row] else "town",
            "x": float(table.numbers("x")[row]),
            "y": float(table.numbers("y")[row]),
            "sub": subs.get(name, ""),
        }
        for row, name in enumerate(table.ids)
    ]


def map_now(content: Content, outcome: Outcome, year: int, lang: str) -> Part:
    """Describe the map of one year: sizes, rings, smoke, flows, and the facts behind each place."""
    table = content.table("places")
    column = year - FIRST_YEAR
    parks = {name: park for name, park in zip(table.ids, table.texts("park"), strict=True) if park}
    most = {
        indicator: max(float(by_year(outcome.without, indicator, park).max()) for park in parks.values()) or 1.0
        for indicator in ("industrial_value_added", "so2")
    }
    now = {}
    for name in table.ids:
        get = _Facts(outcome, column, lang)
        if name in parks:
            park = parks[name]
            output, smoke = get.value("industrial_value_added", park), get.value("so2", park)
            ring = get.value("colluding_share", park)
            facts = [
                get.fact("output", "industrial_value_added", park),
                get.fact("collusion", "colluding_share", park),
                get.fact("smoke", "so2", park),
                get.fact("waste", "solid_waste_utilisation", park),
                get.fact("people", "population", name),
            ]
            now[name] = {
                "size": round(output / most["industrial_value_added"], 3),
                "ring": round(ring, 3),
                "smoke": round(smoke / most["so2"], 3),
                "facts": facts,
            }
        else:
            now[name] = {"facts": [get.fact("people", "population", name), get.fact("fill", "skilled_fill_rate", name)]}
        text = "：" if lang == "zh" else ": "
        label = table.labels[table.index[name]].get(lang)
        now[name]["text"] = label + text + ("，" if lang == "zh" else ", ").join(
            f"{fact['label']} {fact['value']}" for fact in now[name]["facts"]
        )
    return {"now": now, "links": _links(content, outcome, year, lang), "people": _movers(content, outcome, year, lang)}


class _Facts:
    """Values of one year of the own future, as numbers and in words."""

    def __init__(self, outcome: Outcome, column: int, lang: str) -> None:
        self.outcome, self.column, self.lang = outcome, column, lang
        self.words = words("map", lang)

    def value(self, indicator: str, place: str) -> float:
        return float(by_year(self.outcome.own, indicator, place)[self.column])

    def fact(self, word: str, indicator: str, place: str) -> Part:
        value = self.value(indicator, place)
        scale = numbers.scale_of(INDICATORS[indicator].unit, abs(value), self.lang)
        return {"label": self.words[word], "value": scale.write(value, self.lang)}


def _quarters(year: int) -> slice:
    first = (year - FIRST_YEAR) * QUARTERS
    return slice(first, first + QUARTERS)


def _links(content: Content, outcome: Outcome, year: int, lang: str) -> list[Part]:
    table = content.table("places")
    names = [name for name, inside in zip(table.ids, table.numbers("in_zone"), strict=True) if inside]
    flows = np.asarray(outcome.own.zone.recorder.by_product_flow)
    tonnes = flows[_quarters(year)].sum(axis=0)
    between = tonnes + tonnes.T  # one line for both directions
    yearly = flows[: len(flows) // QUARTERS * QUARTERS].reshape(-1, QUARTERS, *flows.shape[1:]).sum(axis=1)
    most = max(1.0, float((yearly + yearly.swapaxes(1, 2))[:, *np.triu_indices(len(names), 1)].max()))
    found = []
    for row, column in zip(*np.triu_indices(len(names), 1), strict=True):
        amount = float(between[row, column])
        if amount <= 1.0:
            continue
        first, second = (row, column) if tonnes[row, column] >= tonnes[column, row] else (column, row)
        text = words("map", lang)["link"].format(
            tonnes=numbers.scale_of("t/year", amount, lang).write(amount, lang),
            origin=table.labels[table.index[names[first]]].get(lang),
            target=table.labels[table.index[names[second]]].get(lang),
        )
        found.append(
            {"origin": names[row], "target": names[column], "amount": amount, "scale": most, "text": text}
        )
    return sorted(found, key=lambda flow: -flow["amount"])[:LINKS_SHOWN]


def _movers(content: Content, outcome: Outcome, year: int, lang: str) -> list[Part]:
    table = content.table("places")
    inside = table.numbers("in_zone") > 0
    flows = np.asarray(outcome.own.zone.recorder.people_flow)
    persons = flows[_quarters(year)].sum(axis=0)
    net = persons - persons.T
    yearly = flows[: len(flows) // QUARTERS * QUARTERS].reshape(-1, QUARTERS, *flows.shape[1:]).sum(axis=1)
    most = max(1.0, float((yearly - yearly.swapaxes(1, 2)).max()))
    found = []
    for east in EAST:
        for town in np.flatnonzero(inside):
            amount = float(net[table.index[east], town])
            if amount < 1:
                continue
            text = words("map", lang)["movers"].format(
                count=numbers.scale_of("persons", amount, lang).write(amount, lang),
                place=table.labels[table.index[east]].get(lang),
                year=year,
            )
            found.append({"origin": east, "target": table.ids[town], "amount": amount, "scale": most, "text": text})
    return sorted(found, key=lambda flow: -flow["amount"])[:MOVERS_SHOWN]


# Head and happenings


def facts(outcome: Outcome | None, year: int, lang: str) -> list[Part]:
    """Return treasury and standing at the end of a year."""
    t = words("page", lang)
    treasury = standing = "–"
    if outcome is not None:
        last = (year - FIRST_YEAR) * QUARTERS + QUARTERS - 1
        money = float(outcome.own.series("treasury")[last])
        treasury = numbers.scale_of("yuan", abs(money), lang).write(money, lang)
        standing = numbers.number_text(float(outcome.own.series("standing")[last]), 0)
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
                    "colour": _COLOUR.get(row.indicator, "sage"),
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
