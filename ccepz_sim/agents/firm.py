"""Firm: produces, abates or hides, bribes or not, invests, researches, hires, borrows, fails."""

from __future__ import annotations

from ccepz_sim.agents.view import Column, RowAgent
from ccepz_sim.state.firms import MINDSETS
from ccepz_sim.text.label import Label


class Firm(RowAgent):
    """One firm; rows not yet used by an entrant are not alive. Flows are of the last quarter, money in yuan."""

    alive = Column(lambda zone: zone.firms.alive, bool)
    colluding = Column(lambda zone: zone.firms.colluding | zone.firms.waste_deal, bool)
    punished = Column(lambda zone: zone.firms.punished, bool)
    product_row = Column(lambda zone: zone.firms.product, int)
    place_row = Column(lambda zone: zone.firms.place, int)
    capacity = Column(lambda zone: zone.firms.capacity, float)  # units of the product a quarter
    outdated = Column(lambda zone: zone.firms.outdated, float)
    chain = Column(lambda zone: zone.firms.chain, float)
    brand = Column(lambda zone: zone.firms.brand, float)
    clean = Column(lambda zone: zone.firms.clean, float)
    so2 = Column(lambda zone: zone.firms.emission[:, 0], float)
    sales = Column(lambda zone: zone.firms.sales, float)
    profit = Column(lambda zone: zone.firms.profit, float)
    bribe = Column(lambda zone: zone.firms.bribe, float)
    evaded_tax = Column(lambda zone: zone.firms.evaded_tax, float)
    research = Column(lambda zone: zone.firms.research, float)
    innovations = Column(lambda zone: zone.firms.innovations, float)
    granted = Column(lambda zone: zone.firms.granted, float)
    misused = Column(lambda zone: zone.firms.misused, float)
    investment = Column(lambda zone: zone.firms.investment, float)
    staff = Column(lambda zone: zone.firms.staff.sum(axis=1), float)  # persons employed
    cash = Column(lambda zone: zone.ledger.deposits[zone.ledger.firm_accounts], float)
    debt = Column(lambda zone: zone.ledger.loans[zone.ledger.firm_accounts], float)

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
    def place(self) -> str:
        """Id of the town it stands in."""
        return self.model.state.world.places[self.place_row]

    @property
    def mindset(self) -> str:
        """How it sees the circular economy."""
        return MINDSETS[int(self.model.state.firms.mindset[self.row])]
