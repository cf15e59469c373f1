"""Money of the quarter: sales, inputs, wages, taxes, permits, subsidies, investment, consumption, public spending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.markets.permits import trade_permits
from ccepz_sim.numeric import clip, row_sum
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


def _firm_trade(zone: PilotZone) -> None:
    """Firms sell outside, buy inputs near and far, pay wages and the handling of emissions and waste."""
    firms, ledger = zone.firms, zone.ledger
    outside, payers = zone.outside_account, zone.firm_accounts
    ledger.pay("sales", outside, payers, firms.sales)
    inputs = np.maximum(0.0, firms.output * firms.input_cost - firms.by_product_saving)
    near = inputs * zone.base_year.local_inputs
    services = ledger.account("services", firms.place)
    ledger.pay("inputs", payers, services, near)
    ledger.pay("inputs", payers, outside, inputs - near)
    ledger.pay("wages", payers, ledger.account("households", firms.place), firms.wage_bill)
    ledger.pay("abatement", payers, outside, firms.abatement_cost)
    ledger.pay("waste_service", payers, services, firms.waste_cost)
    environment = firms.abatement_cost + firms.waste_cost
    firms.profit = firms.sales - inputs - firms.wage_bill - environment - firms.bribe + firms.other_income


def pay_tax(zone: PilotZone, kind: str, amount: np.ndarray, local: float) -> None:
    """Firms pay a tax to the centre, their town and the prefecture; what stays in the zone is counted.

    Args:
        kind: name of the flow; amount: yuan, shape (rows,); local: share that stays in the prefecture.

    Reads: fiscal.town_share.
    """
    firms, ledger, payers = zone.firms, zone.ledger, zone.firm_accounts
    stays = amount * local
    town = stays * zone.p.fiscal.town_share
    zone.own_revenue += np.bincount(firms.place, weights=stays, minlength=zone.world.place_count)
    ledger.pay(kind, payers, zone.outside_account, amount - stays)
    ledger.pay(kind, payers, zone.body_account(zone.town_body[firms.place]), town)
    ledger.pay(kind, payers, zone.body_account(zone.body["prefecture"]), stays - town)


def _firm_taxes(zone: PilotZone) -> None:
    """Value added, resources, pollution, permits and restoration deposits are paid; shares change with the law."""
    firms, tech, p, now = zone.firms, zone.technology, zone.p.fiscal, zone.policy.now
    early = zone.quarter < p.vat_reform_quarter
    vat = p.vat_effective * np.maximum(0.0, firms.value_added)
    levy = tech.resource_tax * now.resource_price * firms.sales
    old = zone.quarter < p.environment_law_quarter
    duty = row_sum(firms.tax_due) + firms.waste_tax
    pay_tax(zone, "vat", vat, p.vat_local_early if early else p.vat_local_late)
    pay_tax(zone, "resource_tax", levy, p.resource_local)
    pay_tax(zone, "pollution_tax", duty, p.fee_local if old else p.environment_tax_local)
    firms.profit = firms.profit - vat - levy - duty
    trade_permits(zone)
    pay_deposits(zone)


def _firm_profit(zone: PilotZone) -> None:
    """Interest, profit tax with its preference, dividends; what remains stays as cash."""
    firms, ledger, p, now = zone.firms, zone.ledger, zone.p.fiscal, zone.policy.now
    f = zone.p.finance
    accounts, outside = zone.firm_accounts, zone.outside_account
    homes = ledger.account("households", firms.place)
    cash, debt = ledger.deposits[accounts].copy(), ledger.loans[accounts]
    interest = debt * loan_rate(zone) / QUARTERS
    fee = f.guarantee_fee / QUARTERS * now.guarantees * f.guaranteed_share * debt
    cash -= interest + fee
    firms.research = np.minimum(firms.research, np.maximum(0.0, cash))
    near = firms.research * zone.p.settlement.local_research
    wear = firms.book_capital * f.depreciation / QUARTERS
    taxable = firms.profit - interest - fee - firms.research - wear
    performer = firms.research > p.research_threshold * firms.sales
    rate = np.where(performer, np.maximum(0.0, p.profit_tax - now.high_tech_cut), p.profit_tax)
    tax = rate * np.maximum(0.0, taxable)
    refund = now.loss_relief * now.high_tech_cut * p.loss_refund * firms.research * (taxable < 0.0) * performer
    refund = zone.within_budget("finance", refund)
    ledger.pay("subsidies", zone.body_account(zone.body["finance"]), accounts, refund)
    firms.profit = taxable - tax + refund
    cash += refund - firms.research - tax
    dividend = np.minimum(np.maximum(0.0, cash - firms.buffer), f.payout * np.maximum(0.0, firms.profit))
    kept_here = dividend * f.local_owners * (1.0 - firms.state_owned)
    ledger.pay("interest", accounts, zone.bank_account, interest)
    ledger.pay("guarantee", accounts, zone.guarantee_account, fee)
    ledger.pay("research", accounts, homes, near)
    ledger.pay("research", accounts, outside, firms.research - near)
    pay_tax(zone, "profit_tax", tax, p.profit_tax_local)
    ledger.pay("dividends", accounts, homes, kept_here)
    ledger.pay("dividends", accounts, outside, dividend - kept_here)
    firms.losses = np.where(firms.profit < 0.0, firms.losses + 1, 0) * firms.alive


def _invest(zone: PilotZone) -> None:
    """Replace wear while cash lasts; expand when the expected margin beats the hurdle (booms are extrapolated)."""
    firms, tech, ledger, now = zone.firms, zone.technology, zone.ledger, zone.policy.now
    p = zone.p.investment
    accounts = zone.firm_accounts
    cash = np.maximum(0.0, ledger.deposits[accounts])
    room = cash + np.maximum(0.0, firms.project_credit * firms.book_capital - ledger.loans[accounts])
    unit = tech.capital_cost * zone.prices.general * (1.0 - p.land_share * now.land_concession)
    wear = zone.p.finance.depreciation / QUARTERS
    replace = np.minimum(cash, wear * firms.capacity * unit * p.replacement * (firms.utilisation > 0.0))
    replaced = replace / np.maximum(wear * firms.capacity * unit * p.replacement, 1e-9)
    excess = np.maximum(0.0, firms.outlook - p.hurdle)
    speed = p.approval_reference / (p.approval_reference + now.approval_time)
    busy = firms.utilisation > p.busy * tech.usual_utilisation
    wish = np.minimum(p.most_growth, p.response * excess) * speed * busy
    wish = wish * (1.0 + p.infrastructure_pull * (zone.towns.infrastructure[firms.place] - 1.0))
    growth = clip(wish, 0.0, p.most_growth) * firms.capacity * firms.alive
    bill = np.minimum(growth * unit, p.cash_share * room)
    granted = np.minimum(firms.plant_money, cash) * firms.alive
    bill = bill + granted * (1.0 - p.crowding_out * np.minimum(1.0, bill / np.maximum(granted, 1.0)))
    firms.plant_money[:] = 0.0
    firms.investment = (replace + bill) * firms.alive
    ledger.lend(accounts, np.maximum(firms.investment - cash, 0.0))
    near = firms.investment * zone.base_year.local_construction
    ledger.pay("investment", accounts, ledger.account("construction", firms.place), near)
    ledger.pay("investment", accounts, zone.outside_account, firms.investment - near)
    added = bill / np.maximum(unit, 1e-9)
    lost = wear * p.decay * (1.0 - np.minimum(1.0, replaced)) * firms.capacity
    firms.capacity = np.where(firms.alive, firms.capacity + added - lost, firms.capacity)
    firms.book_capital = np.where(firms.alive, firms.book_capital * (1.0 - wear) + firms.investment, firms.book_capital)
    firms.outdated = np.where(
        added > 0.0,
        firms.outdated * firms.capacity / np.maximum(firms.capacity + added, 1e-9),
        firms.outdated,
    )
    projects = zone.project_spending[min(zone.quarter, len(zone.project_spending) - 1)]
    ledger.pay("investment", zone.outside_account, ledger.of("construction"), projects)


def _public_side(zone: PilotZone) -> None:
    """Public wages, purchases and transfers from above; the higher level meets part of any new gap."""
    ledger, p = zone.ledger, zone.p.fiscal
    inside = zone.world.zone_count
    wages = (zone.towns.employed[PUBLIC] * zone.towns.wage).sum(axis=1) / QUARTERS
    purchases = p.purchases * zone.population.persons[:-1] * zone.prices.general / QUARTERS
    purchases = purchases * zone.enforcement_money
    payer = zone.body_account(zone.town_body[:inside])
    need = wages[:inside] + purchases[:inside]
    gap = need - zone.own_revenue[:inside] * p.town_share
    if zone.base_gap is None:
        zone.base_gap = np.maximum(0.0, gap)
    usual = zone.base_gap * (1.0 + p.transfer_growth) ** (zone.quarter / QUARTERS)
    ledger.pay("transfers", zone.outside_account, payer, np.maximum(0.0, usual + p.equalisation * (gap - usual)))
    for amount, sector in ((wages, "households"), (purchases, "services")):
        accounts = ledger.of(sector)
        here = slice(accounts.start, accounts.start + inside)
        ledger.pay("administration", payer, here, amount[:inside])
        ledger.pay("administration", zone.outside_account, slice(here.stop, accounts.stop), amount[inside:])
    bodies = ledger.of("bodies")
    cost = zone.bodies.staff_cost / QUARTERS * zone.prices.general * zone.bodies.released
    cost = np.minimum(cost, np.maximum(0.0, ledger.deposits[bodies]))
    ledger.pay("administration", bodies, ledger.account("households", zone.staff_home), cost)
    _help_towns(zone, payer)
    _public_works(zone, payer, need)
    _public_debt(zone)


def _help_towns(zone: PilotZone, towns: np.ndarray) -> None:
    """The prefecture covers overdrawn towns as far as its cash reaches.

    Args:
        towns: accounts of the towns' bodies.
    """
    ledger = zone.ledger
    holes = np.maximum(0.0, -ledger.deposits[towns])
    ledger.pay("budget", zone.body_account(zone.body["prefecture"]), towns, zone.within_budget("prefecture", holes))


def _public_works(zone: PilotZone, towns: np.ndarray, need: np.ndarray) -> None:
    """Towns and the prefecture put cash beyond a reserve into works and services of their place.

    Args:
        towns: accounts of the towns' bodies; need: their wages and purchases, yuan; one shape.
    """
    ledger, p = zone.ledger, zone.p.fiscal
    builders, services = (ledger.of(sector, len(towns)) for sector in ("construction", "services"))
    spare = p.works_share * np.maximum(0.0, ledger.deposits[towns] - p.reserve_quarters * need)
    ledger.pay("programmes", towns, builders, spare * p.works_building)
    ledger.pay("programmes", towns, services, spare * (1.0 - p.works_building))
    centre = zone.body_account(zone.body["prefecture"])
    kept = p.reserve_quarters * float(zone.bodies.planned_cost.sum())
    more = p.works_share * max(0.0, float(ledger.deposits[centre]) - kept)
    if more > 0.0:
        persons = zone.population.persons[: len(towns)]
        spread = more * persons / max(1, int(persons.sum()))
        ledger.pay("programmes", centre, builders, spread * p.works_building)
        ledger.pay("programmes", centre, services, spread * (1.0 - p.works_building))


def _public_debt(zone: PilotZone) -> None:
    """Bodies pay interest on their debt and repay a little while they have cash."""
    ledger, p = zone.ledger, zone.p.fiscal
    bodies = ledger.of("bodies")
    cash, debt = np.maximum(0.0, ledger.deposits[bodies]), ledger.loans[bodies]
    interest = np.minimum(cash, debt * p.public_rate / QUARTERS)
    ledger.pay("interest", bodies, zone.bank_account, interest)
    ledger.repay(bodies, np.minimum(debt * p.amortisation, cash - interest))
    surplus = max(0.0, float(ledger.deposits[zone.bank_account]) - zone.bank_base) * p.bank_payout
    ledger.pay("dividends", zone.bank_account, zone.outside_account, surplus)


def _households(zone: PilotZone) -> None:
    """Households of each place pay income tax, spend a share of income and part of their savings, most of it near."""
    ledger, towns, p = zone.ledger, zone.towns, zone.p.settlement
    homes, farms, inside = ledger.of("households"), ledger.of("agriculture"), zone.world.zone_count
    wages = (towns.employed * towns.wage).sum(axis=2) / QUARTERS
    farm = towns.agriculture_sales * zone.base_year.agriculture_ratio
    ledger.pay("sales", zone.outside_account, farms, towns.agriculture_sales)
    ledger.pay("wages", farms, homes, farm)
    ledger.pay("inputs", farms, zone.outside_account, towns.agriculture_sales - farm)
    far = wages[FIRMS].copy()  # firms beyond the zone, of which the model knows the wages only
    for number, name in ((CONSTRUCTION, "construction"), (SERVICES, "services")):
        givers = ledger.of(name)
        able = np.minimum(wages[number], np.maximum(0.0, ledger.deposits[givers]))
        ledger.pay("wages", givers, homes, able)
        far += wages[number] - able
    far[:inside] = 0.0
    ledger.pay("wages", zone.outside_account, homes, far)
    elsewhere = zone.population.persons[:-1] * p.other_income * zone.prices.general / QUARTERS
    ledger.pay("household_transfer", zone.outside_account, homes, elsewhere)
    income = ledger.received[homes].copy()
    tax = zone.base_year.income_tax * income
    ledger.pay("income_tax", homes, zone.outside_account, tax)
    wealth = np.maximum(0.0, ledger.deposits[homes])
    spend = np.minimum(wealth, zone.base_year.consumption * (income - tax) + p.wealth_spending * wealth)
    near = spend * zone.base_year.local_consumption
    ledger.pay("consumption", homes, ledger.of("services"), near)
    ledger.pay("imports", homes, zone.outside_account, spend - near)
    towns.household_income = (income - tax) * QUARTERS


def _sector_accounts(zone: PilotZone) -> None:
    """Services and construction turn sales into value added; what is left over after a reserve goes out as inputs."""
    ledger, p = zone.ledger, zone.p.sectors
    for name, ratio in (("services", zone.services_ratio), ("construction", zone.construction_ratio)):
        accounts = ledger.of(name)
        sales = ledger.received[accounts].copy()
        if zone.quarter == 0:
            target = zone.world.place[f"{name}_va_2010"] / QUARTERS
            ratio[:] = clip(target / np.maximum(sales, 1.0), p.ratio_least, p.ratio_most)
        setattr(zone.towns, f"{name}_sales", sales)
        setattr(zone.towns, f"{name}_va", sales * ratio)
        inputs = np.minimum(sales * (1.0 - ratio), np.maximum(0.0, ledger.deposits[accounts]))
        ledger.pay("inputs", accounts, zone.outside_account, inputs)
        spare = p.owners_take * np.maximum(0.0, ledger.deposits[accounts] - p.reserve_quarters * sales)
        ledger.pay("dividends", accounts, ledger.of("households"), spare)
    zone.towns.agriculture_va = zone.towns.agriculture_sales * zone.base_year.agriculture_ratio
