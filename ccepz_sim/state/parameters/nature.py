"""Parameters of emissions, waste and the environment."""

from __future__ import annotations

from ccepz_sim.state.parameters.group import Group


class AbatementParameters(Group):
    """Abatement and discharge rules: `agents/parameters/abatement.toml`."""

    air_slope: float  # yuan/equivalent
    air_start: float  # yuan/equivalent
    breach_fine: float  # yuan/equivalent
    cleaner_air_cost: float  # yuan/equivalent
    cleaner_least: float  # 1
    cleaner_most: float  # 1
    cleaner_speed: float  # share/quarter
    cleaner_spread: float  # multiple
    cleaner_water_cost: float  # yuan/equivalent
    communication_effect: float  # 1
    cost_least: float  # multiple
    equivalent_cod: float  # kg/equivalent
    equivalent_dust: float  # kg/equivalent
    equivalent_nh3n: float  # kg/equivalent
    equivalent_so2: float  # kg/equivalent
    fee_air_2010: float  # yuan/equivalent
    fee_water_2010: float  # yuan/equivalent
    most_abatement: float  # 1
    notch_one: float  # 1
    notch_one_factor: float  # 1
    notch_two: float  # 1
    notch_two_factor: float  # 1
    overcompliance: float  # 1
    permit_auctioned: float  # 1
    permit_excess: float  # multiple
    permit_price_most: float  # yuan/equivalent
    reference_burden: float  # yuan/equivalent
    report_fine: float  # yuan/equivalent
    report_permits: float  # multiple
    report_steepness: float  # yuan/equivalent
    support_effect: float  # 1
    water_slope: float  # yuan/equivalent
    water_start: float  # yuan/equivalent


class MaterialsParameters(Group):
    """By-products and waste: `agents/parameters/materials.toml`."""

    closed_share: float  # 1
    contract_risk: float  # yuan/tonne
    deposit_cost: float  # multiple
    freight: float  # yuan/tonne/km
    knowledge_base: float  # 1
    knowledge_far: float  # 1
    knowledge_internet: float  # 1
    knowledge_matching: float  # 1
    link_failure: float  # share/quarter
    most_own_reuse: float  # 1
    pick_noise: float  # 1
    plan_leak: float  # 1
    restore_most: float  # share/year
    restore_slope: float  # 1
    reuse_tax: float  # multiple
    safe_colluding: float  # 1
    safe_slope: float  # 1
    switching_delay: float  # quarters
    taxed_share: float  # 1
    treat_colluding: float  # 1
    treat_most: float  # 1
    treat_slope: float  # 1
    trust_base: float  # 1
    trust_weight: float  # 1
    unmet_least: float  # 1
    unsafe_cost: float  # 1
    unsafe_fine: float  # yuan/tonne
    unsafe_start: float  # 1


class EnvironmentParameters(Group):
    """Environment and infrastructure: `agents/parameters/environment.toml`."""

    air_decay: float  # share/quarter
    air_load: float  # tonnes
    ecology_harm: float  # share/quarter
    ecology_recovery: float  # share/quarter
    ecology_start: float  # 1
    ecology_unsafe: float  # share/quarter
    ground_decay: float  # share/quarter
    ground_load: float  # tonnes
    harm_cod: float  # 1
    harm_dust: float  # 1
    harm_nh3n: float  # 1
    harm_scale: float  # 1
    harm_so2: float  # 1
    household_co2: float  # tonnes/person/year
    household_share: float  # 1
    infrastructure_gain: float  # 1/quarter
    infrastructure_least: float  # 1
    infrastructure_scale: float  # yuan/quarter
    infrastructure_wear: float  # share/quarter
    lived_air: float  # 1
    lived_ground: float  # 1
    lived_water: float  # 1
    nature_air: float  # 1
    nature_ground: float  # 1
    nature_water: float  # 1
    pollution_elsewhere: float  # 1
    restoration_effect: float  # share/quarter
    restoration_scale: float  # yuan/year
    unsafe_scale: float  # tonnes
    water_decay: float  # share/quarter
    water_load: float  # tonnes
    years_before: float  # years
