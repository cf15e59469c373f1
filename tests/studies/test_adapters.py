"""The zone in the EMA Workbench and in Gymnasium."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccepz_sim.studies import extras
from ccepz_sim.studies.design import Plan
from ccepz_sim.studies.simulate import outcomes
from ccepz_sim.text.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
CHANGES = {
    "design": "latin-hypercube",
    "samples": 2,
    "seeds": 2,
    "expected_runs": 16,
    "scenarios": ["slow-recovery", "calm"],
    "lever": [{"id": "audit-share"}],
    "uncertainty": [{"id": "collusion.belief_speed"}],
}


@pytest.fixture
def workbench():
    """The EMA Workbench, which complains at import of what it can do without."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("ema_workbench")


@pytest.mark.filterwarnings("ignore")
def test_the_workbench_runs_the_study(workbench, make, content) -> None:
    from ccepz_sim.studies.ema import ema_model

    study = make(**CHANGES)
    model = ema_model(study, content=content)
    assert [one.name for one in model.levers] == ["zone_policy", "audit_share"]
    assert [one.name for one in model.uncertainties] == ["zone_scenario", "collusion_belief_speed"]
    kinds = {one.name: one.kind for one in model.outcomes}
    assert kinds["gdp_real"] == workbench.ScalarOutcome.MAXIMIZE
    assert kinds["colluding_share_golmud"] == workbench.ScalarOutcome.MINIMIZE
    experiments, found = workbench.perform_experiments(model, scenarios=2, policies=2)
    assert len(experiments) == 4
    assert np.isfinite(found["gdp_real"]).all()


@pytest.mark.filterwarnings("ignore")
def test_a_point_gives_the_mean_of_its_runs(workbench, make, content) -> None:
    from ccepz_sim.studies.ema import Zone

    study = make(**CHANGES)
    plan = Plan(study)
    point = {"audit_share": float(plan.points[0, 0]), "collusion_belief_speed": float(plan.points[0, 1])}
    found = Zone(study, content, 2)(zone_policy="tax-only", zone_scenario="calm", **point)
    runs = [run for run in (plan[number] for number in range(16)) if (run.policy, run.scenario) == (1, 1)]
    runs = [run for run in runs if plan.point[run.number] == 0]
    assert len(runs) == 2
    assert found["gdp_real"] == np.mean([outcomes(study, content, run)[0, -1] for run in runs])


@pytest.mark.filterwarnings("ignore")
def test_what_is_not_set_stays_as_it_is(workbench, make, content) -> None:
    from ccepz_sim.studies.ema import Zone, ema_model

    study = make(**CHANGES)
    zone = Zone(study, content, 1)
    now = {"audit_share": content.levers["audit-share"].status_quo_at(2016)}
    held = {"collusion_belief_speed": content.parameters["collusion.belief_speed"].value}
    # Policies only, scenarios only, neither: each as if the rest were given as it is.
    assert zone() == zone(**now) == zone(**held) == zone(**now, **held)
    model = ema_model(study, content=content, seeds=1)
    found = [workbench.perform_experiments(model, scenarios=2)[1]]
    if not workbench.__version__.startswith("3.0."):  # which adds a list to what is none, whatever the model
        found.append(workbench.perform_experiments(model, policies=2)[1])
    for held_ones in found:
        assert np.isfinite(held_ones["gdp_real"]).all()
        assert len(held_ones["gdp_real"]) == 2


@pytest.mark.filterwarnings("ignore")
def test_the_workbench_gets_measures_and_directions(workbench, make, content) -> None:
    from ccepz_sim.studies.ema import Zone, ema_model

    outcome = [
        {"indicator": "gdp_real"},
        {"indicator": "gdp_real", "measure": "discounted", "rate": 0.05},
        {"indicator": "so2", "view": "reported"},
        {"indicator": "cod", "view": "reported", "direction": "down"},
    ]
    study = make(**{**CHANGES, "relations": {"years": 2, "scale": 0.0005}}, outcome=outcome)
    kinds = {one.name: one.kind for one in ema_model(study, content=content).outcomes}
    kind = workbench.ScalarOutcome
    # An optimiser that made less reported would make officials lie.
    assert kinds["so2_reported"] == kind.INFO
    assert kinds["cod_reported"] == kind.MINIMIZE
    assert kinds["discounted_gdp_real_0_05"] == kind.MAXIMIZE
    found = Zone(study, content, 1)()
    last, amount = found["gdp_real"], found["discounted_gdp_real_0_05"]
    assert 1.5 * last < amount < 2.5 * last


