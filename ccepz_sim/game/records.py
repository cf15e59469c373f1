"""What a finished run leaves behind: plain arrays, so that it can come from another process and be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.game.world import LAST_YEAR, World
from ccepz_sim.measures.fingerprint import fingerprint
from ccepz_sim.numerics.clock import FIRST_YEAR, PLAY_YEAR, QUARTERS
from ccepz_sim.state.decisions import Decision

Numbers = NDArray[np.float64]
VIEWS = ("true", "reported")
WHAT = ("future", "brief", "lives")


@dataclass(frozen=True, slots=True)
class Order:
    """A run that somebody wants: which world, which decisions, how far, and what to bring back.

    `keep` is a year whose start is worth a snapshot, as the next decision will fall there; it changes no number.
    """

    world: World
    decisions: tuple[Decision, ...]
    what: str = "future"
    until: int = LAST_YEAR
    keep: int = field(default=PLAY_YEAR, compare=False)


class Event(NamedTuple):
    """A dated event in both languages."""

    year: int
    quarter: int
    place: str
    kind: str
    indicator: str
    weight: float
    en: str
    zh: str


class Resources(NamedTuple):
    """What the player governs with, at the end of a year: yuan, points, and the share of plans that was paid."""

    treasury: float
    standing: float
    released: float
    credibility: float


@dataclass(frozen=True, eq=False)
class Future:
    """A run that has reached the last year.

    Attributes:
        values: shape (quarters, indicators, places, views), from 2010 on, in the indicators' units.
        working: levers as they worked at the end of each played year, shape (years, levers).
        by_product_flow, people_flow: yearly sums from row to column, shape (years, places, places), from 2010 on.
        money_flow: yuan a year from beyond the zone to each town, and back, shape (years, towns, 2), from 2010 on.
    """

    world: World
    decisions: tuple[Decision, ...]
    ids: tuple[str, ...]
    places: tuple[str, ...]
    values: Numbers
    resources: tuple[Resources, ...]
    working: Numbers
    levers: tuple[str, ...]
    events: tuple[Event, ...]
    by_product_flow: NDArray[np.float32]
    people_flow: NDArray[np.float32]
    money_flow: NDArray[np.float32]

    @cached_property
    def golden_hash(self) -> str:
        """Fingerprint of the played quarters, that of a zone with the same numbers."""
        return fingerprint(self.values[(PLAY_YEAR - FIRST_YEAR) * QUARTERS :])

    @property
    def years(self) -> Numbers:
        """Dates of the recorded quarters, shape (quarters,), from 2010.0 on."""
        return FIRST_YEAR + np.arange(len(self.values)) / QUARTERS

    @cached_property
    def row(self) -> Mapping[str, int]:
        """Where an indicator stands."""
        return {name: number for number, name in enumerate(self.ids)}

    @cached_property
    def column(self) -> Mapping[str, int]:
        """Where a place stands."""
        return {name: number for number, name in enumerate(self.places)}

    def series(self, indicator: str, place: str = "zone", view: str = "true") -> Numbers:
        """One indicator by quarter, shape (quarters,), in the indicator's unit."""
        return self.values[:, self.row[indicator], self.column[place], VIEWS.index(view)]

    @cached_property
    def yearly(self) -> Numbers:
        """Yearly means, shape (years, indicators, places, views), from 2010 on."""
        whole = len(self.values) // QUARTERS * QUARTERS
        means: Numbers = self.values[:whole].reshape(-1, QUARTERS, *self.values.shape[1:]).mean(axis=1)
        return means

    def by_year(self, indicator: str, place: str = "zone", view: str = "true") -> Numbers:
        """One indicator by year (mean of its quarters), shape (years,), from 2010 on."""
        return self.yearly[:, self.row[indicator], self.column[place], VIEWS.index(view)]

    @cached_property
    def brief(self) -> Brief:
        """The zone's yearly means alone."""
        return Brief(self.world, self.decisions, self.ids, self.yearly[:, :, self.column["zone"]].copy())


@dataclass(frozen=True, eq=False)
class Brief:
    """The zone's yearly means of a run, shape (years, indicators, views), from 2010 to the last year run."""

    world: World
    decisions: tuple[Decision, ...]
    ids: tuple[str, ...]
    yearly: Numbers

    def at(self, indicator: str, year: int) -> float:
        """One true value."""
        return float(self.yearly[year - FIRST_YEAR, self.ids.index(indicator), 0])


@dataclass(frozen=True, eq=False)
class Lives:
    """What became of every firm, official, institute and resident, at the end of each played year.

    Each table maps the name of a column to an array of shape (years, rows); flows are sums of the year.
    """

    world: World
    decisions: tuple[Decision, ...]
    firms: Mapping[str, NDArray[np.generic]]
    officials: Mapping[str, NDArray[np.generic]]
    institutes: Mapping[str, NDArray[np.generic]]
    residents: Mapping[str, NDArray[np.generic]]

    @property
    def years(self) -> int:
        """Number of years looked at."""
        return len(self.firms["alive"])


Result = Future | Brief | Lives
