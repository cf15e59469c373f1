"""One game: its log, the year on the table, and what its players do."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from ccepz_sim.content.loading import Content
from ccepz_sim.game import address, game_file
from ccepz_sim.game.computation import Computation, Job
from ccepz_sim.game.database import Head
from ccepz_sim.game.fair_queue import ASKED
from ccepz_sim.game.listeners import Listener, Listeners
from ccepz_sim.game.log import (
    MOST_BRANCHES,
    MOST_ENTRIES,
    Bookmark,
    Branch,
    ChoosePackage,
    ChooseWorld,
    Drop,
    Entry,
    GoBack,
    Redo,
    Reset,
    SetLever,
    Switch,
    Undo,
    shifted,
)
from ccepz_sim.game.look_ahead import LookAhead
from ccepz_sim.game.means import means
from ccepz_sim.game.position import Tally
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.records import Future, Order, Result
from ccepz_sim.game.rivals import Rivals
from ccepz_sim.game.run_cache import RunCache
from ccepz_sim.game.saving import Journal, NoJournal, Record, SaveStatus, Written
from ccepz_sim.game.spread import Spread
from ccepz_sim.game.state import State
from ccepz_sim.game.trial import Trial
from ccepz_sim.game.world import LAST_YEAR, World
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.state.decisions import Decision
from ccepz_sim.text.errors import UserError, unknown

ZONE = "zone"  # the seat of the zone's leadership as a whole
LONGEST_NAME = 40


class Game:
    """A game that several pages may show at once.

    Decisions are appended under a lock; the newest job is computed as soon as the last one is answered. Listeners
    are told whenever the state changed, from a thread of `notifiers`; they read it with `state()`.
    """

    def __init__(
        self,
        content: Content,
        run_cache: RunCache,
        notifiers: Executor,
        world: World,
        kept: Sequence[Written] | None = None,
        year: int = PLAY_YEAR,
        journal: Journal | None = None,
        owner: str = "",
        panels: tuple[str, ...] = (),
        recorded: Future | None = None,
    ) -> None:
        """Start a game, or go on with one that was kept; games of one owner share his turns at the workers.

        `recorded` is shown until a run of its world has ended.
        """
        self.content = content
        self.owner = owner or secrets.token_hex(8)
        self.run_cache = run_cache
        self._lock = threading.RLock()
        self._tally = Tally(content, [item.entry for item in kept or ()])
        self._standings = self._tally.standings()
        self._world = world
        self._year = year
        self._panels = panels
        self._record = Record(journal or NoJournal(), self._lock, self._head, self._merge, kept)
        self._one_request = threading.RLock()
        self._asked = threading.local()
        self._notified: SaveStatus | None = self._record.save_status()
        self._version = len(self._tally.log)
        self._listeners = Listeners(notifiers, self._lock, self._forget)
        self._notify, self.soon = self._listeners.notify, self._listeners.soon
        self._trial = Trial(self._lock, self.end_trial)
        self._look_ahead = LookAhead(run_cache, self.owner, self._lock)
        self._rivals = Rivals(run_cache, self.owner, self._lock, self._notify)
        self._spread = Spread(run_cache, self.owner, self._lock, self._notify)
        self._computed = Computation(run_cache, self.owner, self._lock, recorded)
        self._computed.connect(
            job=self._job,
            on_change=self._notify,
            on_ask=self._on_ask,
            on_outcome=self._spread.fit,
            on_rest=self._on_rest,
        )

    # What it is

    def state(self) -> State:
        """Return the state of this moment."""
        with self._lock:
            computed = self._computed
            outcome = computed.shown(self._version, self._world)
            own = outcome.own if outcome is not None and outcome.own.world == self._world else None
            save_status = self._record.save_status()
            if save_status.behind:
                self._notified = None  # whoever sees it on its way hears when it has arrived
            shown = own.decisions if own is not None and computed.shows_trial else self._standings.position.decisions
            return State(
                version=self._version,
                year=self._year,
                world=self._world,
                standings=self._standings,
                outcome=outcome,
                band=self._spread.band,
                rivals=dict(self._rivals.futures),
                means=means(self.content, shown, self._year, own),
                trial=computed.shows_trial,
                running=computed.busy or computed.stale,
                progress=computed.progress,
                problem=computed.problem,
                answered=computed.answered,
                save_status=save_status,
                recorded=outcome is not computed.outcome,
            )

    def log(self) -> tuple[Entry, ...]:
        """Return the whole log, undone actions included."""
        with self._lock:
            return tuple(self._tally.log)

    @property
    def panels(self) -> tuple[str, ...]:
        """The charts that were chosen; empty where none were."""
        return self._panels

    def requests(self) -> tuple[str, ...]:
        """Return the requests of pages that were carried out last, the newest at the end."""
        with self._lock:
            return tuple(self._record.requests)

    def save_status(self) -> SaveStatus:
        """Return how much of the game is on disk."""
        with self._lock:
            return self._record.save_status()

    def address(self) -> str:
        """Return the game as the text of an address, the branch on the table first."""
        with self._lock:
            order = sorted(self._standings.branches, key=lambda branch: branch != self._standings.current)
            branches = [
                [item.action for item in sorted(self._standings.branches[key].items, key=lambda item: item.number)]
                for key in order
            ]
            return address.write(self.content, self._world, self._year, branches)

    def file(self) -> str:
        """Return the game as the text of a file."""
        with self._lock:
            return game_file.write(self.content, self._world, self._year, self._tally.log)

    # What a player does

    def once(self, request: str, act: Callable[[], None]) -> None:
        """Do what a page asked for, unless that was done before: it may have sent the request again.

        When this returns the request has been carried out or refused, and what it decided is on disk; where the disk
        does not take it, `State.save_status` says so.
        """
        with self._one_request:
            with self._lock:
                if request and not self._record.take(request):
                    return
            self._asked.request = request
            try:
                act()
            finally:
                self._asked.request = ""

    def decide(self, lever: str, value: float, by: str = ZONE, year: int | None = None) -> None:
        """From a year on (that on the table by default), set a lever to a value (put on the lever's step).

        Deciding the same twice is deciding it once, so a repeated message does no harm.

        Raises:
            UserError: no such lever or year, the value is out of its bounds, or standing does not reach.
        """
        try:
            with self._lock:
                self._trial.drop()  # refused or not, the hand has let go
                action = SetLever(lever, self._checked(lever, value), self._checked_year(year))
                after = self._tally.decisions_with(action)
                self._afford(action, after)
                if after != self._standings.position.decisions:
                    self._append(action, by)
        finally:
            self._settle()

    def try_out(self, lever: str, value: float) -> None:
        """Compute what a decision would do, without deciding it.

        The next action ends the trial, and so does silence, see `hold_trial`.
        """
        self._trial.begin(SetLever(lever, self._checked(lever, value), self._year))
        self.compute()

    def hold_trial(self) -> None:
        """Let a trial go on: the hand is still on the lever."""
        self._trial.hold()

    def end_trial(self) -> None:
        """Go back to what is decided: the hand let go of a lever without deciding."""
        if self._trial.drop():
            self.compute()

    def foresee(self, lever: str, value: float) -> None:
        """Run in advance what a decision would bring that the player seems about to take; shows nothing.

        Raises:
            UserError: no such lever, the value is out of its bounds, or standing does not reach.
        """
        with self._lock:
            self._think_of(SetLever(lever, self._checked(lever, value), self._year))

    def foresee_package(self, package: str) -> None:
        """Run in advance what a package would bring; shows nothing.

        Raises:
            UserError: there is no such package, or standing does not reach.
        """
        with self._lock:
            self._think_of(self._package(package))

    def foresee_nothing(self) -> None:
        """Give up what was foreseen: the player turned away."""
        self._think_of(None)

    def choose_package(self, package: str, by: str = ZONE, year: int | None = None) -> None:
        """From a year on (that on the table by default), follow a package.

        Raises:
            UserError: there is no such package or year, or standing does not reach.
        """
        with self._lock:
            action = self._package(package, year)
            self._afford(action, self._tally.decisions_with(action))
            self._append(action, by)
        self._settle()

    def undo(self, number: int | None = None, by: str = ZONE) -> None:
        """Undo one action of the log, by default the last that counts."""
        with self._lock:
            target = self._standings.position.undoable if number is None else number
            if target is not None:
                self._append(Undo(target), by)
        self._settle()

    def redo(self, by: str = ZONE) -> None:
        """Let the action that was undone last count again."""
        with self._lock:
            target = self._standings.position.redoable
            if target is not None:
                self._append(Redo(target), by)
        self._settle()

    def reset(self, by: str = ZONE) -> None:
        """Drop all decisions and go back to the first year; can be undone like any other action."""
        with self._lock:
            self._append(Reset(), by)
            self._year = PLAY_YEAR
        self._settle()

    def bookmark(self, name: str, by: str = ZONE) -> None:
        """Give what is decided now a name.

        Raises:
            GameError: the name is empty or long.
        """
        with self._lock:
            self._append(Bookmark(_name(name), self._year), by)
        self._save()
        self._notify()

    def go_back(self, bookmark: int, by: str = ZONE) -> None:
        """Return to a bookmark; can be undone."""
        with self._lock:
            mark = next((mark for mark in self._standings.marks if mark.number == bookmark), None)
            if mark is not None:
                self._append(GoBack(bookmark), by)
                self._year = mark.year
        self._settle()

    def branch(self, name: str, by: str = ZONE) -> None:
        """Begin a further future with all that is decided now, and go on there.

        Raises:
            GameError: there are four already, or the name is empty or long.
        """
        with self._lock:
            if len(self._standings.branches) >= MOST_BRANCHES:
                raise GameError("branches_full", most=MOST_BRANCHES)
            self._append(Branch(_name(name)), by)
        self._settle()

    def switch(self, branch: int, by: str = ZONE) -> None:
        """Go on on another branch."""
        with self._lock:
            if branch in self._standings.branches and branch != self._standings.current:
                self._append(Switch(branch), by)
        self._settle()

    def drop(self, branch: int, by: str = ZONE) -> None:
        """Show a branch no longer; the last one stays."""
        with self._lock:
            if branch in self._standings.branches and len(self._standings.branches) > 1:
                self._append(Drop(branch), by)
        self._settle()

    def go_to(self, year: int) -> None:
        """Put another year on the table."""
        with self._lock:
            self._year = min(max(int(year), PLAY_YEAR), LAST_YEAR)
        self._notify()
        self._save()

    def choose_panels(self, chosen: tuple[str, ...]) -> None:
        """Keep the charts that a player chose."""
        with self._lock:
            self._panels = chosen
        self._save()

    def choose_world(self, seed: int | None = None, scenario: str | None = None, by: str = ZONE) -> None:
        """Play the same decisions with other luck or in another scenario.

        Raises:
            UserError: there is no such scenario, or the seed is not a whole number of at least 0.
        """
        with self._lock:
            world = World(self._world.seed if seed is None else seed, scenario or self._world.scenario)
            if world.scenario not in self.content.scenarios:
                raise unknown("unknown_scenario", world.scenario, self.content.scenarios)
            if not 0 <= world.seed <= LARGEST_SEED:
                limits = {"low": 0, "high": LARGEST_SEED}
                raise UserError("number_out_of_range", name="seed", value=world.seed, **limits)
            if world == self._world:
                return
            self._append(ChooseWorld(world.seed, world.scenario), by)
            self._world = world
        self._settle()

    def take_over(self, log: Sequence[Entry], world: World, year: int, panels: tuple[str, ...] = ()) -> None:
        """Continue a game that was read from an address, a file or a damaged row; only before the first decision."""
        with self._lock:
            if self._tally.log:
                raise GameError("game_begun")
            self._world, self._year, self._panels = world, year, panels
            chosen = ChooseWorld(world.seed, world.scenario)
            if Tally(self.content, log).world != chosen:  # else the log says it already
                log = [chosen, *shifted(log, 1)]
            self._append_all(log, ZONE)
        self._settle()

    def look_at_disk(self) -> None:
        """Take over what another server wrote to this game."""
        self._record.look()
        self._notify_if_saved_otherwise()

    def save_again(self, doubt: bool) -> None:
        """Write what is missing on disk; with `doubt` look first what the file holds."""
        if doubt:
            self._record.doubt()
        if self._record.save_status().behind:
            self._record.keep()
        self._notify_if_saved_otherwise()

    # How it is computed

    def begin(self) -> None:
        """Compute the first outcome, where nobody has asked for it yet."""
        self._computed.begin()

    def compute(self) -> None:
        """Bring the outcome up to date in the background; returns at once."""
        self._computed.refresh()

    def compare(self, wanted: bool) -> None:
        """Compute the other branches too, or no longer."""
        self._rivals.wanted = wanted
        self._ask_rivals()

    def ask(self, order: Order, then: Callable[[Result | None, UserError | None], None]) -> None:
        """Ask for a run beside the game's own."""
        self.run_cache.ask(order, then, ASKED, owner=self.owner)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Be told of changes; returns the function that ends it."""
        with self._lock:
            self._listeners.add(listener)
            back = len(self._listeners) == 1 and not self._computed.busy and not self._computed.shows_trial
        if back:
            self._begin_band()  # somebody looks again: the band that was given up goes on

        def stop() -> None:
            with self._lock:
                self._listeners.remove(listener)
                deserted = not len(self._listeners)
            if deserted:
                self._spread.pause()

        return stop

    def _forget(self) -> None:
        """Let go of all that can be run again: nobody looks any more, and its figures fill the memory."""
        with self._lock:
            if len(self._listeners) or self._computed.busy:
                return
            self._look_ahead.run(None)
            self._computed.forget()
            self._spread.band = None
            self._rivals.clear()
        self.run_cache.leave(self.owner)

    def _package(self, package: str, year: int | None = None) -> ChoosePackage:
        if package not in self.content.packages:
            raise unknown("unknown_package", package, self.content.packages)
        return ChoosePackage(package, self._checked_year(year))

    def _checked_year(self, year: int | None) -> int:
        if year is None:
            return self._year
        if not PLAY_YEAR <= year <= LAST_YEAR:
            raise UserError("number_out_of_range", name="year", value=year, low=PLAY_YEAR, high=LAST_YEAR)
        return year

    def _think_of(self, action: SetLever | ChoosePackage | None) -> None:
        """Begin the run of an action unless another run goes on; let go what was foreseen before."""
        with self._lock:
            order = None
            if action is not None and not self._computed.busy:
                after = self._tally.decisions_with(action)
                self._afford(action, after)
                order = Order(self._world, after, keep=self._year)
            self._look_ahead.run(order)

    def _checked(self, lever: str, value: float) -> float:
        known = self.content.levers.get(lever)
        if known is None:
            raise unknown("unknown_lever", lever, self.content.levers)
        low, high = known.bounds
        if not low <= value <= high:  # also refuses NaN
            raise GameError("lever_bounds", name=known.label, value=f"{value:g}", low=f"{low:g}", high=f"{high:g}")
        return min(high, round(low + round((value - low) / known.step) * known.step, 10))

    def _afford(self, action: SetLever | ChoosePackage, decisions: tuple[Decision, ...]) -> None:
        """Refuse what the zone's standing cannot carry; money is released by the model and never refused here."""
        own = self._computed.future_of(self._world)
        now = means(self.content, self._standings.position.decisions, action.year, own)
        after = means(self.content, decisions, action.year, own)
        if after.standing is not None and after.spent > after.standing and after.spent > now.spent:
            raise GameError(
                "standing_short",
                need=f"{after.spent:.1f}",
                have=f"{after.standing:.1f}",
                year=action.year,
                next=min(action.year + 1, LAST_YEAR),
            )

    def _append(self, entry: Entry, by: str) -> None:
        if len(self._tally.log) >= MOST_ENTRIES - 1:  # one is left for where the game is opened again
            raise GameError("game_full", most=MOST_ENTRIES)
        self._append_all([entry], by)

    def _append_all(self, entries: Sequence[Entry], by: str) -> None:
        request = getattr(self._asked, "request", "")
        for entry in entries:
            self._record.add(entry, by, request)
            self._tally.add(entry)
            request = ""
        self._changed()

    def _changed(self) -> None:
        self._trial.drop()
        self._version = len(self._tally.log)
        self._standings = self._tally.standings()
        self._rivals.clear()

    def _head(self) -> Head:
        return Head(self._world, self._year, self._panels)

    def _merge(self, log: list[Entry]) -> None:
        """Go on with a log into which another server wrote."""
        self._tally = Tally(self.content, log)
        if self._tally.world is not None:
            self._world = World(self._tally.world.seed, self._tally.world.scenario)
        self._changed()
        self.soon(self.compute)

    def _settle(self) -> None:
        """Compute what was decided, and write it to disk meanwhile."""
        self.compute()
        self._save()

    def _save(self) -> None:
        self._record.keep()
        self._notify_if_saved_otherwise()

    def _notify_if_saved_otherwise(self) -> None:
        with self._lock:
            before, self._notified = self._notified, self._record.save_status()
            news = before != self._notified
        if news:
            self._notify()

    def _job(self) -> Job:
        trial = self._trial.action
        decisions = self._standings.position.decisions if trial is None else self._tally.decisions_with(trial)
        return Job(self._version, decisions, trial is not None, self._world, self._year)

    def _on_ask(self, own: Order) -> None:
        self._spread.stop()
        if self._look_ahead.order != own:
            self._look_ahead.run(None)

    def _on_rest(self) -> None:
        self._ask_rivals()
        self._begin_band()

    def _ask_rivals(self) -> None:
        with self._lock:
            world = self._world
            others = {key: item for key, item in self._standings.branches.items() if key != self._standings.current}
        self._rivals.ask(world, others)

    def _begin_band(self) -> None:
        """Begin the band of the outcome on the table, unless nobody is looking."""
        with self._lock:
            outcome = self._computed.outcome
            if outcome is not None and len(self._listeners) and not self._computed.stale:
                self._spread.begin(outcome.own, self._world, self._year, self.content.value("game.most_worlds"))


def _name(text: str) -> str:
    name = " ".join(str(text).split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise GameError("name_length", most=LONGEST_NAME)
    return name
