"""One word for one thing, and that the word of the trade: what was renamed does not come back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

# The word that is not used, and the one that is.
RENAMED = {
    "crew": "worker pool",
    "shelf": "database",
    "hall": "app state",
    "flight": "request",
    "hasten": "raise priority",
    "eyes": "visibility",
    "keeping": "save status",
    "carry_out": "run",
    "gently": "low priority",
    "happening": "event",
    "happenings": "events",
    "purse": "resources",
    "telling": "report",
}


def names(path: Path) -> Iterator[str]:
    """Give the names that a file gives to something, and its own."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr


def words(name: str) -> set[str]:
    """Return the words of a name, and the name itself without a leading underscore."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")
    return {plain, *plain.split("_")}


def test_no_name_uses_a_word_that_was_renamed(root):
    found = {
        f"{path.relative_to(root)}: {name}, say {RENAMED[word]}"
        for folder in ("ccepz_sim", "scripts", "tests")
        for path in sorted((root / folder).rglob("*.py"))
        for name in names(path)
        for word in words(name) & RENAMED.keys()
    }
    assert found == set()


def test_a_word_would_be_found(tmp_path: Path):
    file = tmp_path / "shelf.py"
    file.write_text("class CrewMember:\n    def _carry_out(self, eyes):\n        self.Happenings = eyes\n", "utf-8")
    found = {word for name in names(file) for word in words(name) & RENAMED.keys()}
    assert found == {"shelf", "crew", "carry_out", "eyes", "happenings"}
