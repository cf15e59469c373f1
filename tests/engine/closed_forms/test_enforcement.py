"""Benchmarks of crime, reporting, abatement and permits on the functions the zone runs with (B01 to B28)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.numerics.rng import Streams, register_stream
from ccepz_sim.rules.abatement import abatement_at, abatement_cost, share_for_standard, tax_factor
from ccepz_sim.rules.collusion import audit_chance, either, joint_surplus, nash_bribe
from ccepz_sim.rules.inspection import execute_fines, fine_steps
from ccepz_sim.rules.markets.permits import HALVINGS, clearing_price
from ccepz_sim.rules.reporting import evasion_cost, hidden_share
from tests.engine.notches import shares_under_notches
from tests.engine.profiles import examples

ONE = np.ones(1)
NONE = np.zeros(1)
rates = st.floats(0.01, 100.0)


def surplus(saving: float, chance: float, fines: float) -> float:
    """Joint surplus without moral cost, peers or search."""
    return float(joint_surplus(saving * ONE, chance * ONE, fines * ONE, NONE, NONE, 0.6, NONE)[0])


def test_b01_becker_offends_until_the_expected_fine_is_the_gain() -> None:
    """Gain 100, fine 300: worth it below a chance of one third, and not at it."""
    edge = 100.0 / 300.0
    assert surplus(100.0, edge, 300.0) == pytest.approx(0.0, abs=1e-12)
    assert surplus(100.0, edge - 1e-9, 300.0) > 0.0 > surplus(100.0, edge + 1e-9, 300.0)


def test_b01_forfeited_gain_lowers_the_edge() -> None:
    """Who also loses the gain when found, (1 - q) g > q F, stops at a quarter: as if the fine were 400."""
    edge = 100.0 / 400.0
    assert surplus(100.0, edge, 300.0 + 100.0) == pytest.approx(0.0, abs=1e-12)
    for chance in (0.1, 0.3, 0.9):
        assert surplus(100.0, chance, 400.0) == pytest.approx((1.0 - chance) * 100.0 - chance * 300.0, abs=1e-12)


@pytest.mark.parametrize(("fines", "share"), [(300.0, 1.0 / 3.0), (400.0, 0.25)])
def test_b01_agents_of_all_beliefs(fines: float, share: float) -> None:
    """Among firms whose believed chance is anything from 0 to 1, those below the edge offend."""
    count = 20_000
    belief = Streams(1).at_registered(register_stream("b01")).random(count)
    full, none = np.ones(count), np.zeros(count)
    joint = joint_surplus(100.0 * full, belief, fines * full, none, none, 0.6, none)
    assert (joint > 0.0).mean() == pytest.approx(share, abs=0.01)


def test_b04_hidden_share() -> None:
    """v* = (tau / q - psi) / phi; the row's phi of 4 gives 7.5, beyond a share: with 40 it is 0.75, inside."""
    tax, chance, fine = 10.0 * ONE, 0.2 * ONE, 20.0
    assert hidden_share(tax, chance, fine, 40.0)[0] == pytest.approx(0.75, abs=1e-9)
    assert hidden_share(tax, chance, fine, 4.0)[0] == 1.0
    # Nobody hides from a chance of tau / psi = 0.5 on.
    assert hidden_share(tax, 0.5 * ONE, fine, 40.0)[0] == pytest.approx(0.0, abs=1e-9)
    assert hidden_share(tax, 0.499 * ONE, fine, 40.0)[0] > 0.0


@examples()
@given(rates, st.floats(0.01, 1.0), rates, rates)
def test_b04_hidden_share_is_the_cheapest(tax: float, chance: float, fine: float, steepness: float) -> None:
    """No other share costs less, by the model's own cost."""
    best = hidden_share(tax * ONE, chance * ONE, fine, steepness)
    grid = np.linspace(0.0, 1.0, 401)
    every = evasion_cost(tax * np.ones(401), grid, chance * np.ones(401), fine, steepness)
    least = evasion_cost(tax * ONE, best, chance * ONE, fine, steepness)[0]
    assert least <= every.min() + 1e-9 * max(1.0, tax)


@examples()
@given(rates, rates, rates)
def test_b04_marginal_cost_equals_the_tax(tax: float, start: float, slope: float) -> None:
    """Abatement minimises its cost plus the tax on the rest; inside, the derivative of cost is the tax."""
    share = float(abatement_at(tax * ONE, start * ONE, slope * ONE)[0])
    grid = np.linspace(0.0, 0.999, 500)
    every = abatement_cost(grid, start * np.ones(500), slope * np.ones(500)) + tax * (1.0 - grid)
    least = float(abatement_cost(share * ONE, start * ONE, slope * ONE)[0]) + tax * (1.0 - share)
    assert least <= every.min() + 1e-9 * max(1.0, tax)
    if share > 0.0:
        assert start + slope * share / (1.0 - share) == pytest.approx(tax, rel=1e-6)


