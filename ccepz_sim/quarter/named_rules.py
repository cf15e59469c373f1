"""The rules within phases that can be replaced by name, and how a phase is built anew around another rule.

A compiled rule holds the rules it calls; another one in their place needs everything between the phase and the rule
compiled anew. That is done on copies of these functions: the package, and every other model, keeps its own.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from ccepz_sim.numerics import rule_sources
from ccepz_sim.numerics.compiled import inlined, recompiled
from ccepz_sim.numerics.kernel import Kernel
from ccepz_sim.numerics.rule_sources import PACKAGE
from ccepz_sim.quarter import phases
from ccepz_sim.quarter.phases import PHASES
from ccepz_sim.text.errors import ContentError, brief, one_line, unknown

ROOM = f"{PACKAGE}.rules."
GUARDED = tuple(f"{PACKAGE}.{room}." for room in ("rules", "state", "measures", "building"))
Run = Callable[[Any], None]


def function_of(value: Any) -> FunctionType | None:
    """Return the Python function behind a rule, compiled, remembered or plain; None where it is no function."""
    if isinstance(value, Kernel):
        value = value.py_func
    elif hasattr(value, "cache_parameters"):
        value = value.__wrapped__
    return value if isinstance(value, FunctionType) else None


@cache
def named_rules() -> Mapping[str, FunctionType]:
    """Return all rules that can be replaced, by their name FILE.RULE, in the order in which phases come to them."""
    found: dict[str, FunctionType] = {}
    for rules in rules_of_phases().values():
        found |= rules
    return found


@cache
def rules_of_phases() -> Mapping[str, Mapping[str, FunctionType]]:
    """Return the replaceable rules that each phase calls, directly or not."""
    runs = {function_of(phase.run) for phase in PHASES}
    found = {}
    for phase in PHASES:
        start = function_of(phase.run)
        assert start is not None
        called = {}
        for function in _reached(start):
            module, name = function.__module__, function.__name__
            if module.startswith(ROOM) and not name.startswith("_") and function not in runs:
                called[f"{module.rpartition('.')[2]}.{name}"] = function
        found[phase.name] = called
    return found


def check_rules(rules: Mapping[str, Any]) -> None:
    """Refuse rules that would have no effect, or could not be called as the ones in whose place they stand.

    Raises:
        ContentError: there is no such rule, or the other one is no function of the same arguments.
    """
    if not isinstance(rules, Mapping):
        raise ContentError("rules_no_mapping")
    for name, rule in rules.items():
        if name not in named_rules():
            raise unknown("unknown_rule", name, named_rules())
        function, wanted = function_of(rule), _parameters(named_rules()[name])
        if function is None or _parameters(function) != wanted:
            raise ContentError("rule_other_arguments", name=name, wanted=", ".join(wanted))


def with_rules(run: Run, rules: Mapping[str, Any]) -> Run:
    """Return a phase that calls other rules, or the phase itself where it calls none of those.

    Raises:
        ContentError: when it runs, where another rule cannot be compiled.
    """
    start = function_of(run)
    others = {named_rules()[name]: rule for name, rule in rules.items()}
    if start is None or not (set(_reached(start)) & set(others)):
        return run
    work = _Rebuilt(others).of(run)

    def told(zone: Any) -> None:
        from numba.core.errors import NumbaError

        try:
            work(zone)
        except NumbaError as error:
            names = ", ".join(name for name in rules if named_rules()[name] in set(_reached(start)))
            raise ContentError("rule_not_compiled", name=names, reason=brief(one_line(str(error)))) from error

    return functools.wraps(start)(told)


def _parameters(function: Callable[..., Any]) -> list[str]:
    """Name the parameters; the stars of those that take any number belong to the name."""
    return [str(one.replace(annotation=one.empty, default=one.empty))
            for one in inspect.signature(function).parameters.values()]  # fmt: skip


def _called(function: FunctionType) -> Iterator[tuple[str, Any, FunctionType]]:
    """Go through the package's functions that a function names: name, what stands there, the Python function."""
    for name in rule_sources.names_in(function.__code__):
        held = function.__globals__.get(name)
        inner = function_of(held)
        if inner is not None and inner.__module__.partition(".")[0] == PACKAGE:
            yield name, held, inner


