"""Innovation: institutes and firms find, imitate and climb the chain; each rule stands in its own module.

Source: docs/model.md (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccepz_sim.rules.brand import keep_names
from ccepz_sim.rules.institutes import note_empty, run_institutes
from ccepz_sim.rules.research import imitate, succeed
from ccepz_sim.rules.supply_chain import extend_chain

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def innovate(zone: Zone) -> None:
    """Draw successes of institutes and firms, improve cost or cleanliness, imitate, extend the chain.

    Reads: innovation.*, institutes.*, brand.*, environment.infrastructure_least; policy flexible_posts,
    talent_allowance, incubators, clean_reward, breakthrough_reward, internet, communication, brand_support.
    """
    empty = run_institutes(zone)
    if len(empty):
        note_empty(zone, empty)
    succeed(zone)
    imitate(zone)
    extend_chain(zone)
    keep_names(zone)
