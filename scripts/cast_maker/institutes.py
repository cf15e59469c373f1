"""Draws the research institutes: as many by level as the report counts, far from full."""

from __future__ import annotations

from typing import Any

from cast_maker.draws import normal, rounded, stream
from cast_maker.tables import Cast, fill, label_of

# Town and field of each institute by level; their number is the report's count.
POSTED = {
    "national": (
        "golmud salt_lake_chemicals, golmud salt_lake_chemicals, golmud new_energy, delingha new_energy, "
        "delingha salt_lake_chemicals, golmud new_materials"
    ),
    "provincial": (
        "golmud oil_gas_chemicals, golmud metallurgy, delingha building_materials, delingha new_materials, "
        "dachaidan salt_lake_chemicals, ulan coal_chemicals, golmud logistics_information"
    ),
    "laboratory": (
        "golmud salt_lake_chemicals, delingha salt_lake_chemicals, dachaidan metallurgy, mangya oil_gas_chemicals"
    ),
    "incubator": "golmud logistics_information, delingha new_energy",
    "agricultural": "delingha plateau_biology, dulan plateau_biology, golmud plateau_biology",
}
NAMES = {
    "national": ("National platform", "国家级平台"),
    "provincial": ("Provincial platform", "省级平台"),
    "laboratory": ("Laboratory", "实验室"),
    "incubator": ("Incubator", "孵化器"),
    "agricultural": ("Agricultural platform", "农业科技平台"),
}
CAPITAL = "xining"


def text(cast: Cast) -> str:
    """Return the text of `institutes.toml`."""
    luck = stream("institutes")
    rows: list[list[Any]] = []
    for level, posted in POSTED.items():
        sites = [site.split() for site in posted.split(",")]
        if len(sites) != cast.count(f"institutes_{level}"):
            raise ValueError(f"{len(sites)} institutes of level {level} do not match the facts")
        for place, field in sites:
            code = f"R-{len(rows) + 1:02d}"
            spread = cast.fact("posts_spread") * (2.0 * luck.random() - 1.0)
            posts = round(cast.fact(f"posts_{level}") * (1.0 + spread))
            away = remoteness(cast, place)
            filled = cast.fact("institutes_filled") + cast.fact("filled_remote") * (0.5 - away)
            filled += cast.fact("filled_spread") * normal(luck, 2.0)
            filled = round(max(0.08, min(0.9, filled)), 3)
            funding = rounded(posts * filled * cast.fact("institutes_cost_per_post"), 3)
            names = label_of(NAMES, level, code)
            rows.append([code, *names, level, place, posts, filled, field, funding, away])
    return fill("institutes", rows)


def remoteness(cast: Cast, place: str) -> float:
    """Return how far off a seat is, 0 to 1: half road distance to the provincial capital, half altitude."""
    km = cast.distances[place][CAPITAL] / cast.fact("remote_km")
    metres = cast.places[place]["altitude_m"] / cast.fact("remote_metres")
    return round(min(1.0, (km + metres) / 2.0), 2)
