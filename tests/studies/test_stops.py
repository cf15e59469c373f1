"""Runs that end before their years: conditions of a study and of a model, and what is measured on what they lived."""

from __future__ import annotations

import copy
import pickle
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccepz_sim import MultiRun, PilotZone, load_study, run_study
from ccepz_sim.cli import main
from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.study import Measure, Relations, Study
from ccepz_sim.studies import simulate
from ccepz_sim.studies.design import Plan
from ccepz_sim.studies.fingerprint import engine_hash, memory_hash, study_hash
from ccepz_sim.studies.outcomes import measured
from ccepz_sim.studies.study_file import study_file
from ccepz_sim.text.errors import ContentError, UserError
from tests.studies.test_models import of_workers
from tests.studies.test_results import Known

THREE = {"years": 3, "scale": 0.0005}
RICH = {"indicator": "gdp_real", "side": "above", "value": 1.0, "from": 2017}  # holds at once, but counts from 2017 on
FEWER = {"seeds": 2, "expected_runs": 8}
MODEL = """
from ccepz_sim import PilotZone

SIXTH = 2017.25


def late(zone):
    return zone.year >= SIXTH


class Late(PilotZone):
    own_stops = (late,)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "late_model.py").write_text(MODEL, "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    yield __import__("late_model")
    sys.modules.pop("late_model", None)


def kept(study: Study, content: Content, number: int = 0) -> np.ndarray:
    return simulate.outcomes(study, content, Plan(study)[number])


# in a zone


class Fifth(PilotZone):
    own_stops = (lambda zone: zone.year >= 2017.0,)


def test_a_zone_stops_where_its_model_says() -> None:
    zone = Fifth(scale=0.0005).run(3)
    assert zone.stopped
    assert not zone.running
    assert zone.year == 2017.25  # the first quarter of 2017 is over
    assert zone.run(1).year == 2017.25
    for twin in (zone.copy(), copy.deepcopy(zone), pickle.loads(pickle.dumps(zone))):
        assert twin.stopped
    plain = PilotZone(scale=0.0005).run(1.25)
    assert not plain.stopped
    assert zone.golden_hash() == plain.golden_hash(), "to be asked changes nothing"


def test_a_history_is_never_stopped() -> None:
    class Always(PilotZone):
        own_stops = (lambda zone: True,)

    assert Always(scale=0.0005).year == 2016.0
    assert Always(scale=0.0005).run(2).year == 2016.25


def test_what_asks_may_not_write() -> None:
    def greedy(zone: Any) -> bool:
        zone.state.firms.brand[:] = 0.0
        return False

    class Greedy(PilotZone):
        own_stops = (greedy,)

    with pytest.raises(ValueError, match="read-only"):
        Greedy(scale=0.0005).run(0.25)


@pytest.mark.parametrize("stops", [(3,), "so2", lambda zone: True])
def test_stops_that_are_none_are_refused_where_they_are_written(stops: Any) -> None:
    with pytest.raises(ContentError, match="own_stops holds functions"):
        type("Wrong", (PilotZone,), {"own_stops": stops})


# in a study


def test_a_study_ends_runs_by_what_it_keeps(make: Callable[..., Study], content: Content) -> None:
    whole, early = make(relations=THREE), make(relations=THREE, stop=[RICH])
    first, second = kept(whole, content), kept(early, content)
    assert first.shape == second.shape
    assert np.isfinite(first).all()
    assert (second[:, :2] == first[:, :2]).all()
    assert np.isnan(second[:, 2]).all()
    never = make(relations=THREE, stop=[{**RICH, "side": "below"}])
    assert (kept(never, content) == first).all()
    quarters = make(relations={**THREE, "every": "quarter"}, stop=[RICH])
    assert np.isfinite(kept(quarters, content)[0]).sum() == 5  # a quarter is a period of its own


def test_the_date_is_that_of_the_outcome_first(make: Callable[..., Study], content: Content) -> None:
    whole = make(relations=THREE, outcome=[{"indicator": "so2"}])
    so2 = kept(whole, content)[0]
    assert so2[1] < so2[0]
    value = float(so2[:2].mean())
    early = kept(make(relations=THREE, outcome=[{"indicator": "so2"}],
                      stop=[{"indicator": "so2", "side": "below", "value": value}]), content)  # fmt: skip
    date = measured(Measure("first", 0, 0, 0, 0.0, "below", value), whole.relations, so2[None])
    assert date == 2016 + np.isfinite(early[0]).sum() - 1


def test_a_model_ends_runs_with_a_whole_year(make: Callable[..., Study], content: Content, module: Any) -> None:
    study = make(relations={**THREE, "model": "late_model:Late"})
    found = kept(study, content)
    assert np.isfinite(found).sum(axis=1).tolist() == [2, 2]
    assert (found[:, :2] == kept(make(relations=THREE), content)[:, :2]).all()


def test_it_counts_in_what_makes_a_study_the_same(make: Callable[..., Study], module: Any) -> None:
    plain, early = make(relations=THREE), make(relations=THREE, stop=[RICH])
    assert study_hash(plain) != study_hash(early)
    assert study_hash(early) != study_hash(make(relations=THREE, stop=[{**RICH, "value": 2.0}]))
    before = engine_hash(module.Late), memory_hash(module.Late)
    assert before[0] != engine_hash()
    module.SIXTH = 2018.0
    assert memory_hash(module.Late) != before[1], "a worker that reads the file stops elsewhere"


def test_workers_stop_as_this_process_does_and_go_on_where_they_were(
    make: Callable[..., Study], content: Content, module: Any, tmp_path: Path
) -> None:
    study = make(relations={**THREE, "model": "late_model:Late"}, stop=[{**RICH, "from": 2018}], **FEWER)
    seen: list[int] = []
    told = {"tick": lambda progress: seen.append(progress.ended), "stopped": lambda: seen[-1] >= 2}
    assert not run_study(study, tmp_path / "out", workers=1, **told).finished
    ended = run_study(study, tmp_path / "out", workers=2)
    assert ended.counts["SUCCEEDED"] == 8
    assert ended.earlier >= 2
    plan = Plan(study)
    assert of_workers(tmp_path / "out", study) == {run: kept(study, content, run).tobytes() for run in range(len(plan))}
    results = load_study(tmp_path / "out")
    assert results.study == study
    assert results.manifest["model"]["stops"] == ["late"]
    assert results.stopped == 8
    assert set(results.ends["until"]) == {2018.0}


def test_a_study_file_carries_its_stops(make: Callable[..., Study], content: Content) -> None:
    study = make(relations=THREE, stop=[RICH, {"indicator": "so2", "view": "reported", "side": "below", "value": 3e4}])
    assert content.read_study(tomllib.loads(study_file(study)), "again.toml") == study


@pytest.mark.parametrize(
    ("stop", "told"),
    [
        ({**RICH, "indicator": "gdp_reel"}, "gdp_real"),
        ({**RICH, "side": "over"}, "above"),
        ({key: RICH[key] for key in ("indicator", "side")}, "value"),
        ({**RICH, "from": 2019}, "2,018"),
        ({**RICH, "until": 2017}, "until"),
        ({**RICH, "measure": "mean"}, "measure"),
        ({**RICH, "place": "golmut"}, "golmud"),
    ],
)
def test_a_stop_that_cannot_be_is_found_when_the_study_is_read(
    make: Callable[..., Study], stop: Any, told: str
) -> None:
    with pytest.raises(ContentError, match=told) as caught:
        make(relations=THREE, stop=[stop])
    assert "stop[1]" in caught.value.sentence("en")


def test_the_same_stop_twice_is_a_slip(make: Callable[..., Study]) -> None:
    with pytest.raises(ContentError, match="first"):
        make(relations=THREE, stop=[RICH, RICH])


# what is measured

VALUES = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, np.nan, np.nan]])
YEARS = Relations(2016, 4, "year", 0.0, ())


@pytest.mark.parametrize(
    ("measure", "whole", "early"),
    [
        (Measure("last"), 4.0, 6.0),
        (Measure("mean"), 2.5, 5.5),
        (Measure("sum"), 10.0, 11.0),
        (Measure("sum", from_=2018), 7.0, np.nan),
        (Measure("peak", side="lowest"), 1.0, 5.0),
        (Measure("peak", from_=2018, side="highest"), 4.0, np.nan),
        (Measure("at", 2017), 2.0, 6.0),
        (Measure("at", 2019), 4.0, np.nan),
        (Measure("first", side="above", value=3.5), 2019.0, 2016.0),
        (Measure("first", side="above", value=9.0), 2020.0, 2020.0),  # it never came, early end or not
        (Measure("first", from_=2018, side="above", value=3.5), 2019.0, 2020.0),
    ],
)
def test_measures_look_at_what_a_run_lived(measure: Measure, whole: float, early: float) -> None:
    np.testing.assert_array_equal(measured(measure, YEARS, VALUES), [whole, early])
    np.testing.assert_array_equal(measured(measure, YEARS, VALUES[:1]), [whole])


def test_a_part_of_a_year_has_its_quarters() -> None:
    quarters = replace(YEARS, years=2, every="quarter")
    values = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, np.nan, np.nan]])
    assert measured(Measure("last"), quarters, values) == 4.5
    assert measured(Measure("at", 2017, quarter=2), quarters, values) == 6.0
    assert np.isnan(measured(Measure("at", 2017, quarter=3), quarters, values))
    assert np.isnan(measured(Measure("at", 2017), quarters, values)), "half a year is no year"
    assert measured(Measure("sum"), quarters, values) == 21.0 / 4


def half_stopped(run: Any, study: Study) -> np.ndarray:
    """Every second seed of the second policy ends after the first of three years."""
    early = run.policy == 1 and run.seed % 2
    return np.array([[run.policy, np.nan if early else 1.0 + run.policy, np.nan if early else 10.0 + run.seed]]).T


@pytest.fixture
def stopped(make: Callable[..., Study], tmp_path: Path) -> Path:
    study = make(relations=THREE, lever=[], seeds=4, expected_runs=8, stop=[RICH])
    run_study(study, tmp_path / "out", engine=Known(half_stopped))
    return tmp_path / "out"


def test_tables_say_who_stopped_and_leave_nobody_alive_that_is_not(stopped: Path) -> None:
    results = load_study(stopped)
    assert results.stopped == 2
    assert results.ends.query("policy == 'tax-only'")["until"].tolist() == [2017.0, 2019.0, 2017.0, 2019.0]
    table = results.summary().set_index(["policy", "outcome"])
    assert table.loc[("tax-only", "gdp_real"), ["mean", "runs", "stopped"]].tolist() == [(1 + 12 + 1 + 14) / 4, 4, 0.5]
    assert table.loc[("status-quo", "gdp_real"), "stopped"] == 0.0
    assert results.at("at(gdp_real, 2018)").groupby("policy", observed=True).size().tolist() == [4, 2]
    fan = results.fan("gdp_real").query("policy == 'tax-only'").set_index("year")
    assert fan["runs"].tolist() == [4, 2, 2]
    assert fan["mean"].tolist() == [1.0, 2.0, 13.0]
    assert len(results.differences("status-quo", "tax-only", "at(gdp_real, 2018)")) == 2
    assert len(results.differences("status-quo", "tax-only", "mean(gdp_real)")) == 4


def test_commands_and_figures_say_so(stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for lang, words, column in (
        ("en", "2 of 8 runs stopped early", "Stopped early"),
        ("zh", "8 次运行中有 2 次", "提前结束"),
    ):
        assert main(["results", str(stopped), "--lang", lang], {}) == 0
        told = capsys.readouterr()
        assert words in told.err
        assert column in told.out
    assert main(["results", str(stopped), "--fan", "gdp_real", "--lang", "en"], {}) == 0
    capsys.readouterr()
    caption = (stopped / "figures" / "fan-gdp_real.en.txt").read_text("utf-8")
    assert "2 of 8 runs stopped early; later dates are those of the others." in caption


def test_many_runs_with_a_stop() -> None:
    many = MultiRun(["status-quo"], seeds=2, years=3, scale=0.0005, outcomes=["gdp_real"],
                    stops=["first(gdp_real, above 1, from 2017)"])  # fmt: skip
    stop = many.study.stops[0]
    assert (stop.indicator, stop.measure.value, stop.measure.from_) == ("gdp_real", 1.0, 2017)
    for wrong in ("so2", "mean(so2)", "first(so2)", "first(so2, below 3, until 2017)"):
        with pytest.raises(UserError, match="nothing that ends a run"):
            MultiRun(["status-quo"], years=3, stops=[wrong])
