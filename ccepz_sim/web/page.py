"""The play page: reads the address, shows one game, and passes on what the player does."""

# ruff: noqa: N802 - components are named like classes

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ccepz_sim.game.session import Game
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.text import numbers
from ccepz_sim.text.errors import UserError
from ccepz_sim.web import app_state, notices, opening, parts, preparing, tabs
from ccepz_sim.web.board import Board, Shown, guarded, shared_address
from ccepz_sim.web.framework import component, current_context, solara
from ccepz_sim.web.opening import VIEWS, Closed, Opened
from ccepz_sim.web.requests import Requests
from ccepz_sim.web.server import PageError
from ccepz_sim.web.views import charts, levers, saving
from ccepz_sim.web.views.words import Part, words

logger = logging.getLogger(__name__)
STYLE = Path(__file__).parent / "page.css"


@component
def Layout(children: list[Any]) -> None:
    """Show the page alone: no bar, no drawer."""
    solara.Column(children=children, gap="0px", style={"padding": "0"})


@component
def Page() -> None:
    """Show the game that the address names, behind a boundary that turns any failure into a sentence."""
    router = solara.use_router()
    first = solara.use_memo(lambda: opening.open_page(router.search or ""), [])  # never fails
    opened, reopen = solara.use_state(first)
    failure, forget = solara.use_exception()
    solara.Style(STYLE)
    if failure is not None:
        Failure(failure, opened, forget)
    elif isinstance(opened, Closed):
        Missing(opened, reopen)
    else:
        desk: Any = Desk  # a component gives an element, which takes a key
        desk(opened, reopen).key(opened.token)


@component
def Failure(failure: BaseException, opened: Opened | Closed, forget: Callable[[], None]) -> None:
    """Say in one sentence that something went wrong; the details go to the server's log only."""
    solara.use_effect(lambda: logger.error("the page failed", exc_info=failure), [failure])
    lang = opened.lang
    safe = isinstance(opened, Opened) and opened.game.save_status().safe
    said = (
        failure if isinstance(failure, UserError) else PageError("error.sentence" if safe else "error.sentence_unsaved")
    )
    with solara.v.Html(tag="div", class_="cz"):
        notices.show(said, lang, words("error", lang)["reload"], forget)


@component
def Missing(closed: Closed, reopen: Callable[[Opened | Closed], None]) -> None:
    """Say why there is no game, and offer a way on."""
    lang, t = closed.lang, words("missing", closed.lang)
    solara.Title(words("page", lang)["title"])
    with solara.v.Html(tag="div", class_="cz", attributes={"lang": numbers.LOCALES[lang]}):
        parts.Missing(
            t=t,
            text=closed.why.sentence(lang),
            token=closed.token,
            retry=closed.again,
            event_start=lambda _: reopen(opening.open_new(lang)),
            event_again=lambda _: reopen(opening.open_page(closed.search)),
            event_restore=lambda text: reopen(opening.open_shared(str(text), lang)),
        )


