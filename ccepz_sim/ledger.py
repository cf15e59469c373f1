"""Every yuan moves here: one double-entry ledger between named accounts.

Deposits and loans are stocks; payments move deposits; a loan creates a deposit. Net financial assets of
all accounts, the outside world included, sum to zero in every quarter.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ccepz_sim.compiled import compiled

Index = int | slice | np.ndarray

FLOWS = (
    "sales", "inputs", "wages", "abatement", "waste_service", "investment", "research", "dividends", "consumption",
    "imports", "transfers", "vat", "profit_tax", "resource_tax", "pollution_tax", "permits", "income_tax",
    "fines", "bribes", "subsidies", "funds", "misuse", "programmes", "interest", "guarantee", "by_products",
    "land", "training", "household_transfer", "restoration", "administration", "writeoff", "lobbying",
    "deposit_held", "deposit_returned", "deposit_forfeited", "capital_of_entrants", "budget",
)  # fmt: skip
FLOW = {name: number for number, name in enumerate(FLOWS)}


BOOKS = DEPOSITS, LOANS, RECEIVED, PAID, CAME_IN, WENT_OUT = 0, 1, 2, 3, 4, 5  # one figure an account in each
FLOWING = slice(RECEIVED, None)  # the books that begin anew every quarter
SINGLE, NEIGHBOURS, LISTED = 0, 1, 2  # one account, accounts in a row, accounts by number
NO_ROWS = np.empty(0, dtype=np.int64)
NOWHERE = -1


@compiled
def _total(amounts: np.ndarray) -> float:
    """Add up amounts; -1 if one is negative or not a number.

    Four sums go side by side: a single one would wait for itself at every amount.
    """
    sound = True
    for amount in amounts:
        sound &= amount >= 0.0
    if not sound:
        return -1.0
    one = two = three = four = 0.0
    even = amounts.size // 4 * 4
    for at in range(0, even, 4):
        one += amounts[at]
        two += amounts[at + 1]
        three += amounts[at + 2]
        four += amounts[at + 3]
    for at in range(even, amounts.size):
        one += amounts[at]
    return (one + two) + (three + four)


@compiled
def _add(
    stock: np.ndarray, first: int, way: int, rows: np.ndarray, amounts: np.ndarray, total: float, sign: float
) -> None:
    """Add amounts, or their total where they all meet in one account, to accounts."""
    if way == SINGLE:
        stock[first] += sign * total
    elif way == NEIGHBOURS:
        for number in range(amounts.size):
            stock[first + number] += sign * amounts[number]
    else:
        for number in range(amounts.size):
            stock[rows[number]] += sign * amounts[number]


@compiled
def _post(
    books: np.ndarray,
    payer: int,
    payer_way: int,
    payers: np.ndarray,
    payee: int,
    payee_way: int,
    payees: np.ndarray,
    amounts: np.ndarray,
    outside: int,
    flows: np.ndarray,
    sector_of: np.ndarray,
    kind: int,
) -> float:
    """Move amounts and return their total; -1, and nothing moves, if one is negative or not a number.

    What comes from or goes to the outside world is noted by account, the total as a flow between sectors.
    """
    total = _total(amounts)
    if total > 0.0:
        flows[kind, sector_of[payer], sector_of[payee]] += total
        if payer_way == SINGLE and payer == outside:
            _add(books[CAME_IN], payee, payee_way, payees, amounts, total, 1.0)
        elif payee_way == SINGLE and payee == outside:
            _add(books[WENT_OUT], payer, payer_way, payers, amounts, total, 1.0)
        _add(books[PAID], payer, payer_way, payers, amounts, total, 1.0)
        _add(books[DEPOSITS], payer, payer_way, payers, amounts, total, -1.0)
        _add(books[RECEIVED], payee, payee_way, payees, amounts, total, 1.0)
        _add(books[DEPOSITS], payee, payee_way, payees, amounts, total, 1.0)
    return total


@compiled
def _errors(
    deposits: np.ndarray,
    loans: np.ndarray,
    opening: np.ndarray,
    received: np.ndarray,
    paid: np.ndarray,
    flows: float,
) -> tuple[float, float, float]:
    """Give the relative errors of the money identities: sum of positions, change of an account, sum of flows."""
    total = size = drift = receipts = 0.0
    for account in range(deposits.size):
        net = deposits[account] - loans[account]
        total += net
        size += abs(net)
        receipts += received[account]
        change = received[account] - paid[account]
        drift = np.maximum(drift, abs(net - opening[account] - change))  # keeps what is not a number
    scale = max(1.0, size, receipts)
    return abs(total) / scale, drift / scale, abs(flows - receipts) / scale


def _place(who: Index, count: int) -> tuple[int, int, np.ndarray]:
    """Give first account, way of counting and numbers of accounts, for the compiled postings.

    Raises:
        LedgerError: there are not as many accounts as amounts.
    """
    if isinstance(who, slice):
        place, size = (who.start, NEIGHBOURS, NO_ROWS), who.stop - who.start
    elif isinstance(who, np.ndarray):
        place, size = ((int(who[0]) if who.size else 0), LISTED, who), who.size
    else:
        return who, SINGLE, NO_ROWS
    if size != count:
        raise LedgerError(f"{count} amounts for {size} accounts")
    return place


class LedgerError(AssertionError):
    """Money was created, destroyed or moved with a negative sign."""


class Ledger:
    """Move money between accounts and keep the transaction-flow matrix of the quarter.

    Args:
        sizes: sector name -> number of accounts, in order; accounts are numbered through. One called "outside" is the
            world beyond: what an account gets from it and pays to it is kept in `came_in` and `went_out`, yuan.
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
        self._books = np.zeros((len(BOOKS), total))
        self.outside = self.first.get("outside", NOWHERE)
        self.flows = np.zeros((len(FLOWS), len(self.sectors), len(self.sectors)))
        self._opening = np.zeros(total)

    @property
    def deposits(self) -> np.ndarray:
        """Money of each account, yuan, shape (accounts,)."""
        return self._books[DEPOSITS]

    @property
    def loans(self) -> np.ndarray:
        """Debt of each account, yuan."""
        return self._books[LOANS]

    @property
    def received(self) -> np.ndarray:
        """What each account got this quarter, yuan."""
        return self._books[RECEIVED]

    @property
    def paid(self) -> np.ndarray:
        """What each account paid this quarter, yuan."""
        return self._books[PAID]

    @property
    def came_in(self) -> np.ndarray:
        """What each account got from the outside world this quarter, yuan."""
        return self._books[CAME_IN]

    @property
    def went_out(self) -> np.ndarray:
        """What each account paid to the outside world this quarter, yuan."""
        return self._books[WENT_OUT]

    def account(self, sector: str, number: int | np.ndarray = 0) -> int | np.ndarray:
        """Give the account number(s) of the n-th member(s) of a sector."""
        return self.first[sector] + number

    def of(self, sector: str, count: int | None = None) -> slice:
        """Give the slice of a sector's accounts, or of its first few."""
        first = self.first[sector]
        return slice(first, first + (self.sizes[sector] if count is None else count))

    def open_quarter(self) -> None:
        """Clear the flow records and remember the opening position."""
        self._books[FLOWING] = 0.0
        self.flows[:] = 0.0
        np.subtract(self.deposits, self.loans, out=self._opening)

    def pay(self, kind: str, payer: Index, payee: Index, amount: float | np.ndarray) -> None:
        """Move amounts from payers to payees; what many pay to one, or one to many, meets in a single account.

        Args:
            kind: name of the flow, one of FLOWS.
            payer, payee: an account, or as many as there are amounts; all of an array or a slice belong to one sector.
            amount: yuan, not negative; one or an array.

        Raises:
            LedgerError: if an amount is negative or not a number, or there are not as many accounts as amounts.
        """
        amounts = amount if isinstance(amount, np.ndarray) else np.array([amount], dtype=float)
        payer, payer_way, payers = _place(payer, amounts.size)
        payee, payee_way, payees = _place(payee, amounts.size)
        total = _post(
            self._books, payer, payer_way, payers, payee, payee_way, payees, amounts,
            self.outside, self.flows, self.sector_of, FLOW[kind],
        )  # fmt: skip
        if total < 0.0:
            raise LedgerError(f"negative or undefined payment of kind {kind}")

    def lend(self, borrower: Index, amount: float | np.ndarray) -> None:
        """Grant loans: the borrower's deposit and debt rise together."""
        self._owe(borrower, amount, 1.0)

    def repay(self, borrower: Index, amount: np.ndarray) -> None:
        """Pay back principal: deposit and debt fall together."""
        self._owe(borrower, amount, -1.0)

    def _owe(self, borrower: Index, amount: float | np.ndarray, sign: float) -> None:
        amounts = amount if isinstance(amount, np.ndarray) else np.array([amount], dtype=float)
        place = _place(borrower, amounts.size)
        for stock in (self.deposits, self.loans):
            _add(stock, *place, amounts, float(amounts.sum()), sign)

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
        flows = float(self.flows.sum())
        errors = _errors(self.deposits, self.loans, self._opening, self.received, self.paid, flows)
        if not all(error <= tolerance for error in errors):
            total, drift, matrix = errors
            raise LedgerError(f"money is not conserved: {total:.2e}, {drift:.2e}, {matrix:.2e}")
        return max(errors)

    def copy(self) -> Ledger:
        """Return an independent ledger with the same positions."""
        twin = object.__new__(Ledger)
        twin.__dict__.update(self.__dict__)
        for name in ("_books", "flows", "_opening"):
            setattr(twin, name, getattr(self, name).copy())
        return twin
