"""A study file becomes runs: bounds are only narrowed, counts are true, designs are those of SALib and SciPy."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ccepz_sim.content.checks import check_content
from ccepz_sim.content.folder import find_folder
from ccepz_sim.content.loading import Content
from ccepz_sim.content.reading.designs import read_study
from ccepz_sim.studies.design import Plan, unit_sample
from ccepz_sim.studies.store import Store, read_manifest, study_of
from ccepz_sim.text.errors import ContentError
from tests.studies.conftest import document

SAMPLED = {"lever": [{"id": "audit-share", "bounds": [0.1, 0.4]}], "uncertainty": [{"id": "collusion.belief_speed"}]}


def test_every_shipped_study_is_laid_out_as_it_says(content: Content) -> None:
    assert {"smoke", "ten-thousand", "packages"} <= set(content.studies)
    assert {study.design for study in content.studies.values()} == {"grid", "latin-hypercube", "sobol", "morris"}
    for study in content.studies.values():
        plan = Plan(study)
        assert len(plan) == study.runs == study.expected_runs
        worlds = Counter(zip(plan.point, plan.scenario, plan.seed, strict=True))
        assert set(worlds.values()) == {len(study.policies)}


def test_smoke_is_about_a_hundred_short_runs(content: Content) -> None:
    smoke = content.study("smoke")
    assert 80 <= smoke.runs <= 120
    assert smoke.relations.years <= 3


def test_a_study_does_not_change_the_zone(content: Content, tmp_path: Path) -> None:
    import shutil

    from ccepz_sim.content.loading import load_content

    for part in ("agents", "policies", "experiments"):
        shutil.copytree(find_folder() / part, tmp_path / part)
    shutil.rmtree(tmp_path / "experiments" / "studies")
    assert load_content(tmp_path).hash == content.hash
    assert load_content(tmp_path).studies == {}
    assert check_content(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"lever": [{"id": "audit-share", "values": [0.5, 1.5]}]}, "out_of_bounds"),
        ({"lever": [{"id": "audit-share", "bounds": [-0.1, 0.4], "steps": 2}]}, "wider_bounds"),
        ({"uncertainty": [{"id": "collusion.belief_speed", "bounds": [0, 9], "steps": 2}]}, "wider_bounds"),
        ({"lever": [{"id": "audit-shear", "values": [0.5]}]}, "unknown_reference"),
        ({"lever": [{"id": "audit-share", "values": [0.1], "steps": 2}]}, "values_or_steps"),
        ({"lever": [{"id": "audit-share", "bounds": [0, 0.5], "steps": 2, "log": True}]}, "log_of_zero"),
        ({"uncertainty": [{"id": "collusion.belief_sped", "steps": 2}]}, "unknown_reference"),
        ({"packages": ["tax-onely"]}, "unknown_reference"),
        ({"packages": ["tax-only", "tax-only"]}, "duplicate"),
        ({"packages": []}, "wrong_type"),
        ({"scenarios": ["calmer"]}, "unknown_reference"),
        ({"outcome": []}, "wrong_type"),
        ({"outcome": [{"indicator": "gdpp"}]}, "unknown_reference"),
        ({"outcome": [{"indicator": "population", "view": "reported"}]}, "not_reported"),
        ({"outcome": [{"indicator": "gdp", "place": "atlantis"}]}, "unknown_reference"),
        ({"outcome": [{"indicator": "gdp"}, {"indicator": "gdp"}]}, "duplicate"),
        ({"policy": [{"id": "tax-only", "label": {"en": "a", "zh": "甲"}}]}, "duplicate"),
        ({"expected_runs": 41}, "other_count"),
        ({"seeds": 0}, "out_of_bounds"),
        ({"relations": {"years": 100}}, "out_of_bounds"),
        ({"relations": {"years": 2, "scale": 3}}, "out_of_bounds"),
        ({"relations": {"years": 2, "from": 2012}}, "not_a_choice"),
        ({"design": "latin"}, "not_a_choice"),
        ({"design": "sobol", "samples": 6, **SAMPLED}, "not_power_of_two"),
        ({"design": "morris", "samples": 4, "lever": []}, "nothing_varied"),
        ({"design": "sobol", **SAMPLED}, "missing_key"),
        ({"design": "sobol", "samples": 4, "lever": [{"id": "audit-share", "values": [0.1]}]}, "only_in_grid"),
    ],
)
def test_each_mistake_is_found(content: Content, changes, rule) -> None:
    findings: list = []
    read_study(document(**changes), "tried.toml", findings, known=content._known)
    assert rule in [finding.rule for finding in findings]
    for finding in findings:
        assert finding.sentence("en") != finding.sentence("zh")


def test_a_mistake_is_one_sentence(make) -> None:
    with pytest.raises(ContentError, match=r"may only narrow bounds"):
        make(lever=[{"id": "audit-share", "bounds": [0, 2], "steps": 20}])
    with pytest.raises(ContentError, match=r"without.*“productions” is not known.*“production”"):
        make(relations={"years": 1, "without": ["productions"]})


def test_check_reports_a_mistake_in_a_study(tmp_path: Path) -> None:
    import shutil

    for part in ("agents", "policies", "experiments"):
        shutil.copytree(find_folder() / part, tmp_path / part)
    file = tmp_path / "experiments" / "studies" / "smoke.toml"
    file.write_text(file.read_text("utf-8").replace("[0.05, 0.5]", "[0.05, 5]"), "utf-8")
    (finding,) = check_content(tmp_path)
    assert (finding.file, finding.rule) == ("experiments/studies/smoke.toml", "out_of_bounds")


def test_common_luck_is_the_default_and_can_be_given_up(make) -> None:
    plan = Plan(make())
    seeds = {policy: sorted(plan.seed[plan.policy == policy]) for policy in (0, 1)}
    assert seeds[0] == seeds[1]
    own = Plan(make(luck="own"))
    assert len(set(own.seed)) == len(own)


def test_runs_of_one_past_stand_together(make) -> None:
    plan = Plan(make(design="latin-hypercube", samples=5, expected_runs=100, **SAMPLED))
    pasts = [(run.parameters, run.seed) for run in (plan[number] for number in range(len(plan)))]
    changes = sum(now != before for now, before in zip(pasts[1:], pasts, strict=False))
    assert changes == len(set(pasts)) - 1


@pytest.mark.parametrize(
    ("design", "samples", "points"), [("latin-hypercube", 9, 9), ("sobol", 8, 32), ("morris", 6, 18)]
)
def test_a_design_is_the_same_again_and_lies_within_bounds(make, design, samples, points) -> None:
    runs = points * 2 * 10
    study = make(design=design, samples=samples, expected_runs=runs, **SAMPLED)
    plan, again = Plan(study), Plan(study)
    assert plan.points.tobytes() == again.points.tobytes()
    assert plan.points.shape == (points, 2)
    low, high = np.array([factor.bounds for factor in study.factors]).T
    assert (plan.points >= low).all()
    assert (plan.points <= high).all()
    other = make(design=design, samples=samples, expected_runs=runs, design_seed=1, **SAMPLED)
    assert Plan(other).points.tobytes() != plan.points.tobytes()


def test_a_latin_hypercube_fills_every_slice(make) -> None:
    study = make(design="latin-hypercube", samples=20, expected_runs=400, **SAMPLED)
    for column in unit_sample(study).T:
        assert sorted(np.floor(column * 20).astype(int)) == list(range(20))


def test_steps_and_logarithms(make) -> None:
    study = make(lever=[{"id": "audit-share", "bounds": [0.01, 1], "steps": 3, "log": True}], expected_runs=60)
    assert study.levers[0].values == pytest.approx((0.01, 0.1, 1.0))
    study = make(lever=[{"id": "audit-share", "bounds": [0.0, 1], "steps": 5}], expected_runs=100)
    assert [run[0] for run in Plan(study).points] == [0.0, 0.25, 0.5, 0.75, 1.0]
    log = {"id": "audit-share", "bounds": [0.01, 1], "log": True}
    study = make(design="latin-hypercube", samples=100, seeds=1, expected_runs=200, lever=[log])
    assert (Plan(study).points < 0.1).mean() == 0.5


def test_a_policy_of_the_study_has_packages_settings_and_levers_on_top(make) -> None:
    policy = {
        "id": "mine",
        "label": {"en": "Mine", "zh": "我的"},
        "packages": ["tax-only"],
        "set": [{"lever": "rd-fund", "from": 2016.5, "value": 1e8}],
    }
    study = make(packages=["status-quo"], policy=[policy])
    assert [item.id for item in study.policies] == ["status-quo", "mine"]
    assert study.policies[1].set[0].from_ == 2016.5
    assert Plan(study)[0].decisions[0].lever == "audit-share"


def test_the_manifest_gives_the_study_back(content: Content, tmp_path: Path) -> None:
    for study in content.studies.values():
        store = Store(tmp_path / study.id, study)
        store.prepare({"study_hash": "a", "content_hash": "b", "engine_hash": "c"})
        assert study_of(read_manifest(store.folder), store.folder) == study


def test_shipped_files_are_read_as_they_stand(content: Content) -> None:
    for path in (find_folder() / "experiments" / "studies").glob("*.toml"):
        assert content.read_study(tomllib.loads(path.read_text("utf-8")), path.name) == content.study(path.stem)
