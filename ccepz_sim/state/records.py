"""Numbers of the zone as a whole that one phase leaves for another, by subject.

The comments give unit and meaning, and after an arrow the phases that write; what never changes has no arrow.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.declare import Dims, Record, Size, Table
from ccepz_sim.state.world import POLLUTANTS

Pollutants = Annotated[npt.NDArray[np.float64], Dims.of(len(POLLUTANTS))]
Products = Annotated[npt.NDArray[np.float64], Dims.of("products")]
Series = Annotated[npt.NDArray[np.int64], Dims.of("energies")]
Receiving = Annotated[npt.NDArray[np.int64], Dims.of(2)]
Ages = Annotated[npt.NDArray[np.float64], Dims.of("ages")]
Projects = Annotated[npt.NDArray[np.float64], Dims.of("quarters", "places")]
Distances = Annotated[npt.NDArray[np.float64], Dims.of("ends", "ends")]


class Governance(Record):
    """Standing, enforcement, audits and what is reported upward."""

    standing: float  # points; spent by announcements, earned at the evaluation <- announcements, evaluation
    enforcement_money: float  # share of the usual
    audit_quality: float  # 0-1 <- officials
    audit_found: float  # share of cases that audits find <- officials
    complaint_pressure: float  # 0-1 <- opinions
    mean_trust: float  # 0-1 <- opinions
    brand_view_share: float  # share of officials
    growth_boast: float  # multiple that reported growth figures carry <- trends
    reported_growth: float  # of product over the past year, share <- record
    reported_fall: float  # of measured pollutants over the past year, share <- record


class PublicMoney(Record):
    """Money of the public side."""

    infrastructure_money: float  # yuan/year <- opening, settlement
    park_loan: float  # yuan/year borrowed for parks <- settlement
    status_quo_need: float  # of all bodies in the first quarter, yuan
    base_support: float  # of the prefecture, yuan; not a number before the first quarter <- budgets
    bank_base: float  # own funds of the bank at the start, yuan


class PermitMarket(Record):
    """The market of permits for air pollutants; there is none while the cap is 0."""

    price: float  # yuan/equivalent
    cap: float  # equivalents <- plans
    auctioned: float  # equivalents that the department offers <- plans
    air_2015: float  # equivalents/year, of air in 2015; the cap is a multiple <- trends


class Counts(Record):
    """Counts and sums of the quarter, for the indicators."""

    detection: float  # chance of a deal to be found, mean <- inspection
    inspections: float  # number <- inspection
    fines: float  # yuan paid <- inspection
    guarantees_called: float  # yuan <- opening, turnover
    exits: float  # firms <- opening, inspection, turnover
    entries: float  # firms <- opening, turnover
    dismissed: float  # number of officials removed since the last evaluation <- inspection, evaluation


class Fixed(Table, shared=True):
    """What follows from the content once and for all."""

    energies: Size  # energies
    ages: Size  # ages in quarters
    products: Size  # products
    quarters: Size  # quarters
    places: Size  # places
    ends: Size  # places and the rest of China
    receiving: Receiving  # index of the places that resettlement takes people to
    rival_attraction: float  # share
    energy_series: Series  # index of the series of each energy
    harm_weights: Pollutants  # weight in harm
    equivalents: Pollutants  # equivalents a tonne
    death_chance: Ages  # chance a quarter, by age in quarters; the last entry is that of free rows
    base_price: Products  # price of 2010, yuan/unit
    median_capacity: Products  # usual size of a firm, units/year
    service_product: Products  # 0 or 1
    farm_product: Products  # 0 or 1
    project_spending: Projects  # building cost of roster projects, yuan a quarter
    distance_term: Distances  # log of one and the distance in scales; the rest of China last


class BaseYear(Table, shared=True):
    """Shares of the base year that the rules of settlement use; all within 0-1."""

    local_inputs: float  # share: services of the zone in what industry buys
    services_ratio: float  # share: value added in sales
    construction_ratio: float  # share: value added in sales
    agriculture_ratio: float  # share: value added in sales
    consumption: float  # share: spending of households out of income after tax
    local_consumption: float  # share: services of the zone in that spending
    income_tax: float  # share: tax of households in their income
    local_construction: float  # share: builders of the zone in investment
