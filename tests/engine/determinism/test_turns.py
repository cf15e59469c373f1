"""Turned circles: everybody has the chance given, the number chosen is close to the expected one, and few change."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from ccepz_sim.content.reading.needs import MOST_ROWS
from ccepz_sim.numerics.clock import FIRST_YEAR, LAST_YEAR, QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import TURNS, WORD, narrow, turned
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import ONE, in_parts, met
from ccepz_sim.rules.vital_events import FIRST_BORN, PLACE_BITS, newborn

RESIDENTS = np.arange(17_000)
LARGEST_QUOTIENT = 4
TERMS = 30  # of the continued fraction: as many as matter for numbers below 2^32


@compiled
def places_of(turn: np.uint64, shift: int, who: np.ndarray) -> np.ndarray:
    """Give the places of some within a compiled rule."""
    found = np.empty(who.size, dtype=np.int64)
    for row in range(who.size):
        found[row] = turned(turn, shift, who[row])
    return found


def chosen(turn: int, shift: int, chance: float, who: np.ndarray = RESIDENTS) -> np.ndarray:
    """Say who of some lies within a chance."""
    mask: np.ndarray = places_of(np.uint64(turn), shift, who) < int(chance * ONE)
    return mask


def test_every_turn_is_of_a_stream_and_odd() -> None:
    assert set(TURNS) <= {stream.value for stream in Stream}
    assert len(set(TURNS.values())) == len(TURNS)
    assert all(turn % 2 for turn in TURNS.values()), "an even one would leave part of the circle empty"


@pytest.mark.parametrize("turn", list(TURNS.values()))
def test_compiled_rules_turn_as_python_does(turn: int) -> None:
    for shift in (0, 5, -1, narrow(3, 3), narrow(3, 4)):
        for who in (0, 1, 4_294_967_295, 123_456_789):
            assert places_of(np.uint64(turn), shift, np.array([who]))[0] == turned(turn, shift, who)


@pytest.mark.parametrize("turn", list(TURNS.values()))
def test_quotients_are_small(turn: int) -> None:
    top, bottom, quotients = turn, WORD, []
    for _ in range(TERMS):
        quotients.append(bottom // top)
        top, bottom = bottom % top, top
    assert max(quotients) <= LARGEST_QUOTIENT


@pytest.mark.parametrize("turn", list(TURNS.values()))
@pytest.mark.parametrize("chance", [0.005, 0.03, 0.4])
def test_the_number_chosen_is_close_to_the_expected_one(turn: int, chance: float) -> None:
    """Of a run of numbers, however long; binomial luck would miss by far more."""
    for count in (100, 3000, 17_000):
        missed = [
            chosen(turn, narrow(1, quarter), chance, np.arange(count)).sum() - chance * count for quarter in range(300)
        ]
        assert abs(float(np.mean(missed))) < 0.25
        assert float(np.std(missed)) < 1.5


def test_everybody_has_the_chance_over_the_quarters() -> None:
    """How often one is met in 200 quarters, in 600 worlds: as often, and as unevenly, as luck of one's own would."""
    for who in (0, 4711):
        met = np.array(
            [
                sum(turned(TURNS["migration"], narrow(world, quarter), who) < 0.05 * ONE for quarter in range(200))
                for world in range(600)
            ]
        )
        assert met.mean() == pytest.approx(10.0, abs=4.0 * np.sqrt(9.5 / 600))
        assert met.var() == pytest.approx(9.5, rel=0.24)


@pytest.mark.parametrize("pair", list(combinations(TURNS, 2)))
def test_no_two_questions_fall_in_step(pair: tuple[str, str]) -> None:
    """Who is met by both: as many as independent questions would meet, and no more widely spread than theirs."""
    one, other = (TURNS[name] for name in pair)
    both = [
        (chosen(one, narrow(1, quarter), 0.05) & chosen(other, narrow(2, quarter), 0.25)).sum()
        for quarter in range(200)
    ]
    binomial = np.sqrt(RESIDENTS.size * 0.0125)
    assert np.mean(both) == pytest.approx(RESIDENTS.size * 0.0125, abs=4.0 * binomial / np.sqrt(200))
    assert np.std(both) < 1.1 * binomial


def test_one_who_is_chosen_stays_chosen_when_the_chance_rises() -> None:
    for turn in TURNS.values():
        fewer, more = (chosen(turn, narrow(1, 9), chance) for chance in (0.05, 0.0505))
        assert not (fewer & ~more).any()
        assert 0 < (more & ~fewer).sum() <= 0.001 * RESIDENTS.size


def test_numbers_of_newborns_are_their_own_to_the_end_of_the_model() -> None:
    """Of every quarter and place, the rest of China included; they lie above those of 2010, within what a row holds."""
    last, most = (LAST_YEAR - FIRST_YEAR) * QUARTERS - 1, (1 << PLACE_BITS) - 1
    ends = [(quarter, place) for quarter in (0, 1, last) for place in range(MOST_ROWS["places"] + 1)]
    reached = FIRST_BORN - 1
    for quarter, place in ends:
        assert newborn(quarter, place, 0) > reached
        reached = newborn(quarter, place, most)
    assert reached < 1 << 32


def test_who_is_met_is_met_by_kind() -> None:
    """The same as one after the other; a kind above the last counts as the last."""
    parts, kinds = in_parts(np.array([0.1, 0.0, 0.6])), RESIDENTS % 5
    turn, shift = next(iter(TURNS.values())), narrow(7, 3)
    places = places_of(np.uint64(turn), shift, RESIDENTS)
    expected = [row for row, place in enumerate(places) if place < parts[min(kinds[row], 2)]]
    assert met(parts, kinds, RESIDENTS, np.uint64(turn), shift).tolist() == expected
    assert len(expected) > 1000
