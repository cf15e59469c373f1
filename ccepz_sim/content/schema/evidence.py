"""How well a value is known, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

STATUSES = ("measured", "official", "estimated", "assumption", "stylised")
FIXED = ("measured", "official")  # statuses of values that a source fixes
DIRECTIONS = ("up", "down")
NEUTRAL = "neutral"  # direction of an indicator of which neither is better
YEARS = (1900.0, 2200.0)  # what can be a year at all, to catch slips of the keyboard


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value comes from: a status word, and a source (with locator) or a why; `zh` is that in Chinese or ""."""

    status: str
    source: str
    why: str
    zh: str = ""
