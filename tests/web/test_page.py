"""The page without a browser: what its parts are given, and what their events do."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ccepz_sim import PilotZone
from ccepz_sim.studies.design import Plan
from ccepz_sim.studies.simulate import outcomes
from ccepz_sim.text.sentences import figure
from ccepz_sim.web import server

server.prepare()

import ipyvue  # noqa: E402 - settings come first
import solara  # noqa: E402

from ccepz_sim.game.problems import GameError  # noqa: E402
from ccepz_sim.measures.indicators import all_indicators  # noqa: E402
from ccepz_sim.web import app_state, notices, opening  # noqa: E402
from ccepz_sim.web.framework import Data  # noqa: E402
from ccepz_sim.web.page import VIEWS, Page  # noqa: E402
from ccepz_sim.web.views import branches, charts, people  # noqa: E402
from tests.game.remembered import RememberingRunner  # noqa: E402


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about."""
    for _ in range(2400):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within two minutes")


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of a fresh server, with the first run finished.

    What was run for another test is not run again, and no bands are run beside unless some are asked for: they have
    tests of their own.
    """
    with pytest.MonkeyPatch.context() as patch:  # of its own: tests undo what they patch
        patch.setattr("ccepz_sim.game.worker_pool.Runner", RememberingRunner)
        patch.setattr("ccepz_sim.game.bands.AHEAD", getattr(request, "param", 0))
        opened = app_state.open_app("en", PilotZone)
        _, context = solara.render(Page(), handle_error=False)
        until(lambda: found(context, "charts") is not None)
        yield context
        context.close()
        opened.store.close()


MARKS = {"charts": "panels", "levers": "money_scales", "map": "links", "time": "decided", "head": "facts",
         "events": "rows", "notice": "action", "tabs": "names", "guide": "done", "why": "nothing",
         "people": "kinds", "web": "picture", "futures": "marks", "report": "found", "tools": "file",
         "missing": "retry"}  # fmt: skip


class Opened:
    """A widget, with its properties as the browser gets them."""

    def __init__(self, widget: Any) -> None:
        self.widget = widget

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.widget, name)
        return value.value if isinstance(value, Data) else value


def found(context: Any, name: str) -> Any:
    """Return the widget of a part, known by a property that only it has, or None."""
    widgets = context.find(ipyvue.VueTemplate).widgets
    return next((Opened(widget) for widget in widgets if widget.has_trait(MARKS[name])), None)


def act(context: Any, name: str, event: str, data: object) -> None:
    """Do what the browser does when an event of a part fires, and wait until the page shows the answer."""
    getattr(found(context, name), f"vue_{event}")(data)
    until(lambda: settled(context))


def choose(context: Any, number: int, name: str) -> None:
    """Choose an indicator for a chart, and wait until the chart shows it."""
    found(context, "charts").vue_choose({"number": number, "id": name})
    until(lambda: found(context, "charts").panels[number]["id"] == name)


def told_of(context: Any) -> str:
    """Return what the notice says; nothing where there is none."""
    notice = found(context, "notice")
    return "" if notice is None else str(notice.text)


def exported(context: Any, what: str) -> str:
    """Ask for a file and return its text."""
    before = found(context, "tools").file.get("number", 0)
    act(context, "head", "tool", {"what": what})
    until(lambda: found(context, "tools").file.get("number", 0) > before)
    return str(found(context, "tools").file["text"])


def settled(context: Any) -> bool:
    """Whether the page shows the game as it is, and nothing is being computed."""
    state = next(reversed(app_state.app_state().store._games.values())).state()
    if state.running:
        return False
    levers = found(context, "levers")
    if levers is None:
        return found(context, "notice") is not None
    shown = (levers.confirmed, levers.answered, levers.year)
    return shown == (state.version, state.answered, state.year) and not found(context, "time").running


def test_eight_charts_hold_numbers_of_the_model(page: Any) -> None:
    panels = found(page, "charts").panels
    assert [panel["id"] for panel in panels] == list(charts.PANELS)
    for panel in panels:
        assert len(panel["own"]) == len(panel["without"]) == 26
        assert panel["own"] == panel["without"], "nothing is decided yet"
        assert min(panel["own"]) >= panel["low"] - 1e-3 * abs(panel["low"])
        assert panel["change"]["tone"] == ""
    assert len({panel["key"] for panel in panels}) == 8


def test_a_moved_lever_changes_the_charts_and_the_list(page: Any) -> None:
    before = found(page, "charts").panels
    act(page, "levers", "choose_package", "whole-programme")
    after = found(page, "charts").panels
    assert all(old["key"] != new["key"] for old, new in zip(before, after, strict=True)), "all eight charts change"
    assert [old["without"] for old in before] == [new["without"] for new in after], "the luck is the same"
    assert found(page, "levers").chosen == "whole-programme"
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.25})
    assert found(page, "levers").values["audit-share"] == 0.25
    assert found(page, "levers").chosen == ""
    rows = found(page, "events").decisions
    assert len(rows) == 2
    assert rows[1]["change"].endswith("→ 25%")
    act(page, "events", "undo_one", rows[0]["number"])
    assert [row["change"] for row in found(page, "events").decisions] == [
        rows[1]["change"].replace(rows[1]["change"].split(" → ")[0], "5")
    ]
    act(page, "head", "tool", {"what": "undo"})
    assert found(page, "events").decisions == []
    assert found(page, "charts").panels == before
    assert found(page, "head").can_redo


def test_next_year_moves_everything_to_that_year(page: Any) -> None:
    act(page, "time", "go_to", 2017)
    for name in ("time", "map", "charts", "levers", "events"):
        assert found(page, name).year == 2017, name
    assert found(page, "levers").quo["solid-waste-tax"] == 0
    act(page, "time", "go_to", 2035)
    assert found(page, "levers").quo["solid-waste-tax"] == 1, "the law of 2018 is in force"
    assert found(page, "events").rows, "twenty years without an event"


def figures(context: Any) -> tuple[str, str, str]:
    """Return year, treasury and standing as the page's head says them."""
    year, treasury, standing = (fact["value"] for fact in found(context, "head").facts)
    return year, treasury, standing


