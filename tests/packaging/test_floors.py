"""Nothing in the package imports in a circle, and each folder uses only those below it, as the documents say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.packaging.import_graph import (
    ALL,
    AT_RUN_TIME,
    PACKAGE,
    Import,
    between_files,
    between_floors,
    circles,
    imports,
)

MOST_AT_THE_TOP = 17
DOCUMENTS = ("docs/architecture.md", "docs/zh/architecture.md")
# What only the type checker imports may look up, and of these circles there may be no more.
CHECKED_CIRCLES = [{"agents", "model", "quarter"}]
ROW = re.compile(r"^\| `ccepz_sim/([a-z_]+)(?:/|\.py)` \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def found(root: Path) -> list[Import]:
    """Every import of the package."""
    return imports(root)


def test_no_files_import_each_other_in_a_circle(found):
    assert circles(between_files(found, AT_RUN_TIME)) == []


def test_no_folders_import_each_other_in_a_circle(found):
    assert circles(between_floors(found, AT_RUN_TIME)) == []


def test_the_type_checker_sees_no_further_circle_of_folders(found):
    assert circles(between_floors(found, ALL)) == CHECKED_CIRCLES


def test_a_circle_would_be_found(tmp_path: Path):
    for name, text in {
        "__init__": "",
        "low/__init__": "",
        "low/one": "from ccepz_sim.low import two\n",
        "low/two": "def late():\n    from ..high.three import name\n",
        "high/__init__": "",
        "high/three": "import typing\nif typing.TYPE_CHECKING:\n    import ccepz_sim.low.two\nelse:\n    import os\n",
    }.items():
        file = tmp_path / PACKAGE / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    found = imports(tmp_path)
    assert circles(between_files(found, AT_RUN_TIME)) == circles(between_floors(found, AT_RUN_TIME)) == []
    assert circles(between_files(found, ALL)) == [{"ccepz_sim.low.two", "ccepz_sim.high.three"}]
    assert circles(between_floors(found, ALL)) == [{"low", "high"}]
    (tmp_path / PACKAGE / "low" / "two.py").write_text("from ccepz_sim.low.one import name\n", "utf-8")
    assert circles(between_files(imports(tmp_path), AT_RUN_TIME)) == [{"ccepz_sim.low.one", "ccepz_sim.low.two"}]


def at_the_top(root: Path) -> set[str]:
    """Return the folders and files that stand at the package's top."""
    paths = [path for path in (root / PACKAGE).iterdir() if not path.name.startswith("_")]
    return {path.stem for path in paths if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())}


def test_a_dozen_names_stand_at_the_top(root):
    assert len(at_the_top(root)) <= MOST_AT_THE_TOP


def test_every_folder_says_in_a_line_what_it_is(root):
    for path in sorted((root / PACKAGE).rglob("__init__.py")):
        assert path.read_text("utf-8").startswith('"""'), path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_document_shows_the_tree_and_who_imports_whom(root, found, document):
    rows = ROW.findall((root / document).read_text("utf-8"))
    shown = {name: set(re.findall(r"`([a-z_]+)`", below)) for name, _, below in rows}
    graph = between_floors(found, AT_RUN_TIME)
    assert shown == {name: graph.get(name, set()) for name in at_the_top(root)}
    order = [name for name, _, _ in rows]
    lower = {name: set(order[number + 1 :]) for number, name in enumerate(order)}
    assert {name for name in order if not shown[name] <= lower[name]} == set(), "a floor uses only those below it"
