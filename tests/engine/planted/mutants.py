"""Plants faults of a kind at every place of the rules where they can be, one at a time: are they found?

A change is made in the syntax tree, the function is walked, and those that call it; then it is undone.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rule_checker.findings import Findings, Place
from rule_checker.program import Function, Program
from rule_checker.statements import Walk

UNDO = Callable[[], None]
SECTORS = ("firms", "bodies", "households", "services", "construction", "agriculture", "institutes", "trust", "outside")
ROWS = {"firm": "town", "town": "firm", "place": "firm", "row": "zone.world.seat", "body": "zone.world.seat"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted fault: where, what, and how it is planted; planting gives what undoes it."""

    function: Function
    line: int
    what: str
    plant: Callable[[], UNDO]


class Rules:
    """The rules of a package, walked function by function."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.functions = program.rules

    @cached_property
    def callers(self) -> dict[str, list[Function]]:
        """Who calls a function, by its name."""
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.functions:
            for node in ast.walk(function.node):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    found[node.func.id].append(function)
        return found

    def faults(self, function: Function) -> set[tuple[Place, str]]:
        """Walk one function and give what is found."""
        findings = Findings()
        Walk(self.program, findings).run(function, {})
        return {(place, sentence) for place, sentences in findings.faults.items() for sentence in sentences}

    def found(self, mutant: Mutant) -> bool:
        """Plant a fault, look for it, and undo it."""
        undo = mutant.plant()
        try:
            near = self.callers[mutant.function.name]
            far = [caller for one in near for caller in self.callers[one.name]]
            return any(self.faults(function) for function in (mutant.function, *near, *far))
        finally:
            undo()

    def nodes(self) -> Iterator[tuple[Function, ast.AST]]:
        """Go through everything that stands in a function."""
        for function in self.functions:
            for node in ast.walk(function.node):
                yield function, node

    def own(self, function: Function, node: ast.AST) -> Function | None:
        """Give the function of the package that a call calls."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            return None
        place = self.program.place_of(function.module.name, node.func.id)
        return place[0].functions.get(place[1]) if place else None


def swapped_arguments(rules: Rules) -> Iterator[Mutant]:
    """Swap two neighbouring arguments; what any order is right for is left out."""
    for function, node in rules.nodes():
        called = rules.own(function, node)
        if called is None or called.node.args.vararg is not None:
            continue
        assert isinstance(node, ast.Call)
        for place, (one, other) in enumerate(zip(node.args, node.args[1:], strict=False)):
            plain = not any(isinstance(part, ast.Starred) for part in (one, other))
            if plain and ast.unparse(one) != ast.unparse(other):
                what = f"{called.name}: {ast.unparse(one)} and {ast.unparse(other)} swapped"
                yield Mutant(function, node.lineno, what, _swap(node.args, place))


def dropped_conversions(rules: Rules) -> Iterator[Mutant]:
    """Leave out a division by the quarters of a year, or a multiplication."""
    for function, node in rules.nodes():
        found = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Mult)
        if found and ast.unparse(node.right) == "QUARTERS":
            yield Mutant(function, node.lineno, f"{ast.unparse(node)} without it", _change(node, "right", "1.0"))


def wrong_accounts(rules: Rules) -> Iterator[Mutant]:
    """Take the account of another sector."""
    for function, node in rules.nodes():
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("ledger") and node.attr in SECTORS:
            other = SECTORS[(SECTORS.index(node.attr) + 1) % len(SECTORS)]
            yield Mutant(function, node.lineno, f"{node.attr} instead of {other}", _rename(node, other))


def wrong_rows(rules: Rules) -> Iterator[Mutant]:
    """Take the row of something else."""
    for function, node in rules.nodes():
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Attribute):
            continue
        if isinstance(node.slice, ast.Name):
            other = ROWS.get(node.slice.id)
            names = {one.id for one in ast.walk(function.node) if isinstance(one, ast.Name)}
            if other and (other in names or ("zone" in names and "." in other)):
                yield Mutant(function, node.lineno, f"{ast.unparse(node)} at {other}", _change(node, "slice", other))


def _swap(parts: list[ast.expr], place: int) -> Callable[[], UNDO]:
    def plant() -> UNDO:
        parts[place], parts[place + 1] = parts[place + 1], parts[place]
        return lambda: plant() and None

    return plant


def _change(node: ast.AST, field: str, source: str) -> Callable[[], UNDO]:
    def plant() -> UNDO:
        before = getattr(node, field)
        setattr(node, field, ast.copy_location(ast.parse(source, mode="eval").body, before))
        return lambda: setattr(node, field, before)

    return plant


def _rename(node: ast.Attribute, name: str) -> Callable[[], UNDO]:
    def plant() -> UNDO:
        before, node.attr = node.attr, name
        return lambda: setattr(node, "attr", before)

    return plant
