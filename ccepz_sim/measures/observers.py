"""Read-only recorders: they look at the zone at the end of a quarter and change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ccepz_sim.content.reading.fields import finite
from ccepz_sim.measures.derived import Setting, derive, reported
from ccepz_sim.measures.indicators import Indicator, all_indicators
from ccepz_sim.measures.observation import Observation, gather, observe
from ccepz_sim.measures.places import Places, money_by_town
from ccepz_sim.measures.remembered import RELATIVE, base_quarter, last_known_misuse, scores
from ccepz_sim.numerics.clock import FIRST_YEAR, QUARTERS
from ccepz_sim.text.errors import ContentError, unknown

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

TRUE, REPORTED = 0, 1
VIEWS = ("true", "reported")
KEPT = ("_values", "people_flow_all", "by_product_flow_all", "money_flow_all")  # by quarter
ROOM = 128  # quarters at first; doubles when full


class Recorder:
    """Keep every indicator by quarter, place and view; memory grows with aggregates only.

    A quarter is recorded when it ends and turned into indicators when somebody reads.
    """

    def __init__(self, zone: Zone, own: Iterable[Indicator] = ()) -> None:
        self.own = tuple(own)
        self.catalogue: Mapping[str, Indicator] = {**all_indicators(), **{item.id: item for item in self.own}}
        self.ids = tuple(self.catalogue)
        self.index = {name: number for number, name in enumerate(self.ids)}
        self.places = Places(zone)
        self.place_index = {name: number for number, name in enumerate(self.places.names)}
        self.reported = np.array([item.reported for item in self.catalogue.values()])
        self.setting = Setting(zone.p, zone.world, zone.towns.household_rate)
        self.used = 0
        self._waiting: list[Observation] = []
        self._recent: list[Observation] = []  # of the past year and the quarter before it
        self._values = np.zeros((ROOM, len(self.ids), len(self.places.names), 2))
        self.people_flow_all = np.zeros((ROOM, zone.world.place_count + 1, zone.world.place_count + 1))
        towns = zone.world.zone_count
        self.by_product_flow_all = np.zeros((ROOM, towns, towns))
        self.money_flow_all = np.zeros((ROOM, towns, 2))
        self.shown = self._shown()

    def _shown(self) -> np.ndarray:
        """Mark which indicator exists for which place, shape (indicators, places)."""
        shown = np.ones((len(self.ids), len(self.places.names)), dtype=bool)
        parks = np.array([name.startswith("park_") for name in self.places.names])
        for number, item in enumerate(self.catalogue.values()):
            if item.places == "zone":
                shown[number, 1:] = False
            elif item.places == "towns":
                shown[number, parks] = False
        return shown

    def record(self, zone: Zone, own: Sequence[object] = ()) -> None:
        """Record the quarter that just ended; `own` is what the indicators of one's own gave.

        Raises:
            ContentError: one gave something else than numbers for its places.
        """
        if self.used == len(self._values):
            self._grow()
        for item, found in zip(self.own, own, strict=True):
            self._values[self.used, self.index[item.id]] = self._by_place(item, found)[:, None]
        taken = observe(zone, self.places)
        self._waiting.append(taken)
        self._recent = [*self._recent[-QUARTERS:], taken]
        towns = zone.world.zone_count
        self.people_flow_all[self.used] = zone.population.moves
        self.by_product_flow_all[self.used] = zone.materials.exchanged[:towns, :towns]
        self.money_flow_all[self.used] = money_by_town(zone)
        self.used += 1

    @property
    def values(self) -> np.ndarray:
        """Indicators of the recorded quarters, shape (quarters, indicators, places, 2); for reading only."""
        if self._waiting:
            self._derive()
        return self._values[: self.used]

    def _by_place(self, item: Indicator, found: object) -> np.ndarray:
        """Give the values of an indicator of one's own, shape (places,); 0 where it does not exist."""
        shown, values = self.shown[self.index[item.id]], np.zeros(len(self.places.names))
        wanted = [name for name, is_shown in zip(self.places.names, shown, strict=True) if is_shown]
        given = found if isinstance(found, Mapping) else {"zone": found}
        for name, value in given.items():
            if name not in wanted or not finite(value):
                raise ContentError("indicator_value", name=item.id, places=", ".join(wanted))
            values[self.place_index[name]] = value
        if len(given) != len(wanted):
            raise ContentError("indicator_value", name=item.id, places=", ".join(wanted))
        return values

    def _derive(self) -> None:
        """Turn the quarters that were recorded since somebody read into indicators."""
        seen = gather(self._waiting, self.places)
        first = self.used - len(self._waiting)
        self._waiting.clear()
        true, said = derive(self.setting, self.places, seen)
        new = self._values[first : self.used]
        for name, values in true.items():
            new[:, self.index[name], :, :] = values[:, :, None]
        for name, values in said.items():
            new[:, self.index[name], :, REPORTED] = values
        self._look_back(first, seen.zone["granted"], seen.zone["misused"], seen.zone["general_prices"])

    def _look_back(self, first: int, granted: np.ndarray, misused: np.ndarray, general: np.ndarray) -> None:
        """Fill in the indicators that depend on earlier quarters.

        Args:
            first: quarter of the first value; granted, misused: yuan; general: index; shape (quarters,).
        """
        values, zone = self._values[:, :, 0, TRUE], slice(first, self.used)
        misuse = self.index["funds_misused_share"]
        before = float(values[first - 1, misuse]) if first else float(self.setting.p.funds.misuse_base)
        self._values[zone, misuse, 0, :] = last_known_misuse(granted, misused, before)[:, None]
        base = base_quarter(np.arange(first, self.used))
        found = scores(
            self.setting.p.scores,
            {name: values[zone, number] for name, number in self.index.items()},
            {name: values[base, self.index[name]] for name in RELATIVE},
            general,
        )
        for name, score in found.items():
            self._values[zone, self.index[name], 0, :] = score[:, None]

    def _grow(self) -> None:
        for name in KEPT:
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)]))

    @property
    def years(self) -> np.ndarray:
        """Dates of the recorded quarters as years with fraction."""
        return FIRST_YEAR + np.arange(self.used) / QUARTERS

    @property
    def people_flow(self) -> np.ndarray:
        """Persons moving per quarter from row place to column place, the rest of China last."""
        return self.people_flow_all[: self.used]

    @property
    def by_product_flow(self) -> np.ndarray:
        """Tonnes of by-products per quarter from row town to column town of the zone."""
        return self.by_product_flow_all[: self.used]

    @property
    def money_flow(self) -> np.ndarray:
        """Yuan per quarter that came to each town from beyond the zone and went out, shape (quarters, towns, 2)."""
        return self.money_flow_all[: self.used]

    def series(self, indicator: str, place: str = "zone", view: str = "true") -> np.ndarray:
        """Return one indicator by quarter, the history included; shape (quarters,).

        Raises:
            ContentError: there is no such indicator, place or view.
        """
        for key, name, known in (
            ("unknown_indicator", indicator, self.index),
            ("unknown_place", place, self.place_index),
            ("unknown_view", view, VIEWS),
        ):
            if name not in known:
                raise unknown(key, name, known)
        return self.values[:, self.index[indicator], self.place_index[place], VIEWS.index(view)]

    def reported_changes(self, *indicators: str) -> list[float]:
        """Return the relative change of reported values of the zone over the past year; 0 before there is one.

        Only product and measured pollutants: officials are judged by them, long before anybody reads the rest.
        """
        if len(self._recent) <= QUARTERS:
            return [0.0] * len(indicators)
        before, now = (reported(self.setting, quarter) for quarter in (self._recent[0], self._recent[-1]))
        return [now[name] / before[name] - 1.0 if before[name] > 0.0 else 0.0 for name in indicators]

    def frame(self, seed: int, first: int, run: int = 0) -> pd.DataFrame:
        """Return the tidy table from a quarter on: run, seed, year, quarter, place, indicator, view, value."""
        count = self.used - first
        keep = np.repeat(self.shown[:, :, None], 2, axis=2)
        keep[:, :, REPORTED] &= self.reported[:, None]
        indicator, place, view = np.nonzero(keep)
        values = self.values[first:][:, indicator, place, view]
        each = len(indicator)
        quarter = np.repeat(np.arange(first, self.used), each)
        return pd.DataFrame(
            {
                "run": np.full(count * each, run, dtype=np.int32),
                "seed": np.full(count * each, seed, dtype=np.int64),
                "year": (FIRST_YEAR + quarter // QUARTERS).astype(np.int16),
                "quarter": (quarter % QUARTERS + 1).astype(np.int8),
                "place": pd.Categorical.from_codes(np.tile(place, count), list(self.places.names)),
                "indicator": pd.Categorical.from_codes(np.tile(indicator, count), list(self.ids)),
                "view": pd.Categorical.from_codes(np.tile(view, count), list(VIEWS)),
                "value": values.ravel(),
            }
        )

    def copy(self) -> Recorder:
        """Return an independent recorder with the same records."""
        twin = object.__new__(Recorder)
        twin.__dict__.update(self.__dict__)
        twin._waiting, twin._recent = self._waiting.copy(), self._recent.copy()
        for name in KEPT:  # what no quarter has filled yet is not even touched: most of some megabytes
            old = getattr(self, name)
            new = np.zeros(old.shape)
            new[: self.used] = old[: self.used]
            setattr(twin, name, new)
        return twin
