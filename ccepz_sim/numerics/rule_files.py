"""Numba's cache of one rule, with files that are checked before they are believed.

Numba's own files carry no checksum, a number that two processes may give to different code, and a key that knows
nothing of the constants and rules a rule takes from elsewhere. Here a file is named after all that the machine code
follows from, and whatever is wrong with it, the rule is compiled anew.
"""

from __future__ import annotations

import enum
import hashlib
import logging
import pickle
import secrets
import types
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numba.core.bytecode import FunctionIdentity
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from ccepz_sim.numerics import rule_sources, rule_store

logger = logging.getLogger(__name__)
to_bytes: Callable[[Any], bytes] = dumps
rebuilt: Callable[..., Any] = CompileResult._rebuild
COPIED = "with."  # before the name of a copy that calls other rules
# Numba names machine code by function and a number, counted from 1 in every process: of two forms of a rule that other
# processes compiled, the second would be taken for the first. So each gets a number that nobody else draws, not even a
# process forked from this one.
_identity: Any = FunctionIdentity
_identity._unique_ids = iter(partial(secrets.randbits, 62), None)
PLAIN = (type(None), bool, int, float, complex, str, bytes)


class _Form(CompileResultCacheImpl):
    """How Numba turns a compiled rule into plain values, without its search for a folder."""

    def __init__(self, rule: Callable[..., Any]) -> None:
        self._lineno = rule.__code__.co_firstlineno
        self._locator = types.SimpleNamespace(_py_file=rule.__code__.co_filename)  # named in a warning of Numba's


class KeptRule(FunctionCache):
    """Keeps the compiled forms of one rule.

    Where the first that is missing has all rules compiled at once (`rule_store.on_miss`), it is looked for again.
    """

    def __init__(self, rule: Callable[..., Any], copied: bool = False, kept: bool = True) -> None:
        """Keep a rule where `rule_store` says.

        Args:
            copied: it is a copy that calls other rules, which is not to be taken for the rule itself.
            kept: whether it is made of files alone; what was typed into a notebook is compiled at every start.
        """
        self._py_func, self._name = rule, repr(rule)
        self._impl = _Form(rule)
        name = rule.__qualname__.replace("<", "").replace(">", "")
        stem = f"{rule.__module__.rpartition('.')[2]}.{name}-{rule.__code__.co_firstlineno}"
        self._stem = COPIED + stem if copied else stem
        self._enabled = kept and rule_sources.lies_in_file(rule)  # Numba's switch

    @property
    def cache_path(self) -> str:
        """The folder of the module's rules, for Numba's statistics."""
        return str(rule_store.folder_of(self._py_func.__module__))

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return a compiled form for the types of a call; None where there is none that can be used."""
        if not self._enabled:
            return None
        target_context.refresh()
        key = self._key(sig, target_context.codegen())
        if key is None:
            return None
        found = self._read(key, target_context)
        if found is None and rule_store.on_miss():
            found = self._read(key, target_context)
        return found

    def _read(self, key: tuple[Any, ...], target_context: Any) -> Any:
        name = rule_store.file_name(self._stem, repr(key))
        for store, data in rule_store.read(self._py_func.__module__, name):
            try:
                kept, payload = pickle.loads(data)
                if kept == key:
                    return rebuilt(target_context, *payload)
            except Exception:
                logger.info("a compiled rule cannot be used and is compiled anew: %s", name, exc_info=True)
            store.drop(f"{rule_store.folder_of(self._py_func.__module__)}/{name}")
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled form; where that fails, the rule works all the same."""
        if not self._enabled or not self._impl.check_cachable(data):
            return
        key = self._key(sig, data.codegen)
        if key is not None:
            name = rule_store.file_name(self._stem, repr(key))
            rule_store.write(self._py_func.__module__, name, to_bytes((key, self._impl.reduce(data))))

    def flush(self) -> None:
        """Keep what there is: files are found by what they are made of, so none is ever stale."""

    def _key(self, sig: Any, codegen: Any) -> tuple[Any, ...] | None:
        """Return types, processor and make of the rule; the versions of the compilers are in the file's name."""
        try:
            return (sig, codegen.magic_tuple(), make_of(self._py_func))
        except LookupError as error:
            logger.info("%s is compiled anew at every start: %s", self._stem, error)
            return None


def make_of(rule: Callable[..., Any]) -> str:
    """Describe what a rule is made of: its code, and the values and rules it takes from around it.

    Source alone would not do: a constant or a helper may have been replaced since it was read.

    Raises:
        LookupError: it takes something that looks different in every process.
    """
    return hashlib.sha256(repr(_described(rule, frozenset())).encode()).hexdigest()


def _described(value: Any, within: frozenset[int]) -> Any:
    """Return plain values that differ where the machine code may differ."""
    if isinstance(value, PLAIN):
        return type(value).__name__, repr(value)
    inner = getattr(value, "py_func", None)
    if inner is not None:  # a compiled rule
        return "rule", repr(sorted(value.targetoptions.items())), _described(inner, within)
    if isinstance(value, types.FunctionType):
        return _of_function(value, within)
    if isinstance(value, types.CodeType):
        return value.co_code, value.co_names, value.co_varnames, [_described(each, within) for each in value.co_consts]
    if isinstance(value, np.ndarray):
        return "array", value.dtype.str, value.shape, value.strides, value.tobytes()
    if isinstance(value, np.generic):
        return "number", value.dtype.str, value.tobytes()
    if isinstance(value, tuple | list):
        return type(value).__name__, [_described(each, within) for each in value]
    if isinstance(value, set | frozenset):
        return type(value).__name__, sorted(repr(_described(each, within)) for each in value)
    if isinstance(value, enum.EnumMeta):
        members: dict[str, enum.Enum] = dict(value.__members__)
        return "enum", value.__qualname__, [(name, repr(one.value)) for name, one in members.items()]
    named = getattr(value, "__qualname__", None) or getattr(value, "__name__", None) or repr(value)
    if " at 0x" in named:
        raise LookupError(f"{named} has no lasting name")
    return type(value).__name__, getattr(value, "__module__", ""), named


def _of_function(function: types.FunctionType, within: frozenset[int]) -> Any:
    if id(function) in within:
        return "itself"
    within = within | {id(function)}
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    names = rule_sources.names_in(function.__code__)
    around = {name: function.__globals__[name] for name in names if name in function.__globals__}
    taken = {name: _around(value, names, within) for name, value in around.items()}
    defaults = _described((*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).items()), within)
    return function.__qualname__, _described(function.__code__, within), _described(cells, within), taken, defaults


def _around(value: Any, names: list[str], within: frozenset[int]) -> Any:
    """Describe what stands around a function: of a module of its project, what the function may take from it."""
    if not isinstance(value, types.ModuleType) or not rule_sources.is_of_project(value.__name__):
        return _described(value, within)
    held = vars(value)
    return "module", value.__name__, {name: _described(held[name], within) for name in names if name in held}
