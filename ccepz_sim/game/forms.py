"""Forms of game files and addresses, and the explicit table by which older ones go on working.

Each new form of an address adds one line to `UPWARD`: how its parts in the form before become parts of the next.
A lever, package or scenario that gets another name adds one line to `RENAMED`. What no line covers is refused with
the version that wrote it. The tables of kept games have theirs in `tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

FORM = "3"  # of addresses
UNCHECKED = ("1", "2")  # forms of addresses without a check over the whole
FILE = "2"  # of game files
FILES = ("1", "2")  # that can be read
SHORT = 8  # letters of the content hash
FIRST_VERSION = "0.1"  # wrote form 1, which did not say its version

# Old name to new name, by what it names.
RENAMED: dict[str, dict[str, str]] = {"lever": {}, "package": {}, "scenario": {}}


def _with_version(parts: Sequence[str]) -> list[str]:
    """Form 1 had no version: `1~HASH~SEED~…` becomes `2~VERSION~HASH~SEED~…`."""
    return ["2", FIRST_VERSION, *parts[1:]]


def _with_check(parts: Sequence[str]) -> list[str]:
    """Form 2 had no check, which stands behind the parts."""
    return ["3", *parts[1:]]


UPWARD: dict[str, Callable[[Sequence[str]], list[str]]] = {"1": _with_version, "2": _with_check}


def lift(parts: Sequence[str]) -> list[str] | None:
    """Bring the parts of an address to the present form, step by step; None where the form is unknown."""
    lifted = list(parts)
    while lifted and lifted[0] in UPWARD:
        lifted = UPWARD[lifted[0]](lifted)
    return lifted if lifted and lifted[0] == FORM else None


def now_called(kind: str, name: str) -> str:
    """Return today's name of a lever, package or scenario."""
    return RENAMED[kind].get(name, name)


def renamed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept entry with today's names."""
    return {
        key: now_called(key, value) if key in RENAMED and isinstance(value, str) else value
        for key, value in entry.items()
    }