def test_one_standing_and_one_treasury_at_one_moment(page: Any) -> None:
    for year, lever in ((2016, "audit-share"), (2024, "media-supervision")):
        act(page, "time", "go_to", year)
        act(page, "levers", "decide", {"lever": lever, "value": 0.8})
        means = found(page, "levers").means
        assert figures(page)[0] == str(year)
        assert means["end"] == f"{figures(page)[2]} at its end"
        assert f"at the start of {year}" in means["standing"]
    before = means
    act(page, "levers", "try_out", {"lever": "lifelong-accountability", "value": 1.0})
    assert found(page, "levers").means["end"] == f"{figures(page)[2]} at its end"
    assert found(page, "levers").means["standing"] != before["standing"], "a trial spends too"
    act(page, "levers", "end_trial", "lifelong-accountability")
    assert found(page, "levers").means == before
    act(page, "time", "go_to", 2035)
    _, treasury, standing = figures(page)
    found(page, "tabs").vue_go("report")
    until(lambda: found(page, "report") is not None)
    said = found(page, "report").found["means"]
    assert f"At the end of 2035 the treasury holds {treasury} and standing is {standing} of 100." == said


def test_a_decision_takes_effect_from_the_year_on_the_table(page: Any) -> None:
    act(page, "time", "go_to", 2025)
    act(page, "levers", "choose_package", "whole-programme")
    assert found(page, "time").decided == [2025]
    for panel in found(page, "charts").panels:
        assert panel["own"][:15] == panel["without"][:15], panel["id"]
    assert any(panel["own"][15:] != panel["without"][15:] for panel in found(page, "charts").panels)


def test_the_switch_changes_every_word(page: Any) -> None:
    speaking = [name for name in MARKS if found(page, name) is not None and found(page, name).has_trait("t")]
    english = {name: found(page, name).t for name in speaking}
    act(page, "head", "tool", {"what": "language"})
    for name, texts in english.items():
        shown = found(page, name).t
        same = [key for key in texts if texts[key] == shown[key]]
        assert same == [], name
    levers = [lever for group in found(page, "levers").groups for lever in group["levers"]]
    assert len(levers) == len(app_state.app_state().store.content.levers)
    for text in [lever["assumes"] for lever in levers] + [panel["label"] for panel in found(page, "charts").panels]:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text), text
    for row in found(page, "map").places:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in row["label"])


