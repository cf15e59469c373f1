"""The page of sensitivity shows the dozen that the study of variance takes."""

from __future__ import annotations

import json

from ccepz_sim.content.loading import load_content

BEFORE = ("The content has changed since then", "此后内容已有变化")


def test_the_dozen_of_the_study_is_the_recorded_one(root) -> None:
    docs = root / "docs"
    record = json.loads((docs / "reference" / "sensitivity.json").read_text("utf-8"))
    content = load_content()
    study = content.study("the-dozen")
    assert {factor.id for factor in study.factors} == {name for name, _ in record["strongest"]}
    whole = content.study("all-parameters")
    pages = [(docs / part / "reference" / "sensitivity.md").read_text("utf-8") for part in ("", "zh")]
    if not all(before in page for page, before in zip(pages, BEFORE, strict=True)):
        assert record["screened"] == len(whole.factors), "or the pages say that the content has changed since"
    reach = {factor.id: factor.bounds for factor in whole.factors}
    for factor in study.factors:
        low, high = reach[factor.id]
        assert factor.bounds[0] >= low - 1e-6 * abs(low)
        assert factor.bounds[1] <= high + 1e-6 * abs(high)
    for name in record["variance"]:
        for lang in ("en", "zh"):
            assert (docs / "images" / "sensitivity" / f"{name}-{lang}.png").is_file()
