"""Money of the quarter: sales, inputs, wages, taxes, permits, subsidies, investment, consumption, public spending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import clip
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
    accounts, outside = zone.firm_accounts, zone.outside_account
    ledger.pay("sales", outside, accounts, firms.sales)
    inputs = np.maximum(0.0, firms.output * firms.input_cost - firms.by_product_saving)
    near = inputs * zone.base_year.local_inputs
    services = ledger.account("services", firms.place)
    ledger.pay("inputs", accounts, services, near)
    ledger.pay("inputs", accounts, outside, inputs - near)
    ledger.pay("wages", accounts, ledger.account("households", firms.place), firms.wage_bill)
    environment = firms.abatement_cost + firms.waste_cost
    ledger.pay("abatement", accounts, outside, firms.abatement_cost)
    ledger.pay("waste_service", accounts, services, firms.waste_cost)
    firms.profit = firms.sales - inputs - firms.wage_bill - environment - firms.bribe + firms.other_income


def pay_tax(zone: PilotZone, kind: str, amount: np.ndarray, local: float) -> None:
    """Split a tax of firms between the centre, their town and the prefecture.

    Args:
        kind: name of the flow; amount: yuan, shape (rows,); local: share that stays in the prefecture.

    Reads: fiscal.town_share.
    """
    firms, ledger, p = zone.firms, zone.ledger, zone.p.fiscal
    accounts = zone.firm_accounts
    ledger.pay(kind, accounts, zone.outside_account, amount * (1.0 - local))
    town = amount * local * p.town_share
    ledger.pay(kind, accounts, zone.body_account(zone.town_body[firms.place]), town)
    ledger.pay(kind, accounts, zone.body_account(zone.body["prefecture"]), amount * local - town)
    zone.own_revenue += np.bincount(firms.place, weights=amount * local, minlength=zone.world.place_count)
    firms.profit = firms.profit - amount


def _firm_taxes(zone: PilotZone) -> None:
    """Value added, resources, pollution, permits and restoration deposits are paid; shares change with the law."""
    firms, tech, p, now = zone.firms, zone.technology, zone.p.fiscal, zone.policy.now
    early = zone.quarter < p.vat_reform_quarter
    vat = p.vat_effective * np.maximum(0.0, firms.value_added)
    pay_tax(zone, "vat", vat, p.vat_local_early if early else p.vat_local_late)
    levy = tech.resource_tax * now.resource_price * firms.sales
    pay_tax(zone, "resource_tax", levy, p.resource_local)
    early = zone.quarter < p.environment_law_quarter
    duty = firms.tax_due.sum(axis=1) + firms.waste_tax
    pay_tax(zone, "pollution_tax", duty, p.fee_local if early else p.environment_tax_local)
    if zone.permit_price > 0.0:
        bill = zone.permit_price * firms.permit_need
        zone.ledger.pay("permits", zone.firm_accounts, zone.body_account(zone.body["environment"]), bill)
        firms.profit = firms.profit - bill
    firms.deposit_held += firms.deposit_due
    zone.ledger.pay("deposit_held", zone.firm_accounts, zone.body_account(zone.body["environment"]), firms.deposit_due)
    firms.profit = firms.profit - firms.deposit_due


def _firm_profit(zone: PilotZone) -> None:
    """Interest, profit tax with its preference, dividends; what remains stays as cash."""
    firms, ledger, p, now = zone.firms, zone.ledger, zone.p.fiscal, zone.policy.now
    f = zone.p.finance
    accounts = zone.firm_accounts
    interest = ledger.loans[accounts] * loan_rate(zone) / QUARTERS
    ledger.pay("interest", accounts, zone.bank_account, interest)
    fee = f.guarantee_fee / QUARTERS * now.guarantees * f.guaranteed_share * ledger.loans[accounts]
    ledger.pay("guarantee", accounts, zone.guarantee_account, fee)
    firms.profit = firms.profit - interest - fee
    firms.research = np.minimum(firms.research, np.maximum(0.0, ledger.deposits[accounts]))
    near = firms.research * zone.p.settlement.local_research
    ledger.pay("research", accounts, ledger.account("households", firms.place), near)
    ledger.pay("research", accounts, zone.outside_account, firms.research - near)
    wear = firms.book_capital * f.depreciation / QUARTERS
    taxable = firms.profit - firms.research - wear
    performer = firms.research > p.research_threshold * firms.sales
    rate = np.where(performer, np.maximum(0.0, p.profit_tax - now.high_tech_cut), p.profit_tax)
    tax = rate * np.maximum(0.0, taxable)
    net = taxable - tax
    pay_tax(zone, "profit_tax", tax, p.profit_tax_local)
    refund = now.loss_relief * now.high_tech_cut * p.loss_refund * firms.research * (taxable < 0.0) * performer
    treasury = zone.body_account(zone.body["finance"])
    refund = zone.within_budget("finance", refund)
    ledger.pay("subsidies", treasury, accounts, refund)
    firms.profit = net + refund
    cash = np.maximum(0.0, ledger.deposits[accounts] - firms.buffer)
    dividend = np.minimum(cash, f.payout * np.maximum(0.0, firms.profit))
    kept_here = dividend * f.local_owners * (1.0 - firms.state_owned)
    ledger.pay("dividends", accounts, ledger.account("households", firms.place), kept_here)
    ledger.pay("dividends", accounts, zone.outside_account, dividend - kept_here)
    firms.losses = np.where(firms.profit < 0.0, firms.losses + 1, 0) * firms.alive


def _invest(zone: PilotZone) -> None:
    """Replace wear while cash lasts; expand when the expected margin beats the hurdle (booms are extrapolated)."""
    firms, tech, ledger, now = zone.firms, zone.technology, zone.ledger, zone.policy.now
    p = zone.p.investment
    accounts = zone.firm_accounts
    cash = np.maximum(0.0, ledger.deposits[accounts])
    room = cash + np.maximum(0.0, p.credit_for_projects * firms.book_capital - ledger.loans[accounts])
    unit = tech.capital_cost * zone.prices.general * (1.0 - p.land_share * now.land_concession)
    wear = zone.p.finance.depreciation / QUARTERS
    replace = np.minimum(cash, wear * firms.capacity * unit * p.replacement * (firms.utilisation > 0.0))
    replaced = replace / np.maximum(wear * firms.capacity * unit * p.replacement, 1e-9)
    excess = np.maximum(0.0, firms.expected_margin - p.hurdle)
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
    borrowed = np.maximum(firms.investment - cash, 0.0)
    rows = np.flatnonzero(borrowed > 0.0)
    ledger.lend(accounts[rows], borrowed[rows])
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
    builders = ledger.account("construction", np.arange(zone.world.place_count))
    ledger.pay("investment", zone.outside_account, builders, projects)


def _public_side(zone: PilotZone) -> None:
    """Public wages, purchases and transfers from above; the higher level meets part of any new gap."""
    world, ledger, p = zone.world, zone.ledger, zone.p.fiscal
    towns = np.flatnonzero(world.in_zone)
    everywhere = np.arange(world.place_count)
    wages = (zone.towns.employed[PUBLIC] * zone.towns.wage).sum(axis=1) / QUARTERS
    purchases = p.purchases * zone.population.persons[:-1] * zone.prices.general / QUARTERS
    purchases = purchases * zone.enforcement_money
    bodies = zone.town_body[towns]
    payer = zone.body_account(bodies)
    need = wages[towns] + purchases[towns]
    revenue = zone.own_revenue[towns] * p.town_share
    gap = need - revenue
    if zone.base_gap is None:
        zone.base_gap = np.maximum(0.0, gap)
    growth = (1.0 + p.transfer_growth) ** (zone.quarter / QUARTERS)
    transfer = np.maximum(0.0, zone.base_gap * growth + p.equalisation * (gap - zone.base_gap * growth))
    ledger.pay("transfers", zone.outside_account, payer, transfer)
    ledger.pay("administration", payer, ledger.account("households", towns), wages[towns])
    ledger.pay("administration", payer, ledger.account("services", towns), purchases[towns])
    far = everywhere[~world.in_zone]
    ledger.pay("administration", zone.outside_account, ledger.account("households", far), wages[far])
    ledger.pay("administration", zone.outside_account, ledger.account("services", far), purchases[far])
    cost = zone.bodies.staff_cost / QUARTERS * zone.prices.general * zone.bodies.released
    seat = np.where(zone.bodies.place >= 0, zone.bodies.place, zone.seat)
    cost = np.minimum(cost, np.maximum(0.0, ledger.deposits[ledger.of("bodies")]))
    ledger.pay("administration", zone.body_account(np.arange(len(cost))), ledger.account("households", seat), cost)
    _help_towns(zone)
    _public_works(zone, need)
    _public_debt(zone)


def _help_towns(zone: PilotZone) -> None:
    """The prefecture covers overdrawn towns as far as its cash reaches."""
    ledger = zone.ledger
    towns = zone.body_account(zone.town_body[np.flatnonzero(zone.world.in_zone)])
    holes = np.maximum(0.0, -ledger.deposits[towns])
    ledger.pay("budget", zone.body_account(zone.body["prefecture"]), towns, zone.within_budget("prefecture", holes))


def _public_works(zone: PilotZone, need: np.ndarray) -> None:
    """Towns and the prefecture put cash beyond a reserve into works and services of their place."""
    ledger, p = zone.ledger, zone.p.fiscal
    towns = np.flatnonzero(zone.world.in_zone)
    payer = zone.body_account(zone.town_body[towns])
    spare = p.works_share * np.maximum(0.0, ledger.deposits[payer] - p.reserve_quarters * need)
    works = spare * p.works_building
    ledger.pay("programmes", payer, ledger.account("construction", towns), works)
    ledger.pay("programmes", payer, ledger.account("services", towns), spare - works)
    centre = zone.body_account(zone.body["prefecture"])
    kept = p.reserve_quarters * float(zone.bodies.planned_cost.sum())
    more = p.works_share * max(0.0, float(ledger.deposits[centre]) - kept)
    share = zone.population.persons[towns] / max(1, int(zone.population.persons[towns].sum()))
    works = more * share * p.works_building
    ledger.pay("programmes", centre, ledger.account("construction", towns), works)
    ledger.pay("programmes", centre, ledger.account("services", towns), more * share - works)


def _public_debt(zone: PilotZone) -> None:
    """Bodies pay interest on their debt and repay a little while they have cash."""
    ledger, p = zone.ledger, zone.p.fiscal
    accounts = zone.body_account(np.arange(len(zone.bodies.ids)))
    cash = np.maximum(0.0, ledger.deposits[accounts])
    interest = np.minimum(cash, ledger.loans[accounts] * p.public_rate / QUARTERS)
    ledger.pay("interest", accounts, zone.bank_account, interest)
    spare = np.minimum(ledger.loans[accounts] * p.amortisation, np.maximum(0.0, cash - interest))
    ledger.repay(accounts, spare)
    surplus = np.maximum(0.0, ledger.deposits[zone.bank_account] - zone.bank_base) * p.bank_payout
    ledger.pay("dividends", zone.bank_account, zone.outside_account, surplus)


def _households(zone: PilotZone) -> None:
    """Households of each place pay income tax, spend a share of income and part of their savings, most of it near."""
    ledger, p = zone.ledger, zone.p.settlement
    places = np.arange(zone.world.place_count)
    accounts = ledger.account("households", places)
    farm = zone.towns.agriculture_sales * zone.base_year.agriculture_ratio
    ledger.pay("sales", zone.outside_account, ledger.account("agriculture", places), zone.towns.agriculture_sales)
    ledger.pay("wages", ledger.account("agriculture", places), accounts, farm)
    ledger.pay(
        "inputs",
        ledger.account("agriculture", places),
        zone.outside_account,
        zone.towns.agriculture_sales - farm,
    )
    far = np.where(zone.world.in_zone, 0.0, (zone.towns.employed[FIRMS] * zone.towns.wage).sum(axis=1) / QUARTERS)
    ledger.pay("wages", zone.outside_account, accounts, far)
    for number, name in ((CONSTRUCTION, "construction"), (SERVICES, "services")):
        pay = (zone.towns.employed[number] * zone.towns.wage).sum(axis=1) / QUARTERS
        giver = ledger.account(name, places)
        able = np.minimum(pay, np.maximum(0.0, ledger.deposits[giver]))
        ledger.pay("wages", giver, accounts, able)
        ledger.pay("wages", zone.outside_account, accounts, np.where(zone.world.in_zone, 0.0, pay - able))
    elsewhere = zone.population.persons[:-1] * p.other_income * zone.prices.general / QUARTERS
    ledger.pay("household_transfer", zone.outside_account, accounts, elsewhere)
    income = ledger.received[accounts].copy()
    tax = zone.base_year.income_tax * income
    ledger.pay("income_tax", accounts, zone.outside_account, tax)
    wealth = np.maximum(0.0, ledger.deposits[accounts])
    spend = np.minimum(wealth, zone.base_year.consumption * (income - tax) + p.wealth_spending * wealth)
    near = spend * zone.base_year.local_consumption
    ledger.pay("consumption", accounts, ledger.account("services", places), near)
    ledger.pay("imports", accounts, zone.outside_account, spend - near)
    zone.towns.household_income = (income - tax) * QUARTERS


def _sector_accounts(zone: PilotZone) -> None:
    """Services and construction turn sales into value added; what is left over after a reserve goes out as inputs."""
    ledger, p = zone.ledger, zone.p.sectors
    places = np.arange(zone.world.place_count)
    for name, ratio in (("services", zone.services_ratio), ("construction", zone.construction_ratio)):
        accounts = ledger.account(name, places)
        sales = ledger.received[accounts].copy()
        if zone.quarter == 0:
            target = zone.world.place[f"{name}_va_2010"] / QUARTERS
            ratio[:] = clip(target / np.maximum(sales, 1.0), p.ratio_least, p.ratio_most)
        setattr(zone.towns, f"{name}_sales", sales)
        setattr(zone.towns, f"{name}_va", sales * ratio)
        inputs = np.minimum(sales * (1.0 - ratio), np.maximum(0.0, ledger.deposits[accounts]))
        ledger.pay("inputs", accounts, zone.outside_account, inputs)
        reserve = p.reserve_quarters * sales
        spare = p.owners_take * np.maximum(0.0, ledger.deposits[accounts] - reserve)
        ledger.pay("dividends", accounts, ledger.account("households", places), spare)
    zone.towns.agriculture_va = zone.towns.agriculture_sales * zone.base_year.agriculture_ratio
