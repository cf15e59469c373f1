"""Draws the officials: as many by rank and view as were asked, posted to the bodies."""

from __future__ import annotations

from cast_maker.draws import chosen, normal, stream
from cast_maker.tables import Cast, label, number, write

RANKS = ("director_general", "division_director", "section_chief")
LETTERS = {"director_general": "A", "division_director": "B", "section_chief": "C"}
# Posts by body: directors-general, division directors, section chiefs; the columns sum to the survey's counts.
POSTS = {
    "province": (3, 1, 0), "prefecture": (3, 3, 1), "golmud-city": (1, 3, 4), "delingha-city": (1, 3, 3),
    "dachaidan-committee": (0, 2, 3), "ulan-county": (0, 2, 2), "dulan-county": (0, 1, 2),
    "tianjun-county": (0, 1, 2), "mangya-city": (0, 2, 2), "committee": (1, 2, 1), "park-golmud": (0, 2, 2),
    "park-delingha": (0, 1, 2), "park-dachaidan": (0, 1, 2), "park-ulan": (0, 1, 1), "environment": (1, 1, 1),
    "audit": (0, 1, 1), "finance": (0, 1, 0), "science": (0, 1, 1), "human-resources": (0, 1, 0),
}  # fmt: skip
LOCAL = ("town", "park")
ORDER = ("id", "label_en", "label_zh", "rank", "body", "place", "growth_first", "brand_view", "native", "integrity",
         "tenure_quarters")  # fmt: skip
TITLES = {
    "director_general": ("Director-general", "厅级干部"),
    "division_director": ("Division director", "处级干部"),
    "section_chief": ("Section chief", "科级干部"),
}


def text(cast: Cast) -> str:
    """Return the text of `officials.toml`."""
    posts = [(rank, body) for at, rank in enumerate(RANKS) for body, counts in POSTS.items() for _ in range(counts[at])]
    for rank in RANKS:
        found = sum(posted == rank for posted, _ in posts)
        if found != cast.count(f"officials_{rank}"):
            raise ValueError(f"{found} posts of rank {rank} do not match the facts")
    luck = stream("officials")
    count = len(posts)
    growth = chosen(luck, [1.0] * count, cast.count("officials_growth_first"))
    brand = chosen(luck, [1.6 if at in growth else 1.0 for at in range(count)], cast.count("officials_brand_view"))
    local = [2.0 if cast.bodies[body]["kind"] in LOCAL else 1.0 for _, body in posts]
    native = chosen(luck, local, round(count * cast.fact("officials_native_share")))
    levels = [0.5 + 0.18 * max(-2.4, min(2.4, normal(luck))) for _ in range(count)]
    shift = 0.5 - sum(levels) / count
    rows = []
    counters = dict.fromkeys(RANKS, 0)
    for at, (rank, body) in enumerate(posts):
        counters[rank] += 1
        code = f"{LETTERS[rank]}-{counters[rank]:02d}"
        english, chinese = TITLES[rank]
        place = cast.bodies[body]["place"] if cast.bodies[body]["kind"] in LOCAL else ""
        integrity = round(max(0.02, min(0.98, levels[at] + shift)), 3)
        tenure = min(19, int(20 * luck.random() ** 1.5))
        row = [code, f"{english} {code}", f"{chinese} {code}", rank, body, place]
        rows.append([*row, int(at in growth), int(at in brand), int(at in native), integrity, tenure])
    survey = "ADB TA 8853-PRC Final Report Output 1 (2017), III.I.1"
    columns = {
        "rank": {"label": label("Rank", "级别"), "choices": list(RANKS), "status": "measured",
                 "source": survey + ": 10, 30 and 30 of 70"},
        "body": {"label": label("Body", "机构"), "refers": "bodies"},
        "place": {"label": label("Town", "城镇"), "refers": "places", "blank": True},
        "growth_first": number("Puts growth first", "主张增长优先", "1", (0, 1), "measured",
                               source=survey + ": 46 of 70"),
        "brand_view": number("Sees the zone as a brand", "视试验区为品牌", "1", (0, 1), "measured",
                             source=survey + ": 39 of 70"),
        "native": number("Native of the place", "本地出身", "1", (0, 1), "assumption",
                         why="Four in ten, more in towns and parks; studies of native regulators give the direction"),
        "integrity": number("Integrity", "廉洁度", "1", (0, 1), "stylised",
                            why="Nobody measures it: a bell around one half, so that outcomes come from incentives"),
        "tenure_quarters": number("Time in post at the start of 2010", "2010年初任职时长", "quarters", (0, 20),
                                  "assumption", why="Most have served less than three of five years"),
    }  # fmt: skip
    titles = {
        "label": label("Officials", "干部"),
        "what": label(
            "Seventy officials by rank and body, synthetic: no real person is depicted; shares match the survey.",
            "按级别和机构设置的七十名干部,均为虚拟,不对应任何真实人物;比例与调查相符。",
        ),
    }
    return write("officials", titles, columns, ORDER, rows)
