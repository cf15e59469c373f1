"""What all parts of the gate share: who the server is, whom it lets in, and where refusals are written down."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from ccepz_sim.web.gate.access import Door
from ccepz_sim.web.gate.hosts import Hosts
from ccepz_sim.web.gate.limits import Bucket, Buckets, Limits, Rate
from ccepz_sim.web.gate.sessions import Pages, Session, Signer

logger = logging.getLogger("ccepz_sim.gate")


class Log:
    """One line for each refusal, and a count where they come too fast."""

    def __init__(self, lines: Rate) -> None:
        """Start with an empty page."""
        self._rate, self._left_out = Bucket(lines), 0

    def write(self, what: str, address: str, why: str) -> None:
        """Write a line; neither part holds anything that a visitor wrote."""
        if not self._rate.admit():
            self._left_out += 1
            return
        more = f" ({self._left_out} more refusals since the last line)" if self._left_out else ""
        self._left_out = 0
        logger.warning("%s %s: %s%s", what, address, why, more)


@dataclass(slots=True)
class Site:
    """One server.

    Args:
        hosts: what it is called.
        door: whom it lets in.
        signer: makes and reads cookies and tickets.
        port: it names the cookie, as browsers keep one set of cookies for all ports of a host.
        lang: language of a page that names none.
        root: path below which a proxy gives it, without a slash at the end.
        limits: how much of what.
    """

    hosts: Hosts
    door: Door
    signer: Signer
    port: int
    lang: str
    root: str = ""
    limits: Limits = field(default_factory=Limits)
    pages: Pages = field(default_factory=Pages)
    began: float = field(default_factory=time.time)
    log: Log = field(init=False)
    by_session: Buckets = field(init=False)
    by_address: Buckets = field(init=False)

    def __post_init__(self) -> None:
        """Make room for the counts."""
        self.log = Log(self.limits.lines)
        self.by_session = Buckets(self.limits.requests)
        self.by_address = Buckets(self.limits.strangers)

    @property
    def cookie(self) -> str:
        """Name of the cookie."""
        return f"ccepz-{self.port}"

    def session(self, request: HTTPConnection) -> Session | None:
        """Return the session of a request, or None where it has none of ours."""
        return self.signer.session(request.cookies.get(self.cookie))


def address_of(request: HTTPConnection) -> str:
    """Return where a request comes from."""
    return request.client.host if request.client is not None else "?"
