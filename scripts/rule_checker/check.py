"""Checks a package: all rules, then payments and streams."""

from __future__ import annotations

from pathlib import Path

from rule_checker.findings import Findings, Place
from rule_checker.program import Program
from rule_checker.statements import Walk
from rule_checker.streams import check_streams


def check(folder: Path) -> Findings:
    """Walk every function of the rules with what is told of its arguments, and again as others call it."""
    program, findings = Program(folder), Findings()
    walk = Walk(program, findings)
    for function in program.rules:
        walk.run(function, {})
    check_payments(program, findings)
    check_streams(program, findings)
    return findings


def check_payments(program: Program, findings: Findings) -> None:
    """Find ways of payment that are declared and that nobody pays."""
    module, flows = program.members("Flow")
    for name, line, _ in flows:
        for payer, payee in sorted(program.routes[name]):
            if (name, payer, payee) not in findings.paid:
                sentence = f"nobody pays {name} from {payer.lower() or 'nobody'} to {payee.lower() or 'nobody'}"
                findings.fault(Place(module.path, line, 0), sentence)
