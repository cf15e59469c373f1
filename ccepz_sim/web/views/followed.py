"""Who a row of a table is in a year: rows are given to newcomers once their first holders are gone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.content.loading import Content
from ccepz_sim.game.records import Lives
from ccepz_sim.numerics.clock import PLAY_YEAR, QUARTERS
from ccepz_sim.text.sentences import fill
from ccepz_sim.web.views.words import words


def column(table: Any, name: str, year: int) -> NDArray[Any]:
    """Return one column of a table at the end of a played year."""
    return np.asarray(table[name][year - PLAY_YEAR])


@dataclass(frozen=True, slots=True)
class Span:
    """The years in which one and the same firm, official, institute or resident holds a row, ends included."""

    first: int
    last: int

    def nearest(self, year: int) -> int:
        """Return the year of the span that is nearest to a year."""
        return min(max(year, self.first), self.last)

    def mask(self, years: int) -> NDArray[np.bool_]:
        """Return which played years belong to it, shape (years,)."""
        dates = PLAY_YEAR + np.arange(years)
        return (dates >= self.first) & (dates <= self.last)


def span(lives: Lives, kind: str, row: int, year: int) -> Span | None:
    """Return how long the one who holds a row in a year holds it; None where nobody does.

    A firm holds its row from opening to closing, a resident for life; posts and institutes stay.
    """
    place = year - PLAY_YEAR
    if kind == "firms":
        code = lives.firms["code"][:, row]
        there, same = lives.firms["alive"][:, row].astype(bool), code[1:] == code[:-1]
    elif kind == "residents":
        age = np.asarray(lives.residents["age"])[:, row]
        there, same = np.asarray(lives.residents["town"])[:, row] >= 0, age[1:] >= age[:-1]
    else:
        return Span(PLAY_YEAR, PLAY_YEAR + lives.years - 1)
    if not there[place]:
        return None
    first = last = place
    while first > 0 and there[first - 1] and same[first - 1]:
        first -= 1
    while last + 1 < lives.years and there[last + 1] and same[last]:
        last += 1
    return Span(PLAY_YEAR + first, PLAY_YEAR + last)


def name_of(content: Content, lives: Lives, kind: str, row: int, year: int, lang: str) -> str:
    """Return what the holder of a row is called in a year, wherever it is named."""
    if kind == "firms":
        return firm_names(content, lives, year, lang)[row]
    if kind == "residents":
        return _resident_name(content, lives, row, year, lang)
    return content.table(kind).labels[row].get(lang)


@lru_cache(maxsize=64)
def firm_names(content: Content, lives: Lives, year: int, lang: str) -> tuple[str, ...]:
    """Return what the firm of each row is called in a year: its product and code."""
    products = content.table("products").labels
    made, codes = column(lives.firms, "product", year), column(lives.firms, "code", year)
    return tuple(
        f"{products[int(product)].get(lang)} {code}" if code else "" for product, code in zip(made, codes, strict=True)
    )


def _resident_name(content: Content, lives: Lives, row: int, year: int, lang: str) -> str:
    """Say who a resident is in a year: nobody has a name, everybody a place, an age and a skill."""
    t = words("people", lang)
    table = lives.residents
    town = int(column(table, "town", year)[row])
    places = content.table("places").labels
    where = places[town].get(lang) if 0 <= town < len(places) else t["elsewhere"]
    skill = t[("unskilled", "skilled", "professional")[int(column(table, "skill", year)[row])]]
    age = int(column(table, "age", year)[row]) // QUARTERS
    return fill(t["resident"], place=where, age=age, skill=skill, row=row)
