"""The script that measures the study runner still measures it: with a few rows, as nobody waits for a million."""

from __future__ import annotations

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
