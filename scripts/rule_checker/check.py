"""Checks a package: all rules, then streams."""

from __future__ import annotations

from pathlib import Path

from rule_checker.findings import Findings
from rule_checker.program import Program
from rule_checker.statements import Walk
from rule_checker.streams import check_streams

ROOMS = ("rules", "markets", "policies")


def check(folder: Path) -> Findings:
    """Walk every function of the rules with what is told of its arguments, and again as others call it."""
    program, findings = Program(folder), Findings()
    walk = Walk(program, findings)
    for module in program.modules.values():
        if module.path.parent.name in ROOMS:
            for function in module.functions.values():
                walk.run(function, {})
    check_streams(program, findings)
    return findings
