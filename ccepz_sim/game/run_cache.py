"""Finished runs, kept for the next question; whoever asks for the same again gets the same object."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from ccepz_sim.content.loading import Content
from ccepz_sim.game.fair_queue import FORESEEN, OWN, OnProgress, Request, Then
from ccepz_sim.game.records import Brief, Future, Lives, Order, Result
from ccepz_sim.game.worker_pool import WorkerPool
from ccepz_sim.text.errors import UserError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """How many results are kept for all players together, and for one."""

    together: int
    each: int


# A future has about 2 MB, a brief 33 kB, lives 5 MB: 40 players fill some 350 MB.
KEPT = {Future: Kept(120, 16), Brief: Kept(2400, 1200), Lives: Kept(12, 3)}
FORESEEN_KEPT = Kept(24, 4)  # they must not push out what somebody asked for


class SharedCache:
    """Results by order; each player holds those he asked for last, and who holds most gives way first."""

    def __init__(self, kept: Kept) -> None:
        """Keep so many."""
        self._kept = kept
        self._results: dict[Order, Result] = {}
        self._holders: dict[Order, set[str]] = {}
        self._held: dict[str, OrderedDict[Order, None]] = {}

    def __len__(self) -> int:
        """Return how many results there are."""
        return len(self._results)

    def __contains__(self, order: Order) -> bool:
        """Say whether there is a result."""
        return order in self._results

    def get(self, order: Order, owner: str) -> Result | None:
        """Return a result, which its asker holds from now on."""
        if order in self._results:
            self._hold(order, owner)
        return self._results.get(order)

    def put(self, order: Order, result: Result, owner: str) -> None:
        """Keep a result for a player; one that is there already stays."""
        self._results.setdefault(order, result)
        self._hold(order, owner)
        while len(self._results) > self._kept.together:
            self._let_go(max(self._held, key=lambda owner: len(self._held[owner])))

    def pop(self, order: Order) -> Result | None:
        """Take a result out."""
        for owner in self._holders.pop(order, set()):
            self._held[owner].pop(order)
            if not self._held[owner]:
                del self._held[owner]
        return self._results.pop(order, None)

    def leave(self, owner: str) -> None:
        """Let go of all that a player holds."""
        while owner in self._held:
            self._let_go(owner)

    def _hold(self, order: Order, owner: str) -> None:
        held = self._held.setdefault(owner, OrderedDict())
        held[order] = None
        held.move_to_end(order)
        self._holders.setdefault(order, set()).add(owner)
        while len(held) > self._kept.each:
            self._let_go(owner)

    def _let_go(self, owner: str) -> None:
        order, _ = self._held[owner].popitem(last=False)
        if not self._held[owner]:
            del self._held[owner]
        holders = self._holders[order]
        holders.discard(owner)
        if not holders:
            del self._holders[order], self._results[order]


@dataclass(eq=False, slots=True)
class Ticket:
    """One player's wish for a run."""

    run_cache: RunCache
    order: Order
    then: Then | None  # None: it is foreseen, nobody waits yet
    priority: int
    owner: str
    on_progress: OnProgress | None

    def cancel(self) -> None:
        """Give it up; the run goes on only where others wait for it."""
        self.run_cache.give_up(self)

    def withdraw(self) -> bool:
        """Give it up unless its run has begun; says whether it was given up."""
        return self.run_cache.give_up(self, begun=False)


@dataclass(slots=True)
class _Pending:
    """An order on its way, and all who wish for it."""

    tickets: list[Ticket] = field(default_factory=list)
    request: Request | None = None

    @property
    def priority(self) -> int:
        """That of who needs it most."""
        return min(ticket.priority for ticket in self.tickets)

    @property
    def owners(self) -> set[str]:
        """Those who need it most: the run is one of theirs."""
        return {ticket.owner for ticket in self.tickets if ticket.priority == self.priority}


