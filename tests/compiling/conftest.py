"""A few small rules, a folder of compiled rules that is empty, and a way to look into another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim.numerics.compiling import driver, recorded

SMALL = tuple(f"ccepz_sim.rules.abatement.{rule}" for rule in ("abatement_at", "abatement_cost", "cheapest_share"))
# Compiles nothing by itself, then says what Numba had to compile of the project and what a payment gave.
CALL = """
import json, sys
from numba.core import event
from ccepz_sim.numerics.compiling import leave_alone, recorded
from ccepz_sim.numerics.compiling.worker import compile_rule
leave_alone()
compiled = []
class Watch(event.Listener):
    def on_start(self, found):
        rule = found.data["dispatcher"].py_func
        compiled.append(f"{rule.__module__}.{rule.__qualname__}")
    def on_end(self, found):
        pass
event.register("numba:compile", Watch())
record = {rule.name: rule for rule in recorded.recorded_rules()}
problems = [compile_rule(name, record[name].signatures) for name in sys.argv[1:]]
import ccepz_sim.rules.abatement
print(json.dumps({"compiled": [name for name in compiled if name.startswith("ccepz_sim.")], "problems": problems,
                  "file": ccepz_sim.rules.abatement.__file__}))
"""


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of compiled rules with nothing in it, used from here on."""
    folder = tmp_path / "rules"
    monkeypatch.setenv("CCEPZ_RULES", str(folder))
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    return folder


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> list[recorded.Rule]:
    """A record of three rules, the last of which calls the others."""
    rules = [rule for rule in recorded.recorded_rules() if rule.name in SMALL]
    assert len(rules) == len(SMALL), "the examples of this test are gone: choose others"
    monkeypatch.setattr(recorded, "recorded_rules", lambda: tuple(rules))
    monkeypatch.setattr(driver, "_alone", type(driver._alone)())
    return rules


@pytest.fixture
def call(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Compile rules in another process, and return what that compiled and from which file."""

    def ask(names: tuple[str, ...] = SMALL, **environment: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-c", CALL, *names],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    return ask
