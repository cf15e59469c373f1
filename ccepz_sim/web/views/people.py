"""Distributions of firms, officials, institutes and residents, each a point that can be opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.content.loading import Content
from ccepz_sim.game.records import Lives
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import fill
from ccepz_sim.web.views.followed import column, firm_names, name_of
from ccepz_sim.web.views.words import Part, words

KINDS = ("firms", "officials", "institutes", "residents")
WIDEST_MARGIN = 0.5
LEAST_SALES = 1e4
ADULT = 16
BINS = 20
Write = Callable[[float], str]
ASKED_RESIDENTS = 60  # how many of the sampled residents are named to choose from


def overview(
    content: Content, lives: Lives, kind: str, year: int, known: int, lang: str, followed: tuple[int, str] | None = None
) -> Part:
    """Describe the distribution of one kind of people in a year: points or bins, and figures of the whole.

    Args:
        content: names; lives: of the own future; kind: one of KINDS; year: on the table.
        known: last year whose deals are known: later only what was punished is marked.
        followed: row and name of who is followed, to be among those one can choose from.
    """
    t = words("people", lang)
    made = {"firms": _firms, "officials": _officials, "institutes": _institutes, "residents": _residents}[kind]
    found: Part = made(content, lives, year, year <= known, lang)
    if followed is not None:  # under the very name of the life beside, also where the row is another's by now
        others = [pair for pair in found["names"] if pair[0] != followed[0]]
        found["names"] = sorted([*others, list(followed)], key=lambda pair: _order(kind, pair))
    return {
        "x": t[f"{kind}_x"],
        "y": t[f"{kind}_y"],
        "marked": t[f"{kind}_marked" if year <= known or kind != "firms" else "firms_punished"],
        "plain": t[f"{kind}_plain"],
        "note": t[f"{kind}_note"],
        **found,
    }


def rows_of(content: Content, lives: Lives, kind: str, year: int) -> NDArray[np.int64]:
    """Return the rows of all who can be followed in a year, ascending: none of those who are gone."""
    if kind == "firms":
        return np.flatnonzero(column(lives.firms, "alive", year) & (column(lives.firms, "sales", year) > LEAST_SALES))
    if kind != "residents":
        table = lives.officials if kind == "officials" else lives.institutes
        return np.arange(next(iter(table.values())).shape[1])
    town, age = column(lives.residents, "town", year), column(lives.residents, "age", year)
    inside = content.table("places").numbers("in_zone") > 0
    rows = np.flatnonzero((town >= 0) & (town < len(inside)) & (age >= ADULT * QUARTERS))
    return rows[inside[town[rows]]]


def _firms(content: Content, lives: Lives, year: int, known: bool, lang: str) -> Part:
    table = lives.firms
    rows = rows_of(content, lives, "firms", year)
    sales = column(table, "sales", year)[rows]
    profit = column(table, "profit", year)[rows]
    margin = np.clip(profit / np.maximum(sales, LEAST_SALES), -WIDEST_MARGIN, WIDEST_MARGIN)
    mark = column(table, "colluding" if known else "punished", year)[rows] > 0
    names = firm_names(content, lives, year, lang)
    points = [
        [int(row), round(100 * float(x), 1), float(f"{max(y, LEAST_SALES):.3g}"), int(flag)]
        for row, x, y, flag in zip(rows, margin, sales, mark, strict=True)
    ]
    t, share = words("people", lang), content.value("game.band_share")
    facts = [
        _whole(t["firms_count"], numbers.scale_of("firms", len(rows), lang).write(len(rows), lang)),
        _spread(t["firms_x"], margin, _percent, share, lang),
        _spread(
            t["firms_sales"], sales, lambda value: numbers.scale_of("yuan", value, lang).write(value, lang), share, lang
        ),
        _whole(t["firms_share" if known else "firms_found"], _percent(float(mark.mean()) if len(mark) else 0.0)),
    ]
    return {"points": points, "log": True, "unit_x": "%", "bins": [], "names": _chosen(rows, names), "facts": facts}


def _officials(content: Content, lives: Lives, year: int, known: bool, lang: str) -> Part:
    table = lives.officials
    labels = content.table("officials").labels
    caught = column(table, "captured", year)
    points = [
        [row, round(100 * float(x), 1), round(100 * float(y), 1), int(known and caught[row] > 0)]
        for row, (x, y) in enumerate(
            zip(column(table, "integrity", year), column(table, "enforcement", year), strict=True)
        )
    ]
    names = [label.get(lang) for label in labels]
    t, share = words("people", lang), content.value("game.band_share")
    facts = [
        _whole(t["officials_count"], numbers.scale_of("posts", len(points), lang).write(len(points), lang)),
        _spread(t["officials_x"], column(table, "integrity", year), _percent, share, lang),
        _spread(t["officials_y"], column(table, "enforcement", year), _percent, share, lang),
    ]
    if known:
        facts.append(_whole(t["officials_share"], _percent(float((caught > 0).mean()))))
    return {"points": points, "log": False, "unit_x": "%", "bins": [], "names": _named(names), "facts": facts}


def _institutes(content: Content, lives: Lives, year: int, _: bool, lang: str) -> Part:
    table = lives.institutes
    posts, people = column(table, "posts", year), column(table, "people", year)
    fill = people / np.maximum(posts, 1.0)
    points = [
        [row, float(round(float(posts[row]))), round(100 * float(fill[row]), 1), int(fill[row] < 0.5)]
        for row in range(len(posts))
    ]
    names = [label.get(lang) for label in content.table("institutes").labels]
    t, share = words("people", lang), content.value("game.band_share")
    facts = [
        _whole(t["institutes"], numbers.scale_of("institutes", len(points), lang).write(len(points), lang)),
        _spread(
            t["institutes_x"],
            posts,
            lambda value: numbers.scale_of("posts", value, lang).write(value, lang),
            share,
            lang,
        ),
        _spread(t["institutes_y"], fill, _percent, share, lang),
        _whole(t["institutes_share"], _percent(float((fill < 0.5).mean()))),
    ]
    return {"points": points, "log": False, "unit_x": "", "bins": [], "names": _named(names), "facts": facts}


def _residents(content: Content, lives: Lives, year: int, _: bool, lang: str) -> Part:
    table = lives.residents
    rows = rows_of(content, lives, "residents", year)
    weight = column(table, "weight", year)[rows].astype(float)
    edges = np.linspace(0.0, 1.0, BINS + 1)
    awareness, trusting = column(table, "awareness", year)[rows], column(table, "trust", year)[rows]
    aware, _edges = np.histogram(awareness, edges, weights=weight)
    trust, _edges = np.histogram(trusting, edges, weights=weight)
    bins = [[round(100 * float(edges[i]), 0), float(f"{aware[i]:.4g}"), float(f"{trust[i]:.4g}")] for i in range(BINS)]
    step = max(1, len(rows) // ASKED_RESIDENTS)
    asked = rows[::step][:ASKED_RESIDENTS]
    names = {int(row): name_of(content, lives, "residents", int(row), year, lang) for row in asked}
    t, share = words("people", lang), content.value("game.band_share")
    adults = float(weight.sum())
    facts = [
        _whole(t["residents_count"], numbers.scale_of("persons", adults, lang).write(adults, lang)),
        _spread(t["residents_plain"], awareness, _percent, share, lang, weight),
        _spread(t["residents_marked"], trusting, _percent, share, lang, weight),
    ]
    asked_names = [[row, names[row]] for row in names]
    return {"points": [], "log": False, "unit_x": "%", "bins": bins, "names": asked_names, "facts": facts}


def _whole(label: str, value: str) -> Part:
    return {"label": label, "value": value, "range": ""}


def _spread(
    label: str, values: NDArray[Any], write: Write, share: float, lang: str, weight: NDArray[Any] | None = None
) -> Part:
    """Give the median of a distribution and the limits of the share in its middle; values and weights of one shape."""
    if not len(values):
        return _whole(label, "–")
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(np.ones(len(values)) if weight is None else weight[order])
    quantiles = np.array([(1.0 - share) / 2.0, 0.5, (1.0 + share) / 2.0])
    places = np.minimum(np.searchsorted(reached, quantiles * reached[-1]), len(values) - 1)
    low, median, high = (write(float(value)) for value in values[order][places])
    text = fill(words("people", lang)["range"], share=_percent(share), low=low, high=high)
    return {"label": label, "value": median, "range": text}


def _percent(value: float) -> str:
    return numbers.number_text(100 * value, 0) + "%"


def _order(kind: str, pair: list[Any]) -> tuple[str, int]:
    """Residents stand by number, all others by name."""
    return ("" if kind == "residents" else str(pair[1]), int(pair[0]))


def _named(names: list[str]) -> list[list[Any]]:
    return _chosen(range(len(names)), names)


def _chosen(rows: Any, names: Any) -> list[list[Any]]:
    return sorted(([int(row), names[int(row)]] for row in rows), key=lambda pair: str(pair[1]))