SMALL = {**CHANGES, "relations": {"years": 1, "scale": 0.0005}}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_workbench_searches_levers_under_a_constraint(workbench, make, content) -> None:
    """Without a reference: what is not searched stays as it is."""
    from ccepz_sim.studies.ema import Zone, ema_model

    study = make(**{**SMALL, "packages": ["status-quo"], "expected_runs": 8})
    model = ema_model(study, content=content, seeds=1)

    def beyond(share: Any) -> float:
        return max(0.0, float(np.squeeze(share)) - 0.3)  # the Workbench hands over a column of one setting

    limit = workbench.Constraint("few", parameter_names="audit_share", function=beyond)
    random.seed(1)
    asked = {"epsilons": [1e6, 1e-3], "population_size": 6}
    with workbench.SequentialEvaluator(model) as runs:
        found = runs.optimize(nfe=18, searchover="levers", constraints=[limit], **asked)
    assert len(found)
    assert (found["audit_share"] <= 0.3).all()
    setting = found.iloc[0]
    again = Zone(study, content, 1)(audit_share=setting["audit_share"])
    assert again["gdp_real"] == pytest.approx(setting["gdp_real"], rel=1e-12)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_workbench_searches_worlds(workbench, make, content) -> None:
    """The worst world of a policy: uncertainties are searched, levers stay as they are."""
    from ccepz_sim.studies.ema import ema_model

    study = make(**{**SMALL, "scenarios": ["slow-recovery"], "expected_runs": 8})
    model = ema_model(study, content=content, seeds=1)
    random.seed(1)
    with workbench.SequentialEvaluator(model) as runs:
        found = runs.optimize(nfe=12, searchover="uncertainties", epsilons=[1e6, 1e-3], population_size=6)
    assert len(found)
    low, high = content.parameters["collusion.belief_speed"].bounds
    assert found["collusion_belief_speed"].between(low, high).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_workbenchs_own_pool_gives_the_same(workbench, make, content) -> None:
    from ema_workbench.analysis import feature_scoring

    from ccepz_sim.studies.ema import ema_model

    model = ema_model(make(**SMALL), content=content, seeds=1)
    np.random.seed(1)  # noqa: NPY002 - the Workbench samples with it
    alone, here = workbench.perform_experiments(model, scenarios=3, policies=2)
    np.random.seed(1)  # noqa: NPY002 - the Workbench samples with it
    with workbench.MultiprocessingEvaluator(model, n_processes=2) as runs:
        others, there = workbench.perform_experiments(model, scenarios=3, policies=2, evaluator=runs)
    assert alone["audit_share"].tolist() == others["audit_share"].tolist()
    assert here["gdp_real"].tolist() == there["gdp_real"].tolist()
    scores = feature_scoring.get_feature_scores_all(alone.drop(columns=["model", "policy", "scenario"]), here)
    assert "audit_share" in scores.index


def printed(example: str, *asked: str, cwd: Path) -> str:
    """Run an example of the docs in one process and return what it prints."""
    command = [sys.executable, ROOT / "docs" / "examples" / example, *asked, "--workers", "1"]
    environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd, env=environ).stdout


@pytest.mark.slow
def test_the_example_searches_and_says_whether_it_is_over(workbench, tmp_path) -> None:
    told = printed("search_levers.py", "--evaluations", "40", "--years", "1", cwd=tmp_path)
    assert "evaluations in" in told
    assert "converged: no" in told
    assert "status quo" in told


POINT = {"audit_share": 0.5, "collusion_belief_speed": 0.2}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"audit_shar": 0.5}, "“audit_share”"),
        ({"zone_policy": "tax_only"}, "“tax-only”"),
        ({"zone_scenario": "clam"}, "“calm”"),
        ({"audit_share": 1.5}, "1.5 is out of bounds for “audit-share”: allowed is 0 to 1"),
        ({"audit_share": float("nan")}, "nan is out of bounds"),
        ({"collusion_belief_speed": "0.2"}, "0.2 is out of bounds"),
    ],
)
def test_what_the_workbench_may_not_ask_for(workbench, make, content, asked, told) -> None:
    from ccepz_sim.studies.ema import Zone

    point = {name: value for name, value in {**POINT, **asked}.items() if value is not None}
    with pytest.raises(UserError) as caught:
        Zone(make(**CHANGES), content, 1)(**point)
    assert told in caught.value.sentence("en")


@pytest.mark.filterwarnings("ignore")
def test_the_ends_of_a_range_are_within_it_however_they_are_rounded(workbench, make) -> None:
    from ccepz_sim.studies.ema import _within

    factor = make(**CHANGES).levers[0]
    assert _within(factor, (0.0, 1.0), 1.0 + 1e-12) == 1.0
    assert _within(factor, (0.0, 1.0), -1e-12) == 0.0
    assert _within(factor, (-1.0, 1.0), -0.5) == -0.5, "outside the study, possible in the zone: taken as it is"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seeds", [0, -1, 1.5, True, 2**31])
