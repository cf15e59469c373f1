"""One worker: reads orders from its standard input, writes what came of them to its standard output.

Run as `python -m ccepz_sim.game.worker FOLDER [patient]`. Frames are pickles behind their length. A worker ends when
its input does, at once and whatever it is doing, so that it never outlives its server, not even a killed one.
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
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ccepz_sim.errors import UserError

if TYPE_CHECKING:
    from ccepz_sim.game.records import Order

LENGTH = struct.Struct(">Q")
STOP = "stop"
PATIENT = "patient"  # whoever waits for something else goes first
LAST = 10  # how far back such a worker stands in the queue for a processor, as `nice` counts
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
    data = pipe.read(LENGTH.unpack(head)[0])
    return pickle.loads(data)  # only ever our own server writes here


class Inbox:
    """Orders that came in, and whether the present one is to be stopped."""

    def __init__(self, pipe: BinaryIO, gone: Callable[[], None]) -> None:
        """Read in the background: a run looks between two years only, and nothing else does while rules are compiled.

        Args:
            pipe: where orders come from.
            gone: called when there will be no more.
        """
        self._pipe, self._gone = pipe, gone
        self._orders: deque[tuple[int, Order] | None] = deque()
        self._come = threading.Semaphore(0)
        self.stopped: set[int] = set()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> tuple[int, Order] | None:
        """Wait for an order; None when the server is gone."""
        self._come.acquire()
        return self._orders.popleft()

    def _read(self) -> None:
        while True:
            try:
                number, what = receive(self._pipe)
            except (EOFError, OSError):
                self._orders.append(None)
                self._come.release()
                self._gone()
                return
            if what == STOP:
                self.stopped.add(number)
            else:
                self._orders.append((number, what))
                self._come.release()


def work(folder: Path, source: BinaryIO, target: BinaryIO) -> None:
    """Carry out orders until there are no more."""
    inbox = Inbox(source, lambda: os._exit(0))  # first of all: what follows takes seconds
    from ccepz_sim.content import load_content
    from ccepz_sim.game.runner import Runner
    from ccepz_sim.model import PilotZone

    runner = Runner(load_content(folder), PilotZone)
    fresh = True
    while (found := inbox.next()) is not None:
        number, order = found
        last_word = 0.0

        def progress(year: int, number: int = number) -> None:
            nonlocal last_word
            if number in inbox.stopped:
                raise StoppedError
            if time.monotonic() - last_word >= WORD_EVERY:
                last_word = time.monotonic()
                send(target, (number, "year", year))

        answer: tuple[str, object]
        try:
            answer = ("done", runner.carry_out(order, progress))
        except StoppedError:
            answer = ("stopped", None)
        except UserError as error:
            answer = ("refused", error)
        except BrokenPipeError:
            raise  # the server is gone
        except Exception:
            sys.excepthook(*sys.exc_info())
            answer = ("failed", None)
        inbox.stopped.discard(number)
        send(target, (number, *answer))
        if fresh and answer[0] == "done":
            fresh = False
            gc.collect()
            gc.freeze()  # content and rules stay: a collection need not look through them in the middle of a run


def main() -> None:
    """Take over the standard streams, so that nothing printed by accident gets between two frames."""
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if PATIENT in sys.argv[2:] and hasattr(os, "nice"):
        os.nice(LAST)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):  # the server stops, and so do we
        work(Path(sys.argv[1]), source, target)
    with contextlib.suppress(BrokenPipeError):  # what could not be said any more is not complained of at the exit
        target.close()


if __name__ == "__main__":
    main()
