"""The map of one year: sizes, rings, smoke, flows, and the facts behind each place."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.game.state import Outcome
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.numerics.clock import FIRST_YEAR
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import fill
from ccepz_sim.web.views.charts import Visibility
from ccepz_sim.web.views.words import Part, words

LINKS_SHOWN = 8
MOVERS_SHOWN = 4
SMALLEST_LINK = 1.0  # tonnes a year
SMALLEST_MOVE = 1.0  # persons a year
SMALLEST_SALE = 1e6  # yuan a year
THINNEST = 0.001  # of the strongest flow: thinner ones are drawn so, too
BEYOND = "beyond"  # the end of flows of goods and money outside the zone


@lru_cache(maxsize=8)
def places(content: Content, lang: str) -> list[Part]:
    """Describe the places of the map: what never changes."""
    t = words("map", lang)
    table = content.table("places")
    subs = {"rival": t["rival"], "sends": t["crowded"], "mine_closed": t["mine"]}
    outside = table.numbers("in_zone") == 0
    return [
        {
            "id": name,
            "label": table.labels[row].get(lang),
            "kind": "outside" if outside[row] else "park" if table.texts("park")[row] else "town",
            "x": float(table.numbers("x")[row]),
            "y": float(table.numbers("y")[row]),
            "sub": next((words for role, words in subs.items() if table.numbers(role)[row] > 0), ""),
        }
        for row, name in enumerate(table.ids)
    ]


def map_now(content: Content, outcome: Outcome, year: int, visibility: Visibility, lang: str) -> Part:
    """Describe the map of one year; sizes and smoke are shares of the largest park without decisions."""
    table = content.table("places")
    parks = {name: park for name, park in zip(table.ids, table.texts("park"), strict=True) if park}
    facts = _Facts(outcome, year - FIRST_YEAR, visibility, lang)
    most_output = _largest(outcome, "industrial_value_added", parks.values())
    most_smoke = _largest(outcome, "so2", parks.values())
    now: dict[str, Part] = {}
    for name, label in zip(table.ids, table.labels, strict=True):
        if name in parks:
            park = parks[name]
            now[name] = {
                "size": round(facts.value("industrial_value_added", park) / most_output, 3),
                "ring": round(facts.value("colluding_share", park), 3),
                "smoke": round(facts.value("so2", park) / most_smoke, 3),
                "facts": [
                    facts.fact("output", "industrial_value_added", park),
                    facts.fact("collusion", "colluding_share", park),
                    facts.fact("smoke", "so2", park),
                    facts.fact("waste", "solid_waste_utilisation", park),
                    facts.fact("firms", "firms_active", park),
                    facts.fact("people", "population", name),
                    facts.fact("jobless", "unemployment_rate", name),
                    facts.fact("pollution", "pollution", name),
                    facts.fact("moves", "net_migration", name),
                ],
            }
        else:
            listed = [
                facts.fact("people", "population", name),
                facts.fact("fill", "skilled_fill_rate", name),
                facts.fact("jobless", "unemployment_rate", name),
                facts.fact("moves", "net_migration", name),
            ]
            now[name] = {"facts": listed}
        now[name]["text"] = _sentence(label.get(lang), now[name]["facts"], lang)
    return {
        "now": now,
        "links": _links(content, outcome, year, lang),
        "people": _movers(content, outcome, year, lang),
        "goods": _goods(content, outcome, year, lang),
        "money": _money(content, outcome, year, lang),
    }


def _largest(outcome: Outcome, indicator: str, places: Iterable[str]) -> float:
    return max(float(outcome.without.by_year(indicator, place).max()) for place in places) or 1.0


def _sentence(name: str, facts: list[Part], lang: str) -> str:
    colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
    return name + colon + comma.join(f"{fact['label']} {fact['value']}" for fact in facts)


class _Facts:
    """Values of one year of the own future, as numbers and in words."""

    def __init__(self, outcome: Outcome, column: int, visibility: Visibility, lang: str) -> None:
        self.outcome, self.column, self.visibility, self.lang = outcome, column, visibility, lang
        self.words = words("map", lang)

    def value(self, indicator: str, place: str) -> float:
        return float(self.visibility.see(self.outcome.own, indicator, place)[self.column])

    def fact(self, word: str, indicator: str, place: str) -> Part:
        value = self.value(indicator, place)
        scale = numbers.scale_of(all_indicators()[indicator].unit, abs(value), self.lang)
        return {"label": self.words[word], "value": scale.write(value, self.lang)}


def _links(content: Content, outcome: Outcome, year: int, lang: str) -> list[Part]:
    """Return the strongest exchanges of by-products within and between towns, both directions in one."""
    table = content.table("places")
    inside = table.numbers("in_zone") > 0
    names = [name for name, within in zip(table.ids, inside, strict=True) if within]
    labels = [label.get(lang) for label, within in zip(table.labels, inside, strict=True) if within]
    yearly = outcome.own.by_product_flow
    tonnes = yearly[year - FIRST_YEAR]
    pairs = np.triu_indices(len(names))
    most = max(float(yearly[:, pairs[0], pairs[1]].max()), SMALLEST_LINK)
    found: list[tuple[float, Part]] = []
    for row, column in zip(*pairs, strict=True):
        amount = float(tonnes[row, column] + tonnes[column, row])
        within = row == column
        amount = amount / 2 if within else amount
        if amount < SMALLEST_LINK:
            continue
        first, second = (row, column) if tonnes[row, column] >= tonnes[column, row] else (column, row)
        text = fill(
            words("map", lang)["loop" if within else "link"],
            tonnes=numbers.scale_of("t/year", amount, lang).write(amount, lang),
            origin=labels[first],
            target=labels[second],
        )
        found.append((amount, _flow(names[row], names[column], amount, most, text)))
    return _strongest(found, LINKS_SHOWN)


def _movers(content: Content, outcome: Outcome, year: int, lang: str) -> list[Part]:
    """Return the strongest net moves of people from the east to the zone."""
    table = content.table("places")
    yearly = outcome.own.people_flow
    net = yearly - yearly.swapaxes(1, 2)
    inside = table.numbers("in_zone") > 0
    east, towns = np.flatnonzero(~inside), np.flatnonzero(inside)
    most = max(float(net[:, east][:, :, towns].max()), SMALLEST_MOVE)
    found: list[tuple[float, Part]] = []
    for origin in east:
        for town in towns:
            amount = float(net[year - FIRST_YEAR, origin, town])
            if amount < SMALLEST_MOVE:
                continue
            text = fill(
                words("map", lang)["movers"],
                count=numbers.scale_of("persons", amount, lang).write(amount, lang),
                place=table.labels[origin].get(lang),
                year=year,
            )
            found.append((amount, _flow(table.ids[origin], table.ids[town], amount, most, text)))
    return _strongest(found, MOVERS_SHOWN)


def _goods(content: Content, outcome: Outcome, year: int, lang: str) -> list[Part]:
    """Return what firms of each town of the zone sell to the world beyond, in yuan a year."""
    table = content.table("places")
    towns = np.flatnonzero(table.numbers("in_zone") > 0)
    yearly = {town: outcome.own.by_year("output", table.ids[town]) for town in towns}
    most = max(float(sold.max()) for sold in yearly.values())
    found: list[tuple[float, Part]] = []
    for town, sold in yearly.items():
        amount = float(sold[year - FIRST_YEAR])
        written = numbers.scale_of("yuan/year", amount, lang).write(amount, lang)
        text = fill(words("map", lang)["goods"], amount=written, place=table.labels[town].get(lang), year=year)
        if amount > SMALLEST_SALE:
            found.append((amount, _flow(table.ids[town], BEYOND, amount, most, text)))
    return _strongest(found, len(towns))


def _money(content: Content, outcome: Outcome, year: int, lang: str) -> list[Part]:
    """Return what comes to each town of the zone from the world beyond and what goes out, in yuan a year."""
    table = content.table("places")
    towns = np.flatnonzero(table.numbers("in_zone") > 0)
    yearly = outcome.own.money_flow
    most = float(yearly.max())
    found = []
    for number, town in enumerate(towns):
        name, label = table.ids[town], table.labels[town].get(lang)
        for way, (word, ends) in enumerate((("money_in", (BEYOND, name)), ("money_out", (name, BEYOND)))):
            amount = float(yearly[year - FIRST_YEAR, number, way])
            written = numbers.scale_of("yuan/year", amount, lang).write(amount, lang)
            text = fill(words("map", lang)[word], amount=written, place=label, year=year)
            found.append({**_flow(*ends, amount, most, text), "way": word})
    return found


def _flow(origin: str, target: str, amount: float, most: float, text: str) -> Part:
    return {"origin": origin, "target": target, "share": round(max(amount / most, THINNEST), 3), "text": text}


def _strongest(found: list[tuple[float, Part]], count: int) -> list[Part]:
    return [flow for _, flow in sorted(found, key=lambda pair: -pair[0])[:count]]
