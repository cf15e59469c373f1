"""Who carries out orders: a few worker processes, or one thread; the most urgent order first."""

from __future__ import annotations

import contextlib
import itertools
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ccepz_sim.content import Content
from ccepz_sim.errors import UserError
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.records import Order, Result
from ccepz_sim.game.runner import MakeZone, Runner
from ccepz_sim.game.worker import PATIENT, STOP, receive, send

logger = logging.getLogger(__name__)
ROOM = 1 << 20  # bytes of the pipe a result comes through: half of it at a time, not a thirtieth
# priority: what a player waits for, what he asked for beside his game, what he may want next, what may take its time
OWN, ASKED, FORESEEN, BACKGROUND = range(4)
Then = Callable[["Result | None", "UserError | None"], None]
OnProgress = Callable[[int], None]


class _CancelledError(Exception):
    """A thread's run is not wanted any more."""


@dataclass
class Request:
    """An order on its way; `cancel` drops it, and its answer never comes.

    `halt` is how a pool stops an order that is being carried out.
    """

    number: int
    order: Order
    priority: int
    then: Then
    on_progress: OnProgress | None = None
    home: int | None = None
    halt: Callable[[Request], None] | None = None
    tried: bool = field(default=False)
    cancelled: bool = field(default=False)
    over: bool = field(default=False)

    def cancel(self) -> None:
        """Drop the order, wherever it is."""
        self.cancelled = True
        if self.halt is not None:
            self.halt(self)

    def answer(self, result: Result | None, error: UserError | None) -> None:
        """Pass on what came of it."""
        if not self.cancelled:
            try:
                self.then(result, error)
            except Exception:
                logger.exception("what follows from a run failed")


class WorkerPool(Protocol):
    """Carries out orders in the background."""

    def ask(self, order: Order, then: Then, priority: int = OWN, on_progress: OnProgress | None = None) -> Request:
        """Take an order; `then` is called once, from another thread, with a result or an error."""

    def raise_priority(self, request: Request, on_progress: OnProgress | None = None) -> None:
        """Let somebody wait for an order that was only foreseen."""

    def close(self) -> None:
        """Stop; orders not begun are dropped."""


class _Queue:
    """Orders not begun, the most urgent and oldest first; each worker prefers those of its own home.

    While somebody waits for an order of his own, what can take its time is not begun: cores share their strength.
    """

    def __init__(self) -> None:
        self.waiting: list[Request] = []
        self.changed = threading.Condition()
        self.closed = False
        self._numbers = itertools.count(1)
        self._awaited = 0

    def put(self, request: Request) -> Request:
        with self.changed:
            request.number = next(self._numbers)
            self._awaited += request.priority == OWN
            self.waiting.append(request)
            self.changed.notify_all()
        return request

    def raise_priority(self, request: Request, on_progress: OnProgress | None) -> None:
        with self.changed:
            request.on_progress = on_progress
            if request.priority != OWN and not request.over:
                request.priority = OWN
                self._awaited += 1
                self.changed.notify_all()

    def back(self, request: Request) -> None:
        with self.changed:
            self.waiting.append(request)
            self.changed.notify_all()

    def done(self, request: Request) -> None:
        """An order has had its answer, or nobody wants it any more."""
        with self.changed:
            request.over = True
            if request.priority == OWN:
                self._awaited -= 1
                self.changed.notify_all()

    def take(self, me: int) -> Request | None:
        """Wait for an order for this worker; None when there will be none."""
        with self.changed:
            while True:
                self._awaited -= sum(request.cancelled and request.priority == OWN for request in self.waiting)
                self.waiting = [request for request in self.waiting if not request.cancelled]
                mine = [
                    request
                    for request in self.waiting
                    if request.home in (None, me) and not (self._awaited and request.priority == BACKGROUND)
                ]
                if mine:
                    chosen = min(mine, key=lambda request: (request.priority, request.number))
                    self.waiting.remove(chosen)
                    return chosen
                if self.closed:
                    return None
                self.changed.wait()

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.waiting.clear()
            self.changed.notify_all()


class LocalPool:
    """One thread in this process: for tests, and where no other process may be started."""

    def __init__(self, content: Content, make_zone: MakeZone) -> None:
        """Make zones in this process."""
        self._runner = Runner(content, make_zone)
        self._queue = _Queue()
        self._thread = threading.Thread(target=self._work, name="ccepz-run", daemon=True)
        self._thread.start()

    def ask(self, order: Order, then: Then, priority: int = OWN, on_progress: OnProgress | None = None) -> Request:
        """Take an order."""
        return self._queue.put(Request(0, order, priority, then, on_progress))

    def raise_priority(self, request: Request, on_progress: OnProgress | None = None) -> None:
        """Let somebody wait for an order that was only foreseen."""
        self._queue.raise_priority(request, on_progress)

    def close(self) -> None:
        """Let the running order finish and start no more."""
        self._queue.close()
        self._thread.join()

    def _work(self) -> None:
        while (request := self._queue.take(0)) is not None:
            try:
                result = self._runner.carry_out(request.order, _progress_of(request))
            except _CancelledError:
                continue
            except UserError as error:
                request.answer(None, error)
            except Exception:
                logger.exception("a run of the game failed")
                request.answer(None, GameError("run_failed"))
            else:
                request.answer(result, None)
            finally:
                self._queue.done(request)


