"""Parameters of firms: production, money, investment, entry, brands."""

from __future__ import annotations

from ccepz_sim.state.parameters.group import Group


class FirmsParameters(Group):
    """Firms: production and planning: `agents/parameters/firms.toml`."""

    abatement_skill_sd: float  # log
    brand_premium: float  # 1
    capital_age: float  # 1
    chain_premium: float  # 1
    chain_skill: float  # 1
    clean_energy: float  # 1
    concentration_mean: float  # log
    concentration_sd: float  # log
    division_reference: float  # 1
    energy_pass: float  # 1
    entrant_debt_ratio: float  # 1
    entrant_staffing: float  # 1
    expectation_speed: float  # share/quarter
    floor_private: float  # 1
    floor_state: float  # 1
    full_margin: float  # 1
    green_demand: float  # 1
    green_dirty: float  # 1
    green_scale: float  # yuan/year
    internet_reach: float  # 1
    internet_reference: float  # 1
    knowledge_start: float  # 1
    labour_elasticity: float  # 1
    labour_fixed: float  # 1
    labour_productivity: float  # share/year
    lobby_sd: float  # log
    margin_start: float  # 1
    most_utilisation: float  # 1
    opening_cash: float  # 1
    outdated_cost: float  # 1
    outdated_energy: float  # 1
    outdated_waste: float  # 1
    outdated_water: float  # 1
    rival_pressure: float  # 1
    skill_share_most: float  # 1
    start_utilisation: float  # 1
    stop_margin: float  # 1
    treatment_load: float  # 1
    treatment_staff: float  # 1
    unskilled_share_least: float  # 1
    utilisation_speed: float  # share/quarter
    water_infrastructure: float  # 1
    price_least: float  # 1


class FinanceParameters(Group):
    """Firm finance: `agents/parameters/finance.toml`."""

    bank_equity: float  # yuan
    cash_quarters: float  # quarters
    depreciation: float  # share/year
    guarantee_fee: float  # share/year
    guarantee_fund: float  # yuan
    guarantee_most: float  # 1
    guarantee_of_sales: float  # 1
    guaranteed_share: float  # 1
    leverage_most: float  # multiple
    leverage_spread: float  # share/year
    loan_to_value: float  # 1
    local_owners: float  # 1
    payout: float  # 1
    plan_buffer: float  # 1
    private_premium: float  # share/year
    rate_2010: float  # share/year
    rate_late: float  # share/year
    rate_quarters: float  # quarters
    recovery: float  # 1
    repay_above: float  # multiple
    repay_share: float  # share/quarter
    state_softness: float  # 1


class InvestmentParameters(Group):
    """Investment: `agents/parameters/investment.toml`."""

    approval_reference: float  # quarters
    boom_credit: float  # 1
    build_quarters: float  # quarters
    busy: float  # 1
    cash_share: float  # 1
    credit_for_projects: float  # 1
    crowding_out: float  # 1
    decay: float  # 1
    extrapolation: float  # 1
    extrapolators: float  # 1
    hurdle: float  # 1
    infrastructure_pull: float  # 1
    land_share: float  # 1
    most_growth: float  # share/quarter
    replacement: float  # 1
    response: float  # 1/quarter
    trend_most: float  # log
    trend_speed: float  # share/quarter


class EntryParameters(Group):
    """Entry and exit of firms: `agents/parameters/entry.toml`."""

    approval_reference: float  # quarters
    attraction_effect: float  # 1
    attraction_scale: float  # yuan/year
    carried_debt: float  # 1
    clean_entrant: float  # multiple
    efficiency_high: float  # multiple
    efficiency_low: float  # multiple
    emerging_effect: float  # 1
    emerging_scale: float  # yuan/year
    exit_chance: float  # share/quarter
    exit_floor: float  # 1
    first_mover_load: float  # 1
    first_quarter: float  # quarters
    growth_effect: float  # years
    guarantee_shelter: float  # 1
    hurdle: float  # 1
    incubator_effect: float  # 1
    incubator_emerging: float  # 1
    incubator_scale: float  # count
    insolvent_quarters: float  # quarters
    land_effect: float  # 1
    long_term_share: float  # 1
    margin_most: float  # 1
    most_a_quarter: float  # count/quarter
    outdated_book: float  # 1
    outdated_entrant: float  # 1
    plan_shelter: float  # 1
    promotion_effect: float  # 1
    promotion_reference: float  # 1
    rate: float  # 1/quarter
    rival_effect: float  # 1
    row_rest: float  # quarters
    size_mean: float  # log
    size_most: float  # multiple
    size_sd: float  # log
    spare_rows: float  # count
    starved_quarters: float  # quarters
    state_shelter: float  # 1
    tie_share: float  # 1


class BrandParameters(Group):
    """Brands: `agents/parameters/brand.toml`."""

    fade: float  # share/quarter
    growth: float  # share/quarter
    level_base: float  # 1
    level_weight: float  # 1
    money_scale: float  # yuan/year
    stain: float  # 1