class RunCache:
    """A cache in front of a worker pool: content, world and decisions are the key."""

    def __init__(self, content: Content, pool: WorkerPool) -> None:
        """Keep the results of one content."""
        self.content = content
        self.pool = pool
        self._lock = threading.Lock()
        self._caches: dict[type[Result], SharedCache] = {kind: SharedCache(kept) for kind, kept in KEPT.items()}
        self._foreseen = SharedCache(FORESEEN_KEPT)
        self._pending: dict[Order, _Pending] = {}

    def known(self, order: Order, owner: str = "") -> Result | None:
        """Return a result that is already there; a whole future also answers for its brief."""
        with self._lock:
            return self._known(order, owner)

    def ask(
        self,
        order: Order,
        then: Then,
        priority: int = OWN,
        on_progress: OnProgress | None = None,
        owner: str = "",
    ) -> Ticket | None:
        """Answer at once from the cache (and return None), or later from the pool.

        An order that is on its way already is not run twice: it goes with the priority of who needs it most.
        """
        with self._lock:
            found = self._known(order, owner)
            ticket = Ticket(self, order, then, priority, owner, on_progress)
            if found is None:
                self._join(ticket)
        if found is not None:
            then(found, None)
            return None
        return ticket

    def foresee(self, order: Order, owner: str = "") -> Callable[[], None]:
        """Run what somebody may want next; the returned function gives it up, unless it is wanted by then."""
        with self._lock:
            if order in self._foreseen or any(order in cache for cache in self._caches.values()):
                return lambda: None
            ticket = Ticket(self, order, None, FORESEEN, owner, None)
            self._join(ticket)
        return ticket.cancel

    def give_up(self, ticket: Ticket, begun: bool = True) -> bool:
        """Take a wish back, also when its run has `begun`; says whether it was taken back.

        A run that nobody wishes for any more is dropped.
        """
        with self._lock:
            pending = self._pending.get(ticket.order)
            if pending is None or ticket not in pending.tickets or pending.request is None:
                return False
            if len(pending.tickets) > 1:
                pending.tickets.remove(ticket)
                self.pool.change(pending.request, pending.priority, pending.owners)
                return True
            if not self.pool.withdraw(pending.request):
                if not begun:
                    return False
                self.pool.cancel(pending.request)
            pending.tickets.clear()
            del self._pending[ticket.order]
            return True

    def leave(self, owner: str) -> None:
        """Let go of what a player holds: he has left."""
        with self._lock:
            for cache in (*self._caches.values(), self._foreseen):
                cache.leave(owner)

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

    def _known(self, order: Order, owner: str) -> Result | None:
        foreseen = self._foreseen.pop(order)
        if foreseen is not None:
            self._caches[type(foreseen)].put(order, foreseen, owner)
        for cache in self._caches.values():
            found = cache.get(order, owner)
            if found is not None:
                return found
        if order.what == "brief":
            whole = self._caches[Future].get(Order(order.world, order.decisions), owner)
            if isinstance(whole, Future):
                return whole.brief
        return None

    def _join(self, ticket: Ticket) -> None:
        """Wait with others for an order, or as the first; the lock is held, so that nobody misses the request."""
        pending = self._pending.get(ticket.order)
        if pending is None:
            pending = self._pending[ticket.order] = _Pending([ticket])
        else:
            pending.tickets.append(ticket)
        if pending.request is None:
            deliver, report = self._deliverer(ticket.order, pending), self._reporter(pending)
            pending.request = self.pool.ask(ticket.order, deliver, ticket.priority, report, (ticket.owner,))
        else:
            self.pool.change(pending.request, pending.priority, pending.owners)

    def _reporter(self, pending: _Pending) -> OnProgress:
        def report(year: int) -> None:
            with self._lock:
                listening = [ticket.on_progress for ticket in pending.tickets if ticket.on_progress is not None]
            for on_progress in listening:
                on_progress(year)

        return report

    def _deliverer(self, order: Order, pending: _Pending) -> Then:
        """Keep what a run brings and pass it on to all who wait; what nobody waits for has a cache of its own."""

        def deliver(result: Result | None, error: UserError | None) -> None:
            with self._lock:
                if self._pending.get(order) is pending:
                    del self._pending[order]
                tickets = tuple(pending.tickets)
                if result is not None:
                    for ticket in tickets:
                        cache = self._foreseen if ticket.then is None else self._caches[type(result)]
                        cache.put(order, result, ticket.owner)
            for ticket in tickets:
                if ticket.then is not None:
                    try:
                        ticket.then(result, error)
                    except Exception:  # the others wait too
                        logger.exception("what follows from a run failed")

        return deliver
