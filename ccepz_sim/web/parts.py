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
def Map(t: Part, year: int, places: list[Part], now: Part, links: list[Part], people: list[Part]) -> None:
    """Schematic map of the basin."""


@template("charts.vue")
def Charts(
    t: Part,
    locale: str,
    version: int,
    year: int,
    years: list[int],
    start: int,
    panels: list[Part],
    indicators: list[Part],
    event_choose: Act,
) -> None:
    """Eight ECharts panels, updated in place."""


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
    year: int,
    confirmed: int,
    answered: int,
    event_decide: Act,
    event_try_out: Act,
    event_choose_package: Act,
    event_choose_scenario: Act,
    event_choose_seed: Act,
) -> None:
    """Packages, scenario, luck, and the levers by group."""


@template("happenings.vue")
def Happenings(t: Part, year: int, rows: list[Part], decisions: list[Part], event_undo_one: Act) -> None:
    """What happened, and what was decided."""


@template("notice.vue")
def Notice(text: str, action: str, event_act: Act) -> None:
    """One sentence and a way on."""


@template("waiting.vue")
def Waiting(text: str, progress: float, failed: bool) -> None:
    """The first run, with its progress."""
