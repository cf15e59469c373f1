"""The tables of a study in a folder: its runs and what is kept of them. Queries run in DuckDB on the shards."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.content.reading.fields import as_whole
from ccepz_sim.content.reading.outcomes import outcome_name, parse_outcome
from ccepz_sim.content.schema.study import Measure, Outcome, Study
from ccepz_sim.measures.indicators import Indicator
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.studies import panels
from ccepz_sim.studies.extras import StudyError, need
from ccepz_sim.studies.models import catalogue
from ccepz_sim.studies.outcomes import lived_of, measured
from ccepz_sim.studies.run_ledger import ABORTED, FAILED, PENDING, SUCCEEDED, written_shards
from ccepz_sim.studies.store import COLUMNS, RUNS, SHARDS, Store, read_manifest, study_of
from ccepz_sim.text.errors import hint

if TYPE_CHECKING:
    import pandas as pd

RUN_COLUMNS = ("run", "point", "policy", "scenario", "seed", "status")
BAND = (0.05, 0.25, 0.5, 0.75, 0.95)
OUTCOME = "o.indicator = $indicator AND o.place = $place AND o.view = $view"
POOLED = ""  # in the column of scenarios: all of them together


class StudyTables:
    """Tables of one study. Outcomes are asked for by name, those of the study file or any other of what it keeps.

    `so2` is the last year, `so2@golmud` that of a place, `so2:reported` what was reported; `at(so2, 2025)`,
    `mean(so2)`, `sum(gdp_real, from 2020)`, `discounted(gdp_real, 5%)`, `peak(so2)` and `first(so2, below 30000)` look
    at more of a run. Scenarios are told apart unless `pool` is true.

    Attributes:
        study: what was asked.
        manifest: hashes, versions, command and class of machine.
        runs: one row per run: run, point, policy, scenario, seed, one column per factor, status.
    """

    def __init__(self, folder: Path) -> None:
        """Open a folder; use `load_study`."""
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.study: Study = study_of(self.manifest, folder)
        self.scratch: object = None  # what keeps a folder that is not meant to stay
        self._duckdb = need("duckdb", "study")
        self._files = self._sound_files()
        if not self._files:
            raise StudyError("no_outcomes", folder=folder)
        self.names = tuple(outcome_name(outcome) for outcome in self.study.outcomes)
        self._held: dict[tuple[str, str, str], tuple[np.ndarray, np.ndarray]] = {}

    @cached_property
    def _base(self) -> Any:
        base = self._duckdb.connect()
        base.execute("SET preserve_insertion_order = false")
        # By hand and not by name: DuckDB takes *, ? and [ in a name for a pattern, and would read other files.
        base.register("outcomes", self._dataset)
        base.register("runs", self.runs)
        return base

    @cached_property
    def _dataset(self) -> Any:
        """The shards, each of which is what was written.

        Raises:
            StudyError: one is damaged.
        """
        from pyarrow import ArrowInvalid, dataset, fs

        files = [os.fspath(path) for path in self._files]
        try:
            return dataset.dataset(files, schema=COLUMNS, format="parquet", filesystem=fs.LocalFileSystem())
        except (ArrowInvalid, OSError):
            raise StudyError("shard_damaged", folder=self.folder) from None

    def _sound_files(self) -> list[Path]:
        """Return the shards, as far as the ledger knows them to be what was written.

        Raises:
            StudyError: one is damaged.
        """
        files = sorted((self.folder / SHARDS).glob("*.parquet"))
        known = written_shards(self.folder)
        if known is None:  # the ledger is at work, or was left behind when the results were given away
            return files
        store = Store(self.folder, self.study)
        for shard, (size, sha256) in known.items():
            if not store.is_whole(shard, size, sha256):
                raise StudyError("shard_damaged", folder=self.folder)
        return [store.path(shard) for shard in known]

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The table of runs; while a study is under way for the first time it is laid out anew, without statuses."""
        if (self.folder / RUNS).exists():
            return self._read_runs()
        from ccepz_sim.studies.design import Plan

        table = Plan(self.study).table
        done = self._dataset.to_table(columns=["run"])["run"].unique().to_numpy()
        status = np.where(table["run"].isin(done), SUCCEEDED, PENDING)
        return table.assign(status=status)

    def _read_runs(self) -> pd.DataFrame:
        from pyarrow import ArrowInvalid, parquet

        try:
            with (self.folder / RUNS).open("rb") as file:  # Arrow takes a name with a colon for an address
                table = parquet.read_table(file).to_pandas()
        except (ArrowInvalid, OSError):
            raise StudyError("runs_damaged", file=self.folder / RUNS) from None
        factors = [factor.id for factor in self.study.factors]
        if len(table) != self.study.runs or not {*RUN_COLUMNS, *factors} <= set(table.columns):
            raise StudyError("runs_damaged", file=self.folder / RUNS)
        return table

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """All outcomes, tidy: run, year, quarter (0 for a yearly mean), place, indicator, view, value."""
        return self.query("SELECT * FROM outcomes ORDER BY run, indicator, place, view, year, quarter")

    @cached_property
    def catalogue(self) -> Mapping[str, Indicator]:
        """Return what is said of each indicator, those of a model of one's own included."""
        return catalogue(self.manifest)

    @property
    def panels(self) -> tuple[str, ...]:
        """Name the tables that observers of a model of one's own made of each run."""
        return panels.names(self.folder)

    def panel(self, name: str) -> pd.DataFrame:
        """Return such a table of all runs, with the number of the run in the first column.

        Raises:
            StudyError: there is none of that name, or it is damaged.
        """
        return panels.read_table(self.folder, name)

    @property
    def ended(self) -> int:
        """Return how many runs have ended, well or not."""
        return int((self.runs["status"] != PENDING).sum())

    @property
    def lost(self) -> int:
        """Return how many runs failed or were set aside; tables know nothing of them."""
        return int(self.runs["status"].isin([FAILED, ABORTED]).sum())

    @property
    def years(self) -> tuple[int, int]:
        """Return the first and the last year of the runs."""
        relations = self.study.relations
        return relations.from_, relations.from_ + relations.years - 1

    def query(self, sql: str, **values: object) -> pd.DataFrame:
        """Return what DuckDB answers; `outcomes` and `runs` are its tables, `$name` stands for a value."""
        return self._base.execute(sql, values or None).df()

    def outcome(self, name: str = "") -> Outcome:
        """Return an outcome by name, the first one where none is given.

        Raises:
            StudyError: the study does not keep it.
        """
        name = name or self.names[0]
        if name in self.names:
            return self.study.outcomes[self.names.index(name)]
        found = parse_outcome(name, self.study.relations)
        if found is None or found.series not in self.study.series:
            raise StudyError("unknown_outcome", name=name, hint=hint(name, self.names))
        if (named := outcome_name(found)) in self.names:
            return self.study.outcomes[self.names.index(named)]
        alike = (one for one in self.study.outcomes if one.series == found.series)
        stated = next((one.direction for one in alike if "first" not in (one.measure.kind, found.measure.kind)), "")
        return replace(found, direction=stated or found.direction)

    def of_year(self, name: str = "", year: int | None = None) -> Outcome:
        """Return an outcome, or where a year is given its value in that year.

        Raises:
            StudyError: there is no such outcome or year, or the outcome says itself which years it looks at.
        """
        outcome = self.outcome(name)
        if year is None:
            return outcome
        if outcome.measure.kind != "last":
            raise StudyError("year_idle", name=outcome_name(outcome))
        return replace(outcome, measure=Measure("at", self.year(year)))

    def year(self, year: int | None = None) -> int:
        """Return a year of the study, the last one where none is given.

        Raises:
            StudyError: the study does not run in that year.
        """
        first, last = self.years
        found = last if year is None else as_whole(year)
        if found is None or not first <= found <= last:
            raise StudyError("unknown_year", year=year, first=first, last=last)
        return found

    def at(self, name: str = "", year: int | None = None) -> pd.DataFrame:
        """Return the runs with an outcome in the column `value`; with a year, the mean of the quarters of that year.

        A run that had stopped before is left out of what is asked of a later date.
        """
        outcome = self.of_year(name, year)
        runs, values = self.kept(outcome.series)
        table = self.runs.set_index("run").loc[runs].reset_index()
        found = table.assign(value=measured(outcome.measure, self.study.relations, values))
        return found[found["value"].notna()].reset_index(drop=True) if found["value"].isna().any() else found

    @cached_property
    def ends(self) -> pd.DataFrame:
        """The runs that ended well: `until` is the date up to which they ran, `stopped` whether that was early."""
        runs, values = self.kept(self.study.series[0])
        relations = self.study.relations
        each = QUARTERS if relations.every == "quarter" else 1
        lived = lived_of(values)
        table = self.runs.set_index("run").loc[runs].reset_index()
        return table.assign(until=relations.from_ + lived / each, stopped=lived < relations.periods)

    @property
    def stopped(self) -> int:
        """Return how many runs stopped before the years of the study were over."""
        return int(self.ends["stopped"].sum())

    def kept(self, series: tuple[str, str, str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the runs that ended well and what is kept of a series, shapes (runs,) and (runs, periods)."""
        if series not in self._held:
            asked = f"SELECT o.run, o.value FROM outcomes o WHERE {OUTCOME} ORDER BY o.run, o.year, o.quarter"
            found = self.query(asked, **dict(zip(("indicator", "place", "view"), series, strict=True)))
            periods = self.study.relations.periods
            self._held[series] = (
                found["run"].to_numpy()[::periods],
                found["value"].to_numpy(dtype=float).reshape(-1, periods),
            )
        return self._held[series]

    def fan(self, name: str = "") -> pd.DataFrame:
        """Return bands over time by policy and scenario.

        Columns: policy, scenario, year, quarter, mean, low (5 %), quarter1, median, quarter3, high (95 %), runs (those
        that had not stopped).
        """
        found = self.query(
            f"""SELECT r.policy, r.scenario, o.year, o.quarter, avg(o.value) AS mean,
                quantile_cont(o.value, {list(BAND)}) AS band, count(*) AS runs
            FROM outcomes o JOIN runs r USING (run) WHERE {OUTCOME} AND NOT isnan(o.value) GROUP BY ALL ORDER BY ALL""",
            **self._asked(name),
        )
        parts = ("low", "quarter1", "median", "quarter3", "high")
        bands = np.array(found.pop("band").tolist()).reshape(-1, len(parts))
        for number, part in enumerate(parts):
            found.insert(5 + number, part, bands[:, number])
        return found

    def groups(self, table: pd.DataFrame, *, pool: bool = False) -> Iterator[tuple[str, str, pd.DataFrame]]:
        """Yield scenario, policy and their rows of a table of runs, in the order of the study."""
        for scenario in (POOLED,) if pool else self.study.scenarios:
            own = table if pool else table[table["scenario"] == scenario]
            for policy in self.study.policies:
                rows = own[own["policy"] == policy.id]
                if len(rows):
                    yield scenario, policy.id, rows

    def _asked(self, name: str) -> dict[str, object]:
        outcome = self.outcome(name)
        return {"indicator": outcome.indicator, "place": outcome.place, "view": outcome.view}

    def _check_policies(self, *policies: str) -> None:
        known = [policy.id for policy in self.study.policies]
        for name in policies:
            if name not in known:
                raise StudyError("unknown_policy", name=name, hint=hint(name, known))

    def _check_factors(self) -> None:
        if not self.study.factors:
            raise StudyError("no_factors")

    def _check_factor(self, name: str) -> None:
        self._check_factors()
        known = [factor.id for factor in self.study.factors]
        if name not in known:
            raise StudyError("unknown_factor", name=name, hint=hint(name, known))
