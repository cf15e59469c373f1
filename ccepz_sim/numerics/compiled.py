"""Rules as machine code: a loop over firms or cells costs nanoseconds a member instead of a call of NumPy a term.

Numba compiles a rule at its first call on a machine and `rule_store` keeps the result; with NUMBA_DISABLE_JIT=1 the
same lines run as plain Python. Numba is loaded with the first rule: a command that runs nothing does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from ccepz_sim.numerics.kernel import Kernel

Rule = TypeVar("Rule", bound=Callable[..., Any])
Value = TypeVar("Value", float, np.ndarray)  # of one firm within a compiled loop, or of many


def compiled(rule: Rule) -> Rule:
    """Compile a rule of arrays and numbers; division by zero gives what NumPy gives.

    Sums and products keep the order of the code (no fast maths): the same content and seed give the same bytes.
    """
    return _compiled(rule)


def recompiled(rule: Rule, kept: bool) -> Rule:
    """Compile a copy of a rule that calls other rules; where `kept`, beside the rule and not in its place."""
    return _compiled(rule, copied=True, kept=kept)


def _compiled(rule: Rule, copied: bool = False, kept: bool = True) -> Rule:
    import numba

    from ccepz_sim.numerics import hashing, native  # noqa: F401 - teach Numba what declared state is and how to draw

    done: Any = numba.njit(error_model="numpy")(rule)
    if done is rule:  # where nothing is compiled
        return rule
    from ccepz_sim.numerics.rule_files import KeptRule

    _take_constants_by_type(done)
    done._cache = KeptRule(rule, copied, kept)  # where Numba asks for a compiled form, and brings one
    return cast("Rule", Kernel(done))


def _take_constants_by_type(dispatcher: Any) -> None:
    """Compile one form for all constants of a type: Numba would make one for each, a second of compiling apiece."""
    from numba.core import types as numba_types

    plain: Any = cast("Any", numba_types).unliteral
    given = dispatcher.get_call_template

    def by_type(args: Any, named: Any) -> Any:
        return given([plain(one) for one in args], {name: plain(one) for name, one in named.items()})

    dispatcher.get_call_template = by_type


def inlined(rule: Rule) -> Rule:
    """Let compiled rules call a rule that else stays Python, such as one of any number of arguments."""
    from numba.extending import register_jitable

    inline: Rule = register_jitable(rule)
    return inline
