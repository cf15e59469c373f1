"""Benchmarks of the books themselves: the ledger (B31) and the material balance (B32) hold, and notice when not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim.state.ledger import Flow, Ledger, LedgerError, Sector, make_ledger
from ccepz_sim.state.materials import Materials, MatterError
from tests.engine.profiles import examples

SIZES = {Sector.FIRMS: 4, Sector.HOUSEHOLDS: 2, Sector.BANKS: 1, Sector.OUTSIDE: 1}
BANK, OUTSIDE = 6, 7
TOLERANCE = 1e-9


def ledger() -> Ledger:
    """A small ledger whose net positions sum to zero."""
    book = make_ledger(SIZES)
    book.deposits[:] = [50.0, 0.0, 1e6, 3.0, 20.0, 0.0, 100.0, 0.0]
    book.loans[:4] = [10.0, 0.0, 5e5, 0.0]
    book.close_against(OUTSIDE)
    book.open_quarter()
    return book


amounts = st.floats(0.0, 1e9, allow_subnormal=False)
actions = st.one_of(
    st.tuples(st.just("pay"), st.sampled_from(list(Flow)), st.integers(0, 7), st.integers(0, 7), amounts),
    st.tuples(
        st.sampled_from(["lend", "repay", "write_off"]), st.just(Flow.SALES), st.integers(0, 3), st.just(0), amounts
    ),
)


@examples()
@given(st.lists(actions, max_size=30))
def test_b31_net_wealth_of_a_closed_economy_is_constant(moves: list[tuple[str, Flow, int, int, float]]) -> None:
    """Whatever is paid, lent, repaid or forgiven, positions sum to zero and rows less columns give each change."""
    book = ledger()
    before = book.deposits - book.loans
    for what, kind, giver, taker, amount in moves:
        if what == "pay":
            book.pay(kind, giver, taker, amount)
        elif what == "write_off":
            book.write_off(np.array([giver]), BANK, np.array([amount]))
        else:
            getattr(book, what)(np.array([giver]), np.array([amount]))
    net = book.deposits - book.loans
    scale = max(1.0, float(np.abs(net).sum()), float(book.received.sum()))
    assert abs(float(net.sum())) <= TOLERANCE * scale
    by_sector = np.bincount(book.sector_of, weights=net - before, minlength=len(Sector))
    assert np.abs(by_sector - (book.flows.sum(axis=(0, 1)) - book.flows.sum(axis=(0, 2)))).max() <= TOLERANCE * scale
    assert book.check(TOLERANCE) <= TOLERANCE


def test_b31_many_payments_at_once_equal_one_by_one() -> None:
    """Payers may repeat within an array; whole sectors move as one block."""
    every, single = ledger(), ledger()
    payers, amount = np.array([0, 0, 2]), np.array([1.0, 2.0, 4.0])
    every.pay(Flow.WAGES, payers, np.array([4, 5, 4]), amount)
    for payer, payee, value in zip((0, 0, 2), (4, 5, 4), amount, strict=True):
        single.pay(Flow.WAGES, payer, payee, float(value))
    assert np.array_equal(every.deposits, single.deposits)
    assert np.array_equal(every.flows, single.flows)
    block, rows = ledger(), ledger()
    firms = block.of(Sector.FIRMS)
    taxes = np.array([1.0, 0.0, 3.0, 5.0])
    block.pay(Flow.VAT, firms, OUTSIDE, taxes)
    rows.pay(Flow.VAT, np.arange(4), OUTSIDE, taxes)
    assert np.array_equal(block.deposits, rows.deposits)
    assert np.array_equal(block.paid, rows.paid)


@pytest.mark.parametrize("amount", [-1.0, float("nan"), np.array([5.0, -0.1])])
def test_b31_negative_and_undefined_payments_are_refused(amount: float | np.ndarray) -> None:
    book = ledger()
    before = book.deposits.copy()
    with pytest.raises(LedgerError):
        book.pay(Flow.VAT, np.array([0, 1]) if isinstance(amount, np.ndarray) else 0, OUTSIDE, amount)
    assert np.array_equal(book.deposits, before)


@pytest.mark.parametrize("array", ["deposits", "loans", "received", "paid", "flows"])
def test_b31_money_from_nowhere_is_noticed(array: str) -> None:
    book = ledger()
    book.pay(Flow.VAT, 2, OUTSIDE, 1000.0)
    book.check(TOLERANCE)
    getattr(book, array).flat[1] += 1.0
    with pytest.raises(LedgerError):
        book.check(TOLERANCE)


def materials() -> Materials:
    """The zone's materials at the opening of a quarter with ten tonnes safe and five unsafe of each."""
    book = Materials.make(places=9, kinds=12)
    book.safe[:] = 10.0
    book.unsafe[:] = 5.0
    book.open_quarter()
    return book


def test_b32_a_balanced_quarter_passes() -> None:
    book = materials()
    book.generated[0, 0] += 7.0
    book.reused[0, 0] += 2.0
    book.treated[0, 0] += 1.0
    book.discharged[0, 0] += 1.0
    book.safe[0, 0] += 3.0
    book.exported[1, 0] += 4.0
    book.safe[1, 0] -= 4.0
    book.imported[2, 0] += 4.0
    book.reused[2, 0] += 4.0
    assert book.check(TOLERANCE) <= TOLERANCE


@pytest.mark.parametrize(
    "array", ["safe", "unsafe", "opening", "generated", "imported", "reused", "treated", "discharged", "exported"]
)  # fmt: skip
def test_b32_matter_from_nowhere_is_noticed(array: str) -> None:
    book = materials()
    book.check(TOLERANCE)
    getattr(book, array)[3, 2] += 1e-3
    with pytest.raises(MatterError):
        book.check(TOLERANCE)


def test_b32_a_stock_below_zero_is_noticed() -> None:
    book = materials()
    book.reused[3, 2] += 16.0
    book.safe[3, 2] -= 16.0
    with pytest.raises(MatterError):
        book.check(TOLERANCE)


@pytest.mark.parametrize(
    ("payer", "payee"), [(slice(0, 3), BANK), (BANK, np.array([0, 1])), (slice(0, 4), slice(4, 6))]
)
def test_b31_amounts_and_accounts_must_match(payer: slice | int, payee: int | np.ndarray | slice) -> None:
    """Four amounts for three accounts would reach into what stands next to them."""
    book = ledger()
    before = book.deposits.copy()
    with pytest.raises(LedgerError, match="4 amounts for"):
        book.pay(Flow.SALES, payer, payee, np.ones(4))
    assert (book.deposits == before).all()
