"""Firms as arrays: one row for each firm there is or may be; Mesa agents are views on the rows."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from ccepz_sim.state.declare import ROWS, Bools, Dims, Floats, Ints, Size, Table
from ccepz_sim.state.world import MEDIA, POLLUTANTS, SKILLS, WASTES

MINDSETS = ("not_established", "training", "long_term")
NOT_ESTABLISHED, TRAINING, LONG_TERM = range(len(MINDSETS))
NEVER = 10_000
FINE_STAGES = 2
PARTNERS = 3  # most givers of one taker

BySkill = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, len(SKILLS))]
ByMedium = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, MEDIA)]
ByPollutant = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, len(POLLUTANTS))]
ByWaste = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, WASTES)]
KindByWaste = Annotated[npt.NDArray[np.int64], Dims.of(ROWS, WASTES)]
ByStage = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, FINE_STAGES)]
ByPartner = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, PARTNERS)]
NumberByPartner = Annotated[npt.NDArray[np.int64], Dims.of(ROWS, PARTNERS)]


class Firms(Table):
    """State of all firm rows, spare rows for entrants included; flows are a quarter's.

    The comments give unit and meaning, and after an arrow the phases that write; what never changes has no arrow.

    Attributes:
        codes: of the firms; roster: number of rows that the content names, the first ones.
    """

    rows: Size
    codes: list[str]
    roster: int

    # who and where
    product: Ints  # index
    place: Ints  # index
    in_park: Bools
    start: Ints  # quarter of opening, NEVER where there is none
    exited: Ints  # quarter of closing, NEVER where there is none
    alive: Bools  # in business now
    state_owned: Floats  # 0 or 1
    tie: Floats  # 0 or 1: native tie to officials
    first_mover: Floats  # 0 or 1
    large: Floats  # 0 or 1
    mindset: Ints  # index of MINDSETS
    moral: Floats  # cost of a bribe, reference burdens
    integrity: Floats  # 0-1
    openness: Floats  # 0-1
    lobby: Floats  # strength, 1 is typical
    extrapolates: Floats  # 1 where investment follows the price trend
    debt_ratio: Floats  # share of book capital at the opening
    staffing: Floats  # share of posts filled at the opening
    official: Ints  # row of the official who answers for the firm

    # plant
    capacity: Floats  # units/year
    outdated: Floats  # share of capacity
    chain: Floats  # level 0-3
    efficiency: Floats  # unit cost, 1 is typical
    clean: Floats  # emission factor relative to 2010
    concentration: Floats  # of emissions before abatement, as a multiple of the limit of 2015
    abatement_skill: Floats  # multiple of the usual cost
    book_capital: Floats  # yuan
    staff: BySkill  # persons there
    posts: BySkill  # persons wanted

    # prices and plans
    price: Floats  # yuan/unit
    input_cost: Floats  # yuan/unit
    usual_price: Floats  # yuan/unit, smoothed
    margin: Floats  # share of the price
    expected_margin: Floats  # share of the price
    outlook: Floats  # margin as investors see it
    project_credit: Floats  # debt for projects over book capital
    utilisation: Floats  # share of capacity in use
    stopped: Floats  # share of output under a stop order next quarter
    buffer: Floats  # cash kept, yuan

    # output and money
    output: Floats  # units
    sales: Floats  # yuan
    value_added: Floats  # yuan
    value_added_real: Floats  # yuan of 2010
    wage_bill: Floats  # yuan
    profit: Floats  # yuan
    other_income: Floats  # yuan
    investment: Floats  # yuan
    losses: Ints  # quarters in a row
    starved: Ints  # quarters in a row without cash or credit
    insolvent: Ints  # quarters in a row of negative worth

    # emissions and duties
    abate: ByMedium  # share abated
    abatement_cost: Floats  # yuan
    hidden: Floats  # largest share hidden
    emission: ByPollutant  # tonnes
    reported_emission: ByPollutant  # tonnes
    tax_due: ByMedium  # yuan
    evaded_tax: Floats  # yuan
    permit_need: Floats  # equivalents reported
    permits: Floats  # equivalents held for the quarter
    evaded_permits: Floats  # equivalents hidden
    air_2015: Floats  # air equivalents of 2015 before abatement

    # officials
    sees: Floats  # believed chance of detection
    colluding: Bools  # has a deal
    punished: Bools  # was found this quarter
    key: Floats  # 1 on the list of key emitters
    pending_fine: ByStage  # fines on their way, yuan
    reference_burden: Floats  # yuan
    saving: Floats  # what collusion saves, reference burdens
    bribe: Floats  # yuan

    # energy, water, waste
    energy: Floats  # tonnes of coal equivalent
    water: Floats  # m3
    co2: Floats  # tonnes
    waste: ByWaste  # tonnes
    reused: Floats  # tonnes given or reused
    used_waste: Floats  # tonnes taken
    link_giver: NumberByPartner  # rows of partners whose by-product is taken, -1 for none
    link_share: ByPartner  # of the need that each is bound to give
    link_age: NumberByPartner  # quarters
    link_wait: Ints  # quarters until a taker that lost its partner can look again
    unsafe: ByWaste  # tonnes stored unsafely, not yet restored or leaked
    waste_cost: Floats  # yuan
    waste_tax: Floats  # yuan
    deposit_due: Floats  # yuan
    deposit_held: Floats  # yuan paid in so far
    by_product_saving: Floats  # yuan
    award_pull: Floats  # added reuse

    # research and grants
    research: Floats  # outlay, yuan
    innovations: Floats  # number
    knowledge: Floats  # 0-1
    brand: Floats  # 0-1
    research_fund: Floats  # useful part of grants, yuan
    upgrade_money: Floats  # useful part of grants, yuan
    chain_money: Floats  # useful part of grants, yuan
    plant_money: Floats  # useful part of grants, yuan
    clean_money: Floats  # useful part of grants, yuan
    granted: Floats  # since the last audit of funds, yuan
    misused: Floats  # since the last audit of funds, yuan
    pilot: Ints  # years of pilot status left


class Plans(Table):
    """The ways open to each firm this quarter <- plans.

    The comments say what each column is; air is column 0, water column 1.
    """

    rows: Size
    abate_honest: ByMedium  # share abated when complying
    abate_alone: ByMedium  # share abated when evading alone
    hidden_alone: ByMedium  # share of what is left that a firm hides alone
    alone: Bools  # evading alone is cheaper than complying
    faced: ByMedium  # yuan/equivalent with the permit price
    rate: ByMedium  # yuan/equivalent without it
    start: ByMedium  # of marginal abatement cost, yuan/equivalent
    slope: ByMedium  # of marginal abatement cost, yuan/equivalent
    equivalents: ByMedium  # before abatement, number a quarter


class Technology(Table):
    """Columns of the product table by firm row, in the units of the table: rules need no look-ups <- turnover."""

    rows: Size
    price_response: Floats
    value_added_ratio: Floats
    labour: Floats
    skilled_need: Floats
    professional_need: Floats
    energy: Floats
    co2: Floats
    water: Floats
    need: Floats
    capital_cost: Floats
    usual_utilisation: Floats
    heavy: Floats
    emerging: Floats
    extractive: Floats
    resource_tax: Floats
    chain_base: Floats
    rival_overlap: Floats
    energy_cost_share: Floats
    market_growth: Floats
    abatement_cost: Floats
    input_link: Floats
    emission: ByPollutant  # t/unit before abatement
    load: ByMedium  # emission in pollution equivalents, number/unit
    wastes: ByWaste  # t/unit
    base_price: Floats  # price of 2010, yuan/unit
    base_input: Floats  # bought inputs of 2010, yuan/unit
    series: Ints  # index of the price series
    industry: Ints  # index
    need_kind: Ints  # material, -1 for none
    waste_kind: KindByWaste  # material, -1 for none
