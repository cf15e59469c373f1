"""The page of versions: what changed in the numbers, why, and what each version gave."""

from __future__ import annotations

import tomllib

from ccepz_sim.content.loading import Content
from doc_maker.page import Page
from doc_maker.phenomena import DOCS

VERSIONS = DOCS / "reference" / "numbers.toml"


def numbers(_content: Content, lang: str) -> str:
    """Return the page of versions."""
    page = Page("numbers", lang)
    rows = [
        (
            one["version"],
            one["date"] or page.word("unreleased"),
            one["what"][lang],
            one["why"][lang],
            *(f"`{one['golden'][name]}`" for name in ("status-quo", "whole-programme")),
        )
        for one in tomllib.loads(VERSIONS.read_text("utf-8"))["version"]
    ]
    page.table(("version", "date", "changed", "why", "golden_status_quo", "golden_whole_programme"), rows)
    return page.text()
