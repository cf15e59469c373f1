"""Which differences are too small to tell: those a change that does nothing makes as well.

`scripts/record_placebo.py` records how far such a change moves each indicator; docs/reference/placebo.md shows it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

RECORD = Path(__file__).with_name("placebo.json")
BEYOND = 2.0  # standard deviations: nineteen of twenty differences of a placebo are smaller


@cache
def spread_of_placebo() -> dict[str, float]:
    """Return the largest standard deviation, over years, of the placebo's paired differences, by indicator."""
    found: dict[str, float] = json.loads(RECORD.read_text(encoding="utf-8"))["spread"]
    return found


def too_small(indicator: str, gap: float) -> bool:
    """Return whether a difference of two futures with the same luck is no larger than a placebo's; 0 is none at all.

    Args:
        gap: difference of yearly means, in the unit of the indicator.
    """
    return 0.0 < abs(gap) <= BEYOND * spread_of_placebo().get(indicator, 0.0)
