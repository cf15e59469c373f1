"""What zone, agents, content and studies show of themselves in a notebook, and the figure of one run."""

from __future__ import annotations

import copy
import io
import re
import subprocess
import sys
from typing import Any

import pytest

from ccepz_sim import Indicator, Label, PilotZone, load_content
from ccepz_sim.agents import Firm, Official, Town
from ccepz_sim.text.errors import ContentError
from tests.engine.extend.own import FEW, Patrolled

TAG = re.compile(r"<[^>]+>")


class WithPosts(PilotZone):
    own_indicators = (Indicator("open_posts", Label("Open <posts>", "空缺岗位"), unit="persons", of=lambda zone: 12.0),)


@pytest.fixture(scope="module")
def zone() -> PilotZone:
    return PilotZone("tax-only", scale=FEW, seed=3).run(1.5)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


def said(html: str) -> str:
    return " ".join(TAG.sub(" ", html).split())


def test_a_zone_says_what_it_is_and_how_far(zone: PilotZone) -> None:
    assert repr(zone) == "<PilotZone tax-only, slow-recovery, seed 3: 2017 Q3, 6 quarters run>"
    assert repr(object.__new__(PilotZone)) == "<PilotZone, not built yet>"  # a debugger looks into __init__ too
    assert repr(Patrolled(scale=FEW)).startswith("<Patrolled status-quo, ")


def test_a_zone_shows_its_indicators(zone: PilotZone, monkeypatch: pytest.MonkeyPatch) -> None:
    told = said(zone._repr_html_())
    assert "Tax only · Slow recovery · seed 3" in told
    assert "6 quarters run; at the beginning of 2017 Q3." in told
    gdp = zone.recorder.series("gdp_real")
    before = gdp[zone.first_quarter - 4 : zone.first_quarter].mean() / 1e9
    assert f"{before:.1f} billion yuan" in told
    assert f"{gdp[-4:].mean() / 1e9:.1f} billion yuan" in told
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "已运行 6 个季度；现为 2017 年第 3 季度初。" in said(zone._repr_html_())


def test_what_one_writes_oneself_is_shown_as_text() -> None:
    shown = WithPosts(scale=FEW).run(0.25)._repr_html_()
    assert "Open &lt;posts&gt;" in shown
    assert "12 people" in shown


def test_a_zone_that_has_recorded_nothing_says_so() -> None:
    empty = PilotZone(start=2010, scale=FEW)
    assert "Nothing has been recorded yet." in said(empty._repr_html_())
    with pytest.raises(ContentError, match=r"zone\.run\(1\)"):
        empty.plot()


def test_a_figure_of_one_run(zone: PilotZone) -> None:
    figure = zone.plot("so2", "gdp_real", lang="en")
    so2, gdp = (axes for axes in figure.axes if axes.get_visible())
    assert so2.get_title(loc="left") == "Sulphur dioxide"
    # History and play, and the same as officials report it.
    assert [line.get_linestyle() for line in so2.lines] == ["-", "-", "--", "--"]
    drawn = so2.lines[1].get_ydata()
    kept = zone.recorder.series("so2")[zone.first_quarter :]
    assert len(drawn) == 6
    assert drawn / drawn[0] == pytest.approx(kept / kept[0])
    assert so2.lines[1].get_xdata()[0] == 2016.0
    assert gdp.get_ylabel().endswith("yuan/yr")
    assert "seed 3" in figure._suptitle.get_text()
    assert "One run" in figure._supxlabel.get_text()
    saved = io.BytesIO()
    figure.savefig(saved)
    assert saved.tell() > 10_000
    assert len([axes for axes in zone.plot().axes if axes.get_visible()]) == 6
    four = zone.plot("so2", "cod", "trust", "gdp_real")
    assert [axes.get_visible() for axes in four.axes] == [True] * 4 + [False] * 2


def test_a_figure_in_chinese_has_its_letters(zone: PilotZone) -> None:
    figure = zone.plot("trust", place="golmud", lang="zh")
    assert "种子 3" in figure._suptitle.get_text()
    figure.savefig(io.BytesIO())  # a letter that no font has is a warning, and a warning an error


