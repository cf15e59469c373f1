"""Draws the firms: capacities sum to the facts, sizes are skewed, traits match the survey shares."""

from __future__ import annotations

from typing import Any

from cast_maker.draws import chosen, normal, rounded, sizes, split, stream
from cast_maker.tables import Cast, Row, label, number, write

LAST_START = 2015.75
LATE_FROM = 2013.25
BEFORE = 2009
SPREAD = 1.05
SPREAD_FEW = 0.6
FEW = 6
ENTRANT_COST = 1.12
SURE = 1e6
MINDSETS = ("not_established", "training", "long_term")
STATE_PRODUCTS = ("oil", "gas", "refining", "thermal_power")
PREFIX = {
    "golmud": "G", "delingha": "D", "dachaidan": "C", "ulan": "U", "dulan": "L", "tianjun": "T", "mangya": "M",
}  # fmt: skip
OUTSIDE_PARKS = ("gas", "oil", "coal", "iron_ore")
ORDER = (
    "id", "product", "place", "park", "capacity", "start", "chain_level", "efficiency", "debt_ratio", "mindset",
    "state_owned", "native_tie", "outdated", "staffing", "first_mover", "large",
)  # fmt: skip


def draw(cast: Cast) -> list[Row]:
    """Return all firms as rows with the columns of the table, in the order of the facts."""
    firms: list[Row] = []
    for fact in cast.capacities():
        firms += _works(cast, fact)
    _name(firms)
    _first_movers(cast, firms)
    _large(cast, firms)
    _chain(cast, firms)
    _traits(cast, firms)
    return firms


def _works(cast: Cast, fact: Row) -> list[Row]:
    """Draw the firms of one product at one place: cohorts by start, each of its exact capacity."""
    product = cast.products[fact["product"]]
    luck = stream("works", fact["id"])
    count = round(fact["firms"])
    shares = [fact["ready_2010"], fact["ready_2013"] - fact["ready_2010"], 1.0 - fact["ready_2013"]]
    shares = _merge(shares, count)
    present = [share > 0 for share in shares]
    before = round(fact["firms_before"])
    if before:
        present[0] = False
        numbers = [before, *split(count - before - sum(present), shares[1:])]
    else:
        numbers = split(count - sum(present), [max(share, 1e-9) for share in shares])
    spans = [(BEFORE, BEFORE), (fact["built_from"], fact["built_by"]), (LATE_FROM, LAST_START)]
    park = _park(cast, fact)
    works: list[Row] = []
    for share, some, extra, (first, last) in zip(shares, present, numbers, spans, strict=True):
        members = extra + some
        if not members:
            continue
        parts = sizes(luck, members, SPREAD if members > FEW else SPREAD_FEW)
        for at, part in enumerate(parts):
            start = first + (last - first) * (at + 0.5) / members
            works.append(
                {
                    "product": fact["product"],
                    "place": fact["place"],
                    "park": park,
                    "exact": fact["capacity"] * share * part,
                    "start": round(start * 4) / 4,
                }
            )
    for row, capacity in zip(works, _whole([row.pop("exact") for row in works], fact["capacity"]), strict=True):
        row["capacity"] = capacity
        row["investment"] = capacity * product["capital_cost"]
    _costs(works, product, luck)
    return works


def _merge(shares: list[float], count: int) -> list[float]:
    """Join the smallest cohorts to their neighbours where there are fewer firms than cohorts."""
    shares = [max(0.0, round(share, 9)) for share in shares]
    while sum(share > 0 for share in shares) > count:
        least = min((at for at, share in enumerate(shares) if share > 0), key=lambda at: (shares[at], -at))
        others = [at for at, share in enumerate(shares) if share > 0 and at != least]
        to = min(others, key=lambda at: abs(at - least))
        shares[to] += shares[least]
        shares[least] = 0.0
    return shares


def _whole(exact: list[float], total: float) -> list[float]:
    """Round capacities to four digits; the largest takes the difference, so that the sum is kept."""
    parts = [rounded(part) for part in exact]
    top = parts.index(max(parts))
    parts[top] = round(total - (sum(parts) - parts[top]), 3)
    return parts


