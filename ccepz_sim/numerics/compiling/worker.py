"""One process of the compilation: reads rules from its standard input, says what became of each.

Run by `driver`. A line is a rule's name and signatures, the answer a line with its seconds. It ends with its input.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import time
from typing import Any, TextIO

from ccepz_sim.numerics.compiling import driver
from ccepz_sim.numerics.compiling.signatures import UnknownTypeError, type_of

BEHIND = 5  # how far back a patient process stands in the queue for a processor, as `nice` counts


def work(source: TextIO, target: TextIO) -> None:
    """Compile what comes in, until nothing does."""
    driver.leave_alone()
    gc.disable()  # a compiler makes millions of objects that it keeps: looking for garbage takes a sixth of its time
    for line in source:
        asked = json.loads(line)
        began = time.process_time()
        problem = compile_rule(asked["rule"], asked["signatures"])
        answer = {"rule": asked["rule"], "seconds": time.process_time() - began, "problem": problem}
        target.write(json.dumps(answer) + "\n")
        target.flush()


def compile_rule(name: str, signatures: list[Any]) -> str:
    """Compile a rule for some signatures, or read it where it is kept; return what went wrong, else ""."""
    module, _, function = name.rpartition(".")
    try:
        rule = getattr(importlib.import_module(module), function).dispatcher
        for plain in signatures:
            rule.compile(tuple(type_of(argument) for argument in plain))
    except (ImportError, AttributeError, UnknownTypeError) as error:
        return f"{type(error).__name__}: {error}"  # the record is older than the rules
    except Exception as error:  # it is said in full at the first call
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return ""


def main(kind: str) -> None:
    """Take over the standard streams, so that nothing printed by accident gets between two answers."""
    source = os.fdopen(os.dup(0), encoding="utf-8")
    target = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if kind == driver.PATIENT and hasattr(os, "nice"):
        os.nice(BEHIND)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        work(source, target)
    with contextlib.suppress(BrokenPipeError):
        target.close()
