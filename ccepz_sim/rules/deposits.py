"""Restoration deposits: held in trust while waste lies unsafe, paid back as it is made safe, forfeited otherwise.

Source: rules on restoration deposits of mines of 2009; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

SEASON = 2  # the third quarter: the ground of the plateau is not frozen


def restored_share(refund: np.ndarray, cost: np.ndarray, most: float, slope: float) -> np.ndarray:
    """Give the share of an unsafe heap made safe in a season: it rises as the refund nears the cost.

    Args:
        refund, cost: yuan/tonne, one shape; cost above 0; most: share/year; slope: per relative gain.
    """
    share: np.ndarray = most / (1.0 + np.exp(-slope * (refund / cost - 1.0)))
    return share


def settled(cash: np.ndarray, debt: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Say which closing firms leave clean: what is left after their debts pays for restoring their heaps."""
    return cash - debt >= cost


def pay_deposits(zone: PilotZone) -> None:
    """Firms pay what this quarter's unsafe waste asks into the trust account."""
    firms = zone.firms
    zone.ledger.pay("deposit_held", zone.firm_accounts, zone.trust_account, firms.deposit_due)
    firms.deposit_held += firms.deposit_due
    firms.profit = firms.profit - firms.deposit_due


def restore_waste(zone: PilotZone) -> None:
    """In the building season firms make part of their unsafe heaps safe and get that part of their deposit back.

    Reads: materials.restore_most, restore_slope.
    """
    if zone.quarter % QUARTERS != SEASON:
        return
    firms, p = zone.firms, zone.p.materials
    rows = np.flatnonzero((firms.deposit_held > 0.0) & firms.alive)
    if not len(rows):
        return
    heap, cost = firms.unsafe[rows], _unit_cost(zone, rows)
    per_tonne = firms.deposit_held[rows] / np.maximum(heap.sum(axis=1), 1e-9)
    moved = heap * restored_share(per_tonne[:, None], cost, p.restore_most, p.restore_slope)
    back = np.minimum(firms.deposit_held[rows], per_tonne * moved.sum(axis=1))
    _make_safe(zone, rows, moved)
    firms.waste_cost[rows] += (moved * cost).sum(axis=1) * zone.prices.general
    _pay_back(zone, rows, back)


def settle_closing(zone: PilotZone, rows: np.ndarray) -> None:
    """Closing firms that can pay restore their heaps and get the deposit back; of the others it is forfeited.

    A forfeited deposit goes to the environment department, which has builders restore as much as it pays for.

    Args:
        rows: firms that close, after their assets were sold, shape (count,).
    """
    firms, ledger = zone.firms, zone.ledger
    accounts = ledger.account("firms", rows)
    held, heap = firms.deposit_held[rows], firms.unsafe[rows]
    cost = (heap * _unit_cost(zone, rows)).sum(axis=1) * zone.prices.general
    clean = settled(ledger.deposits[accounts] + held, ledger.loans[accounts], cost)
    share = np.ones(len(rows))
    if clean.any():
        ledger.pay("deposit_returned", zone.trust_account, accounts[clean], held[clean])
        ledger.pay("waste_service", accounts[clean], ledger.account("services", firms.place[rows[clean]]), cost[clean])
    if not clean.all():
        lost, works = held[~clean], np.minimum(held, cost)[~clean]
        office = int(zone.body_account(zone.body["environment"]))
        ledger.pay("deposit_forfeited", zone.trust_account, office, float(lost.sum()))
        ledger.pay("restoration", office, ledger.account("construction", firms.place[rows[~clean]]), works)
        share[~clean] = works / np.maximum(cost[~clean], 1e-9)
    _make_safe(zone, rows, heap * share[:, None])
    firms.deposit_held[rows] = 0.0
    firms.unsafe[rows] = 0.0


def _pay_back(zone: PilotZone, rows: np.ndarray, amount: np.ndarray) -> None:
    firms, ledger = zone.firms, zone.ledger
    ledger.pay("deposit_returned", zone.trust_account, ledger.account("firms", rows), amount)
    firms.deposit_held[rows] -= amount
    firms.other_income[rows] += amount


def _unit_cost(zone: PilotZone, rows: np.ndarray) -> np.ndarray:
    """Give what making a tonne safe costs, yuan at prices of 2010, shape (count, wastes)."""
    cost: np.ndarray = np.append(zone.world.material["storage_cost"], 1.0)[zone.technology.waste_kind[rows]]
    return cost


def _make_safe(zone: PilotZone, rows: np.ndarray, moved: np.ndarray) -> None:
    """Move tonnes of firms' heaps from the unsafe to the safe stock of their places; moved: shape (count, wastes)."""
    firms, matter = zone.firms, zone.materials
    kinds = matter.safe.shape[1]
    kind = zone.technology.waste_kind[rows]
    there = kind >= 0
    cell = (firms.place[rows][:, None] * kinds + kind)[there]
    table = np.bincount(cell, weights=moved[there], minlength=matter.safe.size).reshape(matter.safe.shape)
    table = np.minimum(table, matter.unsafe)
    matter.unsafe -= table
    matter.safe += table
    firms.unsafe[rows] = np.maximum(0.0, firms.unsafe[rows] - moved)
