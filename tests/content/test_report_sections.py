"""Whatever cites the source report cites a section that it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.text.texts import Texts

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("agents", "policies", "experiments", "ccepz_sim/text", "scripts", "docs")
CITED = re.compile(r"(?<![\w.])(?:I|II|III|IV)\.(?:I|II|III|IV|V)(?:\.\d+)*(?![\w])")
# Chapters I and II describe the zone; what the facts of this project were read from there.
ELSEWHERE = {
    "I.I.2", "I.III.3", "I.III.5", "I.IV.1", "I.IV.2", "I.IV.3", "I.IV.4", "II.I.2", "II.I.3", "II.I.5", "II.I.6",
    "II.II.1", "II.II.2", "II.II.3", "II.III.2",
}  # fmt: skip
WITHOUT = {"land-concession"}  # the report does not speak of it
# What each section asks for in so many words.
ASKED = {
    "audit-share": "IV.I.1.3",
    "brand-building": "IV.IV.3",
    "by-product-matching": "IV.IV.3",
    "capacity-elimination": "IV.II.2.3",
    "chain-extension": "IV.IV.3",
    "department-coordination": "III.V.3.1",
    "green-innovation-reward": "IV.I.2.5",
    "high-tech-loss-relief": "III.V.3.2",
    "information-disclosure": "IV.I.2.4",
    "internet-plus": "IV.II.2.2",
    "joint-training": "IV.III.1.2",
    "land-approval-time": "III.V.2.2",
    "park-borrowing": "III.V.2.1",
    "permit-cap": "IV.I.2.1",
    "research-platforms": "IV.III.3.2",
    "risk-plans": "IV.IV.2",
    "supervision-control-points": "IV.I.1.2",
    "talent-allowance": "IV.III.2.1",
    "xining-division-of-labour": "IV.II.3.1",
}


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


def known() -> set[str]:
    """Return every section there is, and the parts and chapters above them."""
    found = set(Texts.load("report")) | ELSEWHERE
    for section in tuple(found):
        parts = section.split(".")
        found |= {".".join(parts[:length]) for length in range(2, len(parts))}
    return found


def test_the_list_of_sections_is_whole() -> None:
    headings = Texts.load("report")
    assert len(headings) == 53
    assert len({label.zh for label in headings.values()}) == len(headings)
    for section, label in headings.items():
        assert re.fullmatch(r"(III|IV)(\.[IV]+)(\.\d){1,2}", section), section
        assert re.search("[\u4e00-\u9fff]", label.zh)
        assert not re.search("[\u4e00-\u9fff]", label.en)


def test_every_lever_cites_sections_that_there_are(content: Content) -> None:
    exact = set(Texts.load("report")) | ELSEWHERE
    for lever in content.levers.values():
        sections = lever.report.split(", ") if lever.report else []
        assert bool(sections) is not (lever.id in WITHOUT), lever.id
        assert set(sections) <= exact, lever.id
    assert {name: content.levers[name].report for name in ASKED} == ASKED


def test_every_citation_in_content_and_docs_names_a_section() -> None:
    sections, seen, wrong = known(), 0, []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".toml", ".md") or path.name == "report.toml":
                continue
            for citation in CITED.findall(path.read_text(encoding="utf-8")):
                seen += 1
                if citation not in sections:
                    wrong.append(f"{path.relative_to(ROOT)}: {citation}")
    assert wrong == []
    assert seen > 200, "the citations were found"
