"""What made a result: hashes of study and engine, versions of libraries, class of machine."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim.content.schema.study import Study

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

LIBRARIES = ("mesa", "numba", "numpy", "pandas", "pyarrow")
# Folders that show or arrange runs; no number of a run depends on them.
OUTSIDE = frozenset({"commands", "game", "output", "studies", "text", "web", "_content"})
COMPILING = ("numerics", "compiling")  # when rules are compiled, not what they say


def engine_hash(model: type[PilotZone] | None = None) -> str:
    """Return the SHA-256 of the source of the engine and of a model of one's own: results of two never mix.

    Phases, rules, indicators and channels of the model count by their names and by the files they are written in.
    """
    from ccepz_sim.quarter.variants import source_of

    own = "" if model is None else source_of(model)
    return hashlib.sha256(f"{_package_hash()} {own}".encode()).hexdigest() if own else _package_hash()


def memory_hash(model: type[PilotZone]) -> str:
    """Describe phases and rules as they are in memory, for two processes of one Python; "" where that cannot be.

    Files alone would not tell that something was replaced after they were read.
    """
    from ccepz_sim.quarter.variants import mark_of

    mark = mark_of(model)
    return "" if mark is None else f"{sys.implementation.cache_tag} {mark}"


@cache
def _package_hash() -> str:
    home = Path(__file__).resolve().parent.parent
    found = hashlib.sha256()
    for path in sorted(home.rglob("*.py")):
        name = path.relative_to(home)
        if name.parts[0] not in OUTSIDE and name.parts[:2] != COMPILING:
            found.update(name.as_posix().encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()


def study_hash(study: Study) -> str:
    """Return the SHA-256 of what a study runs and keeps; its words, and what is measured on it later, do not matter.

    Nor does the number of seeds where luck is common: more of them only add runs.
    """
    plain = asdict(study)
    for word in ("id", "label", "question", "expected_runs"):
        del plain[word]
    plain["outcomes"] = study.series
    if study.luck == "common":
        del plain["seeds"]
    plain["policies"] = [{**policy, "label": None} for policy in plain["policies"]]
    if not study.relations.model:
        del plain["relations"]["model"]
    if not study.stops:
        del plain["stops"]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def made_with() -> Mapping[str, Any]:
    """Return versions and the class of machine."""
    return {
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "machine": {
            "system": platform.system(),
            "type": platform.machine(),
            "processor": _processor(),
            "processors": os.cpu_count(),
        },
    }


@cache
def _processor() -> str:
    """Give the name by which the compiler knows the processor: last digits may differ between two of them."""
    from llvmlite import binding

    return str(binding.get_host_cpu_name())
