"""Measuring: CPU time of interleaved steps, least of several; growth of memory, each in a process of its own.

Processor time and the least of several leave out what other programs do to a clock; interleaving gives all
implementations the same good and bad moments.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ccepz_sim.bench.workload import Implementation, start

WARM = 3  # steps before memory is read: buffers and generators are there
SMALL = 1000  # residents that load everything an implementation needs before its growth is measured


def fastest(steps: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run all steps in turn, round after round; return the least CPU time of each, seconds."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, step in steps.items():
            began = time.process_time()
            step()
            spent = time.process_time() - began
            best[name] = min(best.get(name, spent), spent)
    return best


def growth_of(maker: str, residents: int) -> float | None:
    """Return by how much the peak memory of a fresh process grows, bytes per resident; None without such a measure.

    Args:
        maker: where the implementation is, "module:name".
        residents: how many it has.
    """
    found = _in_process(f"from ccepz_sim.bench.measure import grow; grow({maker!r}, {residents})")
    return None if found is None else float(found["bytes"]) / residents


def every_resident(years: int) -> dict[str, float] | None:
    """Run the whole zone at 1:1 from 2016 in a process of its own: seconds and gigabytes at peak; None as above."""
    return _in_process(f"from ccepz_sim.bench.measure import whole_zone; whole_zone({years})")


def load(maker: str) -> Callable[..., Implementation]:
    """Return the implementation at "module:name"."""
    module, _, name = maker.partition(":")
    made: Callable[..., Implementation] = getattr(import_module(module), name)
    return made


def grow(maker: str, residents: int) -> None:
    """Print the growth of this process's peak memory while an implementation is built and steps."""
    make = load(maker)
    make(start(SMALL)).step()
    opening = start(residents)
    before = _peak()
    made = make(opening)
    for _ in range(WARM):
        made.step()
    sys.stdout.write(json.dumps({"bytes": max(0, _peak() - before)}))


def whole_zone(years: int) -> None:
    """Print how long a run of the zone at 1:1 takes and how much memory the process needs at peak."""
    from ccepz_sim.model import PilotZone

    began = time.process_time()
    zone = PilotZone(scale=1.0)
    ready = time.process_time()
    zone.run(years)
    spent = time.process_time()
    people = int(zone.state.population.persons.sum())
    sys.stdout.write(
        json.dumps({"history": ready - began, "run": spent - ready, "people": people, "gigabytes": _peak() / 1e9})
    )


def _in_process(code: str) -> dict[str, Any] | None:
    if sys.platform == "win32":
        return None
    # one thread, so that a library's own threads take no part
    quiet = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=quiet)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _peak() -> int:
    """Return the peak memory of this process so far, bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss of a child begins with what its parent had; the kernel's own high-water mark does not
        line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
