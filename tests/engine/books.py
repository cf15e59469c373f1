"""The accounts kept a second time: money, matter and people re-derived from the arrays, not asked of the model."""

from __future__ import annotations

import numpy as np

from ccepz_sim import PilotZone
from ccepz_sim.state.ledger import Flow, Sector

MONEY = 1e-9
MATTER = 1e-9
SIGNED = (
    "gdp", "gdp_real", "industrial_value_added", "industrial_value_added_real", "net_migration",
    "budget_balance", "profit",
)  # fmt: skip
NOT_A_SHARE = ("firm_debt_ratio",)
SLACK = 1e-9


class Books:
    """Observer: compares every quarter's closing positions with its own opening ones plus the recorded flows."""

    def __init__(self, zone: PilotZone) -> None:
        """Take the opening positions of a zone and watch it from now on."""
        self.quarters = 0
        self.take(zone)
        zone.observers = (*zone.observers, self)

    def take(self, zone: PilotZone) -> None:
        """Remember positions as the opening of the next quarter."""
        self.wealth = zone.state.ledger.deposits - zone.state.ledger.loans
        self.stock = zone.state.materials.safe + zone.state.materials.unsafe
        self.persons = heads(zone)
        self.alive = zone.state.firms.alive.copy()

    def __call__(self, zone: PilotZone) -> None:
        """Check the quarter that ended."""
        self.money(zone)
        self.matter(zone)
        self.people(zone)
        no_negative_stock(zone)
        indicators_sound(zone)
        self.take(zone)
        self.quarters += 1

    def money(self, zone: PilotZone) -> None:
        """Closed economy; each account by its receipts; each sector by row and column of the flow matrix; B31."""
        ledger = zone.state.ledger
        wealth = ledger.deposits - ledger.loans
        scale = float(np.abs(wealth).sum())
        assert abs(float(wealth.sum())) <= MONEY * scale
        change = wealth - self.wealth
        assert np.abs(change - (ledger.received - ledger.paid)).max() <= MONEY * scale
        flows = ledger.flows
        assert (flows >= 0.0).all()
        sector = np.bincount(ledger.sector_of, weights=change, minlength=len(Sector))
        by_matrix = flows.sum(axis=(0, 1)) - flows.sum(axis=(0, 2))
        assert np.abs(sector - by_matrix).max() <= MONEY * scale
        if self.nobody_left(zone):
            # What firms say they sold, paid and bribed is what crossed the ledger.
            for kind, giver, taker, said in (
                (Flow.SALES, Sector.OUTSIDE, Sector.FIRMS, zone.state.firms.sales),
                (Flow.WAGES, Sector.FIRMS, Sector.HOUSEHOLDS, zone.state.firms.wage_bill),
                (Flow.BRIBES, Sector.FIRMS, Sector.HOUSEHOLDS, zone.state.firms.bribe),
            ):
                booked = float(flows[kind, giver, taker])
                assert abs(booked - float(said.sum())) <= MONEY * max(1.0, booked), kind

    def matter(self, zone: PilotZone) -> None:
        """Place by material: what came in less what went out is the change of the stock; waste made is booked; B32."""
        book = zone.state.materials
        stock = book.safe + book.unsafe
        inflow = self.stock + book.generated + book.imported
        outflow = book.reused + book.treated + book.discharged + book.exported
        assert (np.abs(inflow - outflow - stock) <= MATTER * np.maximum(1.0, inflow)).all()
        for name, tonnes in book.arrays():
            assert name in ("safe", "unsafe") or (tonnes >= 0.0).all(), name
        sent, came = book.exported.sum(axis=0), book.imported.sum(axis=0)
        assert (np.abs(sent - came) <= MATTER * np.maximum(1.0, sent)).all()
        firms, kinds = zone.state.firms, zone.state.technology.waste_kind
        made = np.zeros_like(stock)
        for slot in (0, 1):
            rows = np.flatnonzero(kinds[:, slot] >= 0)
            np.add.at(made, (firms.place[rows], kinds[rows, slot]), firms.waste[rows, slot])
        if self.nobody_left(zone):
            assert (np.abs(made - book.generated) <= MATTER * np.maximum(1.0, made)).all()
            given = firms.used_waste.sum()
            assert abs(given - zone.state.materials.exchanged.sum()) <= MATTER * max(1.0, given)
        else:
            assert (made <= book.generated * (1.0 + MATTER) + MATTER).all()

    def people(self, zone: PilotZone) -> None:
        """Heads counted row by row: opening + births - deaths + arrivals - departures, nobody moves to himself."""
        now = heads(zone)
        people = zone.state.population
        moves = people.moves
        assert (moves >= 0).all()
        assert not moves.diagonal().any()
        expected = self.persons + people.births - people.deaths + moves.sum(axis=0) - moves.sum(axis=1)
        assert (now == expected).all()
        assert now.sum() - self.persons.sum() == people.births.sum() - people.deaths.sum()
        assert (people.persons == now).all()
        living = people.town >= 0
        assert (people.weight[living] >= 1).all()
        assert (people.employer[~living] < 0).all()

    def nobody_left(self, zone: PilotZone) -> bool:
        """Say that no firm was closed, so that nothing of the quarter's figures was cleared."""
        return not (self.alive & ~zone.state.firms.alive).any() and not (zone.state.firms.exited == zone.quarter).any()


