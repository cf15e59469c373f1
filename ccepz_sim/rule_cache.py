"""Reads and writes compiled rules: in the folder that `rule_store` names, wherever the project lies.

Numba's own folders are named after the absolute place of the source, and older versions look at its date: what was
compiled would be compiled anew after a move, a copy or a fresh checkout. The name of our folder says it all already.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import pickle
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from numba.core.caching import CompileResultCacheImpl, FunctionCache

from ccepz_sim.rule_store import PACKAGE, folder_of

# By name, since what compiles rules is no part of what rules are made of.
COMPILES_ALL = f"{PACKAGE}.compiling"
UNREADABLE = (OSError, EOFError, pickle.UnpicklingError, ImportError, AttributeError, ValueError)


class RuleCache(FunctionCache):
    """The machine code of one rule on disk.

    A rule that is not there yet starts the compilation of all rules at once, in all cores, where that is worth it.
    What cannot be read is compiled anew, and a disk that takes no more files stops no run.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the machine code for a signature, or None."""
        found = self._read(sig, target_context)
        if found is None and self._enabled and importlib.import_module(COMPILES_ALL).first_miss():
            found = self._read(sig, target_context)
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the machine code for a signature."""
        with suppress(OSError):
            super().save_overload(sig, data)

    def _read(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except UNREADABLE:
            return None


class _Locator:
    """Where one rule lies; what Numba asks of such an object."""

    def __init__(self, rule: Callable[..., Any], file: str) -> None:
        self._py_file = file  # Numba names it in warnings
        self._line = rule.__code__.co_firstlineno
        self._folder = folder_of(rule.__module__)
        # The folder of a module of the project is named after its source; elsewhere only the source itself can tell.
        inside = rule.__module__.partition(".")[0] == PACKAGE
        self._stamp = self._folder.name if inside else _source_stamp(rule, file)

    @classmethod
    def from_function(cls, rule: Callable[..., Any], file: str) -> _Locator:
        return cls(rule, file)

    def ensure_cache_path(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=self._folder).close()

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        return self._stamp

    def get_disambiguator(self) -> str:
        return str(self._line)


class _Files(CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012 - as Numba declares it


RuleCache._impl_class = _Files


def _source_stamp(rule: Callable[..., Any], file: str) -> str:
    try:
        source = inspect.getsource(rule) if not os.path.exists(file) else _text(file)  # noqa: PTH110 - may be no path
    except OSError:
        source = rule.__code__.co_code.hex()
    return hashlib.sha256(source.encode()).hexdigest()


def _text(file: str) -> str:
    with open(file, encoding="utf-8", errors="replace") as source:  # noqa: PTH123
        return source.read()
