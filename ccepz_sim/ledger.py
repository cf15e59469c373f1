"""Every yuan moves here: one double-entry ledger between named accounts.

Deposits and loans are stocks; payments move deposits; a loan creates a deposit. Net financial assets of
all accounts, the outside world included, sum to zero in every quarter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Index = int | slice | np.ndarray
Bill = tuple[str, int | np.ndarray, np.ndarray]

FLOWS = (
    "sales", "inputs", "wages", "abatement", "waste_service", "investment", "research", "dividends", "consumption",
    "imports", "transfers", "vat", "profit_tax", "resource_tax", "pollution_tax", "permits", "income_tax",
    "fines", "bribes", "subsidies", "funds", "misuse", "programmes", "interest", "guarantee", "by_products",
    "land", "training", "household_transfer", "restoration", "administration", "writeoff", "lobbying",
    "deposit_held", "deposit_returned", "deposit_forfeited", "capital_of_entrants", "budget",
)  # fmt: skip
FLOW = {name: number for number, name in enumerate(FLOWS)}


def _change(stock: np.ndarray, who: Index, values: float | np.ndarray, change: np.ufunc) -> None:
    """Add to accounts or take from them; neighbours by slice are much cheaper than by their numbers."""
    if isinstance(who, np.ndarray):
        change.at(stock, who, values)
    else:
        stock[who] = change(stock[who], values)


class LedgerError(AssertionError):
    """Money was created, destroyed or moved with a negative sign."""


class Ledger:
    """Move money between accounts and keep the transaction-flow matrix of the quarter.

    Args:
        sizes: sector name -> number of accounts, in order; accounts are numbered through.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sectors = tuple(sizes)
        self.sizes = dict(sizes)
        self.first: dict[str, int] = {}
        total = 0
        for name, size in sizes.items():
            self.first[name] = total
            total += size
        self.count = total
        self.sector_of = np.repeat(np.arange(len(self.sectors)), list(sizes.values()))
        self._sector = self.sector_of.tolist()
        self.deposits = np.zeros(total)
        self.loans = np.zeros(total)
        self.received = np.zeros(total)
        self.paid = np.zeros(total)
        self.flows = np.zeros((len(FLOWS), len(self.sectors), len(self.sectors)))
        self._opening = np.zeros(total)

    def account(self, sector: str, number: int | np.ndarray = 0) -> int | np.ndarray:
        """Give the account number(s) of the n-th member(s) of a sector."""
        return self.first[sector] + number

    def of(self, sector: str, count: int | None = None) -> slice:
        """Give the slice of a sector's accounts, or of its first few."""
        first = self.first[sector]
        return slice(first, first + (self.sizes[sector] if count is None else count))

    def open_quarter(self) -> None:
        """Clear the flow records and remember the opening position."""
        self.received[:] = 0.0
        self.paid[:] = 0.0
        self.flows[:] = 0.0
        self._opening = self.deposits - self.loans

    def pay(self, kind: str, payer: Index, payee: Index, amount: float | np.ndarray) -> None:
        """Move amounts from payers to payees; scalars and arrays of one length may be mixed.

        Args:
            kind: name of the flow, one of FLOWS.
            payer, payee: account numbers; all of an array or a slice belong to one sector.
            amount: yuan, not negative.

        Raises:
            LedgerError: if an amount is negative or not a number.
        """
        values: float | np.ndarray
        if isinstance(amount, np.ndarray):
            values, total = amount, float(np.add.reduce(amount, axis=None))
            least = float(np.minimum.reduce(amount, axis=None)) if amount.size else 0.0
        else:
            values = total = least = float(amount)
        if not least >= 0.0:
            raise LedgerError(f"negative or undefined payment of kind {kind}")
        if total == 0.0:
            return
        giver = self._move(payer, self.paid, values, total, np.subtract)
        taker = self._move(payee, self.received, values, total, np.add)
        self.flows[FLOW[kind], giver, taker] += total

    def pay_bills(self, sector: str, bills: Sequence[Bill]) -> None:
        """Let every member of a sector pay several bills at once: the same as one payment after the other, but faster.

        Args:
            sector: the payers.
            bills: name of the flow, payee or payees (one for each member, of one sector), and yuan by member.

        Raises:
            LedgerError: if an amount is negative or not a number.
        """
        amounts = np.array([amount for _, _, amount in bills])
        if not float(amounts.min()) >= 0.0:
            raise LedgerError(f"negative or undefined payment among {', '.join(kind for kind, _, _ in bills)}")
        block, giver = self.of(sector), self.sectors.index(sector)
        outlay = np.add.reduce(amounts, axis=0)
        self.paid[block] += outlay
        self.deposits[block] -= outlay
        payees, sums = [], []
        for (kind, payee, _), amount, total in zip(bills, amounts, amounts.sum(axis=1).tolist(), strict=True):
            if total == 0.0:
                continue
            if isinstance(payee, np.ndarray):
                payees.append(payee)
                sums.append(amount)
            else:
                self.received[payee] += total
                self.deposits[payee] += total
            self.flows[FLOW[kind], giver, self._sector_of(payee)] += total
        if payees:
            income = np.bincount(np.concatenate(payees), weights=np.concatenate(sums), minlength=self.count)
            self.received += income
            self.deposits += income

    def _move(self, who: Index, record: np.ndarray, values: float | np.ndarray, total: float, change: np.ufunc) -> int:
        """Change deposits and one record of the accounts; return their sector."""
        if not isinstance(who, slice | np.ndarray):
            values = total
        _change(record, who, values, np.add)
        _change(self.deposits, who, values, change)
        return self._sector_of(who)

    def _sector_of(self, who: Index) -> int:
        """Give the number of the sector that accounts belong to."""
        if isinstance(who, slice):
            return self._sector[who.start]
        return self._sector[who.flat[0] if isinstance(who, np.ndarray) else who]

    def lend(self, borrower: Index, amount: float | np.ndarray) -> None:
        """Grant loans: the borrower's deposit and debt rise together."""
        for stock in (self.deposits, self.loans):
            _change(stock, borrower, amount, np.add)

    def repay(self, borrower: Index, amount: np.ndarray) -> None:
        """Pay back principal: deposit and debt fall together."""
        for stock in (self.deposits, self.loans):
            _change(stock, borrower, amount, np.subtract)

    def write_off(self, borrower: np.ndarray, bank: int, amount: np.ndarray) -> None:
        """Forgive debt at the bank's own expense."""
        np.subtract.at(self.loans, borrower, amount)
        total = float(amount.sum())
        np.add.at(self.received, borrower, amount)
        self.paid[bank] += total
        self.deposits[bank] -= total
        if amount.size:
            self.flows[FLOW["writeoff"], self.sector_of[bank], self.sector_of[borrower.flat[0]]] += total

    def close_against(self, outside: int) -> None:
        """Set the outside world's opening position so that net financial assets sum to zero."""
        self.deposits[outside] -= float((self.deposits - self.loans).sum())

    def check(self, tolerance: float) -> float:
        """Verify the money identities and return the largest relative error.

        Raises:
            LedgerError: if net financial assets do not sum to zero, or an account's change differs from
                its recorded receipts less payments, beyond the tolerance.
        """
        net = self.deposits - self.loans
        scale = max(1.0, float(np.abs(net).sum()), float(self.received.sum()))
        total_error = abs(float(net.sum())) / scale
        drift = float(np.abs(net - self._opening - (self.received - self.paid)).max()) / scale
        matrix = abs(float(self.flows.sum()) - float(self.received.sum())) / scale
        worst = max(total_error, drift, matrix)
        if not worst <= tolerance:
            raise LedgerError(f"money is not conserved: {total_error:.2e}, {drift:.2e}, {matrix:.2e}")
        return worst

    def copy(self) -> Ledger:
        """Return an independent ledger with the same positions."""
        twin = object.__new__(Ledger)
        twin.__dict__.update(self.__dict__)
        for name in ("deposits", "loans", "received", "paid", "flows", "_opening"):
            setattr(twin, name, getattr(self, name).copy())
        return twin
