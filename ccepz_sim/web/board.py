"""One drawing of a game: each part of the page with its data and its actions."""

# ruff: noqa: N802 - components are named like classes

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ccepz_sim.content.loading import Content
from ccepz_sim.game import address, game_file
from ccepz_sim.game.session import Game
from ccepz_sim.game.state import State
from ccepz_sim.game.world import LAST_YEAR
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.studies.export import Chart, Played, python_script, study_toml
from ccepz_sim.text import numbers
from ccepz_sim.text.errors import UserError
from ccepz_sim.text.sentences import fill
from ccepz_sim.web import parts
from ccepz_sim.web.framework import component, current_context, solara
from ccepz_sim.web.requests import Requests
from ccepz_sim.web.server import PageError
from ccepz_sim.web.views import charts, levers, saving, story
from ccepz_sim.web.views import map as mapped
from ccepz_sim.web.views.charts import Visibility
from ccepz_sim.web.views.words import Part, words

Guard = Callable[[Callable[[Any], None]], Callable[[Any], None]]
logger = logging.getLogger(__name__)
GUIDE_LEVER, GUIDE_INDICATOR, GUIDE_YEAR = "audit-share", "colluding_share", 2020


@component
def TimeLine(game: Game, lang: str, year: int, decided: list[int], requests: Requests) -> None:
    """Show the year and whether a run is going on; a run that begins redraws nothing else."""
    running, set_running = solara.use_state(game.state().running)

    def follow() -> Callable[[], None]:
        context = current_context()

        def update() -> None:
            with context:
                set_running(game.state().running)

        stop: Callable[[], None] = game.listen(update)
        return stop

    solara.use_effect(follow, [game])
    parts.Time(
        t=words("time", lang),
        year=year,
        first=PLAY_YEAR,
        last=LAST_YEAR,
        decided=decided,
        running=running,
        event_go_to=requests.of("go_to"),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What follows from an outcome, a year and a language; made once for each."""

    visibility: Visibility
    facts: list[Part]
    panels: list[Part]
    map: Part
    events: list[Part]

    @staticmethod
    def of(content: Content, state: State, lang: str, panels: tuple[str, ...], truth: bool) -> Shown:
        """Make it; without an outcome only the head has something to show."""
        outcome, year = state.outcome, state.year
        facts = story.facts(outcome, year, lang)
        if outcome is None:
            return Shown(Visibility(LAST_YEAR), facts, [], {}, [])
        visibility = Visibility.of(content, outcome, year, truth)
        return Shown(
            visibility,
            facts,
            charts.panels(outcome, state.band, panels, visibility, content.value("game.band_share"), lang),
            mapped.map_now(content, outcome, year, visibility, lang),
            story.events(content, outcome, year, visibility.known, lang),
        )


class Board:
    """One drawing of a state: gives each part of the page its data and its actions."""

    def __init__(
        self, game: Game, state: State, token: str, lang: str, shown: Shown, guard: Guard, requests: Requests
    ) -> None:
        self.game, self.state, self.token, self.lang, self.shown = game, state, token, lang, shown
        self.guard, self.requests = guard, requests
        self.content = game.content
        self.choices = levers.choices(game.content, lang)
        self.t = words("page", lang)

    def head(self, tool: Callable[[str], None], view: str) -> None:
        """Draw title, treasury, standing and the tools."""
        state = self.state
        parts.Header(
            t=self.t,
            lang=self.lang,
            token=self.token,
            shared=shared_address(self.game),
            view=view,
            kept=saving.mark(state.save_status, self.lang),
            longest=game_file.LONGEST,
            facts=self.shown.facts,
            can_undo=state.position.undoable is not None,
            can_redo=state.position.redoable is not None,
            event_tool=tool,
        )

    def time(self) -> None:
        """Draw the year and the time line."""
        decided = sorted({item.action.year for item in self.state.position.items})
        TimeLine(self.game, self.lang, self.state.year, decided, self.requests)

    def map(self) -> None:
        """Draw the schematic map."""
        now = self.shown.map
        parts.Map(
            t=words("map", self.lang),
            year=self.state.year,
            places=mapped.places(self.content, self.lang),
            now=now["now"],
            links=now["links"],
            people=now["people"],
            goods=now["goods"],
            money=now["money"],
        )

    def charts(
        self,
        choose: Callable[[dict[str, Any]], None],
        ask: Callable[[tuple[str, int]], None],
        truth: bool,
        show_truth: Callable[[bool], None],
    ) -> None:
        """Draw the eight panels."""
        worlds = self.state.band.worlds if self.state.band is not None else 0
        parts.Charts(
            t=charts.texts(self.content.value("game.band_share"), self.lang),
            locale=numbers.LOCALES[self.lang],
            version=self.state.answered,
            decided=not self.state.trial,
            year=self.state.year,
            years=charts.years(),
            start=PLAY_YEAR,
            panels=self.shown.panels,
            indicators=self.choices["indicators"],
            worlds=worlds,
            many_worlds=fill(words("charts", self.lang)["band_worlds"], worlds=worlds),
            about=charts.about(self.content, self.state, self.lang) | {"shared": self.game.address()},
            truth=truth,
            event_choose=choose,
            event_why=lambda name: ask((str(name), self.state.year)),
            event_show_truth=lambda wanted: show_truth(bool(wanted)),
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
            since=now["since"],
            chosen=now["chosen"],
            scenario=state.world.scenario,
            scenario_summary=scenario.summary.get(self.lang),
            seed=state.world.seed,
            means=levers.means_now(self.content, state, self.lang),
            working=levers.working_now(self.content, state),
            year=state.year,
            confirmed=state.version,
            answered=state.answered,
            trial=state.trial,
            event_decide=self.requests.of("decide"),
            event_try_out=self.guard(lambda wish: game.try_out(str(wish["lever"]), float(wish["value"]))),
            event_hold_trial=lambda _: game.hold_trial(),
            event_end_trial=self.guard(lambda _: game.end_trial()),
            event_foresee=self.guard(self.foresee),
            event_choose_package=self.requests.of("choose_package"),
            event_choose_scenario=self.requests.of("choose_scenario"),
            event_choose_seed=self.requests.of("choose_seed"),
        )

    def foresee(self, wish: dict[str, Any]) -> None:
        """Think ahead of a hand on its way: to a value of a lever, to a package, or away from both."""
        with contextlib.suppress(UserError):  # said when it is decided
            if "lever" in wish:
                self.game.foresee(str(wish["lever"]), float(wish["value"]))
            elif "package" in wish:
                self.game.foresee_package(str(wish["package"]))
            else:
                self.game.foresee_nothing()

    def guide(self, been: frozenset[str], shut: Callable[[Any], None]) -> None:
        """Draw the first round; what is done follows from the game itself."""
        position = self.state.position
        items = len(position.items)
        done = [items > 0, self.state.year >= GUIDE_YEAR, "why" in been, items > 1]
        done.append(self.state.year == LAST_YEAR and "report" in been)
        parts.Guide(
            t=words("guide", self.lang),
            lever=self.content.levers[GUIDE_LEVER].label.get(self.lang) if GUIDE_LEVER in self.content.levers else "",
            indicator=all_indicators()[GUIDE_INDICATOR].label.get(self.lang),
            done=done,
            event_shut=shut,
        )

    def file(self, what: str) -> Part:
        """Return a file for the player: the game itself, or the branch as a study or as Python."""
        if what == "save":
            return {"name": "ccepz-game.json", "kind": "application/json", "text": self.game.file()}
        outcome = self.state.outcome
        if outcome is None or self.state.recorded or outcome.own.decisions != self.state.position.decisions:
            raise PageError("page.loading")
        own = outcome.own
        shown = [Chart(panel["id"], panel["unit"], panel["factor"], panel["decimals"]) for panel in self.shown.panels]
        years, known = LAST_YEAR + 1 - PLAY_YEAR, self.shown.visibility.known
        played = Played(own.decisions, own.world.scenario, own.world.seed, years, shown, known)
        if what == "study":
            text = study_toml(played, lang=self.lang, content=self.content)
            return {"name": "my-study.toml", "kind": "application/toml", "text": text}
        text = python_script(played, golden_hash=own.golden_hash, lang=self.lang, content=self.content)
        return {"name": "ccepz_game.py", "kind": "text/x-python", "text": text}

    def events(self) -> None:
        """Draw what happened and what was decided."""
        state = self.state
        parts.Events(
            t=words("events", self.lang),
            year=state.year,
            rows=self.shown.events,
            decisions=story.decisions(self.content, state.position.items, self.lang),
            event_undo_one=self.requests.of("undo_one"),
        )


def guarded(show: Callable[[UserError], None]) -> Guard:
    """Make actions safe: whatever goes wrong is shown as a sentence, and the game goes on."""

    def guard(action: Callable[[Any], None]) -> Callable[[Any], None]:
        def act(data: Any) -> None:
            try:
                action(data)
            except UserError as error:
                show(error)
            except Exception:
                logger.exception("an action of the page failed")
                show(PageError("error.sentence"))

        return act

    return guard


def shared_address(game: Game) -> str:
    """Return the game as an address; nothing where it would be too long for what passes addresses on."""
    text = game.address()
    return text if len(text) <= address.LONGEST else ""