def test_seeds_that_are_none(workbench, make, content, seeds) -> None:
    from ccepz_sim.studies.ema import ema_model

    with pytest.raises(UserError, match="number of seeds"):
        ema_model(make(**CHANGES), content=content, seeds=seeds)


@pytest.mark.filterwarnings("ignore")
def test_names_that_become_the_same_are_refused(workbench, make, content) -> None:
    from ccepz_sim.studies.ema import ema_model

    study = make(**CHANGES)
    twin = replace(study.levers[0], id="audit_share")
    with pytest.raises(UserError, match="“audit_share” in Python's spelling"):
        ema_model(replace(study, levers=(*study.levers, twin)), content=content)


@pytest.mark.slow
def test_the_example_finds_robust_settings(workbench, tmp_path) -> None:
    few = ("--policies", "2", "--worlds", "3", "--study", "robust-governance")
    told = printed("robust_packages.py", *few, cwd=tmp_path)
    assert "status quo" in told
    assert "robustness" in told
    assert "of worlds." in told


def test_gymnasiums_own_checker_passes(make, content) -> None:
    pytest.importorskip("gymnasium")
    from gymnasium.utils.env_checker import check_env

    from ccepz_sim.studies.gym_env import ZoneEnv

    env = ZoneEnv(make(relations={"years": 2, "scale": 0.0005}), content)
    check_env(env, skip_render_check=True)
    first, _ = env.reset(seed=3)
    assert (np.abs(first) <= 1.0).all()
    strong = [env.step(np.ones(1)) for _ in range(2)]
    assert [step[3] for step in strong] == [False, True]
    env.reset(seed=3)
    weak = [env.step(np.zeros(1)) for _ in range(2)]
    assert strong[-1][0][1] != weak[-1][0][1]
    assert len((ROOT / "ccepz_sim" / "studies" / "gym_env.py").read_text("utf-8").splitlines()) < 110


def test_gymnasium_makes_it_by_name(make, content) -> None:
    gymnasium = pytest.importorskip("gymnasium")
    from ccepz_sim.studies.gym_env import ID

    study = make(relations={"years": 1, "scale": 0.0005})
    env = gymnasium.make(ID, study=study, content=content)
    first, told = env.reset(seed=3)
    again, same = gymnasium.make(ID, study=study, content=content).reset(seed=3)
    assert told == same
    assert (first == again).all()


def test_an_episode_ends_with_what_stops_a_run(make, content) -> None:
    pytest.importorskip("gymnasium")
    from ccepz_sim.studies.gym_env import ZoneEnv

    stop = [{"indicator": "gdp_real", "side": "above", "value": 1.0, "from": 2017}]
    env = ZoneEnv(make(relations={"years": 3, "scale": 0.0005}, stop=stop), content)
    env.reset(seed=3)
    assert [env.step(np.zeros(1))[2:4] for _ in range(2)] == [(False, False), (True, False)]


@pytest.mark.parametrize("action", [[1.5], [-0.1], [float("nan")], [], [0.5, 0.5], 0.5])
def test_an_action_of_another_shape_or_size_is_refused(make, content, action) -> None:
    pytest.importorskip("gymnasium")
    from ccepz_sim.studies.gym_env import ZoneEnv

    env = ZoneEnv(make(relations={"years": 1, "scale": 0.0005}), content)
    with pytest.raises(UserError, match="1 numbers from 0 to 1"):
        env.step(np.array(action))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lever": [], "expected_runs": 20}, "varies no lever"),
        ({"relations": {"years": 1, "from": 2010}}, "begins in 2010"),
    ],
)
def test_a_study_that_is_no_environment(make, content, changes, told) -> None:
    pytest.importorskip("gymnasium")
    from ccepz_sim.studies.gym_env import ZoneEnv

    with pytest.raises(UserError, match=told):
        ZoneEnv(make(**changes), content)


def test_an_episode_has_no_options(make, content) -> None:
    pytest.importorskip("gymnasium")
    from ccepz_sim.studies.gym_env import ZoneEnv

    with pytest.raises(UserError, match="no option “scenario”"):
        ZoneEnv(make(), content).reset(options={"scenario": "calm"})


def test_a_missing_extra_is_one_sentence() -> None:
    with pytest.raises(extras.StudyError) as caught:
        extras.need("duckdb_of_tomorrow.sub", "study")
    assert caught.value.sentence("en").endswith("pip install 'ccepz-sim[study]'.")
    assert "ccepz-sim[study]" in caught.value.sentence("zh")
