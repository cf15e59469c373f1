"""Scripts that measure studies still measure them: with a few rows and runs, as nobody waits for a million."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ccepz_sim.content.loading import load_content

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def test_rows_are_written_and_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    sys.modules.pop("bench_studies", None)
    import bench_studies

    monkeypatch.setattr(bench_studies, "ROWS", 2000)
    monkeypatch.setattr(bench_studies, "TURNS", 1)
    bench_studies.million(load_content().study("smoke"), tmp_path / "few")
    said = capsys.readouterr().out
    assert "plain pyarrow" in said
    assert "plain DuckDB" in said


@pytest.mark.slow
def test_other_ways_of_running_many_come_to_the_same_numbers() -> None:
    """Two of the five, whose processes are started in different ways; a run that raises is told of both."""
    asked = ["--runs", "4", "--years", "1", "--turns", "1", "--way", "joblib", "--way", "ccepz study"]
    environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, SCRIPTS / "bench_peers.py", *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, timeout=900)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("runs a second") == 2
    assert "one run raises: 0 of 4 come back" in done.stdout
    assert "one run raises: 3 of 4 come back" in done.stdout
