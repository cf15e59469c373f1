"""Finished runs, kept for the next question; whoever asks for the same again gets the same object."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from ccepz_sim.content import Content
from ccepz_sim.errors import UserError
from ccepz_sim.game.records import Brief, Future, Lives, Order, Result
from ccepz_sim.game.worker_pool import FORESEEN, OWN, OnProgress, Request, Then, WorkerPool

KEPT = {Future: 16, Brief: 1200, Lives: 3}
FORESEEN_KEPT = 4  # they must not push out what somebody asked for


@dataclass(slots=True)
class _Pending:
    """An order on its way: who waits for it, and how many games only foresee it."""

    request: Request | None = None
    waiting: list[Then] = field(default_factory=list)
    foreseeing: int = 0


class RunCache:
    """A cache in front of a worker pool: content, world and decisions are the key."""

    def __init__(self, content: Content, pool: WorkerPool) -> None:
        """Keep the results of one content."""
        self.content = content
        self.pool = pool
        self._lock = threading.Lock()
        self._caches: dict[type[Result], OrderedDict[Order, Result]] = {kind: OrderedDict() for kind in KEPT}
        self._foreseen: OrderedDict[Order, Result] = OrderedDict()
        self._pending: dict[Order, _Pending] = {}

    def known(self, order: Order) -> Result | None:
        """Return a result that is already there; a whole future also answers for its brief."""
        with self._lock:
            if order in self._foreseen:
                self._put(order, self._foreseen.pop(order))
            for cache in self._caches.values():
                if order in cache:
                    cache.move_to_end(order)
                    return cache[order]
            if order.what == "brief":
                whole = self._caches[Future].get(Order(order.world, order.decisions))
                if isinstance(whole, Future):
                    return whole.brief
        return None

    def ask(
        self, order: Order, then: Then, priority: int = OWN, on_progress: OnProgress | None = None
    ) -> Request | None:
        """Answer at once from the cache, or later from the pool; the request is for what may be cancelled.

        An order of somebody's own that is on its way already is not run twice; it has no request and is not cancelled.
        """
        found = self.known(order)
        if found is not None:
            then(found, None)
            return None
        if priority != OWN:
            return self.pool.ask(order, self._keeper(order, then), priority, on_progress)
        with self._lock:
            pending = self._pending.get(order)
            first = pending is None
            if pending is None:
                pending = self._pending[order] = _Pending()
            pending.waiting.append(then)
        if first:
            self.pool.ask(order, self._deliverer(order, pending), OWN, on_progress)
        elif pending.request is not None:
            self.pool.raise_priority(pending.request, on_progress)
        return None

    def foresee(self, order: Order) -> Callable[[], None]:
        """Run what somebody may want next; the returned function gives it up, unless it is wanted by then."""
        with self._lock:
            if order in self._foreseen or any(order in cache for cache in self._caches.values()):
                return lambda: None
            pending = self._pending.get(order)
            first = pending is None
            if pending is None:
                pending = self._pending[order] = _Pending()
            pending.foreseeing += 1
            if first:
                # under the lock: whoever wants the order meanwhile has to find its request
                pending.request = self.pool.ask(order, self._deliverer(order, pending), FORESEEN)
        return once(lambda: self._give_up(order, pending))

    def _give_up(self, order: Order, pending: _Pending) -> None:
        with self._lock:
            pending.foreseeing -= 1
            unwanted = not pending.waiting and not pending.foreseeing and self._pending.get(order) is pending
            if unwanted:
                del self._pending[order]
        if unwanted and pending.request is not None:
            pending.request.cancel()

    def get(self, order: Order, on_progress: OnProgress | None = None) -> Result:
        """Wait for a result.

        Raises:
            UserError: the run was refused or failed.
        """
        done = threading.Event()
        answers: list[tuple[Result | None, UserError | None]] = []

        def then(result: Result | None, error: UserError | None) -> None:
            answers.append((result, error))
            done.set()

        self.ask(order, then, OWN, on_progress)
        done.wait()
        result, error = answers[0]
        if error is not None:
            raise error
        assert result is not None
        return result

    def _keeper(self, order: Order, then: Then) -> Then:
        """Put a result on the cache before it is passed on."""

        def keep(result: Result | None, error: UserError | None) -> None:
            if result is not None:
                with self._lock:
                    self._put(order, result)
            then(result, error)

        return keep

    def _deliverer(self, order: Order, pending: _Pending) -> Then:
        """Keep what a run brings and pass it on to all who wait; what nobody waits for has a cache of its own."""

        def land(result: Result | None, error: UserError | None) -> None:
            with self._lock:
                if self._pending.get(order) is pending:
                    del self._pending[order]
                waiting = tuple(pending.waiting)
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
        cache = self._caches[type(result)]
        cache[order] = result
        while len(cache) > KEPT[type(result)]:
            cache.popitem(last=False)


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
