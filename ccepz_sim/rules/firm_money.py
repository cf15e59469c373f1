"""Money of firms: sales, inputs, wages, taxes, interest, research, dividends, investment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.ledger import Flow, Sector
from ccepz_sim.markets.permits import trade_permits
from ccepz_sim.rules.deposits import pay_deposits
from ccepz_sim.rules.finance import loan_rate

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def _trade_of_firms(
    output: np.ndarray,
    sales: np.ndarray,
    input_cost: np.ndarray,
    by_product_saving: np.ndarray,
    wage_bill: np.ndarray,
    abatement_cost: np.ndarray,
    waste_cost: np.ndarray,
    bribe: np.ndarray,
    other_income: np.ndarray,
    local_inputs: float,
    profit: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Set what sales leave each firm before taxes, and give what it pays for inputs near and far; yuan."""
    near, far = np.empty(output.size), np.empty(output.size)
    for firm in range(output.size):
        inputs = max(0.0, output[firm] * input_cost[firm] - by_product_saving[firm])
        near[firm] = inputs * local_inputs
        far[firm] = inputs - near[firm]
        environment = abatement_cost[firm] + waste_cost[firm]
        profit[firm] = sales[firm] - inputs - wage_bill[firm] - environment - bribe[firm] + other_income[firm]
    return near, far


def trade(zone: Zone) -> None:
    """Firms sell outside, buy inputs near and far, pay wages and the handling of emissions and waste."""
    firms, ledger = zone.firms, zone.ledger
    outside, payers = zone.ledger.outside, zone.ledger.firm_accounts
    near, far = _trade_of_firms(
        firms.output, firms.sales, firms.input_cost, firms.by_product_saving, firms.wage_bill, firms.abatement_cost,
        firms.waste_cost, firms.bribe, firms.other_income, zone.base_year.local_inputs, firms.profit,
    )  # fmt: skip
    services = ledger.account(Sector.SERVICES, firms.place)
    ledger.pay(Flow.SALES, outside, payers, firms.sales)
    ledger.pay(Flow.INPUTS, payers, services, near)
    ledger.pay(Flow.INPUTS, payers, outside, far)
    ledger.pay(Flow.WAGES, payers, ledger.account(Sector.HOUSEHOLDS, firms.place), firms.wage_bill)
    ledger.pay(Flow.ABATEMENT, payers, outside, firms.abatement_cost)
    ledger.pay(Flow.WASTE_SERVICE, payers, services, firms.waste_cost)


