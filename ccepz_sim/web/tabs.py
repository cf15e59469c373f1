"""The views of the centre beside the zone: each asks for what only it needs, and only while it is open."""

# ruff: noqa: N802 - components are named like classes

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from ccepz_sim.game.explain import Explainer, Explanation, units
from ccepz_sim.game.records import Order, Result
from ccepz_sim.game.session import Game
from ccepz_sim.game.state import State
from ccepz_sim.game.world import LAST_YEAR
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.text import numbers
from ccepz_sim.text.errors import UserError
from ccepz_sim.web import notices, parts
from ccepz_sim.web.framework import component, current_context, solara
from ccepz_sim.web.requests import Requests
from ccepz_sim.web.views import branches, charts, lives, people, policy_web, report, why
from ccepz_sim.web.views.charts import Visibility
from ccepz_sim.web.views.followed import span
from ccepz_sim.web.views.words import Part, words

Guard = Callable[[Callable[[Any], None]], Callable[[Any], None]]
Choices = list[Part]


@component
def Why(
    game: Game,
    state: State,
    lang: str,
    asked: tuple[str, int],
    indicators: Choices,
    ask: Callable[[tuple[str, int] | None], None],
    guard: Guard,
) -> None:
    """Answer "why?" for one indicator and year: this luck first, then whether other luck agrees."""
    indicator, year = asked
    found, set_found = solara.use_state(None)
    decisions = state.position.decisions

    def explain() -> Callable[[], None]:
        set_found(None)
        context = current_context()
        if not decisions:
            return lambda: None
        parted = units(game.content, state.position)
        explainer = Explainer(game.run_cache, state.world, state.position, indicator, year, parted, game.owner)
        begun: list[bool] = []

        def show(answer: Explanation) -> None:
            def draw() -> None:
                with context:
                    set_found(explainer.now())

            game.soon(draw)
            if not answer.missing and not begun:
                begun.append(True)
                game.soon(lambda: explainer.look_elsewhere(show))

        def fail(_: UserError) -> None:
            def leave() -> None:
                with context:
                    ask(None)

            game.soon(leave)

        explainer.start(show, fail)
        return explainer.cancel

    solara.use_effect(explain, [indicator, year, decisions, state.world])
    parts.Why(
        t=words("why", lang),
        indicator=indicator,
        year=year,
        years=list(range(PLAY_YEAR, LAST_YEAR + 1)),
        indicators=indicators,
        nothing=not decisions,
        found=None if found is None else why.answer(game.content, found, lang),
        event_ask=guard(lambda wish: ask((str(wish["indicator"]), int(wish["year"])))),
        event_shut=lambda _: ask(None),
    )


@component
def People(game: Game, state: State, lang: str, visibility: Visibility) -> None:
    """Show distributions of a year, and follow one life."""
    kind, set_kind = solara.use_state(people.KINDS[0])
    met, set_met = solara.use_state(None)  # row and year: by another year the row may be somebody else's
    seen, set_seen = solara.use_state(None)
    error, set_error = solara.use_state(None)
    attempt, set_attempt = solara.use_state(0)
    decisions = state.position.decisions

    def look() -> Callable[[], None]:
        set_seen(None)
        set_error(None)
        context = current_context()
        over: list[bool] = []

        def come(result: Result | None, problem: UserError | None) -> None:
            def draw() -> None:
                if not over:
                    with context:
                        set_error(problem)
                        set_seen(result)

            game.soon(draw)

        game.ask(Order(state.world, decisions, "lives"), come)
        return lambda: over.append(True)

    solara.use_effect(look, [decisions, state.world, attempt])

    def choose(name: object) -> None:
        if name in people.KINDS:
            set_met(None)
            set_kind(str(name))

    def pick(number: object) -> None:
        rows = people.rows_of(game.content, seen, kind, state.year) if seen is not None else ()
        if number == "anyone" and len(rows):
            set_met((int(rows[secrets.randbelow(len(rows))]), state.year))  # the luck of the page, not of the zone
        elif isinstance(number, int | float) and number in rows:
            set_met((int(number), state.year))

    overview = life = followed = None
    if seen is not None:
        there = span(seen, kind, *met) if met is not None else None
        if met is not None and there is not None:
            life = lives.life(game.content, seen, kind, (met[0], there), state.year, visibility.known, lang)
            followed = (met[0], str(life["title"]))
        overview = people.overview(game.content, seen, kind, state.year, visibility.known, lang, followed)
    if error is not None:
        notices.show(error, lang, words("page", lang)["retry"], lambda: set_attempt(attempt + 1))
        return
    parts.People(
        t=words("people", lang),
        locale=numbers.LOCALES[lang],
        year=state.year,
        kinds=list(people.KINDS),
        kind=kind,
        row=followed[0] if followed is not None else -1,
        found=overview,
        life=life,
        event_choose_kind=choose,
        event_pick=pick,
    )


@component
def Web(game: Game, state: State, lang: str, groups: Choices, indicators: Choices, ask: Callable[[Any], None]) -> None:
    """Show what acts on what, from a group of levers or towards an indicator."""
    focus, set_focus = solara.use_state(groups[0]["id"])
    assert state.outcome is not None
    known = {item["id"] for item in [*groups, *indicators]}
    parts.Web(
        t=words("web", lang),
        year=state.year,
        focus=focus,
        groups=[{"id": group["id"], "label": group["label"]} for group in groups],
        indicators=indicators,
        picture=policy_web.picture(game.content, state, state.outcome, focus, lang),
        event_look=lambda name: set_focus(str(name)) if name in known else None,
        event_ask_why=lambda name: ask((str(name), state.year)) if name in known else None,
    )


@component
def Futures(
    game: Game, state: State, lang: str, panels: tuple[str, ...], visibility: Visibility, requests: Requests
) -> None:
    """Show up to four futures side by side; they are computed while this view is open."""

    def compare() -> Callable[[], None]:
        game.compare(True)
        return lambda: game.compare(False)

    solara.use_effect(compare, [game])
    parts.Futures(
        t=words("futures", lang),
        locale=numbers.LOCALES[lang],
        years=charts.years(),
        branches=branches.listed(state, lang),
        marks=branches.marks(state),
        panels=branches.charts_of(state, panels, visibility, lang),
        rows=branches.table(state, panels, visibility, lang),
        event_switch_to=requests.of("switch_to"),
        event_drop=requests.of("drop"),
        event_branch=requests.of("branch"),
        event_bookmark=requests.of("bookmark"),
        event_go_back=requests.of("go_back"),
    )


@component
def Report(game: Game, state: State, lang: str) -> None:
    """Show the report of the branch on the table."""
    assert state.outcome is not None
    parts.Report(t=words("report", lang), found=report.report(game.content, state, state.outcome, state.band, lang))
