"""Money of the quarter: sales, inputs, wages, taxes, permits, subsidies, investment, consumption, public spending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.markets.permits import trade_permits
from ccepz_sim.numeric import clip
from ccepz_sim.rules.deposits import pay_deposits
from ccepz_sim.rules.finance import loan_rate
from ccepz_sim.rules.funds import award_funds, disburse_programmes
from ccepz_sim.state.world import CONSTRUCTION, FIRMS, PUBLIC, SERVICES

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def settle(zone: PilotZone) -> None:
    """Pay everything the quarter owes, firms first, then the public side, then households and sectors.

    Reads: fiscal.*, finance.*, investment.*, settlement.*, sectors.* and what `award_funds` and
    `disburse_programmes` read; policy resource_price, high_tech_cut, loss_relief, guarantees, land_concession,
    approval_time; shares of the base-year accounts.
    """
    _firm_trade(zone)
    _firm_taxes(zone)
    award_funds(zone)
    disburse_programmes(zone)
    _firm_profit(zone)
    _invest(zone)
    _public_side(zone)
    _households(zone)
    _sector_accounts(zone)


@compiled
def _trade(
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


def _firm_trade(zone: PilotZone) -> None:
    """Firms sell outside, buy inputs near and far, pay wages and the handling of emissions and waste."""
    firms, ledger = zone.firms, zone.ledger
    outside, payers = zone.outside_account, zone.firm_accounts
    near, far = _trade(
        firms.output, firms.sales, firms.input_cost, firms.by_product_saving, firms.wage_bill, firms.abatement_cost,
        firms.waste_cost, firms.bribe, firms.other_income, zone.base_year.local_inputs, firms.profit,
    )  # fmt: skip
    services = ledger.account("services", firms.place)
    ledger.pay("sales", outside, payers, firms.sales)
    ledger.pay("inputs", payers, services, near)
    ledger.pay("inputs", payers, outside, far)
    ledger.pay("wages", payers, ledger.account("households", firms.place), firms.wage_bill)
    ledger.pay("abatement", payers, outside, firms.abatement_cost)
    ledger.pay("waste_service", payers, services, firms.waste_cost)


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


def pay_tax(zone: PilotZone, kind: str, amount: np.ndarray, local: float) -> None:
    """Firms pay a tax to the centre, their town and the prefecture; what stays in the zone is counted.

    Args:
        kind: name of the flow; amount: yuan, shape (rows,); local: share that stays in the prefecture.

    Reads: fiscal.town_share.
    """
    ledger, payers = zone.ledger, zone.firm_accounts
    away, town, rest, account = _tax_shares(
        amount, zone.firms.place, local, zone.p.fiscal.town_share, zone.town_body, ledger.first["bodies"],
        zone.own_revenue,
    )  # fmt: skip
    ledger.pay(kind, payers, zone.outside_account, away)
    ledger.pay(kind, payers, account, town)
    ledger.pay(kind, payers, zone.body_account(zone.body["prefecture"]), rest)


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


def _firm_taxes(zone: PilotZone) -> None:
    """Value added, resources, pollution, permits and restoration deposits are paid; shares change with the law."""
    firms, p = zone.firms, zone.p.fiscal
    early, old = zone.quarter < p.vat_reform_quarter, zone.quarter < p.environment_law_quarter
    vat, levy, duty = _duties(
        firms.value_added, firms.sales, firms.tax_due, firms.waste_tax, zone.technology.resource_tax, p.vat_effective,
        zone.policy.now.resource_price, firms.profit,
    )  # fmt: skip
    pay_tax(zone, "vat", vat, p.vat_local_early if early else p.vat_local_late)
    pay_tax(zone, "resource_tax", levy, p.resource_local)
    pay_tax(zone, "pollution_tax", duty, p.fee_local if old else p.environment_tax_local)
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


def _firm_profit(zone: PilotZone) -> None:
    """Interest, profit tax with its preference, dividends; what remains stays as cash."""
    firms, ledger, p, now = zone.firms, zone.ledger, zone.p.fiscal, zone.policy.now
    f = zone.p.finance
    accounts, outside = zone.firm_accounts, zone.outside_account
    homes = ledger.account("households", firms.place)
    cash = ledger.deposits[accounts].copy()
    fee_rate = f.guarantee_fee / QUARTERS * now.guarantees * f.guaranteed_share
    interest, fee, near, far, tax, refund = _outlays(
        cash, ledger.loans[accounts], loan_rate(zone), fee_rate, firms.book_capital, f.depreciation, firms.sales,
        firms.research, zone.p.settlement.local_research, p.research_threshold, p.profit_tax, now.high_tech_cut,
        now.loss_relief * now.high_tech_cut * p.loss_refund, firms.profit,
    )  # fmt: skip
    refund = zone.within_budget("finance", refund)
    ledger.pay("subsidies", zone.body_account(zone.body["finance"]), accounts, refund)
    kept_here, sent_away = _take_out(
        cash, interest, fee, firms.research, tax, refund, firms.buffer, f.payout, firms.state_owned, f.local_owners,
        firms.alive, firms.profit, firms.losses,
    )  # fmt: skip
    ledger.pay("interest", accounts, zone.bank_account, interest)
    ledger.pay("guarantee", accounts, zone.guarantee_account, fee)
    ledger.pay("research", accounts, homes, near)
    ledger.pay("research", accounts, outside, far)
    pay_tax(zone, "profit_tax", tax, p.profit_tax_local)
    ledger.pay("dividends", accounts, homes, kept_here)
    ledger.pay("dividends", accounts, outside, sent_away)


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


def _invest(zone: PilotZone) -> None:
    """Replace wear while cash lasts; expand when the expected margin beats the hurdle (booms are extrapolated)."""
    firms, tech, ledger, now = zone.firms, zone.technology, zone.ledger, zone.policy.now
    p = zone.p.investment
    accounts = zone.firm_accounts
    borrowed, near, far = _projects(
        ledger.deposits[accounts], ledger.loans[accounts], firms.alive, firms.place, zone.towns.infrastructure,
        tech.capital_cost, zone.prices.general, 1.0 - p.land_share * now.land_concession, firms.utilisation,
        tech.usual_utilisation, firms.outlook, firms.project_credit, zone.p.finance.depreciation / QUARTERS,
        p.replacement, p.hurdle, p.response, p.approval_reference / (p.approval_reference + now.approval_time), p.busy,
        p.infrastructure_pull, p.most_growth, p.cash_share, p.crowding_out, p.decay, zone.base_year.local_construction,
        firms.plant_money, firms.investment, firms.capacity, firms.book_capital, firms.outdated,
    )  # fmt: skip
    ledger.lend(accounts, borrowed)
    ledger.pay("investment", accounts, ledger.account("construction", firms.place), near)
    ledger.pay("investment", accounts, zone.outside_account, far)
    projects = zone.project_spending[min(zone.quarter, len(zone.project_spending) - 1)]
    ledger.pay("investment", zone.outside_account, ledger.of("construction"), projects)


@compiled
def _town_needs(
    employed: np.ndarray,
    wage: np.ndarray,
    persons: np.ndarray,
    purchases_a_head: float,
    prices: float,
    enforcement_money: float,
    own_revenue: np.ndarray,
    town_share: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give what public wages and purchases of places cost this quarter, both together, and less own revenue; yuan."""
    places = wage.shape[0]
    wages, purchases, need, gap = np.empty(places), np.empty(places), np.empty(places), np.empty(places)
    for place in range(places):
        bill = 0.0
        for skill in range(wage.shape[1]):
            bill += employed[PUBLIC, place, skill] * wage[place, skill]
        wages[place] = bill / QUARTERS
        purchases[place] = purchases_a_head * persons[place] * prices / QUARTERS * enforcement_money
        need[place] = wages[place] + purchases[place]
        gap[place] = need[place] - own_revenue[place] * town_share
    return wages, purchases, need, gap


