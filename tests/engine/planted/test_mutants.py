"""The rules are without fault, and faults of a kind planted at every place of them, one at a time, are mostly found.

What is not found here a type checker may find, such as a name that has no value yet, and an order may not matter. The
shares are held so that the checker does not grow blind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from rule_checker.check import check
from rule_checker.program import Program

from tests.engine.planted import mutants
from tests.engine.planted.mutants import Mutant, Rules

PACKAGE = Path(__file__).resolve().parents[3] / "ccepz_sim"
KNOWN = 0.95  # of all comparisons both sides are known
MOST_TOLD = 36  # places where a comment has to tell a unit
FEWEST = 20  # places, or a kind is no longer planted


@cache
def rules() -> Rules:
    return Rules(Program(PACKAGE))


def test_the_rules_are_without_fault_and_well_known():
    findings = check(PACKAGE)
    assert findings.lines(PACKAGE.parent) == []
    assert 1.0 - len(findings.unknown) / len(findings.compared) >= KNOWN
    assert len(findings.told) <= MOST_TOLD


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        (mutants.swapped_arguments, 0.93),
        (mutants.dropped_conversions, 0.75),
        (mutants.wrong_accounts, 0.9),
        (mutants.wrong_rows, 0.87),
    ],
)
@pytest.mark.slow
def test_planted_faults_are_mostly_found(kind: Callable[[Rules], Iterator[Mutant]], share: float):
    planted = list(kind(rules()))
    assert len(planted) >= FEWEST
    missed = [f"{one.function.module.path.name}:{one.line} {one.what}" for one in planted if not rules().found(one)]
    assert 1.0 - len(missed) / len(planted) >= share, "\n".join(missed)
    assert not any(rules().faults(function) for function in rules().functions), "a fault was not undone"
