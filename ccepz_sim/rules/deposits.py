"""Restoration deposits: held in trust while waste lies unsafe, paid back as it is made safe, forfeited otherwise.

Source: rules on restoration deposits of mines of 2009; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.ledger import Flow, pay

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

SEASON = 2  # the third quarter: the ground of the plateau is not frozen


@compiled
def restored_share(refund: np.ndarray, cost: np.ndarray | float, most: float, slope: float) -> np.ndarray:
    """Give the share of an unsafe heap made safe in a season: it rises as the refund nears the cost.

    Args:
        refund, cost: yuan/tonne, one shape; cost above 0; most: share/year; slope: per relative gain.
    """
    return most / (1.0 + np.exp(-slope * (refund / cost - 1.0)))


@compiled
def settled(cash: np.ndarray, debt: np.ndarray, cost: np.ndarray | float) -> np.ndarray:
    """Say which closing firms leave clean: what is left after their debts pays for restoring their heaps."""
    return cash - debt >= cost


@compiled
def unit_cost(zone: Zone, firm: int, waste: int) -> float:
    """Give what making a tonne of a firm's waste safe costs, yuan/tonne at prices of 2010; 1 where there is none."""
    kind = zone.technology.waste_kind[firm, waste]
    return zone.world.material.storage_cost[kind] if kind >= 0 else 1.0


@compiled
def restore_waste(zone: Zone) -> None:
    """In the building season firms make part of their unsafe heaps safe and get that part of their deposit back.

    Reads: materials.restore_most, restore_slope.
    """
    if zone.quarter % QUARTERS != SEASON:
        return
    firms, ledger, p = zone.firms, zone.ledger, zone.p.materials
    taken = np.zeros_like(zone.materials.unsafe)
    for firm in range(firms.rows):
        if not (firms.deposit_held[firm] > 0.0 and firms.alive[firm]):
            continue
        refund = firms.deposit_held[firm] / max(firms.unsafe[firm].sum(), 1e-9)
        moved = cost = 0.0
        for waste in range(firms.unsafe.shape[1]):
            unit = unit_cost(zone, firm, waste)
            share = restored_share(refund, unit, p.restore_most, p.restore_slope)  # in shares: one season a year
            tonnes = firms.unsafe[firm, waste] * share
            moved += tonnes
            cost += tonnes * unit
            take_from_heap(zone, firm, waste, tonnes, taken)
        back = min(firms.deposit_held[firm], refund * moved)
        firms.waste_cost[firm] += cost * zone.prices.general
        firms.deposit_held[firm] -= back
        firms.other_income[firm] += back
        pay(ledger, Flow.DEPOSIT_RETURNED, ledger.trust, ledger.firms + firm, back)
    make_safe(zone, taken)


@compiled
def settle_closing(zone: Zone, rows: np.ndarray) -> None:
    """Closing firms that can pay restore their heaps and get the deposit back; of the others it is forfeited.

    A forfeited deposit goes to the environment department, which has builders restore as much as it pays for.

    Args:
        rows: firms that close, after their assets were sold, shape (count,).
    """
    firms, ledger = zone.firms, zone.ledger
    office = ledger.bodies + zone.body.environment
    taken = np.zeros_like(zone.materials.unsafe)
    for firm in rows:
        account, town, held = ledger.firms + firm, firms.place[firm], firms.deposit_held[firm]
        cost, share = 0.0, 1.0
        for waste in range(firms.unsafe.shape[1]):
            cost += firms.unsafe[firm, waste] * unit_cost(zone, firm, waste)
        cost *= zone.prices.general
        if settled(ledger.deposits[account] + held, ledger.loans[account], cost):
            pay(ledger, Flow.DEPOSIT_RETURNED, ledger.trust, account, held)
            pay(ledger, Flow.WASTE_SERVICE, account, ledger.services + town, cost)
        else:
            public = min(held, cost)
            share = public / max(cost, 1e-9)
            pay(ledger, Flow.DEPOSIT_FORFEITED, ledger.trust, office, held)
            pay(ledger, Flow.RESTORATION, office, ledger.construction + town, public)
        for waste in range(firms.unsafe.shape[1]):
            take_from_heap(zone, firm, waste, firms.unsafe[firm, waste] * share, taken)
            firms.unsafe[firm, waste] = 0.0
        firms.deposit_held[firm] = 0.0
    make_safe(zone, taken)


@compiled
def take_from_heap(zone: Zone, firm: int, waste: int, tonnes: float, taken: np.ndarray) -> None:
    """Take tonnes made safe from a firm's heap and note them by place and kind, shape (places, kinds)."""
    kind = zone.technology.waste_kind[firm, waste]
    if kind >= 0:
        taken[zone.firms.place[firm], kind] += tonnes
    zone.firms.unsafe[firm, waste] = max(0.0, zone.firms.unsafe[firm, waste] - tonnes)


@compiled
def make_safe(zone: Zone, taken: np.ndarray) -> None:
    """Move tonnes, shape (places, kinds), from the unsafe to the safe stock, no more than lies there."""
    matter = zone.materials
    for place in range(taken.shape[0]):
        for kind in range(taken.shape[1]):
            tonnes = min(taken[place, kind], matter.unsafe[place, kind])
            matter.unsafe[place, kind] -= tonnes
            matter.safe[place, kind] += tonnes
