"""Who runs orders: worker processes, or one thread; which order is next says `fair_queue`."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Protocol

from ccepz_sim.content.loading import Content
from ccepz_sim.game.fair_queue import BACKGROUND, OWN, FairQueue, OnProgress, Plan, Request, Then
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.records import Order, Result
from ccepz_sim.game.runner import MakeZone, Runner
from ccepz_sim.game.worker import DONE, LOW_PRIORITY, READY, REFUSED, STOP, STOPPED, YEAR, StoppedError, receive, send
from ccepz_sim.numerics import rule_store
from ccepz_sim.text.errors import UserError

logger = logging.getLogger(__name__)
ROOM = 1 << 20  # bytes of the pipe a result comes through: half of it at a time, not a thirtieth
# The allocator of Linux gives arrays back at once instead of keeping holes: a worker that ran fifty worlds with four
# decisions each held 651 MB instead of 1,031.
RETURNED = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "1048576"}
PATIENCE = 5  # seconds a worker has to end by itself
PAUSES = (0.5, 1.0, 2.0, 5.0, 15.0)  # seconds before a worker that did not start is started again
Process = subprocess.Popen[bytes]


class WorkerPool(Protocol):
    """Runs orders in the background."""

    def ask(
        self,
        order: Order,
        then: Then,
        priority: int = OWN,
        on_progress: OnProgress | None = None,
        owners: Collection[str] = ("",),
    ) -> Request:
        """Take an order of some players; `then` is called once, from another thread, with a result or an error."""

    def change(self, request: Request, priority: int, owners: Collection[str]) -> None:
        """Let others wait for an order, or with another priority."""

    def withdraw(self, request: Request) -> bool:
        """Drop an order that is not running yet; False when it is."""

    def cancel(self, request: Request) -> None:
        """Drop an order, wherever it is; its answer never comes."""

    def close(self) -> None:
        """Stop; orders not begun are dropped."""


class _Pool:
    """What both kinds share: a queue under a lock, and threads that wait for their next order."""

    def __init__(self, workers: int) -> None:
        self._queue = FairQueue(workers)
        self._changed = threading.Condition()
        self._orders: dict[int, Request] = {}
        self._closed = False

    def ask(
        self,
        order: Order,
        then: Then,
        priority: int = OWN,
        on_progress: OnProgress | None = None,
        owners: Collection[str] = ("",),
    ) -> Request:
        """Take an order."""
        request = Request(order, priority, then, on_progress, frozenset(owners))
        with self._changed:
            self._queue.add(request)
            self._act()
        return request

    def change(self, request: Request, priority: int, owners: Collection[str]) -> None:
        """Let others wait for an order, or with another priority."""
        with self._changed:
            request.priority, request.owners = priority, frozenset(owners)
            self._act()

    def withdraw(self, request: Request) -> bool:
        """Drop an order that is not running yet."""
        with self._changed:
            done = self._queue.withdraw(request)
            self._act()
            return done

    def cancel(self, request: Request) -> None:
        """Drop an order, wherever it is."""
        with self._changed:
            self._queue.cancel(request)
            self._act()

    def _act(self) -> None:
        """Do what the queue says; the lock is held."""
        plan: Plan = self._queue.plan()
        for worker in plan.stop:
            self._stop(worker)
        if plan.begin:
            self._orders.update(plan.begin)
            self._changed.notify_all()

    def _stop(self, worker: int) -> None:
        """Let the run of a worker stop; the lock is held."""
        raise NotImplementedError

    def _next(self, worker: int) -> Request | None:
        """Wait for an order for a worker; None when there will be none."""
        with self._changed:
            self._changed.wait_for(lambda: worker in self._orders or self._closed)
            return None if self._closed else self._orders.pop(worker)

    def _ready(self, worker: int) -> None:
        with self._changed:
            self._queue.ready(worker)
            self._act()

    def _ended(self, worker: int, over: bool, ready: bool = True) -> None:
        with self._changed:
            self._queue.ended(worker, over, ready)
            self._act()

    def _shut(self) -> None:
        with self._changed:
            self._closed = True
            self._queue.clear()
            for worker, request in self._queue.running.items():
                request.cancelled = True
                self._stop(worker)
            self._changed.notify_all()

    @staticmethod
    def _notify(request: Request, year: int) -> None:
        if request.on_progress is not None and not request.cancelled:
            try:
                request.on_progress(year)
            except Exception:
                logger.exception("what follows from a finished year failed")

    @staticmethod
    def _answer(request: Request, result: Result | None, error: UserError | None) -> None:
        if not request.cancelled:
            try:
                request.then(result, error)
            except Exception:
                logger.exception("what follows from a run failed")


class LocalPool(_Pool):
    """One thread in this process: for tests, and where no other process may be started."""

    def __init__(self, content: Content, make_zone: MakeZone) -> None:
        """Make zones in this process."""
        super().__init__(1)
        self._runner = Runner(content, make_zone)
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="ccepz-run", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the running order and start no more."""
        self._shut()
        self._thread.join()

    def _stop(self, worker: int) -> None:
        self._stopped = worker == 0

    def _look(self) -> None:
        if self._stopped:
            raise StoppedError

    def _work(self) -> None:
        self._ready(0)
        while (request := self._next(0)) is not None:
            self._stopped = request.cancelled
            over = True
            try:
                result = self._runner.run(request.order, partial(self._notify, request), self._look)
            except StoppedError:
                over = False
            except UserError as error:
                self._answer(request, None, error)
            except Exception:
                logger.exception("a run of the game failed")
                self._answer(request, None, GameError("run_failed"))
            else:
                self._answer(request, result, None)
            finally:
                self._ended(0, over)


