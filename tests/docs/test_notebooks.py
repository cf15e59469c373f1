"""The notebooks of the documents run from top to bottom as a reader runs them; both languages have the same code."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = ("own-question", "own-rule")
LONG = 1200  # seconds for a cell on a slow machine: a rule of one's own is compiled
LINK = re.compile(r"\]\((?!https?://)([^)#]+)")
TAG = re.compile(r"<[^>]+>")


def read(root: Path, folder: str, name: str) -> Any:
    return nbformat.read(root / folder / "notebooks" / f"{name}.ipynb", as_version=4)


def code(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_both_languages_have_the_same_code(root: Path, name: str) -> None:
    english, chinese = (read(root, folder, name) for folder in ("docs", "docs/zh"))
    nbformat.validate(english)
    nbformat.validate(chinese)
    assert [cell.cell_type for cell in english.cells] == [cell.cell_type for cell in chinese.cells]
    assert [line.replace('LANG = "en"', 'LANG = "zh"') for line in code(english)] == code(chinese)
    assert code(english)[0].startswith('LANG = "en"')
    for cell in chinese.cells:
        assert cell.cell_type == "code" or re.search("[\u4e00-\u9fff]", cell.source)


@pytest.mark.parametrize("folder", ["docs", "docs/zh"])
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_they_are_stored_bare_and_their_links_lead_somewhere(root: Path, folder: str, name: str) -> None:
    notebook = read(root, folder, name)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        for target in LINK.findall(cell.source) if cell.cell_type == "markdown" else ():
            assert (root / folder / "notebooks" / target).resolve().is_file(), target
    page = (root / folder / "how-to" / "notebooks.md").read_text("utf-8")
    assert f"../notebooks/{name}.ipynb" in page


def said(cell: Any) -> str:
    """Give what a cell shows: its prints, the text of its result, the words of its HTML."""
    parts = []
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        parts += [output.get("text", ""), data.get("text/plain", ""), TAG.sub(" ", data.get("text/html", ""))]
    return " ".join(" ".join(parts).split())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_they_run_from_top_to_bottom(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    shown: dict[str, list[str]] = {}
    pictures: dict[str, int] = {}
    for name in NOTEBOOKS:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(root / "docs" / "notebooks" / f"{name}.ipynb", folder)
        notebook = read(root, "docs", name)
        NotebookClient(
            notebook, timeout=LONG, kernel_name="python3", resources={"metadata": {"path": folder}}
        ).execute()
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        shown[name] = [said(cell) for cell in cells]
        pictures[name] = sum(
            "image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", ())
        )
    question, rule = (" ".join(shown[name]) for name in NOTEBOOKS)
    assert pictures == {"own-question": 3, "own-rule": 2}
    assert "Status quo · Slow recovery · seed 1" in question
    assert "'SUCCEEDED': 18" in question
    assert re.search(r"[\d.]+% of firms collude at an audit share of 5 % and [\d.]+% at 60 %", question)
    assert "<study audits: 18 of 18 runs" in question
    cost = re.search(r"a deal costs a firm ([+-][\d.]+) × 10,000 yuan", rule)
    assert cost is not None
    assert float(cost[1]) > 0.0, "four fifths of the gain are more than half of it"
    assert (tmp_path / "own-rule" / "bribe-of-a-deal.png").stat().st_size > 10_000
    assert (tmp_path / "own-question" / "out" / "audits" / "runs.parquet").is_file()
