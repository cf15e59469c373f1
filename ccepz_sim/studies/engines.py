"""Where runs are worked through: processes of this machine, or workers of a `dask.distributed` cluster.

Both are `concurrent.futures` executors with three words more: how many tasks they can hold (`capacity`), which errors
mean that a worker died (`deaths`), and whether a death points at its own task (`exact`).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import Any
from weakref import WeakKeyDictionary

from ccepz_sim.studies.extras import StudyError, need

CONNECT = 20.0  # seconds to wait for a scheduler
COUNT_AGAIN = 2.0  # seconds between two looks at how many workers a cluster has
GLANCE = 0.02  # seconds between two looks at a process that ends
PATIENCE = 10.0  # seconds to wait for a killed process
FORGIVEN_STARTS = 3  # in a row that may be an accident
NAME = "ccepz worker"
NO_GUARD = 64  # exit code of a worker that found itself running its parent's script (EX_USAGE)


class Engine(Executor):
    """An executor that says how much it can hold and how its workers die."""

    exact = True
    deaths: tuple[type[BaseException], ...] = ()

    @property
    def capacity(self) -> int:
        """Return how many tasks may be under way."""
        raise NotImplementedError

    def why(self, future: Future[Any], error: BaseException) -> str:  # noqa: ARG002
        """Return what is known of a worker's death."""
        return f"{type(error).__name__}: {error}"

    def began(self, future: Future[Any]) -> bool:  # noqa: ARG002
        """Return whether the worker of a task that died was ready to work; if not, no task is to blame.

        Raises:
            StudyError: workers cannot begin at all.
        """
        return True

    def stop(self) -> None:
        """Drop everything under way and end."""
        raise NotImplementedError


class LocalPool(Engine):
    """Processes of this machine, each a pool of its own, so that a death costs and accuses one task only.

    A pool that broke is made anew when its place is needed again.
    """

    deaths = (BrokenProcessPool,)

    def __init__(self, workers: int) -> None:
        """Keep room for some processes; each starts with its first task.

        Raises:
            StudyError: this is itself a process that is starting, because a script lacks its main guard.
        """
        _refuse_starting_again()
        self._false_starts = 0
        self._ready: list[Event | None] = [None] * workers
        self._pools: list[ProcessPoolExecutor | None] = [None] * workers
        self._busy: list[Future[Any] | None] = [None] * workers
        self._processes: list[BaseProcess | None] = [None] * workers
        # by whom a task was done: its place may be taken again before anybody asks
        self._done_by: WeakKeyDictionary[Future[Any], tuple[Event | None, BaseProcess | None]] = WeakKeyDictionary()

    @property
    def capacity(self) -> int:
        """Return the number of processes: a task that waits could die with another."""
        return len(self._pools)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Start a task in an idle process.

        Raises:
            RuntimeError: no process is idle.
        """
        for place, future in enumerate(self._busy):
            if future is None or future.done():
                self._busy[place] = started = self._start(place, fn, args, kwargs)
                self._done_by[started] = self._ready[place], self._processes[place]
                return started
        raise RuntimeError("no idle process")

    def began(self, future: Future[Any]) -> bool:
        """Return whether the process of a task that died was ready to work.

        Raises:
            StudyError: the script lacks its main guard, or processes end again and again before they begin.
        """
        ready, process = self._done_by.get(future, (None, None))
        if ready is None or ready.is_set():
            self._false_starts = 0
            return True
        if process is not None and _exit_code(process) == NO_GUARD:
            raise StudyError("no_main_guard") from None
        self._false_starts += 1
        if self._false_starts > FORGIVEN_STARTS:
            raise StudyError("worker_never_began", reason=self.why(future, RuntimeError())) from None
        return False

    def why(self, future: Future[Any], error: BaseException) -> str:
        """Return how the process of a task ended."""
        _, process = self._done_by.get(future, (None, None))
        if process is None:
            return super().why(future, error)
        code = _exit_code(process)
        if code is not None and code < 0:
            return f"worker killed by {signal.Signals(-code).name}"
        return f"worker ended with exit code {code}"

    def stop(self) -> None:
        """Kill the processes: what they have not given back is run again another time."""
        for pool in self._pools:
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=True)
        alive = [process for process in self._processes if process is not None and process.is_alive()]
        for process in alive:
            process.kill()
        for process in alive:
            process.join(PATIENCE)
        self._pools = [None] * len(self._pools)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when their tasks are done."""
        for pool in self._pools:
            if pool is not None:
                pool.shutdown(wait, cancel_futures=cancel_futures)

    def _start(self, place: int, fn: Callable[..., Any], args: Any, kwargs: Any) -> Future[Any]:
        pool = self._pools[place]
        if pool is not None:
            try:
                return pool.submit(fn, *args, **kwargs)
            except BrokenProcessPool:  # the last task took it down
                pool.shutdown()
        context = _Spawn()
        ready = self._ready[place] = context.Event()
        pool = self._pools[place] = ProcessPoolExecutor(1, mp_context=context, initializer=_open, initargs=(ready,))
        before = set(multiprocessing.active_children())
        with _children_ignore_interrupts():
            future = pool.submit(fn, *args, **kwargs)
        fresh = set(multiprocessing.active_children()) - before
        self._processes[place] = next(iter(fresh), None)
        return future


