"""Money of towns and bodies: wages, purchases, transfers from above, works, debt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.ledger import Flow, Sector
from ccepz_sim.state.world import PUBLIC

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def _town_needs(
    employed: np.ndarray,
    wage: np.ndarray,
    persons: np.ndarray,
    purchases_a_head: float,
    prices: float,
    enforcement_money: float,
    own_revenue: np.ndarray,
    town_share: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give what public wages and purchases of places cost this quarter, both together, and less own revenue; yuan."""
    places = wage.shape[0]
    wages, purchases, need, gap = np.empty(places), np.empty(places), np.empty(places), np.empty(places)
    for place in range(places):
        bill = 0.0
        for skill in range(wage.shape[1]):
            bill += employed[PUBLIC, place, skill] * wage[place, skill]
        wages[place] = bill / QUARTERS
        purchases[place] = purchases_a_head * persons[place] * prices / QUARTERS * enforcement_money
        need[place] = wages[place] + purchases[place]
        gap[place] = need[place] - own_revenue[place] * town_share
    return wages, purchases, need, gap


@compiled
def _staff_pay(staff_cost: np.ndarray, prices: float, released: np.ndarray, deposits: np.ndarray) -> np.ndarray:
    """Give what bodies pay their staff this quarter as far as money was released and cash reaches, yuan."""
    pay = np.empty(deposits.size)
    for body in range(deposits.size):
        pay[body] = min(staff_cost[body] / QUARTERS * prices * released[body], max(0.0, deposits[body]))
    return pay


def pay_public_side(zone: Zone) -> None:
    """Public wages, purchases and transfers from above; the higher level meets part of any new gap."""
    ledger, p = zone.ledger, zone.p.fiscal
    inside = zone.world.zone_count
    wages, purchases, need, gap = _town_needs(
        zone.towns.employed, zone.towns.wage, zone.population.persons, p.purchases, zone.prices.general,
        zone.governance.enforcement_money, zone.towns.own_revenue, p.town_share,
    )  # fmt: skip
    towns, gap = zone.ledger.bodies + zone.towns.body[:inside], gap[:inside]
    base_gap = zone.towns.base_gap[:inside]
    if np.isnan(base_gap[0]):
        base_gap[:] = np.maximum(0.0, gap)
    usual = base_gap * (1.0 + p.transfer_growth) ** (zone.quarter / QUARTERS)
    ledger.pay(Flow.TRANSFERS, zone.ledger.outside, towns, np.maximum(0.0, usual + p.equalisation * (gap - usual)))
    for amount, sector in ((wages, Sector.HOUSEHOLDS), (purchases, Sector.SERVICES)):
        accounts = ledger.of(sector)
        here = slice(accounts.start, accounts.start + inside)
        ledger.pay(Flow.ADMINISTRATION, towns, here, amount[:inside])
        ledger.pay(Flow.ADMINISTRATION, zone.ledger.outside, slice(here.stop, accounts.stop), amount[inside:])
    bodies, staff = ledger.of(Sector.BODIES), zone.bodies
    paid = _staff_pay(staff.staff_cost, zone.prices.general, staff.released, ledger.deposits[bodies])
    ledger.pay(Flow.ADMINISTRATION, bodies, ledger.account(Sector.HOUSEHOLDS, zone.bodies.staff_home), paid)
    _help_towns(zone, towns)
    _public_works(zone, towns, need[:inside])
    _public_debt(zone)


def _help_towns(zone: Zone, towns: np.ndarray) -> None:
    """The prefecture covers overdrawn towns as far as its cash reaches.

    Args:
        towns: accounts of the towns' bodies.
    """
    ledger = zone.ledger
    holes = np.maximum(0.0, -ledger.deposits[towns])
    if holes.any():
        ledger.pay(
            Flow.BUDGET,
            zone.ledger.bodies + zone.body.prefecture,
            towns,
            zone.ledger.affordable(zone.ledger.bodies + zone.body.prefecture, holes),
        )


@compiled
def _works(
    deposits: np.ndarray,
    towns: np.ndarray,
    need: np.ndarray,
    centre: int,
    planned_cost: np.ndarray,
    persons: np.ndarray,
    works_share: float,
    reserve_quarters: float,
    works_building: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give what towns put into building and services, and what the prefecture puts into both there by head; yuan."""
    count = towns.size
    built, served, also_built, also_served = np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    more = works_share * max(0.0, deposits[centre] - reserve_quarters * planned_cost.sum())
    everybody = max(1, persons[:count].sum())
    for town in range(count):
        spare = works_share * max(0.0, deposits[towns[town]] - reserve_quarters * need[town])
        built[town] = spare * works_building
        served[town] = spare * (1.0 - works_building)
        spread = more * persons[town] / everybody
        also_built[town] = spread * works_building
        also_served[town] = spread * (1.0 - works_building)
    return built, served, also_built, also_served


def _public_works(zone: Zone, towns: np.ndarray, need: np.ndarray) -> None:
    """Towns and the prefecture put cash beyond a reserve into works and services of their place.

    Args:
        towns: accounts of the towns' bodies; need: their wages and purchases, yuan; one shape.
    """
    ledger, p = zone.ledger, zone.p.fiscal
    builders, services = (ledger.of(sector, len(towns)) for sector in (Sector.CONSTRUCTION, Sector.SERVICES))
    centre = zone.ledger.bodies + zone.body.prefecture
    built, served, also_built, also_served = _works(
        ledger.deposits, towns, need, centre, zone.bodies.planned_cost, zone.population.persons, p.works_share,
        p.reserve_quarters, p.works_building,
    )  # fmt: skip
    ledger.pay(Flow.PROGRAMMES, towns, builders, built)
    ledger.pay(Flow.PROGRAMMES, towns, services, served)
    ledger.pay(Flow.PROGRAMMES, centre, builders, also_built)
    ledger.pay(Flow.PROGRAMMES, centre, services, also_served)


@compiled
def _debt_service(
    deposits: np.ndarray, loans: np.ndarray, public_rate: float, amortisation: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give interest and repayment of bodies as far as cash reaches, yuan."""
    interest, repaid = np.empty(loans.size), np.empty(loans.size)
    for body in range(loans.size):
        cash = max(0.0, deposits[body])
        interest[body] = min(cash, loans[body] * public_rate / QUARTERS)
        repaid[body] = min(loans[body] * amortisation, cash - interest[body])
    return interest, repaid


def _public_debt(zone: Zone) -> None:
    """Bodies pay interest on their debt and repay a little while they have cash."""
    ledger, p = zone.ledger, zone.p.fiscal
    bodies = ledger.of(Sector.BODIES)
    interest, repaid = _debt_service(ledger.deposits[bodies], ledger.loans[bodies], p.public_rate, p.amortisation)
    ledger.pay(Flow.INTEREST, bodies, zone.ledger.bank, interest)
    ledger.repay(bodies, repaid)
    surplus = max(0.0, float(ledger.deposits[zone.ledger.bank]) - zone.public.bank_base) * p.bank_payout
    ledger.pay(Flow.DIVIDENDS, zone.ledger.bank, zone.ledger.outside, surplus)
