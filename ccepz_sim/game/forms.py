"""Forms of kept games and addresses, and the explicit table by which older ones go on working.

Each new form adds one line to `UPWARD`: how the parts of an address of the form before become parts of the next.
A lever, package or scenario that gets another name adds one line to `RENAMED`. What no line covers is refused with
the version that wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

FORM = "2"
SHORT = 8  # letters of the content hash
FIRST_VERSION = "0.1"  # wrote form 1, which did not say its version

# Old name to new name, by what it names.
RENAMED: dict[str, dict[str, str]] = {"lever": {}, "package": {}, "scenario": {}}


def _with_version(parts: Sequence[str]) -> list[str]:
    """Form 1 had no version: `1~HASH~SEED~…` becomes `2~VERSION~HASH~SEED~…`."""
    return ["2", FIRST_VERSION, *parts[1:]]


UPWARD: dict[str, Callable[[Sequence[str]], list[str]]] = {"1": _with_version}
KNOWN = {*UPWARD, FORM}


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
    return {key: now_called(key, str(value)) if key in RENAMED else value for key, value in entry.items()}
