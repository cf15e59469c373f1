"""One worker: reads orders from its standard input, writes what came of them to its standard output.

Run as `python -m ccepz_sim.game.worker FOLDER [low-priority]`. Frames are pickles behind their length. A worker ends
when its input does, at once and whatever it is doing, so that it never outlives its server, not even a killed one.

What can take its time runs in a thread of its own: where a system counts threads one by one (Linux), it stands behind
all others for a processor. A thread cannot go forward again, so what somebody waits for runs in the first one.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from ccepz_sim.text.errors import UserError

if TYPE_CHECKING:
    from ccepz_sim.game.records import Order
    from ccepz_sim.game.runner import Runner

LENGTH = struct.Struct(">Q")
STOP = "stop"
READY, YEAR, DONE, STOPPED, REFUSED, FAILED = "ready", "year", "done", "stopped", "refused", "failed"
LOW_PRIORITY = "low-priority"  # start behind whoever waits for something
LAST = 10  # how far back patient work stands in the queue for a processor, as `nice` counts
WORD_EVERY = 0.1  # seconds between two words about the year a run has reached


class StoppedError(Exception):
    """The run is not wanted now."""


def send(pipe: BinaryIO, message: object) -> None:
    """Write one frame."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Read one frame.

    Raises:
        EOFError: the other side is gone.
    """
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)  # only ever our own server writes here


class Inbox:
    """Orders that came in, and whether the present one is to be stopped."""

    def __init__(self, pipe: BinaryIO, gone: Callable[[], None]) -> None:
        """Read in the background: a run looks between two quarters only, and nothing does while rules are compiled.

        Args:
            pipe: where orders come from.
            gone: called when there will be no more.
        """
        self._pipe, self._gone = pipe, gone
        self._orders: deque[tuple[int, Order, bool] | None] = deque()
        self._come = threading.Semaphore(0)
        self.stopped: set[int] = set()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> tuple[int, Order, bool] | None:
        """Wait for an order, and whether it can take its time; None when the server is gone."""
        self._come.acquire()
        return self._orders.popleft()

    def _read(self) -> None:
        while True:
            try:
                number, what, patient = receive(self._pipe)
            except (EOFError, OSError):
                self._orders.append(None)
                self._come.release()
                self._gone()
                return
            if what == STOP:
                self.stopped.add(number)
            else:
                self._orders.append((number, what, patient))
                self._come.release()


Value = TypeVar("Value")


class Patience:
    """A thread that lets all others go first, where the system has a say for threads."""

    def __init__(self) -> None:
        """Start it with its first task."""
        self._thread = ThreadPoolExecutor(1, initializer=_stand_back)

    def __call__(self, task: Callable[[], Value]) -> Value:
        """Do a task there and wait for it."""
        return self._thread.submit(task).result()


def _stand_back() -> None:
    if sys.platform == "linux":  # elsewhere the number of a thread may be that of another process
        with contextlib.suppress(OSError):
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + LAST)


class Worker:
    """Runs orders from one pipe and answers into another."""

    def __init__(self, folder: Path, source: BinaryIO, target: BinaryIO, low_priority: bool) -> None:
        """Load the content, and the model with it."""
        self._inbox = Inbox(source, lambda: os._exit(0))  # first of all: what follows takes seconds
        self._target = target
        self._patience = Patience()
        self._runner = self._patience(lambda: _load(folder)) if low_priority else _load(folder)
        self._fresh = True

    def work(self) -> None:
        """Run orders until there are no more."""
        send(self._target, (0, READY, None))
        while (found := self._inbox.next()) is not None:
            number, order, patient = found
            answering = partial(self._answer, number, order)
            answer = self._patience(answering) if patient else answering()
            self._inbox.stopped.discard(number)
            send(self._target, (number, *answer))
            if self._fresh and answer[0] == DONE:
                self._fresh = False
                gc.collect()
                gc.freeze()  # content and rules stay: a collection need not look through them in the middle of a run

    def _answer(self, number: int, order: Order) -> tuple[str, object]:
        last_word = 0.0

        def look() -> None:
            if number in self._inbox.stopped:
                raise StoppedError

        def progress(year: int) -> None:
            nonlocal last_word
            if time.monotonic() - last_word >= WORD_EVERY:
                last_word = time.monotonic()
                send(self._target, (number, YEAR, year))

        try:
            return DONE, self._runner.run(order, progress, look)
        except StoppedError:
            return STOPPED, None
        except UserError as error:
            return REFUSED, error
        except BrokenPipeError:
            raise  # the server is gone
        except Exception:
            sys.excepthook(*sys.exc_info())
            return FAILED, None


def _load(folder: Path) -> Runner:
    from ccepz_sim.content.loading import load_content
    from ccepz_sim.game.runner import Runner
    from ccepz_sim.model import PilotZone

    return Runner(load_content(folder), PilotZone)


def main() -> None:
    """Take over the standard streams, so that nothing printed by accident gets between two frames."""
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):  # the server stops, and so do we
        Worker(Path(sys.argv[1]), source, target, LOW_PRIORITY in sys.argv[2:]).work()
    with contextlib.suppress(BrokenPipeError):  # what could not be said any more is not complained of at the exit
        target.close()


if __name__ == "__main__":
    main()
