"""Docking of collusion: agents who follow the model's rule against its mean-field map (B24).

Reference set: saving 1 with spread 0.25, fines 3, moral cost 0.8, peer weight 0.6, audit capacity 0.15, citizens 0.02;
a fifth reconsiders each quarter. These folds belong to the functional form and its reference numbers, not to Qaidam.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import log

import numpy as np
import pytest
from scipy.special import ndtr

from ccepz_sim.numerics.rng import Stream, Streams, register_stream
from ccepz_sim.rules.collusion import audit_chance, either, joint_surplus
from ccepz_sim.rules.inspection import complaint_chance

GRID = np.round(np.arange(0.0, 1.0005, 0.002), 3)
RECONSIDER = 0.2
SPREAD = 0.25
MORAL = 0.8
EDGES = 4001
FIRMS, STAY, STEP = 200, 20, 0.01


@dataclass(frozen=True)
class Set:
    """Numbers of the reference set that the comparative folds move, in the model's names."""

    citizens: float = 0.02
    fines: float = 3.0
    capacity: float = 0.15
    peer_weight: float = 0.6
    saving: float = 1.0


def surplus(one: Set, intensity: float, share: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Joint surplus by the model's functions; `more` is what a firm saves beyond the mean."""
    audited = np.array([audit_chance(intensity, one.capacity, float(load)) for load in share])
    citizens = complaint_chance(-log(1.0 - one.citizens), np.ones(len(share)), 1.0, np.ones(len(share)))
    chance = either(citizens, audited)
    moral = np.full(len(share), MORAL)
    return joint_surplus(
        one.saving + more, chance, np.full(len(share), one.fines), moral, share, one.peer_weight, np.zeros(len(share))
    )


def willing(one: Set, intensity: float) -> tuple[np.ndarray, np.ndarray]:
    """Share of colluders, and the share of firms that then gain by a deal: normal savings, so Phi(J / spread)."""
    share = np.linspace(0.0, 1.0, EDGES)
    return share, ndtr(surplus(one, intensity, share, np.zeros(EDGES)) / SPREAD)


def rest_points(one: Set, intensity: float) -> np.ndarray:
    """Shares at which the map c' = c + 0.2 (Phi - c) stands still, interpolated."""
    share, wish = willing(one, intensity)
    gap = wish - share
    cross = np.flatnonzero(np.sign(gap[:-1]) != np.sign(gap[1:]))
    return share[cross] + gap[cross] / (gap[cross] - gap[cross + 1]) * share[1]


@cache
def trap(one: Set) -> np.ndarray:
    """Audit intensities on the grid with two regimes that keep themselves: three rest points of the map."""
    return GRID[[len(rest_points(one, float(intensity))) >= 3 for intensity in GRID]]


def test_b24_rest_points_at_half_intensity() -> None:
    assert rest_points(Set(), 0.5) == pytest.approx([0.0, 0.410, 0.940], abs=1e-3)


def test_b24_the_map_iterated_goes_where_its_rest_points_say() -> None:
    """Between the stable points the unstable one divides; the step of a fifth is the model's speed of learning."""
    one = Set()
    for first, last in ((0.38, 0.0), (0.44, 0.940)):
        share = np.array([first])
        for _ in range(400):
            wish = ndtr(surplus(one, 0.5, share, np.zeros(1)) / SPREAD)
            share = share + RECONSIDER * (wish - share)
        assert share[0] == pytest.approx(last, abs=1e-3)


def test_b24_folds() -> None:
    """Honest firms fall below 0.256; once corrupt, only more than 0.676 brings honesty back."""
    found = trap(Set())
    assert (found.min(), found.max()) == pytest.approx((0.256, 0.676), abs=0.005)
    assert np.diff(found) == pytest.approx(0.002, abs=1e-9)


@pytest.mark.parametrize(
    ("one", "low", "high"),
    [
        (Set(citizens=0.08), 0.192, 0.338),
        (Set(citizens=0.12), 0.130, 0.132),
        (Set(fines=2.0), 0.396, 1.0),
        (Set(capacity=0.3), 0.228, 0.394),
        (Set(capacity=0.08), 0.278, 1.0),
        (Set(peer_weight=0.0), 0.250, 0.278),
        (Set(saving=1.3), 0.372, 1.0),
    ],
)
def test_b24_comparative_folds(one: Set, low: float, high: float) -> None:
    """Citizens and capacity nearly remove the trap, weak fines, dear rules make it last; 1: no audit undoes it."""
    found = trap(one)
    assert (found.min(), found.max()) == pytest.approx((low, high), abs=0.005)


def test_b24_cheap_rules_leave_no_trap() -> None:
    """The row says none; a sliver is left, narrower than two steps of the grid."""
    assert trap(Set(saving=0.7)).tolist() == [0.118]


def test_b24_stricter_rules_without_capacity_bring_collapse_nearer() -> None:
    """At intensity 0.5 a dearer compliance halves the distance to the fold."""
    assert [0.5 - trap(Set(saving=saving)).min() for saving in (1.0, 1.3)] == pytest.approx([0.244, 0.128], abs=0.005)


def agents(seed: int, corrupt: bool) -> float:
    """Intensity at which 200 firms leave their regime when it moves by 0.01 every five years."""
    streams, one = Streams(seed), Set()
    more = SPREAD * streams.at_registered(register_stream("firms")).standard_normal(FIRMS)
    deal = np.full(FIRMS, corrupt)
    path = np.arange(0.5, 1.0, STEP) if corrupt else np.arange(0.5, 0.0, -STEP)
    for quarter, intensity in enumerate(np.repeat(path, STAY)):
        gains = surplus(one, float(intensity), np.full(FIRMS, deal.mean()), more) > 0.0
        thinks = streams.at(Stream.COLLUSION, quarter).random(FIRMS) < RECONSIDER
        deal = np.where(thinks, gains, deal)
        # The unstable rest point lies between 0.2 and 0.7 in the whole trap: beyond it the other regime has won.
        if deal.mean() < 0.2 if corrupt else deal.mean() > 0.7:
            return float(intensity)
    raise AssertionError("the firms never left their regime")


@pytest.mark.parametrize(("corrupt", "fold", "tolerance"), [(False, 0.228, 0.04), (True, 0.737, 0.15)])
def test_b24_agents_fall_and_recover_near_the_folds(corrupt: bool, fold: float, tolerance: float) -> None:
    """Few firms are not a continuum: a slow change carries them past the folds, on the side where they came from."""
    left = [agents(seed, corrupt) for seed in range(12)]
    assert np.mean(left) == pytest.approx(fold, abs=tolerance)
    assert np.mean(left) > 0.676 if corrupt else np.mean(left) < 0.256


def test_b24_conscience_that_scales_with_peers_is_harder_to_undo() -> None:
    """The zone spreads the moral cost itself, so peers shrink its spread too; the row spreads an added term.

    A deal then needs m < (S - q F) / (1 - psi c): with all others corrupt nearly everybody's conscience is small
    enough. The honest regime breaks at nearly the same intensity, but no audit alone brings it back.
    """
    one = Set()
    moral = MORAL + SPREAD * Streams(0).at_registered(register_stream("moral")).standard_normal(20_000)

    def settled(intensity: float, share: float) -> float:
        for _ in range(400):
            chance = either(one.citizens, audit_chance(intensity, one.capacity, share))
            full = np.ones(len(moral))
            joint = joint_surplus(
                full, chance * full, one.fines * full, moral, share * full, one.peer_weight, 0.0 * full
            )
            share += RECONSIDER * (float((joint > 0.0).mean()) - share)
        return share

    assert settled(0.242, 0.0) > 0.9 > 0.05 > settled(0.262, 0.0)
    assert settled(1.0, 1.0) > 0.9
