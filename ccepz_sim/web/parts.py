"""The parts of the page: one Vue template each, so that the tree of widgets stays small."""

# Solara makes the arguments of these functions the properties of the widget; their bodies are never run.
# ruff: noqa: N802

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from ccepz_sim.game.game_file import LONGEST
from ccepz_sim.web.framework import template
from ccepz_sim.web.gate.values import (
    ADDRESSES,
    NAMES,
    Asked,
    Either,
    Fixed,
    Flag,
    Number,
    Record,
    Repeated,
    Shape,
    Text,
    Whole,
)
from ccepz_sim.web.views.words import Part

# What the browser may send with an event; the gate lets nothing else through (gate/events.py).
ID = Text(NAMES)
LEVER: dict[str, Shape] = {"lever": ID, "value": Number()}
LEVER_VALUE, WHOLE, LINE, NOTHING = Record(LEVER), Whole(), Text(), Record({"what": ID})
REQUESTS = {  # what each request of `web/requests.py` carries
    "decide": LEVER_VALUE,
    "choose_package": ID,
    "choose_scenario": ID,
    "choose_seed": WHOLE,
    "undo": NOTHING,
    "redo": NOTHING,
    "reset": NOTHING,
    "undo_one": WHOLE,
    "go_to": WHOLE,
    "switch_to": WHOLE,
    "drop": WHOLE,
    "branch": LINE,
    "bookmark": LINE,
    "go_back": WHOLE,
}
Act = Callable[[Any], None]
Plain = Annotated[Act, Fixed(0)]  # says only that it happened
Name = Annotated[Act, ID]
Address = Annotated[Act, Text(ADDRESSES)]
Switch = Annotated[Act, Flag()]
LeverValue = Annotated[Act, LEVER_VALUE]
Panel = Annotated[Act, Record({"number": WHOLE, "id": ID})]
Question = Annotated[Act, Record({"indicator": ID, "year": WHOLE})]
Person = Annotated[Act, Either((WHOLE, ID))]
Wish = Annotated[Act, Record({}, {**LEVER, "package": ID})]
Again = Annotated[Act, Repeated(REQUESTS)]
AskedLever = Annotated[Act, Asked(LEVER_VALUE)]
AskedName = Annotated[Act, Asked(ID)]
AskedLine = Annotated[Act, Asked(LINE)]
AskedCount = Annotated[Act, Asked(WHOLE)]
# a text may be one letter longer than is taken, so that this is said
Tool = Annotated[Act, Record({"what": ID}, {"text": Text(LONGEST + 1, lines=True), "how": Asked(NOTHING)})]


@template("header.vue")
def Header(
    t: Part,
    lang: str,
    token: str,
    shared: str,
    view: str,
    kept: Part,
    longest: int,
    facts: list[Part],
    can_undo: bool,
    can_redo: bool,
    event_tool: Tool,
) -> None:
    """Title, treasury, standing, undo, redo, start again, share, language."""


@template("tools.vue")
def Tools(game: str, shared: str, confirmed: list[str], file: Part, event_again: Again) -> None:
    """What parts share in the browser; requests on their way; files to be saved."""


@template("missing.vue")
def Missing(
    t: Part, text: str, token: str, retry: bool, event_start: Plain, event_again: Plain, event_restore: Address
) -> None:
    """Why there is no game, and ways on."""


@template("tabs.vue")
def Tabs(t: Part, names: list[str], view: str, event_go: Name) -> None:
    """The views of the centre."""


@template("guide.vue")
def Guide(t: Part, lever: str, indicator: str, done: list[bool], event_shut: Plain) -> None:
    """The first round, step by step beside the page."""


@template("why.vue")
def Why(
    t: Part,
    indicator: str,
    year: int,
    years: list[int],
    indicators: list[Part],
    nothing: bool,
    found: Part | None,
    event_ask: Question,
    event_shut: Plain,
) -> None:
    """Shares of decisions in a change, and the chain each took."""


@template("people.vue")
def People(
    t: Part,
    locale: str,
    year: int,
    kinds: list[str],
    kind: str,
    row: int,
    found: Part | None,
    life: Part | None,
    event_choose_kind: Name,
    event_pick: Person,
) -> None:
    """Distributions, and one life."""


@template("web.vue")
def Web(
    t: Part,
    year: int,
    focus: str,
    groups: list[Part],
    indicators: list[Part],
    picture: Part,
    event_look: Name,
    event_ask_why: Name,
) -> None:
    """What acts on what."""


@template("futures.vue")
def Futures(
    t: Part,
    locale: str,
    years: list[int],
    branches: list[Part],
    marks: list[Part],
    panels: list[Part],
    rows: list[Part],
    event_switch_to: AskedCount,
    event_drop: AskedCount,
    event_branch: AskedLine,
    event_bookmark: AskedLine,
    event_go_back: AskedCount,
) -> None:
    """Branches side by side, and bookmarks."""


@template("report.vue")
def Report(t: Part, found: Part) -> None:
    """The report at the end."""


@template("time.vue")
def Time(
    t: Part,
    year: int,
    first: int,
    last: int,
    decided: list[int],
    running: bool,
    event_go_to: AskedCount,
) -> None:
    """Year, time line, next year, run to the end."""


@template("map.vue")
def Map(
    t: Part,
    year: int,
    places: list[Part],
    now: Part,
    links: list[Part],
    people: list[Part],
    goods: list[Part],
    money: list[Part],
) -> None:
    """Schematic map of the basin."""


@template("charts.vue")
def Charts(
    *,
    t: Part,
    locale: str,
    version: int,
    decided: bool,
    year: int,
    years: list[int],
    start: int,
    panels: list[Part],
    indicators: list[Part],
    worlds: int,
    many_worlds: str,
    about: Part,
    truth: bool,
    event_choose: Panel,
    event_why: Name,
    event_show_truth: Switch,
) -> None:
    """Eight panels, each drawn anew where its figures changed."""


@template("levers.vue")
def Levers(
    *,
    t: Part,
    locale: str,
    money_scales: list[Part],
    groups: list[Part],
    packages: list[Part],
    scenarios: list[Part],
    values: Part,
    quo: Part,
    since: Part,
    chosen: str,
    scenario: str,
    scenario_summary: str,
    seed: int,
    means: Part,
    working: Part,
    year: int,
    confirmed: int,
    answered: int,
    trial: bool,
    event_decide: AskedLever,
    event_try_out: LeverValue,
    event_hold_trial: Name,
    event_end_trial: Name,
    event_foresee: Wish,
    event_choose_package: AskedName,
    event_choose_scenario: AskedName,
    event_choose_seed: AskedCount,
) -> None:
    """Packages, scenario, luck, and the levers by group."""


@template("events.vue")
def Events(t: Part, year: int, rows: list[Part], decisions: list[Part], event_undo_one: AskedCount) -> None:
    """What happened, and what was decided."""


@template("notice.vue")
def Notice(text: str, action: str, event_act: Plain, kind: str = "error", word: str = "") -> None:
    """One sentence and a way on; its kind gives colour, sign and word (see notices.py)."""


@template("waiting.vue")
def Waiting(text: str, progress: float, failed: bool) -> None:
    """The first run, with its progress."""
