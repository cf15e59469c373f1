"""Futures: finished runs, resumed from yearly snapshots and kept for the next question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.content import Content
from ccepz_sim.policies.schedule import Decision

LAST_YEAR = 2035
KEPT_FUTURES = 16
KEPT_SNAPSHOTS = 24

Progress = Callable[[int], None]
MakeZone = Callable[..., Any]
Purse = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class World:
    """The luck and the outside world that all futures of a comparison share."""

    seed: int
    scenario: str


@dataclass(frozen=True)
class Future:
    """A run that has reached the last year; its zone is never stepped again.

    `purse` holds treasury (yuan) and standing (0 to 100) at the end of each played year.
    """

    world: World
    decisions: tuple[Decision, ...]
    zone: Any
    purse: Purse

    @property
    def years(self) -> NDArray[np.float64]:
        """Dates of the recorded quarters, shape (quarters,), from 2010.0 on."""
        return np.asarray(self.zone.recorder.years)

    @cached_property
    def events(self) -> tuple[Any, ...]:
        """What happened, oldest first: rows with year, quarter, place, kind, indicator, weight, en, zh."""
        frame = self.zone.events
        return tuple(frame.itertuples(index=False))

    def series(self, indicator: str, place: str = "zone", view: str = "true") -> NDArray[np.float64]:
        """One indicator by quarter, shape (quarters,), in the indicator's unit."""
        return np.asarray(self.zone.recorder.series(indicator, place=place, view=view))


class Futures:
    """Runs to the last year, with the same bytes as a fresh run of the same decisions.

    A snapshot taken at the start of a year holds for every list of decisions that agrees before that year, so
    a decision dated in year Y costs only the years from Y on.
    """

    def __init__(self, content: Content, make_zone: MakeZone) -> None:
        """Use one content and one way to make a zone for all runs."""
        self.content = content
        self._make_zone = make_zone
        self._lock = threading.Lock()
        self._done: OrderedDict[tuple[World, tuple[Decision, ...]], Future] = OrderedDict()
        self._snapshots: OrderedDict[tuple[World, int, tuple[Decision, ...]], Any] = OrderedDict()

    def known(self, world: World, decisions: Sequence[Decision]) -> Future | None:
        """Return a future that is already finished, or None."""
        with self._lock:
            found: Future | None = self._recall(self._done, (world, tuple(decisions)))
        return found

    def run(
        self,
        world: World,
        decisions: Sequence[Decision],
        keep: int = PLAY_YEAR,
        progress: Progress = lambda _: None,
    ) -> Future:
        """Run to the last year.

        Args:
            world: seed and scenario.
            decisions: dated decisions in the order of their dates.
            keep: year whose start is worth a snapshot, since the next decision will fall there.
            progress: told each year that is finished.
        """
        wanted = tuple(decisions)
        found = self.known(world, wanted)
        if found is not None:
            return found
        worth = {PLAY_YEAR, keep} | {int(decision.year) for decision in wanted}
        year, zone, purse = self._start(world, wanted)
        zone.decide(wanted)
        while year <= LAST_YEAR:
            if year in worth:
                self._keep(world, year, wanted, (zone, purse))
            zone.run(years=1)
            purse = (*purse, (float(zone.treasury), float(zone.standing)))
            progress(year)
            year += 1
        future = Future(world, wanted, zone, purse)
        with self._lock:
            self._store(self._done, (world, wanted), future, KEPT_FUTURES)
        return future

    def _start(self, world: World, decisions: tuple[Decision, ...]) -> tuple[int, Any, Purse]:
        with self._lock:
            for year in range(LAST_YEAR, PLAY_YEAR - 1, -1):
                snapshot = self._recall(self._snapshots, (world, year, _before(decisions, year)))
                if snapshot is not None:
                    zone, purse = snapshot
                    return year, zone.copy(), purse
        zone = self._make_zone(
            package="status-quo",
            scenario=world.scenario,
            seed=world.seed,
            start=PLAY_YEAR,
            content=self.content,
        )
        return PLAY_YEAR, zone, ()

    def _keep(self, world: World, year: int, decisions: tuple[Decision, ...], state: tuple[Any, Purse]) -> None:
        key = (world, year, _before(decisions, year))
        with self._lock:
            if key not in self._snapshots:
                self._store(self._snapshots, key, (state[0].copy(), state[1]), KEPT_SNAPSHOTS)

    @staticmethod
    def _recall(shelf: OrderedDict[Any, Any], key: Any) -> Any:
        if key not in shelf:
            return None
        shelf.move_to_end(key)
        return shelf[key]

    @staticmethod
    def _store(shelf: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
        shelf[key] = value
        while len(shelf) > most:
            shelf.popitem(last=False)


def _before(decisions: Sequence[Decision], year: int) -> tuple[Decision, ...]:
    return tuple(decision for decision in decisions if decision.year < year)
