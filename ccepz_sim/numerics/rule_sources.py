"""What source a module is made of: its own, and that of every module of its project that it imports.

Found by reading, not by importing. A project is the package the module belongs to, this package, and whatever lies
outside the folders of Python itself and of installed packages.
"""

from __future__ import annotations

import ast
import hashlib
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from types import CodeType
from typing import Any

HOME = Path(__file__).resolve().parents[1]
PACKAGE = HOME.name
INSTALLED = tuple(
    Path(path).resolve()
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
    if (path := sysconfig.get_path(name)) is not None
)
LIBRARIES = {"site-packages", "dist-packages"}  # of any Python: another one may lend its libraries
known: dict[str, tuple[str, ...]] = {}  # imports by a hash of source and package
CHECKING = ("TYPE_CHECKING", "typing.TYPE_CHECKING")


@cache
def source_hash(module: str) -> str | None:
    """Return a hash of all source a module is made of; None where its own cannot be read, as in a notebook."""
    if _source(module) is None:
        return None
    found = hashlib.sha256()
    for name in sorted(needed(module)):
        found.update(name.encode() + b"\0" + (_source(name) or b"") + b"\0")
    return found.hexdigest()


def look_again() -> None:
    """Forget what was read of files: those of a project change while a notebook is open."""
    for remembered in (source_hash, _file, _source):
        remembered.cache_clear()


def is_of_project(module: str) -> bool:
    """Whether a module is neither Python's own nor of an installed package; this package is of the project."""
    return _follows(PACKAGE, module)


def lies_in_file(function: Any) -> bool:
    """Whether the source of a function is what lies in the file of its module; a cell of a notebook lies in none."""
    name = function.__module__ or ""
    file = getattr(sys.modules.get(name), "__file__", None)  # another project may have had the name before
    if file is None or name.partition(".")[0] == PACKAGE:
        return file is not None
    return Path(function.__code__.co_filename).resolve() == Path(file).resolve()


def file_of(module: str) -> Path | None:
    """Return the file of a module's source, without importing anything; None where it has none."""
    return _file(module)


def names_in(code: CodeType) -> list[str]:
    """Return the names that code looks up around it or in what it finds there, also within functions in it."""
    inner = [name for each in code.co_consts if isinstance(each, CodeType) for name in names_in(each)]
    return sorted({*code.co_names, *inner})


def needed(module: str) -> set[str]:
    """Return a module and all modules of its project that it imports, directly or not."""
    found: set[str] = set()
    ahead = [module]
    while ahead:
        name = ahead.pop()
        if name not in found and (name == module or _follows(module, name)) and _source(name) is not None:
            found.add(name)
            ahead += imports(name)
    return found


def imports(module: str) -> tuple[str, ...]:
    """Return the names a module imports that may be modules, wherever in it the import stands.

    What only a type checker imports does not count: it is not there when rules run.
    """
    file, source = _file(module), _source(module)
    if file is None or source is None:
        return ()
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    key = hashlib.sha256(package.encode() + b"\0" + source).hexdigest()
    if key not in known:
        known[key] = _imports(source, package)
    return known[key]


def _imports(source: bytes, package: str) -> tuple[str, ...]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()  # nothing can import it either
    found: dict[str, None] = {}
    for statement in _statements(tree.body):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                parts = alias.name.split(".")
                found.update(dict.fromkeys(".".join(parts[: end + 1]) for end in range(len(parts))))
        elif isinstance(statement, ast.ImportFrom):
            origin = _origin(statement, package)
            found[origin] = None
            found.update(dict.fromkeys(f"{origin}.{alias.name}" for alias in statement.names if alias.name != "*"))
    return tuple(found)


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Walk all statements, those within others too; expressions hold no imports."""
    for statement in body:
        yield statement
        if not (isinstance(statement, ast.If) and ast.unparse(statement.test) in CHECKING):
            yield from _statements(getattr(statement, "body", ()))
        for part in ("orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(statement, part, ()))


def _origin(statement: ast.ImportFrom, package: str) -> str:
    """Return the full name of the module that names are taken from."""
    if not statement.level:
        return statement.module or ""
    parts = package.split(".")
    above = parts[: len(parts) - (statement.level - 1)]
    return ".".join([*above, *([statement.module] if statement.module else [])])


def _follows(module: str, other: str) -> bool:
    top = other.partition(".")[0]
    if top in (PACKAGE, module.partition(".")[0]):
        return True
    if top in sys.stdlib_module_names:
        return False
    file = _file(other)
    if file is None or LIBRARIES & set(file.parts):
        return False
    return not any(file.is_relative_to(folder) for folder in INSTALLED)


@cache
def _file(module: str) -> Path | None:
    """Return the file of a module's source, without importing anything."""
    try:
        return _found(module)
    except OSError:  # it lies where we may not look
        return None


def _found(module: str) -> Path | None:
    loaded = getattr(sys.modules.get(module), "__file__", None)
    if loaded:
        return _python(Path(loaded))
    top, *parts = module.split(".")
    if not top:
        return None
    if top == PACKAGE:
        folders = [HOME]
    else:
        try:
            spec = PathFinder.find_spec(top)
        except (ImportError, ValueError):
            return None
        if spec is None:
            return None
        if not parts:
            return _python(Path(spec.origin)) if spec.origin else None
        folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    for folder in folders:
        place = folder.joinpath(*parts)
        for file in (place / "__init__.py", *([place.with_name(place.name + ".py")] if parts else [])):
            if file.is_file():
                return file.resolve()
    return None


def _python(file: Path) -> Path | None:
    return file.resolve() if file.suffix == ".py" and file.is_file() else None


@cache
def _source(module: str) -> bytes | None:
    file = _file(module)
    try:
        return None if file is None else file.read_bytes()
    except OSError:
        return None
