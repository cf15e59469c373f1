"""How far the compilation is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the compilation is: share of the work, seconds left, rules done and in all."""

    share: float
    left: float
    done: int
    rules: int


OnProgress = Callable[[Progress], None]
