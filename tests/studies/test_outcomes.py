"""Outcomes by hand: what each measure gives of known values, how it is named, and which direction it has."""

from __future__ import annotations

import numpy as np
import pytest

from ccepz_sim import load_study
from ccepz_sim.content.reading.designs import read_study
from ccepz_sim.content.reading.outcomes import outcome_name, parse_outcome
from ccepz_sim.content.schema.evidence import NEUTRAL
from ccepz_sim.content.schema.study import Measure, Relations
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.studies import runner
from ccepz_sim.studies.outcomes import measured, unit_of
from ccepz_sim.text.errors import ContentError
from tests.studies.conftest import document
from tests.studies.test_results import Known

YEARS = Relations(from_=2016, years=4, every="year", scale=0.0, without=())
QUARTERS = Relations(from_=2016, years=4, every="quarter", scale=0.0, without=())
VALUES = np.array([[10.0, 20.0, 5.0, 8.0], [1.0, 1.0, 1.0, 1.0]])


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("so2", [8, 1]),
        ("at(so2, 2017)", [20, 1]),
        ("mean(so2)", [43 / 4, 1]),
        ("mean(so2, from 2017, until 2018)", [12.5, 1]),
        ("sum(so2)", [43, 4]),
        ("sum(so2, until 2017)", [30, 2]),
        ("peak(so2)", [20, 1]),
        ("peak(so2, lowest)", [5, 1]),
        ("first(so2, above 15)", [2017, 2020]),
        ("first(so2, below 6)", [2018, 2016]),
        ("discounted(so2, 0%)", [43, 4]),
        ("discounted(so2, 0.1)", [10 / 1.1**0.5 + 20 / 1.1**1.5 + 5 / 1.1**2.5 + 8 / 1.1**3.5, None]),
    ],
)
def test_each_measure_is_what_it_says(name: str, wanted: list[float]) -> None:
    outcome = parse_outcome(name, YEARS)
    assert outcome is not None
    found = measured(outcome.measure, YEARS, VALUES)
    for value, expected in zip(found, wanted, strict=True):
        assert expected is None or value == pytest.approx(expected)
    # The name that is written is read as the same again.
    assert parse_outcome(outcome_name(outcome), YEARS) == outcome


def test_quarters_give_the_same_sums_and_finer_dates() -> None:
    values = np.repeat(VALUES, 4, axis=1)
    for name in ("so2", "mean(so2)", "sum(so2)", "peak(so2)", "at(so2, 2018)"):
        outcome = parse_outcome(name, QUARTERS)
        assert outcome is not None
        assert measured(outcome.measure, QUARTERS, values) == pytest.approx(measured(outcome.measure, YEARS, VALUES))
    values[0, 2:] = 100.0
    first = parse_outcome("first(so2, above 50)", QUARTERS)
    quarter = parse_outcome("at(so2, 2016, Q3)", QUARTERS)
    assert first is not None
    assert quarter is not None
    assert measured(first.measure, QUARTERS, values).tolist() == [2016.5, 2020.0]
    assert measured(quarter.measure, QUARTERS, values).tolist() == [100.0, 1.0]


@pytest.mark.parametrize(
    "name",
    [
        "sum(so2", "total(so2)", "at(so2)", "at(so2, 1999)", "at(so2, 2016, Q1)", "discounted(so2)", "first(so2, 5)",
        "first(so2, below)", "so2@", "SO2", "peak(so2, above)", "sum(so2, from 2018, until 2017)", "mean(so2, 2017)",
        "discounted(so2, 150%)", "mean(so2, from 2016, from 2017)",
    ],
)  # fmt: skip
def test_what_is_no_outcome_is_none(name: str) -> None:
    assert parse_outcome(name, YEARS) is None


def test_units_of_measures() -> None:
    def unit(name: str) -> str:
        outcome = parse_outcome(name, YEARS)
        assert outcome is not None
        return unit_of(outcome, all_indicators())

    assert unit("sum(gdp_real)") == "yuan"
    assert unit("discounted(gdp_real, 5%)") == "yuan"
    assert unit("mean(gdp_real)") == "yuan/year"
    assert unit("sum(solid_waste_stock)") == "t·year"
    assert unit("first(gdp_real, above 1)") == "year"


