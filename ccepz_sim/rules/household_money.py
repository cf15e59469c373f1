"""Money of households and of services, builders and farms: wages, income tax, consumption, what owners take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.ledger import Flow, Sector
from ccepz_sim.numeric import clip
from ccepz_sim.state.world import CONSTRUCTION, FIRMS, SERVICES

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def _earn(
    employed: np.ndarray,
    wage: np.ndarray,
    construction_cash: np.ndarray,
    services_cash: np.ndarray,
    inside: int,
    persons: np.ndarray,
    other_income: float,
    prices: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give by place the wages builders and services can pay, those from beyond the zone, and other income; yuan."""
    places = wage.shape[0]
    built, served, far, elsewhere = np.empty(places), np.empty(places), np.empty(places), np.empty(places)
    for place in range(places):
        firms = construction = services = 0.0
        for skill in range(wage.shape[1]):
            firms += employed[FIRMS, place, skill] * wage[place, skill]
            construction += employed[CONSTRUCTION, place, skill] * wage[place, skill]
            services += employed[SERVICES, place, skill] * wage[place, skill]
        firms, construction, services = firms / QUARTERS, construction / QUARTERS, services / QUARTERS
        built[place] = min(construction, max(0.0, construction_cash[place]))
        served[place] = min(services, max(0.0, services_cash[place]))
        # of firms beyond the zone the model knows the wages only
        far[place] = 0.0 if place < inside else firms + (construction - built[place]) + (services - served[place])
        elsewhere[place] = persons[place] * other_income * prices / QUARTERS
    return built, served, far, elsewhere


@compiled
def _spend(
    received: np.ndarray,
    deposits: np.ndarray,
    income_tax: float,
    consumption: float,
    wealth_spending: float,
    local_consumption: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give by place income tax, what households spend near and far, and what they earn after tax a year; yuan."""
    places = received.size
    tax, near, far, yearly = np.empty(places), np.empty(places), np.empty(places), np.empty(places)
    for place in range(places):
        income = received[place]
        tax[place] = income_tax * income
        wealth = max(0.0, deposits[place] - tax[place])
        spend = min(wealth, consumption * (income - tax[place]) + wealth_spending * wealth)
        near[place] = spend * local_consumption
        far[place] = spend - near[place]
        yearly[place] = (income - tax[place]) * QUARTERS
    return tax, near, far, yearly


def earn_and_spend(zone: Zone) -> None:
    """Households of each place pay income tax, spend a share of income and part of their savings, most of it near."""
    ledger, towns, p, base = zone.ledger, zone.towns, zone.p.settlement, zone.base_year
    homes, farms, outside = ledger.of(Sector.HOUSEHOLDS), ledger.of(Sector.AGRICULTURE), zone.ledger.outside
    builders, services = ledger.of(Sector.CONSTRUCTION), ledger.of(Sector.SERVICES)
    farm = towns.agriculture_sales * base.agriculture_ratio
    ledger.pay(Flow.SALES, outside, farms, towns.agriculture_sales)
    ledger.pay(Flow.WAGES, farms, homes, farm)
    ledger.pay(Flow.INPUTS, farms, outside, towns.agriculture_sales - farm)
    built, served, far, elsewhere = _earn(
        towns.employed, towns.wage, ledger.deposits[builders], ledger.deposits[services], zone.world.zone_count,
        zone.population.persons, p.other_income, zone.prices.general,
    )  # fmt: skip
    ledger.pay(Flow.WAGES, builders, homes, built)
    ledger.pay(Flow.WAGES, services, homes, served)
    ledger.pay(Flow.WAGES, outside, homes, far)
    ledger.pay(Flow.HOUSEHOLD_TRANSFER, outside, homes, elsewhere)
    tax, near, imports, towns.household_income[:] = _spend(
        ledger.received[homes], ledger.deposits[homes], base.income_tax, base.consumption, p.wealth_spending,
        base.local_consumption,
    )  # fmt: skip
    ledger.pay(Flow.INCOME_TAX, homes, outside, tax)
    ledger.pay(Flow.CONSUMPTION, homes, services, near)
    ledger.pay(Flow.IMPORTS, homes, outside, imports)


@compiled
def _sector_shares(
    sales: np.ndarray, ratio: np.ndarray, deposits: np.ndarray, owners_take: float, reserve_quarters: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give by place value added, inputs as far as cash reaches, and what owners take beyond a reserve; yuan."""
    added, inputs, spare = np.empty(sales.size), np.empty(sales.size), np.empty(sales.size)
    for place in range(sales.size):
        added[place] = sales[place] * ratio[place]
        inputs[place] = min(sales[place] * (1.0 - ratio[place]), max(0.0, deposits[place]))
        spare[place] = owners_take * max(0.0, deposits[place] - inputs[place] - reserve_quarters * sales[place])
    return added, inputs, spare


def settle_sectors(zone: Zone) -> None:
    """Services and construction turn sales into value added; what is left over after a reserve goes out as inputs."""
    towns, place = zone.towns, zone.world.place
    _settle_sector(zone, Sector.SERVICES, towns.services_ratio, place.services_va_2010,
                   towns.services_sales, towns.services_va)  # fmt: skip
    _settle_sector(zone, Sector.CONSTRUCTION, towns.construction_ratio, place.construction_va_2010,
                   towns.construction_sales, towns.construction_va)  # fmt: skip
    towns.agriculture_va[:] = towns.agriculture_sales * zone.base_year.agriculture_ratio


def _settle_sector(
    zone: Zone, sector: Sector, ratio: np.ndarray, yearly: np.ndarray, sales: np.ndarray, added: np.ndarray
) -> None:
    """Settle one sector.

    Args:
        ratio: value added in sales, taken in the first quarter; yearly: value added of 2010, yuan.
        sales, added: of the quarter, set here; all of shape (places,).
    """
    ledger, p = zone.ledger, zone.p.sectors
    accounts = ledger.of(sector)
    sales[:] = ledger.received[accounts]
    if zone.quarter == 0:
        ratio[:] = clip(yearly / QUARTERS / np.maximum(sales, 1.0), p.ratio_least, p.ratio_most)
    added[:], inputs, spare = _sector_shares(sales, ratio, ledger.deposits[accounts], p.owners_take, p.reserve_quarters)
    ledger.pay(Flow.INPUTS, accounts, ledger.outside, inputs)
    ledger.pay(Flow.DIVIDENDS, accounts, ledger.of(Sector.HOUSEHOLDS), spare)
