"""The documents, and the commands they show."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Document:
    """One Markdown file."""

    def __init__(self, path: Path) -> None:
        """Read it."""
        self.path = path
        self.text = path.read_text(encoding="utf-8")

    def blocks(self, language: str) -> list[str]:
        """Return the code blocks of a language; shell commands have none."""
        return [body for tag, body in FENCE.findall(self.text) if tag == language]

    def commands(self) -> list[list[str]]:
        """Return the arguments of every `ccepz …` line."""
        lines = [line.partition("#")[0] for block in self.blocks("") for line in block.splitlines()]
        last = [re.split(r"\s&&\s", line)[-1].strip() for line in lines]
        return [shlex.split(line)[1:] for line in last if line.split(" ")[0].rpartition("/")[2] == "ccepz"]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    """The READMEs and everything in docs/."""
    return [Document(path) for path in (*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md")))]


@pytest.fixture(scope="session")
def make_docs() -> ModuleType:
    """The script that writes the reference pages."""
    if str(ROOT / "scripts") not in sys.path:  # the script's own parts lie beside it
        sys.path.insert(0, str(ROOT / "scripts"))
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
