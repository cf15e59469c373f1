"""The play page: reads the address, shows one game, and passes on what the player does."""

# ruff: noqa: N802 - components are named like classes

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.errors import UserError
from ccepz_sim.game import address
from ccepz_sim.game.futures import LAST_YEAR
from ccepz_sim.game.session import Game, State
from ccepz_sim.schema import LANGUAGES
from ccepz_sim.web import hall, numbers, parts
from ccepz_sim.web.framework import component, current_context, solara
from ccepz_sim.web.views import charts, levers, story
from ccepz_sim.web.views import map as mapped
from ccepz_sim.web.views.words import words

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
    query = {key: values[-1] for key, values in parse_qs(router.search or "").items()}
    failure, forget = solara.use_exception()
    solara.Style(STYLE)
    if failure is not None:
        _Failure(failure, query.get("lang", "en"), forget)
    else:
        Desk(query)


@component
def Desk(query: dict[str, str]) -> None:
    """Hold one game open: find or start it, follow its changes, and draw it."""
    lang, set_lang = solara.use_state(_language(query))
    panels, set_panels = solara.use_state(charts.PANELS)
    token, game, notice = solara.use_memo(lambda: _open(query), [])
    shown_notice, set_notice = solara.use_state(notice)
    state, set_state = solara.use_state(game.state())

    def follow() -> Callable[[], None]:
        context = current_context()

        def update() -> None:
            with context:
                set_state(game.state())

        stop: Callable[[], None] = game.listen(update)
        if game.state().outcome is None:
            game.compute()
        set_state(game.state())
        return stop

    solara.use_effect(follow, [token])
    board = Board(game, state, token, lang, panels)

    def tool(what: str) -> None:
        if what == "language":
            set_lang("en" if lang == "zh" else "zh")
        elif what in ("undo", "redo", "reset"):
            getattr(game, what)()

    def choose_panel(choice: dict[str, Any]) -> None:
        fresh = list(panels)
        fresh[int(choice["number"])] = str(choice["id"])
        set_panels(tuple(fresh))

    with solara.v.Html(tag="div", class_="cz", attributes={"lang": numbers.LOCALES[lang]}):
        board.head(tool)
        if state.problem is not None:
            text = state.problem.sentence(lang)
            parts.Notice(text=text, action=board.t["retry"], event_act=lambda _: game.compute())
        if shown_notice is not None:
            text = (
                shown_notice.sentence(lang) if isinstance(shown_notice, UserError) else board.t[shown_notice]
            )
            parts.Notice(text=text, action=board.t["close"], event_act=lambda _: set_notice(None))
        if state.outcome is None:
            parts.Waiting(text=board.t["loading"], progress=state.progress, failed=state.problem is not None)
        else:
            with solara.v.Html(tag="main", class_="cz-grid"):
                with solara.v.Html(tag="div", class_="cz-zone"):
                    board.time()
                    board.map()
                    board.charts(choose_panel)
                with solara.v.Html(tag="div", class_="cz-left"):
                    board.levers()
                with solara.v.Html(tag="div", class_="cz-right"):
                    board.happenings()


