"""An observer that writes down what becomes of each firm, official, institute and resident, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.game.records import Lives
from ccepz_sim.game.world import World
from ccepz_sim.numerics.clock import is_last_of_year
from ccepz_sim.state.decisions import Decision

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

FIRM_FLOWS = ("sales", "profit", "bribe", "evaded_tax", "research", "innovations", "granted", "misused", "investment")
FIRM_EVENTS = ("so2", "punished")
FIRM_STATE = ("alive", "colluding", "capacity", "outdated", "chain", "brand", "clean", "product_row", "place_row")
FIRM_SIZES = ("staff", "debt", "cash")
OFFICIAL_STATE = ("tenure", "integrity", "growth_first", "enforcement", "honesty", "captured", "score", "body_row")
INSTITUTE_STATE = ("people", "posts", "guests")
ROW = "_row"  # agents give an id under the plain name; a picture needs the number of the row
RESIDENT_STATE = ("town", "home", "age", "skill", "employer", "awareness", "trust", "resettled", "weight")
Table = dict[str, list[NDArray[np.generic]]]


class Witness:
    """Only looks; flows are added up over the quarters of a year, states are taken at its end."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.flows: dict[str, NDArray[np.float64]] = {}
        self.firms: Table = {}
        self.officials: Table = {}
        self.institutes: Table = {}
        self.residents: Table = {}

    def __call__(self, zone: Any) -> None:
        """Look at a zone at the end of a quarter."""
        from ccepz_sim.agents import Firm, Institute, Official  # Mesa: the page's own process does without

        state: Zone = zone.state
        for name, values in Firm.columns(state, (*FIRM_FLOWS, *FIRM_EVENTS)).items():
            self._add(name, values)
        self._add("results", Institute.columns(state, ("results",))["results"])
        if not is_last_of_year(zone.quarter):
            return
        for name in (*FIRM_FLOWS, *FIRM_EVENTS):
            _keep(self.firms, name, self.flows[name].astype(np.float32))
        for name, values in Firm.columns(state, FIRM_STATE).items():
            _keep(self.firms, name.removesuffix(ROW), _small(values))
        for name, values in Firm.columns(state, FIRM_SIZES).items():
            _keep(self.firms, name, values.astype(np.float32))
        firms = state.firms
        _keep(self.firms, "code", np.array(firms.codes))  # a row may be another firm's later
        main = firms.link_share.argmax(axis=1)[:, None]
        _keep(self.firms, "partner", np.take_along_axis(firms.link_giver, main, axis=1)[:, 0].astype(np.int16))
        for name, values in Official.columns(state, OFFICIAL_STATE).items():
            _keep(self.officials, name.removesuffix(ROW), _small(values))
        for name, values in Institute.columns(state, INSTITUTE_STATE).items():
            _keep(self.institutes, name, values.astype(np.float32))
        _keep(self.institutes, "results", self.flows["results"].astype(np.float32))
        for name in RESIDENT_STATE:
            _keep(self.residents, name, _small(getattr(state.population, name)))
        self.flows.clear()

    def lives(self, world: World, decisions: tuple[Decision, ...]) -> Lives:
        """Return all that was seen; a table of residents that grew is filled up with free rows."""
        tables = [
            {name: _stack(parts) for name, parts in table.items()}
            for table in (self.firms, self.officials, self.institutes, self.residents)
        ]
        firms, officials, institutes, residents = tables
        return Lives(world, decisions, firms, officials, institutes, residents)

    def _add(self, name: str, values: NDArray[Any]) -> None:
        self.flows[name] = self.flows[name] + values if name in self.flows else values.astype(np.float64)


def _keep(table: Table, name: str, values: NDArray[np.generic]) -> None:
    table.setdefault(name, []).append(values)


def _small(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Copy in as few bytes as a picture needs."""
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    return values.astype(np.int32) if values.dtype.itemsize > 4 else values.copy()


def _stack(parts: list[NDArray[np.generic]]) -> NDArray[np.generic]:
    longest = max(len(part) for part in parts)
    filled = [np.concatenate([part, np.full(longest - len(part), -1, dtype=part.dtype)]) for part in parts]
    return np.stack(filled)
