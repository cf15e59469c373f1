"""What is taken down at the end of a quarter: sums over firms, figures of towns, figures of the whole zone.

Looking changes nothing. Everything else about indicators follows from these sums and can wait for a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.ledger import Sector
from ccepz_sim.measures.firm_sums import FIRM_FIGURES, sum_firms
from ccepz_sim.measures.places import Places
from ccepz_sim.measures.town_sums import TOWN_FIGURES, town_figures

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

Values = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Observation:
    """One quarter: firms of shape (towns, slots, FIRM_FIGURES), towns (TOWN_FIGURES, towns), the zone by name."""

    firms: np.ndarray
    towns: np.ndarray
    zone: dict[str, float]


class Figures(Mapping[str, np.ndarray]):
    """Figures by name out of one array of shape (quarters, figures, ...); each is a view."""

    def __init__(self, names: Sequence[str], values: np.ndarray) -> None:
        self._number = {name: number for number, name in enumerate(names)}
        self._values = values

    def __getitem__(self, name: str) -> np.ndarray:
        """Give one figure, shape (quarters, ...)."""
        found: np.ndarray = self._values[:, self._number[name]]
        return found

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._number)

    def __len__(self) -> int:
        """Count the figures."""
        return len(self._number)


@dataclass(frozen=True, slots=True)
class Observed:
    """Some quarters by name of the figure: firms (quarters, places), towns (quarters, towns), zone (quarters,)."""

    firms: Figures
    towns: Figures
    zone: Figures


def observe(zone: Zone, places: Places) -> Observation:
    """Take down a quarter.

    Reads: labour.working_age; policy audit_share.
    """
    return Observation(sum_firms(zone, places), town_figures(zone), zone_figures(zone))


def gather(quarters: Sequence[Observation], places: Places) -> Observed:
    """Line up quarters by name of the figure."""
    names = tuple(quarters[0].zone)
    return Observed(
        Figures(FIRM_FIGURES, places.sums(np.array([quarter.firms for quarter in quarters]))),
        Figures(TOWN_FIGURES, np.array([quarter.towns for quarter in quarters])),
        Figures(names, np.array([[quarter.zone[name] for name in names] for quarter in quarters], dtype=float)),
    )


def zone_figures(zone: Zone) -> dict[str, float]:
    """Give the figures that exist for the zone as a whole only."""
    firms, institutes, people, ledger = zone.firms, zone.institutes, zone.population, zone.ledger
    bodies, inside = ledger.of(Sector.BODIES), zone.bodies.local
    return {
        "general_prices": zone.prices.general,
        "boast": zone.governance.growth_boast,
        "exits": zone.count.exits,
        "entries": zone.count.entries,
        "guarantees_called": zone.count.guarantees_called,
        "resettled": people.resettled_quarter,
        "returned": people.returned_quarter,
        "scientists": (institutes.people + institutes.guests).sum(),
        "institute_posts": institutes.posts.sum(),
        "institute_money": institutes.funding.sum(),
        "institute_results": institutes.results.sum(),
        "permit_price": zone.permits.price,
        "granted": firms.granted.sum(),
        "misused": firms.misused.sum(),
        "audits": zone.policy.now.audit_share * len(zone.officials.ids),
        "inspections": zone.count.inspections,
        "fines": zone.count.fines,
        "enforcement": zone.officials.enforcement.sum() / len(zone.officials.ids),
        "detection": zone.count.detection,
        "public_flow": (ledger.received[bodies] - ledger.paid[bodies])[inside].sum(),
        "public_debt": ledger.loans[bodies][inside].sum(),
        "standing": zone.governance.standing,
    }
