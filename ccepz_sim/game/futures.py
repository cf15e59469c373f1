"""Finished runs, kept for the next question; whoever asks for the same again gets the same object."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from ccepz_sim.content import Content
from ccepz_sim.errors import UserError
from ccepz_sim.game.crew import FORESEEN, OWN, Crew, Then, Ticket, Told
from ccepz_sim.game.records import Brief, Future, Lives, Order, Result

KEPT = {Future: 16, Brief: 1200, Lives: 3}


class Futures:
    """A shelf in front of a crew: content, world and decisions are the key."""

    def __init__(self, content: Content, crew: Crew) -> None:
        """Keep the results of one content."""
        self.content = content
        self.crew = crew
        self._lock = threading.Lock()
        self._shelves: dict[type[Result], OrderedDict[Order, Result]] = {kind: OrderedDict() for kind in KEPT}
        self._flying: dict[Order, list[Then]] = {}

    def known(self, order: Order) -> Result | None:
        """Return a result that is already there; a whole future also answers for its brief."""
        with self._lock:
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

        An urgent order that is already on its way is not run twice; it has no ticket and cannot be cancelled.
        """
        found = self.known(order)
        if found is not None:
            then(found, None)
            return None

        if urgency == OWN:
            with self._lock:
                if order in self._flying:
                    self._flying[order].append(then)
                    return None
                self._flying[order] = []

        def keep(result: Result | None, error: UserError | None) -> None:
            if result is not None:
                self._put(order, result)
            others: list[Then] = []
            if urgency == OWN:
                with self._lock:
                    others = self._flying.pop(order, [])
            for each in (then, *others):
                each(result, error)

        return self.crew.ask(order, keep, urgency, told)

    def foresee(self, order: Order) -> Callable[[], None]:
        """Run what somebody may want next; the returned function gives it up, unless it is wanted by now."""
        if self.known(order) is not None:
            return lambda: None
        with self._lock:
            if order in self._flying:
                return lambda: None
            wanted = self._flying[order] = []

        def keep(result: Result | None, error: UserError | None) -> None:
            if result is not None:
                self._put(order, result)
            with self._lock:
                others = self._flying.pop(order, [])
            for each in others:
                each(result, error)

        ticket = self.crew.ask(order, keep, FORESEEN)

        def give_up() -> None:
            with self._lock:
                if wanted or self._flying.get(order) is not wanted:
                    return
                del self._flying[order]
                ticket.cancel()

        return give_up

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

    def _put(self, order: Order, result: Result) -> None:
        with self._lock:
            shelf = self._shelves[type(result)]
            shelf[order] = result
            while len(shelf) > KEPT[type(result)]:
                shelf.popitem(last=False)
