"""Rules as machine code: a loop over firms or cells costs nanoseconds a member instead of a call of NumPy a term.

Numba compiles a rule at its first call on a machine and keeps the result; with NUMBA_DISABLE_JIT=1 the same lines run
as plain Python. Numba is loaded with the first rule: a command that runs nothing does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from ccepz_sim.rule_store import clear_older, folder_of

Rule = TypeVar("Rule", bound=Callable[..., Any])
Value = TypeVar("Value", float, np.ndarray)  # of one firm within a compiled loop, or of many


def compiled(rule: Rule) -> Rule:
    """Compile a rule of arrays and numbers; division by zero gives what NumPy gives.

    Sums and products keep the order of the code (no fast maths): the same content and seed give the same bytes.
    """
    import numba

    folder = folder_of(rule.__module__)
    if not folder.exists():
        clear_older(folder)
    made = numba.njit(error_model="numpy")(rule)
    if not numba.config.DISABLE_JIT:
        from ccepz_sim.rule_cache import RuleCache

        made._cache = RuleCache(rule)  # what `cache=True` does with a cache of Numba's own
    return cast("Rule", made)


def inlined(rule: Rule) -> Rule:
    """Let compiled rules call a rule that else stays Python, such as one of any number of arguments."""
    from numba.extending import register_jitable

    inline: Rule = register_jitable(rule)
    return inline
