"""This checkout against another revision of it: the same runs in turn, and the ratio of their times with its spread."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccepz_sim.text.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
# What both sides run: only what every revision of the package has.
RUNS = """
import sys, time
from ccepz_sim import PilotZone
years = int(sys.argv[1])
opening = PilotZone()
opening.copy().run(years)
print("ready", flush=True)
for _ in sys.stdin:
    zone = opening.copy()
    began = time.process_time()
    zone.run(years)
    print(time.process_time() - began, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Against:
    """Processor time of runs at the game's scale, round by round, seconds."""

    revision: str
    now: tuple[float, ...]
    then: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times as fast each round was as that of the revision beside it."""
        return tuple(then / now for now, then in zip(self.now, self.then, strict=True))

    @property
    def ratio(self) -> float:
        """The middle ratio."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The ratios that bound the middle half of the rounds."""
        low, _, high = statistics.quantiles(self.ratios, n=4, method="inclusive")
        return low, high

    def as_dict(self) -> dict[str, Any]:
        """Return what the JSON shows."""
        least = {"now": min(self.now), "then": min(self.then)}
        return {"revision": self.revision, "seconds": least, "ratio": self.ratio, "spread": list(self.spread)}


def against(revision: str, years: int, rounds: int) -> Against:
    """Measure this checkout and a revision of it in turn, each in a process of its own.

    The first run of the revision compiles its rules, a minute or more, and is not counted.

    Raises:
        UserError: this is no checkout, or it has no such revision.
    """
    with ExitStack() as stack:
        sides = [stack.enter_context(_side(root, years)) for root in (ROOT, stack.enter_context(_tree(revision)))]
        for side in sides:
            _answer(side)
        times = [[_run(side) for side in sides] for _ in range(rounds)]
    return Against(revision, *(tuple(column) for column in zip(*times, strict=True)))


@contextmanager
def _tree(revision: str) -> Iterator[Path]:
    """Give the files of a revision in a folder of their own, as long as they are needed."""
    if _git("rev-parse", "--show-toplevel") != str(ROOT):
        raise UserError("not_a_checkout", folder=ROOT)
    found = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not found:
        raise UserError("unknown_revision", name=revision)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder).resolve() / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(tree), found)
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> str:
    """Return what git says, "" where it refuses or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@contextmanager
def _side(root: Path, years: int) -> Iterator[subprocess.Popen[str]]:
    """Start a process that runs the package of a folder whenever it is told."""
    quiet = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", RUNS, str(years)]
    with subprocess.Popen(
        command, cwd=root, env=quiet, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as side:
        try:
            yield side
        finally:
            side.kill()


def _answer(side: subprocess.Popen[str]) -> str:
    assert side.stdout is not None
    told = side.stdout.readline()
    if not told:
        raise RuntimeError("a side of the comparison ended")
    return told


def _run(side: subprocess.Popen[str]) -> float:
    assert side.stdin is not None
    side.stdin.write("\n")
    side.stdin.flush()
    return float(_answer(side))
