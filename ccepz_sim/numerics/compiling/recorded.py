"""The record of the rules: names, what they are called with, and seconds of a processor to compile each."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ccepz_sim.numerics.compiling.signatures import Plain
from ccepz_sim.numerics.rule_store import kept_forms

FILE = Path(__file__).with_name("rules.json")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with all the signatures it is called with.

    Attributes:
        name: module and function.
        signatures: the types of the arguments, a list for each signature, as `signatures.plain_of` writes them.
        seconds: of one processor, to compile it without the rules it calls.
        calls: the names of the rules it calls, which are compiled first.
    """

    name: str
    signatures: tuple[Plain, ...]
    seconds: float
    calls: tuple[str, ...]

    @property
    def module(self) -> str:
        """The module it stands in."""
        return self.name.rpartition(".")[0]

    @property
    def function(self) -> str:
        """Its name there."""
        return self.name.rpartition(".")[2]


@cache
def recorded_rules() -> tuple[Rule, ...]:
    """Return the record; empty where there is none, and then rules are compiled at their first call."""
    try:
        plain = json.loads(FILE.read_text(encoding="utf-8"))
        return tuple(Rule(row["rule"], tuple(row["signatures"]), row["seconds"], tuple(row["calls"])) for row in plain)
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def write(rules: list[Rule], file: Path = FILE) -> None:
    """Write a record, a line a rule."""
    rows = [
        {"rule": rule.name, "seconds": rule.seconds, "calls": list(rule.calls), "signatures": list(rule.signatures)}
        for rule in rules
    ]
    file.parent.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text(f"[\n{lines}\n]\n", encoding="utf-8", newline="\n")


def missing() -> list[Rule]:
    """Return the recorded rules that are not kept for this Python, Numba and processor, without loading Numba."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return []
    return [rule for rule in recorded_rules() if not _is_kept(rule)]


def _is_kept(rule: Rule) -> bool:
    """Count the files of a rule for this processor: what is kept names it."""
    stem = f"{rule.module.rpartition('.')[2]}.{rule.function}"
    name = _processor().encode()
    mark = bytes([len(name)]) + name  # as pickle writes it: the name of one processor may begin like another's
    return sum(mark in form for form in kept_forms(rule.module, stem)) >= len(rule.signatures)


@cache
def _processor() -> str:
    named = os.environ.get("NUMBA_CPU_NAME")
    if named:
        return named
    import llvmlite.binding

    return str(llvmlite.binding.get_host_cpu_name())