class ProcessPool(_Pool):
    """Some workers in processes of their own, so that the page never waits for a run."""

    def __init__(self, folder: Path, workers: int, wait: Callable[[], None] = lambda: None) -> None:
        """Start the workers; they load the content of a folder.

        Args:
            folder: the content.
            workers: how many.
            wait: returns when the first run may begin; orders are kept until then.
        """
        super().__init__(workers)
        self._wait = wait
        self._folder = folder
        self._processes: list[Process | None] = [None] * workers
        self._threads = [
            threading.Thread(target=self._serve, args=(number,), name=f"ccepz-pool-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End the workers."""
        self._shut()
        for thread in self._threads:
            thread.join()

    def _stop(self, worker: int) -> None:
        process = self._processes[worker]
        request = self._queue.running.get(worker)
        if process is not None and request is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                send(process.stdin, (request.number, STOP, False))  # type: ignore[arg-type]

    def _serve(self, me: int) -> None:
        """Keep one worker at work, and start another in its place when it ends."""
        failures = 0
        self._wait()
        while not self._closed:
            process = self._start(me)
            if process is None:
                self._pause(failures)
                failures += 1
                continue
            failures = 0
            self._ready(me)
            try:
                while (request := self._next(me)) is not None:
                    self._run(me, process, request)
            except (EOFError, OSError):
                logger.warning("a worker ended unexpectedly; another takes its place")
            finally:
                with self._changed:
                    self._processes[me] = None
                    self._queue.idle.discard(me)
                _drop(process)

    def _start(self, me: int) -> Process | None:
        """Start a worker and wait until it is ready; None where it did not come so far."""
        quiet = {rule_store.WARNED: "1"} if me else {}  # the first one says it for all
        command = [sys.executable, "-m", "ccepz_sim.game.worker", str(self._folder), *([LOW_PRIORITY] if me else [])]
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**RETURNED, **os.environ, **quiet}
            )
        except OSError:
            logger.exception("a worker could not be started")
            return None
        with contextlib.suppress(ImportError, AttributeError, OSError):  # where a system has no say in it, or refuses
            import fcntl

            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, ROOM)  # type: ignore[arg-type]
        with self._changed:
            self._processes[me] = process
        try:
            if receive(process.stdout)[1] == READY:  # type: ignore[arg-type]
                return process
        except (EOFError, OSError):
            logger.warning("a worker ended before it was ready")
        with self._changed:
            self._processes[me] = None
        _drop(process)
        return None

    def _pause(self, failures: int) -> None:
        """Wait before another attempt; where no worker is left, nobody waits for an answer that will not come."""
        with self._changed:
            alone = not any(self._processes)
            dropped = self._queue.clear() if alone else []
        for request in dropped:
            self._answer(request, None, GameError("run_failed"))
        with self._changed:
            self._changed.wait_for(lambda: self._closed, PAUSES[min(failures, len(PAUSES) - 1)])

    def _run(self, me: int, process: Process, request: Request) -> None:
        """Have a worker run an order, and answer.

        Raises:
            EOFError, OSError: the worker has ended; the order waits for another, unless it ended one before.
        """
        over, ready = True, True
        try:
            with self._changed:  # nobody tells it to stop in the middle of a frame
                if request.cancelled:
                    return
                patient = request.priority == BACKGROUND
                send(process.stdin, (request.number, request.order, patient))  # type: ignore[arg-type]
            while True:
                number, what, value = receive(process.stdout)  # type: ignore[arg-type]
                if number != request.number:
                    continue  # the last word of an order that was dropped
                if what != YEAR:
                    break
                self._notify(request, value)
            if what == STOPPED:
                over = request.cancelled
            elif what == DONE:
                self._answer(request, value, None)
            else:
                self._answer(request, None, value if what == REFUSED else GameError("run_failed"))
        except (EOFError, OSError):
            over, ready = request.tried, False  # what killed one worker by accident does not kill the next
            request.tried = True
            if over:
                self._answer(request, None, GameError("run_failed"))
            raise
        finally:
            self._ended(me, over, ready)


def _drop(process: Process) -> None:
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    try:
        process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
