"""A compiled rule as Python calls it: by its machine code where what it is given is known, else as Numba does.

Numba finds out at every call what it was given, half a microsecond for each declared object. A rule that takes
declared state and numbers needs that once: the machine code itself refuses state of another layout.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

NUMBERS = {"float": "float64", "int": "int64", "bool": "bool"}  # how a number is declared, and Numba's name for it


class Kernel:
    """A compiled rule; compiled rules call it as they call any other."""

    def __init__(self, dispatcher: Any) -> None:
        self.dispatcher = dispatcher
        functools.update_wrapper(self, dispatcher.py_func)
        self._carry_out: Callable[..., Any] = self._first

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
        """Carry out the rule."""
        return self.dispatcher(*values, **named) if named else self._carry_out(*values)

    def _first(self, *values: Any) -> Any:
        found = self.dispatcher(*values)
        self._carry_out = self._direct() or self.dispatcher
        return found

    def _direct(self) -> Callable[..., Any] | None:
        """Give the machine code if one will do for all calls: declared state, and numbers of the declared type."""
        overloads = list(self.dispatcher.overloads.values())
        given, names = overloads[0].signature.args, self._names()
        if len(overloads) != 1 or len(given) != len(names):
            return None
        told = self.py_func.__annotations__
        state = [hasattr(kind, "layout_mark") for kind in given]
        numbers = [str(kind) == NUMBERS.get(told.get(name, "")) for kind, name in zip(given, names, strict=True)]
        known = all(one or other for one, other in zip(state, numbers, strict=True))
        return overloads[0].entry_point if any(state) and known else None

    def _names(self) -> tuple[str, ...]:
        code = self.py_func.__code__
        return code.co_varnames[: code.co_argcount]

    def __reduce__(self) -> str:
        """Be found by its name again in another process."""
        return self.py_func.__qualname__
