"""What the outside world does."""

from __future__ import annotations

from dataclasses import dataclass

from ccepz_sim.text.label import Label

ANY_SERIES = "*"


@dataclass(frozen=True, slots=True)
class PricePath:
    """Long-run mean of a series as multiples of its 2015 mean: (year, multiple), linear in the logarithm."""

    series: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Jump:
    """A dated shock to a spot price; `log` is the change of its logarithm."""

    series: str
    at: float
    log: float


@dataclass(frozen=True, slots=True)
class CentralInspection:
    """A central inspection that begins at a date, lasts `quarters` and has a strength."""

    at: float
    quarters: float
    strength: float


@dataclass(frozen=True, slots=True)
class FactorPoint:
    """A point of a piecewise linear factor."""

    at: float
    factor: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the outside world does."""

    id: str
    label: Label
    summary: Label
    status: str
    source: str
    why: str
    mine_closure: bool
    price: tuple[PricePath, ...]
    jump: tuple[Jump, ...]
    inspection: tuple[CentralInspection, ...]
    demand: tuple[FactorPoint, ...]
    water: tuple[FactorPoint, ...]
