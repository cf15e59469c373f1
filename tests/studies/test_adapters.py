"""The zone in the EMA Workbench and in Gymnasium."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from ccepz_sim.studies import extras
from ccepz_sim.studies.design import Plan
from ccepz_sim.studies.simulate import outcomes

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


@pytest.mark.slow
def test_the_example_finds_robust_settings(workbench, tmp_path) -> None:
    example = ROOT / "docs" / "examples" / "robust_packages.py"
    few = ["--policies", "2", "--worlds", "3", "--workers", "1", "--study", "robust-governance"]
    environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
    told = subprocess.run(
        [sys.executable, example, *few], capture_output=True, text=True, check=True, cwd=tmp_path, env=environ
    ).stdout
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
    assert len((ROOT / "ccepz_sim" / "studies" / "gym_env.py").read_text("utf-8").splitlines()) < 100


def test_a_missing_extra_is_one_sentence() -> None:
    with pytest.raises(extras.StudyError) as caught:
        extras.need("duckdb_of_tomorrow.sub", "study")
    assert caught.value.sentence("en").endswith("pip install 'ccepz-sim[study]'.")
    assert "ccepz-sim[study]" in caught.value.sentence("zh")
