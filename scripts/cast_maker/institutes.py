"""Draws the research institutes: as many by level as the report counts, far from full."""

from __future__ import annotations

from typing import Any

from cast_maker.draws import normal, rounded, stream
from cast_maker.tables import Cast, label, number, write

# Place and field of each institute by level; the number of entries is the report's count.
POSTED = {
    "national": [
        ("golmud", "salt_lake_chemicals"), ("golmud", "salt_lake_chemicals"), ("golmud", "new_energy"),
        ("delingha", "new_energy"), ("delingha", "salt_lake_chemicals"), ("golmud", "new_materials"),
    ],
    "provincial": [
        ("golmud", "oil_gas_chemicals"), ("golmud", "metallurgy"), ("delingha", "building_materials"),
        ("delingha", "new_materials"), ("dachaidan", "salt_lake_chemicals"), ("ulan", "coal_chemicals"),
        ("golmud", "logistics_information"),
    ],
    "laboratory": [
        ("golmud", "salt_lake_chemicals"), ("delingha", "salt_lake_chemicals"), ("dachaidan", "metallurgy"),
        ("mangya", "oil_gas_chemicals"),
    ],
    "incubator": [("golmud", "logistics_information"), ("delingha", "new_energy")],
    "agricultural": [("delingha", "plateau_biology"), ("dulan", "plateau_biology"), ("golmud", "plateau_biology")],
}  # fmt: skip
POSTS = {"national": 90, "provincial": 45, "laboratory": 40, "incubator": 20, "agricultural": 25}
NAMES = {
    "national": ("National platform", "国家级平台"),
    "provincial": ("Provincial platform", "省级平台"),
    "laboratory": ("Laboratory", "实验室"),
    "incubator": ("Incubator", "孵化器"),
    "agricultural": ("Agricultural platform", "农业科技平台"),
}
REMOTENESS = {"golmud": 0.45, "delingha": 0.4, "dachaidan": 0.75, "ulan": 0.6, "dulan": 0.65, "mangya": 0.95}
FIELDS = (
    "salt_lake_chemicals", "oil_gas_chemicals", "coal_chemicals", "coal_mining", "metallurgy", "new_energy",
    "new_materials", "building_materials", "plateau_biology", "logistics_information",
)  # fmt: skip
ORDER = ("id", "label_en", "label_zh", "level", "place", "posts", "filled", "field", "funding", "remoteness")


def text(cast: Cast) -> str:
    """Return the text of `institutes.toml`."""
    luck = stream("institutes")
    rows: list[list[Any]] = []
    for level, posted in POSTED.items():
        if len(posted) != cast.count(f"institutes_{level}"):
            raise ValueError(f"{len(posted)} institutes of level {level} do not match the facts")
        for place, field in posted:
            code = f"R-{len(rows) + 1:02d}"
            english, chinese = NAMES[level]
            posts = round(POSTS[level] * (0.7 + 0.6 * luck.random()))
            away = REMOTENESS[place]
            filled = cast.fact("institutes_filled") + 0.3 * (0.5 - away) + 0.09 * max(-2.0, min(2.0, normal(luck)))
            filled = round(max(0.08, min(0.9, filled)), 3)
            funding = rounded(posts * filled * cast.fact("institutes_cost_per_post"), 3)
            rows.append([code, f"{english} {code}", f"{chinese} {code}", level, place, posts, filled, field, funding, away])
    report = "ADB TA 8853-PRC Final Report Output 1 (2017), II.I.6 and III.III.2: 6, 7, 4, 2 and 3 platforms"
    columns = {
        "level": {"label": label("Level", "级别"), "choices": list(POSTED), "status": "measured", "source": report},
        "place": {"label": label("Town", "城镇"), "refers": "places"},
        "posts": number("Posts", "编制岗位", "persons", (1, 400), "assumption",
                        why="Sizes usual for platforms of the level; about 1000 posts in all"),
        "filled": number("Posts filled", "岗位到位率", "1", (0, 1), "assumption",
                         why="The report speaks of empty nests without a number; lower where remote"),
        "field": {"label": label("Field", "领域"), "choices": list(FIELDS)},
        "funding": number("Base funding", "基本经费", "yuan/year", (0, 1e8), "estimated",
                          source="About 300 000 yuan per full-time researcher in Qinghai 2008–2014, half of it base"),
        "remoteness": number("Remoteness", "偏远程度", "1", (0, 1), "stylised",
                             why="Ordered by distance to the provincial capital and altitude of the seat"),
    }  # fmt: skip
    titles = {
        "label": label("Research institutes", "科研院所"),
        "what": label(
            "The research and service platforms of the zone: posts, people in them, money. Synthetic.",
            "试验区科研与服务平台的岗位、人员与经费,均为虚拟。",
        ),
    }
    return write("institutes", titles, columns, ORDER, rows)
