"""The page of phenomena shows what was recorded, with its figures, and says what it is not."""

from __future__ import annotations

import json

import pytest

from ccepz_sim.content.loading import load_content

PAGES = {"en": "docs/reference/phenomena.md", "zh": "docs/zh/reference/phenomena.md"}
NO_FINDING = {"en": "None is a finding about Qaidam", "zh": "均非关于柴达木的结论"}
BEFORE = {"en": "The content has changed since then", "zh": "此后内容已有变化"}
MISSING = {"en": "Not recorded yet", "zh": "尚未记录"}


def test_every_phenomenon_is_recorded_as_it_stands(root) -> None:
    """Whoever changes a claim runs and records again."""
    record = json.loads((root / "docs/reference/phenomena.json").read_text("utf-8"))
    for item in load_content().phenomena.values():
        found = record["phenomena"][item.id]
        assert set(found["claims"]) == {claim.id for claim in item.claims}
        for claim in item.claims:
            assert found["claims"][claim.id]["seeds"] == item.seeds
        assert found["null"]["low"] == found["null"]["high"] == 0.0
        assert found["space"]["points"] == item.study.samples
        assert found["space"]["trajectories"] == item.trajectories
        assert {name for name, *_ in found["space"]["screening"]} == {one.id for one in item.named}
        if not all(BEFORE[lang] in (root / page).read_text("utf-8") for lang, page in PAGES.items()):
            assert found["space"]["factors"] == len(item.study.factors), "or the pages say that the content has changed"


@pytest.mark.parametrize("lang", PAGES)
def test_the_page_has_ten_sections_with_figures(root, lang: str) -> None:
    text = (root / PAGES[lang]).read_text("utf-8")
    assert NO_FINDING[lang] in text
    assert MISSING[lang] not in text
    for item in load_content().phenomena.values():
        assert f"## `{item.id}`\n" in text
        for kind in ("effect", "space"):
            name = f"images/phenomena/{item.id}-{kind}-{lang}.png"
            assert f"/{name})" in text
            assert (root / "docs" / name).is_file()