@compiled
def _tax_shares(
    amount: np.ndarray,
    place: np.ndarray,
    local: float,
    town_share: float,
    town_body: np.ndarray,
    first_body: int,
    own_revenue: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Count the revenue of places, and give what of each firm's tax goes to the centre, its town, the prefecture.

    Returns:
        The three parts, yuan, and the account of the town.
    """
    away, town, rest = np.empty(amount.size), np.empty(amount.size), np.empty(amount.size)
    account = np.empty(amount.size, dtype=np.int64)
    stayed = np.zeros(own_revenue.size)
    for firm in range(amount.size):
        stays = amount[firm] * local
        stayed[place[firm]] += stays
        away[firm] = amount[firm] - stays
        town[firm] = stays * town_share
        rest[firm] = stays - town[firm]
        account[firm] = first_body + town_body[place[firm]]
    own_revenue += stayed
    return away, town, rest, account


def pay_tax(zone: Zone, kind: Flow, amount: np.ndarray, local: float) -> None:
    """Firms pay a tax to the centre, their town and the prefecture; what stays in the zone is counted.

    Args:
        kind: of the flow; amount: yuan, shape (rows,); local: share that stays in the prefecture.

    Reads: fiscal.town_share.
    """
    ledger, payers = zone.ledger, zone.ledger.firm_accounts
    away, town, rest, account = _tax_shares(
        amount, zone.firms.place, local, zone.p.fiscal.town_share, zone.towns.body, ledger.bodies,
        zone.towns.own_revenue,
    )  # fmt: skip
    ledger.pay(kind, payers, zone.ledger.outside, away)
    ledger.pay(kind, payers, account, town)
    ledger.pay(kind, payers, zone.ledger.bodies + zone.body.prefecture, rest)


@compiled
def _duties(
    value_added: np.ndarray,
    sales: np.ndarray,
    tax_due: np.ndarray,
    waste_tax: np.ndarray,
    resource_tax: np.ndarray,
    vat_effective: float,
    resource_price: float,
    profit: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take value added tax, resource tax and pollution tax from each firm's profit and give all three, yuan."""
    vat, levy, duty = np.empty(sales.size), np.empty(sales.size), np.empty(sales.size)
    for firm in range(sales.size):
        vat[firm] = vat_effective * max(0.0, value_added[firm])
        levy[firm] = resource_tax[firm] * resource_price * sales[firm]
        duty[firm] = tax_due[firm, 0] + tax_due[firm, 1] + waste_tax[firm]
        profit[firm] = profit[firm] - vat[firm] - levy[firm] - duty[firm]
    return vat, levy, duty


def pay_taxes(zone: Zone) -> None:
    """Value added, resources, pollution, permits and restoration deposits are paid; shares change with the law."""
    firms, p = zone.firms, zone.p.fiscal
    early, old = zone.quarter < p.vat_reform_quarter, zone.quarter < p.environment_law_quarter
    vat, levy, duty = _duties(
        firms.value_added, firms.sales, firms.tax_due, firms.waste_tax, zone.technology.resource_tax, p.vat_effective,
        zone.policy.now.resource_price, firms.profit,
    )  # fmt: skip
    pay_tax(zone, Flow.VAT, vat, p.vat_local_early if early else p.vat_local_late)
    pay_tax(zone, Flow.RESOURCE_TAX, levy, p.resource_local)
    pay_tax(zone, Flow.POLLUTION_TAX, duty, p.fee_local if old else p.environment_tax_local)
    trade_permits(zone)
    pay_deposits(zone)


@compiled
def _outlays(
    deposits: np.ndarray,
    loans: np.ndarray,
    loan_rate: np.ndarray,
    fee_rate: float,
    book_capital: np.ndarray,
    depreciation: float,
    sales: np.ndarray,
    research: np.ndarray,
    local_research: float,
    research_threshold: float,
    profit_tax: float,
    high_tech_cut: float,
    refund_rate: float,
    profit: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Firms spend on research what interest and fees leave; profit becomes taxable profit.

    Returns:
        Interest, guarantee fee, research near and far, profit tax, refund of losses that researchers may ask; yuan.
    """
    rows = deposits.size
    interest, fee, near, far = np.empty(rows), np.empty(rows), np.empty(rows), np.empty(rows)
    tax, refund = np.empty(rows), np.empty(rows)
    for firm in range(rows):
        interest[firm] = loans[firm] * loan_rate[firm] / QUARTERS
        fee[firm] = fee_rate * loans[firm]
        cash = deposits[firm] - (interest[firm] + fee[firm])
        research[firm] = min(research[firm], max(0.0, cash))
        near[firm] = research[firm] * local_research
        far[firm] = research[firm] - near[firm]
        wear = book_capital[firm] * depreciation / QUARTERS
        taxable = profit[firm] - interest[firm] - fee[firm] - research[firm] - wear
        performer = research[firm] > research_threshold * sales[firm]
        rate = max(0.0, profit_tax - high_tech_cut) if performer else profit_tax
        tax[firm] = rate * max(0.0, taxable)
        refund[firm] = refund_rate * research[firm] if performer and taxable < 0.0 else 0.0
        profit[firm] = taxable
    return interest, fee, near, far, tax, refund


@compiled
def _take_out(
    deposits: np.ndarray,
    interest: np.ndarray,
    fee: np.ndarray,
    research: np.ndarray,
    tax: np.ndarray,
    refund: np.ndarray,
    buffer: np.ndarray,
    payout: float,
    state_owned: np.ndarray,
    local_owners: float,
    alive: np.ndarray,
    profit: np.ndarray,
    losses: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Set profit after tax, count quarters of loss, and give the dividends paid near and far, yuan."""
    near, far = np.empty(deposits.size), np.empty(deposits.size)
    for firm in range(deposits.size):
        profit[firm] = profit[firm] - tax[firm] + refund[firm]
        cash = deposits[firm] - (interest[firm] + fee[firm]) + (refund[firm] - research[firm] - tax[firm])
        dividend = min(max(0.0, cash - buffer[firm]), payout * max(0.0, profit[firm]))
        near[firm] = dividend * local_owners * (1.0 - state_owned[firm])
        far[firm] = dividend - near[firm]
        losses[firm] = losses[firm] + 1 if profit[firm] < 0.0 and alive[firm] else 0
    return near, far


def share_out_profit(zone: Zone) -> None:
    """Interest, profit tax with its preference, dividends; what remains stays as cash."""
    firms, ledger, p, now = zone.firms, zone.ledger, zone.p.fiscal, zone.policy.now
    f = zone.p.finance
    accounts, outside = zone.ledger.firm_accounts, zone.ledger.outside
    homes = ledger.account(Sector.HOUSEHOLDS, firms.place)
    cash = ledger.deposits[accounts].copy()
    fee_rate = f.guarantee_fee / QUARTERS * now.guarantees * f.guaranteed_share
    interest, fee, near, far, tax, refund = _outlays(
        cash, ledger.loans[accounts], loan_rate(zone), fee_rate, firms.book_capital, f.depreciation, firms.sales,
        firms.research, zone.p.settlement.local_research, p.research_threshold, p.profit_tax, now.high_tech_cut,
        now.loss_relief * now.high_tech_cut * p.loss_refund, firms.profit,
    )  # fmt: skip
    refund = zone.ledger.affordable(zone.ledger.bodies + zone.body.finance, refund)
    ledger.pay(Flow.SUBSIDIES, zone.ledger.bodies + zone.body.finance, accounts, refund)
    kept_here, sent_away = _take_out(
        cash, interest, fee, firms.research, tax, refund, firms.buffer, f.payout, firms.state_owned, f.local_owners,
        firms.alive, firms.profit, firms.losses,
    )  # fmt: skip
    ledger.pay(Flow.INTEREST, accounts, zone.ledger.bank, interest)
    ledger.pay(Flow.GUARANTEE, accounts, zone.ledger.guarantee, fee)
    ledger.pay(Flow.RESEARCH, accounts, homes, near)
    ledger.pay(Flow.RESEARCH, accounts, outside, far)
    pay_tax(zone, Flow.PROFIT_TAX, tax, p.profit_tax_local)
    ledger.pay(Flow.DIVIDENDS, accounts, homes, kept_here)
    ledger.pay(Flow.DIVIDENDS, accounts, outside, sent_away)


@compiled
def _projects(
    deposits: np.ndarray,
    loans: np.ndarray,
    alive: np.ndarray,
    place: np.ndarray,
    infrastructure: np.ndarray,
    capital_cost: np.ndarray,
    prices: float,
    land: float,
    utilisation: np.ndarray,
    usual_utilisation: np.ndarray,
    outlook: np.ndarray,
    project_credit: np.ndarray,
    wear: float,
    replacement: float,
    hurdle: float,
    response: float,
    speed: float,
    busy: float,
    infrastructure_pull: float,
    most_growth: float,
    cash_share: float,
    crowding_out: float,
    decay: float,
    local_construction: float,
    plant_money: np.ndarray,
    investment: np.ndarray,
    capacity: np.ndarray,
    book_capital: np.ndarray,
    outdated: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Firms replace, expand, spend grants for plant; give what each borrows, and buys near and far, yuan."""
    rows = deposits.size
    borrowed, near, far = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    for firm in range(rows):
        granted, plant_money[firm], investment[firm] = plant_money[firm], 0.0, 0.0
        if not alive[firm]:
            continue
        cash = max(0.0, deposits[firm])
        room = cash + max(0.0, project_credit[firm] * book_capital[firm] - loans[firm])
        unit = capital_cost[firm] * prices * land
        worn = wear * capacity[firm] * unit * replacement
        replace = min(cash, worn) if utilisation[firm] > 0.0 else 0.0
        bill = 0.0
        if utilisation[firm] > busy * usual_utilisation[firm]:
            wish = min(most_growth, response * max(0.0, outlook[firm] - hurdle)) * speed
            wish *= 1.0 + infrastructure_pull * (infrastructure[place[firm]] - 1.0)
            bill = min(min(max(wish, 0.0), most_growth) * capacity[firm] * unit, cash_share * room)
        granted = min(granted, cash)
        if granted > 0.0:
            bill += granted * (1.0 - crowding_out * min(1.0, bill / max(granted, 1.0)))
        investment[firm] = replace + bill
        borrowed[firm] = max(investment[firm] - cash, 0.0)
        near[firm] = investment[firm] * local_construction
        far[firm] = investment[firm] - near[firm]
        added = bill / max(unit, 1e-9)
        capacity[firm] += added - wear * decay * (1.0 - min(1.0, replace / max(worn, 1e-9))) * capacity[firm]
        book_capital[firm] = book_capital[firm] * (1.0 - wear) + investment[firm]
        if added > 0.0:
            outdated[firm] *= capacity[firm] / max(capacity[firm] + added, 1e-9)
    return borrowed, near, far


def invest(zone: Zone) -> None:
    """Replace wear while cash lasts; expand when the expected margin beats the hurdle (booms are extrapolated)."""
    firms, tech, ledger, now = zone.firms, zone.technology, zone.ledger, zone.policy.now
    p = zone.p.investment
    accounts = zone.ledger.firm_accounts
    borrowed, near, far = _projects(
        ledger.deposits[accounts], ledger.loans[accounts], firms.alive, firms.place, zone.towns.infrastructure,
        tech.capital_cost, zone.prices.general, 1.0 - p.land_share * now.land_concession, firms.utilisation,
        tech.usual_utilisation, firms.outlook, firms.project_credit, zone.p.finance.depreciation / QUARTERS,
        p.replacement, p.hurdle, p.response, p.approval_reference / (p.approval_reference + now.approval_time), p.busy,
        p.infrastructure_pull, p.most_growth, p.cash_share, p.crowding_out, p.decay, zone.base_year.local_construction,
        firms.plant_money, firms.investment, firms.capacity, firms.book_capital, firms.outdated,
    )  # fmt: skip
    ledger.lend(accounts, borrowed)
    ledger.pay(Flow.INVESTMENT, accounts, ledger.account(Sector.CONSTRUCTION, firms.place), near)
    ledger.pay(Flow.INVESTMENT, accounts, zone.ledger.outside, far)
    projects = zone.fixed.project_spending[min(zone.quarter, len(zone.fixed.project_spending) - 1)]
    ledger.pay(Flow.INVESTMENT, zone.ledger.outside, ledger.of(Sector.CONSTRUCTION), projects)
