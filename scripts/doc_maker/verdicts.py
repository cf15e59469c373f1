"""The page of verdicts: what the model says to each target and pattern, as recorded by `ccepz validate`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ccepz_sim.commands.figures import exact
from ccepz_sim.content.loading import Content
from doc_maker.page import Page

RECORD = Path(__file__).resolve().parents[2] / "docs" / "reference" / "validation.json"
DIGITS = 4
SHORT = 12
MODEL = ("mean", "low", "high")


def validation(content: Content, lang: str) -> str:
    """Return the recorded table of targets and patterns, with the reasons for what is missed."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    page = Page("validation", lang)
    page.facts({"seeds": str(record["seeds"]), "content_hash": f"`{record['content'][:SHORT]}`"})
    targets = [item for item in record["targets"] if item["id"] in content.targets]
    patterns = [item for item in record["patterns"] if item["id"] in content.patterns.all]
    page.heading(page.word("figures"))
    page.line(page.word("passed_of").format(passed=sum(item["passed"] for item in targets), total=len(targets)))
    page.line()
    page.table(("id", "name", "use", "target", "tolerance", *MODEL, "passed"), _targets(page, content, targets))
    page.heading(page.word("patterns"))
    counted = sum(item["passed"] and item["counts"] for item in patterns)
    passed = sum(item["passed"] for item in patterns)
    page.line(page.word("patterns_passed_of").format(passed=passed, total=len(patterns), counted=counted))
    page.line()
    page.table(("id", "name", "figure", "band", *MODEL, "passed"), _patterns(page, content, patterns))
    page.heading(page.word("missed"))
    page.table(("id", "why"), _missed(page, content, [*targets, *patterns]))
    return page.text()


def _number(value: float) -> str:
    return exact(float(f"{value:.{DIGITS}g}"))


def _verdict(page: Page, passed: bool) -> str:
    return page.word("is_passed" if passed else "is_missed")


def _targets(page: Page, content: Content, found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for item in found:
        target = content.targets[item["id"]]
        yield (
            f"`{target.id}`",
            page.pick(target.label),
            page.word(target.use),
            f"{exact(item['target'])} {page.units(target.unit)}".strip(),
            _number(item["tolerance"]),
            *(_number(item[key]) for key in MODEL),
            _verdict(page, item["passed"]),
        )


def _patterns(page: Page, content: Content, found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for item in found:
        pattern = content.patterns.all[item["id"]]
        bands = {band.id: band for band in pattern.bands}
        for figure in item["figures"]:
            low, high = figure["bounds"]
            yield (
                pattern.id.upper(),
                page.pick(pattern.label),
                page.pick(bands[figure["id"]].label),
                f"{exact(low)} – {exact(high)}",
                *(_number(figure[key]) for key in MODEL),
                _verdict(page, figure["passed"]),
            )


def _missed(page: Page, content: Content, found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for item in found:
        if not item["passed"]:
            known = content.targets.get(item["id"]) or content.patterns.all[item["id"]]
            yield f"`{item['id']}`", page.pick(known.missed) if known.missed else known.why
