"""How the outcome of a game is brought up to date: the newest job, as soon as the last one is answered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ccepz_sim.game.problems import GameError
from ccepz_sim.game.records import Future, Order, Result
from ccepz_sim.game.run_cache import RunCache, Ticket
from ccepz_sim.game.state import Outcome
from ccepz_sim.game.world import LAST_YEAR, World
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.state.decisions import Decision
from ccepz_sim.text.errors import UserError

SLOW = 0.4  # seconds after which a run is worth a sign that it goes on


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be computed: decisions in a world, kept from a year on, decided or only tried out."""

    version: int
    decisions: tuple[Decision, ...]
    trial: bool
    world: World
    year: int


class _Gathering:
    """The two futures of one job, on their way."""

    def __init__(self, job: Job, missing: int) -> None:
        self.job = job
        self.missing = missing
        self.got: dict[str, Future] = {}
        self.problem: UserError | None = None


class Computation:
    """The outcome of a game and the runs that bring it up to date."""

    def __init__(self, run_cache: RunCache, owner: str, lock: threading.RLock, recorded: Future | None) -> None:
        """Share the lock of a game; `recorded` is shown until a run of its world has ended. See `connect`."""
        self.outcome: Outcome | None = None
        self.shows_trial = False
        self.busy = False
        self.stale = True
        self.progress = 0.0
        self.problem: UserError | None = None
        self.answered = 0
        self._run_cache = run_cache
        self._owner = owner
        self._lock = lock
        self._recorded = recorded
        self._gathering: _Gathering | None = None
        self._ticket: Ticket | None = None

    def connect(
        self,
        *,
        job: Callable[[], Job],
        on_change: Callable[[], None],
        on_ask: Callable[[Order], None],
        on_outcome: Callable[[Future], None],
        on_rest: Callable[[], None],
    ) -> None:
        """Say where jobs come from and who hears what becomes of them.

        Args:
            job: gives the newest job; called within the lock.
            on_change: hears of every change.
            on_ask: hears of the run that is asked for.
            on_outcome: hears of the future that arrived, within the lock.
            on_rest: called when what is decided has been computed and nothing newer is wanted.
        """
        self._job, self._on_change, self._on_ask = job, on_change, on_ask
        self._on_outcome, self._on_rest = on_outcome, on_rest

    def shown(self, version: int, world: World) -> Outcome | None:
        """Return the outcome; while no run of a world has ended, its record, in which decisions do not show."""
        if self.outcome is not None:
            return self.outcome
        if self._recorded is None or self._recorded.world != world:
            return None
        return Outcome(version, self._recorded, self._recorded)

    def future_of(self, world: World) -> Future | None:
        """Return the newest future that was computed in a world."""
        return self.outcome.own if self.outcome is not None and self.outcome.own.world == world else None

    def begin(self) -> None:
        """Compute the first outcome, where nobody has asked for it yet."""
        with self._lock:
            begun = self.busy or self.outcome is not None
        if not begun:
            self.refresh()

    def refresh(self) -> None:
        """Bring the outcome up to date in the background; returns at once."""
        with self._lock:
            self.stale = True
            self.problem = None
            begins = not self.busy or self._withdrawn()
            if begins:
                self.busy = True
                self.progress = 0.0
            first = self.outcome is None
        if first:
            self._on_change()  # a page that waits for the first outcome shows what is decided meanwhile
        elif begins:
            self._notify_if_slow()
        if begins:
            self._next()

    def forget(self) -> None:
        """Let go of the outcome, which can be run again."""
        with self._lock:
            self.outcome, self.shows_trial, self.stale = None, False, True

    def _next(self) -> None:
        with self._lock:
            self.stale = False
            job = self._job()
            own = Order(job.world, job.decisions, keep=job.year)
            orders = {"without": Order(job.world, (), keep=job.year)}
            if own != orders["without"]:
                orders["own"] = own
            gathering = self._gathering = _Gathering(job, len(orders))
            self._ticket = None
        self._on_ask(own)
        for name, order in orders.items():

            def then(result: Result | None, error: UserError | None, name: str = name) -> None:
                with self._lock:
                    if self._gathering is not gathering:
                        return  # a newer job took its place before it had begun
                    if isinstance(result, Future):
                        gathering.got[name] = result
                    else:
                        gathering.problem = error or GameError("run_failed")
                    gathering.missing -= 1
                    complete = not gathering.missing
                if complete:
                    self._landed(gathering)

            ticket = self._run_cache.ask(order, then, on_progress=self._report, owner=self._owner)
            with self._lock:
                if self._gathering is gathering:
                    self._ticket = ticket

    def _withdrawn(self) -> bool:
        """Take the present job back where its run has not begun: with many players only the newest one is run."""
        if self._ticket is None or not self._ticket.withdraw():
            return False
        self._gathering = self._ticket = None
        return True

    def _landed(self, gathering: _Gathering) -> None:
        job = gathering.job
        with self._lock:
            self._gathering = self._ticket = None
            if gathering.problem is None:
                without = gathering.got["without"]
                self.outcome = Outcome(job.version, gathering.got.get("own", without), without)
                self._recorded = None
                self.shows_trial = job.trial
                self.answered += 1
                self._on_outcome(self.outcome.own)
            else:
                self.problem = gathering.problem
            again = self.busy = self.stale
        self._on_change()
        if again:
            self._next()
        elif gathering.problem is None and not job.trial:
            self._on_rest()

    def _report(self, year: int) -> None:
        with self._lock:
            first = self.outcome is None
            self.progress = (year - PLAY_YEAR + 1) / (LAST_YEAR - PLAY_YEAR + 1)
        if first:  # later runs are over before a bar could be read
            self._on_change()

    def _notify_if_slow(self) -> None:
        """Tell that a run goes on when it is not over in a moment: drawing that would only delay its end."""
        begun = self.answered

        def look() -> None:
            with self._lock:
                same = self.busy and self.answered == begun
            if same:
                self._on_change()

        timer = threading.Timer(SLOW, look)
        timer.daemon = True
        timer.start()
