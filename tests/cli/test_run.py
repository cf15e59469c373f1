"""`ccepz run` from the command line to the files."""

from __future__ import annotations

import io
import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ccepz_sim import PilotZone, __version__
from ccepz_sim.commands import run
from ccepz_sim.content.loading import load_content
from ccepz_sim.measures.indicators import INDICATORS

COLUMNS = ["run", "seed", "year", "quarter", "place", "indicator", "view", "value"]
PLACES = {
    "zone",
    "golmud",
    "delingha",
    "dachaidan",
    "ulan",
    "dulan",
    "tianjun",
    "mangya",
    "haidong",
    "xining",
}
PARKS = {"park_golmud", "park_delingha", "park_dachaidan", "park_ulan"}


def test_a_readable_summary(ccepz):
    answer = ccepz("run", "green-governance", "--years", "1")
    assert (answer.code, answer.err) == (0, "")
    assert "Green governance · Slow recovery · 2016–2016 · seed 1" in answer.out
    for name in run.SUMMARY:
        assert INDICATORS[name].label.en in answer.out
    chinese = ccepz("run", "green-governance", "--years", "1", lang="zh")
    assert INDICATORS["colluding_share"].label.zh in chinese.out
    assert "个百分点" in chinese.out


def test_the_files(ccepz, tmp_path):
    out = tmp_path / "out"
    arguments = ["tax-only", "growth-first", "--scenario", "second-crash", "--seed", "3", "--years", "2"]
    arguments += ["--set", "audit-share=0.3@2017.5", "--out", str(out)]
    answer = ccepz("run", *arguments)
    assert (answer.code, answer.err) == (0, "")
    assert str(out) in answer.out

    table = pd.read_parquet(out / "indicators.parquet")
    assert list(table.columns) == COLUMNS
    assert set(table["year"]) == {2016, 2017}
    assert set(table["quarter"]) == {1, 2, 3, 4}
    assert set(table["seed"]) == {3}
    assert set(table["place"]) == PLACES | PARKS
    assert set(table["view"]) == {"true", "reported"}
    assert set(table["indicator"]) == set(INDICATORS)
    assert not table["value"].isna().any()
    assert not table.duplicated(COLUMNS[:-1]).any()

    events = pq.read_table(out / "events.parquet")
    assert {"year", "quarter", "place", "kind", "en", "zh"} <= set(events.column_names)

    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["version"] == __version__
    assert manifest["content_hash"] == load_content().hash
    assert (manifest["seed"], manifest["scenario"]) == (3, "second-crash")
    assert manifest["package"] == ["tax-only", "growth-first"]
    assert manifest["settings"]["set"] == [{"lever": "audit-share", "value": 0.3, "year": 2017.5}]
    assert manifest["settings"]["years"] == 2
    assert manifest["duration"] > 0
    again = PilotZone(package=["tax-only", "growth-first"], scenario="second-crash", seed=3).copy()
    again.decide([*again.decisions, run.Decision("audit-share", 0.3, 2017.5)])
    assert manifest["golden_hash"] == again.run(years=2).golden_hash()


def test_json_is_the_manifest_with_a_summary(ccepz):
    answer = ccepz("run", "--years", "1", "--json")
    told = json.loads(answer.out)
    assert (answer.code, answer.err) == (0, "")
    assert told["package"] == ["status-quo"]
    assert set(told["summary"]) == set(run.SUMMARY)
    assert told["summary"]["gdp_real"]["start"] > 1e9
    assert told["golden_hash"] == PilotZone(seed=1).run(years=1).golden_hash()


def test_what_is_set_changes_the_run_and_the_seed_is_the_luck(ccepz):
    def golden(*arguments: str) -> str:
        return json.loads(ccepz("run", "--years", "1", "--json", *arguments).out)["golden_hash"]

    plain = golden()
    assert golden() == plain
    assert golden("--seed", "2") != plain
    assert golden("--set", "pollution-tax-air=12") != plain
    assert golden("--set", "pollution-tax-air=1.2") == plain  # its status quo
    parameter = load_content().parameters["collusion.peer_weight"]
    low, high = parameter.bounds
    other = low if parameter.value != low else high
    assert golden("--param", f"{parameter.id}={other}") != plain
    assert golden("--scenario", "second-crash") != plain


def test_packages_may_stand_between_options(ccepz):
    told = json.loads(ccepz("run", "tax-only", "--years", "1", "subsidies-only", "--json").out)
    assert told["package"] == ["tax-only", "subsidies-only"]


def test_the_history_alone(ccepz, tmp_path):
    out = tmp_path / "history"
    assert ccepz("run", "--from", "2010", "--years", "6", "--out", str(out)).code == 0
    assert set(pd.read_parquet(out / "indicators.parquet")["year"]) == set(range(2010, 2016))


def test_ctrl_c_stops_cleanly_and_writes_nothing(ccepz, tmp_path, monkeypatch):
    steps = []

    def step() -> None:
        steps.append(zone.quarter)
        if len(steps) == 3:
            raise KeyboardInterrupt

    zone = PilotZone()
    monkeypatch.setattr("ccepz_sim.model.PilotZone", lambda **_: zone)
    monkeypatch.setattr(zone, "step", step)
    answer = ccepz("run", "--out", str(tmp_path / "out"))
    assert (answer.code, answer.out) == (130, "")
    assert answer.err == "Stopped; nothing was written.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("terminal", [True, False])
def test_a_progress_bar_on_a_terminal_only(monkeypatch, terminal):
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    errors = Stream()
    monkeypatch.setattr("sys.stderr", errors)
    monkeypatch.setenv("TERM", "xterm")
    steps = []
    run._step(lambda: steps.append(1), 8, run.Say("en"))
    assert len(steps) == 8
    assert ("Running" in errors.getvalue()) == terminal
