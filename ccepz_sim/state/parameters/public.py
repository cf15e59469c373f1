"""Parameters of public money, programmes and how policy arrives."""

from __future__ import annotations

from ccepz_sim.state.parameters.group import Group


class FiscalParameters(Group):
    """Public finance: `agents/parameters/fiscal.toml`."""

    amortisation: float  # share/quarter
    bank_payout: float  # share/quarter
    enforcement_floor: float  # 1
    environment_law_quarter: float  # quarters
    environment_tax_local: float  # 1
    equalisation: float  # 1
    equalisation_prefecture: float  # 1
    fee_local: float  # 1
    loss_refund: float  # 1
    profit_tax: float  # 1
    profit_tax_local: float  # 1
    public_rate: float  # share/year
    purchases: float  # yuan/person/year
    research_threshold: float  # 1
    reserve_quarters: float  # quarters
    resource_local: float  # 1
    stress_elasticity: float  # 1
    town_share: float  # 1
    transfer_growth: float  # share/year
    vat_effective: float  # 1
    vat_local_early: float  # 1
    vat_local_late: float  # 1
    vat_reform_quarter: float  # quarters
    works_building: float  # 1
    works_share: float  # share/quarter


class FundsParameters(Group):
    """Funds and programmes: `agents/parameters/funds.toml`."""

    award_pull: float  # 1
    award_scale: float  # 1
    borrowing_spent: float  # 1
    brand_view_pull: float  # 1
    chain_top: float  # level
    institute_wages: float  # 1
    knowledge_floor: float  # 1
    lobby_base: float  # 1
    lobby_power: float  # 1
    merit_floor: float  # 1
    misuse_audit: float  # logit
    misuse_base: float  # 1
    misuse_depth: float  # 1
    misuse_honest: float  # logit
    misuse_lobbied: float  # 1
    misuse_strict: float  # logit
    pilot_bonus: float  # 1
    pilot_places: float  # count/year
    pilot_years: float  # years
    sharpness: float  # 1
    size_weight: float  # 1


class PolicyParameters(Group):
    """From announcement to effect: `agents/parameters/policy.toml`."""

    credibility_floor: float  # 1
    credibility_return: float  # share/quarter
    dilution_floor: float  # 1
    reversal_loss: float  # 1
    standing_needed: float  # points
