"""Firm finance: working-capital credit, soft guarantees, repayment; who is starved of cash.

Source: docs/model.md (h).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.ledger import lend

YUAN = 1.0  # yuan; an overdraft below it is rounding of the arithmetic, not want of cash

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
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
        sales: yuan/year.
        state_owned: 0 or 1.
        guarantee: share of a loan's loss covered.
        rates: loan to value; extra for state firms; share of sales a full guarantee adds.
    """
    value, soft, covered = rates
    return collateral * (value + soft * state_owned) + sales * covered * guarantee  # in yuan: of a year's sales


@compiled
def extrapolated(
    margin: np.ndarray, price: np.ndarray, usual: np.ndarray, weight: np.ndarray, most: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the margin investors count on, and the price trend they carry on: expected margin + weight x log trend.

    Args:
        margin: expected, share of the price; price, usual: now and smoothed, yuan/unit, above 0; one shape.
        weight: of the trend, 0 for firms that do not extrapolate; most: largest trend believed, log.

    Source: over-investment of coal firms in price booms; extrapolative expectations as in Barberis et al. 2015.
    """
    trend = np.minimum(np.maximum(np.log(price / usual), -most), most)
    return margin + weight * trend, trend


@compiled
def plan_projects(zone: Zone) -> None:
    """Set what firms expect of new plant and how much banks lend on it: over-investors carry on the price trend.

    Reads: investment.extrapolation, trend_speed, trend_most, credit_for_projects, boom_credit.
    """
    firms, p = zone.firms, zone.p.investment
    for firm in range(firms.rows):
        price, expected = max(firms.price[firm], 1e-9), firms.expected_margin[firm]
        usual = firms.usual_price[firm] if firms.usual_price[firm] > 0.0 else price
        firms.outlook[firm], boom = expected, 0.0
        if firms.extrapolates[firm] > 0.0:
            weight = p.extrapolation * firms.extrapolates[firm]
            firms.outlook[firm], trend = extrapolated(expected, price, usual, weight, p.trend_most)
            boom = max(0.0, trend) * firms.extrapolates[firm]
        firms.project_credit[firm] = p.credit_for_projects + p.boom_credit * boom
        firms.usual_price[firm] = usual + p.trend_speed * (price - usual)


@compiled
def grant_credit(zone: Zone) -> None:
    """Firms short of working capital borrow up to their limit; firms with spare cash repay.

    Sets the cash firms keep, and counts quarters without cash and credit.

    Reads: finance.*; policy guarantees, risk_plans.
    """
    firms, ledger, now, p = zone.firms, zone.ledger, zone.policy.now, zone.p.finance
    rates = (p.loan_to_value, p.state_softness, p.guarantee_of_sales)
    for firm in range(firms.rows):
        account = ledger.firms + firm
        cash, debt = ledger.deposits[account], ledger.loans[account]
        target = p.cash_quarters * (firms.output[firm] * firms.input_cost[firm] + firms.wage_bill[firm])
        firms.buffer[firm] = target * (1.0 + p.plan_buffer * now.risk_plans)
        if not firms.alive[firm]:
            firms.starved[firm] = 0
            continue
        sales = firms.sales[firm] * QUARTERS
        limit = credit_limit(firms.book_capital[firm], sales, firms.state_owned[firm], now.guarantees, rates)
        granted = min(max(limit - debt, 0.0), max(0.0, target - cash))
        spare = min(max(p.repay_share * (cash - p.repay_above * target), 0.0), debt)
        firms.starved[firm] = firms.starved[firm] + 1 if cash + granted - spare < -YUAN else 0
        lend(ledger, account, granted)
        lend(ledger, account, -spare)


@compiled
def benchmark_rate(zone: Zone) -> float:
    """Give the dated benchmark of loans, share/year.

    Reads: finance.rate_*.
    """
    p = zone.p.finance
    return p.rate_2010 + (p.rate_late - p.rate_2010) * min(1.0, zone.quarter / p.rate_quarters)


@compiled
def loan_rate(zone: Zone, firm: int, benchmark: float) -> float:
    """Give the yearly loan rate of a firm: the benchmark, a private premium, a spread that rises with leverage.

    Args:
        benchmark: share/year.

    Reads: finance.private_premium, leverage_spread, leverage_most.
    """
    firms, p = zone.firms, zone.p.finance
    leverage = min(zone.ledger.loans[zone.ledger.firms + firm] / max(firms.book_capital[firm], 1.0), p.leverage_most)
    return benchmark + p.private_premium * (1.0 - firms.state_owned[firm]) + p.leverage_spread * leverage
