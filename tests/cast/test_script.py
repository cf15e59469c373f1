"""The committed rosters are what the script draws from the committed facts, and from nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def run(root: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    script = str(root / "scripts" / "make_cast.py")
    return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, cwd=cwd, check=False)


def test_committed_rosters_are_up_to_date(root: Path, tmp_path: Path) -> None:
    checked = run(root, "--check", cwd=tmp_path)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_check_finds_a_changed_fact_and_changes_nothing(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "agents"
    shutil.copytree(root / "agents", folder)
    facts = folder / "facts.toml"
    text = facts.read_text(encoding="utf-8")
    facts.write_text(text.replace("value = 7500000", "value = 7000000"), encoding="utf-8")
    before = (folder / "firms.toml").read_bytes()
    checked = run(root, "--check", "--agents", str(folder))
    assert checked.returncode == 1
    assert "firms.toml" in checked.stdout
    assert (folder / "firms.toml").read_bytes() == before


def test_drawing_again_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "agents"
    shutil.copytree(root / "agents", folder)
    drawn = ("firms.toml", "officials.toml", "institutes.toml", "accounts.toml")
    for name in drawn:
        (folder / name).unlink()
    assert run(root, "--agents", str(folder)).returncode == 0
    for name in drawn:
        assert (folder / name).read_bytes() == (root / "agents" / name).read_bytes(), name
