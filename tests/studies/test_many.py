"""Packages × scenarios × seeds in one call from Python."""

from __future__ import annotations

import gc

import pytest

from ccepz_sim import MultiRun, plot_study
from ccepz_sim.text.errors import UserError
from tests.studies.test_results import Known


def formula(run, _) -> float:
    return 100.0 * run.seed + 7.0 * run.policy


def test_many_runs_in_one_call(capsys) -> None:
    many = MultiRun(
        ["status-quo", "tax-only"], ["slow-recovery", "second-crash"], seeds=4, years=3,
        outcomes=["gdp_real", "so2:reported", "discounted(gdp_real, 5%)"],
    )  # fmt: skip
    assert repr(many) == "MultiRun(2 packages × 2 scenarios × 4 seeds = 16 runs of 3 years, not run yet)"
    with pytest.raises(UserError, match="Nothing has run yet"):
        many.mean()
    assert many.run(engine=Known(formula)) is many
    assert "16 runs ended" in repr(many)
    mean = many.mean().set_index(["outcome", "scenario", "policy"])
    assert mean.loc[("gdp_real", "second-crash", "tax-only"), "mean"] == 257.0
    gap = many.difference("status-quo", "tax-only").set_index(["outcome", "scenario"])
    assert gap.loc[("gdp_real", "slow-recovery"), ["mean", "pairs"]].tolist() == [7.0, 4]
    assert len(many.plot("gdp_real").axes) == 2
    assert "Tax only less Status quo" in many.plot(against=("status-quo", "tax-only"))._suptitle.get_text()
    told = capsys.readouterr()
    assert told.out == ""  # the bar is for the error stream


def test_figures_show_themselves_where_pyplot_never_was() -> None:
    """A plain figure of matplotlib is then a line of text in a notebook."""
    many = MultiRun(["status-quo"], seeds=3, years=2, outcomes=["gdp_real"]).run(engine=Known(formula), progress=False)
    for figure in (many.plot("gdp_real"), plot_study(many.done, "fan", "gdp_real", lang="zh")):
        shown = figure._repr_png_()
        assert shown.startswith(b"\x89PNG")
        assert shown == figure._repr_png_()


def test_a_study_is_drawn_from_python_as_from_the_command_line(tmp_path) -> None:
    folder = tmp_path / "kept"
    many = MultiRun(["status-quo", "tax-only"], seeds=3, years=2, outcomes=["gdp_real", "so2"])
    results = many.run(folder, engine=Known(formula), progress=False).done
    for source in (results, folder, str(folder)):
        figure = plot_study(source, "diff", "status-quo", "tax-only", lang="en")
        assert "Tax only less Status quo" in figure._suptitle.get_text()
    assert plot_study(folder, "pareto", "gdp_real", "so2", pool=True).axes
    for asked, told in (
        (("fans", "gdp_real"), "Did you mean “fan”"),
        (("fan",), "of 1 name, not of 0"),
        (("diff", "status-quo"), "of 2 names, not of 1"),
        (("fan", "so3"), "Did you mean “so2”"),
        (("tornado",), "varies nothing"),
    ):
        with pytest.raises(UserError, match=told):
            plot_study(folder, *asked)
    with pytest.raises(UserError, match="has no option “indicater”"):
        plot_study(folder, "tornado", indicater="so2")


def test_runs_that_are_kept_go_on(tmp_path) -> None:
    asked = {"packages": ["status-quo"], "seeds": 3, "years": 1, "outcomes": ["so2"]}
    MultiRun(**asked).run(tmp_path / "kept", engine=Known(formula), progress=False)
    more = MultiRun(**{**asked, "seeds": 5}).run(tmp_path / "kept", engine=Known(formula), progress=False)
    assert more.done.at("so2")["value"].tolist() == [100.0, 200.0, 300.0, 400.0, 500.0]


def test_a_study_shows_itself(tmp_path) -> None:
    results = MultiRun(["status-quo"], seeds=3, years=1).run(engine=Known(formula), progress=False).done
    assert repr(results).startswith("<study multi-run: 3 of 3 runs, 1 policies × 1 scenarios × 1 points × 3 seeds")
    # The folder is there as long as somebody holds the results.
    folder = results.folder
    assert "<table" in results._repr_html_()
    results.query("SELECT count(*) FROM outcomes")
    del results
    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"packages": ["tax-onely"]}, "tax-only"),
        ({"packages": ["tax-only"], "scenarios": ["calmer"]}, "calm"),
        ({"packages": ["tax-only"], "seeds": 0}, "seeds"),
        ({"packages": ["tax-only"], "years": "ten"}, "years"),
        ({"packages": ["tax-only"], "outcomes": ["sum(so2"]}, "is no outcome"),
        ({"packages": ["tax-only"], "outcomes": ["so3"]}, "so2"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(asked, told) -> None:
    with pytest.raises(UserError) as caught:
        MultiRun(**asked)
    assert told in caught.value.sentence("en")
    assert caught.value.sentence("zh") != caught.value.sentence("en")
