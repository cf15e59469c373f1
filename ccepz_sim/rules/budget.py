"""Budgets are released: departments get what their tasks need as far as prefecture cash and debt ceiling reach.

A shortfall cuts programmes and enforcement first (fiscal stress). Source: docs/model.md (j).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def release_budgets(zone: PilotZone) -> None:
    """Pay each body what it plans to spend this quarter, or the share there is money for.

    Reads: fiscal.*; the cost of all levers; own_revenue of the last quarter.
    """
    bodies, ledger, p = zone.bodies, zone.ledger, zone.p.fiscal
    accounts = ledger.of("bodies")
    need = np.bincount(zone.policy.body, weights=zone.policy.cost(zone.quarter), minlength=len(bodies.ids))
    need += bodies.staff_cost / QUARTERS * zone.prices.general
    need += ledger.loans[accounts] * (p.public_rate / QUARTERS + p.amortisation) * (bodies.debt_ceiling > 0.0)
    bodies.planned_cost = need
    _pay_transfer(zone)
    cash = ledger.deposits[accounts].copy()
    centre = zone.body["prefecture"]
    account = int(zone.body_account(centre))
    free = np.where(zone.saves_for_awards, 0.0, np.maximum(0.0, cash))
    asks = np.where(zone.asks_for_money, np.maximum(0.0, need - free), 0.0)
    own = float(need[centre])
    room = max(0.0, float(bodies.debt_ceiling[centre] - ledger.loans[account]))
    have = max(0.0, float(cash[centre]))
    wanted = float(asks.sum()) + own
    borrow = min(max(wanted - have, 0.0), room)
    if borrow > 0.0:
        ledger.lend(account, borrow)
    share = min(1.0, (have + borrow) / wanted) if wanted > 0.0 else 1.0
    ledger.pay("budget", account, accounts, asks * share)
    bodies.released[:] = share
    zone.enforcement_money = max(p.enforcement_floor, 1.0 - p.stress_elasticity * (1.0 - share))


def _pay_transfer(zone: PilotZone) -> None:
    """The province and the centre support the prefecture's usual tasks, less a part of its own revenue."""
    ledger, p = zone.ledger, zone.p.fiscal
    revenue = float(zone.last_revenue.sum()) * (1.0 - p.town_share)
    if zone.base_support is None:
        zone.base_support = max(0.0, float(zone.status_quo_need))
    growth = (1.0 + p.transfer_growth) ** (zone.quarter / QUARTERS)
    usual = zone.base_support * growth
    support = max(0.0, usual - p.equalisation_prefecture * revenue)
    ledger.pay("transfers", zone.outside_account, zone.body_account(zone.body["province"]), support)
    ledger.pay(
        "transfers",
        zone.body_account(zone.body["province"]),
        zone.body_account(zone.body["prefecture"]),
        support,
    )
