"""A study of a model of one's own: the same rules in every worker, in its hashes, resumed, refused where others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccepz_sim import PHASES, Phase, PilotZone, load_study, run_study
from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.study import Study
from ccepz_sim.studies import simulate
from ccepz_sim.studies.design import Plan
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.fingerprint import engine_hash, study_hash
from ccepz_sim.studies.models import model_of, name_of
from ccepz_sim.text.errors import ContentError
from tests.studies.conftest import document

ROOT = Path(__file__).resolve().parents[2]
MODEL = """
from ccepz_sim import PHASES, Indicator, Label, Phase, PilotZone
import pandas as pd

SHARE = 0.8


def hard_bargain(surplus, chance, official_fine, official_moral, power):
    return chance * official_fine + official_moral + SHARE * max(0.0, surplus)


def fade(zone):
    zone.firms.brand *= 0.95


def open_posts(zone):
    return (zone.firms.posts - zone.firms.staff).clip(0.0).sum()


class Panel:
    def __init__(self):
        self.parts = []

    def __call__(self, zone):
        firms = zone.state.firms
        self.parts.append(pd.DataFrame({"year": zone.year, "firm": firms.codes, "sales": firms.sales}))

    def table(self):
        return pd.concat(self.parts, ignore_index=True)


class Own(PilotZone):
    phases = PHASES.insert(Phase("fading", fade), after="innovation")
    rules = {"collusion.nash_bribe": hard_bargain}
    own_indicators = (Indicator("open_posts", Label("Open posts", "空缺岗位"), unit="persons", of=open_posts),)
    own_observers = (Panel,)
    own_channels = ()