def _reached(start: FunctionType) -> list[FunctionType]:
    """Return all functions of the package that a function calls, directly or not, itself first."""
    found, ahead = dict[FunctionType, None](), [start]
    while ahead:
        function = ahead.pop()
        if function not in found:
            found[function] = None
            ahead += reversed([inner for _, _, inner in _called(function)])
    return list(found)


class _Rebuilt:
    """Copies of the functions on the way to replaced rules; all others stay what they are."""

    def __init__(self, others: Mapping[FunctionType, Any]) -> None:
        self.others = others
        # a rule without a file, as in a notebook, is compiled and not kept, and so is what calls it
        self.kept = all(rule_sources.lies_in_file(function_of(rule)) for rule in others.values())
        self.made: dict[tuple[FunctionType, bool], Any] = {}

    def of(self, value: Any, within: bool = False) -> Any:
        """Give what stands in the place of a function; `within` says that a compiled rule calls it."""
        function = function_of(value)
        if function is None or not (set(_reached(function)) & set(self.others)):
            return value
        key = (function, within and not isinstance(value, Kernel))
        if key not in self.made:
            if function not in self.others:
                self._copy(key, value, function)
            elif key[1] or isinstance(value, Kernel):
                # compiled anew also where it was compiled before: what it takes from around it may have changed
                plain = function_of(self.others[function])
                assert plain is not None
                self._copy(key, value, plain, itself=function)
            else:
                self.made[key] = self.others[function]
        return self.made[key]

    def _copy(
        self, key: tuple[FunctionType, bool], value: Any, function: FunctionType, itself: FunctionType | None = None
    ) -> None:
        """Copy a function that calls replaced ones, or one in the place of `itself`, which it may still call."""
        twin = _copied(function)
        if isinstance(value, Kernel):
            self.made[key] = recompiled(twin, kept=self.kept)
        elif key[1]:
            self.made[key] = inlined(twin)
        elif hasattr(value, "cache_parameters"):
            self.made[key] = functools.lru_cache(**value.cache_parameters())(twin)
        else:
            self.made[key] = twin
        compiled_one = key[1] or isinstance(value, Kernel)
        for name, held, inner in _called(function):
            if inner is not itself:
                twin.__globals__[name] = self.of(held, compiled_one)


def _copied(function: FunctionType) -> FunctionType:
    """Copy a function with a room of its own for the names around it."""
    around = dict(function.__globals__)
    twin = FunctionType(function.__code__, around, function.__name__, function.__defaults__, function.__closure__)
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__qualname__, twin.__doc__, twin.__annotations__ = (
        function.__qualname__, function.__doc__, function.__annotations__
    )  # fmt: skip
    return twin


class _Guarded(ModuleType):
    """A module of the engine: an assignment from outside would not reach compiled rules, workers and hashes."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse another rule in the place of one.

        Raises:
            ContentError: saying what works.
        """
        held = self.__dict__.get(name)
        rule = function_of(held)
        ours = rule is not None and rule.__module__.partition(".")[0] == PACKAGE
        if held is not value and (ours or held is PHASES):
            whole = f"{self.__name__.rpartition('.')[2]}.{name}"
            key = "rule_assigned" if whole in named_rules() else "function_assigned"
            raise ContentError("phases_assigned" if held is PHASES else key, name=whole)
        super().__setattr__(name, value)


def guard(*modules: str) -> None:
    """Let modules, and all of the engine that are loaded, refuse that functions are replaced by assignment."""
    for name in (*modules, *(name for name in sys.modules if name.startswith(GUARDED))):
        sys.modules[name].__class__ = _Guarded


guard(phases.__name__)
