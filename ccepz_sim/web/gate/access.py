"""The access code: six characters that a page asks for before it shows anything.

Nobody is turned away for the address they come from: wrong tries count against the browser, and against the code as a
whole, so slowly that guessing is hopeless and so generously that forty people may mistype theirs.
"""

from __future__ import annotations

import hmac
import secrets
import time
import unicodedata
from dataclasses import dataclass

from ccepz_sim.web.gate.limits import Buckets, Clock, Limits
from ccepz_sim.web.gate.sessions import Session, Signer, fresh_session

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0 and O, no 1 and I
LENGTH = 6
ANYBODY = "code"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try: the session that may come in, or the seconds to wait before the next try."""

    session: Session | None
    wait: float


def fresh_code() -> str:
    """Return a code that nobody can foresee."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def tidy(typed: str) -> str:
    """Return a code as it is meant, whatever keyboard wrote it: full-width letters, spaces, small letters."""
    wide = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in wide if letter.isalnum())


def is_code(text: str) -> bool:
    """Whether a text can be a code."""
    return len(text) == LENGTH and all(letter in LETTERS for letter in text)


class Door:
    """Lets in who knows the code."""

    def __init__(self, code: str, signer: Signer, limits: Limits, clock: Clock = time.monotonic) -> None:
        """Guard with a code; "" lets everybody in."""
        self.code = code
        self._proof = signer.proof(code) if code else ""
        self._by_code = Buckets(limits.wrong_codes, clock)
        self._by_address = Buckets(limits.wrong_codes_of_address, clock)
        self._by_session = Buckets(limits.wrong_codes_of_session, clock)

    def admits(self, session: Session | None) -> bool:
        """Whether a browser may come in."""
        return session is not None and hmac.compare_digest(session.proof, self._proof)

    def newcomer(self) -> Session:
        """Return a session for a browser that has none: one that may come in where no code is asked for."""
        return fresh_session()

    def knock(self, session: Session, address: str, typed: str) -> Answer:
        """Try a code."""
        counts = (self._by_session[session.id], self._by_address[address], self._by_code[ANYBODY])
        wait = max(count.wait() for count in counts)
        if wait > 0:
            return Answer(None, wait)
        if hmac.compare_digest(tidy(typed[:64]).encode(), self.code.encode()):
            return Answer(fresh_session(self._proof), 0.0)
        return Answer(None, max(count.take() for count in counts))
