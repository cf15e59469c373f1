"""Finished runs, kept for the next question; whoever asks for the same again gets the same object."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from ccepz_sim.content import Content
from ccepz_sim.errors import UserError
from ccepz_sim.game.crew import FORESEEN, OWN, Crew, Then, Ticket, Told
from ccepz_sim.game.records import Brief, Future, Lives, Order, Result

KEPT = {Future: 16, Brief: 1200, Lives: 3}
FORESEEN_KEPT = 4  # they must not push out what somebody asked for


@dataclass(slots=True)
class _Flight:
    """An order on its way: who waits for it, and how many games only foresee it."""

    ticket: Ticket | None = None
    waiting: list[Then] = field(default_factory=list)
    foreseeing: int = 0


class Futures:
    """A shelf in front of a crew: content, world and decisions are the key."""

    def __init__(self, content: Content, crew: Crew) -> None:
        """Keep the results of one content."""
        self.content = content
        self.crew = crew
        self._lock = threading.Lock()
        self._shelves: dict[type[Result], OrderedDict[Order, Result]] = {kind: OrderedDict() for kind in KEPT}
        self._foreseen: OrderedDict[Order, Result] = OrderedDict()
        self._flying: dict[Order, _Flight] = {}

    def known(self, order: Order) -> Result | None:
        """Return a result that is already there; a whole future also answers for its brief."""
        with self._lock:
            if order in self._foreseen:
                self._put(order, self._foreseen.pop(order))
            for shelf in self._shelves.values():
                if order in shelf:
                    shelf.move_to_end(order)
                    return shelf[order]
            if order.what == "brief":
                whole = self._shelves[Future].get(Order(order.world, order.decisions))
                if isinstance(whole, Future):
                    return whole.brief
        return None

    def ask(self, order: Order, then: Then, urgency: int = OWN, told: Told | None = None) -> Ticket | None:
        """Answer at once from the shelf, or later from the crew; the ticket is for what may be cancelled.

        An order of somebody's own that is on its way already is not run twice; it has no ticket and is not cancelled.
        """
        found = self.known(order)
        if found is not None:
            then(found, None)
            return None
        if urgency != OWN:
            return self.crew.ask(order, self._keeper(order, then), urgency, told)
        with self._lock:
            flight = self._flying.get(order)
            first = flight is None
            if flight is None:
                flight = self._flying[order] = _Flight()
            flight.waiting.append(then)
        if first:
            self.crew.ask(order, self._lander(order, flight), OWN, told)
        elif flight.ticket is not None:
            self.crew.hasten(flight.ticket, told)
        return None

    def foresee(self, order: Order) -> Callable[[], None]:
        """Run what somebody may want next; the returned function gives it up, unless it is wanted by then."""
        with self._lock:
            if order in self._foreseen or any(order in shelf for shelf in self._shelves.values()):
                return lambda: None
            flight = self._flying.get(order)
            first = flight is None
            if flight is None:
                flight = self._flying[order] = _Flight()
            flight.foreseeing += 1
            if first:
                # under the lock: whoever wants the order meanwhile has to find its ticket
                flight.ticket = self.crew.ask(order, self._lander(order, flight), FORESEEN)
        return once(lambda: self._give_up(order, flight))

    def _give_up(self, order: Order, flight: _Flight) -> None:
        with self._lock:
            flight.foreseeing -= 1
            unwanted = not flight.waiting and not flight.foreseeing and self._flying.get(order) is flight
            if unwanted:
                del self._flying[order]
        if unwanted and flight.ticket is not None:
            flight.ticket.cancel()

    def get(self, order: Order, told: Told | None = None) -> Result:
        """Wait for a result.

        Raises:
            UserError: the run was refused or failed.
        """
        done = threading.Event()
        answers: list[tuple[Result | None, UserError | None]] = []

        def then(result: Result | None, error: UserError | None) -> None:
            answers.append((result, error))
            done.set()

        self.ask(order, then, OWN, told)
        done.wait()
        result, error = answers[0]
        if error is not None:
            raise error
        assert result is not None
        return result

    def _keeper(self, order: Order, then: Then) -> Then:
        """Put a result on the shelf before it is passed on."""

        def keep(result: Result | None, error: UserError | None) -> None:
            if result is not None:
                with self._lock:
                    self._put(order, result)
            then(result, error)

        return keep

    def _lander(self, order: Order, flight: _Flight) -> Then:
        """Keep what a flight brings, and pass it on to all who wait; what nobody waits for has a shelf of its own."""

        def land(result: Result | None, error: UserError | None) -> None:
            with self._lock:
                if self._flying.get(order) is flight:
                    del self._flying[order]
                waiting = tuple(flight.waiting)
                if result is not None and waiting:
                    self._put(order, result)
                elif result is not None:
                    self._foreseen[order] = result
                    while len(self._foreseen) > FORESEEN_KEPT:
                        self._foreseen.popitem(last=False)
            for each in waiting:
                each(result, error)

        return land

    def _put(self, order: Order, result: Result) -> None:
        shelf = self._shelves[type(result)]
        shelf[order] = result
        while len(shelf) > KEPT[type(result)]:
            shelf.popitem(last=False)


def once(act: Callable[[], None]) -> Callable[[], None]:
    """Let an act happen at most once."""
    left = [act]

    def do() -> None:
        try:
            last = left.pop()  # atomic
        except IndexError:
            return
        last()

    return do
