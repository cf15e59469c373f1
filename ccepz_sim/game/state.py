"""What a page shows of a game: the state of one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccepz_sim.game.bands import Band
from ccepz_sim.game.means import Means
from ccepz_sim.game.position import Position, Standings
from ccepz_sim.game.records import Future
from ccepz_sim.game.saving import SaveStatus
from ccepz_sim.game.world import World
from ccepz_sim.text.errors import UserError


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
    standings: Standings
    outcome: Outcome | None
    band: Band | None
    rivals: Mapping[int, Future]
    means: Means
    trial: bool
    running: bool
    progress: float
    problem: UserError | None
    answered: int
    save_status: SaveStatus
    recorded: bool = False  # the outcome is the recorded status quo: no run has ended yet

    @property
    def position(self) -> Position:
        """The branch on the table."""
        return self.standings.position
