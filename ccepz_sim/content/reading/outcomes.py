"""Reads what a study asks of each run, and the names of outcomes: `so2`, `sum(so2@golmud:reported)`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading.fields import Fields
from ccepz_sim.content.schema.evidence import DIRECTIONS, NEUTRAL
from ccepz_sim.content.schema.study import Measure, Outcome, Relations
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.text.texts import FOLDER as TEXT_FOLDER

VIEWS = ("true", "reported")
MEASURES = ("last", "at", "mean", "sum", "discounted", "peak", "first")
OVER_YEARS = ("mean", "sum", "discounted", "peak", "first")
SIDES = {"peak": ("highest", "lowest"), "first": ("above", "below")}
OPPOSITE = {"up": "down", "down": "up", NEUTRAL: NEUTRAL}
# Which measures read a key, besides indicator, place, view, direction and measure.
READ_BY = {
    "year": ("at",),
    "quarter": ("at",),
    "rate": ("discounted",),
    "value": ("first",),
    "side": ("peak", "first"),
    "from": OVER_YEARS,
    "until": OVER_YEARS,
}
PLAIN = re.compile(r"([a-z0-9_]+)(?:@([a-z0-9_-]+))?(?::(true|reported))?")
CALL = re.compile(r"([a-z]+)\((.*)\)")
YEAR, QUARTER = re.compile(r"\d{4}"), re.compile(r"[Qq]([1-4])")
RATE = re.compile(r"(\d+\.?\d*|\.\d+)\s*(%?)")
SIDE = re.compile(r"(above|below)\s+([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


@cache
def indicators() -> Mapping[str, Mapping[str, Any]]:
    """Return what is said of each indicator, by id."""
    return tomllib.loads((TEXT_FOLDER / "indicators.toml").read_text("utf-8"))


def read_outcome(
    item: Fields, relations: Relations, known: Collection[str], places: Collection[str], parks: Collection[str]
) -> Outcome:
    """Read one `[[outcome]]`.

    Args:
        item: the table.
        relations: the years of the study, and how often values are kept.
        known: indicators that may be named.
        places: towns and regions; parks: what else indicators of firms are kept for.
    """
    item.only(("indicator", "place", "view", "direction", "measure", *READ_BY))
    name = reference(item, "indicator", known, "text/indicators.toml")
    held = indicators().get(name, {})
    place = item.text("place", required=False) or "zone"
    there = _places(str(held.get("places", "all")), places, parks)
    if place not in there:
        item.note("place", "unknown_reference", value=place, target="agents/places.toml", options=there, name=place)
    view = item.choice("view", VIEWS, required=False) or VIEWS[0]
    if view == "reported" and held and not held.get("reported", False):
        item.note("view", "not_reported", value=name)
    measure = _measure(item, relations)
    stated = item.choice("direction", DIRECTIONS, required=False)
    return Outcome(name, place, view, stated or usual_direction(name, view, measure), measure)


def usual_direction(indicator: str, view: str, measure: Measure) -> str:
    """Return the good direction of an outcome of which none is stated.

    A reported figure has none: that less is reported is no good in itself. The date of a threshold is better early
    where it lies in the good direction, else late.
    """
    if view == "reported":
        return NEUTRAL
    direction = str(indicators().get(indicator, {}).get("direction", NEUTRAL))
    if measure.kind != "first":
        return direction
    return OPPOSITE[direction] if measure.side == "above" else direction


def _measure(item: Fields, relations: Relations) -> Measure:
    kind = item.choice("measure", MEASURES, required=False) or MEASURES[0]
    for key, kinds in READ_BY.items():
        if key in item.data and kind in MEASURES and kind not in kinds:
            item.note(key, "not_for_this", value=f'measure = "{kind}"')
    first, last = relations.from_, relations.from_ + relations.years - 1
    if kind == "at":
        year = item.whole("year", bounds=(first, last), default=first)
        quarter = item.whole("quarter", bounds=(1, QUARTERS), required=False)
        if quarter and relations.every != "quarter":
            item.note("quarter", "needs_quarters")
        return Measure(kind, year, quarter=quarter)
    if kind not in OVER_YEARS:
        return Measure(kind)
    from_ = item.whole("from", bounds=(first, last), required=False, default=first)
    until = item.whole("until", bounds=(first, last), required=False, default=last)
    if from_ > until:
        item.note("from", "not_before", value=from_, year=until + 1)
    rate = item.number("rate", bounds=(0.0, 1.0)) if kind == "discounted" else 0.0
    side = item.choice("side", SIDES[kind], required=kind == "first") if kind in SIDES else ""
    value = item.number("value") if kind == "first" else 0.0
    if kind == "peak":
        side = side or SIDES[kind][0]
    return Measure(kind, from_ if from_ > first else 0, until if until < last else 0, 0, rate, side, value)


def outcome_name(outcome: Outcome) -> str:
    """Return how an outcome is asked for: `so2`, `so2@golmud`, `so2:reported`, `discounted(gdp_real, 0.05)`."""
    place = f"@{outcome.place}" if outcome.place != "zone" else ""
    series = outcome.indicator + place + (":reported" if outcome.view == "reported" else "")
    measure = outcome.measure
    if measure.kind == "last":
        return series
    parts = [series]
    if measure.kind == "at":
        parts += [str(measure.from_), *([f"Q{measure.quarter}"] if measure.quarter else [])]
    if measure.kind == "discounted":
        parts.append(f"{measure.rate!r}")
    if measure.kind == "first":
        parts.append(f"{measure.side} {repr(measure.value).removesuffix('.0')}")
    if measure.kind == "peak" and measure.side != SIDES["peak"][0]:
        parts.append(measure.side)
    if measure.kind in OVER_YEARS and (measure.from_ or measure.until):
        parts += [f"from {measure.from_}"] if measure.from_ else []
        parts += [f"until {measure.until}"] if measure.until else []
    return f"{measure.kind}({', '.join(parts)})"


def parse_outcome(name: str, relations: Relations) -> Outcome | None:
    """Return the outcome that a name stands for; None where it stands for none in these years.

    Whether the study keeps the series is for the caller to know.
    """
    text = name.strip()
    call = CALL.fullmatch(text)
    kind, parts = (call[1], [part.strip() for part in call[2].split(",")]) if call else ("last", [text])
    plain = PLAIN.fullmatch(parts[0])
    if plain is None or kind not in MEASURES:
        return None
    data = _told(kind, parts[1:])
    if data is None:
        return None
    findings: list[f.Finding] = []
    measure = _measure(Fields({"measure": kind, **data}, "", "", findings), relations)
    if findings:
        return None
    indicator, place, view = plain[1], plain[2] or "zone", plain[3] or VIEWS[0]
    return Outcome(indicator, place, view, usual_direction(indicator, view, measure), measure)


def _told(kind: str, words: list[str]) -> dict[str, Any] | None:
    """Give the keys that the words behind a series stand for; None where one stands for nothing."""
    data: dict[str, Any] = {}
    for word in words:
        key, _, year = word.partition(" ")
        if key in ("from", "until") and YEAR.fullmatch(year.strip()):
            told: dict[str, Any] = {key: int(year)}
        elif kind == "at" and YEAR.fullmatch(word):
            told = {"year": int(word)}
        elif kind == "at" and (quarter := QUARTER.fullmatch(word)):
            told = {"quarter": int(quarter[1])}
        elif kind == "discounted" and (rate := RATE.fullmatch(word)):
            told = {"rate": float(rate[1]) / (100.0 if rate[2] else 1.0)}
        elif kind == "peak" and word in SIDES[kind]:
            told = {"side": word}
        elif kind == "first" and (side := SIDE.fullmatch(word)):
            told = {"side": side[1], "value": float(side[2])}
        else:
            return None
        if set(told) & set(data):
            return None
        data |= told
    return data


def _places(kind: str, places: Collection[str], parks: Collection[str]) -> tuple[str, ...]:
    if kind == "zone":
        return ("zone",)
    return ("zone", *places, *(parks if kind == "all" else ()))


def reference(item: Fields, key: str, known: Collection[str], home: str) -> str:
    """Read a name that has to be known."""
    value = item.text(key)
    if value and value not in known:
        item.note(key, "unknown_reference", value=value, target=home, options=known, name=value)
    return value
