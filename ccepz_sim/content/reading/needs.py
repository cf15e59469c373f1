"""What the rules need of content: channels of levers, columns of tables, phases; tests hold it against the rules."""

from __future__ import annotations

from collections.abc import Mapping

# The channels through which levers act on the rules: every one has exactly one lever.
_CHANNELS = """
    accountability approval_time attraction audit_share brand_support breakthrough_reward chain_support
    clean_reward cleaner_production communication control_points coordination deposit disclosure
    division education eliminate emerging_support evaluation_green evaluation_voice flexible_posts
    fund_strictness green_demand guarantees high_tech_cut incubators infrastructure inspectors internet
    investment_subsidy land_concession loan_discount loss_relief matching media park_borrowing
    permit_cap platforms rd_fund reply_duty resettlement resettlement_jobs resource_price restoration
    results_award risk_plans standard talent_allowance tax_air tax_solid tax_water training upgrade
"""
CHANNELS = tuple(_CHANNELS.split())
_own_channels: dict[str, None] = {}
# The phases of a quarter that may be left out: all but the last, without which nothing is measured.
PHASES = (
    "prices", "announcements", "budgets", "officials", "plans", "collusion", "labour", "credit", "production",
    "exchange", "settlement", "environment", "inspection", "innovation", "opinions", "migration", "turnover",
    "evaluation", "trends",
)  # fmt: skip
# How many rows of a table may be marked (be above 0) in a column that gives a role: least and most.
ROLES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "places": {"seat": (1, 1), "rival": (1, 1), "sends": (1, 1), "receives": (2, 2), "mine_closed": (0, 1)},
}
# The most rows that a table may have: the numbers of newborns have room for no more places (`vital_events.newborn`).
MOST_ROWS: Mapping[str, int] = {"places": 15}
# Tables with a row and a column for each row of another.
SQUARE: Mapping[str, str] = {"distances": "places"}
# Text that must be what the row of another table says: table, column, the column that names the row, table, column.
OF_ANOTHER = (("firms", "park", "place", "places", "park"),)
# The most stages that a lag may have.
MOST_STAGES = 3
# The tables of agents/ and the columns that the rules read; a table may have more.
TABLES: Mapping[str, tuple[str, ...]] = {
    name: tuple(columns.split())
    for name, columns in {
        "places": """population_2010 urban_share age_0_14 age_65_plus tertiary_share skilled_share
            latitude longitude altitude_m x y wage_2010 amenity housing_cost agriculture_va_2010
            services_va_2010 construction_va_2010 public_jobs_share agriculture_jobs_2010
            services_jobs_2010 construction_jobs_2010 public_jobs_2010 water_quota land_quota in_zone park
            seat rival sends receives mine_closed
            household_energy household_so2 household_cod household_nh3n household_dust household_water
            agriculture_water budget_transfer""",
        "distances": "",  # see `SQUARE`
        "products": """industry unit_name series price_factor price_response value_added_ratio labour skilled_need
            professional_need energy so2 cod nh3n dust co2 water waste_kind waste waste2_kind waste2
            need_kind need capital_cost usual_utilisation heavy emerging extractive resource_tax chain_base
            outdated_share rival_overlap energy_cost_share market_growth abatement_cost""",
        "prices": """unit_name y2010 y2011 y2012 y2013 y2014 y2015 y2016 kappa sigma group jump_exposed""",
        "materials": """solid tax_rate storage_cost treatment_cost leak_rate use_value use_cost haul_km
            hazard stock_2010 reuse_2010 import_share""",
        "firms": """product place park capacity start chain_level efficiency debt_ratio mindset state_owned
            native_tie outdated staffing first_mover large""",
        "officials": """rank body place growth_first brand_view native integrity tenure_quarters""",
        "bodies": """kind place parent treasury_2010 staff_cost spending_share inspectors auditors
            coordination debt_2010 debt_ceiling""",
        "institutes": """level place posts filled field funding remoteness""",
        "banks": """kind""",
        "media": """kind reach independence""",
        "rival": """output_2010 growth wage_premium attraction""",
        "accounts": """industry agriculture construction services labour capital households firms
            government saving outside""",
    }.items()
}


def register_channel(channel: str) -> None:
    """Let content have a lever for a model of one's own: its value is then `zone.policy.more[channel]`.

    A model that does not declare the channel refuses such content.

    Raises:
        ValueError: the package itself has a channel of that name.
    """
    if channel in CHANNELS:
        raise ValueError(f"the channel {channel} is one of the package")
    _own_channels[channel] = None


def channels() -> tuple[str, ...]:
    """Return the channels of the package and those that were registered."""
    return (*CHANNELS, *_own_channels)
