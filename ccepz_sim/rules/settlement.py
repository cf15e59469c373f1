"""The settlement of a quarter: who pays when. The payments themselves stand in the modules it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccepz_sim.rules.firm_money import invest, share_out_profit, trade_and_pay_taxes
from ccepz_sim.rules.funds import award_funds, disburse_programmes
from ccepz_sim.rules.household_money import earn_and_spend, settle_sectors
from ccepz_sim.rules.public_money import pay_public_side

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def settle(zone: Zone) -> None:
    """Pay everything the quarter owes, firms first, then the public side, then households and sectors.

    Reads: fiscal.*, finance.*, investment.*, settlement.*, sectors.* and what `award_funds` and
    `disburse_programmes` read; policy resource_price, high_tech_cut, loss_relief, guarantees, land_concession,
    approval_time; shares of the base-year accounts.
    """
    trade_and_pay_taxes(zone)
    award_funds(zone)
    disburse_programmes(zone)
    share_out_profit(zone)
    invest(zone)
    pay_public_side(zone)
    earn_and_spend(zone)
    settle_sectors(zone)
