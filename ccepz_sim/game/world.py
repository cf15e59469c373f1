"""The luck and the outside world of a game, and the years it covers."""

from __future__ import annotations

from dataclasses import dataclass

from ccepz_sim.numerics.rng import LARGEST_SEED

LAST_YEAR = 2035
FIRST_SEED = 1
FIRST_SCENARIO = "slow-recovery"


@dataclass(frozen=True, slots=True)
class World:
    """The luck and the outside world that all futures of a comparison share."""

    seed: int
    scenario: str

    def sibling(self, number: int) -> World:
        """Return the same outside world with other luck; number 0 is this world itself."""
        return World((self.seed + number) % (LARGEST_SEED + 1), self.scenario)
