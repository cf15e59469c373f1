"""Who imports whom within the package: when it is loaded, when a function is called, or for the type checker only."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "ccepz_sim"
LOADED, CALLED, CHECKED = "loaded", "called", "checked"
AT_RUN_TIME = frozenset({LOADED, CALLED})
ALL = AT_RUN_TIME | {CHECKED}
Graph = dict[str, set[str]]


@dataclass(frozen=True)
class Import:
    """One module imports another; names of strangers are whole, so that walls can be held against them."""

    importer: str
    imported: str
    when: str


def modules(root: Path) -> dict[str, Path]:
    """Return the files of the package by the name of their module."""
    found = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(root: Path) -> list[Import]:
    """Return every import of the package's files, wherever in a file it stands."""
    files = modules(root)
    found = []
    for module, path in files.items():
        folder = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for node, when in _statements(ast.parse(path.read_text("utf-8")), LOADED):
            for name in _names(node, folder):
                while name not in files and name.startswith(f"{PACKAGE}."):
                    name = name.rpartition(".")[0]  # what is taken from a module is no module
                found.append(Import(module, name, when))
    return found


def _statements(tree: ast.AST, when: str) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, when
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for inner in node.body:
                yield from _statements(ast.Module([inner], []), CHECKED)
            for inner in node.orelse:
                yield from _statements(ast.Module([inner], []), when)
        else:
            within = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _statements(node, CALLED if within and when == LOADED else when)


def _names(node: ast.Import | ast.ImportFrom, folder: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    above = folder.split(".")[: len(folder.split(".")) - node.level + 1] if node.level else []
    origin = ".".join([*above, *([node.module] if node.module else [])])
    yield from (f"{origin}.{alias.name}" for alias in node.names)


def floor(module: str) -> str:
    """Return what stands at the package's top for a module: a folder or a file, "" for the package itself."""
    return module.split(".")[1] if module.startswith(f"{PACKAGE}.") else ""


def between_files(found: Iterable[Import], when: frozenset[str]) -> Graph:
    """Return which file imports which; those of other packages are left out."""
    graph: Graph = {}
    for one in found:
        if one.when in when and one.imported.partition(".")[0] == PACKAGE and one.imported != one.importer:
            graph.setdefault(one.importer, set()).add(one.imported)
    return graph


def between_floors(found: Iterable[Import], when: frozenset[str]) -> Graph:
    """Return which folder or file at the top imports which; the package itself only hands out public names."""
    graph: Graph = {}
    for importer, imported in between_files(found, when).items():
        for name in imported:
            above, below = floor(importer), floor(name)
            if above != below and above and below:
                graph.setdefault(above, set()).add(below)
    return graph


def circles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Return the groups of which each member leads to each other."""
    reach: dict[str, set[str]] = {}
    for start in graph:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            for name in graph.get(ahead.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    ahead.append(name)
        reach[start] = seen
    found: list[set[str]] = []
    for name, seen in reach.items():
        if name in seen and not any(name in group for group in found):
            found.append({other for other in seen if name in reach.get(other, ())})
    return found
