"""Budgets are released: departments get what their tasks need as far as prefecture cash and debt ceiling reach.

A shortfall cuts programmes and enforcement first (fiscal stress). Source: docs/model.md (j).
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.ledger import Flow, Sector
from ccepz_sim.policies.effective import costs

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def _needs(
    lever_body: np.ndarray,
    lever_cost: np.ndarray,
    staff_cost: np.ndarray,
    prices: float,
    loans: np.ndarray,
    debt_ceiling: np.ndarray,
    debt_service: float,
) -> np.ndarray:
    """Give what bodies plan to spend this quarter on levers, staff and debt, yuan."""
    need = np.zeros(staff_cost.size)
    for lever in range(lever_body.size):
        need[lever_body[lever]] += lever_cost[lever]
    for body in range(need.size):
        need[body] += staff_cost[body] / QUARTERS * prices
        if debt_ceiling[body] > 0.0:
            need[body] += loans[body] * debt_service
    return need


@compiled
def _asks(need: np.ndarray, deposits: np.ndarray, asks_for_money: np.ndarray, saves: np.ndarray) -> np.ndarray:
    """Give what bodies ask the prefecture for: their need less their cash, unless that is saved for awards; yuan."""
    asks = np.zeros(need.size)
    for body in range(need.size):
        if asks_for_money[body]:
            free = 0.0 if saves[body] else max(0.0, deposits[body])
            asks[body] = max(0.0, need[body] - free)
    return asks


def release_budgets(zone: Zone) -> None:
    """Pay each body what it plans to spend this quarter, or the share there is money for.

    Reads: fiscal.*; the cost of all levers; own_revenue of the last quarter.
    """
    bodies, ledger, p = zone.bodies, zone.ledger, zone.p.fiscal
    accounts = ledger.of(Sector.BODIES)
    need = bodies.planned_cost
    need[:] = _needs(
        zone.policy.body, costs(zone.policy, zone.quarter), bodies.staff_cost, zone.prices.general,
        ledger.loans[accounts], bodies.debt_ceiling, p.public_rate / QUARTERS + p.amortisation,
    )  # fmt: skip
    _pay_transfer(zone)
    asks = _asks(need, ledger.deposits[accounts], zone.bodies.asks_for_money, zone.bodies.saves_for_awards)
    centre = zone.body.prefecture
    account = ledger.bodies + centre
    own = float(need[centre])
    room = max(0.0, float(bodies.debt_ceiling[centre] - ledger.loans[account]))
    have = max(0.0, float(ledger.deposits[account]))
    wanted = float(asks.sum()) + own
    borrow = min(max(wanted - have, 0.0), room)
    if borrow > 0.0:
        ledger.lend(account, borrow)
    share = min(1.0, (have + borrow) / wanted) if wanted > 0.0 else 1.0
    ledger.pay(Flow.BUDGET, account, accounts, asks * share)
    bodies.released[:] = share
    zone.governance.enforcement_money = max(p.enforcement_floor, 1.0 - p.stress_elasticity * (1.0 - share))


def _pay_transfer(zone: Zone) -> None:
    """The province and the centre support the prefecture's usual tasks, less a part of its own revenue."""
    ledger, p = zone.ledger, zone.p.fiscal
    revenue = float(zone.towns.last_revenue.sum()) * (1.0 - p.town_share)
    if isnan(zone.public.base_support):
        zone.public.base_support = max(0.0, float(zone.public.status_quo_need))
    growth = (1.0 + p.transfer_growth) ** (zone.quarter / QUARTERS)
    usual = zone.public.base_support * growth
    support = max(0.0, usual - p.equalisation_prefecture * revenue)
    province, prefecture = ledger.bodies + zone.body.province, ledger.bodies + zone.body.prefecture
    ledger.pay(Flow.TRANSFERS, zone.ledger.outside, province, support)
    ledger.pay(Flow.TRANSFERS, province, prefecture, support)