def _progress_of(request: Request) -> OnProgress:
    def on_progress(year: int) -> None:
        if request.cancelled:
            raise _CancelledError
        if request.on_progress is not None:
            request.on_progress(year)

    return on_progress


class ProcessPool:
    """Some workers in processes of their own, so that the page never waits for a run.

    What a player waits for goes to a worker of its own, the first; the others, which the system may put last, do
    what can take its time. Each world has its home at one of them, which has its snapshots. What he may want next runs
    at the first while nothing else does. An urgent order stops a less urgent one between two years, and that one begins
    anew later.
    """

    def __init__(self, folder: Path, helpers: int, wait: Callable[[], None] = lambda: None) -> None:
        """Start the workers; they load the content of a folder.

        Args:
            folder: the content.
            helpers: workers besides the first, at least one.
            wait: returns when the first run may begin; orders are kept until then.
        """
        self._wait = wait
        workers = helpers + 1
        self._queue = _Queue()
        self._folder = folder
        self._running: list[tuple[Request, subprocess.Popen[bytes]] | None] = [None] * workers
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._serve, args=(number,), name=f"ccepz-pool-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, order: Order, then: Then, priority: int = OWN, on_progress: OnProgress | None = None) -> Request:
        """Take an order."""
        helper = 1 + order.world.seed % (len(self._threads) - 1)
        home = {OWN: 0, FORESEEN: 0, ASKED: None, BACKGROUND: helper}[priority]
        request = self._queue.put(Request(0, order, priority, then, on_progress, home, self._halt))
        self._make_way(request)
        return request

    def raise_priority(self, request: Request, on_progress: OnProgress | None = None) -> None:
        """Let somebody wait for an order that was only foreseen."""
        self._queue.raise_priority(request, on_progress)
        self._make_way(request)

    def _make_way(self, request: Request) -> None:
        """Stop what is less urgent where an order is to run, and background work while somebody waits."""
        priority, home = request.priority, request.home
        with self._lock:
            for number, running in enumerate(self._running):
                if running is None or running[0].priority <= priority:
                    continue
                in_the_way = home in (None, number)
                if in_the_way or (priority == OWN and running[0].priority == BACKGROUND):
                    self._stop(running)
                if in_the_way and priority != OWN:
                    break

    def _halt(self, request: Request) -> None:
        with self._lock:
            for running in self._running:
                if running is not None and running[0] is request:
                    self._stop(running)

    def close(self) -> None:
        """End the workers."""
        self._queue.close()
        with self._lock:
            for running in self._running:
                if running is not None:
                    running[0].cancelled = True
                    self._stop(running)
        for thread in self._threads:
            thread.join()

    @staticmethod
    def _stop(running: tuple[Request, subprocess.Popen[bytes]]) -> None:
        request, process = running
        with contextlib.suppress(OSError):  # it has ended by itself
            send(process.stdin, (request.number, STOP))  # type: ignore[arg-type]

    def _start(self, me: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ccepz_sim.game.worker", str(self._folder), *([PATIENT] if me else [])]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with contextlib.suppress(ImportError, AttributeError, OSError):  # where a system has no say in it, or refuses
            import fcntl

            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, ROOM)  # type: ignore[arg-type]
        return process

    def _serve(self, me: int) -> None:
        self._wait()
        process = self._start(me)
        try:
            while (request := self._queue.take(me)) is not None:
                over = True
                try:
                    over = self._carry_out(me, process, request)
                except (EOFError, OSError):
                    logger.warning("a worker ended unexpectedly; another takes its place")
                    self._drop(process)
                    process = self._start(me)
                    over = request.tried  # what killed one worker by accident does not kill the next
                    request.tried = True
                    if over:
                        request.answer(None, GameError("run_failed"))
                finally:
                    with self._lock:
                        self._running[me] = None
                    if over:
                        self._queue.done(request)
                    else:
                        self._queue.back(request)
        finally:
            self._drop(process)

    def _carry_out(self, me: int, process: subprocess.Popen[bytes], request: Request) -> bool:
        """Have a worker carry out an order; False when it was stopped for another and is to begin anew."""
        with self._lock:
            self._running[me] = (request, process)
            send(process.stdin, (request.number, request.order))  # type: ignore[arg-type]
        told_to_stop = False
        while True:
            number, what, value = receive(process.stdout)  # type: ignore[arg-type]
            if number != request.number:
                continue  # the last word of an order that was dropped
            if what == "year":
                if request.cancelled and not told_to_stop:
                    told_to_stop = True
                    with self._lock:
                        self._stop((request, process))
                elif request.on_progress is not None:
                    request.on_progress(value)
                continue
            break
        if what == "stopped":
            return request.cancelled
        if what == "done":
            request.answer(value, None)
        else:
            request.answer(None, value if what == "refused" else GameError("run_failed"))
        return True

    @staticmethod
    def _drop(process: subprocess.Popen[bytes]) -> None:
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
