"""Which files read a parameter: found in the source, so that the ledger cannot name a file that does not."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import ccepz_sim

PACKAGE = Path(ccepz_sim.__file__).resolve().parent
Names = dict[str, str]  # local name -> group of parameters, ALL for the namespace of all groups
ALL = "*"
ID = re.compile(r"[a-z_]+\.[a-z0-9_]+")


def readers(parameters: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the files that read each parameter, relative to the package, sorted.

    Read are `zone.p.GROUP.NAME`, the same by a local name, a group handed to a function, and `content.value("ID")`.
    """
    known = sorted(parameters)
    found: dict[str, set[str]] = {name: set() for name in known}
    for file, reads in _files().items():
        for read in reads:
            for name in fnmatch.filter(known, read) if "*" in read else [read]:
                if name in found:
                    found[name].add(file)
    return {name: tuple(sorted(files)) for name, files in found.items()}


def channel_readers() -> dict[str, tuple[str, ...]]:
    """Return the files that read the channel of a lever, `now.CHANNEL`, sorted."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2] == "now":
                found.setdefault(node.attr, set()).add(path.relative_to(PACKAGE).as_posix())
    return {name: tuple(sorted(files)) for name, files in found.items()}


@cache
def _files() -> dict[str, set[str]]:
    """Give what each file of the package reads."""
    trees = {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    handed: dict[tuple[str, int], str] = {}
    scopes = [scope for tree in trees.values() for scope in _functions(tree)]
    while True:  # what is handed on is found in the next round
        before = len(handed)
        for scope in scopes:
            handed.update(_handed(scope, _names(scope, handed)))
        if len(handed) == before:
            break
    return {file: set(_reads(tree, handed)) for file, tree in trees.items()}


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _reads(tree: ast.Module, handed: dict[tuple[str, int], str]) -> Iterator[str]:
    """Give the parameter id for each place that reads one, with * where a name is put together."""
    for scope in _functions(tree):
        names = _names(scope, handed)
        for node in ast.walk(scope):
            name = ""
            if isinstance(node, ast.Attribute):
                group, name = _group(node.value, names), node.attr
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
                group, name = _group(node.args[0], names), _shape(node.args[1])
            if name and group not in ("", ALL):
                yield f"{group}.{name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value if ID.fullmatch(node.value) else ""


def _names(scope: ast.FunctionDef, handed: dict[tuple[str, int], str]) -> Names:
    """Give the local names that stand for groups: arguments that callers fill, and assignments."""
    arguments = [argument.arg for argument in scope.args.args if argument.arg != "self"]
    names = {one: handed[scope.name, place] for place, one in enumerate(arguments) if (scope.name, place) in handed}
    told = {one.arg: ast.unparse(one.annotation) for one in scope.args.args if one.annotation is not None}
    names.update(dict.fromkeys((one for one, kind in told.items() if kind == "Parameters"), ALL))
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names.update(_bound(target, node.value, names))
    return names


def _handed(scope: ast.FunctionDef, names: Names) -> Iterator[tuple[tuple[str, int], str]]:
    """Give the groups that a function hands to others, by name of the other and place of the argument."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            for place, value in enumerate(node.args):
                group = _group(value, names)
                if group not in ("", ALL):
                    yield (called, place), group


def _bound(target: ast.expr, value: ast.expr, names: Names) -> Names:
    """Give the local names that an assignment binds to groups."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        found: Names = {}
        for one, other in zip(target.elts, value.elts, strict=True):
            found.update(_bound(one, other, names))
        return found
    group = _group(value, names)
    return {target.id: group} if isinstance(target, ast.Name) and group else {}


def _group(node: ast.expr, names: Names) -> str:
    """Give the group of parameters an expression stands for, "" if none."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        if node.attr == "p":
            return ALL
        if isinstance(node.value, ast.Attribute | ast.Name) and _group(node.value, names) == ALL:
            return node.attr
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "group_values":
        first = node.args[0] if node.args else None
        return str(first.value) if isinstance(first, ast.Constant) else ""
    return ""


def _shape(node: ast.expr) -> str:
    """Give a name that is put together, with * for the parts only a run knows."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    return "*"
