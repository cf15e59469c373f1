"""How much of what: sizes, rates and numbers, with room for a class of forty behind one address."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second from then on."""

    burst: float
    a_second: float


@dataclass(frozen=True, slots=True)
class Limits:
    """All of them; tests take smaller ones.

    A hand that draws a slider sends up to sixty messages a second, the text of the longest game is six megabytes long
    on the wire, a page asks for sixteen files.
    """

    frame: int = 8 * 2**20  # bytes of a message
    messages: Rate = Rate(600, 100)  # of a socket
    octets: Rate = Rate(16 * 2**20, 256 * 2**10)  # bytes of a socket
    waiting: int = 1000  # messages of a socket that its page has not worked on
    patience: float = 10.0  # seconds a socket is slowed down before it is closed
    states: Rate = Rate(12, 0.2)  # requests for the state of the whole page, of a socket
    unsent: int = 32 * 2**20  # bytes that wait for a browser that does not take them
    sockets: int = 480  # of the server; each has a thread
    sockets_of_session: int = 24  # tabs of a browser
    connections: Rate = Rate(60, 1)  # of a session
    pages: int = 480  # open pages of the server, those included whose browser is asleep
    requests: Rate = Rate(400, 40)  # of a session
    strangers: Rate = Rate(1200, 60)  # requests from one address without a session
    wrong_codes: Rate = Rate(400, 5)  # of the code: a day of guessing tries one in two thousand
    wrong_codes_of_address: Rate = Rate(200, 2.5)
    wrong_codes_of_session: Rate = Rate(6, 0.1)
    lines: Rate = Rate(40, 0.5)  # of the log: a flood must not fill a disk
    form: int = 100_000  # bytes of the form with the access code; it carries the address that was asked for


class Bucket:
    """Counts against a rate."""

    def __init__(self, rate: Rate, clock: Clock = time.monotonic) -> None:
        """Start with the whole burst."""
        self._rate, self._clock = rate, clock
        self._left, self._at = rate.burst, clock()

    def wait(self) -> float:
        """Return the seconds until something may be taken; 0 where it may be now."""
        now = self._clock()
        self._left = min(self._rate.burst, self._left + (now - self._at) * self._rate.a_second)
        self._at = now
        return 0.0 if self._left > 0 else (1e-3 - self._left) / self._rate.a_second

    def take(self, amount: float = 1) -> float:
        """Take an amount, and return the seconds to wait before the next; 0 where none are needed."""
        self.wait()
        self._left -= amount
        return self.wait()

    def calm(self) -> bool:
        """Whether half of the burst is there again."""
        self.wait()
        return self._left > self._rate.burst / 2

    def admit(self) -> bool:
        """Take one where there is one; who is refused is not held back for longer by asking again."""
        if self.wait() > 0:
            return False
        self._left -= 1
        return True


class Buckets:
    """A bucket for each of many; those not used for longest are forgotten."""

    def __init__(self, rate: Rate, clock: Clock = time.monotonic, most: int = 20_000) -> None:
        """Start without any."""
        self._rate, self._clock, self._most = rate, clock, most
        self._all: OrderedDict[str, Bucket] = OrderedDict()

    def __getitem__(self, key: str) -> Bucket:
        """Return one, a full one where there was none."""
        found = self._all.setdefault(key, Bucket(self._rate, self._clock))
        self._all.move_to_end(key)
        while len(self._all) > self._most:
            self._all.popitem(last=False)
        return found