"""
OUTCOMES = [{"indicator": "bribes_paid"}, {"indicator": "open_posts"}, {"indicator": "brand", "place": "golmud"}]
FEWER = {"seeds": 2, "expected_runs": 8, "outcome": OUTCOMES}


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A module with a model, which workers find as well."""
    folder = tmp_path / "models"
    folder.mkdir()
    name = f"own_model_{os.getpid()}"
    (folder / f"{name}.py").write_text(MODEL, "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    yield __import__(name)
    sys.modules.pop(name, None)


@pytest.fixture
def own(make: Callable[..., Study], module: Any) -> Study:
    """A small study of that model."""
    relations = {"years": 1, "scale": 0.0005, "model": f"{module.__name__}:Own"}
    return make(relations=relations, **FEWER)


def in_process(study: Study, content: Content) -> dict[int, bytes]:
    """Run a study here, without workers."""
    plan = Plan(study)
    return {run: simulate.outcomes(study, content, plan[run]).tobytes() for run in range(len(plan))}


def of_workers(folder: Path, study: Study) -> dict[int, bytes]:
    """Read what workers made."""
    from ccepz_sim.studies.store import Store

    return Store(folder, study).read_shard(0)


def test_two_workers_run_the_same_rules(own: Study, content: Content, module: Any, tmp_path: Path) -> None:
    ended = run_study(own, tmp_path / "out", workers=2)
    assert ended.counts["SUCCEEDED"] == 8
    found = of_workers(tmp_path / "out", own)
    assert found == in_process(own, content)
    package = replace(own, relations=replace(own.relations, model=""), outcomes=own.outcomes[:1])
    first = np.frombuffer(found[0])[0]
    assert first != np.frombuffer(in_process(package, content)[0])[0]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["engine_hash"] == engine_hash(module.Own) != engine_hash()
    assert manifest["model"]["name"] == own.relations.model
    assert manifest["model"]["rules"] == ["collusion.nash_bribe"]
    assert manifest["model"]["own_phases"] == ["fading"]
    assert manifest["study"]["relations"]["model"] == own.relations.model


def test_results_know_what_belongs_to_the_model(own: Study, content: Content, module: Any, tmp_path: Path) -> None:
    run_study(own, tmp_path / "out", workers=2)
    sys.modules.pop(module.__name__)  # results are read where nobody has the model
    results = load_study(tmp_path / "out")
    assert results.panels == ("Panel",)
    panel = results.panel("Panel")
    assert list(panel.columns) == ["run", "year", "firm", "sales"]
    assert set(panel["run"]) == set(range(8))
    assert sorted(set(panel["year"])) == [2016.0, 2016.25, 2016.5, 2016.75]
    assert panel.query("run == 0")["sales"].sum() > 0.0
    assert results.catalogue["open_posts"].label.zh == "空缺岗位"
    with pytest.raises(StudyError, match="Did you mean “Panel”"):
        results.panel("Panels")
    from ccepz_sim.studies.words import Words

    words = Words(results, "en", content)
    assert [words.outcome(one) for one in results.study.outcomes][1] == "Open posts"


def test_it_goes_on_where_it_stopped(own: Study, content: Content, tmp_path: Path) -> None:
    seen: list[int] = []
    told = {"tick": lambda progress: seen.append(progress.ended), "stopped": lambda: seen[-1] >= 2}
    first = run_study(own, tmp_path / "out", workers=1, **told)
    assert not first.finished
    last = run_study(own, tmp_path / "out", workers=2)
    assert last.finished
    assert last.earlier >= 2
    assert of_workers(tmp_path / "out", own) == in_process(own, content)
    assert len(list((tmp_path / "out" / "panels" / "Panel").iterdir())) == 8


def test_a_model_may_be_given_instead_of_named(make: Callable[..., Study], module: Any, own: Study) -> None:
    relations = {"years": 1, "scale": 0.0005}
    plain = make(relations=relations, **{**FEWER, "outcome": OUTCOMES[:1]})
    assert name_of(module.Own) == own.relations.model
    assert model_of(own.relations.model) is module.Own
    assert name_of(PilotZone) == ""
    assert study_hash(plain) != study_hash(replace(plain, relations=own.relations))


def test_many_runs_ask_for_what_is_the_models_own(module: Any) -> None:
    from ccepz_sim import MultiRun

    few = {"seeds": 2, "years": 1, "scale": 0.0005, "outcomes": ["mean(open_posts)"]}
    many = MultiRun(["status-quo"], model=module.Own, **few).run(workers=1, progress=False)
    assert (many.mean()["mean"] > 0.0).all()
    assert many.done.panels == ("Panel",)
    with pytest.raises(ContentError, match="open_posts"):
        MultiRun(["status-quo"], **few)
    with pytest.raises(StudyError, match="put it into a file of its own"):
        MultiRun(["status-quo"], model=type("Local", (PilotZone,), {"__module__": "__main__"}), **few)


def test_another_rule_is_another_study(own: Study, module: Any, tmp_path: Path) -> None:
    run_study(own, tmp_path / "out", workers=1, stopped=lambda: True)
    file = Path(module.__file__)
    file.write_text(MODEL.replace("0.8", "0.6"), "utf-8")
    with pytest.raises(StudyError, match="another version of the model"):
        run_study(own, tmp_path / "out", workers=1)


def replaced_rule(module: Any) -> None:
    module.Own.rules = {"collusion.nash_bribe": lambda surplus, chance, official_fine, official_moral, power: 0.0}


def changed_constant(module: Any) -> None:
    module.SHARE = 0.9


def assigned_phases(_: Any) -> None:
    PilotZone.phases = PHASES.remove("credit")


@pytest.mark.parametrize("patch", [replaced_rule, changed_constant, assigned_phases])
def test_what_was_replaced_in_memory_alone_is_refused(
    patch: Callable[[Any], None], own: Study, make: Callable[..., Study], module: Any, tmp_path: Path
) -> None:
    """A worker reads the files, where the replaced rule is not."""
    before = PilotZone.phases
    study = own
    if patch is assigned_phases:
        study = make(relations={"years": 1, "scale": 0.0005}, **{**FEWER, "outcome": OUTCOMES[:1]})
    try:
        patch(module)
        with pytest.raises(StudyError, match="different rules of the model"):
            run_study(study, tmp_path / "out", workers=1)
    finally:
        PilotZone.phases = before


class Here(PilotZone):
    """A model that stands in a test."""

    phases = PHASES.insert(Phase("nothing", lambda zone: None), before="labour")


def test_a_model_that_no_worker_can_import_is_one_sentence(study: Study, tmp_path: Path, module: Any) -> None:
    class Local(PilotZone):
        """Nobody can import it."""

    typed = type("Typed", (PilotZone,), {"__module__": "__main__"})
    for model, words in (
        (Local, "put it into a file of its own"),
        (typed, "put it into a file of its own"),
        ("no_such_module:Own", "must lie where every worker finds it"),
        (f"{module.__name__}:Other", "holds no model “Other”"),
        ("json:loads", "holds no model"),
        (3, "A model is a subclass of PilotZone"),
    ):
        with pytest.raises(StudyError) as caught:
            run_study(study, tmp_path / "out", model=model, workers=1)  # type: ignore[arg-type]
        assert words in caught.value.sentence("en")
        assert not (tmp_path / "out").exists()
    module.Own = typed
    with pytest.raises(StudyError):
        run_study(study, tmp_path / "out", model=typed, workers=1)


def test_a_worker_without_the_module_says_so(own: Study, module: Any, tmp_path: Path) -> None:
    """The driver has it in memory, but its file is gone."""
    Path(module.__file__).unlink()
    with pytest.raises(StudyError, match="must lie where every worker finds it"):
        run_study(own, tmp_path / "out", workers=1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "no colon"}, "module:Class"),
        ({"model": 3}, "model"),
        ({"model": "os:system; x"}, "module:Class"),
    ],
)
def test_a_name_that_can_be_no_model_is_found_when_the_study_is_read(
    make: Callable[..., Study], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ContentError, match=words):
        make(relations={"years": 1, "scale": 0.0005, **changes})


