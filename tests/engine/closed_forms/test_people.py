"""Benchmarks of migration, choice, matching and opinion, on the functions the zone runs with (B07-B09, B11)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim.numerics.draws import narrow
from ccepz_sim.numerics.rng import Streams, register_stream
from ccepz_sim.numerics.sampling import in_parts
from ccepz_sim.rules.location_choice import choice_chances, expected_wage, first_to_ring
from ccepz_sim.rules.markets.matching import draw_employer, urn_ball
from ccepz_sim.rules.voice import drift_to_mean
from tests.engine.profiles import examples


def test_b07_harris_todaro() -> None:
    """Wages 3000 and 6000: at half the town out of work nobody gains by moving; a nuisance of 600 lowers it to 0.4."""
    assert expected_wage(np.array(6000.0), np.array(0.5), 0.0) == pytest.approx(3000.0, abs=1e-9)
    assert expected_wage(np.array(6000.0), np.array(0.6), 0.0) - 600.0 == pytest.approx(3000.0, abs=1e-9)


@pytest.mark.parametrize(("jobs", "force"), [(100_000.0, 200_000.0), (101_000.0, 202_000.0)])
def test_b07_movers_find_the_equilibrium(jobs: float, force: float) -> None:
    """People who choose by the model's rules end where u = 1 - w_r / w_u: a thousand jobs bring a thousand jobless."""
    people, sharpness = 300_000.0, 4000.0
    town = 120_000.0
    for _ in range(4000):
        income = expected_wage(np.array(6000.0), np.array(min(1.0, jobs / town)), 0.0)
        chance = choice_chances(sharpness * np.log(np.array([float(income), 3000.0])), np.ones(2))[0]
        town += 0.0005 * (people * float(chance) - town)
    assert town == pytest.approx(force, rel=0.01)
    assert 1.0 - jobs / town == pytest.approx(0.5, abs=0.01)


def test_b08_logit_shares() -> None:
    value = np.array([1.0, 0.5, 0.0])
    share = choice_chances(value, np.ones(3))
    assert share == pytest.approx([0.50648, 0.30720, 0.18632], abs=5e-6)
    assert value - np.log(share) == pytest.approx(np.full(3, 1.68027), abs=5e-6)
    # Independence of irrelevant alternatives: the ratio of two does not depend on the third.
    assert share[0] / share[1] == pytest.approx(np.exp(0.5), abs=1e-12)
    two = choice_chances(value[:2], np.ones(2))
    assert two[0] / two[1] == pytest.approx(np.exp(0.5), abs=1e-12)


def test_b08_no_overflow_and_no_level() -> None:
    value = np.array([[1.0, 0.5, 0.0], [1001.0, 1000.5, 1000.0], [-5000.0, -5000.5, -5001.0]])
    share = np.array([choice_chances(row, np.ones(3)) for row in value])
    assert share == pytest.approx(np.tile(share[0], (3, 1)), abs=1e-9)


def test_b08_frequencies_of_the_models_way_of_choosing() -> None:
    """Everybody is in one place at most, so that each option is chosen as often as its chance says."""
    chances = choice_chances(np.array([1.0, 0.5, 0.0]), np.ones(3))
    people = 40_000
    goals = [first_to_ring(in_parts(chances), narrow(4, who)) for who in range(people)]
    error = np.sqrt(chances * (1.0 - chances) / people)
    assert (np.abs(np.bincount(goals, minlength=3) / people - chances) < 4.0 * error).all()


def test_a_more_attractive_place_draws_from_all_and_sends_nobody_elsewhere() -> None:
    parts, more = np.array([300, 400, 200, 0]), np.array([300, 400, 230, 0])
    moved = 0
    for who in range(5000):
        before, after = (first_to_ring(chance, narrow(4, who)) for chance in (parts, more))
        assert after in (before, 2)
        assert after != 3
        moved += before != after
    assert moved / 5000 == pytest.approx(230 / 930 - 200 / 900, abs=0.007)


@pytest.mark.parametrize(("seekers", "expected"), [(1000.0, 632.30), (2000.0, 864.80), (500.0, 393.62)])
def test_b09_urn_ball(seekers: float, expected: float) -> None:
    """A thousand vacancies: the mean of the process in which every seeker applies at random."""
    found = urn_ball(np.array([1000.0]), np.array([seekers]), 1.0)[0]
    assert found == pytest.approx(expected, abs=0.01)
    luck = Streams(4).at_registered(register_stream("urn"))
    filled = [len(np.unique(luck.integers(0, 1000, int(seekers)))) for _ in range(400)]
    assert abs(np.mean(filled) - found) < 3.0 * np.std(filled) / np.sqrt(400)


