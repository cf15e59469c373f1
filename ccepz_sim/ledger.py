"""Every yuan moves here: one double-entry ledger between named accounts.

Deposits and loans are stocks; payments move deposits; a loan creates a deposit. Net financial assets of
all accounts, the outside world included, sum to zero in every quarter.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt

from ccepz_sim.compiled import compiled
from ccepz_sim.state.declare import Dims, Record, Shared, Size

Index = int | slice | np.ndarray


class Flow(IntEnum):
    """Kinds of payments."""

    SALES = 0
    INPUTS = 1
    WAGES = 2
    ABATEMENT = 3
    WASTE_SERVICE = 4
    INVESTMENT = 5
    RESEARCH = 6
    DIVIDENDS = 7
    CONSUMPTION = 8
    IMPORTS = 9
    TRANSFERS = 10
    VAT = 11
    PROFIT_TAX = 12
    RESOURCE_TAX = 13
    POLLUTION_TAX = 14
    PERMITS = 15
    INCOME_TAX = 16
    FINES = 17
    BRIBES = 18
    SUBSIDIES = 19
    FUNDS = 20
    MISUSE = 21
    PROGRAMMES = 22
    INTEREST = 23
    GUARANTEE = 24
    BY_PRODUCTS = 25
    LAND = 26
    TRAINING = 27
    HOUSEHOLD_TRANSFER = 28
    RESTORATION = 29
    ADMINISTRATION = 30
    WRITEOFF = 31
    LOBBYING = 32
    DEPOSIT_HELD = 33
    DEPOSIT_RETURNED = 34
    DEPOSIT_FORFEITED = 35
    CAPITAL_OF_ENTRANTS = 36
    BUDGET = 37


class Sector(IntEnum):
    """Kinds of accounts, in the order of their numbers."""

    FIRMS = 0
    BODIES = 1
    HOUSEHOLDS = 2  # of a place
    SERVICES = 3  # of a place
    CONSTRUCTION = 4  # of a place
    AGRICULTURE = 5  # of a place
    INSTITUTES = 6
    BANKS = 7
    TRUST = 8  # restoration deposits
    OUTSIDE = 9  # the world beyond


SINGLE, NEIGHBOURS, LISTED = 0, 1, 2  # one account, accounts in a row, accounts by number
NO_ROWS = np.empty(0, dtype=np.int64)
NOTHING = 0  # no payment was refused

Accounts = Annotated[npt.NDArray[np.float64], Dims.of("accounts")]
Numbers = Annotated[npt.NDArray[np.int64], Dims.of("accounts")]
Flows = Annotated[npt.NDArray[np.float64], Dims.of(len(Flow), len(Sector), len(Sector))]


class LedgerError(AssertionError):
    """Money was created, destroyed or moved with a negative sign."""


class Ledger(Record):
    """Positions of all accounts, yuan, and the transaction-flow matrix of the quarter.

    `ledger.firms + row` is the account of a firm, and so on; `pay` moves money within compiled rules, `Ledger.pay`
    between many accounts from Python. What an account gets from the outside world and pays to it is kept as well
    <- whoever pays.
    """

    accounts: Final[Size]
    # first account of each sector
    firms: int
    bodies: int
    households: int
    services: int
    construction: int
    agriculture: int
    institutes: int
    banks: int
    trust: int
    outside: int
    # two of the banks
    bank: int
    guarantee: int
    refused: int  # the last payment that was not a number above or equal to 0: its kind and 1
    deposits: Final[Accounts]  # money
    loans: Final[Accounts]  # debt
    received: Final[Accounts]  # this quarter
    paid: Final[Accounts]  # this quarter
    came_in: Final[Accounts]  # from the outside world this quarter
    went_out: Final[Accounts]  # to the outside world this quarter
    opening: Final[Accounts]  # deposits less loans at the start of the quarter
    sector_of: Final[Numbers]
    flows: Final[Flows]  # this quarter, by kind, payer's and payee's sector
    sizes: Shared[dict[Sector, int]]  # number of accounts
    firsts: Shared[tuple[int, ...]]  # number of the first account, by sector

    def first(self, sector: Sector) -> int:
        """Give the number of a sector's first account."""
        return self.firsts[sector]

    def account(self, sector: Sector, numbers: np.ndarray) -> np.ndarray:
        """Give the account numbers of some members of a sector."""
        return self.first(sector) + numbers

    def of(self, sector: Sector, count: int | None = None) -> slice:
        """Give the slice of a sector's accounts, or of its first few."""
        first = self.first(sector)
        return slice(first, first + (self.sizes[sector] if count is None else count))

    @property
    def firm_accounts(self) -> slice:
        """The accounts of all firm rows."""
        return self.of(Sector.FIRMS)

    def open_quarter(self) -> None:
        """Clear the flow records and remember the opening position."""
        clear_flows(self)

    def pay(self, kind: Flow, payer: Index, payee: Index, amount: float | np.ndarray) -> None:
        """Move amounts from payers to payees; what many pay to one, or one to many, meets in a single account.

        Args:
            kind: of the flow.
            payer, payee: an account, or as many as there are amounts; all of an array or a slice belong to one sector.
            amount: yuan, not negative; one or an array.

        Raises:
            LedgerError: if an amount is negative or not a number, or there are not as many accounts as amounts.
        """
        amounts = amount if isinstance(amount, np.ndarray) else np.array([amount], dtype=float)
        payer, payer_way, payers = _place(payer, amounts.size)
        payee, payee_way, payees = _place(payee, amounts.size)
        if _post(self, kind.value, payer, payer_way, payers, payee, payee_way, payees, amounts) < 0.0:
            raise LedgerError(_refusal(kind))

    def affordable(self, payer: int, amounts: np.ndarray) -> np.ndarray:
        """Scale payments so that an account never pays more than it has."""
        have = max(0.0, float(self.deposits[payer]))
        total = float(amounts.sum())
        return amounts if total <= have else amounts * (have / total)

    def lend(self, borrower: Index, amount: float | np.ndarray) -> None:
        """Grant loans: the borrower's deposit and debt rise together."""
        self._owe(borrower, amount, 1.0)

    def repay(self, borrower: Index, amount: float | np.ndarray) -> None:
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
            self.flows[Flow.WRITEOFF, self.sector_of[bank], self.sector_of[borrower.flat[0]]] += total

    def close_against(self, outside: int) -> None:
        """Set the outside world's opening position so that net financial assets sum to zero."""
        self.deposits[outside] -= float((self.deposits - self.loans).sum())

    def check(self, tolerance: float) -> float:
        """Verify the money identities and return the largest relative error.

        Raises:
            LedgerError: if net financial assets do not sum to zero, an account's change differs from its recorded
                receipts less payments, beyond the tolerance, or a compiled rule was refused a payment.
        """
        if self.refused != NOTHING:
            raise LedgerError(_refusal(Flow(self.refused - 1)))
        errors = _errors(self)
        if not all(error <= tolerance for error in errors):
            total, drift, matrix = errors
            raise LedgerError(f"money is not conserved: {total:.2e}, {drift:.2e}, {matrix:.2e}")
        return max(errors)