@compiled
def _staff_pay(staff_cost: np.ndarray, prices: float, released: np.ndarray, deposits: np.ndarray) -> np.ndarray:
    """Give what bodies pay their staff this quarter as far as money was released and cash reaches, yuan."""
    pay = np.empty(deposits.size)
    for body in range(deposits.size):
        pay[body] = min(staff_cost[body] / QUARTERS * prices * released[body], max(0.0, deposits[body]))
    return pay


def _public_side(zone: PilotZone) -> None:
    """Public wages, purchases and transfers from above; the higher level meets part of any new gap."""
    ledger, p = zone.ledger, zone.p.fiscal
    inside = zone.world.zone_count
    wages, purchases, need, gap = _town_needs(
        zone.towns.employed, zone.towns.wage, zone.population.persons, p.purchases, zone.prices.general,
        zone.enforcement_money, zone.own_revenue, p.town_share,
    )  # fmt: skip
    towns, gap = zone.body_account(zone.town_body[:inside]), gap[:inside]
    if zone.base_gap is None:
        zone.base_gap = np.maximum(0.0, gap)
    usual = zone.base_gap * (1.0 + p.transfer_growth) ** (zone.quarter / QUARTERS)
    ledger.pay("transfers", zone.outside_account, towns, np.maximum(0.0, usual + p.equalisation * (gap - usual)))
    for amount, sector in ((wages, "households"), (purchases, "services")):
        accounts = ledger.of(sector)
        here = slice(accounts.start, accounts.start + inside)
        ledger.pay("administration", towns, here, amount[:inside])
        ledger.pay("administration", zone.outside_account, slice(here.stop, accounts.stop), amount[inside:])
    bodies, staff = ledger.of("bodies"), zone.bodies
    paid = _staff_pay(staff.staff_cost, zone.prices.general, staff.released, ledger.deposits[bodies])
    ledger.pay("administration", bodies, ledger.account("households", zone.staff_home), paid)
    _help_towns(zone, towns)
    _public_works(zone, towns, need[:inside])
    _public_debt(zone)


