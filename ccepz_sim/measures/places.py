"""From firms and towns to the recorded places: the zone, its towns and the regions beside it, the parks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.compiled import compiled

if TYPE_CHECKING:
    from ccepz_sim.state.ledger import Ledger
    from ccepz_sim.state.zone import Zone


class Places:
    """Adds values up to the recorded places; all arrays end with the axis of what is added.

    Attributes:
        names: ids of the recorded places; towns: number of places; inside: number of towns of the zone, the first ones.
        slots: number of parks, and one more for firms in none; park_of_town: slot of a town's park, shape (towns,).
    """

    def __init__(self, zone: Zone) -> None:
        world = zone.world
        self.names = ("zone", *world.places, *world.parks)
        self.towns = world.place_count
        self.inside = world.zone_count
        self.parks = len(world.parks)
        self.slots = self.parks + 1
        self.park_of_town = np.full(world.place_count, self.parks)
        for number, park in enumerate(world.parks):
            self.park_of_town[world.park_place[park]] = number
        self._town_of_park = np.array([world.park_place[park] for park in world.parks], dtype=int)

    def sums(self, by_slot: np.ndarray) -> np.ndarray:
        """Give sums over firms by recorded place.

        Args:
            by_slot: sums by town and park, shape (quarters, towns, slots, kinds).

        Returns:
            Shape (quarters, kinds, places).
        """
        found = self.town(by_slot.sum(axis=2).swapaxes(1, 2))
        of_parks = by_slot[:, self._town_of_park, np.arange(self.parks)]
        found[..., 1 + self.towns :] = of_parks.swapaxes(1, 2)
        return found

    def town(self, values: np.ndarray) -> np.ndarray:
        """Give values of towns by recorded place: the zone is the sum of its towns, parks have none.

        Args:
            values: shape (..., towns).

        Returns:
            Shape (..., places).
        """
        found = np.zeros((*values.shape[:-1], len(self.names)))
        found[..., 0] = values[..., : self.inside].sum(axis=-1)
        found[..., 1 : 1 + self.towns] = values
        return found

    def mean(self, values: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Average values of towns with a weight, both of shape (..., towns); a park takes its town's value."""
        found = np.empty((*values.shape[:-1], len(self.names)))
        whole = (values * weight)[..., : self.inside].sum(axis=-1)
        found[..., 0] = whole / np.maximum(weight[..., : self.inside].sum(axis=-1), 1e-12)
        found[..., 1 : 1 + self.towns] = values
        found[..., 1 + self.towns :] = values[..., self._town_of_park]
        return found

    def whole(self, values: np.ndarray) -> np.ndarray:
        """Give values that exist for the zone as a whole only, shape (...,), by recorded place."""
        found = np.zeros((*values.shape, len(self.names)))
        found[..., 0] = values
        return found


def share(part: np.ndarray, whole: np.ndarray, otherwise: float = 0.0) -> np.ndarray:
    """Divide without ever giving a NaN."""
    return np.where(whole > 0.0, part / np.where(whole > 0.0, whole, 1.0), otherwise)


def money_by_town(zone: Zone) -> np.ndarray:
    """Give the yuan that came to each town of the zone from beyond it this quarter and went out, shape (towns, 2).

    Whoever lives or works there counts: firms, households, services, builders, farms, institutes and public bodies.
    """
    found = np.zeros((zone.world.place_count, 2))
    _add_money(zone, found)
    return found[: zone.world.zone_count]


@compiled
def _add_money(zone: Zone, found: np.ndarray) -> None:
    ledger = zone.ledger
    for firm in range(zone.firms.rows):
        _add(ledger, ledger.firms + firm, found[zone.firms.place[firm]])
    for body in range(zone.bodies.rows):
        _add(ledger, ledger.bodies + body, found[zone.bodies.staff_home[body]])
    for place in range(zone.towns.rows):
        _add(ledger, ledger.households + place, found[place])
        _add(ledger, ledger.services + place, found[place])
        _add(ledger, ledger.construction + place, found[place])
        _add(ledger, ledger.agriculture + place, found[place])
    for row in range(zone.institutes.rows):
        _add(ledger, ledger.institutes + row, found[zone.institutes.place[row]])


@compiled
def _add(ledger: Ledger, account: int, here: np.ndarray) -> None:
    here[0] += ledger.came_in[account]
    here[1] += ledger.went_out[account]
