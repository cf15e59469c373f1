"""What the command line writes to: signs and numbers survive any console, a closed or full one ends quietly."""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any, TextIO

SPELL = "ccepz-spell"  # name of the error handler
# What stands for a sign that a console cannot show; compatibility forms (½, ², …) follow from Unicode.
SPELLED = {
    "−": "-", "–": "-", "—": "-", "·": "-", "×": "x", "÷": "/", "±": "+/-", "≤": "<=", "≥": ">=", "≈": "~", "→": "->",
    "←": "<-", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "✓": "yes", "✗": "no", "°": " deg",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "μ": "mu", "σ": "sigma", "Δ": "Delta", "Σ": "Sigma",
    "│": "|", "─": "-", "━": "-", "╸": "-", "╺": "-", "•": "*", "…": "...", "€": "EUR", "¥": "CNY", "⁄": "/",
    "†": "[!]",
}  # fmt: skip
STANDARD = (0, 1, 2)


class OutputLostError(Exception):
    """Standard output takes nothing more; `reason` is the error of the system."""

    def __init__(self, reason: OSError) -> None:
        """Keep the reason."""
        super().__init__(str(reason))
        self.reason = reason

    @property
    def is_closed(self) -> bool:
        """Whether the reader has seen enough (head, less), which is no mistake."""
        return isinstance(self.reason, BrokenPipeError)


class Out:
    """Standard output whose failures can be told from those of files."""

    def __init__(self, stream: TextIO) -> None:
        """Wrap a stream."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        try:
            return self._stream.write(text)
        except OSError as error:
            raise OutputLostError(error) from None

    def flush(self) -> None:
        """Bring everything out."""
        try:
            self._stream.flush()
        except OSError as error:
            raise OutputLostError(error) from None

    def __getattr__(self, name: str) -> Any:
        """Be the stream in everything else."""
        return getattr(self._stream, name)


class Err(Out):
    """Standard error: what nobody can read any more must not end a study of hours."""

    def write(self, text: str) -> int:
        """Write a text where that is possible."""
        with contextlib.suppress(OutputLostError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        """Bring everything out where that is possible."""
        with contextlib.suppress(OutputLostError):
            super().flush()


@contextlib.contextmanager
def prepared() -> Iterator[None]:
    """Make both streams safe as long as a command runs."""
    _open_missing()
    before = sys.stdout, sys.stderr
    for stream in before:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SPELL)
    sys.stdout, sys.stderr = Out(before[0]), Err(before[1])
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def drop_output() -> None:
    """Let what is still in the buffer of standard output go nowhere, so that the end of the program is quiet."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def shows(text: str) -> bool:
    """Whether the console can show a text letter by letter."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def is_unicode() -> bool:
    """Whether standard output takes every letter there is."""
    return (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")


def say_json(value: Any) -> None:
    """Print plain data as JSON, which stays JSON on every console."""
    print(json.dumps(value, ensure_ascii=not is_unicode(), indent=2, allow_nan=False))


def shout(text: str) -> None:
    """Write a line to standard error at once; unlike `print` it may be called by the handler of a signal."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    with contextlib.suppress(OSError):
        os.write(STANDARD[-1], f"{text}\n".encode(encoding, SPELL))


def spelled(text: str) -> str:
    """Return a text in ASCII: signs by their names, letters without accents, everything else by its number."""
    return "".join(_spelled(sign) for sign in text)


def _spelled(sign: str) -> str:
    if sign.isascii():
        return sign
    plain = SPELLED.get(sign) or unicodedata.normalize("NFKD", sign)
    plain = "".join(SPELLED.get(part, part) for part in plain if not unicodedata.combining(part))
    return plain if plain and plain.isascii() else sign.encode("ascii", "backslashreplace").decode()


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return spelled(error.object[error.start : error.end]), error.end


def _open_missing() -> None:
    """Put nothing in the place of a standard stream that is closed: the next file opened would take its number."""
    for number in STANDARD:
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open to the end


codecs.register_error(SPELL, _spell)
