"""Reads the tables the cast is drawn from, and writes tables with one line per row."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
KILOWATTS = "kW"
KWH_IN_MWH = 1000.0


class Cast:
    """The tables by row id: facts, products, prices, places and bodies."""

    def __init__(self, folder: Path) -> None:
        """Read the tables of a folder; defaults of columns are filled in."""
        self.facts = _rows(folder / "facts.toml")
        self.products = _rows(folder / "products.toml")
        self.prices = _rows(folder / "prices.toml")
        self.places = _rows(folder / "places.toml")
        self.bodies = _rows(folder / "bodies.toml")

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
        return float(self.prices[row["series"]][f"y{year}"]) * float(row["price_factor"])

    def _in_units(self, row: Row) -> float:
        value = float(row["value"])
        if row["unit_name"] == KILOWATTS:
            value *= self.fact(f"hours_{row['product']}") / KWH_IN_MWH
        return value


def _rows(path: Path) -> dict[str, Row]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    defaults = {key: meta["default"] for key, meta in data["columns"].items() if "default" in meta}
    return {row["id"]: {**defaults, **row} for row in data["row"]}


def value(item: Any) -> str:
    """Return a value as TOML; numbers carry at most six significant digits after rounding by the caller."""
    if isinstance(item, bool):
        return str(item).lower()
    if isinstance(item, str):
        return json.dumps(item, ensure_ascii=False)
    if isinstance(item, Mapping):
        return "{ " + ", ".join(f"{key} = {value(inner)}" for key, inner in item.items()) + " }"
    if isinstance(item, Sequence):
        return "[" + ", ".join(value(inner) for inner in item) + "]"
    if isinstance(item, float) and item == int(item):
        return str(int(item))
    return str(item)


def label(en: str, zh: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"en": en, "zh": zh}


def number(
    en: str, zh: str, unit: str, bounds: tuple[float, float], status: str, **evidence: str
) -> dict[str, Any]:
    """Return the description of a column of numbers."""
    return {"label": label(en, zh), "unit": unit, "bounds": list(bounds), "status": status, **evidence}


def write(
    name: str,
    titles: Mapping[str, Mapping[str, str]],
    columns: Mapping[str, Mapping[str, Any]],
    order: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> str:
    """Return the text of a table with one line per row; `titles` holds its label and what it is."""
    out = ["# Written by scripts/make_cast.py from facts.toml: change the facts, not this file.", f'id = "{name}"']
    out += [f"{key} = {value(text)}" for key, text in titles.items()]
    out += [f"order = {value(list(order))}", "rows = ["]
    out += [f"  {value(list(row))}," for row in rows]
    out.append("]")
    for key, column in columns.items():
        out += ["", f"[columns.{key}]"]
        out += [f"{field} = {value(item)}" for field, item in column.items()]
    return "\n".join(out) + "\n"
