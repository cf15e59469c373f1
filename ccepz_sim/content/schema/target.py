"""What a run is held against: figures of the history and regularities found elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccepz_sim.text.label import Label


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of the history that a run is held against; how `value` and `spread` are read depends on `kind`.

    Kinds: `level` (spread is a share of the value), `survey` (spread follows from `n` asked), `range` (spread is in
    the unit), `ceiling` and `floor` (one-sided, no spread). `measure` names how the model's figure is taken; `missed`
    why the model does not reach it, where it is known not to.
    """

    id: str
    label: Label
    unit: str
    kind: str
    value: float
    spread: float
    n: int
    use: str
    identifies: tuple[str, ...]
    measure: str
    indicators: tuple[str, ...]
    place: str
    year: int
    since: int
    threshold: float
    status: str
    source: str
    why: str
    missed: Label | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """One figure of a pattern and the band, ends included, in which the mean over seeds must lie."""

    id: str
    label: Label
    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regularity found elsewhere that the rules must reproduce; it counts if no default was set by it."""

    id: str
    label: Label
    compares: Label
    used_for_default: bool
    bands: tuple[Band, ...]
    settings: Mapping[str, float]
    status: str
    source: str
    why: str
    missed: Label | None = None


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns by id and the most seeds one of them is run with."""

    seeds: int
    all: Mapping[str, Pattern]