def _help_towns(zone: PilotZone, towns: np.ndarray) -> None:
    """The prefecture covers overdrawn towns as far as its cash reaches.

    Args:
        towns: accounts of the towns' bodies.
    """
    ledger = zone.ledger
    holes = np.maximum(0.0, -ledger.deposits[towns])
    if holes.any():
        ledger.pay("budget", zone.body_account(zone.body["prefecture"]), towns, zone.within_budget("prefecture", holes))


@compiled
def _works(
    deposits: np.ndarray,
    towns: np.ndarray,
    need: np.ndarray,
    centre: int,
    planned_cost: np.ndarray,
    persons: np.ndarray,
    works_share: float,
    reserve_quarters: float,
    works_building: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give what towns put into building and services, and what the prefecture puts into both there by head; yuan."""
    count = towns.size
    built, served, also_built, also_served = np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    more = works_share * max(0.0, deposits[centre] - reserve_quarters * planned_cost.sum())
    everybody = max(1, persons[:count].sum())
    for town in range(count):
        spare = works_share * max(0.0, deposits[towns[town]] - reserve_quarters * need[town])
        built[town] = spare * works_building
        served[town] = spare * (1.0 - works_building)
        spread = more * persons[town] / everybody
        also_built[town] = spread * works_building
        also_served[town] = spread * (1.0 - works_building)
    return built, served, also_built, also_served


def _public_works(zone: PilotZone, towns: np.ndarray, need: np.ndarray) -> None:
    """Towns and the prefecture put cash beyond a reserve into works and services of their place.

    Args:
        towns: accounts of the towns' bodies; need: their wages and purchases, yuan; one shape.
    """
    ledger, p = zone.ledger, zone.p.fiscal
    builders, services = (ledger.of(sector, len(towns)) for sector in ("construction", "services"))
    centre = int(zone.body_account(zone.body["prefecture"]))
    built, served, also_built, also_served = _works(
        ledger.deposits, towns, need, centre, zone.bodies.planned_cost, zone.population.persons, p.works_share,
        p.reserve_quarters, p.works_building,
    )  # fmt: skip
    ledger.pay("programmes", towns, builders, built)
    ledger.pay("programmes", towns, services, served)
    ledger.pay("programmes", centre, builders, also_built)
    ledger.pay("programmes", centre, services, also_served)


@compiled
def _debt_service(
    deposits: np.ndarray, loans: np.ndarray, public_rate: float, amortisation: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give interest and repayment of bodies as far as cash reaches, yuan."""
    interest, repaid = np.empty(loans.size), np.empty(loans.size)
    for body in range(loans.size):
        cash = max(0.0, deposits[body])
        interest[body] = min(cash, loans[body] * public_rate / QUARTERS)
        repaid[body] = min(loans[body] * amortisation, cash - interest[body])
    return interest, repaid


def _public_debt(zone: PilotZone) -> None:
    """Bodies pay interest on their debt and repay a little while they have cash."""
    ledger, p = zone.ledger, zone.p.fiscal
    bodies = ledger.of("bodies")
    interest, repaid = _debt_service(ledger.deposits[bodies], ledger.loans[bodies], p.public_rate, p.amortisation)
    ledger.pay("interest", bodies, zone.bank_account, interest)
    ledger.repay(bodies, repaid)
    surplus = max(0.0, float(ledger.deposits[zone.bank_account]) - zone.bank_base) * p.bank_payout
    ledger.pay("dividends", zone.bank_account, zone.outside_account, surplus)


@compiled
def _earn(
    employed: np.ndarray,
    wage: np.ndarray,
    construction_cash: np.ndarray,
    services_cash: np.ndarray,
    inside: int,
    persons: np.ndarray,
    other_income: float,
    prices: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give by place the wages builders and services can pay, those from beyond the zone, and other income; yuan."""
    places = wage.shape[0]
    built, served, far, elsewhere = np.empty(places), np.empty(places), np.empty(places), np.empty(places)
    for place in range(places):
        firms = construction = services = 0.0
        for skill in range(wage.shape[1]):
            firms += employed[FIRMS, place, skill] * wage[place, skill]
            construction += employed[CONSTRUCTION, place, skill] * wage[place, skill]
            services += employed[SERVICES, place, skill] * wage[place, skill]
        firms, construction, services = firms / QUARTERS, construction / QUARTERS, services / QUARTERS
        built[place] = min(construction, max(0.0, construction_cash[place]))
        served[place] = min(services, max(0.0, services_cash[place]))
        # of firms beyond the zone the model knows the wages only
        far[place] = 0.0 if place < inside else firms + (construction - built[place]) + (services - served[place])
        elsewhere[place] = persons[place] * other_income * prices / QUARTERS
    return built, served, far, elsewhere


@compiled
def _spend(
    received: np.ndarray,
    deposits: np.ndarray,
    income_tax: float,
    consumption: float,
    wealth_spending: float,
    local_consumption: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give by place income tax, what households spend near and far, and what they earn after tax a year; yuan."""
    places = received.size
    tax, near, far, yearly = np.empty(places), np.empty(places), np.empty(places), np.empty(places)
    for place in range(places):
        income = received[place]
        tax[place] = income_tax * income
        wealth = max(0.0, deposits[place] - tax[place])
        spend = min(wealth, consumption * (income - tax[place]) + wealth_spending * wealth)
        near[place] = spend * local_consumption
        far[place] = spend - near[place]
        yearly[place] = (income - tax[place]) * QUARTERS
    return tax, near, far, yearly


def _households(zone: PilotZone) -> None:
    """Households of each place pay income tax, spend a share of income and part of their savings, most of it near."""
    ledger, towns, p, base = zone.ledger, zone.towns, zone.p.settlement, zone.base_year
    homes, farms, outside = ledger.of("households"), ledger.of("agriculture"), zone.outside_account
    builders, services = ledger.of("construction"), ledger.of("services")
    farm = towns.agriculture_sales * base.agriculture_ratio
    ledger.pay("sales", outside, farms, towns.agriculture_sales)
    ledger.pay("wages", farms, homes, farm)
    ledger.pay("inputs", farms, outside, towns.agriculture_sales - farm)
    built, served, far, elsewhere = _earn(
        towns.employed, towns.wage, ledger.deposits[builders], ledger.deposits[services], zone.world.zone_count,
        zone.population.persons, p.other_income, zone.prices.general,
    )  # fmt: skip
    ledger.pay("wages", builders, homes, built)
    ledger.pay("wages", services, homes, served)
    ledger.pay("wages", outside, homes, far)
    ledger.pay("household_transfer", outside, homes, elsewhere)
    tax, near, imports, towns.household_income = _spend(
        ledger.received[homes], ledger.deposits[homes], base.income_tax, base.consumption, p.wealth_spending,
        base.local_consumption,
    )  # fmt: skip
    ledger.pay("income_tax", homes, outside, tax)
    ledger.pay("consumption", homes, services, near)
    ledger.pay("imports", homes, outside, imports)


@compiled
def _sector_shares(
    sales: np.ndarray, ratio: np.ndarray, deposits: np.ndarray, owners_take: float, reserve_quarters: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give by place value added, inputs as far as cash reaches, and what owners take beyond a reserve; yuan."""
    added, inputs, spare = np.empty(sales.size), np.empty(sales.size), np.empty(sales.size)
    for place in range(sales.size):
        added[place] = sales[place] * ratio[place]
        inputs[place] = min(sales[place] * (1.0 - ratio[place]), max(0.0, deposits[place]))
        spare[place] = owners_take * max(0.0, deposits[place] - inputs[place] - reserve_quarters * sales[place])
    return added, inputs, spare


def _sector_accounts(zone: PilotZone) -> None:
    """Services and construction turn sales into value added; what is left over after a reserve goes out as inputs."""
    ledger, towns, p = zone.ledger, zone.towns, zone.p.sectors
    for name, ratio in (("services", zone.services_ratio), ("construction", zone.construction_ratio)):
        accounts = ledger.of(name)
        sales = ledger.received[accounts].copy()
        if zone.quarter == 0:
            target = zone.world.place[f"{name}_va_2010"] / QUARTERS
            ratio[:] = clip(target / np.maximum(sales, 1.0), p.ratio_least, p.ratio_most)
        added, inputs, spare = _sector_shares(
            sales, ratio, ledger.deposits[accounts], p.owners_take, p.reserve_quarters
        )
        setattr(towns, f"{name}_sales", sales)
        setattr(towns, f"{name}_va", added)
        ledger.pay("inputs", accounts, zone.outside_account, inputs)
        ledger.pay("dividends", accounts, ledger.of("households"), spare)
    towns.agriculture_va = towns.agriculture_sales * zone.base_year.agriculture_ratio