# never read by people
IDS = ("id", "key", "token", "game", "state", "confirmed", "shared", "file", "origin", "target", "from", "to")
LATIN = {"GDP", "PVC", "CSV", "PNG", "GB", "COD", "English", "Python", "Switch", "to"}  # said alike in both languages
CODE = re.compile(r"\{\w+\}|\b(?:[A-Z]-\d+|[IV]+(?:\.[IV]+)+(?:\.\d+)*|CCEPZ Sim(?: [\w.]+)?|[0-9a-f]{8,})")


def told(value: Any, known: set[str], key: str = "") -> Iterator[str]:
    """Go through all texts for people in what a part is given: neither ids nor names of colours."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from told(item, known, str(name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from told(item, known, key)
    elif isinstance(value, str) and key not in IDS and value.removesuffix("-ink") not in known:
        yield value


def ids() -> set[str]:
    """Return the words by which parts of the content, of the page and of the palette call each other."""
    content = app_state.app_state().store.content
    known = {*content.levers, *content.groups, *content.packages, *content.scenarios, *all_indicators()}
    known |= {name for table in ("places", "bodies", "officials", "institutes") for name in content.table(table).ids}
    known |= {*VIEWS, *people.KINDS, *notices.KINDS, *charts.COLOURS.values(), *branches.LINES, "good", "bad", "aqua"}
    return known | {"en", "zh", "en-GB", "zh-CN", "programme", "value", "none", "park", "town", "outside", "worked",
                    "luck", "failed", "money_in", "money_out", "sage", "slate", "elsewhere"}  # fmt: skip


def foreign(context: Any, lang: str) -> list[str]:
    """Return what is on the page in another language than it should be."""
    known, found_ = ids(), []
    for widget in context.find(ipyvue.VueTemplate).widgets:
        for name in sorted(set(widget.keys) - {*ipyvue.VueTemplate.class_trait_names(), *IDS, "_event_callbacks"}):
            for text in told(getattr(widget, name), known, name):
                rest = set(re.findall("[A-Za-z]{2,}", CODE.sub(" ", text))) - LATIN
                if (lang == "zh" and rest) or (lang == "en" and re.search("[\u4e00-\u9fff]", text.replace("中文", ""))):
                    found_.append(text)
    return [text for text in dict.fromkeys(found_) if text != "切换到中文"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_reaches_a_page_in_another_language(page: Any, lang: str) -> None:
    if lang == "zh":
        act(page, "head", "tool", {"what": "language"})
    act(page, "levers", "choose_package", "whole-programme")
    act(page, "time", "go_to", 2024)
    act(page, "levers", "decide", {"lever": "audit-share", "value": 7})
    until(lambda: found(page, "notice") is not None)
    assert foreign(page, lang) == []
    for view in VIEWS[1:]:
        found(page, "tabs").vue_go(view)
        until(lambda view=view: found(page, view) is not None)
        if view == "people":
            for kind in people.KINDS:
                found(page, "people").vue_choose_kind(kind)
                until(lambda: found(page, "people").found is not None)
                for _ in range(3):
                    found(page, "people").vue_pick("anyone")
                    until(lambda: found(page, "people").life is not None)
                    assert foreign(page, lang) == [], kind
        for group in app_state.app_state().store.content.groups if view == "web" else ():
            found(page, "web").vue_look(group)
            assert foreign(page, lang) == [], group
        assert foreign(page, lang) == [], view
    found(page, "tabs").vue_go("zone")
    until(lambda: found(page, "charts") is not None)
    found(page, "charts").vue_why("colluding_share")
    until(lambda: found(page, "why") is not None and found(page, "why").found is not None)
    assert foreign(page, lang) == []


def test_any_indicator_can_be_shown(page: Any) -> None:
    known = [item["id"] for item in found(page, "charts").indicators]
    for start in range(0, len(known), 8):
        for number, name in enumerate(known[start : start + 8]):
            choose(page, number, name)
        shown = [panel["id"] for panel in found(page, "charts").panels]
        assert shown[: len(known[start : start + 8])] == known[start : start + 8]


def test_other_luck_changes_the_counterfactual_too(page: Any) -> None:
    before = found(page, "charts").panels[0]["without"]
    act(page, "levers", "choose_seed", 2)
    assert found(page, "charts").panels[0]["without"] != before
    act(page, "levers", "choose_scenario", "calm")
    assert found(page, "levers").scenario == "calm"


def test_a_refused_decision_is_a_sentence_and_the_game_goes_on(page: Any) -> None:
    act(page, "levers", "decide", {"lever": "audit-share", "value": 7})
    until(lambda: "out of bounds" in told_of(page))
    assert (found(page, "notice").kind, found(page, "notice").word) == ("error", "Error:")
    found(page, "notice").vue_act(0)
    until(lambda: found(page, "notice") is None)
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.5})
    assert found(page, "levers").values["audit-share"] == 0.5


@pytest.mark.parametrize("page", [4], indirect=True, ids=["with bands"])  # the sentence comes with the next drawing
def test_a_failing_part_shows_a_sentence_not_a_traceback(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[Any]:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(charts, "panels", broken)
    found(page, "time").vue_go_to(2018)
    until(lambda: found(page, "notice") is not None)
    assert "secret" not in found(page, "notice").text
    assert found(page, "charts") is None
    monkeypatch.undo()
    found(page, "notice").vue_act(0)
    until(lambda: found(page, "charts") is not None)
    assert found(page, "charts").year == 2018, "the game is as it was"


def test_two_charts_chosen_before_a_drawing_are_both_kept(page: Any) -> None:
    with page:  # nothing is drawn anew meanwhile, as while another thread draws
        found(page, "charts").vue_choose({"number": 0, "id": "so2"})
        found(page, "charts").vue_choose({"number": 1, "id": "population"})
    until(lambda: [panel["id"] for panel in found(page, "charts").panels[:2]] == ["so2", "population"])


def test_why_is_answered_and_closed(page: Any) -> None:
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.4})
    found(page, "charts").vue_why("colluding_share")
    until(lambda: found(page, "why") is not None and found(page, "why").found is not None)
    answer = found(page, "why").found
    assert answer["rows"][0]["name"] == "Officials and funds audited a year"
    found(page, "why").vue_ask({"indicator": "gdp", "year": 2030})
    until(lambda: found(page, "why").found is not None and found(page, "why").found["label"] == "GDP")
    found(page, "why").vue_shut(0)
    assert found(page, "why") is None


def test_every_view_opens_in_both_languages(page: Any) -> None:
    act(page, "levers", "choose_package", "staged-programme")
    for lang in ("en", "zh"):
        for view in ("people", "web", "futures", "report", "zone"):
            found(page, "tabs").vue_go(view)
            name = "charts" if view == "zone" else view
            until(lambda name=name: found(page, name) is not None)
            assert found(page, name).t["lang"].startswith(lang)
        act(page, "head", "tool", {"what": "language"})


def test_a_branch_a_bookmark_and_the_way_back(page: Any) -> None:
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.4})
    found(page, "tabs").vue_go("futures")
    until(lambda: found(page, "futures") is not None)
    act(page, "futures", "bookmark", "audited")
    act(page, "futures", "branch", "more")
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.8})
    until(lambda: len(found(page, "futures").rows[0]["cells"]) == 2)
    assert [item["name"] for item in found(page, "futures").branches] == ["First future", "more"]
    act(page, "futures", "go_back", found(page, "futures").marks[0]["number"])
    assert found(page, "levers").values["audit-share"] == 0.4
    act(page, "futures", "switch_to", 0)
    act(page, "futures", "drop", found(page, "futures").branches[1]["id"])
    assert len(found(page, "futures").branches) == 1


def test_a_game_is_saved_opened_and_written_as_python(page: Any) -> None:
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.4})
    kept = exported(page, "save")
    assert 'Decision("audit-share", 0.4, 2016' in exported(page, "python")
    written = tomllib.loads(exported(page, "study"))
    assert [(item["lever"], item["value"]) for item in written["policy"][0]["set"]] == [("audit-share", 0.4)]
    assert len({item["indicator"] for item in written["outcome"]}) == 8
    act(page, "head", "tool", {"what": "reset"})
    before = found(page, "head").token
    found(page, "head").vue_tool({"what": "load", "text": kept})
    until(lambda: found(page, "levers") is not None and found(page, "head").token != before and settled(page))
    assert found(page, "levers").values["audit-share"] == 0.4
    assert (found(page, "notice").kind, found(page, "notice").word) == ("success", "Done:")
    found(page, "head").vue_tool({"what": "load", "text": "no game"})
    until(lambda: "no game" in told_of(page))


@pytest.mark.parametrize("truth", [False, True])
def test_the_script_prints_the_figures_of_the_page(page: Any, truth: bool, capsys: pytest.CaptureFixture[str]) -> None:
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.4})
    chosen = ("so2", "population", "energy_per_gdp", "colluding_share")
    for number, name in enumerate(chosen):
        choose(page, number, name)
    act(page, "time", "go_to", 2021)
    found(page, "charts").vue_show_truth(truth)
    until(lambda: found(page, "charts").truth is truth)
    panels = found(page, "charts").panels
    assert [panel["id"] for panel in panels[:4]] == list(chosen)
    assert any(panel["veiled"] for panel in panels) is not truth
    for lang in ("en", "zh"):
        exec(compile(exported(page, "python"), "ccepz_game.py", "exec"), {})
        lines = capsys.readouterr().out.splitlines()
        for panel in found(page, "charts").panels:
            name = f"{panel['id']} ({panel['unit']})" if panel["unit"] else panel["id"]
            start = lines.index(name)
            assert lines[start + 1].split() == ["year", *(str(year) for year in range(2016, 2036))]
            for row, line in (("own", 2), ("without", 3)):
                shown = [figure(value, panel["decimals"]) for value in panel[row][6:]]
                assert lines[start + line].split()[1:] == shown, (lang, name, row)
        act(page, "head", "tool", {"what": "language"})


def test_the_study_keeps_the_figures_of_the_page(page: Any) -> None:
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.4})
    act(page, "time", "go_to", 2021)
    content = app_state.app_state().store.content
    study = content.read_study(tomllib.loads(exported(page, "study")), "my-study.toml")
    plan = Plan(study)
    first = {policy: number for number, policy in reversed(list(enumerate(plan.policy))) if plan.seed[number] == 1}
    kept = {row: outcomes(study, content, plan[first[policy]]) for policy, row in ((1, "own"), (0, "without"))}
    column = {(item.indicator, item.view): number for number, item in enumerate(study.outcomes)}
    for panel in found(page, "charts").panels:
        for row, values in kept.items():
            for year in range(2016, 2036):
                view = "reported" if panel["veiled"] and year >= panel["veiled"] else "true"
                value = values[column[panel["id"], view]][year - 2016] / panel["factor"]
                assert figure(value, panel["decimals"]) == figure(panel[row][year - 2010], panel["decimals"])


def test_what_standing_cannot_carry_is_refused_with_a_sentence(page: Any) -> None:
    act(page, "levers", "choose_package", "whole-programme")
    assert any("Standing is low" in warning for warning in found(page, "levers").means["warnings"])
    bold = {"discharge-standard": 1.0, "permit-cap": 1.5, "media-supervision": 0, "lifelong-accountability": 0}
    for lever, value in (bold | {"resource-price": 4, "land-concession": 1, "capacity-elimination": 0}).items():
        act(page, "levers", "decide", {"lever": lever, "value": value})
    game = next(reversed(app_state.app_state().store._games.values()))
    means = game.state().means
    assert means.standing is not None
    assert means.spent <= means.standing, "no year spends more standing than there is"


def test_a_panel_shows_reports_until_the_truth_is_asked_for(page: Any) -> None:
    panel = found(page, "charts").panels[2]
    assert panel["id"] == "colluding_share"
    assert panel["veiled"] == 2016
    found(page, "charts").vue_show_truth(True)
    until(lambda: found(page, "charts").panels[2]["veiled"] == 0)
    assert max(found(page, "charts").panels[2]["own"][6:]) > 2 * max(panel["own"][6:])


def test_a_page_without_a_game_says_why_and_offers_ways_on(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = app_state.open_app("en", PilotZone)
    answers = iter([opening.open_page("?game=AAAAbbbbCCCC"), opening.open_page("?game=AAAAbbbbCCCC&lang=zh")])
    monkeypatch.setattr(opening, "open_page", lambda search: next(answers))
    _, context = solara.render(Page(), handle_error=False)
    until(lambda: found(context, "missing") is not None)
    assert "AAAAbbbbCCCC" in found(context, "missing").text
    assert len(opened.store._games) == 0, "nothing was begun"
    found(context, "missing").vue_again(0)
    until(lambda: found(context, "missing").t["lang"] == "zh-CN")
    monkeypatch.undo()
    found(context, "missing").vue_start(0)
    until(lambda: found(context, "head") is not None)
    assert found(context, "head").t["lang"] == "zh-CN"
    assert found(context, "missing") is None
    context.close()
    opened.store.close()


def test_what_is_not_saved_is_said_until_it_is(page: Any) -> None:
    store = app_state.app_state().store
    assert found(page, "head").kept["state"] == "memory"
    store._database.fault = GameError("disk_full")
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.4})
    until(lambda: "disk of the server is full" in told_of(page) and "(1)" in told_of(page))
    until(lambda: found(page, "head").kept["state"] == "unsaved")
    act(page, "head", "tool", {"what": "language"})
    until(lambda: "磁盘已满" in told_of(page))
    store._database.fault = None
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.6})
    until(lambda: found(page, "notice") is None)


def test_a_request_is_carried_out_once_and_confirmed(page: Any) -> None:
    game = next(reversed(app_state.app_state().store._games.values()))
    wish = {"request": "r1", "year": 2019, "value": {"lever": "audit-share", "value": 0.4}}
    act(page, "levers", "decide", wish)
    until(lambda: found(page, "tools").confirmed == ["r1"])
    assert [(item.action.year, item.number) for item in game.state().position.items] == [(2019, 0)]
    found(page, "tools").vue_again({"name": "decide", "data": wish})
    act(page, "head", "tool", {"what": "undo", "how": {"request": "r2"}})
    found(page, "tools").vue_again({"name": "undo", "data": {"request": "r2"}})
    assert len(game.log()) == 2
    refused = {"request": "r3", "value": {"lever": "audit-share", "value": 7}}
    act(page, "levers", "decide", refused)
    until(lambda: "out of bounds" in told_of(page))
    until(lambda: found(page, "tools").confirmed == ["r1", "r2", "r3"])
    found(page, "tools").vue_again({"name": "close", "data": {"request": "r4"}})
    until(lambda: found(page, "tools").confirmed == ["r1", "r2", "r3", "r4"])
    assert len(game.log()) == 2


def test_a_game_that_is_full_goes_on_in_a_new_one(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.4})
    monkeypatch.setattr("ccepz_sim.game.session.MOST_ENTRIES", 2)
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.6})
    until(lambda: "This game is full" in told_of(page))
    monkeypatch.undo()
    before = found(page, "head").token
    found(page, "notice").vue_act(0)
    until(lambda: found(page, "head").token != before and found(page, "levers") is not None)
    assert found(page, "levers").values["audit-share"] == 0.4
    act(page, "levers", "decide", {"lever": "audit-share", "value": 0.6})
    assert found(page, "levers").values["audit-share"] == 0.6


def test_data_of_templates_are_compared_by_what_they_show() -> None:
    """The same figures anew are not sent again; the library does not look into them."""
    assert Data([1, {"a": 2.0}]) == Data([1, {"a": 2.0}])
    assert Data([1, {"a": 2.0}]) != Data([1, {"a": 3.0}])
    assert Data([1]) != [1]


def test_no_part_is_given_a_list_that_would_be_searched(page: Any) -> None:
    widgets = page.find(ipyvue.VueTemplate).widgets
    given = [(name, getattr(one, name)) for one in widgets for name in one.trait_names(sync=True) if name[0] != "_"]
    held = [name for name, value in given if isinstance(value, Data)]
    assert {"panels", "facts", "values", "rows"} <= set(held)
    own = {"events", "css", "methods", "components", "scoped_css_support", "layout", "tooltip"}  # of the library
    assert not [name for name, value in given if isinstance(value, dict | list | tuple) and name not in own]
