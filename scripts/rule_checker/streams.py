"""Random streams: each is drawn from by the one function that its declaration names."""

from __future__ import annotations

import ast
from typing import TypeGuard

from rule_checker.findings import Findings, Place
from rule_checker.program import Module, Program


def check_streams(program: Program, findings: Findings) -> None:
    """Hold every use of `Stream.NAME` against the function named beside its declaration."""
    home, members = program.members("Stream")
    owners = {name: (line, owner) for name, line, owner in members}
    used: set[str] = set()
    for module in program.modules.values():
        for function, node in _uses(module):
            place, own = Place(module.path, node.lineno, node.col_offset), f"{module.path.stem}.{function}"
            if node.attr not in owners:
                findings.fault(place, f"there is no stream {node.attr}")
                continue
            used.add(node.attr)
            owner = owners[node.attr][1]
            if owner != own:
                findings.fault(place, f"the stream {node.attr} is that of {owner or 'nobody'}, found in {own}")
    for name, (line, owner) in owners.items():
        if name not in used:
            findings.fault(Place(home.path, line, 0), f"nobody draws from the stream {name} of {owner or 'nobody'}")


def _uses(module: Module) -> list[tuple[str, ast.Attribute]]:
    """Give each use of a stream with the function it stands in.

    Compiled rules draw by the number of a stream: a constant of the module, `LUCK = NUMBERS[Stream.NAME]`, whose uses
    are those of the stream.
    """
    found, numbers = [], numbers_of_streams(module)
    for statement in module.tree.body:
        name = statement.name if isinstance(statement, ast.FunctionDef) else ""
        for node in ast.walk(statement):
            if _is_stream(node):
                if not any(node in ast.walk(value) for value in numbers.values()):
                    found.append((name, node))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in numbers:
                found.append((name, numbers[node.id]))
    return found


def numbers_of_streams(module: Module) -> dict[str, ast.Attribute]:
    """Give the constants of a module that hold the number of a stream."""
    found = {}
    for statement in module.tree.body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target, value = statement.targets[0], statement.value
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        values = value.elts if isinstance(value, ast.Tuple) else [value]
        for name, one in zip(names, values, strict=False):
            if isinstance(name, ast.Name) and isinstance(one, ast.Subscript) and _is_stream(one.slice):
                found[name.id] = one.slice
    return found


def _is_stream(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Stream"
