"""Random draws that are the same on every platform: only uniform draws are taken from the generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from statistics import NormalDist

NORMAL = NormalDist()


def stream(*name: object) -> Random:
    """Return the stream of a name; the same name always gives the same draws."""
    return Random("/".join(str(part) for part in name))


def normal(luck: Random, most: float = 6.0) -> float:
    """Return a standard normal draw by inversion, cut at `most` on both sides."""
    drawn = NORMAL.inv_cdf(min(max(luck.random(), 1e-9), 1.0 - 1e-9))
    return max(-most, min(most, drawn))


def sizes(luck: Random, count: int, spread: float) -> list[float]:
    """Return shares that sum to 1, log-normal, largest first: firm sizes are skewed to the right."""
    raw = sorted((math.exp(spread * normal(luck)) for _ in range(count)), reverse=True)
    return [share / sum(raw) for share in raw]


def chosen(luck: Random, weights: Sequence[float], count: int) -> set[int]:
    """Return `count` positions, drawn without putting back, the heavier the likelier."""
    keys = [luck.random() ** (1.0 / max(weight, 1e-9)) for weight in weights]
    return set(sorted(range(len(keys)), key=lambda at: (-keys[at], at))[:count])


def split(total: int, parts: Sequence[float]) -> list[int]:
    """Return whole numbers that sum to `total` in proportion to the parts (largest remainders)."""
    exact = [total * part / sum(parts) for part in parts]
    whole = [math.floor(share) for share in exact]
    ranked = sorted(range(len(parts)), key=lambda at: (whole[at] - exact[at], at))
    for at in ranked[: total - sum(whole)]:
        whole[at] += 1
    return whole


def rounded(number: float, digits: int = 4) -> float:
    """Return a number with so many significant digits."""
    return float(f"{number:.{digits}g}")
