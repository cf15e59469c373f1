"""One life in words and a small chart: a firm's, an official's, an institute's or a resident's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.content.loading import Content
from ccepz_sim.game.records import Lives
from ccepz_sim.numerics.clock import PLAY_YEAR, QUARTERS
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import fill
from ccepz_sim.web.views.followed import Span, name_of
from ccepz_sim.web.views.words import Part, words

EMPLOYERS = ("firms", "construction", "services", "public", "agriculture", "institutes")
SKILLS = ("unskilled", "skilled", "professional")
GROWN = 1.25  # capacity that is worth a line
LOSSES = 3  # years in a row
EMPTY, FULL = 0.5, 0.75
HALF = 0.5


def life(content: Content, lives: Lives, kind: str, who: tuple[int, Span], year: int, known: int, lang: str) -> Part:
    """Tell a life.

    Args:
        content: names; lives: of the own future; kind: which table; who: row and years of the one who is followed.
        year: on the table: name and particulars are those of its end, or of the last the one was there.
        known: last year whose deals are known.
    """
    row, there = who
    made = {"firms": _firm, "officials": _official, "institutes": _institute, "residents": _resident}[kind]
    date = there.nearest(year)
    found: Part = made(content, lives, who, date, known, lang)
    found["title"] = name_of(content, lives, kind, row, date, lang)
    t = words("life", lang)
    found["sub"] = fill(t["at_end"], year=date, sub=found["sub"])
    if date != year:
        found["sub"] += " · " + fill(t["gone" if date < year else "not_yet"], year=year)
    found["years"] = list(range(PLAY_YEAR, PLAY_YEAR + lives.years))
    if not found["lines"]:
        found["lines"] = [{"year": PLAY_YEAR, "text": words("life", lang)["quiet"]}]
    return found


class _Story:
    """The lines of a life, in the order of the years."""

    def __init__(self, lang: str) -> None:
        self.lang, self.t = lang, words("life", lang)
        self.lines: list[Part] = []

    def say(self, year: int, key: str, **fields: object) -> None:
        self.lines.append({"year": PLAY_YEAR + year, "text": fill(self.t[key], **fields)})

    def money(self, yuan: float) -> str:
        return numbers.scale_of("yuan", abs(yuan), self.lang).write(yuan, self.lang)


def _of(table: Any, name: str, row: int) -> NDArray[Any]:
    return np.asarray(table[name])[:, row]


def _firm(content: Content, lives: Lives, who: tuple[int, Span], date: int, known: int, lang: str) -> Part:
    story, (row, there) = _Story(lang), who
    table = {name: _of(lives.firms, name, row) for name in lives.firms}
    places = content.table("places").labels
    alive = there.mask(lives.years)
    deals_known = known - PLAY_YEAR
    losses = 0
    base = float(table["capacity"][0]) if alive[0] else 0.0
    for year in range(lives.years):
        was = alive[year - 1] if year else alive[0]
        if alive[year] and not was:
            story.say(year, "opened", place=places[int(table["place"][year])].get(lang))
            base = float(table["capacity"][year])
        if not alive[year]:
            if was and year:
                story.say(year, "closed", debt=story.money(float(table["debt"][year - 1])))
            continue
        _deals(story, table, year, year <= deals_known, year > 0 and was)
        losses = losses + 1 if table["profit"][year] < 0 else 0
        if losses == LOSSES:
            story.say(year, "losses", years=LOSSES)
        if base > 0 and table["capacity"][year] > GROWN * base:
            story.say(year, "grew", times=f"{table['capacity'][year] / base:.1f}")
            base = float(table["capacity"][year])
        if table["innovations"][year] >= 1:
            story.say(year, "invented", count=int(table["innovations"][year]))
        if not (year and was):
            continue
        partner = int(table["partner"][year])
        if partner >= 0 > table["partner"][year - 1]:
            story.say(year, "partner", name=name_of(content, lives, "firms", partner, PLAY_YEAR + year, lang))
        if table["outdated"][year] < table["outdated"][year - 1] - HALF / 2:
            story.say(year, "renewed")
    t = story.t
    last = date - PLAY_YEAR
    return {
        "sub": fill(
            t["firm_sub"],
            place=places[int(table["place"][last])].get(lang),
            staff=f"{table['staff'][last]:,.0f}",
            sales=story.money(float(table["sales"][last])),
        ),
        "lines": story.lines,
        "series": [
            _line(t["profit"], table["profit"], alive, "yuan/year", "ochre", lang),
            _line(t["so2"], table["so2"], alive, "t/year", "sage", lang),
        ],
    }


def _deals(story: _Story, table: dict[str, NDArray[Any]], year: int, known: bool, was: bool) -> None:
    """Tell of deals and diverted funds; `was`: the firm was there the year before."""
    had, has = was and bool(table["colluding"][year - 1]), bool(table["colluding"][year])
    if known and has and not had:
        story.say(year, "deal", bribe=story.money(float(table["bribe"][year])))
    if table["punished"][year] > 0:
        story.say(year, "punished")
    elif known and had and not has:
        story.say(year, "deal_ends")
    if known and table["misused"][year] > 0 and not (was and table["misused"][year - 1] > 0):
        story.say(year, "misused", money=story.money(float(table["misused"][year])))


def _official(content: Content, lives: Lives, who: tuple[int, Span], date: int, known: int, lang: str) -> Part:
    story, row = _Story(lang), who[0]
    table = {name: _of(lives.officials, name, row) for name in lives.officials}
    bodies = content.table("bodies").labels
    for year in range(lives.years):
        if year and table["tenure"][year] < table["tenure"][year - 1]:
            story.say(year, "successor", integrity=f"{100 * table['integrity'][year]:.0f}%")
            story.say(year, "growth_first" if table["growth_first"][year] else "balanced")
        if year and PLAY_YEAR + year <= known:
            before, now = float(table["captured"][year - 1]), float(table["captured"][year])
            if before == 0.0 < now:
                story.say(year, "captured", share=f"{100 * now:.0f}%")
            elif now == 0.0 < before:
                story.say(year, "free")
    t = story.t
    whole = np.ones(lives.years, dtype=bool)
    body = bodies[int(table["body"][date - PLAY_YEAR])].get(lang)
    return {
        "sub": fill(t["official_sub"], body=body, years=int(table["tenure"][date - PLAY_YEAR]) // QUARTERS),
        "lines": story.lines,
        "series": [
            _line(t["enforcement"], table["enforcement"], whole, "1", "slate", lang),
            _line(t["honesty"], table["honesty"], whole, "1", "violet", lang),
        ],
    }


def _institute(content: Content, lives: Lives, who: tuple[int, Span], date: int, _: int, lang: str) -> Part:
    story, row = _Story(lang), who[0]
    table = {name: _of(lives.institutes, name, row) for name in lives.institutes}
    filled = table["people"] / np.maximum(table["posts"], 1.0)
    for year in range(1, lives.years):
        if filled[year] < EMPTY <= filled[year - 1]:
            story.say(year, "emptied", share=f"{100 * filled[year]:.0f}%")
        if filled[year] >= FULL > filled[year - 1]:
            story.say(year, "filled", share=f"{100 * filled[year]:.0f}%")
        if table["results"][year] > 0:
            story.say(year, "result", count=int(table["results"][year]))
    places = content.table("places")
    place = places.labels[places.index[content.table("institutes").texts("place")[row]]].get(lang)
    whole = np.ones(lives.years, dtype=bool)
    return {
        "sub": fill(story.t["institute_sub"], place=place, posts=round(float(table["posts"][date - PLAY_YEAR]))),
        "lines": story.lines,
        "series": [
            _line(story.t["people"], table["people"], whole, "persons", "violet", lang),
            _line(story.t["posts"], table["posts"], whole, "persons", "slate", lang),
        ],
    }


def _resident(content: Content, lives: Lives, who: tuple[int, Span], date: int, _: int, lang: str) -> Part:
    story, (row, there) = _Story(lang), who
    t, table = story.t, {name: _of(lives.residents, name, row) for name in lives.residents}
    places = content.table("places").labels

    def name(town: int) -> str:
        return places[town].get(lang) if town < len(places) else words("people", lang)["elsewhere"]

    alive = there.mask(lives.years)
    for year in range(1, lives.years):
        if not (alive[year] and alive[year - 1]):
            if alive[year - 1]:
                story.say(year, "died", age=int(table["age"][year - 1]) // QUARTERS)
            continue
        if table["town"][year] != table["town"][year - 1]:
            key = "resettled" if table["resettled"][year] and not table["resettled"][year - 1] else "moved"
            story.say(year, key, origin=name(int(table["town"][year - 1])), place=name(int(table["town"][year])))
        if table["employer"][year] != table["employer"][year - 1]:
            _work(story, year, int(table["employer"][year - 1]), int(table["employer"][year]))
        if table["skill"][year] > table["skill"][year - 1]:
            story.say(year, "learned", skill=words("people", lang)[SKILLS[int(table["skill"][year])]])
        for column, up, down in (("awareness", "aware", "unaware"), ("trust", "trusts", "distrusts")):
            if (table[column][year] >= HALF) != (table[column][year - 1] >= HALF):
                story.say(year, up if table[column][year] >= HALF else down)
    return {
        "sub": fill(t["resident_sub"], persons=int(table["weight"][date - PLAY_YEAR])),
        "lines": story.lines,
        "series": [
            _line(t["awareness"], table["awareness"], alive, "1", "slate", lang),
            _line(t["trust"], table["trust"], alive, "1", "sage", lang),
        ],
    }


def _work(story: _Story, year: int, before: int, now: int) -> None:
    if now >= 0:
        story.say(year, "job", employer=story.t[f"in_{EMPLOYERS[now]}"])
    elif now == -1:
        story.say(year, "jobless")
    elif before >= -1:
        story.say(year, "left_work")


def _line(name: str, values: NDArray[Any], there: NDArray[np.bool_], unit: str, colour: str, lang: str) -> Part:
    shown = values[there] if there.any() else values
    scale = numbers.scale_of(unit, float(np.median(np.abs(shown.astype(float)))), lang)
    return {
        "name": name,
        "unit": scale.unit,
        "colour": colour,
        "values": [
            float(f"{float(value) / scale.factor:.4g}") if here else None
            for value, here in zip(values, there, strict=True)
        ],
    }
