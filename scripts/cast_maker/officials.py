"""Draws the officials: as many by rank and view as were asked, posted to the bodies."""

from __future__ import annotations

from cast_maker.draws import chosen, normal, stream
from cast_maker.tables import Cast, fill, label_of

RANKS = ("director_general", "division_director", "section_chief")
LETTERS = dict(zip(RANKS, "ABC", strict=True))
TITLES = {
    "director_general": ("Director-general", "厅级干部"),
    "division_director": ("Division director", "处级干部"),
    "section_chief": ("Section chief", "科级干部"),
}
LOCAL = ("town", "park")
HALF = 0.5


def text(cast: Cast) -> str:
    """Return the text of `officials.toml`."""
    posts = _posts(cast)
    local = [cast.bodies[body]["kind"] in LOCAL for _, body in posts]
    luck = stream("officials")
    count = len(posts)
    growth = chosen(luck, [1.0] * count, cast.count("officials_growth_first"))
    leaning = [cast.fact("brand_pull") if at in growth else 1.0 for at in range(count)]
    brand = chosen(luck, leaning, cast.count("officials_brand_view"))
    near = [cast.fact("native_pull") if home else 1.0 for home in local]
    native = chosen(luck, near, round(count * cast.fact("officials_native_share")))
    levels = [HALF + cast.fact("integrity_spread") * normal(luck, 2.4) for _ in range(count)]
    shift = HALF - sum(levels) / count
    longest = cast.count("tenure_most")
    rows = []
    counters = dict.fromkeys(RANKS, 0)
    for at, (rank, body) in enumerate(posts):
        counters[rank] += 1
        code = f"{LETTERS[rank]}-{counters[rank]:02d}"
        place = cast.bodies[body]["place"] if local[at] else ""
        integrity = round(max(0.02, min(0.98, levels[at] + shift)), 3)
        tenure = min(longest - 1, int(longest * luck.random() ** cast.fact("tenure_bend")))
        views = [int(at in growth), int(at in brand), int(at in native)]
        rows.append([code, *label_of(TITLES, rank, code), rank, body, place, *views, integrity, tenure])
    return fill("officials", rows)


def _posts(cast: Cast) -> list[tuple[str, str]]:
    """Return rank and body of every post; their numbers must be the survey's."""
    posts = []
    for rank in RANKS:
        ranked = [(rank, body) for body, row in cast.postings.items() for _ in range(round(row[rank]))]
        if len(ranked) != cast.count(f"officials_{rank}"):
            raise ValueError(f"{len(ranked)} posts of rank {rank} do not match the facts")
        posts += ranked
    return posts