def test_a_reported_figure_has_no_direction_of_its_own(make) -> None:
    outcomes = [
        {"indicator": "so2"},
        {"indicator": "so2", "view": "reported"},
        {"indicator": "cod", "view": "reported", "direction": "down"},
        {"indicator": "so2", "measure": "first", "side": "below", "value": 1000},
        {"indicator": "so2", "measure": "first", "side": "above", "value": 1000},
        {"indicator": "gdp_real", "measure": "first", "side": "above", "value": 1e11},
    ]
    found = make(outcome=outcomes).outcomes
    # Less SO₂ is better: below early, above late; more product early.
    assert [one.direction for one in found] == ["down", NEUTRAL, "down", "down", "up", "down"]


def test_outcomes_of_one_series_keep_it_once(make, tmp_path) -> None:
    measures = [{}, {"measure": "sum"}, {"measure": "discounted", "rate": 0.05}, {"measure": "at", "year": 2016}]
    study = make(outcome=[{"indicator": "gdp_real", **one} for one in measures], relations={"years": 3})
    assert study.series == (("gdp_real", "zone", "true"),)
    runner.run_study(study, tmp_path / "out", engine=Known(lambda run, _: np.array([[run.seed], [2], [3]])))
    results = load_study(tmp_path / "out")
    assert len(results.outcomes) == study.runs * 3
    assert results.names == ("gdp_real", "sum(gdp_real)", "discounted(gdp_real, 0.05)", "at(gdp_real, 2016)")
    seeds = results.runs["seed"].to_numpy()
    assert results.at("sum(gdp_real)")["value"].to_numpy() == pytest.approx(seeds + 5.0)
    assert results.at("at(gdp_real, 2016)")["value"].to_numpy() == pytest.approx(seeds)
    # What the file does not name may still be asked for.
    assert results.at("peak(gdp_real, lowest)")["value"].to_numpy() == pytest.approx(np.minimum(seeds, 2))


def test_what_is_measured_may_change_while_a_study_lies_there(make, tmp_path) -> None:
    plain = [{"indicator": "gdp_real"}]
    runner.run_study(make(outcome=plain), tmp_path / "out", engine=Known(lambda run, _: run.seed))
    more = make(outcome=[*plain, {"indicator": "gdp_real", "measure": "sum"}])
    ended = runner.run_study(more, tmp_path / "out", engine=Known(lambda run, _: run.seed))
    assert ended.earlier == 40
    assert load_study(tmp_path / "out").names == ("gdp_real", "sum(gdp_real)")


@pytest.mark.parametrize(
    ("outcome", "rule"),
    [
        ({"measure": "total"}, "not_a_choice"),
        ({"measure": "discounted"}, "missing_key"),
        ({"measure": "discounted", "rate": 5}, "out_of_bounds"),
        ({"measure": "at"}, "missing_key"),
        ({"measure": "at", "year": 2040}, "out_of_bounds"),
        ({"measure": "at", "year": 2016, "quarter": 2}, "needs_quarters"),
        ({"measure": "first", "side": "below"}, "missing_key"),
        ({"measure": "first", "value": 3}, "missing_key"),
        ({"measure": "first", "value": 3, "side": "highest"}, "not_a_choice"),
        ({"measure": "sum", "from": 2017, "until": 2016}, "not_before"),
        ({"measure": "sum", "rate": 0.1}, "not_for_this"),
        ({"year": 2016}, "not_for_this"),
        ({"mesure": "sum"}, "unknown_key"),
    ],
)
def test_each_mistake_in_a_measure_is_found(content, outcome, rule) -> None:
    findings: list = []
    changed = document(relations={"years": 3}, outcome=[{"indicator": "gdp_real", **outcome}])
    read_study(changed, "tried.toml", findings, known=content._known)
    assert rule in [finding.rule for finding in findings]
    for finding in findings:
        assert finding.sentence("en") != finding.sentence("zh")


def test_the_same_measure_twice_is_a_mistake(make) -> None:
    twice = [{"indicator": "gdp_real", "measure": "sum"}, {"indicator": "gdp_real", "measure": "sum", "from": 2016}]
    with pytest.raises(ContentError, match="occurs twice"):
        make(outcome=twice, relations={"years": 3})
    assert Measure() == Measure("last")
