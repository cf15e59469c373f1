"""Where compiled rules are kept: a folder for each module, named after all source that its rules are made of.

A file is read from wherever it lies and kept in the first place that takes it. What is damaged, or of somebody else
where only we should write, counts as missing; where nothing can be kept, rules are compiled anew at every start.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import logging
import os
import secrets
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ccepz_sim.numerics import rule_sources
from ccepz_sim.numerics.rule_sources import HOME, PACKAGE

logger = logging.getLogger(__name__)
BESIDE = HOME / "__pycache__" / "rules"
MAGIC = b"ccepz-rule 1\n"
SUFFIX = ".rule"
OUTSIDE = "own"  # before the name of a module that is not of this package
HASH = hashlib.sha256().digest_size
LETTERS = 12  # of a hash in a name
LEFT_OVER = 3600  # seconds after which a half-written file is nobody's any more
COMPILERS = ("numba", "llvmlite", "numpy")
WARNED = "CCEPZ_RULES_WARNED"  # set once it was said, so that processes started later do not repeat it
IMPORTS, MOST_IMPORTS = "imports", 2000
# Asked when a rule is not kept; says whether it may be by now (set by `ccepz_sim.numerics.compiling`).
on_miss: Callable[[], bool] = bool


@dataclass(frozen=True)
class Store:
    """A folder of compiled rules; in a `private` one only what this user wrote is believed."""

    folder: Path
    private: bool = False
    lasting: bool = True

    def read(self, name: str) -> bytes | None:
        """Return what was kept under a name; None where there is nothing, or nothing whole."""
        path = self.folder / name
        try:
            with path.open("rb") as file:
                if self.private and not _of_this_user(os.fstat(file.fileno()), root=True):
                    return None
                data = file.read()
        except OSError:
            return None
        start = len(MAGIC) + HASH
        if data[: len(MAGIC)] == MAGIC and hashlib.sha256(data[start:]).digest() == data[len(MAGIC) : start]:
            return data[start:]
        self.drop(name)
        return None

    def write(self, name: str, data: bytes) -> None:
        """Keep data under a name; whoever reads meanwhile finds the old file or the new one.

        Raises:
            OSError: the place takes no files.
        """
        path = self.folder / name
        self._prepare(path.parent)
        half = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            with half.open("xb") as file:
                file.write(MAGIC + hashlib.sha256(data).digest() + data)
            half.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                half.unlink()
            raise

    def drop(self, name: str) -> None:
        """Remove a file that is of no use, where that is allowed."""
        with contextlib.suppress(OSError):
            (self.folder / name).unlink()

    def _prepare(self, folder: Path) -> None:
        if folder.is_dir() and (not self.private or _of_this_user(self.folder.lstat())):
            return
        self.folder.mkdir(mode=0o700 if self.private else 0o777, parents=True, exist_ok=True)
        found = self.folder.lstat()
        if self.private and not (_of_this_user(found) and stat.S_ISDIR(found.st_mode)):
            raise PermissionError(f"{self.folder} belongs to somebody else")
        folder.mkdir(exist_ok=True)
        if self.folder == BESIDE:
            _clear_older(folder)
        _clear_halves(folder)


def read(module: str, name: str) -> Iterator[tuple[Store, bytes]]:
    """Go through what is kept for a rule of a module, the likeliest place first."""
    folder = folder_of(module)
    if folder is not None:
        for store in stores():
            data = store.read(f"{folder}/{name}")
            if data is not None:
                yield store, data


def write(module: str, name: str, data: bytes) -> None:
    """Keep a rule of a module where it can be kept."""
    folder = folder_of(module)
    if folder is not None:
        _keep(f"{folder}/{name}", data)


def folder_of(module: str) -> str | None:
    """Return the name of the folder for the rules of a module; None where its source cannot be read."""
    _Imports.restore()
    found = rule_sources.source_hash(module)
    _Imports.keep()
    if found is None:
        return None
    if module.partition(".")[0] == PACKAGE:
        return f"{module.removeprefix(PACKAGE + '.')}-{found[:LETTERS]}"
    # modules of two projects may have one name, which may also be that of one of ours
    place = hashlib.sha256(str(rule_sources.file_of(module)).encode()).hexdigest()
    return f"{OUTSIDE}.{module}.{place[:LETTERS]}-{found[:LETTERS]}"


def file_name(rule: str, key: str) -> str:
    """Return the name of a file for a rule; another Python, Numba or NumPy reads others."""
    return f"{rule}.{_versions()}.{hashlib.sha256(key.encode()).hexdigest()[:LETTERS]}{SUFFIX}"


def kept_forms(module: str, rule: str) -> Iterator[bytes]:
    """Go through what is kept for a rule of a module by this Python and these compilers, whatever its types."""
    named = f"{folder_of(module)}/{rule}-*.{_versions()}.*{SUFFIX}"
    for store in stores():
        with contextlib.suppress(OSError):
            for path in store.folder.glob(named):
                data = store.read(path.relative_to(store.folder).as_posix())
                if data is not None:
                    yield data


def stores() -> tuple[Store, ...]:
    """Return the places for compiled rules, the best first.

    The variable CCEPZ_RULES names the only place, as a pack needs it while it is made. Else NUMBA_CACHE_DIR goes first;
    then beside the code; then the user's folder for such things; a temporary one is the last. On Windows it is never
    beside the code: paths there must be short.
    """
    only = _expanded(os.environ.get("CCEPZ_RULES"), relative=True)
    return _stores(os.environ.get("NUMBA_CACHE_DIR")) if only is None else (Store(only),)


@cache
def _stores(chosen: str | None) -> tuple[Store, ...]:
    found = []
    explicit = _expanded(chosen, relative=True)
    if explicit is not None:
        found.append(Store(explicit))
    if os.name != "nt":
        found.append(Store(BESIDE))
    named = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    bases = (_expanded(named), _expanded("~/.cache"))
    found.extend(Store(base / PACKAGE / "rules", private=True) for base in bases if base is not None)
    user = os.geteuid() if hasattr(os, "geteuid") else "rules"
    with contextlib.suppress(OSError):  # there is no temporary folder either
        found.append(Store(Path(tempfile.gettempdir()) / f"{PACKAGE}-{user}", private=True, lasting=False))
    return tuple(found)


def _expanded(path: str | None, relative: bool = False) -> Path | None:
    """Return a folder that somebody named; None where there is none: without a home, `~` is not a folder."""
    if not path:
        return None
    if path.startswith("~") and os.environ.get("HOME") == "":
        return None
    whole = os.path.expanduser(path)  # noqa: PTH111 - the other form fails without a home
    if whole.startswith("~") or not (relative or Path(whole).is_absolute()):
        return None
    return Path(whole).absolute()


def _keep(name: str, data: bytes) -> None:
    reasons = []
    for store in stores():
        try:
            store.write(name, data)
        except OSError as error:
            if os.name == "nt" and store.read(name) is not None:
                return  # another process reads the same file just now
            reasons.append(f"{store.folder}: {error.strerror or error}")
        else:
            if not store.lasting:
                _warn_once(f"Compiled rules are kept in the temporary folder {store.folder} only", reasons)
            return
    _warn_once("Compiled rules cannot be kept and are compiled anew at every start", reasons)


def _warn_once(what: str, reasons: list[str]) -> None:
    """Say it once, for this process and for those it will start."""
    if os.environ.get(WARNED) != "1":
        os.environ[WARNED] = "1"
        logger.warning("%s (%s)", what, "; ".join(reasons) or "no folder takes files")


class _Imports:
    """What each source imports, kept beside the rules: to parse it all takes as long as to load the rules."""

    restored = False
    kept = 0

    @classmethod
    def restore(cls) -> None:
        if cls.restored:
            return
        cls.restored = True
        for store in stores():
            data = store.read(IMPORTS)
            if data is not None:
                with contextlib.suppress(ValueError, AttributeError, TypeError):
                    rule_sources.known.update({key: tuple(names) for key, names in json.loads(data).items()})
        cls.kept = len(rule_sources.known)

    @classmethod
    def keep(cls) -> None:
        known = rule_sources.known
        if len(known) <= cls.kept:
            return
        while len(known) > MOST_IMPORTS:
            known.pop(next(iter(known)))
        cls.kept = len(known)
        for store in stores():
            if store.lasting:
                with contextlib.suppress(OSError):
                    store.write(IMPORTS, json.dumps(known).encode())
                    return


def _of_this_user(found: os.stat_result, root: bool = False) -> bool:
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() or (root and found.st_uid == 0)


def _clear_older(folder: Path) -> None:
    """Remove what was kept beside the code for earlier source of the same module; elsewhere others may use it."""
    stem = folder.name.rpartition("-")[0]
    for other in folder.parent.glob(f"{stem}-*"):
        if other != folder and other.name.rpartition("-")[0] == stem:
            shutil.rmtree(other, ignore_errors=True)


def _clear_halves(folder: Path) -> None:
    """Remove what a process left behind that was ended while it wrote."""
    for half in folder.glob("*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - half.stat().st_mtime > LEFT_OVER:
                half.unlink()


@cache
def _versions() -> str:
    """Return a short name for this Python and what compiles for it."""
    found = [sys.implementation.cache_tag or ""]
    for name in COMPILERS:
        try:
            found.append(importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            found.append("")
    return f"py{sys.version_info.major}{sys.version_info.minor}-{hashlib.sha256(repr(found).encode()).hexdigest()[:8]}"
