"""Compiled rules draw the numbers of NumPy's generator: any stream, quarter, count and place in the sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, uniforms
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import choose_some

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def draw(zone: Zone, stream: int, count: int, first: int) -> np.ndarray:
    """Draw within a compiled rule."""
    return uniforms(zone, stream, count, first)


@pytest.mark.parametrize("stream", [Stream.MATCHING, Stream.CHAIN, Stream.VITAL])
def test_compiled_rules_draw_what_numpy_draws(stream: Stream) -> None:
    zone = PilotZone(seed=5, start=2010).state
    for zone.quarter in (0, 1, 199):
        expected = zone.streams.at(stream, zone.quarter).random(64)
        for first in (0, 1, 2, 3, 4, 7):
            for count in (0, 1, 2, 3, 4, 5, 8, 33):
                found = draw(zone, NUMBERS[stream], count, first)
                assert found.tolist() == expected[first : first + count].tolist()


def test_streams_and_seeds_have_keys_of_their_own() -> None:
    keys = [zone.state.keys.key for zone in (PilotZone(seed=1, start=2010), PilotZone(seed=2, start=2010))]
    both = np.concatenate(keys)
    assert len(np.unique(both, axis=0)) == 2 * len(Stream)


def test_some_are_chosen_as_numpy_chooses() -> None:
    """Without replacement, also where a draw meets a row again and where most of the chance lies in a few rows."""
    zone = PilotZone(seed=5, start=2010).state
    luck = np.random.default_rng(1)
    for zone.quarter in range(60):
        chance = luck.random(30) ** 8
        chance[luck.random(30) < 0.3] = 0.0
        chance /= chance.sum()
        count = min(12, int((chance > 0.0).sum()))
        expected = zone.streams.at(Stream.PILOTS, zone.quarter).choice(30, size=count, replace=False, p=chance)
        assert choose_some(zone, NUMBERS[Stream.PILOTS], chance, count).tolist() == expected.tolist()
