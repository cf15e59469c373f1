"""Results are written whole or not at all, and never over what is not ours."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ccepz_sim.output import run as output
from ccepz_sim.output.run import OutputError, refuse_unfit, write_run

COLUMNS = ["run", "seed", "year", "quarter", "place", "indicator", "view", "value"]


@pytest.fixture
def indicators() -> pd.DataFrame:
    """Two rows as a run gives them."""
    row = (0, 1, 2016, 1, "zone", "gdp", "true")
    return pd.DataFrame([(*row, 1.5), (*row, 2.5)], columns=COLUMNS)


@pytest.fixture
def events() -> pd.DataFrame:
    """One event as a run gives it."""
    columns = ["run", "seed", "year", "quarter", "place", "kind", "indicator", "weight", "en", "zh"]
    return pd.DataFrame([(0, 1, 2016, 2, "golmud", "audit", "audits", 0.5, "An audit.", "审计。")], columns=columns)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_three_files_and_nothing_else(tmp_path, indicators, events):
    write_run(tmp_path / "new" / "out", indicators, events, {"seed": 1})
    assert names(tmp_path / "new") == ["out"]
    assert names(tmp_path / "new" / "out") == ["events.parquet", "indicators.parquet", "manifest.json"]
    table = pq.read_table(tmp_path / "new/out/indicators.parquet")
    assert table.column_names == COLUMNS
    assert table["value"].to_pylist() == [1.5, 2.5]
    assert pq.read_table(tmp_path / "new/out/events.parquet")["zh"].to_pylist() == ["审计。"]
    assert json.loads((tmp_path / "new/out/manifest.json").read_text("utf-8")) == {
        "program": "ccepz-sim",
        "seed": 1,
    }


def test_an_earlier_output_is_replaced(tmp_path, indicators, events):
    target = tmp_path / "out"
    write_run(target, indicators, events, {"seed": 1})
    write_run(target, indicators, events, {"seed": 2})
    assert names(tmp_path) == ["out"]
    assert json.loads((target / "manifest.json").read_text("utf-8"))["seed"] == 2


def test_an_empty_folder_is_used(tmp_path, indicators, events):
    (tmp_path / "out").mkdir()
    write_run(tmp_path / "out", indicators, events, {})
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("name", ["thesis.txt", "indicators.parquet", "manifest.json"])
def test_what_is_not_ours_is_left_alone(tmp_path, indicators, events, name):
    held = tmp_path / "out" / name
    held.parent.mkdir()
    held.write_text("{}")
    with pytest.raises(OutputError) as refused:
        write_run(tmp_path / "out", indicators, events, {})
    assert refused.value.fields["name"] == name
    assert held.read_text() == "{}"
    assert names(tmp_path / "out") == [name]


def test_an_own_output_with_something_added_is_left_alone(tmp_path, indicators, events):
    write_run(tmp_path / "out", indicators, events, {})
    (tmp_path / "out" / "notes.md").write_text("mine")
    with pytest.raises(OutputError):
        write_run(tmp_path / "out", indicators, events, {})
    assert "notes.md" in names(tmp_path / "out")


def test_a_file_and_the_working_folder_are_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as refused:
        refuse_unfit(tmp_path / "file", 0)
    assert refused.value.key == "error.out_is_file"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError) as refused:
        refuse_unfit(Path(), 0)
    assert refused.value.key == "error.out_here"


@pytest.mark.parametrize("name", ["file/below", "x" * 300])
def test_a_folder_that_cannot_be_made_is_refused_at_once(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as refused:
        refuse_unfit(tmp_path / name, 0)
    assert refused.value.key == "error.out_unfit"


@pytest.mark.parametrize("stopped_by", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("before", [False, True])
def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch, indicators, events, stopped_by, before):
    if before:
        write_run(tmp_path / "out", indicators, events, {"seed": 1})

    def fail(*_, **__):
        raise stopped_by

    monkeypatch.setattr(output.pq, "write_table", fail)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_run(tmp_path / "out", indicators, events, {"seed": 2})
    assert names(tmp_path) == (["out"] if before else [])
    if before:
        assert json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))["seed"] == 1


def test_a_failed_rename_puts_the_earlier_output_back(tmp_path, monkeypatch, indicators, events):
    write_run(tmp_path / "out", indicators, events, {"seed": 1})
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OutputError) as refused:
        write_run(tmp_path / "out", indicators, events, {"seed": 2})
    assert "Permission denied" in refused.value.sentence("en")
    assert json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))["seed"] == 1
    assert names(tmp_path) == ["out"]
