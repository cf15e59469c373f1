"""Money of towns and bodies: wages, purchases, transfers from above, works, debt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.household_money import wage_bill
from ccepz_sim.state.ledger import Flow, lend, pay
from ccepz_sim.state.world import PUBLIC

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def pay_public_side(zone: Zone) -> None:
    """Public wages, purchases and transfers from above; the higher level meets part of any new gap.

    Reads: fiscal.*.
    """
    need = _administer(zone)
    _pay_staff(zone)
    _help_towns(zone)
    _public_works(zone, need)
    _public_debt(zone)


@compiled
def _administer(zone: Zone) -> np.ndarray:
    """Pay public wages and purchases of all places, and give what they come to, yuan by place.

    Towns pay for themselves, with what is handed down to them; beyond the zone others pay.
    """
    ledger, towns, p = zone.ledger, zone.towns, zone.p.fiscal
    inside = zone.world.zone_count
    growth = (1.0 + p.transfer_growth) ** (zone.quarter / QUARTERS)
    need = np.empty(towns.rows)
    first = np.isnan(towns.base_gap[0])
    for place in range(towns.rows):
        wages = wage_bill(zone, PUBLIC, place)
        a_head = p.purchases * zone.population.persons[place] * zone.prices.general / QUARTERS
        purchases = a_head * zone.governance.enforcement_money
        need[place] = wages + purchases
        office = ledger.outside
        if place < inside:
            office = ledger.bodies + towns.body[place]
            gap = need[place] - towns.own_revenue[place] * p.town_share
            if first:
                towns.base_gap[place] = max(0.0, gap)
            usual = towns.base_gap[place] * growth
            handed_down = max(0.0, usual + p.equalisation * (gap - usual))
            pay(ledger, Flow.TRANSFERS, ledger.outside, office, handed_down)
        pay(ledger, Flow.ADMINISTRATION, office, ledger.households + place, wages)
        pay(ledger, Flow.ADMINISTRATION, office, ledger.services + place, purchases)
    return need


@compiled
def _pay_staff(zone: Zone) -> None:
    """Bodies pay their staff as far as money was released and cash reaches."""
    ledger, bodies = zone.ledger, zone.bodies
    for body in range(bodies.rows):
        account = ledger.bodies + body
        bill = bodies.staff_cost[body] / QUARTERS * zone.prices.general * bodies.released[body]
        paid = min(bill, max(0.0, ledger.deposits[account]))
        pay(ledger, Flow.ADMINISTRATION, account, ledger.households + bodies.staff_home[body], paid)


@compiled
def _help_towns(zone: Zone) -> None:
    """The prefecture covers overdrawn towns as far as its cash reaches."""
    ledger, towns = zone.ledger, zone.towns
    centre = ledger.bodies + zone.body.prefecture
    holes = np.empty(zone.world.zone_count)
    for town in range(holes.size):
        holes[town] = max(0.0, -ledger.deposits[ledger.bodies + towns.body[town]])
    total, have = holes.sum(), max(0.0, ledger.deposits[centre])
    share = 1.0 if total <= have else have / total
    for town in range(holes.size):
        pay(ledger, Flow.BUDGET, centre, ledger.bodies + towns.body[town], holes[town] * share)


@compiled
def _public_works(zone: Zone, need: np.ndarray) -> None:
    """Towns and the prefecture put cash beyond a reserve into works and services of their place.

    Args:
        need: wages and purchases, yuan by place.
    """
    ledger, towns, p, persons = zone.ledger, zone.towns, zone.p.fiscal, zone.population.persons
    inside, centre = zone.world.zone_count, ledger.bodies + zone.body.prefecture
    reserve = p.reserve_quarters * zone.bodies.planned_cost.sum()
    more = p.works_share * max(0.0, ledger.deposits[centre] - reserve)
    everybody = max(1, persons[:inside].sum())
    for town in range(inside):
        payer = ledger.bodies + towns.body[town]
        builders, services = ledger.construction + town, ledger.services + town
        spare = p.works_share * max(0.0, ledger.deposits[payer] - p.reserve_quarters * need[town])
        spread = more * persons[town] / everybody
        pay(ledger, Flow.PROGRAMMES, payer, builders, spare * p.works_building)
        pay(ledger, Flow.PROGRAMMES, payer, services, spare * (1.0 - p.works_building))
        pay(ledger, Flow.PROGRAMMES, centre, builders, spread * p.works_building)
        pay(ledger, Flow.PROGRAMMES, centre, services, spread * (1.0 - p.works_building))


@compiled
def _public_debt(zone: Zone) -> None:
    """Bodies pay interest on their debt and repay a little while they have cash."""
    ledger, p = zone.ledger, zone.p.fiscal
    for body in range(zone.bodies.rows):
        account = ledger.bodies + body
        cash, debt = max(0.0, ledger.deposits[account]), ledger.loans[account]
        interest = min(cash, debt * p.public_rate / QUARTERS)
        pay(ledger, Flow.INTEREST, account, ledger.bank, interest)
        lend(ledger, account, -min(debt * p.amortisation, cash - interest))
    surplus = max(0.0, ledger.deposits[ledger.bank] - zone.public.bank_base) * p.bank_payout
    pay(ledger, Flow.DIVIDENDS, ledger.bank, ledger.outside, surplus)
