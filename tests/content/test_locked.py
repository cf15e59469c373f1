"""Figures that are put aside: targets in form, and nothing that is used to build or judge the model reads them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading.finding import Finding
from ccepz_sim.content.reading.studies import read_targets

ROOT = Path(__file__).resolve().parents[2]
FILE = "scripts/locked.toml"
FIRST, LAST = 2021, 2024


def test_locked_figures_are_targets_of_years_that_no_target_has() -> None:
    findings: list[Finding] = []
    locked = read_targets(tomllib.loads((ROOT / FILE).read_text("utf-8")), FILE, findings)
    assert findings == []
    assert {target.use for target in locked.values()} == {"validate"}
    assert all(FIRST <= target.year <= LAST for target in locked.values())
    targets = load_content().targets
    assert max(target.year for target in targets.values()) < FIRST
    assert not locked.keys() & targets.keys()


def test_nothing_reads_them() -> None:
    name = Path(FILE).name
    readers = [path for path in (ROOT / "ccepz_sim").rglob("*.py") if name in path.read_text("utf-8")]
    readers += [path for path in (ROOT / "scripts").rglob("*.py") if name in path.read_text("utf-8")]
    assert readers == []
