"""The catalogue of what is measured; how each figure comes about is in `measures`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ccepz_sim.text.label import Label


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measure: unit, good direction, whether it is also reported, and for which places it exists."""

    id: str
    label: Label
    help: Label
    unit: str
    direction: str
    group: str
    reported: bool
    places: str


@cache
def all_indicators() -> Mapping[str, Indicator]:
    """Read the catalogue of indicators, in its order."""
    text = resources.files("ccepz_sim").joinpath("text/indicators.toml").read_text(encoding="utf-8")
    found = {}
    for name, entry in tomllib.loads(text).items():
        found[name] = Indicator(
            name, Label(**entry["label"]), Label(**entry["help"]), entry["unit"], entry["direction"], entry["group"],
            entry.get("reported", False), entry.get("places", "all"),
        )  # fmt: skip
    return found


def __getattr__(name: str) -> Mapping[str, Indicator]:
    if name == "INDICATORS":
        return all_indicators()
    raise AttributeError(name)
