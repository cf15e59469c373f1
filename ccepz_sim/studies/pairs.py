"""Runs in pairs: the same luck with and without one thing, and what differs between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.numerics.clock import PLAY_YEAR, QUARTERS, quarter_of
from ccepz_sim.state.decisions import Decision

if TYPE_CHECKING:
    from ccepz_sim.content.loading import Content
    from ccepz_sim.model import PilotZone
    from ccepz_sim.state.zone import Zone

Levers = Mapping[str, float]


def from_play(levers: Levers, year: float = PLAY_YEAR) -> tuple[Decision, ...]:
    """Return decisions that set levers from a year on."""
    return tuple(Decision(name, value, year) for name, value in levers.items())


class Arms:
    """Runs of one seed with one content."""

    def __init__(self, seed: int, content: Content) -> None:
        """Hold seed and content."""
        self.seed = seed
        self.content = content

    def start(self, levers: Levers | None = None, decisions: Sequence[Decision] = (), **more: Any) -> PilotZone:
        """Return a zone at the start of the played years (or where `start` says); levers are set from 2016 on."""
        from ccepz_sim.model import PilotZone

        made = (*from_play(levers or {}), *decisions)
        return PilotZone(seed=self.seed, content=self.content, decisions=made, **more)

    def run(self, years: float, levers: Levers | None = None, **more: Any) -> PilotZone:
        """Return a zone after some years."""
        return self.start(levers, **more).run(years)


def window(zone: PilotZone, indicator: str, first: float, years: float, view: str = "true") -> float:
    """Return the mean of an indicator of the zone over some years from a date on."""
    begin = quarter_of(first)
    series = zone.recorder.series(indicator, view=view)[begin : begin + round(years * QUARTERS)]
    return float(series.mean())


def relative(treated: float, plain: float) -> float:
    """Return the relative difference; 0 where there is nothing to compare with."""
    return treated / plain - 1.0 if plain > 0.0 else 0.0


def effect(
    treated: PilotZone, plain: PilotZone, indicator: str, first: float, years: float, view: str = "true"
) -> float:
    """Return the relative difference of an indicator between two runs over some years."""
    return relative(window(treated, indicator, first, years, view), window(plain, indicator, first, years, view))


class Gauge:
    """An observer that keeps one number of the state by quarter."""

    def __init__(self, rule: Callable[[Zone], float]) -> None:
        """Measure with a rule that only looks."""
        self.rule = rule
        self.kept: list[float] = []

    def __call__(self, zone: PilotZone) -> None:
        """Measure at the end of a quarter."""
        self.kept.append(self.rule(zone.state))

    def mean_of_last(self, quarters: int) -> float:
        """Return the mean over the last quarters."""
        return float(np.mean(self.kept[-quarters:]))


def violating(zone: Zone) -> float:
    """Return the share of firms that hide emissions alone, or have a deal with an official."""
    firms = zone.firms
    wrong = firms.alive & (firms.colluding | firms.waste_deal | (firms.hidden > 0.0))
    return float(wrong.sum()) / max(1.0, float(firms.alive.sum()))


def gini(values: np.ndarray) -> float:
    """Return the Gini coefficient of values that are not negative; 0 where all are equal or none is there."""
    ordered = np.sort(values)
    count, total = len(ordered), float(ordered.sum())
    if total <= 0.0:
        return 0.0
    rank = np.arange(1, count + 1)
    return float((2.0 * rank - count - 1.0) @ ordered / (count * total))