def test_b05_permit_price_is_the_uniform_tax() -> None:
    """Four sources with 100, 80, 60, 60 and a cap of 200; their marginal cost is c a / (1 - a), not the row's c a.

    The price then solves sum e c / (c + p) = cap: the positive root of a polynomial of fourth degree. A tax of the
    same height brings the same emissions, and equal marginal costs make it cheaper than an equal cut for all.
    """
    emission, slope, cap = np.array([100.0, 80.0, 60.0, 60.0]), np.array([1.0, 2.0, 4.0, 5.0]), 200.0
    # Polynomials by the points where they vanish: prod (p + c), and the same without one source.
    polynomial = cap * np.poly(-slope)
    for source in range(4):
        polynomial[1:] -= emission[source] * slope[source] * np.poly(np.delete(-slope, source))
    roots = np.roots(polynomial)
    exact = float(next(root.real for root in roots if abs(root.imag) < 1e-9 and root.real > 0.0))
    zero, most = np.zeros(4), 64.0
    price = clearing_price(emission, zero, zero, slope, cap, most)
    assert price == pytest.approx(exact, abs=2.0 * most / 2**HALVINGS)
    share = abatement_at(price * np.ones(4), zero, slope)
    assert float((emission * (1.0 - share)).sum()) == pytest.approx(cap, rel=1e-6)
    assert slope * share / (1.0 - share) == pytest.approx(price * np.ones(4), rel=1e-9)
    uniform = (1.0 - cap / emission.sum()) * np.ones(4)
    cost = [float((abatement_cost(one, zero, slope) * emission).sum()) for one in (share, uniform)]
    assert cost[0] < cost[1]


def test_b05_one_kind_of_source() -> None:
    """With one slope c the price is c (E / cap - 1), less what the tax already asks."""
    emission, slope = np.array([30.0, 70.0]), np.array([4.0, 4.0])
    for tax, expected in ((0.0, 4.0), (1.5, 2.5), (4.0, 0.0), (9.0, 0.0)):
        price = clearing_price(emission, tax * np.ones(2), np.zeros(2), slope, 50.0, 64.0)
        assert price == pytest.approx(expected, abs=64.0 / 2**HALVINGS * 2)


def test_b05_a_cap_out_of_reach_costs_the_most() -> None:
    assert clearing_price(ONE, NONE, NONE, ONE, 0.001, 10.0) == 10.0


def test_b22_nash_bribe() -> None:
    """S = 100, q = 0.1, fines 200 and 300, equal power: surplus 50, bribe 55, the firm keeps 25."""
    joint = surplus(100.0, 0.1, 500.0)
    bribe = float(nash_bribe(joint * ONE, 0.1 * ONE, 300.0 * ONE, NONE, 0.5)[0])
    assert joint == pytest.approx(50.0, abs=1e-12)
    assert bribe == pytest.approx(55.0, abs=1e-12)
    assert 100.0 - bribe - 0.1 * 200.0 == pytest.approx(25.0, abs=1e-12)
    assert surplus(100.0, 0.2, 500.0) == pytest.approx(0.0, abs=1e-12)


@examples()
@given(st.floats(0.0, 10.0), st.floats(0.0, 1.0), st.floats(0.0, 10.0), st.floats(0.0, 5.0), st.floats(0.0, 1.0))
def test_b35_surplus_falls_with_detection_and_rises_with_peers(
    saving: float, chance: float, fines: float, moral: float, peers: float
) -> None:
    def joint(q: float, c: float) -> float:
        return float(joint_surplus(saving * ONE, q * ONE, fines * ONE, moral * ONE, c * ONE, 0.6, NONE)[0])

    assert joint(min(1.0, chance + 0.1), peers) <= joint(chance, peers)
    assert joint(chance, min(1.0, peers + 0.1)) >= joint(chance, peers)


@examples()
@given(rates, st.floats(0.01, 0.99), rates, rates, st.floats(0.0, 10.0))
def test_b35_hiding_falls_with_detection_emission_with_tax(
    tax: float, chance: float, fine: float, steepness: float, more: float
) -> None:
    low, high = (hidden_share(tax * ONE, q * ONE, fine, steepness)[0] for q in (chance, min(1.0, chance * 1.1)))
    assert high <= low
    low, high = (abatement_at(rate * ONE, fine * ONE, steepness * ONE)[0] for rate in (tax, tax + more))
    assert high >= low


