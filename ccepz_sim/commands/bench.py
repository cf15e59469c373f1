"""`ccepz bench`: how fast the zone is, against other ways to write the same rules and against its own gates."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from ccepz_sim.commands.arguments import Parser
from ccepz_sim.commands.console import Say, compile_first
from ccepz_sim.commands.streams import say_json
from ccepz_sim.commands.tables import NUMBER, WORD, Column, print_table

if TYPE_CHECKING:
    from ccepz_sim.bench.report import Gate, Report, Row

DIGITS = 3
ROUNDS = 4  # against another revision, for each of a usual measurement: runs are short
RESULTS = {True: "bench.reached", False: "bench.missed", None: "bench.unmeasured"}


def declare(parser: Parser, say: Say) -> None:
    """Declare the options."""
    add = parser.own_options.add_argument
    add("--quick", action="store_true", help=say("bench.quick"))
    add("--against", metavar="REVISION", help=say("bench.against"))
    add("--json", action="store_true", help=say("bench.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Measure and print; a gate that is missed is told, it is no error."""
    from ccepz_sim.bench.report import FULL, QUICK, bench

    compile_first(say)
    if args.against is not None:
        return _against(args, say)
    errors = Console(stderr=True)
    with errors.status("", spinner="line") if sys.stderr.isatty() else _Silent() as status:
        report = bench(QUICK if args.quick else FULL, lambda name: status.update(say(f"bench.part_{name}")))
    if args.json:
        say_json(report.as_dict())
    else:
        _print(report, say)
    return 0


def _against(args: argparse.Namespace, say: Say) -> int:
    """Measure against another revision and print the ratio."""
    from ccepz_sim.bench.against import against
    from ccepz_sim.bench.report import FULL, QUICK

    size = QUICK if args.quick else FULL
    found = against(args.against, size.years, ROUNDS * size.rounds)
    if args.json:
        say_json(found.as_dict())
        return 0
    low, high = found.spread
    text = say(
        "bench.measured_against", years=size.years, now=_digits(min(found.now)), then=_digits(min(found.then)),
        revision=found.revision, ratio=_digits(found.ratio), rounds=len(found.now),
        low=_digits(low), high=_digits(high),
    )  # fmt: skip
    print(text)
    return 0


class _Silent:
    """What stands in for the spinner where nobody watches."""

    def __enter__(self) -> _Silent:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, _: str) -> None:
        """Say nothing."""


def _print(report: Report, say: Say) -> None:
    rows = []
    before = ""
    for row in report.rows:
        group = "" if row.group == before else say(f"bench.part_{row.group}")
        rows.append((group, _name(row, say), _value(row, say)))
        before = row.group
    heads = [Column(say("bench.what")), Column(say("bench.name")), Column(say("bench.value"), NUMBER)]
    print_table(heads, rows, say("bench.title"))
    heads = [
        Column(say("bench.gate")),
        Column(say("bench.value"), NUMBER),
        Column(say("bench.reach"), NUMBER),
        Column(say("bench.result"), WORD),
    ]
    gates = [
        (say(f"bench.gate_{text_key(gate.name)}"), _figure(gate), gate.reach, say(RESULTS[gate.reached]))
        for gate in report.gates
    ]
    print_table(heads, gates, say("bench.gates"))


def _name(row: Row, say: Say) -> str:
    if row.group in ("kernel", "memory"):
        return say(f"bench.way_{row.name}")
    if row.group == "phases":
        from ccepz_sim.model import PHASES

        return next(phase.label.get(say.lang) for phase in PHASES if phase.name == row.name)
    if row.group == "residents":
        return f"{int(row.name):,}"
    return say(f"bench.row_{text_key(row.name)}")


def _value(row: Row, say: Say) -> str:
    if row.value is None:
        return say("bench.install", package=row.install) if row.install else say("bench.unmeasured")
    return f"{_digits(row.value)} {row.unit}"


def _figure(gate: Gate) -> str:
    return "–" if gate.value is None else f"{_digits(gate.value)} {gate.unit}"


def _digits(value: float) -> str:
    whole = 10**DIGITS
    return f"{value:,.0f}" if value >= whole else f"{value:.{DIGITS}g}"


def text_key(name: str) -> str:
    """Return the part of a text's key that stands for a name of the report."""
    return name.replace(" ", "_").replace(",", "").replace("-", "_")
