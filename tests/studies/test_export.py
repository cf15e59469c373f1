"""A game as a study and as a script gives the numbers of the game."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import tomllib
from dataclasses import replace

import pytest

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.model import PilotZone
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.state.decisions import Decision
from ccepz_sim.studies.design import Plan
from ccepz_sim.studies.export import INDICATORS, Chart, Played, python_script, study_toml
from ccepz_sim.studies.simulate import outcomes
from ccepz_sim.text.errors import ContentError
from ccepz_sim.text.label import Label
from ccepz_sim.text.sentences import figure

DECISIONS = (
    Decision("audit-share", 0.3, 2016),
    Decision("rd-fund", 1.5e8, 2016.5),
    Decision("pollution-tax-air", 4.8, 2017),
)
PLAYED = Played(DECISIONS, "second-crash", 7, 2)


def said(script: str) -> str:
    """Run a script and return what it prints."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        exec(compile(script, "game", "exec"), {})
    return text.getvalue()


def test_the_study_holds_the_run_that_was_played(content: Content) -> None:
    text = study_toml(PLAYED, content=content)
    study = content.read_study(tomllib.loads(text), "my-study.toml")
    assert study.runs == 60
    assert [policy.id for policy in study.policies] == ["status-quo", "mine"]
    plan = Plan(study)
    (run,) = (plan[number] for number in range(60) if plan.policy[number] == 1 and plan.seed[number] == PLAYED.seed)
    kept = outcomes(study, content, run)
    zone = PilotZone(scenario="second-crash", seed=7, decisions=DECISIONS).run(2)
    for number, name in enumerate(INDICATORS):
        series = zone.recorder.series(name)[zone.first_quarter :].reshape(2, 4).mean(axis=1)
        assert kept[number].tolist() == series.tolist()


def test_the_script_makes_the_run_that_was_played(content: Content) -> None:
    zone = PilotZone(scenario="second-crash", seed=7, decisions=DECISIONS).run(2)
    assert f"golden hash {zone.golden_hash()}" in said(python_script(PLAYED, content=content))


def test_parameters_of_a_game_go_with_it(content: Content) -> None:
    """Without them the study and the script would give other numbers and say nothing."""
    other = content.with_parameters({"collusion.belief_speed": 0.35})
    study = content.read_study(tomllib.loads(study_toml(PLAYED, content=other)), "my-study.toml")
    assert dict(Plan(study)[0].parameters) == {"collusion.belief_speed": 0.35}
    zone = PilotZone(scenario="second-crash", seed=7, decisions=DECISIONS, content=other).run(2)
    assert f"golden hash {zone.golden_hash()}" in said(python_script(PLAYED, content=other))


def test_the_folder_of_a_game_goes_with_it(content: Content, tmp_path) -> None:
    for part in ("agents", "policies", "experiments"):
        shutil.copytree(content.folder / part, tmp_path / "mine" / part)
    other = load_content(tmp_path / "mine")
    assert f'load_content("{tmp_path / "mine"}")' in python_script(PLAYED, content=other)
    assert str(tmp_path / "mine") in study_toml(PLAYED, content=other).splitlines()[1]


@pytest.mark.parametrize("seed", [0, LARGEST_SEED, LARGEST_SEED - 5])
def test_the_seed_of_the_game_is_among_those_of_the_study(content: Content, seed: int) -> None:
    text = study_toml(Played(DECISIONS, "calm", seed, 2), content=content)
    study = content.read_study(tomllib.loads(text), "my-study.toml")
    assert study.first_seed <= seed <= study.last_seed <= LARGEST_SEED


def test_without_decisions_both_are_the_status_quo(content: Content) -> None:
    played = Played((), "calm", 1, 1)
    assert "policy.set" not in study_toml(played, content=content)
    assert "Decision(" not in python_script(played, content=content).split("[", 1)[1]


def test_words_of_people_stay_words(content: Content) -> None:
    label = Label('A "quoted"\nname \\ with [signs] and \x7f \x01', "带“引号”的名称")
    text = study_toml(PLAYED, label=label, content=content)
    assert content.read_study(tomllib.loads(text), "my-study.toml").label == label


def test_what_is_not_possible_is_refused(content: Content) -> None:
    with pytest.raises(ContentError):
        study_toml(Played((Decision("audit-share", 7, 2016),), "calm", 1, 1), content=content)
    with pytest.raises(ContentError):
        python_script(Played((), "clam", 1, 1), content=content)
    with pytest.raises(ContentError):
        study_toml(replace(PLAYED, charts=[Chart("happiness")]), content=content)
    with pytest.raises(ContentError):
        python_script(replace(PLAYED, charts=[Chart("happiness")]), content=content)


def test_what_is_veiled_is_kept_and_printed_as_reported(content: Content) -> None:
    charts = [Chart("so2", "t/yr", 1.0, 0), Chart("colluding_share", "%", 0.01, 1), Chart("pollution", "", 1.0, 2)]
    played = replace(PLAYED, charts=charts, known=2016)
    study = content.read_study(tomllib.loads(study_toml(played, content=content)), "my-study.toml")
    kept = [(outcome.indicator, outcome.view) for outcome in study.outcomes]
    assert kept == [(name, view) for name in ("so2", "colluding_share") for view in ("true", "reported")] + [
        ("pollution", "true")
    ]
    zone = PilotZone(scenario="second-crash", seed=7, decisions=DECISIONS).run(2)
    lines = said(python_script(played, content=content)).splitlines()
    for chart in charts:
        true, told = (
            zone.recorder.series(chart.indicator, view=view)[zone.first_quarter :].reshape(2, 4).mean(axis=1)
            for view in ("true", "reported" if chart.indicator != "pollution" else "true")
        )
        start = next(number for number, line in enumerate(lines) if line.startswith(chart.indicator))
        written = [figure(value / chart.size, chart.digits) for value in (true[0], told[1])]
        assert lines[start + 2].split() == ["mine", *written]


def test_comments_are_in_the_language_of_the_page(content: Content) -> None:
    for text in (study_toml(PLAYED, lang="zh", content=content), python_script(PLAYED, lang="zh", content=content)):
        comments = [line for line in text.splitlines() if line.startswith(("#", '"""', '    """'))]
        assert comments
        assert all(re.search("[\u4e00-\u9fff]", line) for line in comments)
