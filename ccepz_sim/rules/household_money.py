"""Money of households and of services, builders and farms: wages, income tax, consumption, what owners take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.ledger import Flow, pay
from ccepz_sim.state.world import CONSTRUCTION, FIRMS, SERVICES

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def wage_bill(zone: Zone, employer: int, place: int) -> float:
    """Give what the posts of an employer in a place earn in a quarter, yuan.

    Args:
        employer: index of EMPLOYERS.
    """
    towns = zone.towns
    bill = 0.0
    for skill in range(towns.wage.shape[1]):
        bill += towns.employed[employer, place, skill] * towns.wage[place, skill]
    return bill / QUARTERS


@compiled
def earn_and_spend(zone: Zone) -> None:
    """Households of each place pay income tax, spend a share of income and part of their savings, most of it near.

    Reads: settlement.*; shares of the base-year accounts.
    """
    ledger, towns, p, base = zone.ledger, zone.towns, zone.p.settlement, zone.base_year
    outside = ledger.outside
    for place in range(towns.rows):
        homes, farms = ledger.households + place, ledger.agriculture + place
        builders, services = ledger.construction + place, ledger.services + place
        harvest = towns.agriculture_sales[place]
        farm = harvest * base.agriculture_ratio
        pay(ledger, Flow.SALES, outside, farms, harvest)
        pay(ledger, Flow.WAGES, farms, homes, farm)
        pay(ledger, Flow.INPUTS, farms, outside, harvest - farm)
        construction, service = wage_bill(zone, CONSTRUCTION, place), wage_bill(zone, SERVICES, place)
        built = min(construction, max(0.0, ledger.deposits[builders]))
        served = min(service, max(0.0, ledger.deposits[services]))
        pay(ledger, Flow.WAGES, builders, homes, built)
        pay(ledger, Flow.WAGES, services, homes, served)
        if place >= zone.world.zone_count:  # of firms beyond the zone the model knows the wages only
            far = wage_bill(zone, FIRMS, place) + (construction - built) + (service - served)
            pay(ledger, Flow.WAGES, outside, homes, far)
        elsewhere = zone.population.persons[place] * p.other_income * zone.prices.general / QUARTERS
        pay(ledger, Flow.HOUSEHOLD_TRANSFER, outside, homes, elsewhere)
        income = ledger.received[homes]
        tax = base.income_tax * income
        wealth = max(0.0, ledger.deposits[homes] - tax)
        spend = min(wealth, base.consumption * (income - tax) + p.wealth_spending * wealth)
        near = spend * base.local_consumption
        towns.household_income[place] = (income - tax) * QUARTERS
        pay(ledger, Flow.INCOME_TAX, homes, outside, tax)
        pay(ledger, Flow.CONSUMPTION, homes, services, near)
        pay(ledger, Flow.IMPORTS, homes, outside, spend - near)


@compiled
def settle_sectors(zone: Zone) -> None:
    """Services and construction turn sales into value added; what is left over after a reserve goes out as inputs.

    Reads: sectors.*; shares of the base-year accounts.
    """
    towns, facts, ledger = zone.towns, zone.world.place, zone.ledger
    _settle_sector(
        zone, ledger.services, towns.services_ratio, facts.services_va_2010, towns.services_sales, towns.services_va
    )
    _settle_sector(
        zone, ledger.construction, towns.construction_ratio, facts.construction_va_2010,
        towns.construction_sales, towns.construction_va,
    )  # fmt: skip
    for place in range(towns.rows):
        towns.agriculture_va[place] = towns.agriculture_sales[place] * zone.base_year.agriculture_ratio


@compiled
def _settle_sector(
    zone: Zone, first: int, ratio: np.ndarray, yearly: np.ndarray, sales: np.ndarray, added: np.ndarray
) -> None:
    """Settle one sector.

    Args:
        first: account of the sector in the first place.
        ratio: value added in sales, taken in the first quarter; yearly: value added of 2010, yuan/year.
        sales, added: of the quarter, set here; all of shape (places,).
    """
    ledger, p = zone.ledger, zone.p.sectors
    for place in range(sales.size):
        account = first + place
        sold = ledger.received[account]
        if zone.quarter == 0:
            ratio[place] = min(max(yearly[place] / QUARTERS / max(sold, 1.0), p.ratio_least), p.ratio_most)
        have = ledger.deposits[account]
        inputs = min(sold * (1.0 - ratio[place]), max(0.0, have))
        spare = p.owners_take * max(0.0, have - inputs - p.reserve_quarters * sold)
        sales[place], added[place] = sold, sold * ratio[place]
        pay(ledger, Flow.INPUTS, account, ledger.outside, inputs)
        pay(ledger, Flow.DIVIDENDS, account, ledger.households + place, spare)
