"""Firm finance: working-capital credit, soft guarantees, repayment; who is starved of cash.

Source: docs/model.md (h).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled

YUAN = 1.0  # an overdraft below a yuan is rounding of the arithmetic, not want of cash

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
        sales: yearly sales, yuan.
        state_owned: 0 or 1.
        guarantee: share of a loan's loss covered.
        rates: loan to value; extra for state firms; share of sales a full guarantee adds.
    """
    value, soft, covered = rates
    return collateral * (value + soft * state_owned) + sales * covered * guarantee


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
def _expect(
    now: np.ndarray,
    extrapolates: np.ndarray,
    expected_margin: np.ndarray,
    extrapolation: float,
    trend_speed: float,
    trend_most: float,
    credit_for_projects: float,
    boom_credit: float,
    usual_price: np.ndarray,
    outlook: np.ndarray,
    project_credit: np.ndarray,
) -> None:
    """Set each firm's outlook, the credit it gets for projects, and its usual price; now: price, yuan/unit."""
    for firm in range(now.size):
        price = max(now[firm], 1e-9)
        usual = usual_price[firm] if usual_price[firm] > 0.0 else price
        outlook[firm], boom = expected_margin[firm], 0.0
        if extrapolates[firm] > 0.0:
            weight = extrapolation * extrapolates[firm]
            outlook[firm], trend = extrapolated(expected_margin[firm], price, usual, weight, trend_most)
            boom = max(0.0, trend) * extrapolates[firm]
        project_credit[firm] = credit_for_projects + boom_credit * boom
        usual_price[firm] = usual + trend_speed * (price - usual)


def plan_projects(zone: Zone) -> None:
    """Set what firms expect of new plant and how much banks lend on it: over-investors carry on the price trend.

    Reads: investment.extrapolation, trend_speed, trend_most, credit_for_projects, boom_credit.
    """
    firms, p = zone.firms, zone.p.investment
    _expect(
        firms.price, firms.extrapolates, firms.expected_margin, p.extrapolation, p.trend_speed, p.trend_most,
        p.credit_for_projects, p.boom_credit, firms.usual_price, firms.outlook, firms.project_credit,
    )  # fmt: skip


@compiled
def _lend_and_repay(
    deposits: np.ndarray,
    loans: np.ndarray,
    alive: np.ndarray,
    output: np.ndarray,
    input_cost: np.ndarray,
    wage_bill: np.ndarray,
    book_capital: np.ndarray,
    sales: np.ndarray,
    state_owned: np.ndarray,
    guarantees: float,
    loan_to_value: float,
    state_softness: float,
    guarantee_of_sales: float,
    cash_quarters: float,
    repay_share: float,
    repay_above: float,
    buffer_target: float,
    starved: np.ndarray,
    buffer: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Set the cash firms keep, count quarters without cash and credit, and give new loans and repayments, yuan."""
    grant, spare = np.zeros(alive.size), np.zeros(alive.size)
    rates = (loan_to_value, state_softness, guarantee_of_sales)
    for firm in range(alive.size):
        cash, debt = deposits[firm], loans[firm]
        target = cash_quarters * (output[firm] * input_cost[firm] + wage_bill[firm])
        buffer[firm] = target * buffer_target
        if not alive[firm]:
            starved[firm] = 0
            continue
        limit = credit_limit(book_capital[firm], sales[firm] * QUARTERS, state_owned[firm], guarantees, rates)
        grant[firm] = min(max(limit - debt, 0.0), max(0.0, target - cash))
        spare[firm] = min(max(repay_share * (cash - repay_above * target), 0.0), debt)
        starved[firm] = starved[firm] + 1 if cash + grant[firm] - spare[firm] < -YUAN else 0
    return grant, spare


def grant_credit(zone: Zone) -> None:
    """Firms short of working capital borrow up to their limit; firms with spare cash repay.

    Reads: finance.*; policy guarantees, risk_plans.
    """
    firms, ledger, now = zone.firms, zone.ledger, zone.policy.now
    p = zone.p.finance
    accounts = zone.ledger.firm_accounts
    grant, spare = _lend_and_repay(
        ledger.deposits[accounts], ledger.loans[accounts], firms.alive, firms.output, firms.input_cost,
        firms.wage_bill, firms.book_capital, firms.sales, firms.state_owned, now.guarantees, p.loan_to_value,
        p.state_softness, p.guarantee_of_sales, p.cash_quarters, p.repay_share, p.repay_above,
        1.0 + p.plan_buffer * now.risk_plans, firms.starved, firms.buffer,
    )  # fmt: skip
    ledger.lend(accounts, grant)
    ledger.repay(accounts, spare)


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