def make_ledger(sizes: Mapping[Sector, int]) -> Ledger:
    """Open the accounts of all sectors, numbered through in the order of `Sector`; a sector may have none."""
    held = {sector: sizes.get(sector, 0) for sector in Sector}
    counts = list(held.values())
    ledger = Ledger.make(accounts=sum(counts)).fill(sizes=held, sector_of=np.repeat(np.arange(len(Sector)), counts))
    firsts = tuple(sum(counts[:number]) for number in range(len(counts)))
    ledger.fill(firsts=firsts, **{sector.name.lower(): firsts[sector] for sector in Sector})
    return ledger


@compiled
def pay(ledger: Ledger, kind: Flow, payer: int, payee: int, amount: float) -> None:
    """Move an amount from one account to another, within compiled rules.

    A negative or undefined amount does not move; `Ledger.check` raises for it at the end of the quarter.

    Args:
        kind: of the flow; amount: yuan.
    """
    if amount > 0.0:
        ledger.deposits[payer] -= amount
        ledger.paid[payer] += amount
        ledger.deposits[payee] += amount
        ledger.received[payee] += amount
        ledger.flows[kind, ledger.sector_of[payer], ledger.sector_of[payee]] += amount
        if payer == ledger.outside:
            ledger.came_in[payee] += amount
        elif payee == ledger.outside:
            ledger.went_out[payer] += amount
    elif amount != 0.0:
        ledger.refused = kind + 1


