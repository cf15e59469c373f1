"""`ccepz validate`: results of several seeds judged, told as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ccepz_sim.cli import main
from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.target import Pattern
from ccepz_sim.studies import validate as study

SYSTEM = {"LANG": "en_GB.UTF-8"}
TARGET_KEYS = {"id", "target", "tolerance", "mean", "low", "high", "passed"}


def invented(content: Content, job: study.Job) -> study.Found:
    """Figures in place of runs: targets are met in the mean, patterns lie in the middle of their bands."""
    name, seed = job
    if name == study.TARGETS:
        away = 1.0 + 0.01 * (seed - 2)
        return {key: target.value * away for key, target in content.targets.items()}
    return {band.id: (band.low + band.high) / 2.0 for band in content.patterns.all[name].bands}


def test_jobs_go_seed_by_seed_and_patterns_stop_at_their_number(content: Content) -> None:
    most = content.patterns.seeds
    made = study.jobs(content, most + 2)
    assert made[0] == (study.TARGETS, 1)
    assert sum(name == study.TARGETS for name, _ in made) == most + 2
    assert sum(name == "p1" for name, _ in made) == most
    assert [seed for _, seed in made] == sorted(seed for _, seed in made)


def test_means_are_judged(monkeypatch: pytest.MonkeyPatch, content: Content) -> None:
    monkeypatch.setattr(study, "run_job", invented)
    ticks: list[int] = []
    report = study.validate(content, 3, 1, lambda: ticks.append(1))
    assert len(ticks) == len(study.jobs(content, 3))
    assert all(result.passed for result in report.targets)
    assert all(result.passed for result in report.patterns)
    result = report.targets[0]
    assert result.model.low < result.model.mean < result.model.high
    assert result.model.mean == pytest.approx(result.target.value)


def test_a_mean_outside_fails(content: Content) -> None:
    target = content.targets["gdp-2013"]
    just, beyond = (study._judge(target, [{target.id: target.value * f}]).passed for f in (1.0999, 1.1001))
    assert (just, beyond) == (True, False)
    pattern: Pattern = content.patterns.all["p2"]
    found = {"emissions": -0.5, "productivity": 0.0}
    result = study._judge_pattern(pattern, [found])
    assert not result.passed
    assert [passed for _, _, passed in result.parts] == [True, False]


def test_json_is_as_promised(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: Content
) -> None:
    monkeypatch.setattr(study, "run_job", invented)
    assert main(["validate", "--seeds", "2", "--workers", "1", "--json"], SYSTEM) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"targets", "patterns"}
    assert [item["id"] for item in told["targets"]] == list(content.targets)
    assert all(set(item) == TARGET_KEYS for item in told["targets"])
    assert all({"id", "passed", "counts", "figures"} == set(item) for item in told["patterns"])


@pytest.mark.parametrize(("lang", "word"), [("en", "fail: 20% above"), ("zh", "未通过：高 20%")])
def test_table_says_why(
    lang: str, word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def high(content: Content, job: study.Job) -> study.Found:
        found = invented(content, (job[0], 2))
        return found | ({"gdp-2013": 1.2 * content.targets["gdp-2013"].value} if job[0] == study.TARGETS else {})

    monkeypatch.setattr(study, "run_job", high)
    main(["validate", "--seeds", "1", "--workers", "1"], {"LANG": "zh_CN.UTF-8" if lang == "zh" else "en_GB.UTF-8"})
    out = capsys.readouterr().out
    assert word in out
    assert "P14" in out


def test_stopped_in_the_middle_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*_: object) -> study.Found:
        raise KeyboardInterrupt

    monkeypatch.setattr(study, "run_job", stop)
    assert main(["validate", "--seeds", "1", "--workers", "1"], SYSTEM) == 130
    assert "Stopped" in capsys.readouterr().err


@pytest.mark.slow
def test_two_processes_give_what_one_gives(content: Content) -> None:
    few = Few(content)
    one, two = study.validate(few, 2, 1), study.validate(few, 2, 2)
    assert one.as_dict() == two.as_dict()
    assert len(one.patterns) == len(PATTERNS_KEPT)


PATTERNS_KEPT = ("p13",)


class Few(Content):
    """The content with one pattern only; travels to other processes as itself."""

    def __init__(self, content: Content) -> None:
        super().__init__(content._files)
        kept = {name: content.patterns.all[name] for name in PATTERNS_KEPT}
        self.__dict__["patterns"] = replace(content.patterns, all=kept)

    def __reduce__(self) -> tuple[object, ...]:
        from ccepz_sim.content.loading import load_content

        return Few, (load_content(self.folder),)