def _park(cast: Cast, fact: Row) -> str:
    """Mines and wells stand outside the parks, everything else of a town with a park inside."""
    if fact["product"] in OUTSIDE_PARKS:
        return ""
    return str(cast.places[fact["place"]]["park"])


def _costs(works: list[Row], product: Row, luck: Any) -> None:
    """Draw unit costs around 1 weighted by capacity; thin margins leave little room, old small works cost more."""
    spread = min(0.08, 0.18 * product["value_added_ratio"])
    for row in works:
        entrant = row["product"] == "iron_ore" and row["start"] > BEFORE
        row["efficiency"] = (1.0 + spread * max(-2.0, min(2.0, normal(luck)))) * (ENTRANT_COST if entrant else 1.0)
        row["entrant"] = entrant
    settled = [row for row in works if not row["entrant"]]
    weight = sum(row["capacity"] for row in settled)
    mean = sum(row["capacity"] * row["efficiency"] for row in settled) / weight
    for row in works:
        row["efficiency"] = round(max(0.7, min(1.3, row["efficiency"] / mean)), 3)
        old = row["start"] == BEFORE
        share = product["outdated_share"] * (1.15 if old else 0.35) * (0.6 + 0.8 * luck.random())
        row["outdated"] = round(min(1.0, share), 3)


def _name(firms: list[Row]) -> None:
    counters: dict[str, int] = {}
    for row in firms:
        prefix = PREFIX[row["place"]]
        counters[prefix] = counters.get(prefix, 0) + 1
        row["id"] = f"{prefix}-{counters[prefix]:03d}"


def _large(cast: Cast, firms: list[Row]) -> None:
    """Call the firms of the largest investment large: so many in the Ulan park, so many in all."""
    ulan = [row for row in firms if row["park"] == "park_ulan"]
    rest = [row for row in firms if row["park"] != "park_ulan"]
    in_ulan = cast.count("ulan_large")
    for group, some in ((ulan, in_ulan), (rest, cast.count("large_firms") - in_ulan)):
        top = sorted(group, key=lambda row: (-row["investment"], row["id"]))[:some]
        marked = {row["id"] for row in top}
        for row in group:
            row["large"] = int(row["id"] in marked)


def _chain(cast: Cast, firms: list[Row]) -> None:
    """Give chain levels: the product's own, moved for a few so that the survey's share is at the low end."""
    luck = stream("chain")
    for row in firms:
        row["chain_level"] = int(cast.products[row["product"]]["chain_base"])
    low = cast.fact("survey_low_chain") / cast.fact("survey_firms")
    wanted = round(len(firms) * (1.0 - low))
    high = [row for row in firms if row["chain_level"] >= 2]
    basic = [row for row in firms if row["chain_level"] == 1]
    gap = wanted - len(high)
    pool, step = (basic, 1) if gap > 0 else (high, -1)
    for at in chosen(luck, [1.0] * len(pool), abs(gap)):
        pool[at]["chain_level"] += step


def _traits(cast: Cast, firms: list[Row]) -> None:
    """Draw mindset, ownership, ties, debt and staffing; the counts follow the survey exactly."""
    luck = stream("traits")
    count = len(firms)
    survey = cast.fact("survey_firms")
    numbers = split(count, [cast.fact(f"survey_{mind}") for mind in MINDSETS])
    thoughtful = chosen(luck, [_thought(row) for row in firms], sum(numbers[1:]))
    lasting = chosen(luck, [SURE * row["first_mover"] + (at in thoughtful) for at, row in enumerate(firms)], numbers[2])
    native = chosen(luck, [1.0] * count, round(count * cast.fact("officials_native_share")))
    hard = chosen(luck, [1.0] * count, round(count * cast.fact("survey_hard_to_recruit") / survey))
    for at, row in enumerate(firms):
        row["mindset"] = MINDSETS[2 if at in lasting else 1 if at in thoughtful else 0]
        state = row["product"] in STATE_PRODUCTS or luck.random() < (0.6 if row["large"] else 0.05)
        row["state_owned"] = int(state)
        row["native_tie"] = int(at in native)
        base = 0.60 if row["entrant"] else 0.45 + 0.07 * row["state_owned"] + 0.05 * (row["start"] > BEFORE)
        row["debt_ratio"] = round(max(0.1, min(0.85, base + 0.12 * normal(luck))), 3)
        low, high = (0.80, 0.95) if at in hard else (0.95, 1.0)
        row["staffing"] = round(low + (high - low) * luck.random(), 3)


