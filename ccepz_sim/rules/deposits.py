"""Restoration deposits: held in trust while waste lies unsafe, paid back as it is made safe, forfeited otherwise.

Source: rules on restoration deposits of mines of 2009; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.ledger import Flow, Sector

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
def _unit_cost(kind: int, storage_cost: np.ndarray) -> float:
    """Give what making a tonne of a waste safe costs, yuan at prices of 2010; 1 for a waste there is not."""
    return storage_cost[kind] if kind >= 0 else 1.0


@compiled
def _season(
    rows: np.ndarray,
    unsafe: np.ndarray,
    waste_kind: np.ndarray,
    storage_cost: np.ndarray,
    held: np.ndarray,
    most: float,
    slope: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give tonnes made safe, shape (count, wastes), their cost at prices of 2010, and the deposit that comes back."""
    moved, cost, back = np.zeros((rows.size, unsafe.shape[1])), np.zeros(rows.size), np.zeros(rows.size)
    for number, firm in enumerate(rows):
        refund = held[firm] / max(unsafe[firm].sum(), 1e-9)
        for waste in range(unsafe.shape[1]):
            unit = _unit_cost(waste_kind[firm, waste], storage_cost)
            moved[number, waste] = unsafe[firm, waste] * restored_share(refund, unit, most, slope)
            cost[number] += moved[number, waste] * unit
        back[number] = min(held[firm], refund * moved[number].sum())
    return moved, cost, back


def restore_waste(zone: Zone) -> None:
    """In the building season firms make part of their unsafe heaps safe and get that part of their deposit back.

    Reads: materials.restore_most, restore_slope.
    """
    if zone.quarter % QUARTERS != SEASON:
        return
    firms, p = zone.firms, zone.p.materials
    rows = np.flatnonzero((firms.deposit_held > 0.0) & firms.alive)
    if not len(rows):
        return
    moved, cost, back = _season(
        rows, firms.unsafe, zone.technology.waste_kind, zone.world.material.storage_cost, firms.deposit_held,
        p.restore_most, p.restore_slope,
    )  # fmt: skip
    _make_safe(zone, rows, moved)
    firms.waste_cost[rows] += cost * zone.prices.general
    _pay_back(zone, rows, back)


@compiled
def _closing(
    rows: np.ndarray,
    unsafe: np.ndarray,
    waste_kind: np.ndarray,
    storage_cost: np.ndarray,
    prices: float,
    deposits: np.ndarray,
    loans: np.ndarray,
    held: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give by closing firm: tonnes made safe, deposit returned, own and public outlay for it, deposit lost."""
    moved, back, own = np.zeros((rows.size, unsafe.shape[1])), np.zeros(rows.size), np.zeros(rows.size)
    public, lost = np.zeros(rows.size), np.zeros(rows.size)
    for number, firm in enumerate(rows):
        cost = 0.0
        for waste in range(unsafe.shape[1]):
            cost += unsafe[firm, waste] * _unit_cost(waste_kind[firm, waste], storage_cost)
        cost *= prices
        share = 1.0
        if settled(deposits[firm] + held[firm], loans[firm], cost):
            back[number], own[number] = held[firm], cost
        else:
            lost[number], public[number] = held[firm], min(held[firm], cost)
            share = public[number] / max(cost, 1e-9)
        for waste in range(unsafe.shape[1]):
            moved[number, waste] = unsafe[firm, waste] * share
    return moved, back, own, public, lost


def settle_closing(zone: Zone, rows: np.ndarray) -> None:
    """Closing firms that can pay restore their heaps and get the deposit back; of the others it is forfeited.

    A forfeited deposit goes to the environment department, which has builders restore as much as it pays for.

    Args:
        rows: firms that close, after their assets were sold, shape (count,).
    """
    firms, ledger = zone.firms, zone.ledger
    accounts, place = ledger.account(Sector.FIRMS, rows), firms.place[rows]
    moved, back, own, public, lost = _closing(
        rows, firms.unsafe, zone.technology.waste_kind, zone.world.material.storage_cost, zone.prices.general,
        ledger.deposits[zone.ledger.firm_accounts], ledger.loans[zone.ledger.firm_accounts], firms.deposit_held,
    )  # fmt: skip
    office = zone.ledger.bodies + zone.body.environment
    ledger.pay(Flow.DEPOSIT_RETURNED, zone.ledger.trust, accounts, back)
    ledger.pay(Flow.WASTE_SERVICE, accounts, ledger.account(Sector.SERVICES, place), own)
    ledger.pay(Flow.DEPOSIT_FORFEITED, zone.ledger.trust, office, float(lost.sum()))
    ledger.pay(Flow.RESTORATION, office, ledger.account(Sector.CONSTRUCTION, place), public)
    _make_safe(zone, rows, moved)
    firms.deposit_held[rows] = 0.0
    firms.unsafe[rows] = 0.0


def _pay_back(zone: Zone, rows: np.ndarray, amount: np.ndarray) -> None:
    firms, ledger = zone.firms, zone.ledger
    ledger.pay(Flow.DEPOSIT_RETURNED, zone.ledger.trust, ledger.account(Sector.FIRMS, rows), amount)
    firms.deposit_held[rows] -= amount
    firms.other_income[rows] += amount


@compiled
def _take_to_safety(
    rows: np.ndarray,
    moved: np.ndarray,
    place: np.ndarray,
    waste_kind: np.ndarray,
    heap: np.ndarray,
    unsafe: np.ndarray,
    safe: np.ndarray,
) -> None:
    """Move tonnes of the firms' heaps, shape (count, wastes), from the unsafe to the safe stock, shape (places, kinds).

    No more than lies there.
    """
    taken = np.zeros_like(unsafe)
    for number, firm in enumerate(rows):
        for waste in range(moved.shape[1]):
            kind = waste_kind[firm, waste]
            if kind >= 0:
                taken[place[firm], kind] += moved[number, waste]
            heap[firm, waste] = max(0.0, heap[firm, waste] - moved[number, waste])
    for where in range(taken.shape[0]):
        for kind in range(taken.shape[1]):
            tonnes = min(taken[where, kind], unsafe[where, kind])
            unsafe[where, kind] -= tonnes
            safe[where, kind] += tonnes


def _make_safe(zone: Zone, rows: np.ndarray, moved: np.ndarray) -> None:
    """Move tonnes of firms' heaps from the unsafe to the safe stock of their places; moved: shape (count, wastes)."""
    firms, matter = zone.firms, zone.materials
    _take_to_safety(rows, moved, firms.place, zone.technology.waste_kind, firms.unsafe, matter.unsafe, matter.safe)
