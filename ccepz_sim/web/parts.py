"""The parts of the page: one Vue template each, so that the tree of widgets stays small."""

# Solara makes the arguments of these functions the properties of the widget; their bodies are never run.
# ruff: noqa: N802

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ccepz_sim.web.framework import template
from ccepz_sim.web.views.words import Part

Act = Callable[[Any], None]


@template("header.vue")
def Header(
    t: Part,
    lang: str,
    token: str,
    shared: str,
    facts: list[Part],
    can_undo: bool,
    can_redo: bool,
    event_tool: Act,
) -> None:
    """Title, treasury, standing, undo, redo, start again, share, language."""


@template("tools.vue")
def Tools(t: Part, file: Part) -> None:
    """What parts share in the browser; the notice of a lost connection; files to be saved."""


@template("tabs.vue")
def Tabs(t: Part, names: list[str], view: str, event_go: Act) -> None:
    """The views of the centre."""


@template("guide.vue")
def Guide(t: Part, lever: str, indicator: str, done: list[bool], event_shut: Act) -> None:
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
    event_ask: Act,
    event_shut: Act,
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
    event_choose_kind: Act,
    event_pick: Act,
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
    event_look: Act,
    event_ask_why: Act,
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
    event_switch_to: Act,
    event_drop: Act,
    event_branch: Act,
    event_bookmark: Act,
    event_go_back: Act,
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
    event_go_to: Act,
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
    event_choose: Act,
    event_why: Act,
    event_show_truth: Act,
) -> None:
    """Eight panels, each drawn anew where its figures changed."""


@template("levers.vue")
def Levers(
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
    event_decide: Act,
    event_try_out: Act,
    event_hold_trial: Act,
    event_end_trial: Act,
    event_foresee: Act,
    event_choose_package: Act,
    event_choose_scenario: Act,
    event_choose_seed: Act,
) -> None:
    """Packages, scenario, luck, and the levers by group."""


@template("happenings.vue")
def Happenings(t: Part, year: int, rows: list[Part], decisions: list[Part], event_undo_one: Act) -> None:
    """What happened, and what was decided."""


@template("notice.vue")
def Notice(text: str, action: str, event_act: Act, kind: str = "error", word: str = "") -> None:
    """One sentence and a way on; its kind gives colour, sign and word (see notices.py)."""


@template("waiting.vue")
def Waiting(text: str, progress: float, failed: bool) -> None:
    """The first run, with its progress."""
