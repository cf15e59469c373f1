"""The page of sensitivity: which of all uncertain parameters move the main outcomes, and how much of their spread."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from typing import Any

from ccepz_sim.content.loading import Content
from ccepz_sim.measures.indicators import INDICATORS
from doc_maker.page import Page, range_text
from doc_maker.phenomena import DOCS, HASH_LETTERS

RECORD = DOCS / "reference" / "sensitivity.json"
IMAGES = DOCS / "images" / "sensitivity"
SCREENING, VARIANCE = "all-parameters", "the-dozen"
DOZEN = 12


def sensitivity(content: Content, lang: str) -> str:
    """Return the page of sensitivity."""
    page = Page("sensitivity", lang)
    if not RECORD.is_file():
        page.line(page.word("not_recorded"))
        return page.text()
    record = json.loads(RECORD.read_text("utf-8"))
    fields = {
        "date": record["date"],
        "screened": f"{record['screened']:,}",
        "trajectories": record["trajectories"],
        "runs": f"{record['runs']:,}",
        "content": record["content_hash"][:HASH_LETTERS],
    }
    page.line(page.word("sensitivity_recorded").format(**fields))
    if record["content_hash"] != content.hash:
        page.line(page.word("recorded_before"))
    page.line()
    page.heading(page.word("screening"))
    _screening(page, record, content)
    page.heading(page.word("variance"))
    page.line(page.word("variance_intro"))
    page.line()
    for name, rows in record["variance"].items():
        _variance(page, name, rows, content)
    return page.text()


def _screening(page: Page, record: Mapping[str, Any], content: Content) -> None:
    names = list(record["variance"])
    bounds = {factor.id: factor.bounds for factor in content.studies[VARIANCE].factors}
    rows = []
    for number, (factor, share) in enumerate(record["strongest"], 1):
        most = max(names, key=lambda name: record["part"][name].get(factor, 0.0))
        rows.append(
            (
                str(number),
                f"`{factor}`",
                page.pick(content.parameters[factor].label),
                range_text(bounds[factor]) if factor in bounds else "",
                f"{share:.1%}",
                page.pick(INDICATORS[most].label),
            )
        )
    page.table(("number", "id", "name", "plausible", "part_of_effects", "moves_most"), rows)


def _variance(page: Page, name: str, rows: list[list[Any]], content: Content) -> None:
    page.heading(page.pick(INDICATORS[name].label), 3)
    picture = f"{name}-{page.lang}.png"
    if (IMAGES / picture).is_file():
        up = "../../images" if page.lang == "zh" else "../images"
        page.line(f"![{page.pick(INDICATORS[name].label)}]({up}/sensitivity/{picture})")
        page.line()
    page.table(
        ("name", "alone", "with_others"),
        (
            (page.pick(content.parameters[factor].label), f"{one:.2f} ± {one_off:.2f}", f"{all_:.2f} ± {all_off:.2f}")
            for factor, one, one_off, all_, all_off in rows
        ),
    )


def strongest(tables: Mapping[str, Mapping[str, float]]) -> list[tuple[str, float]]:
    """Return all factors by their mean part of what moves each outcome, the largest first.

    In a world of chance every parameter moves everything a little: only what goes beyond the median effect counts.

    Args:
        tables: by outcome the mean absolute elementary effect of each factor.
    """
    parts: dict[str, float] = {}
    for effects in tables.values():
        usual = statistics.median(effects.values())
        beyond = {factor: max(0.0, size - usual) for factor, size in effects.items()}
        total = sum(beyond.values()) or 1.0
        for factor, size in beyond.items():
            parts[factor] = parts.get(factor, 0.0) + size / total / len(tables)
    return sorted(parts.items(), key=lambda item: (-item[1], item[0]))