def test_names_of_the_model_are_checked_before_a_run(make: Callable[..., Study], module: Any, tmp_path: Path) -> None:
    """Reading a study imports nothing; running it does."""
    relations = {"years": 1, "scale": 0.0005, "model": f"{module.__name__}:Own"}
    for changes, words in (
        ({"relations": {**relations, "without": ["fadign"]}}, "Did you mean “fading”"),
        ({"outcome": [{"indicator": "open_post"}], "relations": relations}, "Did you mean “open_posts”"),
    ):
        with pytest.raises(ContentError, match=words):
            run_study(make(**{**FEWER, **changes}), tmp_path / "out", workers=1)
    with pytest.raises(ContentError, match="open_posts"):
        make(**{**FEWER, "outcome": OUTCOMES})


LEVER = """
id = "patrol-rounds"
group = "participation"
label = { en = "Rounds", zh = "轮次" }
summary = { en = "Rounds.", zh = "轮次。" }
assumes = { en = "One deal each.", zh = "每轮一项。" }
unit = "count"
bounds = [0, 20]
step = 1
status_quo = [{ from = 2010, value = 0 }]
body = "environment"
channel = "patrol_rounds"
who = { en = "firms", zh = "企业" }
report = ""
status = "assumption"
why = "A test."
lag = { quarters = 0, stages = 1 }
cost = { kind = "programme", money = 0, standing = 0 }
effect = { indicator = "colluding_share", direction = "down", value = 10, years = 2 }
"""
WITH_LEVER = MODEL.replace("own_channels = ()", 'own_channels = ("patrol_rounds",)').replace(
    "zone.firms.brand *= 0.95", 'zone.firms.brand *= 1.0 - 0.01 * zone.policy.more["patrol_rounds"]'
)
PATH = "policies/instruments/patrol-rounds.toml"


