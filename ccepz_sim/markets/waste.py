"""The way of waste that nobody takes: own reuse, treatment, safe or unsafe storage, discharge, leaks.

Source: schedule and exemptions of the Environmental Protection Tax Law of 2016; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

BOOKS = ("generated", "reused", "treated", "discharged", "safe", "unsafe")  # tables of the materials


def avoided_cost(zone: Zone) -> np.ndarray:
    """Give what a giver saves per tonne by not storing: storage, and the tax on what is not safely stored.

    Returns:
        Yuan per tonne, shape (materials,).

    Reads: materials.taxed_share, materials.deposit_cost; policy tax_solid, deposit.
    """
    material, p, now = zone.world.material, zone.p.materials, zone.policy.now
    tax = material.tax_rate * now.tax_solid * p.taxed_share
    saved: np.ndarray = material.storage_cost * (1.0 + now.deposit * p.deposit_cost) + tax
    return saved


def dispose(zone: Zone, left: np.ndarray) -> None:
    """Firms reuse, treat, store or let out what no partner took; unsafe stocks leak.

    Args:
        left: tonnes left after the exchange, shape (rows, wastes).

    Reads: materials.*; policy tax_solid, deposit, risk_plans.
    """
    firms, matter, p, now = zone.firms, zone.materials, zone.p.materials, zone.policy.now
    material = zone.world.material
    plan = 1.0 - p.plan_leak * now.risk_plans
    tables = np.zeros((len(BOOKS), *matter.safe.shape))
    _put_away(
        firms.waste, left, firms.place, firms.official, firms.colluding, firms.sees, zone.firms.award_pull,
        zone.officials.waste_view, zone.technology.waste_kind,
        material.tax_rate, material.storage_cost, material.treatment_cost, material.leak_rate,
        material.reuse_2010, plan,
        now.tax_solid, now.deposit, zone.prices.general, p.taxed_share, p.reuse_tax, p.most_own_reuse,
        p.treat_most, p.treat_slope, p.treat_colluding, p.deposit_cost, p.safe_slope, p.safe_colluding,
        p.unsafe_fine, p.unsafe_cost,
        firms.unsafe, firms.reused, firms.waste_cost, firms.waste_tax, firms.deposit_due, tables,
    )  # fmt: skip
    for name, table in zip(BOOKS, tables, strict=True):
        book = getattr(matter, name)
        book += table
    _leak(material.leak_rate, material.hazard, plan, matter.unsafe, matter.discharged, zone.towns.unsafe_release)


@compiled
def _leak(
    leak_rate: np.ndarray,
    hazard: np.ndarray,
    plan: float,
    unsafe: np.ndarray,
    discharged: np.ndarray,
    release: np.ndarray,
) -> None:
    """Let part of the unsafe stock of each place leak; release: tonnes weighted by hazard."""
    for town in range(release.size):
        weighted = 0.0
        for kind in range(hazard.size):
            gone = unsafe[town, kind] * _leaking(leak_rate[kind], plan)
            unsafe[town, kind] -= gone
            discharged[town, kind] += gone
            weighted += gone * hazard[kind]
        release[town] = weighted


@compiled
def _leaking(yearly: float, plan: float) -> float:
    """Give the share of an unsafe stock that leaks in a quarter, less where plans for accidents exist.

    Args:
        yearly: share, 1 for what is never stored but let out; plan: multiple.
    """
    return 0.0 if yearly >= 1.0 else min(1.0, yearly / QUARTERS * plan)


@compiled
def _put_away(
    waste: np.ndarray, left: np.ndarray, place: np.ndarray, official: np.ndarray, colluding: np.ndarray,
    sees: np.ndarray, award_pull: np.ndarray, waste_view: np.ndarray, waste_kind: np.ndarray,
    tax_rate: np.ndarray, storage_cost: np.ndarray, treatment_cost: np.ndarray, leak_rate: np.ndarray,
    reuse_2010: np.ndarray, plan: float,
    tax_solid: float, deposit: float, general: float, taxed_share: float, reuse_tax: float, most_own_reuse: float,
    treat_most: float, treat_slope: float, treat_colluding: float, deposit_cost: float, safe_slope: float,
    safe_colluding: float, unsafe_fine: float, unsafe_cost: float,
    heap: np.ndarray, reused: np.ndarray, waste_cost: np.ndarray, waste_tax: np.ndarray, deposit_due: np.ndarray,
    tables: np.ndarray,
) -> None:  # fmt: skip
    """Each firm reuses, treats, vents or stores each of its wastes; what leaves it is entered in tables.

    Args:
        tables: tonnes as in BOOKS, by place and material.
    """
    for firm in range(place.size):
        deal = colluding[firm]
        own_firm = cost_firm = due_firm = held_firm = 0.0
        for slot in range(waste.shape[1]):
            made, rest = waste[firm, slot], left[firm, slot]
            if made + heap[firm, slot] == 0.0:
                continue
            kind = waste_kind[firm, slot]
            held, tax = storage_cost[kind], tax_rate[kind] * tax_solid
            taxed = tax * taxed_share
            spared = 0.0 if deal else _tax_spared(taxed, held, reuse_tax)
            pull = 1.0 + award_pull[firm] + spared  # the habit of 2010, pulled by awards and the tax spared
            own = min(rest, made * min(max(reuse_2010[kind] * pull, 0.0), most_own_reuse))
            share = _treated_share(tax, treatment_cost[kind], treat_most, treat_slope)
            treated = (rest - own) * (share * (treat_colluding if deal else 1.0))
            rest = rest - own - treated
            vented = rest if leak_rate[kind] >= 1.0 else 0.0
            kept = rest - vented
            pressure = taxed + deposit * deposit_cost * held - held
            seen = sees[firm] * waste_view[official[firm]]
            willing = safe_colluding if deal else 1.0
            safe = kept * _safe_share(pressure + unsafe_fine * seen, held, safe_slope, willing)
            unsafe = kept - safe
            town = place[firm]
            tables[0, town, kind] += made
            tables[1, town, kind] += own
            tables[2, town, kind] += treated
            tables[3, town, kind] += vented
            tables[4, town, kind] += safe
            tables[5, town, kind] += unsafe
            own_firm += own
            cost_firm += (treated * treatment_cost[kind] + (safe + unsafe * unsafe_cost) * held) * general
            due_firm += 0.0 if deal else unsafe * taxed
            held_firm += unsafe * (deposit * held)
            heap[firm, slot] = (heap[firm, slot] + unsafe) * (1.0 - _leaking(leak_rate[kind], plan))
        reused[firm] += own_firm
        waste_cost[firm] += cost_firm
        waste_tax[firm] += due_firm
        deposit_due[firm] += held_firm


@compiled
def _tax_spared(taxed: float, held: float, weight: float) -> float:
    """Give what the tax spared adds to own reuse: at most the weight, where the tax is as high as the cost of storage.

    Args:
        taxed, held: tax and storage, yuan/tonne; weight: relative to the habit of 2010.
    """
    cost = max(held, 1.0)
    return weight * min(taxed, cost) / cost


@compiled
def _treated_share(tax: float, treatment: float, most: float, slope: float) -> float:
    """Give the share of the rest that is treated: it rises as the tax nears the cost of treatment.

    Args:
        tax, treatment: yuan/tonne; most: 0-1; slope: per relative gain.
    """
    share: float = most / (1.0 + np.exp(-slope * (tax / max(treatment, 1.0) - 1.0)))
    return share


@compiled
def _safe_share(pressure: float, held: float, slope: float, willing: float) -> float:
    """Give the share of stored waste that is stored safely: tax, deposit and fear of fines against its cost.

    Args:
        pressure: what unsafe storage costs more than safe storage, held: safe storage, yuan/tonne.
        slope: per relative gain; willing: share of those who store safely if it pays, 0-1.
    """
    share: float = willing / (1.0 + np.exp(-slope / max(held, 1.0) * pressure))
    return share
