"""Figures of a paper: each says of what it is; nothing is drawn that noise made; size, fonts and formats as asked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from ccepz_sim import load_study
from ccepz_sim.commands.results import _thinned, recipe
from ccepz_sim.output.look import FONTS, Style
from ccepz_sim.studies import runner
from ccepz_sim.studies.figures import Charts, save
from ccepz_sim.text.errors import UserError
from tests.studies.test_differences import noise
from tests.studies.test_results import FACTORS, Known, levers

TWO = {"scenarios": ["slow-recovery", "second-crash"], "expected_runs": 80}


@pytest.fixture
def known(make, tmp_path):
    """Make the results of a study whose values follow a formula."""

    def made(formula, **changes):
        folder = tmp_path / f"known-{len(list(tmp_path.iterdir()))}"
        runner.run_study(make(**changes), folder, engine=Known(formula))
        return load_study(folder)

    return made


def formula(run, _):
    return np.array([levers(run)[0] + 0.3 * noise(run.seed, run.policy) + run.policy, levers(run)[0] + 1.0])


def written(figure) -> str:
    """Return everything that is written on a figure."""
    return " ".join(text.get_text() for text in figure.findobj(mpl.text.Text)).replace("\n", " ")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_says_of_what_it_is(known, lang: str) -> None:
    found = known(formula, **TWO)
    charts = Charts(found, lang)
    names = ["gdp_real", "colluding_share@golmud"]
    drawn = {
        "fan": charts.fan,
        "difference": lambda: charts.difference("status-quo", "tax-only"),
        "tornado": charts.tornado,
        "pareto": lambda: charts.pareto(names),
    }
    labels = [charts.words.scenario(name) for name in found.study.scenarios]
    labels += [charts.words.policy(policy.id) for policy in found.study.policies]
    for name, draw in drawn.items():
        told = written(draw())
        for text in (told, charts.caption):
            text = text.replace("\n", " ")
            assert "n = " in text, name
            assert "2016" in text, name
            for label in labels:
                assert label in text, (name, label)
        assert found.study.label.get(lang) in charts.caption
        assert found.manifest["engine_hash"][:12] in charts.caption
    # Whiskers and interval are explained.
    text = written(drawn["difference"]())
    assert "95" in text
    assert ("whiskers" if lang == "en" else "须线") in text
    assert ("n = 20 pairs" if lang == "en" else "n = 20 对") in text


def test_scenarios_are_panels_and_pooling_stands_in_the_title(known) -> None:
    found = known(formula, **TWO)
    charts = Charts(found)
    titles = [axes.get_title() for axes in charts.difference("status-quo", "tax-only").axes]
    assert {"Slow recovery", "Second crash"} <= set(titles)
    pooled = charts.difference("status-quo", "tax-only", pool=True)
    assert "pooled over scenarios: Slow recovery, Second crash" in written(pooled)
    assert "pooled" not in written(charts.difference("status-quo", "tax-only"))


def test_colours_follow_the_interval_and_a_stated_direction(known) -> None:
    from matplotlib.colors import to_hex

    from ccepz_sim.output.look import IRON, LAKE, LINE

    # Up by much, up by much although down is good, up but only reported, and noise.
    def made(run, _):
        clear = run.policy * (5.0 + 0.1 * noise(run.seed)) + 10.0
        unclear = 10.0 + run.policy * (3.0 if run.seed % 2 else -3.0)
        return np.array([clear, clear, clear, unclear])

    outcome = [{"indicator": "gdp_real"}, {"indicator": "so2"}, {"indicator": "so2", "view": "reported"}]
    found = known(made, outcome=[*outcome, {"indicator": "urban_income"}])
    figure = Charts(found).difference("status-quo", "tax-only")
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, mpl.patches.PathPatch)]
    assert [to_hex(box.get_facecolor()) for box in boxes] == [LAKE, IRON, LINE, LINE]


def test_no_front_is_drawn_through_noise(known) -> None:
    names = ["gdp_real", "colluding_share@golmud"]

    def noisy(run, _):
        return np.array([noise(run.seed, run.policy, run.number), noise(run.seed, run.policy, 7, run.number)])

    policies = ["status-quo", "tax-only", "green-governance", "subsidies-only", "growth-first"]
    changes = {"packages": policies, "lever": [], "expected_runs": 50}
    table = known(noisy, **changes).pareto(names)
    # By the means alone there is always a front; resampled, none of it is sure.
    assert table["front"].any()
    assert (table["unbeaten"] < 0.95).all()
    figure = Charts(known(noisy, **changes)).pareto(names)
    assert len(figure.axes[0].lines) == 0
    assert "not told apart" in written(figure)
    # Where one is better in both in every world, that is sure.
    clear = known(lambda run, _: np.array([10.0 * run.policy, -10.0 * run.policy]), **changes).pareto(names)
    assert clear.set_index("policy")["unbeaten"].to_dict() == {**dict.fromkeys(policies, 0.0), "growth-first": 1.0}
    one = known(noisy, packages=policies, lever=[], seeds=1, expected_runs=5)
    assert one.pareto(names)["unbeaten"].isna().all()
    assert "may be noise" in written(Charts(one).pareto(names))


def test_shares_that_cannot_be_are_marked_with_the_runs_that_would_do(known) -> None:
    def noisy(run, _):
        return 3.0 * levers(run)[0] ** 2 + levers(run)[1] + 2.0 * noise(2 * run.number)

    sampled = {"design": "sobol", "seeds": 1, "packages": ["status-quo"], **FACTORS}
    found = known(noisy, samples=8, expected_runs=40, **sampled)
    table = found.sobol()
    assert found.sobol().equals(table), "the same study gives the same interval"
    wrong = table[table["first_order"] > table["total"] + 0.01]
    assert len(wrong), "the example has to have a share that cannot be"
    assert table["converged"].tolist() == [name not in set(wrong["factor"]) for name in table["factor"]]
    assert (wrong["points_needed"] >= 2 * 40).all()
    figure = Charts(found).sobol()
    text = written(figure)
    assert "not converged with 40 runs" in text
    assert f"{int(table['points_needed'].max()):,}" in text
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert [label.endswith("†") for label in labels] == (~table["converged"])[::-1].tolist()
    smooth = known(lambda run, _: levers(run)[0] * levers(run)[1], samples=64, expected_runs=320, **sampled)
    assert smooth.sobol()["converged"].all()
    assert "converged" not in written(Charts(smooth).sobol())


def test_each_panel_names_its_own_order(known) -> None:
    # Under the first policy one lever matters most, under the second the other.
    def made(run, _):
        first, second = levers(run)
        return (5.0 * first + second) if run.policy == 0 else (first + 5.0 * second)

    both = [{"id": "audit-share", "values": [0, 1]}, {"id": "complaint-channels", "values": [0, 1]}]
    figure = Charts(known(made, lever=both, expected_runs=80)).tornado()
    figure.draw_without_rendering()
    orders = [[label.get_text() for label in axes.get_yticklabels()] for axes in figure.axes]
    assert orders[0] == orders[1][::-1]


def test_too_many_panels_are_refused_with_a_way_on(known) -> None:
    packages = ["status-quo", "tax-only", "green-governance", "subsidies-only", "growth-first"]
    scenarios = ["slow-recovery", "second-crash", "calm"]
    found = known(formula, packages=packages, scenarios=scenarios, seeds=1, expected_runs=30)
    with pytest.raises(UserError, match="--policy or --scenario"):
        Charts(found).tornado()
    figure = Charts(found).tornado(policy="tax-only")
    assert len(figure.axes) == 3
    assert {"tax-only"} == set(found.tornado(policy="tax-only")["policy"])
    with pytest.raises(UserError, match="no scenario"):
        found.tornado(scenario="calmer")


def test_a_fan_of_quarters_prints_a_few_dates(known) -> None:
    found = known(lambda run, _: run.seed, relations={"years": 10, "every": "quarter"})
    whole = found.fan()
    shown = _thinned(whole)
    assert len(whole) == 2 * 40
    assert len(shown) <= 2 * 7
    dates = set(zip(shown["year"], shown["quarter"], strict=True))
    assert {(2016, 1), (2025, 4)} <= dates


def test_size_dots_fonts_and_formats_are_as_asked(known, tmp_path: Path) -> None:
    from PIL import Image

    found = known(formula)
    style = Style(width=84, height=60, dpi=300, font="DejaVu Sans", size=7, formats=("png", "svg", "pdf"))
    figure = Charts(found, style=style).fan()
    files = save(figure, tmp_path / "paper", style)
    assert [path.suffix for path in files] == [".png", ".svg", ".pdf"]
    with Image.open(files[0]) as drawn:
        assert drawn.size == pytest.approx((84 / 25.4 * 300, 60 / 25.4 * 300), abs=1)
    width = re.search(r'width="([\d.]+)pt"', files[1].read_text("utf-8"))
    assert width is not None
    assert float(width[1]) == pytest.approx(84 / 25.4 * 72, abs=0.1)
    before = [path.read_bytes() for path in files]
    assert before[2].startswith(b"%PDF")
    assert b"CreationDate" not in before[2]
    again = save(Charts(found, style=style).fan(), tmp_path / "paper", style)
    assert [path.read_bytes() for path in again] == before
    tiny = Style(width=20, height=20, size=20)
    with pytest.raises(UserError, match="too small"):
        save(Charts(found, style=tiny).fan(), tmp_path / "tiny", tiny)
    with pytest.raises(UserError, match="no font"):
        Charts(found, style=Style(font="Nowhere Sans")).fan()


def test_a_matplotlibrc_is_followed_where_it_can_be(known, tmp_path: Path) -> None:
    found = known(formula)
    mine = {
        "font.size": 14, "axes.prop_cycle": mpl.cycler(color=["#123456", "#654321"]), "figure.figsize": (3, 2),
        "savefig.dpi": 50, "axes.grid": True,
    }  # fmt: skip
    with mpl.rc_context(mine):
        figure = Charts(found).fan()
        files = save(figure, tmp_path / "mine")
        assert mpl.rcParams["font.size"] == 14
    # As wide as wanted; the note below makes it taller.
    assert figure.get_size_inches()[0] == 3
    assert figure.get_size_inches()[1] > 2
    assert figure.axes[0].lines[0].get_color() == "#123456"
    assert figure.axes[0].xaxis.get_gridlines()[0].get_visible()
    from PIL import Image

    with Image.open(files[0]) as drawn:
        assert drawn.size[0] == 150
    # What somebody asks for on the command line wins.
    with mpl.rc_context(mine):
        asked = Charts(found, style=Style(width=101.6, height=76.2)).fan()
        assert tuple(asked.get_size_inches()) == pytest.approx((4, 3))


@pytest.mark.parametrize("setting", [{"text.usetex": True}, {"savefig.bbox": "tight"}, {"svg.hashsalt": "other"}])
def test_what_would_spoil_a_figure_is_not_followed(known, tmp_path: Path, setting) -> None:
    found = known(formula)
    plain = [path.read_bytes() for path in save(Charts(found).fan(), tmp_path / "plain")]
    with mpl.rc_context(setting):
        drawn = [path.read_bytes() for path in save(Charts(found).fan(), tmp_path / "other")]
    assert drawn == plain


def test_a_font_of_a_matplotlibrc_has_ours_behind_it(known) -> None:
    from ccepz_sim.output.look import own_look

    with mpl.rc_context({"font.family": ["DejaVu Serif", "Nowhere Sans"]}), own_look(Style()):
        families = mpl.rcParams["font.family"]
    assert families[0] == "DejaVu Serif"
    assert "Nowhere Sans" not in families
    assert set(families[1:]) <= set(FONTS)


def test_how_a_figure_was_made_lies_beside_it(known, tmp_path: Path) -> None:
    import argparse

    from ccepz_sim.cli import main

    found = known(formula, **TWO)
    stem = tmp_path / "figure"
    asked = ["results", str(found.folder), "--diff", "status-quo", "tax-only", "--pool", "--out", str(stem), "--json"]
    assert main([*asked, "--width", "120", "--format", "svg"], {"LANG": "en"}) == 0
    names = sorted(path.name for path in tmp_path.iterdir() if path.is_file())
    assert names == ["figure.en.txt", "figure.json", "figure.svg", "figure.zh.txt"]
    made = json.loads((tmp_path / "figure.json").read_text("utf-8"))
    assert made["asked"] == {"diff": ["status-quo", "tax-only"], "pool": True}
    assert made["style"]["width"] == 120
    assert "pooled" in (tmp_path / "figure.en.txt").read_text("utf-8")
    assert "合并" in (tmp_path / "figure.zh.txt").read_text("utf-8")
    plain = argparse.Namespace(fan="so2", year=None, indicator="", policy="", scenario="", pool=False)
    assert recipe(plain, "fan") == {"fan": "so2"}
