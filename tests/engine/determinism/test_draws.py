"""Everybody's luck is their own: uniform, of one question and quarter, the same in Python and in compiled rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim import PilotZone
from ccepz_sim.numerics import draws
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, Keys, draw, lasting, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import choose_some, draws_of, normal, poisson
from tests.engine.profiles import examples

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

MANY = np.arange(200_000)
WORDS = st.integers(-(2**63), 2**63 - 1)
NEWEST = (200 << 32) + (999 << 8) + 99  # as high as numbers of newcomers go


@compiled
def drawn(key: int, who: int) -> tuple[int, float]:
    """Draw within a compiled rule."""
    return narrow(key, who), draw(key, who)


@compiled
def keys_of(zone: Zone, stream: int) -> tuple[int, int]:
    """Give the keys of a stream within a compiled rule."""
    return lasting(zone.keys, stream), passing(zone, stream)


@examples()
@given(key=WORDS, who=st.integers(0, NEWEST))
def test_compiled_rules_draw_what_python_draws(key: int, who: int) -> None:
    assert drawn(key, who) == (narrow(key, who), draw(key, who))


def test_compiled_rules_have_the_keys_of_python() -> None:
    zone = PilotZone(seed=5, start=2010).state
    for zone.quarter in (0, 1, 103):
        for stream in Stream:
            number = NUMBERS[stream]
            assert keys_of(zone, number) == (lasting(zone.keys, number), passing(zone, number))


def test_streams_seeds_and_quarters_have_keys_of_their_own() -> None:
    found = []
    for seed in (1, 2):
        zone = PilotZone(seed=seed, start=2010).state
        for zone.quarter in range(104):
            found += [passing(zone, number) for number in NUMBERS.values()]
        found += [lasting(zone.keys, number) for number in NUMBERS.values()]
    assert len(set(found)) == 2 * 105 * len(Stream)


def _uniform(values: np.ndarray) -> None:
    """Hold values against the uniform distribution: by ten equal parts of 0-1, then by the last bits that are kept."""
    for scale in (1.0, 2.0**20):
        counts = np.bincount((values * scale % 1.0 * 10.0).astype(int), minlength=10)
        expected = values.size / 10.0
        assert float(((counts - expected) ** 2 / expected).sum()) < 33.7, "chi-square of nine at one in ten thousand"


@pytest.mark.parametrize("step", [1, 256, 1 << 20, 1 << 32, draws.GOLDEN % 2**31])
def test_draws_are_uniform_however_numbers_are_given(step: int) -> None:
    for key in (0, 1, -1, narrow(7, 7)):
        _uniform(draws_of(key, MANY[:100_000] * step))


def test_draws_of_one_are_uniform_over_quarters_questions_and_seeds() -> None:
    by_quarter = np.array([draw(narrow(narrow(3, quarter), 0), 12) for quarter in range(20_000)])
    by_question = np.array([draw(narrow(narrow(3, 5), question), 12) for question in range(20_000)])
    by_seed = []
    for seed in range(3000):
        word = np.random.SeedSequence(seed).generate_state(2, np.uint64)
        keys = Keys.make(streams=1).fill(key=word.reshape(1, 2)).freeze()
        by_seed.append(draw(lasting(keys, 0), 12))
    for values in (by_quarter, by_question, np.array(by_seed)):
        _uniform(values)


def test_questions_quarters_and_neighbours_are_independent() -> None:
    """Correlations within five standard errors of none, also of squares and of who is rarely met."""
    key = narrow(11, 4)
    base = draws_of(narrow(key, 0), MANY)
    others = [
        draws_of(narrow(key, 1), MANY),
        draws_of(narrow(narrow(11, 5), 0), MANY),
        draws_of(narrow(key, 0), MANY + 1),
    ]
    for other in others:
        for shape in (lambda x: x, lambda x: (x - 0.5) ** 2, lambda x: (x < 0.02).astype(float)):
            assert abs(np.corrcoef(shape(base), shape(other))[0, 1]) < 5.0 / np.sqrt(MANY.size)


def test_nobody_elses_number_changes_a_draw() -> None:
    """Luck is that of the number, whatever row it sits in and however many there are."""
    luck = np.random.default_rng(2)
    order = luck.permutation(1000)
    assert draws_of(5, order).tolist() == draws_of(5, np.arange(1000))[order].tolist()
    assert draws_of(5, np.arange(10)).tolist() == draws_of(5, np.arange(1000))[:10].tolist()


def test_normal_draws_are_normal() -> None:
    values = np.array([normal(3, who) for who in range(50_000)])
    edges = [
        -np.inf,
        -1.2815516,
        -0.8416212,
        -0.5244005,
        -0.2533471,
        0.0,
        0.2533471,
        0.5244005,
        0.8416212,
        1.2815516,
        np.inf,
    ]
    counts = np.histogram(values, edges)[0]
    assert float(((counts - 5000.0) ** 2 / 5000.0).sum()) < 33.7
    assert np.abs(values).max() > 3.5


@pytest.mark.parametrize("expected", [0.0, 0.03, 0.7, 4.0])
def test_poisson_numbers_have_the_mean_and_spread_expected(expected: float) -> None:
    counts = np.array([poisson(draw(9, who), expected) for who in range(50_000)])
    error = np.sqrt(max(expected, 1e-12) / counts.size)
    assert abs(counts.mean() - expected) <= 5.0 * error
    assert counts.var() == pytest.approx(expected, rel=0.06, abs=1e-12)


@examples()
@given(luck=st.floats(0.0, 1.0 - 1e-9), expected=st.floats(0.0, 20.0), more=st.floats(0.0, 5.0))
def test_a_larger_expectation_never_gives_fewer(luck: float, expected: float, more: float) -> None:
    """But for rounding, which a hair more luck makes up for."""
    assert poisson(luck, expected) <= poisson(luck + 1e-12, expected + more)


def test_the_last_digit_of_luck_brings_no_flood_of_events() -> None:
    """The sum of chances stops short of one by rounding; luck beyond it stands for the tail, not for the bound."""
    assert [poisson(1.0 - 2.0**-53, expected) for expected in (0.0, 1e-6, 0.03, 4.0)] == [0, 2, 8, 31]


def test_some_are_chosen_in_proportion_to_their_chances() -> None:
    """The first by the chances; the second by those of the rest, as drawing one after the other would."""
    chance, who = np.array([0.5, 0.0, 0.3, 0.2]), np.arange(4)
    runs = 40_000
    pairs = np.array([choose_some(narrow(8, run), who, chance, 2) for run in range(runs)])
    first = np.bincount(pairs[:, 0], minlength=4) / runs
    assert first == pytest.approx(chance, abs=0.012)
    second = [
        sum(chance[one] * chance[two] / (1.0 - chance[one]) for one in range(4) if one != two) for two in range(4)
    ]
    assert np.bincount(pairs[:, 1], minlength=4) / runs == pytest.approx(np.array(second), abs=0.012)


@examples()
@given(
    chance=st.lists(st.floats(0.0, 1.0) | st.just(0.0), min_size=1, max_size=30), count=st.integers(0, 40), key=WORDS
)
def test_nobody_is_chosen_twice_or_without_a_chance(chance: list[float], count: int, key: int) -> None:
    rows = choose_some(key, np.arange(len(chance)), np.array(chance), count).tolist()
    able = sum(value > 0.0 for value in chance)
    assert len(set(rows)) == len(rows) == min(count, able)
    assert all(chance[row] > 0.0 for row in rows)


def test_a_changed_chance_changes_few_of_those_chosen() -> None:
    """A hundred times twelve of fifty: one chance a tenth larger may bring its owner in for one other, no more."""
    luck = np.random.default_rng(6)
    changed = 0
    for run in range(100):
        chance, who = luck.random(50), np.arange(50)
        more = chance.copy()
        more[7] *= 1.1
        before, after = (set(choose_some(narrow(1, run), who, one, 12).tolist()) for one in (chance, more))
        assert len(before ^ after) in (0, 2)
        assert after - before <= {7}
        changed += before != after
    assert 0 < changed < 15
