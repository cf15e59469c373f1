"""Reads the tables the cast is drawn from, and fills the rows into the template of a table."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
TEMPLATES = Path(__file__).with_name("templates")
NO_ROWS = "rows = []\n"
KILOWATTS = "kW"
KWH_IN_MWH = 1000.0
ADDS = "adds_to"
SOURCES = ("facts", "products", "prices", "places", "bodies", "postings", "input_shares", "distances")


class Cast:
    """The tables by name and row id."""

    def __init__(self, folder: Path) -> None:
        """Read the tables of a folder; defaults of columns are filled in."""
        tables = {name: _rows(folder / f"{name}.toml") for name in SOURCES}
        added = _added(folder)
        for name, rows in tables.items():
            rows.update(_with_defaults(_read(folder / f"{name}.toml"), added.get(name, [])))
        self.own_firms = list(_with_defaults(_template_data("firms"), added.get("firms", [])).values())
        self.facts = tables["facts"]
        self.products = tables["products"]
        self.prices = tables["prices"]
        self.places = tables["places"]
        self.bodies = tables["bodies"]
        self.postings = tables["postings"]
        self.sectors = tables["input_shares"]
        self.distances = tables["distances"]

    def fact(self, name: str) -> float:
        """Return the value of a fact."""
        return float(self.facts[name]["value"])

    def count(self, name: str) -> int:
        """Return the value of a fact that counts something."""
        return round(self.fact(name))

    def capacities(self) -> list[Row]:
        """Return the capacity rows in units of the products, scaled so that zone figures rule."""
        rows = [dict(row, id=name) for name, row in self.facts.items() if row["subject"] == "capacity"]
        for row in rows:
            row["capacity"] = self._in_units(row)
        for zone in [row for row in self.facts.values() if row["subject"] == "zone_capacity"]:
            members = [row for row in rows if row["product"] == zone["product"] and not row["beside"]]
            factor = self._in_units(zone) / sum(row["capacity"] for row in members)
            for row in members:
                row["capacity"] *= factor
        return rows

    def price(self, product: str, year: int) -> float:
        """Return the yearly price of a product at the gate, yuan per unit."""
        row = self.products[product]
        series = self.prices[row["series"]]
        base, market = float(series["y2010"]), float(series[f"y{year}"])
        return float(row["price_factor"]) * (base + float(row["price_response"]) * (market - base))

    def _in_units(self, row: Row) -> float:
        value = float(row["value"])
        if row["unit_name"] == KILOWATTS:
            value *= self.fact(f"hours_{row['product']}") / KWH_IN_MWH
        return value


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _rows(path: Path) -> dict[str, Row]:
    data = _read(path)
    return _with_defaults(data, _lines(data))


def _added(folder: Path) -> dict[str, list[Row]]:
    """Return the rows of hand-written rosters by the table they add to."""
    found: dict[str, list[Row]] = {}
    for path in sorted(folder.glob("*.toml")):
        data = _read(path)
        if ADDS in data:
            found.setdefault(data[ADDS], []).extend(_lines(data))
    return found


def _lines(data: Row) -> list[Row]:
    """Return the rows of a file in either form."""
    return data["row"] if "row" in data else [dict(zip(data["order"], row, strict=True)) for row in data["rows"]]


def _with_defaults(table: Row, rows: list[Row]) -> dict[str, Row]:
    defaults = {key: meta["default"] for key, meta in table["columns"].items() if "default" in meta}
    return {row["id"]: {**defaults, **row} for row in rows}


def _template_data(name: str) -> dict[str, Any]:
    return tomllib.loads(_template(name))


def order(name: str) -> tuple[str, ...]:
    """Return the columns of a drawn table in the order of its template."""
    return tuple(_template_data(name)["order"])


def fill(name: str, rows: Iterable[Sequence[Any]]) -> str:
    """Return the text of a drawn table: its template with one line per row."""
    lines = "".join(f"  {_value(list(row))},\n" for row in rows)
    return _template(name).replace(NO_ROWS, f"rows = [\n{lines}]\n", 1)


def _template(name: str) -> str:
    return (TEMPLATES / f"{name}.toml").read_text(encoding="utf-8")


def _value(item: str | float | Sequence[Any]) -> str:
    if isinstance(item, str):
        return json.dumps(item, ensure_ascii=False)
    if isinstance(item, Sequence):
        return "[" + ", ".join(_value(inner) for inner in item) + "]"
    return str(int(item)) if item == int(item) else str(item)


def label_of(names: Mapping[str, tuple[str, str]], key: str, code: str) -> tuple[str, str]:
    """Return the label of a row in both languages: the name of its kind and its code."""
    english, chinese = names[key]
    return f"{english} {code}", f"{chinese} {code}"
