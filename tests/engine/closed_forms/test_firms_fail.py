"""Over-investors, restructuring and failure; deposits that come back or are lost."""

from __future__ import annotations

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.rules.deposits import restored_share, settle_closing, settled
from ccepz_sim.rules.entry_exit import restructure, turn_over
from ccepz_sim.rules.finance import credit_limit, extrapolated
from ccepz_sim.state.ledger import Flow, Sector


def test_trend_is_added_to_the_expected_margin() -> None:
    """A price a quarter above usual: over-investors count on half its log more; a trend has its limit."""
    margin, price, usual = np.full(3, 0.1), np.array([1.25, 1.25, 10.0]), np.ones(3)
    outlook, trend = extrapolated(margin, price, usual, np.array([0.5, 0.0, 0.5]), 0.4)
    assert outlook == pytest.approx([0.1 + 0.5 * np.log(1.25), 0.1, 0.1 + 0.5 * 0.4], abs=1e-12)
    assert trend == pytest.approx([np.log(1.25), np.log(1.25), 0.4], abs=1e-12)


def test_guarantees_raise_the_ceiling_of_credit() -> None:
    low, high = (float(credit_limit(100.0, 40.0, 0.0, cover, (0.5, 0.25, 0.25))) for cover in (0.0, 0.8))
    assert (low, high) == (50.0, 58.0)


def test_over_investors_build_and_borrow_in_a_boom() -> None:
    """The same firms with and without the trait: a boom of two years raises their capacity and their debt."""
    shares = []
    for weight in (0.0, 1.0):
        zone = PilotZone(seed=1, parameters={"investment.extrapolation": 1.0})
        zone.state.frozen = True
        zone.state.firms.extrapolates[:] = weight
        for _ in range(8):
            zone.state.prices.log[:] = zone.state.prices.level_2015 + zone.state.path.mean[zone.quarter] + 0.5
            zone.step()
        debt = float(zone.state.ledger.loans[zone.state.ledger.firm_accounts].sum())
        capacity = zone.state.firms.capacity.copy()
        shares.append((debt, capacity))
    (careful_debt, careful), (bold_debt, bold) = shares
    assert bold_debt > careful_debt
    assert float(bold.sum()) > float(careful.sum())
    assert (bold > careful).sum() > 2 * (bold < careful).sum()


def test_restructured_firms_keep_what_the_plant_carries() -> None:
    """Overdrafts become loans, debt above the share of book capital is forgiven, the books stay closed."""
    zone = PilotZone(seed=1).copy().state
    rows = np.flatnonzero(zone.firms.alive)[:3]
    accounts = zone.ledger.account(Sector.FIRMS, rows)
    zone.ledger.open_quarter()
    zone.ledger.pay(Flow.INPUTS, accounts, zone.ledger.outside, zone.ledger.deposits[accounts].clip(0.0) + 1000.0)
    zone.ledger.lend(accounts, 2.0 * zone.firms.book_capital[rows])
    zone.ledger.pay(Flow.INPUTS, accounts, zone.ledger.outside, 2.0 * zone.firms.book_capital[rows])
    zone.firms.starved[rows] = 5
    restructure(zone, rows)
    assert (zone.ledger.deposits[accounts] >= -1e-6).all()
    carried = zone.p.entry.carried_debt * zone.firms.book_capital[rows]
    assert zone.ledger.loans[accounts] == pytest.approx(carried, rel=1e-9)
    assert (zone.firms.starved[rows] == 0).all()
    zone.ledger.check(1e-9)


@pytest.mark.parametrize(("starved", "insolvent", "fails"), [(1, 0, False), (2, 0, True), (0, 3, True), (0, 1, False)])
def test_when_a_firm_fails(starved: int, insolvent: int, fails: bool) -> None:
    """Two quarters without cash and credit, or the fourth of negative worth; with certainty where nothing shelters."""
    zone = PilotZone(seed=1, parameters={"entry.exit_chance": 1.0}).copy()
    zone.state.frozen = True
    firms, ledger = zone.state.firms, zone.state.ledger
    firms.starved[:], firms.insolvent[:] = 0, 0
    ledger.loans[zone.state.ledger.firm_accounts] = 0.0
    row = int(np.flatnonzero(firms.alive & (firms.state_owned == 0.0))[0])
    firms.starved[row], firms.insolvent[row] = starved, insolvent
    if insolvent:
        ledger.loans[ledger.firms + row] = 10.0 * (1.0 + firms.book_capital[row]) + abs(
            float(ledger.deposits[ledger.firms + row])
        )
    turn_over(zone.state)
    assert firms.alive[row] == (not fails)


def test_restoration_follows_the_refund() -> None:
    cost = np.full(3, 10.0)
    share = restored_share(np.array([0.0, 10.0, 40.0]), cost, 0.2, 4.0)
    assert share[1] == pytest.approx(0.1, abs=1e-12)
    assert share[0] < 0.005
    assert share[2] == pytest.approx(0.2, abs=1e-5)
    assert settled(np.array([15.0, 15.0]), np.array([5.0, 6.0]), np.array([10.0, 10.0])).tolist() == [True, False]


@pytest.mark.parametrize("rich", [True, False])
def test_deposit_comes_back_to_the_clean_and_is_lost_to_the_others(rich: bool) -> None:
    """A closing firm that can pay restores its heap and gets the deposit; else the department restores with it."""
    zone = PilotZone(seed=1).run(2)
    firms, ledger = zone.state.firms, zone.state.ledger
    rows = np.flatnonzero(firms.alive & (firms.deposit_held > 0.0) & (firms.unsafe.sum(axis=1) > 1.0))[:4]
    accounts = ledger.account(Sector.FIRMS, rows)
    held, heap = firms.deposit_held[rows].copy(), float(firms.unsafe[rows].sum())
    ledger.open_quarter()
    ledger.repay(accounts, ledger.loans[accounts])
    ledger.deposits[accounts] = 1e12 if rich else -1e12
    stock, safe = zone.state.materials.safe + zone.state.materials.unsafe, float(zone.state.materials.safe.sum())
    trust, own = float(ledger.deposits[zone.state.ledger.trust]), ledger.deposits[accounts].copy()
    settle_closing(zone.state, rows)
    assert zone.state.materials.safe + zone.state.materials.unsafe == pytest.approx(stock, rel=1e-12)
    assert float(ledger.deposits[zone.state.ledger.trust]) == pytest.approx(trust - held.sum(), rel=1e-9, abs=1.0)
    moved = float(zone.state.materials.safe.sum()) - safe
    assert not firms.deposit_held[rows].any()
    assert moved > 0.0
    if rich:
        assert moved == pytest.approx(heap, rel=1e-6)
    else:
        assert moved < heap
        assert ledger.deposits[accounts] == pytest.approx(own)


def test_trust_account_holds_the_deposits_of_firms() -> None:
    """In every quarter the trust holds what firms have paid in and not got back or lost."""
    zone = PilotZone(seed=1, package="whole-programme", start=2010)
    for _ in range(40):
        zone.step()
        held = float(zone.state.firms.deposit_held.sum())
        assert float(zone.state.ledger.deposits[zone.state.ledger.trust]) == pytest.approx(held, rel=1e-6, abs=10.0)
    assert held > 0.0
