"""A compiled rule as Python calls it: by its machine code where what it is given is known, else as Numba does.

Numba finds out at every call what it was given, some microseconds for each declared object. A rule that takes
declared state, numbers and arrays needs that once: the machine code itself refuses state of another layout, and
arrays are held against those it was compiled for.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

ArrayKind = tuple[int, np.dtype[Any], int, bool]  # place among what is given, type of items, dimensions, to be written
NUMBERS = {"float": "float64", "int": "int64", "bool": "bool"}  # how a number is declared, and Numba's name for it


class Kernel:
    """A compiled rule; compiled rules call it as they call any other."""

    def __init__(self, dispatcher: Any) -> None:
        self.dispatcher = dispatcher
        functools.update_wrapper(self, dispatcher.py_func)
        self._call: Callable[..., Any] = self._first

    @property
    def py_func(self) -> Callable[..., Any]:
        """The rule as Python."""
        found: Callable[..., Any] = self.dispatcher.py_func
        return found

    @property
    def targetoptions(self) -> Any:
        """How it is compiled, see `rule_files`."""
        return self.dispatcher.targetoptions

    @property
    def stats(self) -> Any:
        """How often it was found compiled, by types."""
        return self.dispatcher.stats

    @property
    def _numba_type_(self) -> Any:
        return self.dispatcher._numba_type_

    def __call__(self, *values: Any, **named: Any) -> Any:
        """Run the rule."""
        return self.dispatcher(*values, **named) if named else self._call(*values)

    def _first(self, *values: Any) -> Any:
        found = self.dispatcher(*values)
        self._call = self._direct(values) or self.dispatcher
        return found

    def _direct(self, values: tuple[Any, ...]) -> Callable[..., Any] | None:
        """Give the machine code if one will do for all calls: state, numbers of the declared type, arrays of a kind.

        Args:
            values: of the first call.
        """
        from numba.np.numpy_support import as_dtype  # loaded by now: a rule was compiled

        overloads = list(self.dispatcher.overloads.values())
        given, names = overloads[0].signature.args, self._names()
        if len(overloads) != 1 or len(given) != len(names):
            return None
        declared, arrays, state = self.py_func.__annotations__, [], False
        for place, (kind, name) in enumerate(zip(given, names, strict=True)):
            if hasattr(kind, "layout_mark"):
                state = True
            elif hasattr(kind, "ndim") and kind.layout == "C" and kind.aligned:
                dtype = as_dtype(kind.dtype)
                own = getattr(values[place], "dtype", None) if place < len(values) else None
                arrays.append((place, own if own == dtype else dtype, kind.ndim, kind.mutable))
            elif str(kind) != NUMBERS.get(declared.get(name, "")):
                return None
        code = overloads[0].entry_point
        if not state:
            return None
        return self._with_arrays(code, arrays) if arrays else code

    def _with_arrays(self, code: Callable[..., Any], arrays: list[ArrayKind]) -> Callable[..., Any]:
        """Give the machine code behind a look at the arrays; others than it was compiled for go Numba's way."""
        dispatcher = self.dispatcher

        def call(*values: Any) -> Any:
            for place, dtype, dimensions, writeable in arrays:
                value = values[place]
                if type(value) is not np.ndarray or value.ndim != dimensions:
                    return dispatcher(*values)
                if value.dtype is not dtype and value.dtype != dtype:  # records are compared field by field
                    return dispatcher(*values)
                flags = value.flags
                if not flags.c_contiguous or not flags.aligned or flags.writeable != writeable:
                    return dispatcher(*values)
            return code(*values)

        return call

    def _names(self) -> tuple[str, ...]:
        code = self.py_func.__code__
        return code.co_varnames[: code.co_argcount]

    def __reduce__(self) -> str:
        """Be found by its name again in another process."""
        return self.py_func.__qualname__
