"""Draws the firms: works by product and place, then traits whose counts match the survey."""

from __future__ import annotations

from cast_maker.draws import chosen, normal, split, stream
from cast_maker.tables import Cast, Row, fill, order
from cast_maker.works import BEFORE, LATE_FROM, draw_works

MINDSETS = ("not_established", "training", "long_term")
STATE_PRODUCTS = ("oil", "gas", "refining", "thermal_power")
HIGH_END = 2
SURE = 1e6
PREFIX = {
    "golmud": "G",
    "delingha": "D",
    "dachaidan": "C",
    "ulan": "U",
    "dulan": "L",
    "tianjun": "T",
    "mangya": "M",
}


def draw(cast: Cast) -> list[Row]:
    """Return all firms as rows with the columns of the table, in the order of the facts."""
    firms = [row for fact in cast.capacities() for row in draw_works(cast, fact)]
    _name(firms)
    _first_movers(cast, firms)
    _large(cast, firms)
    _chain(cast, firms)
    _mindset(cast, firms)
    _traits(cast, firms)
    return firms


def text(firms: list[Row]) -> str:
    """Return the text of `firms.toml`."""
    columns = order("firms")
    return fill("firms", ([row[key] for key in columns] for row in firms))


def _name(firms: list[Row]) -> None:
    counters = dict.fromkeys(PREFIX, 0)
    for row in firms:
        counters[row["place"]] += 1
        row["id"] = f"{PREFIX[row['place']]}-{counters[row['place']]:03d}"


def _first_movers(cast: Cast, firms: list[Row]) -> None:
    """Mark the two firms that carry common infrastructure: their investment is far above their works."""
    metal = cast.facts["first_mover_magnesium"]
    sun = cast.facts["first_mover_solar"]
    for row in firms:
        row["first_mover"] = 0
    late = [row for row in _of(firms, metal) if row["start"] >= LATE_FROM]
    leap = max(late, key=lambda row: row["capacity"])
    plants = [row for row in _of(firms, sun) if row["start"] > BEFORE]
    heat = min(plants, key=lambda row: (abs(row["investment"] - sun["value"]), row["id"]))
    for row, fact in ((leap, metal), (heat, sun)):
        row.update(first_mover=1, investment=fact["value"])


def _of(firms: list[Row], fact: Row) -> list[Row]:
    return [row for row in firms if row["place"] == fact["place"] and row["product"] == fact["product"]]


def _large(cast: Cast, firms: list[Row]) -> None:
    """Call the firms of the largest investment large: so many in the Ulan park, so many in all."""
    inside = [row for row in firms if row["park"] == "park_ulan"]
    rest = [row for row in firms if row["park"] != "park_ulan"]
    in_ulan = cast.count("ulan_large")
    for group, some in ((inside, in_ulan), (rest, cast.count("large_firms") - in_ulan)):
        ranked = sorted(group, key=lambda row: (-row["investment"], row["id"]))
        for at, row in enumerate(ranked):
            row["large"] = int(at < some)


def _chain(cast: Cast, firms: list[Row]) -> None:
    """Give chain levels: the product's own, moved for a few so that the survey's share is at the low end."""
    luck = stream("chain")
    for row in firms:
        row["chain_level"] = int(cast.products[row["product"]]["chain_base"])
    low = cast.fact("survey_low_chain") / cast.fact("survey_firms")
    high = [row for row in firms if row["chain_level"] >= HIGH_END]
    basic = [row for row in firms if row["chain_level"] == HIGH_END - 1]
    gap = round(len(firms) * (1.0 - low)) - len(high)
    pool, step = (basic, 1) if gap > 0 else (high, -1)
    for at in chosen(luck, [1.0] * len(pool), abs(gap)):
        pool[at]["chain_level"] += step


def _mindset(cast: Cast, firms: list[Row]) -> None:
    """Share out the mindsets of the survey; large firms, those up the chain and first movers come first."""
    luck = stream("mindset")
    pull = cast.fact("chain_thought")
    numbers = split(len(firms), [cast.fact(f"survey_{mind}") for mind in MINDSETS])
    weights = [1.0 + row["large"] + pull * row["chain_level"] + SURE * row["first_mover"] for row in firms]
    thoughtful = chosen(luck, weights, sum(numbers[1:]))
    weights = [SURE * row["first_mover"] + (at in thoughtful) for at, row in enumerate(firms)]
    lasting = chosen(luck, weights, numbers[2])
    for at, row in enumerate(firms):
        row["mindset"] = MINDSETS[2 if at in lasting else 1 if at in thoughtful else 0]


def _traits(cast: Cast, firms: list[Row]) -> None:
    """Draw ownership, ties, debt and staffing."""
    luck = stream("traits")
    count = len(firms)
    hard_share = cast.fact("survey_hard_to_recruit") / cast.fact("survey_firms")
    native = chosen(luck, [1.0] * count, round(count * cast.fact("officials_native_share")))
    hard = chosen(luck, [1.0] * count, round(count * hard_share))
    least, enough = cast.fact("staffing_least"), cast.fact("staffing_enough")
    for at, row in enumerate(firms):
        state_share = cast.fact("state_share_large" if row["large"] else "state_share_small")
        owned = luck.random() < state_share or row["product"] in STATE_PRODUCTS
        row["state_owned"] = int(owned)
        row["native_tie"] = int(at in native)
        debt = cast.fact("debt_mean") + cast.fact("debt_state") * owned
        debt += cast.fact("debt_new") * (row["start"] > BEFORE) + cast.fact("debt_entrant") * row["entrant"]
        row["debt_ratio"] = round(max(0.1, min(0.85, debt + cast.fact("debt_spread") * normal(luck))), 3)
        low, high = (least, enough) if at in hard else (enough, 1.0)
        row["staffing"] = round(low + (high - low) * luck.random(), 3)
