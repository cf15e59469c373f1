"""The technique of a firm: the columns of its product, copied to its row when it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.world import KILOGRAMS, MEDIA, MEDIUM

if TYPE_CHECKING:
    from ccepz_sim.state.firms import Technology
    from ccepz_sim.state.records import Fixed
    from ccepz_sim.state.world import World


@compiled
def assign_technique(
    technology: Technology, world: World, fixed: Fixed, rows: np.ndarray, products: np.ndarray
) -> None:
    """Give firm rows the technique of their products (at the start and when a firm enters); one shape.

    The ratio of value added leaves the rest for inputs.
    """
    tech, facts = technology, world.product
    for number in range(rows.size):
        row, product = rows[number], products[number]
        tech.price_response[row] = facts.price_response[product]
        tech.value_added_ratio[row] = facts.value_added_ratio[product]
        tech.labour[row] = facts.labour[product]
        tech.skilled_need[row] = facts.skilled_need[product]
        tech.professional_need[row] = facts.professional_need[product]
        tech.energy[row] = facts.energy[product]
        tech.co2[row] = facts.co2[product]
        tech.water[row] = facts.water[product]
        tech.need[row] = facts.need[product]
        tech.capital_cost[row] = facts.capital_cost[product]
        tech.usual_utilisation[row] = facts.usual_utilisation[product]
        tech.heavy[row] = facts.heavy[product]
        tech.emerging[row] = facts.emerging[product]
        tech.extractive[row] = facts.extractive[product]
        tech.resource_tax[row] = facts.resource_tax[product]
        tech.chain_base[row] = facts.chain_base[product]
        tech.rival_overlap[row] = facts.rival_overlap[product]
        tech.energy_cost_share[row] = facts.energy_cost_share[product]
        tech.market_growth[row] = facts.market_growth[product]
        tech.abatement_cost[row] = facts.abatement_cost[product]
        tech.input_link[row] = facts.input_link[product]
        for medium in range(MEDIA):
            tech.load[row, medium] = 0.0
        dirt = (facts.so2[product], facts.dust[product], facts.cod[product], facts.nh3n[product])
        for pollutant in range(MEDIUM.size):
            tech.emission[row, pollutant] = dirt[pollutant] / KILOGRAMS
            tech.load[row, MEDIUM[pollutant]] += tech.emission[row, pollutant] * fixed.equivalents[pollutant]
        tech.wastes[row, 0], tech.wastes[row, 1] = facts.waste[product], facts.waste2[product]
        tech.base_price[row] = fixed.base_price[product]
        tech.base_input[row] = fixed.base_price[product] * (1.0 - facts.value_added_ratio[product])
        tech.series[row], tech.industry[row] = facts.series[product], facts.industry[product]
        tech.waste_kind[row, 0], tech.waste_kind[row, 1] = facts.waste_kind[product], facts.waste2_kind[product]
        tech.need_kind[row] = facts.need_kind[product]