@compiled
def lend(ledger: Ledger, borrower: int, amount: float) -> None:
    """Grant a loan within compiled rules: deposit and debt rise together; a negative amount pays back."""
    ledger.deposits[borrower] += amount
    ledger.loans[borrower] += amount


@compiled
def write_off(ledger: Ledger, borrower: int, bank: int, amount: float) -> None:
    """Forgive debt at the bank's own expense, within compiled rules.

    A negative or undefined amount is refused as by `pay`.
    """
    if amount > 0.0:
        ledger.loans[borrower] -= amount
        ledger.received[borrower] += amount
        ledger.paid[bank] += amount
        ledger.deposits[bank] -= amount
        ledger.flows[Flow.WRITEOFF, ledger.sector_of[bank], ledger.sector_of[borrower]] += amount
    elif amount != 0.0:
        ledger.refused = Flow.WRITEOFF + 1


@compiled
def clear_flows(ledger: Ledger) -> None:
    """Clear the flow records and remember the opening position, within compiled rules."""
    for account in range(ledger.accounts):
        ledger.opening[account] = ledger.deposits[account] - ledger.loans[account]
        ledger.received[account] = ledger.paid[account] = 0.0
        ledger.came_in[account] = ledger.went_out[account] = 0.0
    ledger.flows[:] = 0.0


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
    ledger: Ledger, kind: int, payer: int, payer_way: int, payers: np.ndarray, payee: int, payee_way: int,
    payees: np.ndarray, amounts: np.ndarray,
) -> float:  # fmt: skip
    """Move amounts and return their total; -1, and nothing moves, if one is negative or not a number.

    What comes from or goes to the outside world is noted by account, the total as a flow between sectors.
    """
    total = _total(amounts)
    if total > 0.0:
        ledger.flows[kind, ledger.sector_of[payer], ledger.sector_of[payee]] += total
        if payer_way == SINGLE and payer == ledger.outside:
            _add(ledger.came_in, payee, payee_way, payees, amounts, total, 1.0)
        elif payee_way == SINGLE and payee == ledger.outside:
            _add(ledger.went_out, payer, payer_way, payers, amounts, total, 1.0)
        _add(ledger.paid, payer, payer_way, payers, amounts, total, 1.0)
        _add(ledger.deposits, payer, payer_way, payers, amounts, total, -1.0)
        _add(ledger.received, payee, payee_way, payees, amounts, total, 1.0)
        _add(ledger.deposits, payee, payee_way, payees, amounts, total, 1.0)
    return total


@compiled
def _errors(ledger: Ledger) -> tuple[float, float, float]:
    """Give the relative errors of the money identities: sum of positions, change of an account, sum of flows."""
    flows = ledger.flows.sum()
    total = size = drift = receipts = 0.0
    for account in range(ledger.accounts):
        net = ledger.deposits[account] - ledger.loans[account]
        total += net
        size += abs(net)
        receipts += ledger.received[account]
        change = ledger.received[account] - ledger.paid[account]
        drift = np.maximum(drift, abs(net - ledger.opening[account] - change))  # keeps what is not a number
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


def _refusal(kind: Flow) -> str:
    return f"negative or undefined payment of kind {kind.name.lower()}"
