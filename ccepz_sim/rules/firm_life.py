"""Firms open and close: plant, loan and cash at the start; assets, debts and heaps at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, Keys, draw, lasting, narrow
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.numerics.sampling import normal
from ccepz_sim.rules.cleaner_production import offer_process
from ccepz_sim.rules.deposits import settle_closing
from ccepz_sim.state.ledger import Flow, lend, pay, write_off
from ccepz_sim.state.world import MEDIA

if TYPE_CHECKING:
    from ccepz_sim.state.firms import Firms
    from ccepz_sim.state.parameters import Parameters
    from ccepz_sim.state.zone import Zone

TRAITS, ANSWERING = NUMBERS[Stream.FIRM_TRAITS], NUMBERS[Stream.ANSWERING]
MORAL, DIRT, SKILL, OPENNESS, INTEGRITY, LOBBY, OUTLOOK, CLEANER = range(8)


@compiled
def open_firms(zone: Zone, rows: np.ndarray) -> None:
    """Start firms: book capital, a loan by debt ratio, working cash from the owners, full usual utilisation.

    Args:
        rows: firm rows, shape (count,).

    Reads: firms.start_utilisation, capital_age, opening_cash.
    """
    firms, tech, ledger, p = zone.firms, zone.technology, zone.ledger, zone.p.firms
    age = p.capital_age if zone.quarter == 0 else 1.0
    for firm in rows:
        usual = tech.usual_utilisation[firm]
        firms.alive[firm] = True
        firms.start[firm] = min(firms.start[firm], zone.quarter)
        firms.utilisation[firm] = usual * p.start_utilisation
        firms.book_capital[firm] = firms.capacity[firm] * tech.capital_cost[firm] * age * zone.prices.general
        debt = firms.debt_ratio[firm] * firms.book_capital[firm]
        cash = p.opening_cash * (firms.capacity[firm] * usual * tech.base_price[firm])  # in yuan: of a year's sales
        account = ledger.firms + firm
        pay(ledger, Flow.CAPITAL_OF_ENTRANTS, ledger.outside, account, cash)
        lend(ledger, account, debt)
        pay(ledger, Flow.INVESTMENT, account, ledger.outside, debt)


@compiled
def draw_traits(firms: Firms, keys: Keys, p: Parameters, rows: np.ndarray) -> None:
    """Draw what a firm is by its number, once for all: honesty, dirt, skill, openness, contacts, outlook.

    Args:
        rows: of the firms, shape (count,).

    Reads: firms.*, collusion.moral_mean, moral_sd, investment.extrapolators and those of `offer_process`.
    """
    luck = lasting(keys, TRAITS)
    for row in rows:
        who = firms.who[row]
        firms.moral[row] = max(0.0, p.collusion.moral_mean + p.collusion.moral_sd * normal(narrow(luck, MORAL), who))
        dirt = p.firms.concentration_sd * normal(narrow(luck, DIRT), who)
        firms.concentration[row] = np.exp(p.firms.concentration_mean + dirt)
        firms.abatement_skill[row] = np.exp(p.firms.abatement_skill_sd * normal(narrow(luck, SKILL), who))
        firms.openness[row] = 1.0 / (1.0 + np.exp(-normal(narrow(luck, OPENNESS), who)))
        firms.integrity[row] = 1.0 / (1.0 + np.exp(-normal(narrow(luck, INTEGRITY), who)))
        firms.lobby[row] = np.exp(p.firms.lobby_sd * normal(narrow(luck, LOBBY), who))
        firms.extrapolates[row] = draw(narrow(luck, OUTLOOK), who) < p.investment.extrapolators
        for medium in range(MEDIA):
            key = narrow(narrow(luck, CLEANER), medium)
            cost, part = normal(narrow(key, 0), who), draw(narrow(key, 1), who)
            firms.cleaner_cost[row, medium], firms.cleaner_offer[row, medium] = offer_process(p, medium, cost, part)


@compiled
def assign_officials(zone: Zone, rows: np.ndarray) -> None:
    """Give each firm the official who answers for it: those of the roster in turn among those of their place."""
    answering, firms, luck = zone.answering, zone.firms, lasting(zone.keys, ANSWERING)
    for row in rows:
        place, who = firms.place[row], firms.who[row]
        several = answering.count[place]
        turn = who % several if who < firms.rows else int(draw(luck, who) * several)
        firms.official[row] = answering.row[place, turn]


@compiled
def close_firms(zone: Zone, mask: np.ndarray) -> None:
    """Close firms: assets are sold outside, what they do not cover is written off, guarantees are called.

    Args:
        mask: firms to close, shape (rows,).

    Reads: finance.recovery, guarantee_most; policy guarantees.
    """
    rows = np.flatnonzero(mask & zone.firms.alive)
    if rows.size:
        _sell_assets(zone, rows)
        settle_closing(zone, rows)
        _wind_up(zone, rows)
        _empty(zone, rows)


@compiled
def _sell_assets(zone: Zone, rows: np.ndarray) -> None:
    ledger = zone.ledger
    for firm in rows:
        fetched = zone.p.finance.recovery * max(0.0, zone.firms.book_capital[firm])
        pay(ledger, Flow.INVESTMENT, ledger.outside, ledger.firms + firm, fetched)


@compiled
def _wind_up(zone: Zone, rows: np.ndarray) -> None:
    """Firms repay what they can; the bank bears the rest and overdrafts, guarantees bear part; owners keep the rest."""
    ledger, p = zone.ledger, zone.p.finance
    lost = 0.0
    for firm in rows:
        account = ledger.firms + firm
        repaid = min(max(0.0, ledger.deposits[account]), ledger.loans[account])
        lend(ledger, account, -repaid)
        loss = ledger.loans[account]
        write_off(ledger, account, ledger.bank, loss)
        lost += loss
        left = ledger.deposits[account]
        pay(ledger, Flow.DIVIDENDS, account, ledger.outside, max(0.0, left))
        pay(ledger, Flow.WRITEOFF, ledger.bank, account, max(0.0, -left))
    share = min(zone.policy.now.guarantees, p.guarantee_most)
    called = min(share * lost, max(0.0, ledger.deposits[ledger.guarantee]))
    pay(ledger, Flow.GUARANTEE, ledger.guarantee, ledger.bank, called)
    zone.count.guarantees_called += called


@compiled
def _empty(zone: Zone, rows: np.ndarray) -> None:
    """Wipe what a closed firm no longer has, does or owes."""
    f = zone.firms
    for row in rows:
        f.capacity[row] = f.utilisation[row] = f.output[row] = f.sales[row] = f.value_added[row] = 0.0
        f.value_added_real[row] = f.wage_bill[row] = f.profit[row] = f.book_capital[row] = f.hidden[row] = 0.0
        f.evaded_tax[row] = f.saving[row] = f.bribe[row] = f.energy[row] = f.water[row] = f.co2[row] = 0.0
        f.research[row] = f.abatement_cost[row] = f.innovations[row] = f.reused[row] = f.used_waste[row] = 0.0
        f.at_risk[row] = f.waste_burden[row] = f.waste_saving[row] = f.waste_fine[row] = 0.0
        f.waste_at_risk[row] = f.open_heap[row] = 0.0
        f.staff[row] = 0.0
        f.posts[row] = 0.0
        f.emission[row] = 0.0
        f.reported_emission[row] = 0.0
        f.waste[row] = 0.0
        f.pending_fine[row] = 0.0
        f.tax_due[row] = 0.0
        f.abate[row] = 0.0
        f.link_share[row] = 0.0
        f.link_giver[row] = -1
        f.alive[row] = f.colluding[row] = f.waste_deal[row] = False
        f.exited[row] = zone.quarter
    zone.count.exits += rows.size
