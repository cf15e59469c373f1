"""What is recorded at the end of a quarter: sums over firms, figures of towns, figures of the whole zone.

Looking changes nothing. Everything else about indicators follows from these sums and can wait for a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.measures.firm_sums import FIRM_FIGURES, sum_firms
from ccepz_sim.measures.places import Places
from ccepz_sim.measures.town_sums import TOWN_FIGURES, town_figures
from ccepz_sim.numerics.compiled import compiled

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

Values = dict[str, np.ndarray]


ZONE_FIGURES = (
    "general_prices", "boast", "exits", "entries", "guarantees_called", "resettled", "returned", "scientists",
    "institute_posts", "institute_money", "institute_results", "permit_price", "granted", "misused", "audits",
    "inspections", "fines", "enforcement", "detection", "public_flow", "public_debt", "standing",
)  # fmt: skip
FIGURES = np.dtype([(name, float) for name in ZONE_FIGURES])


@dataclass(frozen=True, slots=True)
class Observation:
    """One quarter: firms of shape (towns, slots, FIRM_FIGURES), towns (TOWN_FIGURES, towns), zone (ZONE_FIGURES,)."""

    firms: np.ndarray
    towns: np.ndarray
    zone: np.ndarray


class Figures(Mapping[str, np.ndarray]):
    """Figures by name out of one array of shape (quarters, figures, ...); each is a view."""

    def __init__(self, names: tuple[str, ...], values: np.ndarray) -> None:
        self._number = _numbers(names)
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


@cache
def _numbers(names: tuple[str, ...]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def observe(zone: Zone, places: Places) -> Observation:
    """Record a quarter.

    Reads: labour.working_age; policy audit_share.
    """
    return Observation(sum_firms(zone, places), town_figures(zone), zone_figures(zone))


def gather(quarters: Sequence[Observation], places: Places) -> Observed:
    """Line up quarters by name of the figure."""
    return Observed(
        Figures(FIRM_FIGURES, places.sums(np.array([quarter.firms for quarter in quarters]))),
        Figures(TOWN_FIGURES, np.array([quarter.towns for quarter in quarters])),
        Figures(ZONE_FIGURES, np.array([quarter.zone for quarter in quarters])),
    )


def zone_figures(zone: Zone) -> np.ndarray:
    """Give the figures that exist for the zone as a whole only, in the order of ZONE_FIGURES."""
    found = np.zeros(1, dtype=FIGURES)
    _take_down(zone, found)
    return found.view(float)


@compiled
def _take_down(zone: Zone, found: np.ndarray) -> None:
    here, count, ledger, officials = found[0], zone.count, zone.ledger, zone.officials
    here["general_prices"] = zone.prices.general
    here["boast"] = zone.governance.growth_boast
    here["exits"] = count.exits
    here["entries"] = count.entries
    here["guarantees_called"] = count.guarantees_called
    here["resettled"] = zone.population.resettled_quarter
    here["returned"] = zone.population.returned_quarter
    for row in range(zone.institutes.rows):
        here["scientists"] += zone.institutes.people[row] + zone.institutes.guests[row]
        here["institute_posts"] += zone.institutes.posts[row]
        here["institute_money"] += zone.institutes.funding[row]
        here["institute_results"] += zone.institutes.results[row]
    here["permit_price"] = zone.permits.price
    for firm in range(zone.firms.rows):
        here["granted"] += zone.firms.granted[firm]
        here["misused"] += zone.firms.misused[firm]
    here["audits"] = zone.policy.now.audit_share * officials.rows
    here["inspections"] = count.inspections
    here["fines"] = count.fines
    here["enforcement"] = officials.enforcement.mean()
    here["detection"] = count.detection
    for body in range(zone.bodies.rows):
        if zone.bodies.local[body]:
            account = ledger.bodies + body
            here["public_flow"] += ledger.received[account] - ledger.paid[account]
            here["public_debt"] += ledger.loans[account]
    here["standing"] = zone.governance.standing
