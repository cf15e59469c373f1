"""No real company, person or address: the cast is synthetic and speaks both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ccepz_sim.content.loading import Content
from ccepz_sim.content.reading.tables import ADDS

FORBIDDEN = (
    r"Co\., ?Ltd", r"\bLtd\b", r"\bInc\.", r"\bGmbH\b", r"\bCorp\b", r"Corporation", r"Holding", r"\bPLC\b",
    "有限公司", "集团", "股份", "责任公司", r"https?:", r"www\.", r"\.com\b", r"\.cn\b", r"\bMr\b", r"\bMs\b",
    "先生", "女士",
)  # fmt: skip
CJK = re.compile(r"[一-鿿]")


def files(root: Path) -> list[Path]:
    return sorted((root / "agents").glob("*.toml")) + sorted((root / "agents").glob("*.md"))


def test_no_pattern_of_a_real_name_or_address(root: Path) -> None:
    found = [
        f"{path.name}: {pattern}"
        for path in files(root)
        for pattern in FORBIDDEN
        if re.search(pattern, path.read_text(encoding="utf-8"))
    ]
    assert files(root)
    assert found == []


def test_every_label_of_the_cast_is_there_in_both_languages(content: Content) -> None:
    for name in (
        "places",
        "products",
        "prices",
        "materials",
        "firms",
        "officials",
        "bodies",
        "institutes",
        "banks",
    ):
        table = content.table(name)
        for label in (*table.labels, *(column.label for column in table.columns.values())):
            assert CJK.search(label.zh), (name, label)
            assert not CJK.search(label.en), (name, label)


def test_firms_are_called_after_what_they_make(content: Content) -> None:
    labels = content.table("firms").labels
    assert len({label.en for label in labels}) == len(labels)
    assert len({label.zh for label in labels}) == len(labels)


@pytest.mark.parametrize("part", ["not AI agents", "中文说明", "How to add a firm"])
def test_readme_says_what_the_folder_is(root: Path, part: str) -> None:
    text = (root / "agents" / "README.md").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "Firms and public bodies of the zone – not AI agents."
    assert part in text


def test_readme_names_every_table(root: Path) -> None:
    text = (root / "agents" / "README.md").read_text(encoding="utf-8")
    tables = [path for path in sorted((root / "agents").glob("*.toml")) if ADDS not in path.read_text(encoding="utf-8")]
    missing = [path.name for path in tables if f"`{path.name}`" not in text]
    assert missing == []
