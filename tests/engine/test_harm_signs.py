"""A sample of the gate of harms (`scripts/harms.toml`): no tax and no standard dirties what it is to clean."""

from __future__ import annotations

import sys

from tests.engine.conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import record_harms
from record_harms import Run

SEEDS, YEARS = (1, 2, 3), 12
LAST = slice(YEARS - 5, YEARS)


def worlds(levers: dict[str, float]) -> list[dict[str, list[float]]]:
    plan = record_harms.read_plan()
    plan["runs"]["years"] = YEARS
    return [record_harms.figures(Run("slow-recovery", seed, levers), plan) for seed in SEEDS]


def test_taxes_and_standards_clean() -> None:
    plan = record_harms.read_plan()
    names, plain = plan["limits"]["indicators"], worlds({})
    found = {
        change["id"]: record_harms.compare(plain, worlds(record_harms.levers_of(change)), names, LAST)
        for change in plan["change"]
    }
    for change in plan["change"]:
        assert record_harms.wrong(found[change["id"]], change["sign"], plan) == [], change["id"]
    assert all(mean + half < 0.0 for mean, half in found["most"].values()), "the highest taxes clean for sure"


def test_a_wrong_sign_would_be_seen() -> None:
    """The measure itself: an interval on the wrong side, and a mean too far there whatever its interval."""
    plan = record_harms.read_plan()
    names = plan["limits"]["indicators"]
    good = dict.fromkeys(names, (-0.1, 0.01))
    assert record_harms.wrong(good, -1, plan) == []
    assert len(record_harms.wrong(good, 1, plan)) == len(names)
    assert len(record_harms.wrong(dict.fromkeys(names, (0.03, 0.05)), -1, plan)) == len(names)
    assert record_harms.wrong(dict.fromkeys(names, (0.01, 0.02)), -1, plan) == []
