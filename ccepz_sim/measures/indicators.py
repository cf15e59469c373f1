"""The catalogue of what is measured; how each figure comes about is in `derived`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from ccepz_sim.text.label import Label

NO_WORDS = Label("", "")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measure: unit, good direction, whether it is also reported, and for which places it exists.

    Attributes:
        of: of an indicator of one's own, how it is measured: given the state at the end of a quarter, to be read, it
            gives a number for the zone, or (`places="towns"`) a dict of numbers with "zone" and every town.
    """

    id: str
    label: Label
    help: Label = NO_WORDS
    unit: str = "1"
    direction: str = "neutral"
    group: str = "own"
    reported: bool = False
    places: str = "zone"
    of: Callable[[Any], float | Mapping[str, float]] | None = None


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
