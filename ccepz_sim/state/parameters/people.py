"""Parameters of residents, work, moves and their money."""

from __future__ import annotations

from ccepz_sim.state.parameters.group import Group


class PopulationParameters(Group):
    """Population: `agents/parameters/population.toml`."""

    age_skew: float  # 1
    birth_east: float  # share/year
    birth_outside: float  # share/year
    birth_zone: float  # share/year
    death_adult: float  # share/year
    death_child: float  # share/year
    death_old: float  # share/year
    death_very_old: float  # share/year/year2
    default_scale: float  # 1
    east_detail: float  # multiple
    far_detail: float  # multiple
    headroom: float  # multiple
    old_age: float  # years
    old_span: float  # years
    outside_child_share: float  # 1
    outside_detail: float  # multiple
    outside_old_share: float  # 1
    outside_pool: float  # persons
    outside_professional_share: float  # 1
    outside_skilled_share: float  # 1
    professional_detail: float  # multiple
    school_age: float  # years
    very_old: float  # years
    zone_detail: float  # multiple


class LabourParameters(Group):
    """Labour market: `agents/parameters/labour.toml`."""

    fade_after: float  # quarters
    far_growth: float  # share/year
    farm_decline: float  # share/year
    gap_most: float  # 1
    layoff_speed: float  # share/quarter
    natural_rate: float  # 1
    outside_amenity: float  # 1
    participation: float  # 1
    platform_search: float  # 1
    professional_premium: float  # multiple
    public_stability: float  # multiple
    retirement_age: float  # years
    search_intensity: float  # 1
    separation: float  # share/quarter
    shortage_most: float  # 1
    shortage_push: float  # 1/year
    skill_decay: float  # share/quarter
    skilled_premium: float  # multiple
    tertiary_chance: float  # 1
    training_age: float  # years
    training_success: float  # 1
    vocational_chance: float  # 1
    wage_curve: float  # 1/year
    wage_fall_most: float  # share/quarter
    wage_growth_early: float  # share/year
    wage_growth_late: float  # share/year
    wage_mix: float  # multiple
    wage_return: float  # share/quarter
    wage_rise_most: float  # share/quarter
    working_age: float  # years


class MigrationParameters(Group):
    """Migration and resettlement: `agents/parameters/migration.toml`."""

    adult_age: float  # years
    allowance: float  # utility
    allowance_scale: float  # yuan/person/year
    altitude: float  # utility/km
    altitude_free: float  # m
    amenity_professional: float  # utility
    amenity_skilled: float  # utility
    amenity_unskilled: float  # utility
    consider_professional: float  # share/year
    consider_skilled: float  # share/year
    consider_unskilled: float  # share/year
    distance: float  # 1
    distance_scale: float  # km
    ecology_reference: float  # 1
    ecology_weight: float  # 1
    home_pull: float  # utility
    housing_weight: float  # 1
    job_chance_least: float  # 1
    jobless_income: float  # 1
    kin: float  # utility
    kin_scale: float  # 1
    leave_province: float  # utility
    offer_base: float  # logit
    offer_jobs: float  # logit
    oldest_age: float  # years
    outside_amenity: float  # 1
    outside_km: float  # km
    outside_pollution: float  # 1
    outside_risk: float  # 1
    outside_wage: float  # multiple
    pollution_professional: float  # 1
    pollution_skilled: float  # 1
    pollution_unskilled: float  # 1
    programme_age: float  # years
    return_after: float  # quarters
    return_chance: float  # share/quarter
    rival_pull: float  # utility
    settle_quarters: float  # quarters
    stay: float  # utility
    vacancy_base: float  # 1
    wage: float  # 1


class SettlementParameters(Group):
    """Income, spending and local leakage: `agents/parameters/settlement.toml`."""

    local_research: float  # 1
    other_income: float  # yuan/person/year
    savings_per_head: float  # yuan/person
    urban_factor: float  # multiple
    wealth_spending: float  # share/quarter


class SectorsParameters(Group):
    """Services, construction, agriculture: `agents/parameters/sectors.toml`."""

    agriculture_boom_quarters: float  # quarters
    agriculture_growth: float  # share/year
    agriculture_growth_late: float  # share/year
    agriculture_professional: float  # 1
    agriculture_skilled: float  # 1
    construction_professional: float  # 1
    construction_skilled: float  # 1
    far_industry_jobs: float  # 1
    far_industry_professional: float  # 1
    far_industry_skilled: float  # 1
    far_value_per_wage: float  # multiple
    farm_share: float  # 1
    index_most: float  # multiple
    index_speed: float  # share/quarter
    opening_reserve: float  # years
    owners_take: float  # share/quarter
    public_professional: float  # 1
    public_skilled: float  # 1
    ratio_least: float  # 1
    ratio_most: float  # 1
    reserve_quarters: float  # quarters
    services_productivity: float  # share/year
    services_professional: float  # 1
    services_skilled: float  # 1
