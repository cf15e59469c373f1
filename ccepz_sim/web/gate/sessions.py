"""Who is who: a signed cookie for each browser, a signed ticket for each page, and which kernel belongs to which page.

Nothing is remembered when a page is given, so that the preview of a link or a robot costs nothing; a kernel is
remembered from its first connection on.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass

from ccepz_sim.web.gate.values import Refused

COOKIE = re.compile(r"([\w-]{22})\.([\w-]{22}|)\.([\w-]{43})")
TICKET = re.compile(r"([\w-]{12})\.(\d{1,12})\.([\w-]{43})")
KERNELS = 20_000  # pages whose owner is remembered, those that ended first are forgotten


@dataclass(frozen=True, slots=True)
class Session:
    """One browser: its id, and what it proved to know of the access code."""

    id: str
    proof: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """One page that was given to a browser."""

    id: str
    given: int


class Signer:
    """Makes and reads cookies and tickets; only who has the key can make them."""

    def __init__(self, key: bytes) -> None:
        """Use a key of at least 32 bytes."""
        self._key = key

    def cookie(self, session: Session) -> str:
        """Return the value of a cookie."""
        return f"{session.id}.{session.proof}.{self._seal('session', session.id, session.proof)}"

    def session(self, cookie: str | None) -> Session | None:
        """Read a cookie; None where it is not ours."""
        found = COOKIE.fullmatch(cookie or "")
        if found is None or not self._fits(found[3], "session", found[1], found[2]):
            return None
        return Session(found[1], found[2])

    def ticket(self, session: Session) -> str:
        """Return a ticket for one page of a browser."""
        name, given = secrets.token_urlsafe(9), str(int(time.time()))
        return f"{name}.{given}.{self._seal('page', session.id, name, given)}"

    def read_ticket(self, session: Session, text: str) -> Ticket | None:
        """Read a ticket; None where it is not ours or was given to another browser."""
        found = TICKET.fullmatch(text)
        if found is None or not self._fits(found[3], "page", session.id, found[1], found[2]):
            return None
        return Ticket(found[1], int(found[2]))

    def proof(self, code: str) -> str:
        """Return what a session holds that has given an access code; another code makes it void."""
        return self._seal("code", code)[:22]

    def _seal(self, *parts: str) -> str:
        made = hmac.digest(self._key, "\0".join(parts).encode(), hashlib.sha256)
        return urlsafe_b64encode(made).decode().rstrip("=")

    def _fits(self, seal: str, *parts: str) -> bool:
        return hmac.compare_digest(seal, self._seal(*parts))


def fresh_session(proof: str = "") -> Session:
    """Return a session that nobody had before."""
    return Session(secrets.token_urlsafe(16), proof)


class Pages:
    """Which kernel was taken by which page of which browser; a kernel or a page is never taken twice."""

    def __init__(self) -> None:
        """Start without any."""
        self._lock = threading.Lock()
        self._kernels: OrderedDict[str, tuple[str, str, str]] = OrderedDict()
        self._tickets: dict[str, str] = {}
        self._pages: dict[str, str] = {}

    def claim(self, session: Session, ticket: Ticket, kernel: str, page: str) -> None:
        """Take a kernel for a page, or find that the page has it already.

        Raises:
            Refused: the kernel, the ticket or the page belongs together with others.
        """
        owner = (session.id, ticket.id, page)
        with self._lock:
            if self._kernels.setdefault(kernel, owner) != owner:
                raise Refused("the kernel of another page")
            if self._tickets.setdefault(ticket.id, kernel) != kernel or self._pages.setdefault(page, kernel) != kernel:
                self._forget(kernel, owner)
                raise Refused("a page that has a kernel already")
            self._kernels.move_to_end(kernel)
            while len(self._kernels) > KERNELS:
                old, gone = next(iter(self._kernels.items()))
                self._forget(old, gone)

    def owns(self, session: Session, kernel: str, page: str) -> bool:
        """Whether a kernel and a page are those of a browser."""
        with self._lock:
            found = self._kernels.get(kernel)
        return found is not None and found[0] == session.id and found[2] == page

    def _forget(self, kernel: str, owner: tuple[str, str, str]) -> None:
        del self._kernels[kernel]
        _, ticket, page = owner
        if self._tickets.get(ticket) == kernel:
            del self._tickets[ticket]
        if self._pages.get(page) == kernel:
            del self._pages[page]