def test_a_lever_of_ones_own_in_a_study(
    content: Content, module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = module.__name__ + "_lever"
    (Path(module.__file__).parent / f"{name}.py").write_text(WITH_LEVER, "utf-8")
    own = __import__(name)
    more = content.with_files({PATH: LEVER})
    assert more.hash != content.hash
    changes = {
        **FEWER,
        "relations": {"years": 1, "scale": 0.0005, "model": f"{name}:Own"},
        "lever": [{"id": "patrol-rounds", "values": [0, 10]}],
        "packages": ["status-quo"],
        "expected_runs": 4,
    }
    study = more.read_study(document(**changes), "tried.toml")
    run_study(study, tmp_path / "out", content=more, workers=2)
    found = of_workers(tmp_path / "out", study)
    assert found == in_process(study, more)
    rounds = [Plan(study)[run].decisions[0].value for run in range(4)]
    brands = [np.frombuffer(found[run]).reshape(len(study.series), -1)[2].mean() for run in range(4)]
    assert brands[rounds.index(10.0)] < 0.95 * brands[rounds.index(0.0)]
    with pytest.raises(ContentError, match=r"No rule of this model reads the channel “patrol_rounds”"):
        PilotZone(content=more)
    with pytest.raises(ContentError, match=r"No lever moves the channel “patrol_rounds”"):
        own.Own(content=content)
    import pickle

    assert pickle.loads(pickle.dumps(more)).hash == more.hash
    assert more.with_parameters({"collusion.firm_fine": content.value("collusion.firm_fine")}).more == more.more


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"levers/x.toml": LEVER}, "agents/, policies/ or experiments/"),
        ({"policies/../x.toml": LEVER}, "agents/, policies/ or experiments/"),
        ({"policies/instruments/x.txt": LEVER}, "agents/, policies/ or experiments/"),
        ({PATH: 3}, "agents/, policies/ or experiments/"),
        ([PATH], "agents/, policies/ or experiments/"),
        ({PATH: "id = "}, "not valid TOML"),
    ],
)
def test_files_that_are_no_content_are_refused(content: Content, files: Any, words: str) -> None:
    with pytest.raises(ContentError, match=words):
        content.with_files(files)


def test_a_lever_that_is_not_right_is_found(content: Content) -> None:
    with pytest.raises(ContentError, match=r"patrol-rounds\.toml"):
        _ = content.with_files({PATH: LEVER.replace('"environment"', '"environmant"')}).levers
    with pytest.raises(ContentError, match="channel"):
        _ = content.with_files({PATH: LEVER.replace("patrol_rounds", "patrol_round_never")}).levers


STUDY = """
id = "own"
label = { en = "Own", zh = "自有" }
question = { en = "Does it work?", zh = "是否可行？" }
design = "grid"
seeds = 1
expected_runs = 1
packages = ["status-quo"]
scenarios = ["slow-recovery"]
[relations]
years = 1
scale = 0.0005
model = "beside:Own"
[[outcome]]
indicator = "open_posts"
"""


def test_the_command_finds_the_model_beside_the_study(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text(MODEL, "utf-8")
    (tmp_path / "own.toml").write_text(STUDY, "utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def ccepz(*words: str) -> subprocess.CompletedProcess[str]:
        code = "import sys; from ccepz_sim.cli import main; sys.exit(main(sys.argv[1:]))"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "en_GB.UTF-8"}
        return subprocess.run(
            [sys.executable, "-c", code, "study", *words],
            capture_output=True, text=True, timeout=600, check=False, cwd=elsewhere, env=environment,
        )  # fmt: skip

    done = ccepz(str(tmp_path / "own.toml"), "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert load_study(elsewhere / "out" / "own").panels == ("Panel",)
    (tmp_path / "beside.py").unlink()
    done = ccepz(str(tmp_path / "own.toml"), "--workers", "1")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "“beside” must lie where every worker finds it" in done.stderr
