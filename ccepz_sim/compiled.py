"""Rules as machine code: a loop over firms or cells costs nanoseconds a member instead of a call of NumPy a term.

Numba compiles a rule at its first call on a machine and keeps the result beside the code; with NUMBA_DISABLE_JIT=1 the
same lines run as plain Python. Numba is loaded with the first rule: a command that runs nothing does not wait for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

LAST_FOLDER, LAST_RULE = "measures", "town_sums._count_materials"  # compiled at the end of a first quarter
Rule = TypeVar("Rule", bound=Callable[..., Any])
Value = TypeVar("Value", float, np.ndarray)  # of one firm within a compiled loop, or of many


def compiled(rule: Rule) -> Rule:
    """Compile a rule of arrays and numbers; division by zero gives what NumPy gives.

    Sums and products keep the order of the code (no fast maths): the same content and seed give the same bytes.
    """
    from numba import njit

    return cast("Rule", njit(cache=True, error_model="numpy")(rule))


def inlined(rule: Rule) -> Rule:
    """Let compiled rules call a rule that else stays Python, such as one of any number of arguments."""
    from numba.extending import register_jitable

    inline: Rule = register_jitable(rule)
    return inline


def are_kept() -> bool:
    """Say whether the rules were compiled on this machine before; True also where they are not, or it is not known."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return True
    home = Path(__file__).parent / LAST_FOLDER
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(chosen) if chosen else home / "__pycache__"
    if not chosen and not os.access(folder if folder.exists() else home, os.W_OK):
        return True  # Numba looks for a place of its own
    source = home / f"{LAST_RULE.partition('.')[0]}.py"
    version = f"py{sys.version_info.major}{sys.version_info.minor}"
    kept = folder.rglob(f"{LAST_RULE}-*.{version}*.nbi")
    return any(index.stat().st_mtime >= source.stat().st_mtime for index in kept)
