"""Brands, and the memory of money that firms were given for a purpose.

Source: docs/model.md (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.firms import has_deal

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


@compiled
def keep_names(zone: Zone) -> None:
    """Brands grow with support for firms above the raw-material level, and fade; so does money kept for a purpose."""
    firms, p = zone.firms, zone.p.brand
    memory = zone.p.innovation.money_memory
    each = zone.policy.now.brand_support / max(1.0, firms.alive.sum()) / p.money_scale
    support = p.growth * np.log1p(each)
    for firm in range(firms.rows):
        name = firms.brand[firm] * (1.0 - p.fade)
        if firms.alive[firm]:
            growth = support * (p.level_base + p.level_weight * firms.chain[firm]) * (1.0 - firms.brand[firm])
            name += growth * (1.0 - p.stain) if has_deal(firms, firm) else growth
        firms.brand[firm] = min(max(name, 0.0), 1.0)
        firms.research_fund[firm] *= memory
        firms.upgrade_money[firm] *= memory
        firms.chain_money[firm] *= memory
        firms.clean_money[firm] *= memory
