"""The players of the load script are honest clients: what they send is what a browser sends, and each is answered."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench_load.py"


@pytest.mark.slow
def test_a_small_room_is_answered() -> None:
    pytest.importorskip("psutil")
    options = ["--players", "2", "--seconds", "4", "--think", "0.2", "0.5", "--bands", "0", "--alone", "--json"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *options], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    (figures,) = report["rooms"]
    assert figures["answered"] >= 2
    assert figures["unanswered"] == figures["refused"] == 0
    assert figures["workers"] >= 1
