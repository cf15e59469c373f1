"""Permits: who is granted, who trades with whom at which price, and that trade makes nothing and loses nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ccepz_sim import PilotZone
from ccepz_sim.rules.abatement import abatement_at, abatement_cost
from ccepz_sim.rules.markets.permits import clearing_price, granted_permits, pairs, trade
from ccepz_sim.state.decisions import Decision
from ccepz_sim.state.ledger import Flow
from tests.engine.profiles import examples

amounts = arrays(float, 12, elements=st.floats(0.0, 1e6))


def test_grants_follow_past_load_and_the_rest_is_auctioned() -> None:
    """Load 50, 30, 20 of which the last firm has closed; a fifth of the cap of 200 is kept back."""
    base, alive = np.array([50.0, 30.0, 20.0, 0.0]), np.array([True, True, False, True])
    granted, auction = granted_permits(base, alive, 100.0, 200.0, 0.2)
    assert granted == pytest.approx([80.0, 48.0, 0.0, 0.0], abs=1e-12)
    assert auction == pytest.approx(200.0 - 128.0, abs=1e-12)


@examples()
@given(amounts, amounts, st.floats(0.0, 1e6))
def test_trade_makes_no_permit(need: np.ndarray, held: np.ndarray, auction: float) -> None:
    """Bought is sold; nobody sells what it needs; only one side of the market is left with a wish."""
    of_firms, of_auction, sold = trade(need, held, auction)
    after = held + of_firms + of_auction - sold
    scale = max(1.0, float(held.sum()) + auction)
    assert float(of_firms.sum()) == pytest.approx(float(sold.sum()), abs=1e-9 * scale)
    assert float(of_auction.sum()) <= auction + 1e-9 * scale
    assert (after >= np.minimum(held, need) - 1e-9 * scale).all()
    short = float(np.maximum(0.0, need - after).sum())
    left = float(np.maximum(0.0, after - need).sum()) + auction - float(of_auction.sum())
    assert min(short, left) == pytest.approx(0.0, abs=1e-8 * scale)


@examples()
@given(amounts, amounts)
def test_pairs_settle_every_account(need: np.ndarray, held: np.ndarray) -> None:
    """The payments between buyers and sellers add up, by firm, to what it bought and what it sold."""
    bought, _, sold = trade(need, held, 0.0)
    buyer, seller, amount = pairs(bought, sold)
    scale = max(1.0, float(bought.sum()))
    assert np.bincount(buyer, weights=amount, minlength=12) == pytest.approx(bought, abs=1e-8 * scale)
    assert np.bincount(seller, weights=amount, minlength=12) == pytest.approx(sold, abs=1e-8 * scale)


def test_b05_trade_reaches_the_cost_of_the_uniform_tax() -> None:
    """Whoever holds the permits, firms abate to the price; grants move money and not abatement (Montgomery 1972)."""
    emission, slope, cap = np.array([100.0, 80.0, 60.0, 60.0]), np.array([1.0, 2.0, 4.0, 5.0]), 200.0
    zero = np.zeros(4)
    price = clearing_price(emission, zero, zero, slope, cap, 64.0)
    left = emission * (1.0 - abatement_at(np.full(4, price), zero, slope))
    spent = float((abatement_cost(1.0 - left / emission, zero, slope) * emission).sum())
    for share in (np.array([1.0, 0.0, 0.0, 0.0]), emission / emission.sum(), np.array([0.0, 0.0, 0.5, 0.5])):
        bought, _, sold = trade(left, cap * share, 0.0)
        assert cap * share + bought - sold == pytest.approx(left, rel=1e-6)
    for other in (0.9, 1.1):
        moved = left * np.array([other, 1.0, 1.0, 1.0])
        moved[1:] *= (cap - moved[0]) / float(moved[1:].sum())
        assert float((abatement_cost(1.0 - moved / emission, zero, slope) * emission).sum()) > spent


def test_firms_of_the_zone_pay_each_other() -> None:
    """Under a cap of 0.4 firms hold no more permits than the cap, and money for permits moves between firms."""
    zone = PilotZone(decisions=[Decision("permit-cap", 0.4, 2016)])
    between = priced = 0.0
    for _ in range(24):
        zone.step()
        held = float(zone.state.firms.permits[zone.state.firms.alive].sum())
        assert held <= zone.state.permits.cap * (1.0 + 1e-9) or zone.state.permits.cap == 0.0
        if zone.state.permits.price > 0.0:
            priced += 1
            between += float(zone.state.ledger.flows[Flow.PERMITS, 0, 0])
    assert priced > 0
    assert between > 0.0