def test_b23_tax_per_tonne() -> None:
    """1.2 yuan per 0.95 kg of sulphur dioxide is 1263.158 yuan a tonne; 1.4 yuan per kg of COD is 1400."""
    zone = PilotZone(start=2010)
    so2, _, cod, _ = zone.state.fixed.equivalents
    assert so2 * 1.2 == pytest.approx(1263.158, abs=1e-3)
    assert cod * 1.4 == pytest.approx(1400.0, abs=1e-3)


def test_b28_notches_of_the_law() -> None:
    """Article 13: three quarters of the tax at 30 % below the standard, half at 50 % below; at the notch it counts."""
    p = load_content().group_values("abatement")
    reached = np.array([1.0, 0.701, 0.7, 0.501, 0.5, 0.0])
    factors = tax_factor(reached, (p.notch_one, p.notch_two), (p.notch_one_factor, p.notch_two_factor))
    assert factors.tolist() == [1.0, 1.0, 0.75, 0.75, 0.5, 0.5]


def test_b28_the_row_by_the_factors_of_the_law() -> None:
    """With ½ c (100 - e)² + 1.4 m(e) e the best e is 50, 70, 70, 93; without the notches it is 30, 72, 86, 93.

    The zone's firms seek the notches on their own cost curve: `test_notches.py`.
    """
    p = load_content().group_values("abatement")
    limits, factors = (p.notch_one, p.notch_two), (p.notch_one_factor, p.notch_two_factor)
    left = np.linspace(0.0, 100.0, 100_001)
    for cost, best, least, plain in (
        (0.02, 50, 60.0, 30),
        (0.05, 70, 96.0, 72),
        (0.1, 70, 118.5, 86),
        (0.2, 93, 135.1, 93),
    ):
        total = cost / 2.0 * (100.0 - left) ** 2 + 1.4 * tax_factor(left / 100.0, limits, factors) * left
        assert left[total.argmin()] == pytest.approx(best, abs=1e-3)
        assert total.min() == pytest.approx(least, abs=1e-3)
        alone = cost / 2.0 * (100.0 - left) ** 2 + 1.4 * left
        assert left[alone.argmin()] == pytest.approx(plain, abs=1e-3)


def test_standard_is_met_exactly_where_it_can_be() -> None:
    concentration = np.array([0.5, 1.0, 2.0, 100.0])
    share = share_for_standard(concentration, 0.8, 0.95)
    assert share == pytest.approx([0.0, 0.2, 0.6, 0.95])
    assert (concentration * (1.0 - share))[1:3] == pytest.approx([0.8, 0.8])


def test_detection_by_several_ways() -> None:
    assert either(0.5, 0.2, 0.0) == pytest.approx(0.6)
    assert either(np.array([1.0, 0.0]), 0.3) == pytest.approx([1.0, 0.3])
    assert audit_chance(0.6, 2.0, 1.0) == pytest.approx(0.4)
    assert audit_chance(0.6, 0.0, 1.0) == 0.0


def test_b20_fines_are_an_erlang_lag() -> None:
    """Two stages with a mean of `fine_lag`: what is paid by quarter k is 1 - e^(-x) (1 + x), x = 2 k / lag."""
    zone = PilotZone(start=2010).copy()
    firms = zone.state.firms
    firms.pending_fine[:] = 0.0
    rich = np.flatnonzero(firms.alive)[:5]
    zone.state.ledger.deposits[zone.state.ledger.firm_accounts][rich] += 1e9
    firms.pending_fine[rich, 0] = 1000.0
    paid = []
    for _ in range(120):
        execute_fines(zone.state, *fine_steps(zone.state.p.inspection.fine_lag))
        paid.append(zone.state.count.fines)
    x = 2.0 * np.arange(1, 121) / zone.state.p.inspection.fine_lag
    assert np.cumsum(paid) / (1000.0 * len(rich)) == pytest.approx(1.0 - np.exp(-x) * (1.0 + x), abs=1e-9)


@examples()
@given(rates, rates, rates, st.floats(0.1, 5.0))
def test_b28_no_share_is_cheaper_under_the_notches(tax: float, start: float, slope: float, reached: float) -> None:
    """The choice costs no more than any share of a fine grid, each taxed by the band it reaches."""
    curve = start * ONE, slope * ONE
    limits, factors = (0.7, 0.5), (0.75, 0.5)
    share, due, spent = shares_under_notches(tax * ONE, NONE, curve, reached * ONE, NONE, limits, factors)
    grid = np.linspace(0.0, 0.999, 2001)
    band = tax_factor(reached * (1.0 - grid), limits, factors)
    cost = abatement_cost(grid, start * np.ones(2001), slope * np.ones(2001)) + band * tax * (1.0 - grid)
    mine = float(spent[0, 0] + due[0, 0] * tax * (1.0 - share[0, 0]))
    assert mine <= cost.min() + 1e-9 * max(1.0, tax)
