"""Firm: produces, abates or hides, bribes or not, invests, researches, hires, borrows, fails."""

from __future__ import annotations

from ccepz_sim.agents.view import RowAgent
from ccepz_sim.state.firms import MINDSETS
from ccepz_sim.text.label import Label


class Firm(RowAgent):
    """One firm; rows not yet used by an entrant are not alive."""

    @property
    def code(self) -> str:
        """The firm's code, for instance G-003."""
        return self.model.state.firms.codes[self.row]

    @property
    def label(self) -> Label:
        """Product and code in both languages; no real company is named."""
        name = self.model.content.table("products").labels[self.product_row]
        return Label(f"{name.en} {self.code}", f"{name.zh} {self.code}")

    @property
    def product_row(self) -> int:
        """Row of the product table."""
        return int(self.model.state.firms.product[self.row])

    @property
    def place(self) -> str:
        """Id of the town it stands in."""
        return self.model.state.world.places[int(self.model.state.firms.place[self.row])]

    @property
    def alive(self) -> bool:
        """Whether it is in business."""
        return bool(self.model.state.firms.alive[self.row])

    @property
    def colluding(self) -> bool:
        """Whether it has a deal with its official now."""
        return bool(self.model.state.firms.colluding[self.row])

    @property
    def mindset(self) -> str:
        """How it sees the circular economy."""
        return MINDSETS[int(self.model.state.firms.mindset[self.row])]

    @property
    def cash(self) -> float:
        """Deposits, yuan."""
        return float(self.model.state.ledger.deposits[self.model.state.ledger.firms + self.row])

    @property
    def debt(self) -> float:
        """Loans, yuan."""
        return float(self.model.state.ledger.loans[self.model.state.ledger.firms + self.row])

    @property
    def profit(self) -> float:
        """Profit of the last quarter, yuan."""
        return float(self.model.state.firms.profit[self.row])

    @property
    def staff(self) -> float:
        """Persons employed."""
        return float(self.model.state.firms.staff[self.row].sum())
