"""Draws the works of one product at one place: cohorts by start, each of its exact capacity."""

from __future__ import annotations

from random import Random

from cast_maker.draws import normal, rounded, sizes, split, stream
from cast_maker.tables import Cast, Row

LAST_START = 2015.75
LATE_FROM = 2013.25
BEFORE = 2009
ORE = "iron_ore"
OUTSIDE_PARKS = ("gas", "oil", "coal", ORE)


def draw_works(cast: Cast, fact: Row) -> list[Row]:
    """Return the firms of a capacity row of the facts."""
    luck = stream("works", fact["id"])
    shares, members = _cohorts(fact)
    spans = [(BEFORE, BEFORE), (fact["built_from"], fact["built_by"]), (LATE_FROM, LAST_START)]
    works: list[Row] = []
    exact: list[float] = []
    for share, count, (first, last) in zip(shares, members, spans, strict=True):
        few = count <= cast.fact("few_firms")
        parts = sizes(luck, count, cast.fact("size_spread_few" if few else "size_spread")) if count else []
        for at, part in enumerate(parts):
            start = round(4 * (first + (last - first) * (at + 0.5) / count)) / 4
            works.append({"product": fact["product"], "place": fact["place"], "start": start})
            exact.append(fact["capacity"] * share * part)
    product = cast.products[fact["product"]]
    for row, capacity in zip(works, _kept(exact, fact["capacity"]), strict=True):
        row["park"] = "" if fact["product"] in OUTSIDE_PARKS else cast.places[fact["place"]]["park"]
        row["capacity"] = capacity
        row["investment"] = capacity * product["capital_cost"]
        row["entrant"] = int(fact["product"] == ORE and row["start"] > BEFORE)
    _costs(cast, works, product, luck)
    return works


def _cohorts(fact: Row) -> tuple[list[float], list[int]]:
    """Return shares of capacity and numbers of firms of the cohorts before 2010, to 2013 and after."""
    count = round(fact["firms"])
    shares = [fact["ready_2010"], fact["ready_2013"] - fact["ready_2010"], 1.0 - fact["ready_2013"]]
    shares = _merged(shares, count)
    first = round(fact["firms_before"])
    if first:
        return shares, [first, *_at_least_one(count - first, shares[1:])]
    return shares, _at_least_one(count, shares)


def _merged(shares: list[float], count: int) -> list[float]:
    """Join the smallest cohorts to their neighbours where there are fewer firms than cohorts."""
    shares = [max(0.0, round(share, 9)) for share in shares]
    while sum(share > 0 for share in shares) > count:
        present = [at for at, share in enumerate(shares) if share > 0]
        least = min(present, key=lambda at: (shares[at], -at))
        to = min((at for at in present if at != least), key=lambda at: abs(at - least))
        shares[to] += shares[least]
        shares[least] = 0.0
    return shares


def _at_least_one(count: int, shares: list[float]) -> list[int]:
    """Return numbers in proportion to the shares, one at least where there is a share."""
    present = [int(share > 0) for share in shares]
    more = split(count - sum(present), [share + 1e-12 for share in shares])
    return [one + extra for one, extra in zip(present, more, strict=True)]


def _kept(exact: list[float], total: float) -> list[float]:
    """Round capacities to four digits; the largest takes the difference, so that the sum is kept."""
    parts = [rounded(part) for part in exact]
    top = parts.index(max(parts))
    parts[top] = round(total - (sum(parts) - parts[top]), 3)
    return parts


def _costs(cast: Cast, works: list[Row], product: Row, luck: Random) -> None:
    """Draw bought inputs per unit around 1 by capacity, dearer for ore entrants; old works are outdated."""
    margin = cast.fact("cost_spread_of_margin") * product["value_added_ratio"]
    spread = min(cast.fact("cost_spread"), margin)
    for row in works:
        row["efficiency"] = 1.0 + spread * normal(luck, 2.0)
    settled = [row for row in works if not row["entrant"]]
    weight = sum(row["capacity"] for row in settled)
    mean = sum(row["capacity"] * row["efficiency"] for row in settled) / weight
    for row in works:
        dearer = cast.fact("entrant_cost") if row["entrant"] else 1.0
        row["efficiency"] = round(max(0.7, min(1.3, row["efficiency"] / mean * dearer)), 3)
        age = cast.fact("outdated_old" if row["start"] == BEFORE else "outdated_new")
        row["outdated"] = round(min(1.0, product["outdated_share"] * age * (0.6 + 0.8 * luck.random())), 3)
