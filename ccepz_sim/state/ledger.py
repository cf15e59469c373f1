"""Every yuan moves here: one double-entry ledger between named accounts.

Deposits and loans are stocks; payments move deposits; a loan creates a deposit. Net financial assets of
all accounts, the outside world included, sum to zero in every quarter.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.declare import Dims, Record, Shared, Size

Index = int | slice | np.ndarray


class Flow(IntEnum):
    """Kinds of payments, and who pays whom: a payment between others is a fault (`scripts/check_rules.py`)."""

    SALES = 0  # outside -> firms, agriculture
    INPUTS = 1  # firms -> services; firms, services, construction, agriculture, institutes -> outside
    WAGES = 2  # firms, services, construction, agriculture, institutes, outside -> households
    ABATEMENT = 3  # firms -> outside
    WASTE_SERVICE = 4  # firms -> services
    INVESTMENT = 5  # firms, outside -> construction; firms -> outside; outside -> firms
    RESEARCH = 6  # firms -> households, outside
    DIVIDENDS = 7  # firms, services, construction -> households; firms, banks -> outside
    CONSUMPTION = 8  # households -> services
    IMPORTS = 9  # households -> outside
    TRANSFERS = 10  # outside, bodies -> bodies
    VAT = 11  # firms -> bodies, outside
    PROFIT_TAX = 12  # firms -> bodies, outside
    RESOURCE_TAX = 13  # firms -> bodies, outside
    POLLUTION_TAX = 14  # firms -> bodies, outside
    PERMITS = 15  # firms -> firms, bodies
    INCOME_TAX = 16  # households -> outside
    FINES = 17  # firms, households -> bodies
    BRIBES = 18  # firms -> households
    SUBSIDIES = 19  # bodies -> firms
    FUNDS = 20  # bodies -> firms
    MISUSE = 21  # firms -> outside
    PROGRAMMES = 22  # bodies -> households, services, construction, institutes; outside -> institutes
    INTEREST = 23  # firms, bodies -> banks
    GUARANTEE = 24  # firms, banks -> banks
    BY_PRODUCTS = 25  # firms -> firms
    HOUSEHOLD_TRANSFER = 26  # outside -> households
    RESTORATION = 27  # bodies -> construction
    ADMINISTRATION = 28  # bodies, outside -> households, services
    WRITEOFF = 29  # banks -> firms
    LOBBYING = 30  # firms -> services
    DEPOSIT_HELD = 31  # firms -> trust
    DEPOSIT_RETURNED = 32  # trust -> firms
    DEPOSIT_FORFEITED = 33  # trust -> bodies
    CAPITAL_OF_ENTRANTS = 34  # outside -> firms
    BUDGET = 35  # bodies -> bodies


class Sector(IntEnum):
    """Kinds of accounts, in the order of their numbers."""

    FIRMS = 0  # of a firm
    BODIES = 1  # of a body
    HOUSEHOLDS = 2  # of a place
    SERVICES = 3  # of a place
    CONSTRUCTION = 4  # of a place
    AGRICULTURE = 5  # of a place
    INSTITUTES = 6  # of an institute
    BANKS = 7
    TRUST = 8  # restoration deposits
    OUTSIDE = 9  # the world beyond


SINGLE, NEIGHBOURS, LISTED = 0, 1, 2  # one account, accounts in a row, accounts by number
NO_ROWS = np.empty(0, dtype=np.int64)
NOTHING = 0  # no payment was refused
NO_BORROWER = -1000  # a loan was to be granted to, or forgiven, an account there is not

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

    accounts: Final[Size]  # accounts
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
    bank: int  # account, one of BANKS
    guarantee: int  # account, one of BANKS
    refused: int  # the last payment that was not possible: its kind and 1, negative where there is no such account
    deposits: Final[Accounts]  # yuan, money
    loans: Final[Accounts]  # yuan, debt
    received: Final[Accounts]  # yuan this quarter
    paid: Final[Accounts]  # yuan this quarter
    came_in: Final[Accounts]  # yuan from the outside world this quarter
    went_out: Final[Accounts]  # yuan to the outside world this quarter
    opening: Final[Accounts]  # yuan, deposits less loans at the start of the quarter
    sector_of: Final[Numbers]  # index of the sector
    flows: Final[Flows]  # yuan this quarter, by kind, payer's and payee's sector
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
            LedgerError: if an amount is negative or not a number, there are not as many accounts as amounts, or kind or
            account does not exist.
        """
        if not isinstance(kind, Flow):
            raise LedgerError(f"there is no kind of payment {kind}{_nearest(str(kind))}")
        amounts = amount if isinstance(amount, np.ndarray) else np.array([amount], dtype=float)
        payer, payer_way, payers = _place(payer, amounts.size, self.accounts)
        payee, payee_way, payees = _place(payee, amounts.size, self.accounts)
        if _post(self, kind.value, payer, payer_way, payers, payee, payee_way, payees, amounts) < 0.0:
            raise LedgerError(_refusal(kind + 1))

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
        place = _place(borrower, amounts.size, self.accounts)
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
            raise LedgerError(_refusal(self.refused))
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

    A negative or undefined amount does not move, nor does one of an account there is not; `Ledger.check` raises for it
    at the end of the quarter.

    Args:
        kind: of the flow; payer, payee: accounts; amount: yuan.
    """
    if not (0 <= payer < ledger.accounts and 0 <= payee < ledger.accounts):
        ledger.refused = -1 - kind
    elif amount > 0.0:
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
    """Grant a loan within compiled rules: deposit and debt rise together; a negative amount pays back.

    Args:
        borrower: account; amount: yuan.
    """
    if 0 <= borrower < ledger.accounts:
        ledger.deposits[borrower] += amount
        ledger.loans[borrower] += amount
    else:
        ledger.refused = NO_BORROWER


@compiled
def write_off(ledger: Ledger, borrower: int, bank: int, amount: float) -> None:
    """Forgive debt at the bank's own expense, within compiled rules.

    A negative or undefined amount is refused as by `pay`.

    Args:
        borrower, bank: accounts; amount: yuan.
    """
    if not (0 <= borrower < ledger.accounts and 0 <= bank < ledger.accounts):
        ledger.refused = NO_BORROWER
    elif amount > 0.0:
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


def _place(who: Index, count: int, accounts: int) -> tuple[int, int, np.ndarray]:
    """Give first account, way of counting and numbers of accounts, for the compiled postings.

    Raises:
        LedgerError: there are not as many accounts as amounts, or one does not exist.
    """
    if isinstance(who, slice):
        place, size, ends = (who.start, NEIGHBOURS, NO_ROWS), who.stop - who.start, (who.start, who.stop - 1)
    elif isinstance(who, np.ndarray):
        place, size = ((int(who[0]) if who.size else 0), LISTED, who), who.size
        ends = (int(who.min()), int(who.max())) if who.size else (0, 0)
    else:
        place, size, ends = (who, SINGLE, NO_ROWS), count, (who, who)
    if size != count:
        raise LedgerError(f"{count} amounts for {size} accounts")
    if not (ends[0] >= 0 and ends[1] < accounts):
        raise LedgerError(f"there is no account {ends[0] if ends[0] < 0 else ends[1]}: the last is {accounts - 1}")
    return place


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name.upper(), Flow.__members__, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _refusal(refused: int) -> str:
    """Say what was refused, see `Ledger.refused`."""
    if refused == NO_BORROWER:
        return "a loan of an account that does not exist"
    kind = Flow(abs(refused) - 1).name.lower()
    if refused < 0:
        return f"payment of kind {kind} with an account that does not exist"
    return f"negative or undefined payment of kind {kind}"
