"""Where compiled rules are kept: a folder for each module, named after all source that its rules are made of.

Numba looks only at the file a rule stands in; a rule or constant it takes from another module may change as well. So
the name of the folder is a hash of the module and of every module of the project that it imports, directly or not.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parent
PACKAGE = HOME.name
BESIDE = HOME / "__pycache__" / "rules"
# Imports for type checkers only are indented and do not count.
IMPORT = re.compile(rf"^from ({PACKAGE}[\w.]*) import ([^(\n]+|\([^)]*\))", re.MULTILINE)
LETTERS = 12  # of a hash


def folder_of(module: str) -> Path:
    """Return the folder for the compiled rules of a module.

    It lies beside the code, or where that cannot be written to, in the user's folder for such things; the variable
    NUMBA_CACHE_DIR goes first. On Windows it is always the user's: paths there must be short.
    """
    return store() / f"{module.removeprefix(PACKAGE + '.')}-{_source_hash(module)[:LETTERS]}"


def clear_older(folder: Path) -> None:
    """Remove what was kept beside the code for earlier source of the same module; elsewhere others may use it."""
    if folder.parent != BESIDE:
        return
    stem = folder.name.rpartition("-")[0]
    for other in folder.parent.glob(f"{stem}-*"):
        if other != folder and other.name.rpartition("-")[0] == stem:
            shutil.rmtree(other, ignore_errors=True)


def store() -> Path:
    """Return the folder of all folders of compiled rules."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    return Path(chosen) if chosen else _usual_store()


@cache
def _usual_store() -> Path:
    if os.name != "nt" and _takes_files(BESIDE):
        return BESIDE
    named = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    for base in (named, os.path.expanduser("~/.cache")):  # noqa: PTH111 - the other form fails without a home
        if base and _takes_files(found := Path(base) / PACKAGE / "rules"):
            return found
    return Path(tempfile.gettempdir()) / PACKAGE / "rules"


def _takes_files(folder: Path) -> bool:
    """Try it: what the system says of rights is not all there is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def _source_hash(module: str) -> str:
    found = hashlib.sha256()
    for name in sorted(_needed(module)):
        found.update(name.encode() + b"\0" + _source(name).encode() + b"\0")
    return found.hexdigest()


def _needed(module: str) -> set[str]:
    """Return a module and all modules of the project that it imports, directly or not."""
    needed: set[str] = set()
    ahead = [module]
    while ahead:
        name = ahead.pop()
        if name not in needed and _source(name):
            needed.add(name)
            for origin, names in IMPORT.findall(_source(name)):
                ahead += [origin, *(f"{origin}.{one}" for one in re.findall(r"\w+", names))]
    return needed


@cache
def _source(module: str) -> str:
    """Return the source of a module of the project, empty where there is none."""
    path = HOME.parent.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file.read_text(encoding="utf-8")
    return ""
