"""The way of waste that nobody takes: own reuse, treatment, safe or unsafe storage, discharge, leaks.

Source: schedule and exemptions of the Environmental Protection Tax Law of 2016; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.numeric import clip

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def avoided_cost(zone: PilotZone) -> np.ndarray:
    """Give what a giver saves per tonne by not storing: storage, and the tax on what is not safely stored.

    Returns:
        Yuan per tonne, shape (materials,).

    Reads: materials.taxed_share, materials.deposit_cost; policy tax_solid, deposit.
    """
    material, p, now = zone.world.material, zone.p.materials, zone.policy.now
    tax = material["tax_rate"] * now.tax_solid * p.taxed_share
    saved: np.ndarray = material["storage_cost"] * (1.0 + now.deposit * p.deposit_cost) + tax
    return saved


def dispose(zone: PilotZone, left: np.ndarray) -> None:
    """Firms reuse, treat, store or let out what no partner took; unsafe stocks leak.

    Args:
        left: tonnes left after the exchange, shape (rows, wastes).

    Reads: materials.*; policy tax_solid, deposit, risk_plans.
    """
    firms, p, now, material = zone.firms, zone.p.materials, zone.policy.now, zone.world.material
    cells = np.flatnonzero(firms.waste + firms.unsafe)
    kind = zone.technology.waste_kind.ravel()[cells]
    row = cells // firms.waste.shape[1]
    deal, held = firms.colluding[row], material["storage_cost"]
    tax = material["tax_rate"] * now.tax_solid
    made, rest = firms.waste.ravel()[cells], left.ravel()[cells]
    own = np.minimum(rest, made * _own_reuse_rate(zone, row, kind, tax))
    treated = (rest - own) * _treated_share(zone, deal, kind, tax)
    rest = rest - own - treated
    vents = (material["leak_rate"] >= 1.0)[kind]
    vented = np.where(vents, rest, 0.0)
    kept = rest - vented
    safe = kept * _safe_share(zone, row, kind, tax)
    unsafe = kept - safe
    _enter(zone, firms.place[row] * len(held) + kind, np.array([made, own, treated, vented, safe, unsafe]))
    cost = treated * material["treatment_cost"][kind] + (safe + unsafe * p.unsafe_cost) * held[kind]
    due = np.where(deal, 0.0, unsafe * (tax * p.taxed_share)[kind])
    spread = np.zeros((4, firms.waste.size))
    spread[:, cells] = own, cost * zone.prices.general, due, unsafe * (now.deposit * held)[kind]
    spread = spread[:, 0::2] + spread[:, 1::2]
    firms.reused += spread[0]
    firms.waste_cost += spread[1]
    firms.waste_tax += spread[2]
    firms.deposit_due += spread[3]
    heaps = firms.unsafe.reshape(-1)
    heaps[cells] = (heaps[cells] + unsafe) * (1.0 - _leak(zone))[kind]


def _enter(zone: PilotZone, cell: np.ndarray, amounts: np.ndarray) -> None:
    """Book tonnes made, reused, treated, vented, stored safely and unsafely; cell is place x materials + material."""
    matter = zone.materials
    size = matter.safe.size
    numbers = (np.arange(len(amounts))[:, None] * size + cell).ravel()
    tables = np.bincount(numbers, weights=amounts.ravel(), minlength=len(amounts) * size)
    books = (matter.generated, matter.reused, matter.treated, matter.discharged, matter.safe, matter.unsafe)
    for book, table in zip(books, tables.reshape(len(amounts), *matter.safe.shape), strict=True):
        book += table


def _own_reuse_rate(zone: PilotZone, row: np.ndarray, kind: np.ndarray, tax: np.ndarray) -> np.ndarray:
    """Give the share of its waste a firm reuses itself: the habit of 2010, pulled by awards and the tax spared.

    Args:
        row, kind: firm and material of each batch; tax: yuan/tonne by material.
    """
    p, material = zone.p.materials, zone.world.material
    held = np.maximum(material["storage_cost"], 1.0)
    spared = p.reuse_tax * np.minimum(tax * p.taxed_share, held) / held
    pull = 1.0 + zone.award_pull[row] + spared[kind] * ~zone.firms.colluding[row]
    return clip(material["reuse_2010"][kind] * pull, 0.0, p.most_own_reuse)


def _treated_share(zone: PilotZone, deal: np.ndarray, kind: np.ndarray, tax: np.ndarray) -> np.ndarray:
    """Give the share of the rest that is treated: it rises as the tax nears the cost of treatment.

    Args:
        deal: whether the firm colludes; kind: material of each batch; tax: yuan/tonne by material.
    """
    p = zone.p.materials
    gain = tax / np.maximum(zone.world.material["treatment_cost"], 1.0) - 1.0
    treat = p.treat_most / (1.0 + np.exp(-p.treat_slope * gain))
    share: np.ndarray = treat[kind] * np.where(deal, p.treat_colluding, 1.0)
    return share


def _safe_share(zone: PilotZone, row: np.ndarray, kind: np.ndarray, tax: np.ndarray) -> np.ndarray:
    """Give the share of stored waste that is stored safely: tax, deposit and fear of fines against its cost.

    Args:
        row, kind: firm and material of each batch; tax: yuan/tonne by material.
    """
    firms, p, held = zone.firms, zone.p.materials, zone.world.material["storage_cost"]
    pressure = tax * p.taxed_share + zone.policy.now.deposit * p.deposit_cost * held - held
    seen = firms.sees * zone.officials.waste_view[firms.official]
    slope = p.safe_slope / np.maximum(held, 1.0)
    drive = slope[kind] * (pressure[kind] + p.unsafe_fine * seen[row])
    share: np.ndarray = np.where(firms.colluding, p.safe_colluding, 1.0)[row] / (1.0 + np.exp(-drive))
    return share


def _leak(zone: PilotZone) -> np.ndarray:
    """Let part of the unsafe stock leak, less where plans for accidents exist; return the share by material."""
    matter, material = zone.materials, zone.world.material
    plan = 1.0 - zone.p.materials.plan_leak * zone.policy.now.risk_plans
    yearly = np.where(material["leak_rate"] >= 1.0, 0.0, material["leak_rate"])
    rate: np.ndarray = np.minimum(1.0, yearly / QUARTERS * plan)
    release = matter.unsafe * rate
    matter.unsafe -= release
    matter.discharged += release
    zone.towns.unsafe_release = release @ material["hazard"]
    return rate
