"""Budgets are released: departments get what their tasks need as far as prefecture cash and debt ceiling reach.

A shortfall cuts programmes and enforcement first (fiscal stress). Source: docs/model.md (j).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.policy import cost_of
from ccepz_sim.state.ledger import Flow, lend, pay

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def plan_spending(zone: Zone) -> None:
    """Note what bodies plan to spend this quarter on levers, staff and debt."""
    bodies, policy, ledger, p = zone.bodies, zone.policy, zone.ledger, zone.p.fiscal
    debt_service = p.public_rate / QUARTERS + p.amortisation
    bodies.planned_cost[:] = 0.0
    for lever in range(policy.levers):
        bodies.planned_cost[policy.body[lever]] += cost_of(policy, lever, zone.quarter)
    for body in range(bodies.rows):
        bodies.planned_cost[body] += bodies.staff_cost[body] / QUARTERS * zone.prices.general
        if bodies.debt_ceiling[body] > 0.0:
            bodies.planned_cost[body] += ledger.loans[ledger.bodies + body] * debt_service


@compiled
def release_budgets(zone: Zone) -> None:
    """Pay each body what it plans to spend this quarter, or the share there is money for.

    A body asks the prefecture for its need less its cash, unless that is saved for awards.

    Reads: fiscal.*; the cost of all levers; own_revenue of the last quarter.
    """
    bodies, ledger, p, centre = zone.bodies, zone.ledger, zone.p.fiscal, zone.body.prefecture
    plan_spending(zone)
    _pay_transfer(zone)
    account = ledger.bodies + centre
    asks = np.zeros(bodies.rows)
    for body in range(bodies.rows):
        if bodies.asks_for_money[body]:
            free = 0.0 if bodies.saves_for_awards[body] else max(0.0, ledger.deposits[ledger.bodies + body])
            asks[body] = max(0.0, bodies.planned_cost[body] - free)
    wanted = asks.sum() + bodies.planned_cost[centre]
    room = max(0.0, bodies.debt_ceiling[centre] - ledger.loans[account])
    have = max(0.0, ledger.deposits[account])
    borrow = min(max(wanted - have, 0.0), room)
    lend(ledger, account, borrow)
    share = min(1.0, (have + borrow) / wanted) if wanted > 0.0 else 1.0
    for body in range(bodies.rows):
        pay(ledger, Flow.BUDGET, account, ledger.bodies + body, asks[body] * share)
        bodies.released[body] = share
    zone.governance.enforcement_money = max(p.enforcement_floor, 1.0 - p.stress_elasticity * (1.0 - share))


@compiled
def _pay_transfer(zone: Zone) -> None:
    """The province and the centre support the prefecture's usual tasks, less a part of its own revenue."""
    ledger, p = zone.ledger, zone.p.fiscal
    revenue = zone.towns.last_revenue.sum() * (1.0 - p.town_share)
    if np.isnan(zone.public.base_support):
        zone.public.base_support = max(0.0, zone.public.status_quo_need)
    usual = zone.public.base_support * (1.0 + p.transfer_growth) ** (zone.quarter / QUARTERS)
    support = max(0.0, usual - p.equalisation_prefecture * revenue)
    province = ledger.bodies + zone.body.province
    pay(ledger, Flow.TRANSFERS, ledger.outside, province, support)
    pay(ledger, Flow.TRANSFERS, province, ledger.bodies + zone.body.prefecture, support)
