"""Money of firms: sales, inputs, wages, taxes, interest, research, dividends, investment.

Each rule walks the firms once and posts what each pays and gets as it goes. What one rule reads of balances, those
before it have posted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.finance import benchmark_rate, loan_rate
from ccepz_sim.rules.markets.permits import trade_permits
from ccepz_sim.state.ledger import Flow, lend, pay

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def trade_and_pay_taxes(zone: Zone) -> None:
    """Firms sell, buy, pay wages, the handling of emissions and waste, taxes, permits and restoration deposits.

    Reads: fiscal.*; policy resource_price; shares of the base-year accounts.
    """
    trade(zone)
    trade_permits(zone)


@compiled
def trade(zone: Zone) -> None:
    """Each firm sells outside, buys inputs near and far, pays its people, what it leaves behind, and its taxes.

    The shares of taxes that stay change with the law: value added tax in 2016, pollution charges in 2018.
    """
    firms, ledger, p, now = zone.firms, zone.ledger, zone.p.fiscal, zone.policy.now
    vat_local = p.vat_local_early if zone.quarter < p.vat_reform_quarter else p.vat_local_late
    duty_local = p.fee_local if zone.quarter < p.environment_law_quarter else p.environment_tax_local
    outside = ledger.outside
    for firm in range(firms.rows):
        if not firms.alive[firm]:
            continue
        account, town = ledger.firms + firm, firms.place[firm]
        services = ledger.services + town
        sales, wages = firms.sales[firm], firms.wage_bill[firm]
        inputs = max(0.0, firms.output[firm] * firms.input_cost[firm] - firms.by_product_saving[firm])
        near = inputs * zone.base_year.local_inputs
        environment = firms.abatement_cost[firm] + firms.waste_cost[firm]
        left = sales - inputs - wages - environment - firms.bribe[firm] + firms.other_income[firm]
        vat = p.vat_effective * max(0.0, firms.value_added[firm])
        levy = zone.technology.resource_tax[firm] * now.resource_price * sales
        duty = firms.tax_due[firm, 0] + firms.tax_due[firm, 1] + firms.waste_tax[firm]
        deposit = firms.deposit_due[firm]
        firms.profit[firm] = left - vat - levy - duty - deposit
        firms.deposit_held[firm] += deposit
        pay(ledger, Flow.SALES, outside, account, sales)
        pay(ledger, Flow.INPUTS, account, services, near)
        pay(ledger, Flow.INPUTS, account, outside, inputs - near)
        pay(ledger, Flow.WAGES, account, ledger.households + town, wages)
        pay(ledger, Flow.ABATEMENT, account, outside, firms.abatement_cost[firm])
        pay(ledger, Flow.WASTE_SERVICE, account, services, firms.waste_cost[firm])
        pay_tax(zone, Flow.VAT, firm, vat, vat_local)
        pay_tax(zone, Flow.RESOURCE_TAX, firm, levy, p.resource_local)
        pay_tax(zone, Flow.POLLUTION_TAX, firm, duty, duty_local)
        pay(ledger, Flow.DEPOSIT_HELD, account, ledger.trust, deposit)


@compiled
def pay_tax(zone: Zone, kind: Flow, firm: int, amount: float, local: float) -> None:
    """A firm pays a tax to the centre, its town and the prefecture; what stays in the zone is counted.

    Args:
        kind: of the flow; amount: yuan; local: share that stays in the prefecture.

    Reads: fiscal.town_share.
    """
    ledger, towns, town = zone.ledger, zone.towns, zone.firms.place[firm]
    account = ledger.firms + firm
    stays = amount * local
    of_town = stays * zone.p.fiscal.town_share
    towns.own_revenue[town] += stays
    pay(ledger, kind, account, ledger.outside, amount - stays)
    pay(ledger, kind, account, ledger.bodies + towns.body[town], of_town)
    pay(ledger, kind, account, ledger.bodies + zone.body.prefecture, stays - of_town)


@compiled
def share_out_profit(zone: Zone) -> None:
    """Interest, research, profit tax with its preference, dividends; what remains stays as cash.

    Reads: finance.*, fiscal.*, settlement.local_research; policy guarantees, high_tech_cut, loss_relief.
    """
    benchmark = benchmark_rate(zone)
    asked = tax_profit(zone, benchmark)
    have = max(0.0, zone.ledger.deposits[zone.ledger.bodies + zone.body.finance])
    take_out(zone, benchmark, 1.0 if asked <= have else have / asked)


@compiled
def tax_profit(zone: Zone, benchmark: float) -> float:
    """Each firm spends on research what interest and fees leave; profit becomes what is taxed.

    Args:
        benchmark: of loans, share/year.

    Returns:
        What refunds of losses ask for together, yuan.
    """
    firms, ledger, p = zone.firms, zone.ledger, zone.p.finance
    asked = 0.0
    for firm in range(firms.rows):
        if not firms.alive[firm]:
            continue
        account = ledger.firms + firm
        costs = credit_costs(zone, firm, benchmark)
        firms.research[firm] = min(firms.research[firm], max(0.0, ledger.deposits[account] - costs))
        wear = firms.book_capital[firm] * p.depreciation / QUARTERS
        firms.profit[firm] = firms.profit[firm] - costs - firms.research[firm] - wear
        asked += refund_of(zone, firm)
    return asked


@compiled
def credit_costs(zone: Zone, firm: int, benchmark: float) -> float:
    """Give interest and the fee of the guarantee company of one firm, yuan."""
    return interest_of(zone, firm, benchmark) + fee_of(zone, firm)


@compiled
def interest_of(zone: Zone, firm: int, benchmark: float) -> float:
    """Give what a firm pays for its loans this quarter, yuan; benchmark: share/year."""
    debt = zone.ledger.loans[zone.ledger.firms + firm]
    return debt * loan_rate(zone, firm, benchmark) / QUARTERS


@compiled
def fee_of(zone: Zone, firm: int) -> float:
    """Give what a firm pays for guarantees this quarter, yuan."""
    p = zone.p.finance
    rate = p.guarantee_fee / QUARTERS * zone.policy.now.guarantees * p.guaranteed_share
    return rate * zone.ledger.loans[zone.ledger.firms + firm]


@compiled
def performs_research(zone: Zone, firm: int) -> bool:
    """Say whether a firm researches enough for the preferences of high technology."""
    return zone.firms.research[firm] > zone.p.fiscal.research_threshold * zone.firms.sales[firm]


@compiled
def refund_of(zone: Zone, firm: int) -> float:
    """Give the refund that a researcher with a loss may ask, yuan; its profit is what is taxed."""
    if zone.firms.profit[firm] < 0.0 and performs_research(zone, firm):
        now = zone.policy.now
        return now.loss_relief * now.high_tech_cut * zone.p.fiscal.loss_refund * zone.firms.research[firm]
    return 0.0


@compiled
def take_out(zone: Zone, benchmark: float, refunded: float) -> None:
    """Each firm pays interest, fees, research and profit tax; owners take dividends; quarters of loss are counted.

    Args:
        benchmark: of loans, share/year; refunded: share of refunds that there is money for.
    """
    firms, ledger, p, f, now = zone.firms, zone.ledger, zone.p.fiscal, zone.p.finance, zone.policy.now
    office, outside = ledger.bodies + zone.body.finance, ledger.outside
    for firm in range(firms.rows):
        if not firms.alive[firm]:
            firms.losses[firm] = 0
            continue
        account, homes = ledger.firms + firm, ledger.households + firms.place[firm]
        cash, taxable, research = ledger.deposits[account], firms.profit[firm], firms.research[firm]
        interest, fee = interest_of(zone, firm, benchmark), fee_of(zone, firm)
        rate = max(0.0, p.profit_tax - now.high_tech_cut) if performs_research(zone, firm) else p.profit_tax
        tax, refund = rate * max(0.0, taxable), refund_of(zone, firm) * refunded
        profit = taxable - tax + refund
        cash = cash - (interest + fee) + (refund - research - tax)
        dividend = min(max(0.0, cash - firms.buffer[firm]), f.payout * max(0.0, profit))
        kept_here = dividend * f.local_owners * (1.0 - firms.state_owned[firm])
        firms.profit[firm] = profit
        firms.losses[firm] = firms.losses[firm] + 1 if profit < 0.0 else 0
        near = research * zone.p.settlement.local_research
        pay(ledger, Flow.SUBSIDIES, office, account, refund)
        pay(ledger, Flow.INTEREST, account, ledger.bank, interest)
        pay(ledger, Flow.GUARANTEE, account, ledger.guarantee, fee)
        pay(ledger, Flow.RESEARCH, account, homes, near)
        pay(ledger, Flow.RESEARCH, account, outside, research - near)
        pay_tax(zone, Flow.PROFIT_TAX, firm, tax, p.profit_tax_local)
        pay(ledger, Flow.DIVIDENDS, account, homes, kept_here)
        pay(ledger, Flow.DIVIDENDS, account, outside, dividend - kept_here)


@compiled
def invest(zone: Zone) -> None:
    """Replace wear while cash lasts; expand when the expected margin beats the hurdle (booms are extrapolated).

    Reads: investment.*, finance.depreciation; policy land_concession, approval_time; shares of the base-year accounts.
    """
    firms, tech, ledger, now, p = zone.firms, zone.technology, zone.ledger, zone.policy.now, zone.p.investment
    wear = zone.p.finance.depreciation / QUARTERS
    land = 1.0 - p.land_share * now.land_concession
    speed = p.approval_reference / (p.approval_reference + now.approval_time)
    for firm in range(firms.rows):
        granted, firms.plant_money[firm], firms.investment[firm] = firms.plant_money[firm], 0.0, 0.0
        if not firms.alive[firm]:
            continue
        account, town, capacity = ledger.firms + firm, firms.place[firm], firms.capacity[firm]
        cash = max(0.0, ledger.deposits[account])
        room = cash + max(0.0, firms.project_credit[firm] * firms.book_capital[firm] - ledger.loans[account])
        unit = tech.capital_cost[firm] * zone.prices.general * land
        worn = wear * capacity * unit * p.replacement
        replace = min(cash, worn) if firms.utilisation[firm] > 0.0 else 0.0
        bill = 0.0
        if firms.utilisation[firm] > p.busy * tech.usual_utilisation[firm]:
            wish = min(p.most_growth, p.response * max(0.0, firms.outlook[firm] - p.hurdle)) * speed
            wish *= 1.0 + p.infrastructure_pull * (zone.towns.infrastructure[town] - 1.0)
            bill = min(min(max(wish, 0.0), p.most_growth) * capacity * unit, p.cash_share * room)
        granted = min(granted, cash)
        if granted > 0.0:
            bill += granted * (1.0 - p.crowding_out * min(1.0, bill / max(granted, 1.0)))
        investment = replace + bill
        added = bill / max(unit, 1e-9)
        capacity += added - wear * p.decay * (1.0 - min(1.0, replace / max(worn, 1e-9))) * capacity
        firms.investment[firm] = investment
        firms.capacity[firm] = capacity
        firms.book_capital[firm] = firms.book_capital[firm] * (1.0 - wear) + investment
        if added > 0.0:
            firms.outdated[firm] *= capacity / max(capacity + added, 1e-9)
        near = investment * zone.base_year.local_construction
        lend(ledger, account, max(investment - cash, 0.0))
        pay(ledger, Flow.INVESTMENT, account, ledger.construction + town, near)
        pay(ledger, Flow.INVESTMENT, account, ledger.outside, investment - near)
    quarter = min(zone.quarter, zone.fixed.quarters - 1)
    for town in range(zone.towns.rows):
        spent = zone.fixed.project_spending[quarter, town]
        pay(ledger, Flow.INVESTMENT, ledger.outside, ledger.construction + town, spent)
