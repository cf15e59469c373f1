"""The documents hold together: pages up to date, links alive, both languages complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#]*)(?:#([^)]*))?\)")


def test_the_reference_is_what_would_be_written(make_docs):
    assert make_docs.stale(make_docs.load_content()) == []


def test_an_edited_or_missing_page_is_noticed(make_docs, tmp_path, monkeypatch):
    monkeypatch.setattr(make_docs, "DOCS", tmp_path)
    content = make_docs.load_content()
    wanted = make_docs.pages(content)
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert make_docs.stale(content) == []
    missing, edited = list(wanted)[:2]
    missing.unlink()
    edited.write_text(edited.read_text("utf-8") + "by hand\n", "utf-8")
    assert make_docs.stale(content) == [missing, edited]


def test_every_lever_package_and_indicator_has_its_place(make_docs, root):
    content = make_docs.load_content()
    for lang, folder in (("en", "docs/reference"), ("zh", "docs/zh/reference")):
        levers = (root / folder / "levers.md").read_text("utf-8")
        for lever in content.levers.values():
            assert f"### `{lever.id}`" in levers
            assert lever.label.get(lang) in levers
        parameters = (root / folder / "parameters.md").read_text("utf-8")
        assert all(f"`{name}`" in parameters for name in content.parameters)


def test_links_lead_somewhere(documents):
    for document in documents:
        for target, anchor in LINK.findall(document.text):
            path = (document.path.parent / target).resolve() if target else document.path
            assert path.exists(), f"{document.path}: {target}"
            if anchor and path.suffix == ".md":
                headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
                assert anchor in {_anchor(heading) for heading in headings}, f"{document.path}: #{anchor}"


@pytest.mark.parametrize(("here", "there"), [("docs", "docs/zh"), ("docs/zh", "docs")])
def test_both_languages_have_the_same_pages(root, here, there):
    def pages(folder: str) -> set[Path]:
        found = {path.relative_to(root / folder) for path in (root / folder).rglob("*.md")}
        return {path for path in found if path.parts[0] != "zh"}

    assert pages(here) == pages(there)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