@pytest.mark.parametrize(
    ("names", "options", "told"),
    [
        (["so3"], {}, "Did you mean “so2”"),
        (["so2"], {"place": "golmut"}, "Did you mean “golmud”"),
        (["government_debt"], {"place": "golmud"}, "“government_debt” is not kept for the place “golmud”"),
        (["so2"], {"lang": "fr"}, "no language “fr”"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(
    zone: PilotZone, names: list[str], options: dict[str, Any], told: str
) -> None:
    with pytest.raises(ContentError, match=told) as caught:
        zone.plot(*names, **options)
    assert caught.value.sentence("zh") != caught.value.sentence("en")


def test_to_look_changes_nothing() -> None:
    looked, plain = PilotZone(scale=FEW, seed=2), PilotZone(scale=FEW, seed=2)
    for _ in range(4):
        repr(looked), looked._repr_html_(), looked.plot("so2")
        repr(looked.agents_by_type[Firm][0]), looked.agents_by_type[Firm][0]._repr_html_()
        looked.step(), plain.step()
    assert looked.golden_hash() == plain.golden_hash()
    assert repr(copy.deepcopy(looked)) == repr(looked)


@pytest.mark.parametrize("kind", [Firm, Official, Town])
def test_agents_show_every_figure(zone: PilotZone, kind: type) -> None:
    agent = zone.agents_by_type[kind][0]
    assert repr(agent) == f"<{kind.__name__} {agent.unique_id}: {agent.label.en}>"
    told = said(agent._repr_html_())
    assert agent.label.en in told
    if kind is Firm:
        assert f"code {agent.code}" in told
        assert f"sales {agent.sales:,.6g}" in told
        assert "alive True" in told


def test_content_shows_what_there_is() -> None:
    content = load_content()
    assert repr(content).startswith(f"<content of {content.folder}, hash {content.hash[:12]}")
    told = said(content._repr_html_())
    assert f"content.levers {len(content.levers)} " in told
    assert f"content.studies {len(content.studies)} " in told
    other = content.with_parameters({"collusion.belief_speed": 0.3})
    assert "1 parameters" in repr(other)
    assert other.hash[:12] in said(other._repr_html_())


def test_content_with_a_mistake_is_shown_all_the_same() -> None:
    broken = load_content().with_files({"policies/packages/mine.toml": 'id = "mine"\nlabel = 3\n'})
    told = said(broken._repr_html_())
    assert "has a mistake: policies/packages/mine.toml" in told
    assert f"content.scenarios {len(broken.scenarios)} " in told


def test_a_study_shows_what_it_asks() -> None:
    study = load_content().study("smoke")
    assert repr(study).startswith(f"<study smoke ({study.design}): {study.runs} runs = ")
    told = said(study._repr_html_())
    assert study.question.en in told
    assert "colluding_share" in told


FIRST = """
import sys
from ccepz_sim.numerics import rule_store
from ccepz_sim.numerics.compiling import driver
from ccepz_sim.numerics.compiling.progress import Progress
from ccepz_sim.numerics.compiling.recorded import Rule
import ccepz_sim.commands.console as console

late = [Rule("m.late", (), 100.0, ())]
for module in (driver, console):
    module.missing = lambda: late
    module.compile_all = lambda tell, *_: (driver.leave_alone(), tell(Progress(0.5, 20.0, 1, 2)))
"""
ZONE = "rule_store.on_miss()\nfrom ccepz_sim import PilotZone\nprint(PilotZone(scale=0.0005).run(0.25).year)"
RUN = 'from ccepz_sim.cli import main\nsys.exit(main(["run", "--years", "1", "--scale", "0.0005", "--json"]))'


@pytest.mark.parametrize("asked", [ZONE, RUN])
def test_a_first_compile_is_told_on_the_error_stream_alone(asked: str, compiled_rules: None) -> None:
    """Whoever reads what was asked for, or parses it, meets nothing else there."""
    import json

    done = subprocess.run(
        [sys.executable, "-c", FIRST + asked], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0].startswith("The rules are compiled for this computer.")
    assert done.stderr.splitlines()[-1] == "The rules are compiled."
    found = json.loads(done.stdout)
    assert found == 2016.25 if asked is ZONE else found["summary"]["gdp_real"]["end"] > 0.0
