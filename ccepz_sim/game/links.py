"""The arrows from one indicator to the next, and the chain that a change took."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ccepz_sim.text.label import Label

LONGEST = 5  # arrows in a chain: a longer one explains nothing to a reader
STILL = 1e-9  # a relative move that is none


@dataclass(frozen=True, slots=True)
class Link:
    """One arrow: `sign` is 1 where both move the same way, else -1; `phase` is where in a quarter it happens."""

    origin: str
    target: str
    sign: int
    phase: str
    why: Label


@cache
def all_links() -> tuple[Link, ...]:
    """Read the arrows."""
    text = resources.files("ccepz_sim.game").joinpath("links.toml").read_text(encoding="utf-8")
    return tuple(
        Link(origin, target, 1 if row["sign"] == "+" else -1, row["phase"], Label(row["en"], row["zh"]))
        for origin, targets in tomllib.loads(text).items()
        for target, row in targets.items()
    )


@cache
def links_from() -> Mapping[str, tuple[Link, ...]]:
    """Return the arrows by where they start."""
    found: dict[str, list[Link]] = {}
    for link in all_links():
        found.setdefault(link.origin, []).append(link)
    return {name: tuple(links) for name, links in found.items()}


def chain(start: str, target: str, moved: Mapping[str, float]) -> tuple[Link, ...] | None:
    """Return the chain of arrows along which everything moved as the arrows say; None where there is none.

    Of several the one whose weakest step moved most.

    Args:
        start: indicator at which a lever enters; it must have moved.
        target: indicator to be explained; equal to `start` gives the empty chain.
        moved: relative change of each indicator.
    """
    if abs(moved.get(start, 0.0)) <= STILL:
        return None
    if start == target:
        return ()
    best: tuple[float, int, tuple[Link, ...]] | None = None
    ways: list[tuple[str, float, tuple[Link, ...]]] = [(start, abs(moved[start]), ())]
    while ways:
        here, weakest, taken = ways.pop()
        for link in links_from().get(here, ()):
            change = moved.get(link.target, 0.0)
            seen = {start, *(step.target for step in taken)}
            if link.target in seen or abs(change) <= STILL or change * moved[here] * link.sign <= 0.0:
                continue
            way = (*taken, link)
            least = min(weakest, abs(change))
            if link.target == target:
                if best is None or (least, -len(way)) > best[:2]:
                    best = (least, -len(way), way)
            elif len(way) < LONGEST:
                ways.append((link.target, least, way))
    return best[2] if best is not None else None
