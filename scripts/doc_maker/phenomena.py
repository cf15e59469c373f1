"""The page of phenomena: what each claims, and what came out when it was last recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccepz_sim.commands.phenomenon_report import COLUMNS, PhenomenonReport
from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.phenomenon import Phenomenon
from ccepz_sim.studies.phenomena import HELD
from doc_maker.page import Page, range_text

DOCS = Path(__file__).resolve().parents[2] / "docs"
RECORD = DOCS / "reference" / "phenomena.json"
IMAGES = DOCS / "images" / "phenomena"
HASH_LETTERS = 12


def phenomena(content: Content, lang: str) -> str:
    """Return the page of phenomena."""
    page = Page("phenomena", lang)
    record = json.loads(RECORD.read_text("utf-8")) if RECORD.is_file() else None
    page.line(page.word("no_tipping"))
    page.line()
    if record:
        _made(page, record, content)
        _overview(page, record, content)
    for item in content.phenomena.values():
        found = record and _recorded(item, record)
        _section(page, item, found or None, content)
    return page.text()


def _recorded(item: Phenomenon, record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the results of a phenomenon, None where they are of other claims."""
    found: Mapping[str, Any] | None = record["phenomena"].get(item.id)
    return found if found and set(found["claims"]) == {claim.id for claim in item.claims} else None


def _made(page: Page, record: Mapping[str, Any], content: Content) -> None:
    fields = {
        "date": record["date"],
        "runs": f"{record['runs']:,}",
        "content": record["content_hash"][:HASH_LETTERS],
        "engine": record["engine_hash"][:HASH_LETTERS],
    }
    page.line(page.word("recorded").format(**fields))
    if record["content_hash"] != content.hash:
        page.line(page.word("recorded_before"))
    page.line()


def _overview(page: Page, record: Mapping[str, Any], content: Content) -> None:
    rows = []
    for item in content.phenomena.values():
        found = _recorded(item, record)
        if not found:
            continue
        written = list(PhenomenonReport(item, found, content, page.say).rows())
        first, knocked = written[0], written[-2]
        held = sum(one["verdict"] == HELD for one in found["claims"].values())
        space = found["space"]
        rows.append(
            (
                f"[{item.number}. {page.pick(item.study.label)}](#{item.id})",
                first[0],
                first[2],
                first[3],
                f"{held}/{len(found['claims'])}",
                knocked[-1],
                f"{space['share']:.0%}" if space else "–",
            )
        )
    page.table(("phenomenon", "first_claim", "effect", "seeds_band", "claims_held", "knock_out", "space_share"), rows)


def _section(page: Page, item: Phenomenon, found: Mapping[str, Any] | None, content: Content) -> None:
    page.heading(f"`{item.id}`")
    page.line(f"**{item.number}. {page.pick(item.study.label)}** – {page.pick(item.study.question)}")
    page.line()
    page.line(page.pick(item.mechanism))
    page.line()
    run_it = f"`ccepz phenomena {item.id} --space`"
    page.facts({"refuted_if": page.pick(item.refuted_by), "look": page.pick(item.look), "run_it": run_it})
    if not found:
        page.line(page.word("not_recorded"))
        page.line()
        return
    report = PhenomenonReport(item, found, content, page.say)
    _figure(page, item, "effect")
    page.table([f"phenomena_{key}" for key in COLUMNS], report.rows())
    for line in report.lines():
        page.line(f"- {line}")
    page.line()
    if found["space"]:
        _space(page, item, found["space"], content)


def _space(page: Page, item: Phenomenon, space: Mapping[str, Any], content: Content) -> None:
    _figure(page, item, "space")
    strength = {name: (star, sigma) for name, star, sigma in space["screening"]}
    rows = (
        (
            f"`{factor.id}`",
            page.pick(content.parameters[factor.id].label),
            range_text(factor.bounds),
            f"{strength[factor.id][0]:.3g}",
            f"{strength[factor.id][1]:.3g}",
        )
        for factor in item.named
    )
    page.table(("id", "name", "plausible", "mu_star", "sigma"), rows)


def _figure(page: Page, item: Phenomenon, kind: str) -> None:
    name = f"{item.id}-{kind}-{page.lang}.png"
    if (IMAGES / name).is_file():
        up = "../../images" if page.lang == "zh" else "../images"
        page.line(f"![{page.pick(item.study.label)}]({up}/phenomena/{name})")
        page.line()
