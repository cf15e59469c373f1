"""What does nothing moves nothing: exactly in what cannot matter, and within the limits of `scripts/placebo.toml`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.numerics.draws import NUMBERS, draw, passing
from ccepz_sim.numerics.rng import Stream, register_stream
from ccepz_sim.quarter.phases import PHASES, Phase, Phases
from ccepz_sim.state.zone import Zone
from tests.engine.conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import record_placebo

SEEDS = (1, 2, 3)
YEARS = 15
FEW = range(1, 13)
EXTRA = register_stream("an extra draw of a test")


def draw_more(zone: Zone) -> None:
    """Draw from a stream of one's own, and once more what the rules draw."""
    zone.streams.at_registered(EXTRA, zone.quarter).random(7)
    for stream in Stream:
        draw(passing(zone, NUMBERS[stream]), zone.quarter)


class Restless(PilotZone):
    """A model that draws more."""

    phases: ClassVar[Phases] = PHASES.insert(Phase("more-draws", draw_more), after="collusion")


def series(make: Callable[[int], PilotZone], seed: int) -> np.ndarray:
    """All that was recorded."""
    zone = make(seed).run(YEARS)
    return zone.recorder.values[: zone.recorder.used]


NOTHING: dict[str, Callable[[int], PilotZone]] = {
    "an extra draw": lambda seed: Restless(seed=seed),
    "one more spare row": lambda seed: PilotZone(seed=seed, parameters={"entry.spare_rows": 171}),
    "many more spare rows": lambda seed: PilotZone(seed=seed, parameters={"entry.spare_rows": 300}),
    # the status quo resettles nobody
    "a parameter nobody reads": lambda seed: PilotZone(seed=seed, parameters={"migration.return_chance": 0.3}),
}


@pytest.mark.parametrize("what", NOTHING)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_follows_from_nothing(what: str, seed: int) -> None:
    usual, other = series(lambda number: PilotZone(seed=number), seed), series(NOTHING[what], seed)
    assert record_placebo.read_plan()["limits"]["null"] == 0.0
    assert np.array_equal(usual, other, equal_nan=True)


def test_something_follows_from_something() -> None:
    """The other side: a parameter that is read."""
    usual = series(lambda seed: PilotZone(seed=seed), 1)
    other = series(lambda seed: PilotZone(seed=seed, parameters={"migration.stay": 3.0}), 1)
    assert not np.array_equal(usual, other, equal_nan=True)


def test_a_placebo_moves_little() -> None:
    """Twelve of the thirty worlds of `scripts/record_placebo.py`: limits hold in the judged and in the last years."""
    plan = record_placebo.read_plan()
    pairs, names = [record_placebo.pair(seed) for seed in FEW], record_placebo.names_of(plan)
    assert record_placebo.beyond(record_placebo.spreads(pairs, record_placebo.judged(plan), names), plan) == []
    last = list(record_placebo.windows(plan).values())[-1]
    assert record_placebo.beyond(record_placebo.spreads(pairs, last, names), plan, last=True) == []


def test_luck_of_ones_own_would_be_seen() -> None:
    """The measure itself: worlds that share no luck differ by the square root of two of the spread between them."""
    plan = record_placebo.read_plan()
    runs = [record_placebo.run(seed, "", plan) for seed in range(1, 17)]
    strangers = list(zip(runs[:8], runs[8:], strict=True))
    found = record_placebo.spreads(strangers, record_placebo.judged(plan), record_placebo.names_of(plan))
    assert len(record_placebo.beyond(found, plan)) > 30
