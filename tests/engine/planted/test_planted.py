"""Planted faults: what `.ci/run` runs finds each of them, on the line where it was planted."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.engine.planted.faults import FAULTS, RULES, TYPES

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = "ccepz_sim"
PATIENCE = 900  # seconds; a slow machine type-checks for minutes
LINE = re.compile(r"^(\S+?\.py):(\d+): ")


def planted(folder: Path) -> dict[str, tuple[Path, int]]:
    """Copy the package, plant all faults, and give file and line of each."""
    copy = folder / PACKAGE
    shutil.copytree(ROOT / PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "_recorded"))
    places = {}
    for fault in FAULTS:
        (path,) = [one for one in copy.rglob(fault.file) if one.parent.name in ("rules", "markets")]
        source = path.read_text("utf-8")
        assert source.count(fault.right) == 1, f"{fault.file} has {fault.right!r} {source.count(fault.right)} times"
        path.write_text(source.replace(fault.right, fault.wrong), "utf-8")
        places[fault.wrong] = path.relative_to(folder), source[: source.index(fault.right)].count("\n") + 1
    return places


def lines_of(command: list[str], folder: Path) -> tuple[int, set[tuple[Path, int]]]:
    """Run a check and give its exit code and the lines that it names."""
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    found = {(Path(match[1]), int(match[2])) for line in ran.stdout.splitlines() if (match := LINE.match(line))}
    assert found, ran.stdout + ran.stderr
    return ran.returncode, found


def test_each_kind_is_planted_in_three_rules():
    kinds = {fault.kind for fault in FAULTS}
    assert len(kinds) == 10
    for kind in kinds:
        assert len({fault.file for fault in FAULTS if fault.kind == kind}) == 3
    assert Counter(fault.kind for fault in FAULTS) == dict.fromkeys(kinds, 3)


def test_ci_runs_both_checks():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    checks = script.partition("checks() {")[2].partition("\n}")[0]
    assert re.search(r"^\s+\S+/mypy$", checks, re.MULTILINE)
    assert re.search(r"^\s+\S+/python scripts/check_rules\.py$", checks, re.MULTILINE)


@pytest.mark.slow
def test_every_planted_fault_is_refused(tmp_path):
    places = planted(tmp_path)
    cache = tmp_path / "cache"
    if (ROOT / ".mypy_cache").is_dir():  # what is known of other packages
        shutil.copytree(ROOT / ".mypy_cache", cache)
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(cache)]
    rooms = ["-p", f"{PACKAGE}.rules"]
    commands = {
        TYPES: [sys.executable, "-m", "mypy", *settings, *rooms],
        RULES: [sys.executable, str(ROOT / "scripts" / "check_rules.py"), str(tmp_path / PACKAGE)],
    }
    for tool, command in commands.items():
        code, found = lines_of(command, tmp_path)
        assert code == 1
        passed = [f"{fault.kind}: {fault.wrong}" for fault in FAULTS
                  if fault.found_by == tool and places[fault.wrong] not in found]  # fmt: skip
        assert not passed
