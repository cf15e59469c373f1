"""Random streams: each is drawn from by the one function that its declaration names."""

from __future__ import annotations

import ast

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
    """Give each use of a stream with the function it stands in."""
    found = []
    for statement in module.tree.body:
        name = statement.name if isinstance(statement, ast.FunctionDef) else ""
        found += [
            (name, node)
            for node in ast.walk(statement)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Stream"
        ]
    return found
