"""Cleaner production: processes that firms change for good where that costs less than an equivalent emitted.

Source: direction from Fujii, Managi and Kaneko 2013 (processes, not only treatment, cut discharges in China after the
law of 2003); docs/model.md (c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.state.world import MEDIA

if TYPE_CHECKING:
    from ccepz_sim.state.parameters import Parameters
    from ccepz_sim.state.zone import Zone

PROCESSES = NUMBERS[Stream.PROCESSES]


@compiled
def offer_process(p: Parameters, medium: int, cost: float, part: float) -> tuple[float, float]:
    """Give the change of process on offer to a firm: its cost in yuan/equivalent, and the share of the load it saves.

    What cost less than the fee of 2010 was done before, and saves nothing more.

    Args:
        medium: 0 for air, 1 for water; cost: standard normal; part: uniform.

    Reads: abatement.cleaner_*, fee_air_2010, fee_water_2010.
    """
    a = p.abatement
    mean = a.cleaner_air_cost if medium == 0 else a.cleaner_water_cost
    done = a.fee_air_2010 if medium == 0 else a.fee_water_2010
    asked = mean * (1.0 + a.cleaner_spread * cost)
    saved = a.cleaner_least + (a.cleaner_most - a.cleaner_least) * part
    return asked, saved if asked > done else 0.0


@compiled
def helped(zone: Zone, firm: int) -> float:
    """Give what support for cleaner production and exchange of experience leave of a cost of abatement, 0-1.

    Reads: abatement.support_effect, communication_effect; policy communication.
    """
    firms, p = zone.firms, zone.p.abatement
    spent = firms.clean_money[firm] / max(firms.reference_burden[firm] * QUARTERS, 1.0)  # in shares: of a year's
    support = 1.0 - p.support_effect * (1.0 - np.exp(-spent))
    left: float = support * (1.0 - p.communication_effect * zone.policy.now.communication)
    return left


@compiled
def price_of_emitting(zone: Zone, firm: int, medium: int) -> float:
    """Give what one equivalent more costs a firm by the plan of the quarter before, yuan/equivalent.

    That is the tax with the permit price on what it reports, or the marginal cost of treatment where the standard asks
    more.

    Args:
        firm: its row; medium: 0 for air, 1 for water.

    Reads: collusion.hidden_share.
    """
    firms, plan = zone.firms, zone.plan
    price = plan.faced[firm, medium]
    if firms.colluding[firm]:
        return price * (1.0 - zone.p.collusion.hidden_share)
    share = plan.abate_honest[firm, medium]
    if not plan.alone[firm] and share > plan.abate_alone[firm, medium]:
        price = max(price, plan.start[firm, medium] + plan.slope[firm, medium] * share / (1.0 - share))
    return price


@compiled
def change_processes(zone: Zone) -> None:
    """Firms to whom emitting costs more than the change of process they have on offer make it, some each quarter.

    It lasts, and its cost goes on.

    Reads: abatement.cleaner_speed and those of `helped` and `price_of_emitting`.
    """
    firms, speed = zone.firms, zone.p.abatement.cleaner_speed
    luck = passing(zone, PROCESSES)
    for firm in range(firms.rows):
        if not firms.alive[firm] or firms.start[firm] + 1 >= zone.quarter:
            continue  # a new firm has planned nothing yet
        for medium in range(MEDIA):
            offer = firms.cleaner_offer[firm, medium]
            if firms.cleaner[firm, medium] > 0.0 or offer == 0.0:
                continue
            cost = firms.cleaner_cost[firm, medium] * helped(zone, firm) * zone.prices.general
            pays = price_of_emitting(zone, firm, medium) > cost
            if pays and draw(narrow(luck, medium), firms.who[firm]) < speed:
                firms.cleaner[firm, medium] = offer