@pytest.mark.parametrize(("separation", "finding", "expected"), [(0.02, 0.32, 0.0625), (0.03, 0.63, 0.047619)])
def test_b09b_steady_unemployment(separation: float, finding: float, expected: float) -> None:
    """With k posts for a seeker the model's matching finds f = k (1 - e^(-1/k)) of them work; rest at s / (s + f)."""
    low, high = 1e-3, 50.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if middle * (1.0 - np.exp(-1.0 / middle)) < finding else (low, middle)
    force = 1e7
    jobless = np.array([0.2 * force])
    for _ in range(200):
        jobless += separation * (force - jobless) - urn_ball(high * jobless, jobless, 1.0)
    assert jobless[0] / force == pytest.approx(separation / (separation + finding), abs=1e-6)
    assert jobless[0] / force == pytest.approx(expected, abs=0.005)


def test_b09_never_more_than_either_side() -> None:
    vacancies = np.array([0.0, 0.3, 1.0, 5.0, 1000.0])
    seekers = np.array([10.0, 10.0, 0.0, 1.0, 2.0])
    matches = urn_ball(vacancies, seekers, 0.9)
    assert (matches <= np.minimum(vacancies, seekers)).all()
    assert (matches >= 0.0).all()


def test_b11_opinion_is_degroot_on_the_mean_of_the_town() -> None:
    """The model's matrix is W = (1 - s) I + s/n: pi is even, the second eigenvalue 1 - s; nobody is better connected.

    The row's W = [[.5, .5, 0], [.25, .5, .25], [0, .5, .5]] (pi = .25, .5, .25) needs a network; the model has none.
    """
    own, speed = np.array([0.9, 0.3, 0.1]), 0.5
    matrix = np.column_stack([drift_to_mean(unit, np.full(3, unit.mean()), speed, 1.1) for unit in np.eye(3)])
    values, vectors = np.linalg.eig(matrix.T)
    order = np.argsort(-values.real)
    even = vectors[:, order[0]].real
    assert even / even.sum() == pytest.approx(np.full(3, 1.0 / 3.0), abs=1e-10)
    assert values.real[order] == pytest.approx([1.0, 1.0 - speed, 1.0 - speed], abs=1e-10)
    gaps = []
    for _ in range(12):
        own = drift_to_mean(own, np.full(3, own.mean()), speed, 1.1)
        gaps.append(float(np.abs(own - own.mean()).max()))
    assert own.mean() == pytest.approx(1.3 / 3.0, abs=1e-10)
    assert np.array(gaps[1:]) / np.array(gaps[:-1]) == pytest.approx(np.full(11, 1.0 - speed), rel=0.01)


def test_b11b_opinions_within_reach_keep_their_mean() -> None:
    """Bounded confidence toward the town's mean conserves it where all are in reach, and shrinks the spread."""
    own = np.array([0.2, 0.3, 0.4, 0.5])
    moved = drift_to_mean(own, np.full(4, own.mean()), 0.5, 1.0)
    assert moved.mean() == pytest.approx(own.mean(), abs=1e-12)
    assert moved.std() == pytest.approx(own.std() / 2.0, abs=1e-12)
    far = np.array([0.0, 1.0])
    assert drift_to_mean(far, np.full(2, 0.5), 0.5, 0.3).tolist() == far.tolist()


def test_b08_a_sum_of_terms_is_their_sum() -> None:
    """Exponentials of the terms multiplied are the exponential of the sum."""
    luck = Streams(2).at_registered(register_stream("terms"))
    one, two = luck.normal(size=(2, 5))
    assert choice_chances(one, np.exp(two)) == pytest.approx(choice_chances(one + two, np.ones(5)), abs=1e-12)


@examples()
@given(
    weights=st.lists(st.floats(0.0, 50.0), min_size=4, max_size=4).filter(lambda found: sum(found) > 1e-3),
    draw=st.floats(0.0, 1.0 - 1e-9),
)
def test_an_employer_without_posts_hires_nobody(weights: list[float], draw: float) -> None:
    """Of several employers in two cells, one with open posts in the own cell is drawn."""
    posts = np.array([weights, weights[::-1]]).T
    for cell in (0, 1):
        employer = int(draw_employer(posts, np.array([cell]), np.array([draw]))[0])
        assert posts[employer, cell] > 0.0
