"""One game: its log, the year on the table, and the future that was computed last."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.content import Content
from ccepz_sim.errors import UserError, unknown
from ccepz_sim.game.address import LARGEST_SEED, Shared, write
from ccepz_sim.game.futures import LAST_YEAR, Future, Futures, World
from ccepz_sim.game.log import Action, ChoosePackage, Entry, Position, Redo, Reset, SetLever, Undo, fold
from ccepz_sim.game.problems import GameError

logger = logging.getLogger(__name__)

Listener = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page shows: a future, the same luck without decisions, and the log that led here."""

    version: int
    own: Future
    without: Future


@dataclass(frozen=True, slots=True)
class State:
    """A consistent view of a game at one moment."""

    version: int
    year: int
    world: World
    position: Position
    outcome: Outcome | None
    running: bool
    progress: float
    problem: UserError | None
    answered: int


class Game:
    """A game that several pages may show at once.

    Decisions are appended under a lock; runs happen in an executor, one at a time for each game, and the
    newest wish wins. Listeners are told whenever the state changed; they read it with `state()`.
    """

    def __init__(self, content: Content, futures: Futures, executor: Executor, world: World) -> None:
        """Start a game in 2016 with nothing decided."""
        self.content = content
        self._futures = futures
        self._executor = executor
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._log: list[Entry] = []
        self._position = fold(content, self._log)
        self._world = world
        self._year = PLAY_YEAR
        self._version = 0
        self._trial: SetLever | None = None
        self._outcome: Outcome | None = None
        self._busy = False
        self._stale = True
        self._progress = 0.0
        self._problem: UserError | None = None
        self._answered = 0

    # What it is

    def state(self) -> State:
        """Return the state of this moment."""
        with self._lock:
            return State(
                version=self._version,
                year=self._year,
                world=self._world,
                position=self._position,
                outcome=self._outcome,
                running=self._busy or self._stale,
                progress=self._progress,
                problem=self._problem,
                answered=self._answered,
            )

    def log(self) -> tuple[Entry, ...]:
        """Return the whole log, undone actions included."""
        with self._lock:
            return tuple(self._log)

    def address(self) -> str:
        """Return the game as the text of an address."""
        with self._lock:
            actions = [item.action for item in sorted(self._position.items, key=lambda item: item.number)]
            return write(self.content, self._world, self._year, actions)

    # What a player does

    def decide(self, lever: str, value: float) -> None:
        """From the year on the table on, set a lever to a value (put on the lever's step).

        Raises:
            UserError: there is no such lever, or the value is out of its bounds.
        """
        self._append(SetLever(lever, self._checked(lever, value), self._year))

    def try_out(self, lever: str, value: float) -> None:
        """Compute what a decision would do, without deciding it; the next decision ends the trial."""
        value = self._checked(lever, value)
        with self._lock:
            self._trial = SetLever(lever, value, self._year)
        self.compute()

    def choose_package(self, package: str) -> None:
        """From the year on the table on, follow a package.

        Raises:
            UserError: there is no such package.
        """
        if package not in self.content.packages:
            raise unknown("unknown_package", package, self.content.packages)
        self._append(ChoosePackage(package, self._year))

    def undo(self, number: int | None = None) -> None:
        """Undo one action of the log, by default the last that counts."""
        with self._lock:
            target = self._position.undoable if number is None else number
        if target is not None:
            self._append(Undo(target))

    def redo(self) -> None:
        """Let the action that was undone last count again."""
        with self._lock:
            target = self._position.redoable
        if target is not None:
            self._append(Redo(target))

    def reset(self) -> None:
        """Drop all decisions and go back to the first year; can be undone like any other action."""
        with self._lock:
            self._year = PLAY_YEAR
        self._append(Reset())

    def go_to(self, year: int) -> None:
        """Put another year on the table."""
        with self._lock:
            self._year = min(max(int(year), PLAY_YEAR), LAST_YEAR)
        self._tell()

    def choose_world(self, seed: int | None = None, scenario: str | None = None) -> None:
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
            self._world = world
            self._version += 1
        self.compute()

    def take_over(self, shared: Shared) -> None:
        """Continue a game that was read from an address."""
        with self._lock:
            self._log.extend(shared.actions)
            self._world, self._year = shared.world, shared.year
            self._settle()
        self.compute()

    # How it is computed

    def compute(self) -> None:
        """Bring the outcome up to date in the background; returns at once."""
        with self._lock:
            self._stale = True
            self._problem = None
            if self._busy:
                return
            self._busy = True
            self._progress = 0.0
        self._executor.submit(self._work)
        self._tell()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Be told of changes; returns the function that ends it."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def _checked(self, lever: str, value: float) -> float:
        known = self.content.levers.get(lever)
        if known is None:
            raise unknown("unknown_lever", lever, self.content.levers)
        low, high = known.bounds
        if not low <= value <= high:  # also refuses NaN
            limits = {"low": low, "high": high, "unit": known.unit}
            raise UserError("value_out_of_bounds", name=lever, value=value, **limits)
        return min(high, round(low + round((value - low) / known.step) * known.step, 10))

    def _append(self, entry: Action | Undo | Redo) -> None:
        with self._lock:
            self._log.append(entry)
            self._settle()
        self.compute()

    def _settle(self) -> None:
        self._trial = None
        self._version += 1
        self._position = fold(self.content, self._log)

    def _wish(self) -> tuple[int, World, Position, int]:
        trial = self._trial
        position = self._position if trial is None else fold(self.content, [*self._log, trial])
        return self._version, self._world, position, self._year

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._stale:
                    self._busy = False
                    break
                self._stale = False
                version, world, position, year = self._wish()
            try:
                without = self._futures.run(world, (), keep=year, progress=self._report)
                own = self._futures.run(world, position.decisions, keep=year, progress=self._report)
            except UserError as error:
                self._fail(error)
                continue
            except Exception:
                logger.exception("a run of the game failed")
                self._fail(GameError("run_failed"))
                continue
            with self._lock:
                self._outcome = Outcome(version, own, without)
                self._answered += 1
                last = not self._stale
                self._busy = not last
            self._tell()
            if last:
                return
        self._tell()

    def _report(self, year: int) -> None:
        with self._lock:
            first = self._outcome is None
            self._progress = (year - PLAY_YEAR + 1) / (LAST_YEAR - PLAY_YEAR + 1)
        if first:  # later runs are over before a bar could be read
            self._tell()

    def _fail(self, error: UserError) -> None:
        with self._lock:
            self._problem = error

    def _tell(self) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()
