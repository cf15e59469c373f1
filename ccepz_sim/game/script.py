"""A game as a few lines of Python that give the same numbers."""

from __future__ import annotations

from collections.abc import Sequence

from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.game.world import LAST_YEAR, World
from ccepz_sim.policies.schedule import Decision


def script(world: World, decisions: Sequence[Decision], golden_hash: str) -> str:
    """Return a script that runs one branch and checks the fingerprint of its indicators."""
    listed = "".join(f"    Decision({item.lever!r}, {item.value!r}, {item.year!r}),\n" for item in decisions)
    return (
        "from ccepz_sim import PilotZone\n"
        "from ccepz_sim.policies.schedule import Decision\n"
        "\n"
        f"decisions = (\n{listed})\n"
        f"zone = PilotZone(scenario={world.scenario!r}, seed={world.seed}, decisions=decisions)\n"
        f"zone.run(years={LAST_YEAR + 1 - PLAY_YEAR})\n"
        f"print(zone.golden_hash(), {golden_hash!r})  # the same twice: the numbers of the page\n"
        "print(zone.indicators.tail())\n"
    )
