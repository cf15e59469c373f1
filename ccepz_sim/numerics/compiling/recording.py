"""Which rules this process has called and with what: the record is made of it, and held against it by a test."""

from __future__ import annotations

import dis
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FunctionType
from typing import Any

from ccepz_sim.numerics.compiling.recorded import Rule
from ccepz_sim.numerics.compiling.signatures import UnknownTypeError, plain_of
from ccepz_sim.numerics.kernel import Kernel
from ccepz_sim.numerics.rule_sources import PACKAGE

DIGITS = 2  # of the seconds


def called_rules(seconds: dict[str, float] | None = None) -> list[Rule]:
    """Return every rule of the project that was compiled or read in this process, by name.

    A signature with a type that has no plain form is left out: it is compiled at its first call.
    """
    found = []
    for name, rule in sorted(_rules().items()):
        signatures = []
        for types in rule.signatures:
            with suppress(UnknownTypeError):
                signatures.append([plain_of(argument) for argument in types])
        if signatures:
            signatures.sort(key=json.dumps)
            spent = round((seconds or {}).get(name, 0.0), DIGITS)
            found.append(Rule(name, tuple(signatures), spent, tuple(sorted(_calls(rule)))))
    return found


def uncalled_rules() -> list[str]:
    """Return the names of the project's rules that this process has neither compiled nor read."""
    return sorted(name for name, rule in _rules().items() if not rule.signatures)


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Give the seconds of a processor that each rule takes to compile meanwhile, without the rules it calls."""
    from numba.core import event

    class Clock(event.Listener):
        def __init__(self) -> None:
            self.seconds: dict[str, float] = {}
            self._open: list[list[float]] = []  # of each rule under way: when it began, what others took of it

        def on_start(self, _: Any) -> None:
            self._open.append([time.process_time(), 0.0])

        def on_end(self, event: Any) -> None:
            began, others = self._open.pop()
            spent = time.process_time() - began
            rule = event.data["dispatcher"].py_func
            if rule.__module__.partition(".")[0] == PACKAGE:
                if self._open:
                    self._open[-1][1] += spent
                name = f"{rule.__module__}.{rule.__qualname__}"
                self.seconds[name] = self.seconds.get(name, 0.0) + spent - others
            elif self._open:
                self._open[-1][1] += others  # Numba's own code counts with the rule that needs it

    clock = Clock()
    event.register("numba:compile", clock)
    try:
        yield clock.seconds
    finally:
        event.unregister("numba:compile", clock)


def _rules() -> dict[str, Any]:
    found = {}
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] == PACKAGE:
            for held in tuple(vars(module).values()):
                if isinstance(held, Kernel) and held.py_func.__module__ == name:
                    found[f"{name}.{held.py_func.__qualname__}"] = held.dispatcher
    return found


def _calls(rule: Any) -> set[str]:
    """Return the rules of the project that the code of a rule names, also in functions that are inlined into it."""
    found, seen, ahead = set(), set(), [rule.py_func]
    while ahead:
        function = ahead.pop()
        seen.add(function)
        for name in {step.argval for step in dis.get_instructions(function) if step.opname == "LOAD_GLOBAL"}:
            held = function.__globals__.get(name)
            if isinstance(held, Kernel) and held.py_func.__module__.partition(".")[0] == PACKAGE:
                found.add(f"{held.py_func.__module__}.{held.py_func.__qualname__}")
            elif isinstance(held, FunctionType) and held.__module__.partition(".")[0] == PACKAGE and held not in seen:
                ahead.append(held)
    return found
