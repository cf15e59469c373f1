"""Parameters of research, innovation and institutes."""

from __future__ import annotations

from ccepz_sim.state.parameters.group import Group


class InnovationParameters(Group):
    """Innovation and chain extension: `agents/parameters/innovation.toml`."""

    ageing: float  # share/quarter
    beta: float  # 1
    breakthrough_clean: float  # 1
    breakthrough_scale: float  # yuan
    breakthrough_step: float  # 1
    burden_reference: float  # 1
    chain_cost: float  # 1
    chain_margin: float  # 1
    chain_own: float  # 1
    chain_park: float  # 1
    chain_rate: float  # share/quarter
    chain_top: float  # level
    clean_floor: float  # 1
    clean_step: float  # 1
    copy_share: float  # 1
    critical_mass: float  # 1
    crowding_out: float  # 1
    direction_base: float  # logit
    direction_reward: float  # logit
    direction_tax: float  # logit
    efficiency_floor: float  # 1
    emerging_research: float  # 1
    forgetting: float  # share/quarter
    imitation: float  # share/quarter
    imitation_internet: float  # 1
    imitation_talk: float  # 1
    incubator_help: float  # 1
    institute_help: float  # 1
    learning: float  # 1
    modernise: float  # 1
    modernise_most: float  # 1
    money_memory: float  # 1
    porter: float  # 1
    porter_most: float  # multiple
    prize_pull: float  # multiple
    propensity_long: float  # 1
    propensity_none: float  # 1
    propensity_training: float  # 1
    research_scale: float  # yuan/quarter
    reward_scale: float  # yuan/year
    size_floor: float  # 1
    size_power: float  # 1
    size_reference: float  # yuan/quarter
    spill_far: float  # 1
    step_most: float  # 1
    tax_reference: float  # yuan/equivalent
    tax_response: float  # 1
    thrift: float  # 1
    upgrade_cost: float  # 1
    zeta: float  # 1


class InstitutesParameters(Group):
    """Research institutes: `agents/parameters/institutes.toml`."""

    adjust: float  # share/quarter
    allowance_scale: float  # yuan/person/year
    allowance_weight: float  # logit
    amenity_weight: float  # logit
    base: float  # logit
    critical_mass: float  # 1
    empty_band: float  # 1
    empty_share: float  # 1
    fill_most: float  # multiple
    flexible_take_up: float  # 1
    funding_scale: float  # yuan/person/year
    note_posts: float  # persons
    pay_weight: float  # logit
    pollution_weight: float  # logit
    pull_floor: float  # 1
    pull_gain: float  # 1
    remote_weight: float  # logit
    results_rate: float  # share/quarter
    success_weight: float  # logit
    turnover: float  # share/quarter
    turnover_floor: float  # share/quarter
    turnover_most: float  # share/quarter
    zeta: float  # 1
