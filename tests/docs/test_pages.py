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


def test_every_public_name_has_its_docstring_on_the_page(make_docs, root):
    import ccepz_sim
    from ccepz_sim.studies.results import StudyResults

    page = (root / "docs/reference/api.md").read_text("utf-8")
    for name in ccepz_sim.__all__:
        assert name == "__version__" or f"\n## `{name}`\n" in page, name
    for kind in (ccepz_sim.PilotZone, ccepz_sim.MultiRun, StudyResults):
        for name in dir(kind):
            own = any(name in vars(base) for base in kind.__mro__ if base.__module__.startswith("ccepz_sim"))
            if own and not name.startswith("_") and callable(getattr(kind, name)):
                assert f"### `{kind.__name__}.{name}`\n" in page
    assert "first year to run: 2010" in page
    assert "- `own_stops`: functions that are given the zone" in page


def test_every_array_of_the_zone_has_unit_shape_and_who_writes_it(make_docs, root):
    from ccepz_sim.model import PHASE_NAMES
    from ccepz_sim.numerics.declare import layout_of
    from ccepz_sim.state.firms import Firms

    for folder in ("docs/reference", "docs/zh/reference"):
        page = (root / folder / "state.md").read_text("utf-8")
        table = page.partition("\n## `zone.firms`\n")[2].partition("\n## ")[0]
        rows = {
            cells[1].strip(" `"): [cell.strip() for cell in cells[2:-1]]
            for cells in (line.split("|") for line in table.splitlines() if line.startswith("| `"))
        }
        arrays = {name for name, field in layout_of(Firms).fields.items() if field.dims is not None}
        assert arrays <= set(rows)
        assert len(arrays) > 90
        names_say_it = {name for name in arrays if rows[name][0] in ("true or false", "真或假")}
        assert [name for name in arrays - names_say_it if not rows[name][2]] == []
        written = {one.strip() for name in arrays for one in rows[name][3].split(",")}
        assert written <= {*PHASE_NAMES, "opening", ""}
        assert rows["emission"][1:] == ["(rows, 4)", "tonnes", "production, inspection, turnover"]


def test_docstrings_become_lists(make_docs):
    from doc_maker.api import described, signature
    from doc_maker.page import Page

    def asked(one: int, *rest: str, two: float = 1.5) -> str:
        """Say it.

        More of it.

        Args:
            one: a number
                on two lines.
            two: another.

        Raises:
            ValueError: it is not.
        """
        return ""

    lines = list(described(asked.__doc__ or "", Page("api", "en")))
    assert lines[:3] == ["Say it.", "", "More of it."]
    assert "- `one`: a number on two lines." in lines
    assert "- `ValueError`: it is not." in lines
    assert signature(asked) == "(one: int, *rest: str, two: float = 1.5) -> str"