def _thought(row: Row) -> float:
    """Large firms and those up the chain think of circularity more often; first movers do for sure."""
    return float(1.0 + row["large"] + 0.5 * row["chain_level"] + SURE * row["first_mover"])


def _first_movers(cast: Cast, firms: list[Row]) -> None:
    """Mark the two firms that carry common infrastructure, and with it a far larger investment than their works."""
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


def text(firms: list[Row]) -> str:
    """Return the text of `firms.toml`."""
    drawn = "Drawn by scripts/make_cast.py; "
    one = (0, 1)
    columns: dict[str, dict[str, Any]] = {
        "product": {"label": label("Product", "产品"), "refers": "products"},
        "place": {"label": label("Town", "城镇"), "refers": "places"},
        "park": {
            "label": label("Park", "园区"),
            "choices": ["park_golmud", "park_delingha", "park_dachaidan", "park_ulan"],
            "blank": True,
        },
        "capacity": number("Capacity at full ramp", "达产产能", "units/year", (0, 1e10), "stylised",
                           why=drawn + "skewed sizes that sum to the capacities of facts.toml"),
        "start": number("Start", "投产时间", "year", (2009, 2015.75), "stylised",
                        why=drawn + "shares standing in 2010 and 2013 as in facts.toml; 2009 means before 2010"),
        "chain_level": number("Chain level", "产业链层级", "level", (0, 3), "stylised",
                              why=drawn + "31 of 40 firms at the low end (levels 0 and 1), as in the survey"),
        "efficiency": number("Bought inputs against the typical works", "单位投入相对典型企业", "multiple", (0.7, 1.3),
                             "stylised", why=drawn + "mean 1 by capacity; lower is better, iron ore entrants above"),
        "debt_ratio": number("Debt in capital", "资产负债率", "1", (0, 1), "assumption",
                             why=drawn + "around one half, entrants higher"),
        "mindset": {"label": label("Circular mindset", "循环理念"), "choices": list(MINDSETS), "status": "estimated",
                    "source": "ADB TA 8853-PRC Final Report Output 1 (2017), III.I.2: 24, 9 and 7 of 40 firms"},
        "state_owned": number("State-owned", "国有", "1", one, "assumption",
                              why=drawn + "oil, gas and power all, other large firms six in ten, small firms few"),
        "native_tie": number("Tie to local officials", "与本地干部有联系", "1", one, "assumption",
                             why=drawn + "four in ten"),
        "outdated": number("Outdated capacity", "落后产能比重", "1", one, "stylised",
                           why=drawn + "the product's share, more in works from before 2010"),
        "staffing": number("Posts filled at the start", "初始岗位到位率", "1", (0.6, 1), "estimated",
                           source="ADB TA 8853-PRC Final Report Output 1 (2017), III.III.1: 34 of 40 firms find "
                                  "recruitment difficult; they start with 80 to 95 % of their posts filled"),
        "first_mover": number("Carries common infrastructure", "先行承担公共设施", "1", one, "estimated",
                              source="ADB TA 8853-PRC Final Report Output 1 (2017), III.IV.2: two first movers"),
        "large": number("Large", "大型企业", "1", one, "stylised",
                        why=drawn + "largest investment; seven in the Ulan park as the report says"),
    }  # fmt: skip
    titles = {
        "label": label("Firms", "企业"),
        "what": label(
            "Every firm of the zone, synthetic: no real company is depicted; capacities and shares match the facts.",
            "试验区全部企业,均为虚拟,不对应任何真实企业;产能与比例与事实相符。",
        ),
    }
    return write("firms", titles, columns, ORDER, ([row[key] for key in ORDER] for row in firms))
