"""Runs orders one after the other, resuming from yearly snapshots; lives in a worker or in a test."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.game.lives import Witness
from ccepz_sim.game.records import Brief, Event, Future, Order, Resources, Result
from ccepz_sim.game.world import World
from ccepz_sim.measures import chronicle
from ccepz_sim.numerics.clock import FIRST_YEAR, PLAY_YEAR, QUARTERS
from ccepz_sim.state.decisions import Decision

KEPT_SNAPSHOTS = 24
KEPT_STARTS = 26

Progress = Callable[[int], None]
Look = Callable[[], None]
MakeZone = Callable[..., Any]
Diary = tuple[tuple[Resources, ...], tuple[Any, ...]]  # resources and working levers, by played year


class Runner:
    """Runs with the same bytes as a fresh run of the same decisions.

    A snapshot taken at the start of a year holds for every list of decisions that agrees before that year, so
    a decision dated in year Y costs only the years from Y on.
    """

    def __init__(self, content: Content, make_zone: MakeZone) -> None:
        """Use one content and one way to make a zone for all runs."""
        self.content = content
        self._make_zone = make_zone
        self._starts: OrderedDict[World, Any] = OrderedDict()
        self._snapshots: OrderedDict[tuple[World, int, tuple[Decision, ...]], tuple[Any, Diary]] = OrderedDict()

    def run(self, order: Order, progress: Progress = lambda _: None, look: Look = lambda: None) -> Result:
        """Run as far as the order says.

        Args:
            order: what is wanted.
            progress: is told each finished year.
            look: is called after each quarter and may raise to stop the run.
        """
        if order.what == "lives":
            return self._lives(order, progress, look)
        year, zone, diary = self._from(order)
        try:
            return self._go_on(order, year, zone, diary, progress, look)
        finally:
            _drop(zone)

    def _go_on(self, order: Order, year: int, zone: Any, diary: Diary, progress: Progress, look: Look) -> Result:
        resources, working = diary
        zone.decide(order.decisions)
        worth = {order.keep} | {int(decision.year) for decision in order.decisions}
        while year <= order.until:
            if year in worth and year > PLAY_YEAR:
                self._keep(order.world, year, order.decisions, zone, (resources, working))
            _run_a_year(zone, look)
            resources, working = (*resources, _resources(zone)), (*working, zone.state.policy.value.copy())
            progress(year)
            year += 1
        if order.what == "brief":
            return _brief(order, zone)
        return _future(order, zone, resources, working)

    def _lives(self, order: Order, progress: Progress, look: Look) -> Result:
        zone = self._start(order.world)
        witness = Witness()
        zone.observers = (witness,)
        try:
            zone.decide(order.decisions)
            for year in range(PLAY_YEAR, order.until + 1):
                _run_a_year(zone, look)
                progress(year)
            return witness.lives(order.world, order.decisions)
        finally:
            _drop(zone)

    def _from(self, order: Order) -> tuple[int, Any, Diary]:
        for year in range(order.until, PLAY_YEAR, -1):
            key = (order.world, year, before(order.decisions, year))
            if key in self._snapshots:
                self._snapshots.move_to_end(key)
                zone, diary = self._snapshots[key]
                return year, zone.copy(), diary
        return PLAY_YEAR, self._start(order.world), ((), ())

    def _start(self, world: World) -> Any:
        if world not in self._starts:
            self._starts[world] = self._make_zone(
                package="status-quo",
                scenario=world.scenario,
                seed=world.seed,
                start=PLAY_YEAR,
                content=self.content,
            )
            while len(self._starts) > KEPT_STARTS:
                _drop(self._starts.popitem(last=False)[1])
        self._starts.move_to_end(world)
        return self._starts[world].copy()

    def _keep(self, world: World, year: int, decisions: tuple[Decision, ...], zone: Any, diary: Diary) -> None:
        key = (world, year, before(decisions, year))
        if key not in self._snapshots:
            self._snapshots[key] = (zone.copy(), diary)
            while len(self._snapshots) > KEPT_SNAPSHOTS:
                _drop(self._snapshots.popitem(last=False)[1][0])


def _drop(zone: Any) -> None:
    """Let go of what a zone holds: Mesa's models hold themselves, and megabytes would wait for a collection."""
    vars(zone).clear()


def _run_a_year(zone: Any, look: Look) -> None:
    for _ in range(QUARTERS):
        zone.run(years=1 / QUARTERS)
        look()


def before(decisions: Sequence[Decision], year: int) -> tuple[Decision, ...]:
    """Return the decisions dated before a year."""
    return tuple(decision for decision in decisions if decision.year < year)


def _resources(zone: Any) -> Resources:
    state = zone.state
    return Resources(
        float(zone.treasury),
        float(state.governance.standing),
        float(state.bodies.released[state.body.committee]),
        float(state.policy.credibility),
    )


def _brief(order: Order, zone: Any) -> Brief:
    recorder = zone.recorder
    quarters = (order.until + 1 - FIRST_YEAR) * QUARTERS
    values = recorder.values[:quarters, :, recorder.place_index["zone"]]
    return Brief(order.world, order.decisions, recorder.ids, values.reshape(-1, QUARTERS, *values.shape[1:]).mean(1))


def _future(order: Order, zone: Any, resources: tuple[Resources, ...], working: tuple[Any, ...]) -> Future:
    recorder = zone.recorder
    skipped = chronicle.COLUMNS.index(Event._fields[0])
    rows = (row[skipped:] for row in chronicle.rows(zone.state, zone.recorder, zone.first_quarter))
    return Future(
        world=order.world,
        decisions=order.decisions,
        ids=recorder.ids,
        places=recorder.places.names,
        values=recorder.values[: recorder.used].copy(),
        resources=resources,
        working=np.array(working),
        levers=zone.state.policy.ids,
        events=tuple(Event(*row) for row in rows),
        by_product_flow=_sums(recorder.by_product_flow),
        people_flow=_sums(recorder.people_flow),
        money_flow=_sums(recorder.money_flow),
    )


def _sums(flows: Any) -> Any:
    """Sum flows by quarter, shape (quarters, ...), to years."""
    whole = len(flows) // QUARTERS * QUARTERS
    return flows[:whole].reshape(-1, QUARTERS, *flows.shape[1:]).sum(axis=1).astype(np.float32)
