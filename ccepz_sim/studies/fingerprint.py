"""What made a result: hashes of study and engine, versions of libraries, class of machine."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ccepz_sim.content.schema.study import Study

LIBRARIES = ("mesa", "numba", "numpy", "pandas", "pyarrow")
# Folders that show or arrange runs; no number of a run depends on them.
OUTSIDE = frozenset({"commands", "game", "output", "studies", "text", "web", "_content"})
COMPILING = ("numerics", "compiling")  # when rules are compiled, not what they say


@cache
def engine_hash() -> str:
    """Return the SHA-256 of the engine's source, so that results of two engines never mix."""
    home = Path(__file__).resolve().parent.parent
    found = hashlib.sha256()
    for path in sorted(home.rglob("*.py")):
        name = path.relative_to(home)
        if name.parts[0] not in OUTSIDE and name.parts[:2] != COMPILING:
            found.update(name.as_posix().encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()


def study_hash(study: Study) -> str:
    """Return the SHA-256 of what a study runs; its words do not matter."""
    plain = asdict(study)
    for word in ("id", "label", "question", "expected_runs"):
        del plain[word]
    plain["policies"] = [{**policy, "label": None} for policy in plain["policies"]]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def made_with() -> Mapping[str, Any]:
    """Return versions and the class of machine."""
    return {
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "machine": {"system": platform.system(), "type": platform.machine(), "processors": os.cpu_count()},
    }
