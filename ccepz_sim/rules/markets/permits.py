"""Tradable permits for SO2 and dust: grants by past load, an auction of the rest, trade among firms at one price.

Source: Montgomery 1972; Stranlund et al. 2005; docs/model.md (c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.abatement import abatement_at
from ccepz_sim.state.ledger import Flow, Sector

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

HALVINGS = 28


@compiled
def _demand(
    price: float, emission: np.ndarray, tax: np.ndarray, start: np.ndarray, slope: np.ndarray, least: np.ndarray
) -> float:
    """Add up what firms still emit at a price of permits, equivalents."""
    emitted = 0.0
    for firm in range(emission.size):
        share = max(abatement_at(tax[firm] + price, start[firm], slope[firm]), least[firm])
        emitted += emission[firm] * (1.0 - share)
    return emitted


@compiled
def _lowest_price(
    emission: np.ndarray,
    tax: np.ndarray,
    start: np.ndarray,
    slope: np.ndarray,
    cap: float,
    most: float,
    least: np.ndarray,
) -> float:
    """Halve the range of prices until emissions fit the cap."""
    if _demand(0.0, emission, tax, start, slope, least) <= cap:
        return 0.0
    low, high = 0.0, most
    if _demand(high, emission, tax, start, slope, least) > cap:
        return most
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        if _demand(middle, emission, tax, start, slope, least) > cap:
            low = middle
        else:
            high = middle
    return high


def clearing_price(
    emission: np.ndarray,
    tax: np.ndarray,
    start: np.ndarray,
    slope: np.ndarray,
    cap: float,
    most: float,
    least: np.ndarray | float = 0.0,
) -> float:
    """Find the lowest price at which emissions after abatement fit the cap; `most` where none does.

    Args:
        emission: before abatement, equivalents by firm; tax, start, slope, most: yuan/equivalent; cap: equivalents.
        least: share abated whatever the price, 0-1.

    Source: Montgomery 1972; benchmark B05.
    """
    if not isinstance(least, np.ndarray):
        least = np.full(len(emission), least)
    return _lowest_price(emission, tax, start, slope, float(cap), float(most), least)


def granted_permits(
    base: np.ndarray, alive: np.ndarray, total: float, cap: float, auctioned: float
) -> tuple[np.ndarray, float]:
    """Share out a cap by past load; closed firms and newcomers get nothing free, what is left is auctioned.

    Args:
        base: load of the base year, shape (rows,); alive: true where the firm is in business.
        total: load of the base year of all, closed ones included; cap: permits of the quarter, equivalents.
        auctioned: share of the cap kept back, 0-1.

    Returns:
        Permits granted by firm, and those left for the auction.
    """
    free = base * alive * ((1.0 - auctioned) * cap / total)
    return free, cap - float(free.sum())


def trade(need: np.ndarray, held: np.ndarray, auction: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clear a quarter at one price: the short buy from spare holdings and the auction, rationed on the longer side.

    Args:
        need, held: permits wanted and held, shape (rows,); auction: permits the department offers.

    Returns:
        Bought from firms, bought at the auction, sold to firms; each of shape (rows,). What one firm buys of another
        is sold by another.

    Source: Montgomery 1972.
    """
    short, spare = np.maximum(need - held, 0.0), np.maximum(held - need, 0.0)
    wanted, offered = float(short.sum()), float(spare.sum()) + auction
    if min(wanted, offered) < np.finfo(float).tiny:  # too little to be divided
        none = np.zeros(len(need))
        return none, none, none
    moved = min(wanted, offered)
    of_firms = float(spare.sum()) / offered
    bought = short * (moved / wanted)
    return bought * of_firms, bought * (1.0 - of_firms), spare * (moved / offered)


def pairs(bought: np.ndarray, sold: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Line up buyers and sellers of equal totals in order of their rows: who buys how much of whom.

    Returns:
        Row of the buyer, row of the seller, amount; one shape.
    """
    buyers, sellers = np.flatnonzero(bought), np.flatnonzero(sold)
    ends = np.cumsum(bought[buyers]), np.cumsum(sold[sellers])
    edges = np.sort(np.concatenate(ends))
    amount = np.diff(edges, prepend=0.0)
    middle = edges - amount / 2.0
    kept = amount > 0.0
    buyer, seller = (
        rows[np.minimum(np.searchsorted(end, middle[kept]), len(rows) - 1)]
        for rows, end in zip((buyers, sellers), ends, strict=True)
    )
    return buyer, seller, amount[kept]


def open_market(zone: Zone) -> float:
    """Grant the permits of the quarter and find their price; permits exist once a cap lies below the status quo.

    Firms are taken to report as they did last quarter: those in a deal abate nothing at any price.

    Returns:
        Price, yuan/equivalent; 0 without a market.

    Reads: abatement.permit_*, air_start, air_slope, collusion.hidden_share; policy permit_cap, tax_air, the air load
    of 2015.
    """
    firms, now, p, plan = zone.firms, zone.policy.now, zone.p.abatement, zone.plan
    capped = now.permit_cap < zone.policy.usual.permit_cap
    zone.permits.cap = now.permit_cap * zone.permits.air_2015 / QUARTERS if capped else 0.0
    if zone.permits.cap <= 0.0:
        return 0.0
    firms.permits[:], zone.permits.auctioned = granted_permits(
        firms.air_2015, firms.alive, zone.permits.air_2015, zone.permits.cap, p.permit_auctioned
    )
    load = zone.plan.equivalents[:, 0]
    covered = float(load[firms.colluding].sum()) * (1.0 - zone.p.collusion.hidden_share)
    rows = np.flatnonzero((load > 0.0) & ~firms.colluding)
    alone = plan.alone[rows]
    shown = load[rows] * np.where(alone, 1.0 - plan.hidden_alone[rows, 0], 1.0)
    curve = p.air_start * plan.scale[rows], p.air_slope * plan.scale[rows]
    room = max(0.0, zone.permits.cap - covered)
    asked = np.where(alone, 0.0, plan.asked[rows])
    return clearing_price(shown, np.full(len(rows), now.tax_air), *curve, room, p.permit_price_most, asked)


def trade_permits(zone: Zone) -> None:
    """Firms square reported emissions with permits: they trade at the price, and pay a multiple for the excess.

    Reads: abatement.permit_excess.
    """
    price = zone.permits.price
    if price <= 0.0:
        return
    firms, ledger = zone.firms, zone.ledger
    of_firms, of_auction, sold = trade(firms.permit_need, firms.permits, zone.permits.auctioned)
    firms.permits[:] = firms.permits + of_firms + of_auction - sold
    excess = np.maximum(0.0, firms.permit_need - firms.permits)
    fine = zone.p.abatement.permit_excess * price * excess
    buyer, seller, amount = pairs(of_firms, sold)
    if len(buyer):
        ledger.pay(
            Flow.PERMITS, ledger.account(Sector.FIRMS, buyer), ledger.account(Sector.FIRMS, seller), price * amount
        )
    ledger.pay(Flow.PERMITS, zone.ledger.firm_accounts, zone.ledger.bodies + zone.body.environment, price * of_auction)
    ledger.pay(Flow.FINES, zone.ledger.firm_accounts, zone.ledger.bodies + zone.body.prefecture, fine)
    firms.profit[:] = firms.profit + price * (sold - of_firms - of_auction) - fine
