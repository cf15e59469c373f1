"""Reads the scenarios of `experiments/scenarios/`."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading.fields import WORDS, Fields, ascending, finite, shown
from ccepz_sim.content.schema.evidence import YEARS
from ccepz_sim.content.schema.scenario import ANY_SERIES, CentralInspection, FactorPoint, Jump, PricePath, Scenario
from ccepz_sim.numerics.clock import LAST_YEAR, PLAY_YEAR, QUARTERS

KEYS = (
    "id", "label", "summary", "status", "source", "why", "mine_closure",
    "price", "jump", "inspection", "demand", "water",
)  # fmt: skip
# Events of earlier years would do nothing: the history of prices and inspections is what it was.
PLAYED = (float(PLAY_YEAR), LAST_YEAR - 1 / QUARTERS)
MOST_QUARTERS = (LAST_YEAR - PLAY_YEAR) * QUARTERS
# What is beyond these is a slip of the keyboard.
LARGEST_FACTOR, LARGEST_LOG, LARGEST_STRENGTH = 1000.0, 7.0, 100.0
FACTOR = (1.0 / LARGEST_FACTOR, LARGEST_FACTOR)


def read_scenario(data: Mapping[str, Any], file: str, stem: str, findings: list[f.Finding]) -> Scenario:
    """Read one scenario; names of price series are checked by `check_scenario`."""
    fields = Fields(data, file, "", findings)
    fields.only(KEYS)
    name = fields.identity(stem, WORDS)
    evidence = fields.evidence()
    return Scenario(
        id=name,
        label=fields.label("label"),
        summary=fields.label("summary"),
        status=evidence.status,
        source=evidence.source,
        why=evidence.why,
        mine_closure=fields.flag("mine_closure"),
        price=tuple(_price(item) for item in fields.sections("price")),
        jump=tuple(_jump(item) for item in fields.sections("jump")),
        inspection=tuple(_inspection(item) for item in fields.sections("inspection")),
        demand=_factors(fields, "demand"),
        water=_factors(fields, "water"),
    )


def check_scenario(scenario: Scenario, file: str, findings: list[f.Finding], *, series: Collection[str] | None) -> None:
    """Note price series that are not among the known ones (`None` is not compared), and a series with two paths."""
    fields = Fields({}, file, "", findings)
    known = (ANY_SERIES, *(series or ()))
    parts = [(f"price[{n}].series", path.series) for n, path in enumerate(scenario.price, 1)]
    seen: set[str] = set()
    for key, value in parts:
        if value and value in seen:
            fields.note(key, "duplicate", value=value)
        seen.add(value)
    parts += [(f"jump[{n}].series", jump.series) for n, jump in enumerate(scenario.jump, 1)]
    for key, value in parts:
        if series is not None and value and value not in known:
            target = "agents/prices.toml"
            fields.note(key, "unknown_reference", value=value, target=target, options=known, name=value)


def _price(item: Fields) -> PricePath:
    item.only(("series", "points"))
    words = f.allowed("points", low=shown(FACTOR[0]), high=shown(FACTOR[1]))
    points: list[tuple[float, float]] = []
    if item.has("points", words):
        value = item.data["points"]
        if not isinstance(value, list) or not value:
            item.wrong("points", words)
            value = []
        for number, point in enumerate(value, 1):
            key = f"points[{number}]"
            if not isinstance(point, list) or len(point) != 2 or not all(finite(part) for part in point):
                item.wrong(key, words, point)
            elif not FACTOR[0] <= point[1] <= FACTOR[1] or not YEARS[0] <= point[0] <= YEARS[1]:
                item.note(key, "out_of_bounds", value=shown(point), allowed=words)
            else:
                if points and point[0] <= points[-1][0]:
                    item.note(key, "not_ascending", value=f"{point[0]:.10g}")
                points.append((float(point[0]), float(point[1])))
    return PricePath(item.text("series"), tuple(points))


def _jump(item: Fields) -> Jump:
    item.only(("series", "at", "log"))
    return Jump(item.text("series"), item.date("at", PLAYED), item.number("log", bounds=(-LARGEST_LOG, LARGEST_LOG)))


def _inspection(item: Fields) -> CentralInspection:
    item.only(("at", "quarters", "strength"))
    quarters = item.whole("quarters", bounds=(1, MOST_QUARTERS), default=1)
    strength = item.number("strength", bounds=(0.0, LARGEST_STRENGTH))
    return CentralInspection(item.date("at", PLAYED), float(quarters), strength)


def _factors(fields: Fields, key: str) -> tuple[FactorPoint, ...]:
    items = fields.sections(key)
    read = []
    for item in items:
        item.only(("at", "factor"))
        read.append(
            FactorPoint(
                item.number("at", bounds=YEARS, default=math.nan), item.number("factor", bounds=FACTOR, default=1.0)
            )
        )
    ascending(items, "at", (point.at for point in read))
    return tuple(read)
