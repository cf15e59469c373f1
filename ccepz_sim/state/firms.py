"""Firms as arrays: one row for each firm there is or may be; Mesa agents are views on the rows."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.declare import ROWS, Bools, Dims, Floats, Ints, Size, Table
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

    rows: Size  # firms
    codes: list[str]
    roster: int

    # who and where
    who: Ints  # number that luck knows the firm by, never given twice <- turnover
    product: Ints  # index of the product <- turnover
    place: Ints  # index of the place <- turnover
    in_park: Bools  # <- turnover
    start: Ints  # quarter of opening, NEVER where there is none <- turnover
    exited: Ints  # quarter of closing, NEVER where there is none <- inspection, turnover
    alive: Bools  # in business now <- plans, inspection, turnover
    state_owned: Floats  # 0 or 1 <- turnover
    tie: Floats  # 0 or 1: native tie to officials <- turnover
    first_mover: Floats  # 0 or 1 <- turnover
    large: Floats  # 0 or 1 <- turnover
    mindset: Ints  # index of MINDSETS <- turnover
    moral: Floats  # cost of a bribe, multiple of the reference burden <- turnover
    integrity: Floats  # 0-1 <- turnover
    openness: Floats  # 0-1 <- turnover
    lobby: Floats  # strength, 1 is typical <- turnover
    extrapolates: Floats  # 1 where investment follows the price trend <- turnover
    debt_ratio: Floats  # share of book capital at the opening <- turnover
    staffing: Floats  # share of posts filled at the opening <- turnover
    official: Ints  # row of the official who answers for the firm <- turnover

    # plant
    capacity: Floats  # units/year <- settlement, inspection, turnover
    outdated: Floats  # share of capacity <- settlement, innovation, turnover
    chain: Floats  # level 0-3 <- innovation, turnover
    efficiency: Floats  # multiple of the typical unit cost <- innovation, turnover
    clean: Floats  # multiple of the emission factor of 2010 <- innovation, turnover
    concentration: Floats  # multiple of the limit of 2015, of emissions before abatement <- turnover
    abatement_skill: Floats  # multiple of the usual cost <- turnover
    cleaner: ByMedium  # share of the load that changed processes save <- plans, turnover
    cleaner_offer: ByMedium  # share of the load that the change on offer saves <- turnover
    cleaner_cost: ByMedium  # of what it saves, yuan/equivalent at prices of 2010 <- turnover
    book_capital: Floats  # yuan <- plans, settlement, inspection, turnover
    staff: BySkill  # persons there <- labour, inspection, turnover
    posts: BySkill  # persons wanted <- plans, inspection, turnover

    # prices and plans
    price: Floats  # yuan/unit <- plans
    input_cost: Floats  # yuan/unit <- plans
    usual_price: Floats  # yuan/unit, smoothed <- plans, turnover
    margin: Floats  # share of the price <- plans
    expected_margin: Floats  # share of the price <- plans, turnover
    outlook: Floats  # share of the price, as investors see it <- plans
    project_credit: Floats  # share of book capital, debt for projects <- plans
    utilisation: Floats  # share of capacity in use <- plans, inspection, turnover
    stopped: Floats  # share of output under a stop order next quarter <- inspection, turnover
    buffer: Floats  # cash kept, yuan <- credit

    # output and money
    output: Floats  # units <- production, inspection, turnover
    sales: Floats  # yuan <- production, inspection, turnover
    value_added: Floats  # yuan <- production, inspection, turnover
    value_added_real: Floats  # yuan of 2010 <- production, inspection, turnover
    wage_bill: Floats  # yuan <- production, inspection, turnover
    profit: Floats  # yuan <- settlement, inspection, turnover
    other_income: Floats  # yuan <- opening, exchange
    investment: Floats  # yuan <- settlement
    losses: Ints  # quarters in a row <- settlement, turnover
    starved: Ints  # quarters in a row without cash or credit <- credit, turnover
    insolvent: Ints  # quarters in a row of negative worth <- turnover

    # emissions and duties
    abate: ByMedium  # share abated <- production, inspection, turnover
    abatement_cost: Floats  # yuan <- production, inspection, turnover
    hidden: Floats  # largest share hidden <- production, inspection, turnover
    emission: ByPollutant  # tonnes <- production, inspection, turnover
    reported_emission: ByPollutant  # tonnes <- production, inspection, turnover
    tax_due: ByMedium  # yuan <- production, inspection, turnover
    evaded_tax: Floats  # yuan <- production, inspection, turnover
    permit_need: Floats  # equivalents reported <- production
    permits: Floats  # equivalents held for the quarter <- plans, settlement, turnover
    evaded_permits: Floats  # equivalents hidden <- production
    at_risk: Floats  # what a found case about emissions costs, yuan <- production, inspection, turnover
    air_2015: Floats  # equivalents/year, of air in 2015 before abatement <- turnover, trends

    # officials
    sees: Floats  # believed chance of detection <- opinions, turnover
    colluding: Bools  # has a deal over emissions <- collusion, inspection, turnover, evaluation
    waste_deal: Bools  # has a deal over stored waste <- collusion, inspection, turnover, evaluation
    punished: Bools  # was found hiding or in a deal this quarter <- inspection, turnover
    heaps_found: Bools  # unsafe heaps were found this quarter <- inspection, turnover
    key: Floats  # 1 on the list of key emitters <- inspection, turnover
    pending_fine: ByStage  # fines on their way, yuan <- inspection, turnover
    reference_burden: Floats  # yuan <- plans
    saving: Floats  # what collusion saves, multiple of the reference burden <- plans, inspection, turnover
    waste_burden: Floats  # cost of storing all safely, yuan <- exchange, inspection, turnover
    waste_saving: Floats  # what a deal saves, multiple of that cost <- exchange, inspection, turnover
    waste_fine: Floats  # what a found deal over waste costs, yuan <- exchange, inspection, turnover
    waste_at_risk: Floats  # what found heaps cost as it stores now, yuan <- exchange, inspection, turnover
    open_heap: Floats  # share of what was stored this quarter that is unsafe <- exchange, inspection, turnover
    bribe: Floats  # yuan <- collusion, inspection, turnover

    # energy, water, waste
    energy: Floats  # tce <- production, inspection, turnover
    water: Floats  # m3 <- production, inspection, turnover
    co2: Floats  # tonnes <- production, inspection, turnover
    waste: ByWaste  # tonnes <- production, inspection, turnover
    reused: Floats  # tonnes given or reused <- exchange, inspection, turnover
    used_waste: Floats  # tonnes taken <- exchange, inspection, turnover
    link_giver: NumberByPartner  # rows of firms whose by-product is taken, -1 for none <- exchange, turnover
    link_share: ByPartner  # share of the need that each is bound to give <- exchange, turnover
    link_age: NumberByPartner  # quarters <- exchange, turnover
    link_wait: Ints  # quarters until a taker that lost its partner can look again <- exchange, turnover
    unsafe: ByWaste  # tonnes stored unsafely, not yet restored or leaked <- exchange, inspection, turnover
    waste_cost: Floats  # yuan <- opening, exchange
    waste_tax: Floats  # yuan <- opening, exchange
    deposit_due: Floats  # yuan <- opening, exchange
    deposit_held: Floats  # yuan paid in so far <- exchange, settlement, inspection, turnover
    by_product_saving: Floats  # yuan <- exchange
    award_pull: Floats  # share of reuse added <- settlement

    # research and grants
    research: Floats  # outlay, yuan <- plans, settlement, inspection, turnover
    innovations: Floats  # number <- innovation, turnover
    knowledge: Floats  # 0-1 <- innovation
    brand: Floats  # 0-1 <- inspection, innovation, turnover
    research_fund: Floats  # useful part of grants, yuan <- settlement, innovation, turnover
    upgrade_money: Floats  # useful part of grants, yuan <- settlement, innovation, turnover
    chain_money: Floats  # useful part of grants, yuan <- settlement, innovation, turnover
    plant_money: Floats  # useful part of grants, yuan <- turnover
    clean_money: Floats  # useful part of grants, yuan <- settlement, innovation, turnover
    granted: Floats  # since the last audit of funds, yuan <- settlement, inspection, turnover
    misused: Floats  # since the last audit of funds, yuan <- settlement, inspection, turnover
    pilot: Ints  # years of pilot status left <- settlement, turnover


@compiled
def has_deal(firms: Firms, firm: int) -> bool:
    """Tell whether a firm has a deal with its official, over emissions or over stored waste."""
    deal: bool = firms.colluding[firm] or firms.waste_deal[firm]
    return deal


class Plans(Table):
    """The ways open to each firm this quarter <- plans.

    The comments say what each column is; air is column 0, water column 1.
    """

    rows: Size  # firms
    abate_honest: ByMedium  # share abated when complying
    abate_alone: ByMedium  # share abated when evading alone
    hidden_alone: ByMedium  # share of what is left that a firm hides alone
    alone: Bools  # evading alone is cheaper than complying
    faced: ByMedium  # yuan/equivalent with the permit price
    rate: ByMedium  # yuan/equivalent without it
    start: ByMedium  # of marginal abatement cost, yuan/equivalent
    slope: ByMedium  # of marginal abatement cost, yuan/equivalent
    equivalents: ByMedium  # equivalents a quarter before abatement
    asked: Floats  # share that the standard asks to be abated
    scale: Floats  # multiple of the usual marginal cost of abatement


class Technology(Table):
    """Columns of the product table by firm row, in the units of the table: rules need no look-ups <- turnover."""

    rows: Size  # firms
    price_response: Floats  # multiple
    value_added_ratio: Floats  # share
    labour: Floats  # persons per 1000 units/year
    skilled_need: Floats  # share
    professional_need: Floats  # share
    energy: Floats  # tce/unit
    co2: Floats  # t/unit
    water: Floats  # m3/unit
    need: Floats  # t/unit
    capital_cost: Floats  # yuan per unit/year
    usual_utilisation: Floats  # share
    heavy: Floats  # 0 or 1
    emerging: Floats  # 0 or 1
    extractive: Floats  # 0 or 1
    resource_tax: Floats  # share of sales
    chain_base: Floats  # level
    rival_overlap: Floats  # share
    energy_cost_share: Floats  # share
    market_growth: Floats  # share/year
    abatement_cost: Floats  # multiple
    input_link: Floats  # share
    emission: ByPollutant  # t/unit before abatement
    load: ByMedium  # equivalents/unit
    wastes: ByWaste  # t/unit
    base_price: Floats  # price of 2010, yuan/unit
    base_input: Floats  # bought inputs of 2010, yuan/unit
    series: Ints  # index of the series of prices
    industry: Ints  # index of the industry
    need_kind: Ints  # index of the material, -1 for none
    waste_kind: KindByWaste  # index of the material, -1 for none
