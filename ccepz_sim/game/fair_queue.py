"""Which order goes to which worker, and which run makes way: bookkeeping alone, without threads and clocks.

Players take turns: of those who wait, the one served longest ago is next, however many orders the others have. A
player's orders go to the worker that has his snapshots, unless that keeps him or others waiting.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from ccepz_sim.game.records import Order, Result
from ccepz_sim.text.errors import UserError

# priority: what a player waits for, what he asked for beside his game, what he may want next, what may take its time
OWN, ASKED, FORESEEN, BACKGROUND = range(4)
WAITED_FOR = (OWN, ASKED)
OWN_IN_A_ROW = 3  # own orders begun before one of those asked for beside a game
REMEMBERED = 1000  # players whose last turn and whose worker are known

Then = Callable[["Result | None", "UserError | None"], None]
OnProgress = Callable[[int], None]


@dataclass(eq=False)
class Request:
    """An order on its way, and the players it is for."""

    order: Order
    priority: int
    then: Then
    on_progress: OnProgress | None = None
    owners: frozenset[str] = frozenset({""})
    number: int = 0
    since: int = 0  # turns that had been taken when it came
    tried: bool = field(default=False)
    cancelled: bool = field(default=False)


@dataclass(frozen=True)
class Plan:
    """What is to be done now: orders to begin, by worker, and workers whose runs make way."""

    begin: dict[int, Request]
    stop: tuple[int, ...]


class FairQueue:
    """Orders that wait and orders that run; every change is followed by a `plan`."""

    def __init__(self, workers: int) -> None:
        """Begin with workers that have not said yet that they are ready."""
        self.workers = workers
        self.waiting: list[Request] = []
        self.running: dict[int, Request] = {}
        self.idle: set[int] = set()
        self._next: dict[int, Request] = {}  # for a worker that has been told to stop
        self._stopping: set[int] = set()
        self._served: tuple[OrderedDict[str, int], ...] = tuple(OrderedDict() for _ in range(BACKGROUND + 1))
        self._homes: OrderedDict[str, int] = OrderedDict()
        self._numbers = 0
        self._turns = 0
        self._in_a_row = 0

    def add(self, request: Request) -> None:
        """Take an order."""
        self._numbers += 1
        request.number, request.since = self._numbers, self._turns
        self.waiting.append(request)

    def withdraw(self, request: Request) -> bool:
        """Drop an order; False when it is running already."""
        if request in self.waiting:
            self.waiting.remove(request)
            return True
        for worker, other in list(self._next.items()):
            if other is request:
                del self._next[worker]
                return True
        return False

    def cancel(self, request: Request) -> None:
        """Drop an order, wherever it is."""
        request.cancelled = True
        self.withdraw(request)

    def ready(self, worker: int) -> None:
        """Note that a worker can take an order."""
        self.idle.add(worker)

    def ended(self, worker: int, over: bool, ready: bool = True) -> None:
        """Note that a worker has done with its order, or, not `over`, was stopped and the order begins anew."""
        request = self.running.pop(worker)
        self._stopping.discard(worker)
        if not over and not request.cancelled:
            self.waiting.append(request)
        if ready:
            self.idle.add(worker)
        elif worker in self._next:
            self.waiting.append(self._next.pop(worker))

    def clear(self) -> list[Request]:
        """Drop and return all that is not running."""
        dropped = [*self.waiting, *self._next.values()]
        self.waiting.clear()
        self._next.clear()
        return dropped

    def plan(self) -> Plan:
        """Decide what begins and what makes way; asked twice, it has nothing new to say."""
        begin: dict[int, Request] = {}
        stop: list[int] = []
        for worker in sorted(self.idle & self._next.keys()):
            self._start(worker, self._next.pop(worker), begin)
        while (request := self._first_waited_for()) is not None:
            if not self._place(request, begin, stop):
                break
        while (request := min(self._of(FORESEEN), key=self._turn, default=None)) is not None:
            if not self._place(request, begin, stop):
                break
        self._spread(begin, stop)
        stop += [
            worker for worker, request in self.running.items() if request.cancelled and worker not in self._stopping
        ]
        self._stopping.update(stop)
        return Plan(begin, tuple(stop))

    # Turns

    def _turn(self, request: Request) -> tuple[int, int]:
        served = self._served[request.priority]
        return min(served.get(owner, 0) for owner in request.owners), request.number

    def _first_waited_for(self) -> Request | None:
        """Own orders first, but after some of them one that was asked for."""
        own = min(self._of(OWN), key=self._turn, default=None)
        asked = min(self._of(ASKED), key=self._turn, default=None)
        if own is None or asked is None:
            return own or asked
        return own if self._in_a_row < OWN_IN_A_ROW else asked

    def _of(self, priority: int) -> list[Request]:
        return [request for request in self.waiting if request.priority == priority]

    # Places

    def _place(self, request: Request, begin: dict[int, Request], stop: list[int]) -> bool:
        """Find a worker for an order, or for another one whose place is here; False when none is to be had."""
        home = self._home(request)
        if home in self.idle:
            self._begin(home, request, begin)
            return True
        if home is not None and self._makes_way(home, request):
            self._prepare(home, request, stop)
            return True
        if self.idle:
            worker = min(self.idle)
            other = self._at_home(worker, request)
            self._begin(worker, other or request, begin)
            return True
        ways = [worker for worker in self.running if self._makes_way(worker, request)]
        if not ways:
            return False
        # what is least urgent, and of that what was begun last
        worker = max(ways, key=lambda worker: (self._taken(worker).priority, self._taken(worker).number))
        self._prepare(worker, request, stop)
        return True

    def _taken(self, worker: int) -> Request:
        """Return what a worker is kept from by another order: its run, or what is to follow it."""
        return self._next.get(worker, self.running[worker])

    def _makes_way(self, worker: int, request: Request) -> bool:
        """Say whether a worker's run is less urgent; a player's questions make way for his own orders alone."""
        if worker not in self.running or worker in self.idle:
            return False
        if worker in self._stopping and worker not in self._next:
            return True  # it is on its way already
        taken = self._taken(worker)
        if taken.priority in WAITED_FOR:
            mine = taken.priority == ASKED and request.priority == OWN and taken.owners <= request.owners
            return mine and worker not in self._next
        return taken.priority > request.priority

    def _prepare(self, worker: int, request: Request, stop: list[int]) -> None:
        """Let a worker stop and do this next."""
        self._take(worker, request)
        if worker in self._next:
            self.waiting.append(self._next[worker])
        self._next[worker] = request
        if worker not in self._stopping:
            stop.append(worker)
            self._stopping.add(worker)

    def _begin(self, worker: int, request: Request, begin: dict[int, Request]) -> None:
        self._take(worker, request)
        self._start(worker, request, begin)

    def _start(self, worker: int, request: Request, begin: dict[int, Request]) -> None:
        self.idle.discard(worker)
        self.running[worker] = begin[worker] = request

    def _take(self, worker: int, request: Request) -> None:
        """Take an order from those that wait; its players have had their turn."""
        self.waiting.remove(request)
        if request.priority in WAITED_FOR:
            self._in_a_row = self._in_a_row + 1 if request.priority == OWN else 0
        self._turns += 1
        for owner in request.owners:
            _note(self._served[request.priority], owner, self._turns)
            if request.priority in (OWN, FORESEEN):
                _note(self._homes, owner, worker)

    def _home(self, request: Request) -> int | None:
        """Return the worker that has snapshots for an order, or may have."""
        if request.priority == BACKGROUND:
            return request.order.world.seed % self.workers
        if request.priority == ASKED:
            return None
        return next((self._homes[owner] for owner in sorted(request.owners) if owner in self._homes), None)

    def _at_home(self, worker: int, request: Request) -> Request | None:
        """Return another order that would find its snapshots at a worker, where the first one would not.

        Who was served since the first one came does not go first again: each of the others does so once at most.
        """
        if self._home(request) is None:
            return None
        others = (other for other in self._of(request.priority) if self._turn(other)[0] <= request.since)
        return min((other for other in others if self._home(other) == worker), key=self._turn, default=None)

    def _spread(self, begin: dict[int, Request], stop: list[int]) -> None:
        """Begin background work where cores are left, and stop what is too much."""
        allowed = self._left_over()
        now = [worker for worker, request in self.running.items() if request.priority == BACKGROUND]
        now = [worker for worker in now if worker not in self._stopping]
        for worker in now[allowed:]:
            stop.append(worker)
            self._stopping.add(worker)
        room = allowed - len(now)
        for worker in sorted(self.idle):
            waiting = self._of(BACKGROUND)
            if room <= 0 or not waiting:
                return

            def key(request: Request, worker: int = worker) -> tuple[bool, tuple[int, int]]:
                return self._home(request) != worker, self._turn(request)

            self._begin(worker, min(waiting, key=key), begin)
            room -= 1

    def _left_over(self) -> int:
        """Return how many workers may do background work; while somebody waits, a core is left for the page."""
        everywhere = (*self.waiting, *self._next.values(), *self.running.values())
        awaited = sum(request.priority in WAITED_FOR and not request.cancelled for request in everywhere)
        return max(0, self.workers - 1 - awaited) if awaited else self.workers


def _note(known: OrderedDict[str, int], owner: str, value: int) -> None:
    known[owner] = value
    known.move_to_end(owner)
    while len(known) > REMEMBERED:
        known.popitem(last=False)
