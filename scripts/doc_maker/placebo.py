"""The page of the placebo: how far a change that does nothing moves indicators; how many seeds a difference needs."""

from __future__ import annotations

import json
import math
import statistics
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ccepz_sim.commands.figures import exact
from ccepz_sim.content.loading import Content
from ccepz_sim.measures.indicators import INDICATORS
from doc_maker.page import Page
from doc_maker.phenomena import DOCS, HASH_LETTERS

RECORD = DOCS / "reference" / "placebo.json"
PLAN = Path(__file__).resolve().parents[1] / "placebo.toml"
CONFIDENT = 1.96  # standard errors of a 95 % interval
BAND = 0.1  # its half width in the second table, as a share of the spread between worlds
NEW = "–"  # what was not there before has no figure of then
FEWEST = 2  # seeds: with one nothing is known of the spread


def placebo(content: Content, lang: str) -> str:
    """Return the page of the placebo."""
    page = Page("placebo", lang)
    record, plan = json.loads(RECORD.read_text("utf-8")), tomllib.loads(PLAN.read_text("utf-8"))
    change, judged, strong = plan["change"], plan["judged"], plan["strong"]
    page.line(
        page.word("placebo_recorded").format(
            date=record["date"], seeds=record["seeds"], content=record["content"][:HASH_LETTERS], lever=change["lever"],
            scenario=change["scenario"], first=judged["first"], last=judged["first"] + judged["years"] - 1,
            refund=exact(change["refund"] / 1e6), strong=exact(strong["amount"] / 1e6),
        )
    )  # fmt: skip
    if record["content"] != content.hash:
        page.line(page.word("recorded_before"))
    page.line()
    limits = plan["limits"]
    page.line(
        page.word("placebo_limits").format(**{kind: exact(limits[kind]) for kind in ("sum", "headline", "count")})
    )
    page.line()
    page.heading(page.word("placebo_spread"))
    page.table(
        ("id", "name", "placebo_kind", "spread_between", "placebo_now", "placebo_before"), _spreads(page, record, plan)
    )
    page.heading(page.word("placebo_seeds"))
    page.line(page.word("placebo_seeds_intro"))
    page.line()
    page.table(("id", "seeds_own", "seeds_before", "seeds_placebo", "seeds_strong"), _needed(record, plan))
    page.heading(page.word("placebo_windows"))
    page.line(page.word("placebo_windows_intro"))
    page.line()
    page.table(("years", "placebo_sums", "placebo_headlines"), _over_time(record, plan))
    return page.text()


def _names(plan: Mapping[str, Any]) -> list[str]:
    return [name for held in plan["indicators"].values() for name in held]


def _share(found: Mapping[str, float]) -> float:
    return found["paired"] / found["between"] if found["between"] > 0.0 else 0.0


def _spreads(page: Page, record: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for kind, names in plan["indicators"].items():
        for name in names:
            found, before = record["judged"][name], record["before"]["judged"].get(name)
            own, unit = INDICATORS[name], page.units(INDICATORS[name].unit)
            told = [_told(held, kind) for held in (found, before)]
            between = f"{exact(float(format(found['between'], '.3g')))} {unit}".strip()
            yield f"`{name}`", page.pick(own.label), page.word(f"placebo_{kind}"), between, *told


def _told(found: Mapping[str, float] | None, kind: str) -> str:
    if found is None:
        return NEW
    return f"{found['paired']:.2f}" if kind == "count" else f"{_share(found):.3f}"


def _needed(record: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name in _names(plan):
        before = record["before"]["judged"].get(name)
        shares = (math.sqrt(2.0), None if before is None else _share(before), _share(record["judged"][name]),
                  record["strong"][name])  # fmt: skip
        yield f"`{name}`", *(_pairs(share) for share in shares)


def _pairs(share: float | None) -> str:
    return NEW if share is None else str(max(FEWEST, math.ceil((CONFIDENT * share / BAND) ** 2)))


def _over_time(record: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Give the median and the largest share of sums and of other indicators, window by window."""
    for window, shares in record["windows"].items():
        told = []
        for kind in ("sum", "headline"):
            held = {name: shares[name] for name in plan["indicators"][kind]}
            most = max(held, key=lambda name: held[name])
            told.append(f"{statistics.median(held.values()):.3f}; {held[most]:.3f} (`{most}`)")
        yield window, *told
