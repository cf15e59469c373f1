"""An observer that counts at the end of a year what no indicator records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.content.schema.target import Target
from ccepz_sim.numerics.clock import is_last_of_year, year_of

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone
    from ccepz_sim.state.zone import Zone

UNSKILLED, SKILLED = 0, 1


def _share(part: np.ndarray, whole: np.ndarray) -> float:
    return float(part[whole].mean()) if whole.any() else 0.0


def _short_of(zone: Zone, skills: slice, threshold: float) -> float:
    """Give the share of firms with posts of some skills that have fewer than `threshold` of them filled."""
    firms = zone.firms
    posts, staff = firms.posts[:, skills].sum(axis=1), firms.staff[:, skills].sum(axis=1)
    asked = firms.alive & (posts > 0.0)
    return _share(staff < threshold * posts, asked)


def recruitment_difficult(zone: Zone, threshold: float) -> float:
    """Share of firms with fewer than `threshold` of their skilled and professional posts filled."""
    return _short_of(zone, slice(SKILLED, None), threshold)


def operatives_scarce(zone: Zone, threshold: float) -> float:
    """Share of firms with fewer than `threshold` of their skilled posts filled."""
    return _short_of(zone, slice(SKILLED, SKILLED + 1), threshold)


def low_chain(zone: Zone, threshold: float) -> float:
    """Share of firms below a chain level."""
    return _share(zone.firms.chain < threshold, zone.firms.alive)


def mindset_not_established(zone: Zone, threshold: float) -> float:
    """Share of firms without a circular mindset."""
    return _share(zone.firms.mindset <= threshold, zone.firms.alive)


def grantees_misusing(zone: Zone, threshold: float) -> float:
    """Share of firms with grants of the year that use more than `threshold` of them for something else."""
    firms = zone.firms
    return _share(firms.misused > threshold * firms.granted, firms.alive & (firms.granted > 0.0))


def growth_first_officials(zone: Zone, threshold: float) -> float:
    """Share of officials who put growth first."""
    return float((zone.officials.growth_first > threshold).mean())


def open_skilled_posts(zone: Zone, threshold: float) -> float:
    """Skilled and professional posts of the zone's towns that stand open, persons; at least `threshold`."""
    inside = zone.world.in_zone
    return max(threshold, float(zone.towns.vacancies[:, inside, SKILLED:].sum()))


COUNTS: Mapping[str, Callable[[Zone, float], float]] = {
    rule.__name__: rule
    for rule in (
        recruitment_difficult,
        operatives_scarce,
        low_chain,
        mindset_not_established,
        grantees_misusing,
        growth_first_officials,
        open_skilled_posts,
    )
}


class Witness:
    """Counts what targets ask for; `counted` holds the figures by target id."""

    def __init__(self, targets: Iterable[Target]) -> None:
        """Listen for targets whose measure is a count."""
        self.targets = [target for target in targets if target.measure in COUNTS]
        self.counted: dict[str, float] = {}

    def __call__(self, zone: PilotZone) -> None:
        """Count at the end of each year."""
        if not is_last_of_year(zone.quarter):
            return
        for target in self.targets:
            if target.year == int(year_of(zone.quarter)):
                self.counted[target.id] = COUNTS[target.measure](zone.state, target.threshold)