class Board:
    """One drawing of a state: gives each part of the page its data and its actions."""

    def __init__(self, game: Game, state: State, token: str, lang: str, panels: tuple[str, ...]) -> None:
        self.game, self.state, self.token, self.lang, self.panels = game, state, token, lang, panels
        self.content = game.content
        self.choices = levers.choices(game.content, lang)
        self.t = words("page", lang)

    def head(self, tool: Callable[[str], None]) -> None:
        """Draw title, treasury, standing and the tools."""
        state = self.state
        parts.Header(
            t=self.t,
            lang=self.lang,
            token=self.token,
            shared=self.game.address(),
            facts=story.facts(state.outcome, state.year, self.lang),
            can_undo=state.position.undoable is not None,
            can_redo=state.position.redoable is not None,
            event_tool=tool,
        )

    def time(self) -> None:
        """Draw the year and the time line."""
        state = self.state
        parts.Time(
            t=words("time", self.lang),
            year=state.year,
            first=PLAY_YEAR,
            last=LAST_YEAR,
            decided=sorted({item.action.year for item in state.position.items}),
            running=state.running,
            progress=state.progress,
            event_go_to=lambda year: self.game.go_to(int(year)),
        )

    def map(self) -> None:
        """Draw the schematic map."""
        now = mapped.map_now(self.content, self.outcome, self.state.year, self.lang)
        parts.Map(
            t=words("map", self.lang),
            year=self.state.year,
            places=mapped.places(self.content, self.lang),
            now=now["now"],
            links=now["links"],
            people=now["people"],
        )

    def charts(self, choose: Callable[[dict[str, Any]], None]) -> None:
        """Draw the eight panels."""
        parts.Charts(
            t=words("charts", self.lang),
            locale=numbers.LOCALES[self.lang],
            version=self.state.answered,
            year=self.state.year,
            years=charts.years(),
            start=PLAY_YEAR,
            panels=charts.panels(self.outcome, self.panels, self.lang),
            indicators=self.choices["indicators"],
            event_choose=choose,
        )

    def levers(self) -> None:
        """Draw packages, scenario, luck and the levers by group."""
        game, state = self.game, self.state
        now = levers.lever_values(self.content, state)
        scenario = self.content.scenarios[state.world.scenario]
        parts.Levers(
            t=words("levers", self.lang),
            locale=numbers.LOCALES[self.lang],
            money_scales=numbers.money_scales(self.lang),
            groups=levers.lever_groups(self.content, self.lang),
            packages=self.choices["packages"],
            scenarios=self.choices["scenarios"],
            values=now["values"],
            quo=now["quo"],
            chosen=now["chosen"],
            scenario=state.world.scenario,
            scenario_summary=scenario.summary.get(self.lang),
            seed=state.world.seed,
            year=state.year,
            confirmed=state.version,
            answered=state.answered,
            event_decide=lambda wish: game.decide(str(wish["lever"]), float(wish["value"])),
            event_try_out=lambda wish: game.try_out(str(wish["lever"]), float(wish["value"])),
            event_choose_package=lambda package: game.choose_package(str(package)),
            event_choose_scenario=lambda name: game.choose_world(scenario=str(name)),
            event_choose_seed=lambda seed: game.choose_world(seed=int(seed)),
        )

    def happenings(self) -> None:
        """Draw what happened and what was decided."""
        state = self.state
        parts.Happenings(
            t=words("happenings", self.lang),
            year=state.year,
            rows=story.events(self.content, self.outcome, state.year, self.lang),
            decisions=story.decisions(self.content, state.position.items, self.lang),
            event_undo_one=lambda number: self.game.undo(int(number)),
        )

    @property
    def outcome(self) -> Any:
        """The outcome; only asked for where there is one."""
        assert self.state.outcome is not None
        return self.state.outcome


def _language(query: dict[str, str]) -> str:
    wanted = query.get("lang", "")
    return wanted if wanted in LANGUAGES else hall.the_hall().lang


def _open(query: dict[str, str]) -> tuple[str, Game, UserError | str | None]:
    """Find the game of the address; a shared address starts a new game with its decisions."""
    store = hall.the_hall().store
    token, game, fresh = store.open(query.get("game"))
    notice: UserError | str | None = None
    if fresh and "play" in query:
        try:
            shared = address.read(store.content, query["play"])
            game.take_over(shared)
            notice = None if shared.same_content else "notice_content"
        except UserError as error:
            notice = error
    return token, game, notice


def _Failure(failure: BaseException, lang: str, forget: Callable[[], None]) -> None:
    """Say in one sentence that something went wrong; the details go to the server's log only."""
    logger.error("the page failed", exc_info=failure)
    lang = lang if lang in LANGUAGES else "en"
    t = words("error", lang)
    text = failure.sentence(lang) if isinstance(failure, UserError) else t["sentence"]
    with solara.v.Html(tag="div", class_="cz"):
        parts.Notice(text=text, action=t["reload"], event_act=lambda _: forget())
