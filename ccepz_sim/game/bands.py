"""Luck apart from policy: the same decisions in many worlds, each beside its own world without them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ccepz_sim.game.fair_queue import BACKGROUND
from ccepz_sim.game.records import Brief, Future, Numbers, Order, Result
from ccepz_sim.game.run_cache import RunCache, Ticket
from ccepz_sim.game.world import World
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.numerics.clock import FIRST_YEAR
from ccepz_sim.state.decisions import Decision
from ccepz_sim.text.errors import UserError

SHOWN_AT = (10, 20, 30, 40)  # besides the first band and the last
EQUAL = 1e-12
AHEAD = 16  # orders of one band that are on their way: enough for every worker, few enough to be dropped at once


@dataclass(frozen=True, eq=False)
class Band:
    """Paired worlds of one list of decisions; `own` and `without` have shape (worlds, years, indicators, views)."""

    world: World
    decisions: tuple[Decision, ...]
    ids: tuple[str, ...]
    own: Numbers
    without: Numbers

    @property
    def worlds(self) -> int:
        """How many worlds there are."""
        return len(self.own)

    def edges(self, indicator: str, share: float) -> tuple[tuple[Numbers, Numbers], tuple[Numbers, Numbers]]:
        """Return the limits that hold the middle share of the worlds, each of shape (years,): true and reported."""
        rest = (1.0 - share) / 2.0
        low, high = np.quantile(self.own[:, :, self.ids.index(indicator)], (rest, 1.0 - rest), axis=0)
        return (low[:, 0], high[:, 0]), (low[:, 1], high[:, 1])

    def gaps(self, indicator: str, year: int) -> Numbers:
        """Return own minus without in each world, in truth."""
        column = self.ids.index(indicator)
        gap: Numbers = self.own[:, year - FIRST_YEAR, column, 0] - self.without[:, year - FIRST_YEAR, column, 0]
        return gap

    def better(self, indicator: str, year: int) -> float | None:
        """Return the share of worlds in which the decisions do better than none; ties count half.

        None where neither more nor less is better.
        """
        direction = all_indicators()[indicator].direction
        if direction not in ("up", "down"):
            return None
        gap = self.gaps(indicator, year) * (1.0 if direction == "up" else -1.0)
        size = np.abs(self.without[:, year - FIRST_YEAR, self.ids.index(indicator), 0]) * EQUAL
        return float(np.mean((gap > size) + 0.5 * (np.abs(gap) <= size)))


class BandMaker:
    """Asks for paired worlds in the background and tells each band that is worth showing."""

    def __init__(
        self, run_cache: RunCache, world: World, decisions: tuple[Decision, ...], keep: int, owner: str = ""
    ) -> None:
        """Prepare the worlds that share scenario and decisions with a game."""
        values = run_cache.content.group_values("game")
        self.first, self.most = int(values.first_worlds), int(values.most_worlds)
        self._run_cache = run_cache
        self._world, self._decisions, self._keep, self._owner = world, decisions, keep, owner
        self._lock = threading.Lock()
        self._pairs: dict[int, dict[bool, Brief]] = {}
        sides = (True, False) if decisions else (False,)
        self._ahead = deque((number, decided) for number in range(self.most) for decided in sides)
        self._asked: dict[tuple[int, bool], Ticket | None] = {}
        self._asking = False
        self._lost: set[int] = set()
        self._shown = 0
        self._over = False

    def start(self, notify: Callable[[Band], None]) -> None:
        """Ask for all worlds, the first ones first, some at a time."""
        with self._lock:
            if self._asking:
                return  # whoever asks now goes on
            self._asking = True
        while True:
            with self._lock:
                if self._over or not self._ahead or len(self._asked) >= AHEAD:
                    self._asking = False
                    return
                key = self._ahead.popleft()
                self._asked[key] = None
            self._ask(*key, notify)

    def cancel(self) -> None:
        """Drop what has not come yet."""
        with self._lock:
            self._over = True
            tickets = [ticket for ticket in self._asked.values() if ticket is not None]
            self._asked.clear()
        for ticket in tickets:
            ticket.cancel()

    def _ask(self, number: int, decided: bool, notify: Callable[[Band], None]) -> None:
        keep = self._keep if number < self.first else 0
        decisions = self._decisions if decided else ()
        order = Order(self._world.sibling(number), decisions, "brief", keep=keep)

        def then(result: Result | None, error: UserError | None) -> None:
            brief = result.brief if isinstance(result, Future) else result
            with self._lock:
                self._asked.pop((number, decided), None)
            if isinstance(brief, Brief):
                self._come(number, decided, brief, notify)
            elif error is not None:
                with self._lock:
                    self._lost.add(number)  # a world that cannot be run is left out, on both sides
                self._show(notify)
            self.start(notify)

        ticket = self._run_cache.ask(order, then, BACKGROUND, owner=self._owner)
        with self._lock:
            over = self._over
            if (number, decided) in self._asked:
                self._asked[number, decided] = ticket
        if over and ticket is not None:
            ticket.cancel()

    def _come(self, number: int, decided: bool, brief: Brief, notify: Callable[[Band], None]) -> None:
        with self._lock:
            pair = self._pairs.setdefault(number, {})
            pair[decided] = brief
            if not self._decisions:
                pair[True] = brief
        self._show(notify)

    def _show(self, notify: Callable[[Band], None]) -> None:
        with self._lock:
            there = [key for key in sorted(self._pairs) if key not in self._lost and len(self._pairs[key]) > 1]
            whole = [self._pairs[key] for key in there]
            count = len(whole)
            worth = count > self._shown and count in (self.first, *SHOWN_AT, self.most - len(self._lost))
            if self._over or not worth:
                return
            self._shown = count
            own = np.stack([pair[True].yearly for pair in whole])
            without = np.stack([pair[False].yearly for pair in whole])
        notify(Band(self._world, self._decisions, whole[0][True].ids, own, without))
