"""Results: tables against plain pandas and known answers, figures as files in both languages."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccepz_sim import load_study
from ccepz_sim.content.schema.evidence import NEUTRAL
from ccepz_sim.studies import runner, sensitivity, store
from ccepz_sim.studies.dispatch import Work
from ccepz_sim.studies.engines import Engine
from ccepz_sim.studies.figures import Charts, save
from ccepz_sim.studies.results import StudyResults
from ccepz_sim.studies.simulate import Result
from ccepz_sim.text.errors import UserError
from tests.studies.faults import Faults, InPlace

FACTORS = {
    "lever": [{"id": "audit-share", "bounds": [0, 1]}, {"id": "complaint-channels", "bounds": [0, 1]}],
    "uncertainty": [{"id": "collusion.belief_speed", "bounds": [0.1, 0.3]}],
}


class Known(Engine):
    """An engine that runs in place and answers by a formula of what was asked."""

    capacity = 1

    def __init__(self, formula) -> None:
        self.formula = formula

    def submit(self, fn, /, batch):
        from concurrent.futures import Future

        study = fn.args[0].study
        future: Future = Future()
        kept = (len(study.series), study.relations.periods)
        values = [np.broadcast_to(self.formula(run, study), kept[::-1]).T for run in batch]
        future.set_result([Result(item.astype("<f8").tobytes(), "", "", 0.0) for item in values])
        return future

    def stop(self) -> None:
        """Nothing runs."""


@pytest.fixture
def known(make, tmp_path):
    """Make the results of a study whose outcomes follow a formula."""

    def made(formula, **changes) -> StudyResults:
        study = make(**changes)
        folder = tmp_path / f"known-{len(list(tmp_path.iterdir()))}"
        runner.run_study(study, folder, engine=Known(formula))
        return load_study(folder)

    return made


@pytest.fixture
def results(make, tmp_path, monkeypatch) -> StudyResults:
    """Results of forty runs of invented numbers in several shards."""
    monkeypatch.setattr(store, "MOST_RUNS_OF_SHARD", 8)
    study = make(relations={"years": 2, "every": "quarter"})
    runner.run_study(study, tmp_path / "out", engine=InPlace(Faults(tmp_path)))
    return load_study(tmp_path / "out")


def levers(run) -> np.ndarray:
    return np.array([decision.value for decision in run.decisions])


def test_tables_are_what_pandas_makes_of_them(results) -> None:
    table = results.outcomes.merge(results.runs, on="run")
    assert len(table) == 40 * 2 * 8
    assert list(results.runs["status"].unique()) == ["SUCCEEDED"]
    own = table[(table["indicator"] == "gdp_real")]
    fan = results.fan("gdp_real")
    for (policy, year, quarter), group in own.groupby(["policy", "year", "quarter"], observed=True)["value"]:
        row = fan[(fan["policy"] == policy) & (fan["year"] == year) & (fan["quarter"] == quarter)].iloc[0]
        assert row["mean"] == pytest.approx(group.mean())
        assert [row["low"], row["median"], row["high"]] == pytest.approx(list(group.quantile([0.05, 0.5, 0.95])))
        assert row["runs"] == len(group) == 20
    last = own[own["year"] == 2017].groupby("run")["value"].mean()
    assert results.at("gdp_real").set_index("run")["value"].to_dict() == pytest.approx(last.to_dict())
    summary = results.summary(2017).set_index(["policy", "outcome"])
    mean = own[(own["year"] == 2017) & (own["policy"] == "tax-only")]["value"].mean()
    assert summary.loc[("tax-only", "gdp_real"), "mean"] == pytest.approx(mean)
    assert results.query("SELECT count(*) AS n FROM outcomes WHERE run = $run", run=3)["n"][0] == 16


def test_differences_pair_worlds_of_the_same_luck(known) -> None:
    found = known(lambda run, _: 100.0 * run.seed + 7.0 * run.policy)
    pairs = found.differences("status-quo", "tax-only", "gdp_real")
    assert len(pairs) == 20
    assert set(pairs["difference"]) == {7.0}
    back = found.compare("tax-only", "status-quo").set_index("outcome")
    assert back.loc["gdp_real", "mean"] == -7.0
    assert back.loc["gdp_real", "better"] == 0.0
    # Less collusion is better.
    assert back.loc["colluding_share@golmud", "better"] == 1.0
    same = found.compare("tax-only", "tax-only").set_index("outcome")
    assert same.loc["gdp_real", "better"] == 0.5


def test_worlds_of_own_luck_cannot_be_paired(known) -> None:
    found = known(lambda run, _: run.seed, luck="own")
    with pytest.raises(UserError, match="no world"):
        found.differences("status-quo", "tax-only")


def test_morris_finds_what_moves_a_plane(known) -> None:
    found = known(
        lambda run, _: 10.0 * levers(run)[0] - 2.0 * levers(run)[1],
        design="morris", samples=6, seeds=1, packages=["status-quo"], expected_runs=24, **FACTORS,
    )  # fmt: skip
    table = found.morris().set_index("factor")
    assert table["mu"].to_dict() == pytest.approx(
        {"audit-share": 10, "complaint-channels": -2, "collusion.belief_speed": 0}
    )
    assert table["mu_star"].max() == pytest.approx(10)
    assert table["sigma"].to_numpy() == pytest.approx(0, abs=1e-9)


def test_sobol_gives_the_shares_of_a_known_function(known) -> None:
    # Var(4x) : Var(2y) = 4 : 1 for uniform factors.
    found = known(
        lambda run, _: 4.0 * levers(run)[0] + 2.0 * levers(run)[1],
        design="sobol", samples=256, seeds=1, packages=["status-quo"], expected_runs=1280, **FACTORS,
    )  # fmt: skip
    table = found.sobol().set_index("factor")
    assert table["first_order"].to_dict() == pytest.approx(
        {"audit-share": 0.8, "complaint-channels": 0.2, "collusion.belief_speed": 0.0}, abs=0.03
    )
    assert table["total"].to_numpy() == pytest.approx(table["first_order"].to_numpy(), abs=0.03)
    still = known(
        lambda run, _: 1.0,
        design="sobol", samples=4, seeds=1, packages=["status-quo"], expected_runs=20, **FACTORS,
    )  # fmt: skip
    assert (still.sobol()["total"] == 0.0).all()


def test_tornado_phase_and_front(known) -> None:
    changes = {
        "lever": [
            {"id": "audit-share", "values": [0, 0.5, 1]},
            {"id": "complaint-channels", "values": [0, 1]},
        ],
        "seeds": 2,
        "packages": ["status-quo"],
        "expected_runs": 12,
    }
    # GDP and collusion both rise with the first lever; the second only costs GDP.
    found = known(lambda run, _: np.array([10 * levers(run)[0] - levers(run)[1], levers(run)[0]]), **changes)
    table = found.tornado().set_index("factor")
    assert table["effect"].to_dict() == {"audit-share": 10.0, "complaint-channels": -1.0}
    phase = found.phase("audit-share", "complaint-channels")
    assert phase.set_index(["x", "y"])["value"].to_dict()[(0.5, 1.0)] == 4.0
    front = found.pareto(["gdp_real", "colluding_share@golmud"])
    assert (front["front"] == (front["complaint-channels"] == 0)).all()


def test_in_what_has_no_good_direction_nobody_is_better(known) -> None:
    found = known(lambda run, _: run.seed, outcome=[{"indicator": "vacancies"}, {"indicator": "gdp_real"}])
    assert found.outcome("vacancies").direction == NEUTRAL
    with pytest.raises(UserError, match="no good direction"):
        found.pareto(["gdp_real", "vacancies"])


def test_runs_that_failed_are_counted(make, tmp_path) -> None:
    runner.run_study(make(), tmp_path / "out", engine=InPlace(Faults(tmp_path, raises=frozenset({3, 17}))))
    results = load_study(tmp_path / "out")
    assert (results.ended, results.lost) == (40, 2)


def test_nobody_beats_the_front() -> None:
    values = np.array([[0, 3], [1, 2], [1, 1], [2, 0], [2, 0], [0, 0]])
    assert sensitivity.unbeaten(values).tolist() == [True, True, False, True, True, False]


def test_a_study_under_way_can_be_looked_at(make, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(store, "MOST_RUNS_OF_SHARD", 8)
    seen: list = []
    faults = Faults(tmp_path)
    runner.run_study(
        make(),
        tmp_path / "out",
        engine=InPlace(faults),
        tick=seen.append,
        stopped=lambda: bool(seen) and seen[-1].ended >= 20,
    )
    results = load_study(tmp_path / "out")
    assert 0 < results.ended < 40
    assert len(results.fan("gdp_real"))
    (tmp_path / "out" / "runs.parquet").unlink()
    assert 0 < load_study(tmp_path / "out").ended <= results.ended


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda results: results.fan("so2"), "keeps no outcome"),
        (lambda results: results.differences("status-quo", "tax-onely"), "“tax-only”"),
        (lambda results: results.at("gdp_real", 2035), "2016 to 2017"),
        (lambda results: results.phase("audit-share", "rd-fund"), "does not vary"),
        (lambda results: results.morris(), "“grid”"),
        (lambda results: results.at("gdp_real", 2016.5), "2016 to 2017"),
        (lambda results: results.at("gdp_real", True), "2016 to 2017"),
        (lambda results: results.at("gdp_real", "2016"), "2016 to 2017"),
        (lambda results: results.at("GDP_real"), "“gdp_real”"),
        (lambda results: results.at("colluding_share"), "“colluding_share@golmud”"),
        (lambda results: results.phase("audit-share", "audit-share"), "named twice"),
        (lambda results: results.pareto(["gdp_real", "gdp_real"]), "named twice"),
    ],
)
def test_what_is_not_there_is_told(results, call, told) -> None:
    with pytest.raises(UserError) as caught:
        call(results)
    assert told in caught.value.sentence("en")
    assert caught.value.sentence("zh") != caught.value.sentence("en")


def test_no_study(tmp_path) -> None:
    with pytest.raises(UserError, match="holds no study"):
        load_study(tmp_path)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_is_drawn_in_both_languages(known, tmp_path, lang, caplog) -> None:
    def formula(run, _):
        return np.array([levers(run)[0] + 0.01 * run.seed + 0.1 * run.policy, levers(run)[1]])

    sampled = {"seeds": 1, **FACTORS}
    grid = known(
        formula,
        expected_runs=80,
        lever=[{"id": "audit-share", "values": [0, 1]}, {"id": "complaint-channels", "values": [0, 1]}],
    )
    morris = known(formula, design="morris", samples=4, expected_runs=32, **sampled)
    sobol = known(formula, design="sobol", samples=8, expected_runs=80, **sampled)
    charts = {
        "fan": Charts(grid, lang).fan(),
        "difference": Charts(grid, lang).difference("status-quo", "tax-only"),
        "tornado": Charts(grid, lang).tornado(),
        "phase": Charts(grid, lang).phase("audit-share", "complaint-channels"),
        "scatter": Charts(sobol, lang).phase("audit-share", "complaint-channels"),
        "pareto": Charts(grid, lang).pareto(["gdp_real", "colluding_share@golmud"]),
        "morris": Charts(morris, lang).morris(),
        "sobol": Charts(sobol, lang).sobol(),
    }
    with caplog.at_level(logging.WARNING):
        for name, figure in charts.items():
            png, svg = save(figure, tmp_path / "figures" / name)
            first = (png.read_bytes(), svg.read_bytes())
            assert first[0].startswith(b"\x89PNG")
            assert b"</svg>" in first[1]
            save(figure, tmp_path / "figures" / name)
            assert (png.read_bytes(), svg.read_bytes()) == first
    # A letter without a glyph or a font that is not here would be complained of.
    assert [record.message for record in caplog.records if "font" in record.name] == []


def test_work_without_deaths_gives_each_item_once() -> None:
    class InPlace(Engine):
        capacity = 3

        def submit(self, fn, /, batch):
            from concurrent.futures import Future

            future: Future = Future()
            future.set_result(fn(batch))
            return future

    done = [done for batch in Work(InPlace(), lambda batch: [2 * item for item in batch], range(200)) for done in batch]
    assert sorted((one.item, one.value) for one in done) == [(number, 2 * number) for number in range(200)]


def test_csv_has_every_value(results, tmp_path: Path) -> None:
    table = results.outcomes
    table.to_csv(tmp_path / "all.csv", index=False)
    assert pd.read_csv(tmp_path / "all.csv")["value"].tolist() == table["value"].tolist()
    assert json.loads((results.folder / "manifest.json").read_text("utf-8"))["runs"] == 40
