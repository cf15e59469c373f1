"""The page of harms: what taxes and the strictest standard do to air, water and ground, and how sure that is."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ccepz_sim.commands.figures import exact
from ccepz_sim.content.loading import Content
from ccepz_sim.measures.indicators import INDICATORS
from doc_maker.page import Page
from doc_maker.phenomena import DOCS, HASH_LETTERS

RECORD = DOCS / "reference" / "harms.json"
PLAN = Path(__file__).resolve().parents[1] / "harms.toml"


def harms(content: Content, lang: str) -> str:
    """Return the page of harms."""
    page = Page("harms", lang)
    record, plan = json.loads(RECORD.read_text("utf-8")), tomllib.loads(PLAN.read_text("utf-8"))
    runs, ranges = plan["runs"], plan["ranges"]
    held = {kind: [one for one in record["compared"] if one["kind"] == kind] for kind in ("scenarios", "ranges")}
    page.line(
        page.word("harms_recorded").format(
            date=record["date"], content=record["content"][:HASH_LETTERS], seeds=held["scenarios"][0]["seeds"],
            first=runs["first"], last=runs["first"] + runs["judged"] - 1, since=runs["from"],
        )
    )  # fmt: skip
    if record["content"] != content.hash:
        page.line(page.word("recorded_before"))
    page.line()
    page.line(page.word("harms_limits").format(mean=exact(100.0 * plan["limits"]["mean"])))
    page.line()
    names = plan["limits"]["indicators"] + plan["limits"]["also"]
    titles = [page.pick(INDICATORS[name].label) for name in names]
    page.heading(page.word("harms_scenarios"))
    page.table(("harms_scenario", "harms_change", *titles, "harms_wrong"), _rows(page, held["scenarios"], names))
    page.heading(page.word("harms_ranges"))
    page.line(page.word("harms_ranges_intro").format(scenario=ranges["scenario"], seeds=held["ranges"][0]["seeds"]))
    page.line()
    page.table(("harms_values", "harms_change", *titles, "harms_wrong"), _rows(page, held["ranges"], names))
    page.heading(page.word("harms_elasticity"))
    page.line(_elastic(page, record["elasticity"], plan["elasticity"]))
    return page.text()


def _rows(page: Page, compared: list[Mapping[str, Any]], names: list[str]) -> Iterator[tuple[str, ...]]:
    for one in compared:
        values = ", ".join(f"`{name}` {exact(value)}" for name, value in one["parameters"].items())
        told = [f"{100 * mean:+.1f} ± {100 * half:.1f} %" for mean, half in (one["found"][name] for name in names)]
        wrong = "; ".join(one["wrong"]) or "–"
        yield values or f"`{one['scenario']}`", page.word(f"harms_{one['change']}"), *told, wrong


def _elastic(page: Page, found: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    verdict = "within"
    if found["mean"] > asked["most"]:
        verdict = "weaker"
    elif found["mean"] < asked["least"]:
        verdict = "stronger"
    return page.word("harms_elastic").format(
        since=asked["from"], first=asked["first"], last=asked["first"] + asked["judged"] - 1,
        mean=f"{found['mean']:+.3f}", half=f"{found['half']:.3f}", seeds=found["seeds"], least=exact(asked["least"]),
        most=exact(asked["most"]), source=asked["source"][page.lang], verdict=page.word(f"harms_{verdict}"),
    )  # fmt: skip
