"""`ccepz compile`: compile the rules for this machine now, and say how long each took."""

from __future__ import annotations

import argparse
import sys

from ccepz_sim.commands.arguments import Parser, whole
from ccepz_sim.commands.console import Say
from ccepz_sim.commands.streams import say_json
from ccepz_sim.commands.tables import NUMBER, Column, print_table
from ccepz_sim.numerics.compiling import compile_all, missing
from ccepz_sim.numerics.compiling.progress_bar import on_stderr
from ccepz_sim.numerics.compiling.recorded import recorded_rules

MOST_WORKERS = 64
SLOWEST = 10
FAILED = 1


def declare(parser: Parser, say: Say) -> None:
    """Declare the options."""
    add = parser.own_options.add_argument
    workers = whole("--workers", 1, MOST_WORKERS)
    add("--workers", type=workers, default=None, metavar="N", help=say("compile.workers"))
    add("--json", action="store_true", help=say("compile.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Compile what is missing; return 1 where a rule could not be compiled."""
    if not missing():
        report = None
    else:
        with on_stderr(say.lang) as on_progress:
            report = compile_all(on_progress, args.workers)
    by_rule = report.by_rule if report else {}
    problems = report.problems if report else {}
    seconds = round(report.seconds, 1) if report else 0.0
    if args.json:
        plain = {
            "rules": len(recorded_rules()),
            "seconds": seconds,
            "workers": report.workers if report else 0,
            "by_rule": {name: round(spent, 2) for name, spent in sorted(by_rule.items(), key=_slowest)},
            "problems": problems,
        }
        say_json(plain)
    elif report is None:
        print(say("compile.nothing", rules=len(recorded_rules())))
    else:
        _print(by_rule, say)
        spent = f"{sum(by_rule.values()):.0f}"
        print(say("compile.total", rules=len(by_rule), workers=report.workers, seconds=f"{seconds:.0f}", spent=spent))
    for name, problem in problems.items():
        print(say("compile.problem", name=name, problem=problem), file=sys.stderr)
    return FAILED if problems else 0


def _print(by_rule: dict[str, float], say: Say) -> None:
    slowest = sorted(by_rule.items(), key=_slowest)[:SLOWEST]
    rows = [(name.partition(".")[2], f"{spent:.1f}") for name, spent in slowest]
    heads = [Column(say("compile.rule")), Column(say("compile.spent"), NUMBER)]
    print_table(heads, rows, say("compile.title", count=SLOWEST))


def _slowest(item: tuple[str, float]) -> tuple[float, str]:
    return -item[1], item[0]