def _exit_code(process: BaseProcess) -> int | None:
    """Wait for a process to end; its pool waits as well, and the system tells only one of both at once."""
    end = time.monotonic() + PATIENCE
    while process.exitcode is None and time.monotonic() < end:
        process.join(GLANCE)
        time.sleep(GLANCE)
    return process.exitcode


class Cluster(Engine):
    """The workers of a running `dask.distributed` scheduler, wherever they are."""

    exact = False  # a task that waits at a worker is suspected of that worker's death

    def __init__(self, address: str) -> None:
        """Connect.

        Raises:
            StudyError: nobody answers at the address, or the extra is not installed.
        """
        distributed = need("distributed", "cluster")
        self.deaths = (distributed.scheduler.KilledWorker, CancelledError)
        try:
            self._client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError, TimeoutError):
            raise StudyError("no_scheduler", address=address) from None
        self._executor = self._client.get_executor(pure=False)
        self._counted = 0.0
        self._threads = 0

    @property
    def capacity(self) -> int:
        """Return two tasks a thread, so that nobody waits for the way back; workers may come and go."""
        now = time.monotonic()
        if now - self._counted > COUNT_AGAIN:
            self._check()
            self._counted, self._threads = now, sum(self._client.nthreads().values())
        return max(1, 2 * self._threads)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task to the scheduler, which runs it again where a worker is lost.

        Raises:
            StudyError: the scheduler is gone.
        """
        self._check()
        future: Future[Any] = self._executor.submit(fn, *args, **kwargs)
        return future

    def why(self, future: Future[Any], error: BaseException) -> str:
        """Return what the scheduler says of a death.

        Raises:
            StudyError: it is the scheduler that is gone.
        """
        self._check()
        return super().why(future, error)

    def stop(self) -> None:
        """Cancel what is under way and leave the cluster."""
        if self._client.status == "running":
            self._executor.shutdown(wait=False)
        self._client.close()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster."""
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()

    def _check(self) -> None:
        if self._client.status not in ("running", "connecting"):
            raise StudyError("scheduler_lost")


class _Worker(SpawnProcess):
    """A worker process, which can be told by its name from those that others start."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = NAME


class _Spawn(SpawnContext):
    """Starts such processes."""

    Process = _Worker


def _refuse_starting_again() -> None:
    """Refuse to start processes in one that is itself just starting: it runs the script of its parent.

    Raises:
        StudyError: it is; a worker of ours says so by its exit code, and the parent finds the words.
    """
    process = multiprocessing.current_process()
    if getattr(process, "_inheriting", False):  # how multiprocessing itself finds out
        if process.name == NAME:
            os._exit(NO_GUARD)
        raise StudyError("no_main_guard")


def _open(ready: Event) -> None:
    """Prepare a worker process."""
    ready.set()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this process when its parent was killed: nobody would ever give it work again."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _children_ignore_interrupts() -> Iterator[None]:
    """Start processes that never hear Ctrl-C: it is for the parent, which then stops handing out work.

    Children inherit what is ignored, so they are deaf before their first line runs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