def heads(zone: PilotZone) -> np.ndarray:
    """Count persons by place, the rest of China last, in whole numbers."""
    people = zone.state.population
    living = people.town >= 0
    found = np.zeros(people.outside + 1, dtype=np.int64)
    np.add.at(found, people.town[living], people.weight[living])
    return found


def no_negative_stock(zone: PilotZone) -> None:
    """Stocks of goods, people, posts and debt never fall below zero."""
    firms, matter = zone.state.firms, zone.state.materials
    scale = max(1.0, float(np.abs(zone.state.ledger.loans).max()))
    assert zone.state.ledger.loans.min() >= -MONEY * scale
    tonnes = max(1.0, float((matter.safe + matter.unsafe).max()))
    assert min(matter.safe.min(), matter.unsafe.min()) >= -MATTER * tonnes
    for name in ("capacity", "output", "sales", "staff", "posts", "waste", "emission", "reported_emission", "water",
                 "energy", "co2", "bribe", "tax_due", "evaded_tax", "pending_fine", "abatement_cost", "research",
                 "book_capital", "investment", "deposit_held", "reused", "used_waste", "outdated"):  # fmt: skip
        assert (getattr(firms, name) >= 0.0).all(), name
    assert (firms.reported_emission <= firms.emission * (1.0 + SLACK)).all()
    assert (zone.state.institutes.people >= 0.0).all()
    assert (zone.state.towns.employed >= 0.0).all()
    assert (zone.state.towns.vacancies >= 0.0).all()
    for name in ("awareness", "trust"):
        values = getattr(zone.state.population, name)
        assert (values >= -SLACK).all(), name
        assert (values <= 1.0 + SLACK).all(), name


def indicators_sound(zone: PilotZone) -> None:
    """Every indicator is a number; shares lie within 0-1; what cannot be negative is not; sectors add up."""
    recorder = zone.recorder
    row = recorder.values[recorder.used - 1]
    for number, (name, item) in enumerate(recorder.catalogue.items()):
        values = row[number]
        assert np.isfinite(values).all(), name
        if name not in SIGNED:
            assert (values >= 0.0).all(), name
        if item.unit == "1" and name not in NOT_A_SHARE:
            assert (values <= 1.0 + SLACK).all(), name
        if item.unit == "points":
            assert (values <= 100.0 + SLACK).all(), name
    shares = sum(row[recorder.index[f"sector_share_{name}"], 0, 0] for name in ("primary", "secondary", "tertiary"))
    assert abs(shares - 1.0) <= SLACK
