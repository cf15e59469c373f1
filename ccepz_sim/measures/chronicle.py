"""Events in words: what happened, found in the recorded figures by rule, told in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ccepz_sim.numerics.clock import FIRST_YEAR, QUARTERS, is_last_of_year
from ccepz_sim.text.label import Label
from ccepz_sim.text.sentences import fill

if TYPE_CHECKING:
    from ccepz_sim.measures.observers import Recorder
    from ccepz_sim.state.zone import Note, Zone

COLUMNS = ("run", "seed", "year", "quarter", "place", "kind", "indicator", "weight", "en", "zh")
PERCENT = 100


@cache
def templates() -> Mapping[str, Label]:
    """Read the sentences for each kind of event."""
    text = resources.files("ccepz_sim").joinpath("text/events.toml").read_text(encoding="utf-8")
    return {kind: Label(entry["en"], entry["zh"]) for kind, entry in tomllib.loads(text).items()}


def write(zone: Zone) -> None:
    """Note central inspections, and once a year the price moves; what the records tell is read off them later.

    Reads: chronicle.*; the scenario's inspections.
    """
    if zone.path.inspection[zone.quarter] > 0.0 and zone.path.inspection[max(0, zone.quarter - 1)] == 0.0:
        zone.note("central_inspection", "zone", "penalties", 1.0)
    if is_last_of_year(zone.quarter) and zone.quarter >= 2 * QUARTERS - 1:
        _price_falls(zone, zone.p.chronicle.price_move)


def _price_falls(zone: Zone, threshold: float) -> None:
    """Note the largest yearly price moves among products the zone sells."""
    past, now = zone.prices.year_ago, zone.prices.log
    if zone.prices.watched:
        sold = np.bincount(zone.technology.series, weights=zone.firms.sales, minlength=len(now))
        heavy = np.argsort(-sold)[: int(zone.p.chronicle.watched)]
        for series in heavy:
            move = float(now[series] - past[series])
            if abs(move) > threshold:
                kind = "price_fall" if move < 0.0 else "price_rise"
                zone.note(
                    kind,
                    "zone",
                    "industrial_value_added",
                    float(sold[series]),
                    series=int(series),
                    share=abs(np.expm1(move)),
                )
    past[:] = now
    zone.prices.watched = True


TURNS = (
    ("colluding_share", "collusion_spreads", "collusion_recedes"),
    ("solid_waste_utilisation", "waste_use_rises", "waste_use_falls"),
    ("emerging_share", "new_industry_grows", "new_industry_shrinks"),
    ("skilled_fill_rate", "posts_filled", "posts_empty"),
    ("awareness", "awareness_rises", "awareness_falls"),
)


def _years(zone: Zone, recorder: Recorder) -> Iterator[Note]:
    """Read off the records what stands out in each year from the second on: exits, moves, turns."""
    p = zone.p.chronicle
    towns = zone.world.places[: zone.world.zone_count]
    exits = _by_year(recorder.series("firm_exits"))
    moved = {place: _by_year(recorder.series("net_migration", place)) for place in towns}
    people = {place: recorder.series("population", place)[QUARTERS - 1 :: QUARTERS].tolist() for place in towns}
    turning = {name: recorder.series(name) for name, _, _ in TURNS}
    usual = {name: _by_year(series) for name, series in turning.items()}
    for year in range(1, recorder.used // QUARTERS):
        last = (year + 1) * QUARTERS - 1
        closed = exits[year]
        if closed >= p.many_exits:
            yield last, "firms_failed", "zone", "firm_exits", closed, {"count": int(closed)}
        for place in towns:
            net = moved[place][year]
            if abs(net) > p.many_leave * people[place][year]:
                kind = "people_leave" if net < 0.0 else "people_come"
                yield last, kind, place, "net_migration", abs(net), {"count": int(abs(net))}
        for indicator, up, down in TURNS:
            move = usual[indicator][year] - usual[indicator][year - 1]
            if abs(move) > p.turn:
                fields = {"share": float(turning[indicator][last]), "points": abs(move) * PERCENT}
                yield last, up if move > 0.0 else down, "zone", indicator, abs(move), fields


def _by_year(series: np.ndarray) -> list[float]:
    """Give the means of whole years."""
    whole = len(series) // QUARTERS * QUARTERS
    means: list[float] = series[:whole].reshape(-1, QUARTERS).mean(axis=1).tolist()
    return means


def rows(zone: Zone, recorder: Recorder, first: int) -> list[tuple[Any, ...]]:
    """Return the events from a quarter on as rows of COLUMNS."""
    notes = sorted((*zone.notes, *_years(zone, recorder)), key=lambda note: note[0])
    return [_row(zone, note) for note in notes if note[0] >= first]


def frame(zone: Zone, recorder: Recorder, first: int) -> pd.DataFrame:
    """Return the events from a quarter on, with their sentences in both languages."""
    return pd.DataFrame(rows(zone, recorder, first), columns=list(COLUMNS))


def _row(zone: Zone, note: Note) -> tuple[Any, ...]:
    """Turn a note into a row of COLUMNS."""
    quarter, kind, place, indicator, weight, fields = note
    label = templates()[kind]
    words = {lang: fill(label.get(lang), **_fields(zone, place, fields, lang)) for lang in ("en", "zh")}
    return (
        0,
        zone.streams.seed,
        FIRST_YEAR + quarter // QUARTERS,
        quarter % QUARTERS + 1,
        place,
        kind,
        indicator,
        weight,
        words["en"],
        words["zh"],
    )


def _fields(zone: Zone, place: str, fields: dict[str, Any], lang: str) -> dict[str, Any]:
    """Put the fields of a note into words: names from the content, shares as percent."""
    content = zone.content
    filled: dict[str, Any] = {}
    for name, value in fields.items():
        if name == "product":
            value = content.table("products").labels[value].get(lang)
        elif name == "series":
            value = content.table("prices").labels[value].get(lang)
        elif name == "share":
            value = f"{PERCENT * value:.0f}%"
        elif name == "points":
            value = f"{value:.0f}"
        elif name == "count":
            value = int(value)
        elif isinstance(value, Label):
            value = value.get(lang)
        filled[name] = value
    places = content.table("places")
    filled["place"] = places.labels[places.index[place]].get(lang) if place in places.index else ""
    return filled
