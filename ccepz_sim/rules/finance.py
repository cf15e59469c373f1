"""Firm finance: working-capital credit, soft guarantees, repayment; who is starved of cash.

Source: docs/model.md (h).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import clip

YUAN = 1.0  # an overdraft below a yuan is rounding of the arithmetic, not want of cash

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def credit_limit(
    collateral: np.ndarray,
    sales: np.ndarray,
    state_owned: np.ndarray,
    guarantee: float,
    rates: tuple[float, float, float],
) -> np.ndarray:
    """Give the most a bank lends: a share of collateral, softer for state firms, more with a guarantee on sales.

    Args:
        collateral: book capital, yuan.
        sales: yearly sales, yuan.
        state_owned: 0 or 1.
        guarantee: share of a loan's loss covered.
        rates: loan to value; extra for state firms; share of sales a full guarantee adds.
    """
    value, soft, covered = rates
    limit: np.ndarray = collateral * (value + soft * state_owned) + sales * covered * guarantee
    return limit


def extrapolated(
    margin: np.ndarray, price: np.ndarray, usual: np.ndarray, weight: np.ndarray, most: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the margin investors count on, and the price trend they carry on: expected margin + weight x log trend.

    Args:
        margin: expected, share of the price; price, usual: now and smoothed, yuan/unit, above 0; one shape.
        weight: of the trend, 0 for firms that do not extrapolate; most: largest trend believed, log.

    Source: over-investment of coal firms in price booms; extrapolative expectations as in Barberis et al. 2015.
    """
    trend = clip(np.log(price / usual), -most, most)
    return margin + weight * trend, trend


def plan_projects(zone: PilotZone) -> None:
    """Set what firms expect of new plant and how much banks lend on it: over-investors carry on the price trend.

    Reads: investment.extrapolation, trend_speed, trend_most, credit_for_projects, boom_credit.
    """
    firms, p = zone.firms, zone.p.investment
    price = np.maximum(firms.price, 1e-9)
    firms.usual_price = np.where(firms.usual_price > 0.0, firms.usual_price, price)
    weight = p.extrapolation * firms.extrapolates
    firms.outlook, trend = extrapolated(firms.expected_margin, price, firms.usual_price, weight, p.trend_most)
    boom = np.maximum(0.0, trend) * firms.extrapolates
    firms.project_credit = p.credit_for_projects + p.boom_credit * boom
    firms.usual_price += p.trend_speed * (price - firms.usual_price)


def grant_credit(zone: PilotZone) -> None:
    """Firms short of working capital borrow up to their limit; firms with spare cash repay.

    Reads: finance.*; policy guarantees, risk_plans.
    """
    firms, ledger = zone.firms, zone.ledger
    p = zone.p.finance
    accounts = zone.firm_accounts
    cash, debt = ledger.deposits[accounts].copy(), ledger.loans[accounts].copy()
    cost = firms.output * firms.input_cost + firms.wage_bill
    target = p.cash_quarters * cost
    limit = credit_limit(
        firms.book_capital, firms.sales * QUARTERS, firms.state_owned, zone.policy.now.guarantees,
        (p.loan_to_value, p.state_softness, p.guarantee_of_sales),
    )  # fmt: skip
    grant = clip(limit - debt, 0.0, np.maximum(0.0, target - cash)) * firms.alive
    ledger.lend(accounts, grant)
    spare = clip(p.repay_share * (cash - p.repay_above * target), 0.0, debt) * firms.alive
    ledger.repay(accounts, spare)
    firms.starved = np.where(ledger.deposits[accounts] < -YUAN, firms.starved + 1, 0) * firms.alive
    firms.buffer = target * (1.0 + p.plan_buffer * zone.policy.now.risk_plans)


def loan_rate(zone: PilotZone) -> np.ndarray:
    """Give the yearly loan rate by firm: the dated benchmark, a private premium, a spread that rises with leverage.

    Returns:
        Share/year, shape (rows,).

    Reads: finance.rate_*, private_premium, leverage_spread, leverage_most.
    """
    firms, p = zone.firms, zone.p.finance
    base = p.rate_2010 + (p.rate_late - p.rate_2010) * min(1.0, zone.quarter / p.rate_quarters)
    leverage = zone.ledger.loans[zone.firm_accounts] / np.maximum(firms.book_capital, 1.0)
    rate: np.ndarray = (
        base + p.private_premium * (1.0 - firms.state_owned) + p.leverage_spread * np.minimum(leverage, p.leverage_most)
    )
    return rate
