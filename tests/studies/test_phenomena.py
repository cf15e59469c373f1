"""Phenomena: what is read, what their parts run, what is judged, and that nothing happens where nothing is done."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ccepz_sim.content.checks import check_content
from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading import phenomena as reading
from ccepz_sim.content.reading.files import PARTS
from ccepz_sim.content.reading.finding import Finding
from ccepz_sim.content.schema.phenomenon import Phenomenon
from ccepz_sim.studies import phenomena
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.phenomenon_parts import EFFECT, KNOCK_OUT, NULL, SCREENING, SPACE, study_of_part
from ccepz_sim.studies.runner import run_study
from ccepz_sim.text.errors import ContentError
from tests.studies.faults import Faults, InPlace
from tests.studies.test_results import Known

CONTENT = load_content()
SCALE = 0.0005


def words(text: str) -> dict[str, str]:
    """Return a label."""
    return {"en": text, "zh": "名称"}


def document(**changes: Any) -> dict[str, Any]:
    """Return the document of a small phenomenon."""
    claim = {
        "id": "falls", "label": words("Collusion falls"), "indicator": "colluding_share", "from": 2018, "years": 1,
        "of": "audited", "against": "plain", "scale": "difference", "expected": "down", "least": 0.001, "edge": 0.1,
    }  # fmt: skip
    audited = {
        "id": "audited", "label": words("Audited"),
        "set": [{"lever": "audit-share", "value": 1}, {"lever": "supervision-control-points", "value": 60}],
    }  # fmt: skip
    return {
        "id": "tried", "number": 1, "label": words("Tried"), "question": words("Does it?"),
        "mechanism": words("So"), "refuted_by": words("Not so"), "look": words("There"),
        "seeds": 2, "null_seeds": 1, "samples": 2, "trajectories": 2, "agree": 0.5,
        "scenarios": ["slow-recovery"], "relations": {"years": 3},
        "policy": [{"id": "plain", "label": words("Plain"), "packages": ["status-quo"]}, audited],
        "claim": [claim],
        "knock_out": {
            "label": words("No audits reach"), "parameters": {"inspection.audit_reach": 0.05}, "claim": "falls",
            "expected": "gone", "rest": 0.5,
        },
        "uncertainty": [{"id": "collusion.belief_speed", "bounds": [0.1, 0.4]}, {"id": "inspection.audit_reach"}],
        **changes,
    }  # fmt: skip


def read(**changes: Any) -> tuple[Phenomenon, list[Finding]]:
    """Read the small phenomenon with some keys changed."""
    findings: list[Finding] = []
    known = CONTENT._known
    return reading.read_phenomenon(document(**changes), "tried.toml", findings, known=known), findings


def run(item: Phenomenon, part: str, folder: Path) -> None:
    """Run one part with few residents, in this process: it has loaded the rules already."""
    study = study_of_part(item, part, CONTENT, scale=SCALE)
    ended = run_study(study, folder / part, content=CONTENT, engine=InPlace(Faults(folder, pretend=False)))
    assert ended.counts["SUCCEEDED"] == study.runs


def test_ten_phenomena_are_shipped_in_order() -> None:
    assert [item.number for item in CONTENT.phenomena.values()] == list(range(1, 11))
    for item in CONTENT.phenomena.values():
        for label in (item.study.label, item.study.question, item.mechanism, item.refuted_by, item.look):
            assert label.en != label.zh
        assert {arm.policy for claim in item.claims for arm in (claim.of, claim.against)} <= {
            policy.id for policy in item.study.policies
        }


def test_what_is_asked_is_no_part_of_the_zone() -> None:
    files = [path for path in CONTENT._file_texts if path.startswith("experiments/")]
    assert files
    assert not any("phenomena" in path for path in files)


def test_the_small_one_is_good() -> None:
    item, findings = read()
    assert findings == []
    assert item.claims[0].of.scenario == "slow-recovery"
    assert item.study.outcomes[0].indicator == "colluding_share"


def first_claim(**changes: Any) -> dict[str, Any]:
    """Return a change of the claim."""
    return {"claim": [{**document()["claim"][0], **changes}]}


def knock_out(**changes: Any) -> dict[str, Any]:
    """Return a change of the knock-out."""
    return {"knock_out": {**document()["knock_out"], **changes}}


@pytest.mark.parametrize(
    ("changes", "key", "rule"),
    [
        (first_claim(indicator="coluding_share"), "claim[1].indicator", "unknown_reference"),
        (first_claim(of="audit"), "claim[1].of", "unknown_reference"),
        (first_claim(of="audited@calm"), "claim[1].of", "unknown_reference"),
        (first_claim(view="reported", indicator="trust"), "claim[1].view", "not_reported"),
        (first_claim(expected="sideways"), "claim[1].expected", "not_a_choice"),
        (first_claim(**{"from": 2030}), "claim[1].from", "out_of_bounds"),
        (first_claim(years=9), "claim[1].years", "out_of_bounds"),
        (first_claim(less=["audited"]), "claim[1].less", "wrong_type"),
        (first_claim(least=0), "claim[1].least", "out_of_bounds"),
        (knock_out(claim="rises"), "knock_out.claim", "not_a_choice"),
        (knock_out(parameters={"inspection.audit_rich": 1}), "knock_out.parameters.inspection.audit_rich",
         "unknown_reference"),
        (knock_out(parameters={"inspection.audit_reach": 9}), "knock_out.parameters.inspection.audit_reach",
         "out_of_bounds"),
        ({"agree": 0.2}, "agree", "out_of_bounds"),
        ({"trajectories": 1}, "trajectories", "out_of_bounds"),
        ({"uncertainty": [{"id": "collusion.belief_speed", "bounds": [0, 0.9]}]}, "uncertainty[1].bounds",
         "wider_bounds"),
        ({"look": {"en": "There"}}, "look.zh", "missing_language"),
        ({"claims": []}, "claims", "unknown_key"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_where_it_is(changes: dict[str, Any], key: str, rule: str) -> None:
    _, findings = read(**changes)
    assert (key, rule) in [(finding.key, finding.rule) for finding in findings]


def test_check_reports_a_mistake_of_a_phenomenon(tmp_path: Path) -> None:
    folder = tmp_path / "zone"
    for part in PARTS:
        shutil.copytree(CONTENT.folder / part, folder / part, ignore=shutil.ignore_patterns("*.py"))
    path = folder / "experiments/phenomena/zombies.toml"
    path.write_text(path.read_text("utf-8").replace('of = "support"', 'of = "suport"', 1), "utf-8")
    found = [finding for finding in check_content(folder) if finding.file.endswith("zombies.toml")]
    assert [finding.rule for finding in found] == ["unknown_reference"]
    with pytest.raises(ContentError):
        _ = load_content(folder).phenomena


def test_parts_are_the_study_with_one_thing_changed() -> None:
    item, _ = read()
    parts = {name: study_of_part(item, name, CONTENT) for name in (EFFECT, KNOCK_OUT, NULL, SPACE, SCREENING)}
    assert [study.runs for study in parts.values()] == [4, 4, 2, 4, 12]
    assert parts[KNOCK_OUT].uncertainties[0].values == (0.05,)
    assert parts[NULL].relations.frozen
    assert not parts[EFFECT].relations.frozen
    assert parts[SCREENING].design == "morris"
    quo = {name: CONTENT.levers[name].status_quo_at(2016) for name in ("audit-share", "supervision-control-points")}
    assert {entry.lever: entry.value for entry in parts[NULL].policies[1].set} == quo


def test_null_follows_the_law_where_it_changes() -> None:
    """A lever whose status quo changes later is announced again when it does."""
    policy = study_of_part(CONTENT.phenomena["stricter-rules"], NULL, CONTENT).policies[-1]
    standard = [(entry.from_, entry.value) for entry in policy.set if entry.lever == "discharge-standard"]
    assert standard == [(2016.0, 1.0), (2017.5, 0.8)]


def test_a_claim_is_judged_by_size_and_by_seeds() -> None:
    claim = read()[0].claims[0]
    for values, told in (
        ([-1.0, -1.0, -1.0, 1.0], "held"),
        ([-5.0, 1.0, 1.0, 1.0], "undecided"),
        ([1.0, 1.0, 1.0, 1.0], "refuted"),
        ([-0.0009] * 4, "refuted"),
    ):
        assert phenomena.verdict(claim, np.array(values), 0.5) == told
    band = phenomena.band_of(pd.Series([-1.0, -1.0, -1.0, 1.0]), claim)
    assert (band.mean, band.agree, band.seeds) == (-0.5, 0.75, 4)


def test_no_effect_is_judged_by_the_mean_not_by_single_seeds() -> None:
    """Scatter around nothing is no effect; with few seeds it stays undecided; a shift beyond the size refutes."""
    none = replace(read()[0].claims[0], expected="none", least=1.0)
    around = np.array([-1.5, 1.5] * 20)
    assert phenomena.verdict(none, around, 1.0) == "held"
    assert phenomena.verdict(none, around[:4], 1.0) == "undecided"
    assert phenomena.verdict(none, around + 1.2, 1.0) == "refuted"


def test_status_quo_in_a_frozen_world_is_no_effect(tmp_path: Path) -> None:
    """Announcing what already holds does nothing at all, though the arms of the effect differ."""
    item, _ = read()
    for part in (EFFECT, KNOCK_OUT, NULL):
        run(item, part, tmp_path)
    found = phenomena.find(item, tmp_path)
    assert found.null.low == found.null.high == 0.0
    assert found.claims[0].band.low != 0.0
    assert found.space is None
    assert set(found.claims[0].regimes) == {"audited", "plain"}
    kinds = [row["kind"] for row in phenomena.table_rows(found)]
    assert kinds == ["claim", "knock-out", "null"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["measured-and-stored", "complaint-channels"])
def test_knock_out_removes_the_effect(name: str, tmp_path: Path) -> None:
    """The rule said to be the cause is: without it at most the stated rest of its effect is left."""
    item = replace(CONTENT.phenomena[name], seeds=3)
    claim = item.claim(item.knock_out.claim)
    means = []
    for part in (EFFECT, KNOCK_OUT):
        run(item, part, tmp_path)
        means.append(phenomena.effects(phenomena.load_study(tmp_path / part), claim).mean())
    sign = 1.0 if claim.expected == "up" else -1.0
    assert sign * means[0] >= claim.least
    assert sign * means[1] <= item.knock_out.rest * abs(means[0])


def test_space_says_where_the_sign_flips(tmp_path: Path) -> None:
    item, _ = read()
    for part in (SPACE, SCREENING):
        run(item, part, tmp_path)
    found = phenomena._space(item, tmp_path)
    assert found.points == 2
    assert found.share in (0.0, 0.5, 1.0)
    assert {name for name, *_ in found.screening} == {"collusion.belief_speed", "inspection.audit_reach"}
    rows, effect = phenomena.sample(item, tmp_path)
    assert ((rows >= 0.0) & (rows <= 1.0)).to_numpy().all()
    assert np.isfinite(effect).all()


def test_parts_with_missing_runs_or_of_another_model_are_not_judged(tmp_path: Path) -> None:
    """A mean over the runs that are left, or over two models, would be a verdict on nothing."""
    phenomenon, _ = read()
    for part in (EFFECT, KNOCK_OUT, NULL):
        study = study_of_part(phenomenon, part, CONTENT, seeds=2, scale=SCALE)
        run_study(study, tmp_path / part, content=CONTENT, engine=Known(lambda run, _: float(run.policy)))
    assert phenomena.find(phenomenon, tmp_path).claims
    manifest = tmp_path / NULL / "manifest.json"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('"engine_hash": "', '"engine_hash": "0'), "utf-8")
    with pytest.raises(StudyError) as caught:
        phenomena.find(phenomenon, tmp_path)
    assert caught.value.key == "parts_differ"
    manifest.write_text(text, "utf-8")

    def fails(run: Any, _: Any) -> float:
        raise ValueError("told to fail")

    study = study_of_part(phenomenon, EFFECT, CONTENT, seeds=2, scale=SCALE)
    shutil.rmtree(tmp_path / EFFECT)
    with pytest.raises(ValueError, match="told to fail"):
        run_study(study, tmp_path / EFFECT, content=CONTENT, engine=Known(fails))
    run_study(study, tmp_path / EFFECT, content=CONTENT, engine=Failing(lambda run, _: float(run.policy)))
    with pytest.raises(StudyError) as caught:
        phenomena.find(phenomenon, tmp_path)
    assert caught.value.key == "runs_missing"


class Failing(Known):
    """An engine whose second run fails."""

    def submit(self, fn: Any, /, batch: Any) -> Any:
        future = super().submit(fn, batch)
        wrong = [replace(one, error="ValueError: no") if run.number == 1 else one
                 for one, run in zip(future.result(), batch, strict=True)]  # fmt: skip
        future = type(future)()
        future.set_result(wrong)
        return future
