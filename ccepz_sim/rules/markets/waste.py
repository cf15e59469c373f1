"""The way of waste that nobody takes: own reuse, treatment, safe or unsafe storage, discharge, leaks.

Source: schedule and exemptions of the Environmental Protection Tax Law of 2016; docs/model.md (i).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.collusion import deal_fine

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def avoided_cost(zone: Zone, kind: int) -> float:
    """Give what a giver saves per tonne by not storing: storage, and the tax on what is not safely stored; yuan/tonne.

    Args:
        kind: index of the material.

    Reads: materials.taxed_share, materials.deposit_cost; policy tax_solid, deposit.
    """
    material, p, now = zone.world.material, zone.p.materials, zone.policy.now
    tax = material.tax_rate[kind] * now.tax_solid * p.taxed_share
    return material.storage_cost[kind] * (1.0 + now.deposit * p.deposit_cost) + tax


@compiled
def dispose(zone: Zone, left: np.ndarray) -> None:
    """Firms reuse, treat, store or let out what no partner took; unsafe stocks leak.

    Args:
        left: tonnes left after the exchange, shape (rows, wastes).

    Reads: materials.* and those of `deal_fine`; policy tax_solid, deposit, risk_plans.
    """
    plan = 1.0 - zone.p.materials.plan_leak * zone.policy.now.risk_plans
    _put_away(zone, left, plan)
    _leak(zone, plan)


@compiled
def _leak(zone: Zone, plan: float) -> None:
    """Let part of the unsafe stock of each place leak, and note the tonnes weighted by hazard."""
    matter, material = zone.materials, zone.world.material
    for town in range(zone.towns.rows):
        weighted = 0.0
        for kind in range(material.rows):
            gone = matter.unsafe[town, kind] * _leaking(material.leak_rate[kind], plan)
            matter.unsafe[town, kind] -= gone
            matter.discharged[town, kind] += gone
            weighted += gone * material.hazard[kind]
        zone.towns.unsafe_release[town] = weighted


@compiled
def _leaking(yearly: float, plan: float) -> float:
    """Give the share of an unsafe stock that leaks in a quarter, less where plans for accidents exist.

    Args:
        yearly: share/year, 1 for what is never stored but let out; plan: multiple.
    """
    return 0.0 if yearly >= 1.0 else min(1.0, yearly / QUARTERS * plan)


@compiled
def _put_away(zone: Zone, left: np.ndarray, plan: float) -> None:
    """Each firm reuses, treats, vents or stores each of its wastes; what leaves it is entered in the books.

    Notes what a deal over stored waste would save, and what it costs if it is found: the offer of the next quarter.
    """
    firms, matter, material, p, now = zone.firms, zone.materials, zone.world.material, zone.p.materials, zone.policy.now
    general = zone.prices.general
    for firm in range(firms.rows):
        deal, town = firms.waste_deal[firm], firms.place[firm]
        own_firm = cost_firm = due_firm = held_firm = 0.0
        burden = saving = evaded = fine = stored = heaped = 0.0
        for slot in range(firms.waste.shape[1]):
            made, rest, heap = firms.waste[firm, slot], left[firm, slot], firms.unsafe[firm, slot]
            if made + heap == 0.0:
                continue
            kind = zone.technology.waste_kind[firm, slot]
            held, tax = material.storage_cost[kind], material.tax_rate[kind] * now.tax_solid
            taxed, treatment = tax * p.taxed_share, material.treatment_cost[kind]
            spared = 0.0 if deal else _tax_spared(taxed, held, p.reuse_tax)
            pull = 1.0 + firms.award_pull[firm] + spared  # the habit of 2010, pulled by awards and the tax spared
            own = min(rest, made * min(max(material.reuse_2010[kind] * pull, 0.0), p.most_own_reuse))
            share = _treated_share(tax, treatment, p.treat_most, p.treat_slope)
            treated = (rest - own) * (share * (p.treat_colluding if deal else 1.0))
            rest = rest - own - treated
            vented = rest if material.leak_rate[kind] >= 1.0 else 0.0
            kept = rest - vented
            seen = firms.sees[firm] * zone.officials.waste_view[firms.official[firm]]
            felt = taxed + p.unsafe_fine * seen  # besides the deposit, while nobody shields it
            tied = now.deposit * p.deposit_cost * held
            honest = safe_share(felt + tied - held, held, p.safe_slope)
            shielded = honest * p.safe_colluding
            unsafe = kept * (1.0 - (shielded if deal else honest))
            safe = kept - unsafe
            heap_cost = p.unsafe_cost * held + tied
            burden += kept * held
            saving += kept * (storing_cost(honest, held, heap_cost + felt) - storing_cost(shielded, held, heap_cost))
            evaded += kept * (1.0 - shielded) * taxed
            fine += unsafe * p.unsafe_fine
            stored += kept
            heaped += unsafe
            matter.generated[town, kind] += made
            matter.reused[town, kind] += own
            matter.treated[town, kind] += treated
            matter.discharged[town, kind] += vented
            matter.safe[town, kind] += safe
            matter.unsafe[town, kind] += unsafe
            own_firm += own
            cost_firm += (treated * treatment + (safe + unsafe * p.unsafe_cost) * held) * general
            due_firm += 0.0 if deal else unsafe * taxed
            held_firm += unsafe * (now.deposit * held)
            firms.unsafe[firm, slot] = (heap + unsafe) * (1.0 - _leaking(material.leak_rate[kind], plan))
        firms.reused[firm] += own_firm
        firms.waste_cost[firm] += cost_firm
        firms.waste_tax[firm] += due_firm
        firms.deposit_due[firm] += held_firm
        firms.waste_burden[firm] = burden * general
        firms.waste_saving[firm] = max(0.0, saving) / max(burden, 1e-9)
        firms.waste_fine[firm] = deal_fine(zone, burden * general, evaded, 0.0) if burden > 0.0 else 0.0
        firms.waste_at_risk[firm] = firms.waste_fine[firm] if deal else fine
        firms.open_heap[firm] = heaped / max(stored, 1e-9)


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
def safe_share(pressure: float, held: float, slope: float) -> float:
    """Give the share of stored waste that is stored safely: tax, deposit and fear of fines against its cost.

    Args:
        pressure: what unsafe storage costs more than safe storage, held: safe storage, yuan/tonne.
        slope: per relative gain.
    """
    share: float = 1.0 / (1.0 + np.exp(-slope / max(held, 1.0) * pressure))
    return share


@compiled
def storing_cost(safe: float, held: float, heaped: float) -> float:
    """Give what storing a tonne costs on average, yuan/tonne.

    Args:
        safe: share stored safely, 0-1; held, heaped: cost of safe and of unsafe storage, yuan/tonne.
    """
    return safe * held + (1.0 - safe) * heaped