@component
def Desk(opened: Opened, reopen: Callable[[Opened], None]) -> None:
    """Draw one game and follow its changes."""
    token, game = opened.token, opened.game
    preparation = app_state.app_state().store.preparation
    lang, set_lang = solara.use_state(opened.lang)
    panels, set_panels = solara.use_state(charts.chosen(game.panels))
    view, set_view = solara.use_state(opened.view)
    asked, set_asked = solara.use_state(None)
    truth, set_truth = solara.use_state(False)
    file, set_file = solara.use_state(None)
    guided, set_guided = solara.use_state(opened.fresh)
    been, set_been = solara.use_state(frozenset())
    said, set_said = solara.use_state(opened.notices)
    solara.use_memo(game.begin, [token])  # an outcome that is kept is there before the first drawing
    state, set_state = solara.use_state(game.state())
    shown_year = solara.use_ref(state.year)

    def follow() -> Callable[[], None]:
        context = current_context()

        def update() -> None:
            fresh = game.state()
            begun = fresh.outcome is not None and fresh.running and not fresh.recorded
            if begun and fresh.year == shown_year.current:
                return  # a run began: the outcome that follows draws everything at once
            shown_year.current = fresh.year
            with context:
                set_state(fresh)

        stop: Callable[[], None] = game.listen(update)
        set_state(game.state())
        return stop

    solara.use_effect(follow, [token])
    shown = solara.use_memo(
        lambda: Shown.of(game.content, state, lang, panels, truth),
        ["recorded" if state.recorded else state.outcome, state.band, state.year, lang, panels, truth],
    )
    guard = solara.use_memo(lambda: guarded(lambda error: set_said((error,))), [token])
    requests = solara.use_memo(lambda: Requests(game, guard), [token])
    board = Board(game, state, token, lang, shown, guard, requests)

    def visit(name: object) -> None:
        if name in VIEWS:
            set_been(been | {name})
            set_view(str(name))

    def ask(wish: tuple[str, int] | None) -> None:
        if wish is None or wish[0] in all_indicators():
            set_been(been | {"why"})
            set_asked(wish)

    def tool(wish: dict[str, Any]) -> None:
        what = wish["what"]
        if what == "language":
            set_lang("en" if lang == "zh" else "zh")
        elif what in ("undo", "redo", "reset"):
            requests.of(what)(wish.get("how"))
        elif what == "guide":
            set_guided(True)
        elif what in ("save", "study", "python"):
            set_file({**board.file(what), "number": 1 + (file or {}).get("number", 0)})
        elif what == "load":
            reopen(opening.open_file(str(wish["text"]), lang))

    def choose_panel(choice: dict[str, Any]) -> None:
        fresh = list(charts.chosen(game.panels))  # not as drawn: two choices may come before the next drawing
        fresh[int(choice["number"])] = str(choice["id"])
        fresh = list(charts.chosen(tuple(fresh)))
        game.choose_panels(tuple(fresh))  # a refresh finds them again
        set_panels(tuple(fresh))

    solara.Title(board.t["title"])
    with solara.v.Html(tag="div", class_="cz", attributes={"lang": numbers.LOCALES[lang]}):
        board.head(board.guard(tool), view)
        Carrier(game, token, requests, file or {})
        with solara.v.Html(tag="div"):  # what comes or goes in here must not make the page below anew
            preparing.Preparing(preparation, game, lang)
        # One place for all notices: they lie over the page and must not make it anew when they come or go.
        with solara.v.Html(tag="div", class_="cz-dock"):
            if state.problem is not None:
                notices.show(state.problem, lang, board.t["retry"], game.compute)
            unsaved = saving.warning(state.save_status, lang)
            if unsaved:
                save: Any = board.guard(lambda _: tool({"what": "save"}))
                notices.show_text(unsaved, "warning", lang, board.t["save"], lambda: save(None))
            go_on: Any = board.guard(lambda _: reopen(opening.open_anew(game, lang)))
            for notice in said:
                if notice.key == "game_full":
                    notices.show(notice, lang, board.t["go_on"], lambda: go_on(None))
                else:
                    notices.show(notice, lang, board.t["close"], lambda: set_said(()))
        if state.outcome is None:
            if preparation is None or preparation.is_over:
                parts.Waiting(text=board.t["loading"], progress=state.progress, failed=state.problem is not None)
        else:
            with solara.v.Html(tag="main", class_="cz-grid"):
                with solara.v.Html(tag="div", class_=f"cz-zone view-{view}"):
                    board.time()
                    parts.Tabs(t=words("tabs", lang), names=list(VIEWS), view=view, event_go=visit)
                    if view == "zone":
                        board.map()
                        board.charts(board.guard(choose_panel), ask, truth, set_truth)
                    elif view == "people":
                        tabs.People(game, state, lang, shown.visibility)
                    elif view == "web":
                        groups = levers.lever_groups(game.content, lang)
                        tabs.Web(game, state, lang, groups, board.choices["indicators"], ask)
                    elif view == "futures":
                        tabs.Futures(game, state, lang, tuple(panels), shown.visibility, requests)
                    else:
                        tabs.Report(game, state, lang)
                with solara.v.Html(tag="div", **preparing.marked("cz-left", state, lang)):
                    board.levers()
                with solara.v.Html(tag="div", class_="cz-right"):
                    board.events()
            if asked is not None:
                tabs.Why(game, state, lang, asked, board.choices["indicators"], ask, board.guard)
            if guided:
                board.guide(been, lambda _: set_guided(False))


@component
def Carrier(game: Game, token: str, requests: Requests, file: Part) -> None:
    """Tell the page which of its requests were carried out, and take those it sends again; redraws nothing else."""
    confirmed, confirm = solara.use_state(requests.confirmed())

    def follow() -> Callable[[], None]:
        stop: Callable[[], None] = requests.listen(lambda: confirm(requests.confirmed()))
        return stop

    solara.use_effect(follow, [requests])
    parts.Tools(game=token, shared=shared_address(game), confirmed=confirmed, file=file, event_again=requests.again)
