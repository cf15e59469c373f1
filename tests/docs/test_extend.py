"""Every recipe of `extend.md` runs exactly as it stands, one after the other as in a notebook."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\w+\.py)\n")
# What a notebook does with a cell: its lines lie in no file.
NOTEBOOK = """
import pathlib, sys
sys.path[:0] = [".", sys.argv[1]]
space = {"__name__": "__main__"}
if __name__ == "__main__":
    for number, cell in enumerate(sorted(pathlib.Path("cells").iterdir()), 1):
        print(f"cell {number}", flush=True)
        exec(compile(cell.read_text("utf-8"), f"<cell {number}>", "exec"), space)
"""


def blocks(root: Path, folder: str) -> list[str]:
    """Give the code of a page."""
    return BLOCK.findall((root / folder / "how-to" / "extend.md").read_text("utf-8"))


def test_both_languages_have_the_same_code(root: Path) -> None:
    assert blocks(root, "docs") == blocks(root, "docs/zh")
    assert len(blocks(root, "docs")) == 10


@pytest.mark.slow
def test_the_recipes_run_as_they_stand(root: Path, tmp_path: Path) -> None:
    (tmp_path / "cells").mkdir()
    for number, code in enumerate(blocks(root, "docs")):
        named = FILE.match(code)
        (tmp_path / (named[1] if named else f"cells/{number:02}.py")).write_text(code, "utf-8")
    (tmp_path / "notebook.py").write_text(NOTEBOOK, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", "notebook.py", str(root)],
        cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False, env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    said = done.stdout
    assert said.count("cell ") == 9
    assert "rules can be replaced" in said
    found = re.search(r"(\d+) deals made known", said)
    assert found is not None
    assert int(found[1]) > 0
    none, often = (float(line.split()[1]) for line in re.findall(r"^[01] [\d.]+$", said, re.MULTILINE))
    assert often < none, "the lever has an effect"
    assert "True 2018.25" in said
    assert "'SUCCEEDED': 4" in said
    assert (tmp_path / "out" / "hard-bargain" / "panels" / "FirmPanel" / "000003.parquet").is_file()
