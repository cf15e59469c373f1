"""Results of a study: `load_study(DIR)` gives tables, tables give figures. Queries run in DuckDB on the shards."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.content.reading.fields import as_whole
from ccepz_sim.content.schema.evidence import NEUTRAL
from ccepz_sim.content.schema.study import Outcome, Study
from ccepz_sim.measures.indicators import Indicator
from ccepz_sim.output.disk import reason_of, resolved
from ccepz_sim.studies import panels, sensitivity
from ccepz_sim.studies.extras import StudyError, need
from ccepz_sim.studies.models import catalogue
from ccepz_sim.studies.run_ledger import ABORTED, FAILED, PENDING, SUCCEEDED, written_shards
from ccepz_sim.studies.store import COLUMNS, RUNS, SHARDS, Store, read_manifest, study_of
from ccepz_sim.text.errors import hint

if TYPE_CHECKING:
    import pandas as pd

RUN_COLUMNS = ("run", "point", "policy", "scenario", "seed", "status")
BAND = (0.05, 0.25, 0.5, 0.75, 0.95)
OUTCOME = "o.indicator = $indicator AND o.place = $place AND o.view = $view"
AT_YEAR = (
    f"SELECT r.*, avg(o.value) AS value FROM outcomes o JOIN runs r USING (run) WHERE {OUTCOME} AND o.year = $year"
)


def outcome_name(outcome: Outcome) -> str:
    """Return how an outcome is asked for: `so2`, `so2@golmud`, `so2:reported`."""
    place = f"@{outcome.place}" if outcome.place != "zone" else ""
    return outcome.indicator + place + (":reported" if outcome.view == "reported" else "")


def load_study(folder: Path | str) -> StudyResults:
    """Return the results that lie in a folder, of a finished study or of one under way.

    Raises:
        StudyError: there is no study, it has no outcomes yet, a file of it is damaged, or the extra `study` is not
            installed.
    """
    try:
        return StudyResults(resolved(Path(folder)))
    except OSError as error:
        raise StudyError("unreadable", folder=folder, reason=reason_of(error)) from None


class StudyResults:
    """Tables of one study. Outcomes are asked for by name: `so2`, `so2@golmud` (a place), `so2:reported`.

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
        self._duckdb = need("duckdb", "study")
        self._files = self._sound_files()
        if not self._files:
            raise StudyError("no_outcomes", folder=folder)
        self.names = tuple(outcome_name(outcome) for outcome in self.study.outcomes)

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
        done = [run for shard in self._shards() for run in range(*shard)]
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
        if name not in self.names:
            raise StudyError("unknown_outcome", name=name, hint=hint(name, self.names))
        return self.study.outcomes[self.names.index(name)]

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
        """Return the runs with an outcome of one year in the column `value` (mean of its quarters)."""
        return self.query(f"{AT_YEAR} GROUP BY ALL ORDER BY run", **self._asked(name), year=self.year(year))

    def fan(self, name: str = "") -> pd.DataFrame:
        """Return bands over time by policy and scenario.

        Columns: policy, scenario, year, quarter, mean, low (5 %), quarter1, median, quarter3, high (95 %), runs.
        """
        found = self.query(
            f"""SELECT r.policy, r.scenario, o.year, o.quarter, avg(o.value) AS mean,
                quantile_cont(o.value, {list(BAND)}) AS band, count(*) AS runs
            FROM outcomes o JOIN runs r USING (run) WHERE {OUTCOME} GROUP BY ALL ORDER BY ALL""",
            **self._asked(name),
        )
        parts = ("low", "quarter1", "median", "quarter3", "high")
        bands = np.array(found.pop("band").tolist()).reshape(-1, len(parts))
        for number, part in enumerate(parts):
            found.insert(5 + number, part, bands[:, number])
        return found

    def summary(self, year: int | None = None) -> pd.DataFrame:
        """Return mean and 90 % band of every outcome by policy and scenario in one year."""
        import pandas as pd

        tables = []
        for name in self.names:
            grouped = self.at(name, year).groupby(["policy", "scenario"], observed=True, sort=False)["value"]
            bands = {part: grouped.quantile(share) for part, share in (("low", 0.05), ("median", 0.5), ("high", 0.95))}
            table = pd.DataFrame({"mean": grouped.mean(), **bands, "runs": grouped.count()}).reset_index()
            table.insert(2, "outcome", name)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def differences(self, first: str, second: str, name: str = "", year: int | None = None) -> pd.DataFrame:
        """Return policy `second` less policy `first`, one row per world of the same luck.

        Columns: point, scenario, seed, first, second, difference.

        Raises:
            StudyError: a policy is unknown, or the two share no world.
        """
        self._check_policies(first, second)
        table = self.at(name, year)
        worlds = ["point", "scenario", "seed"]
        sides = [
            table.loc[table["policy"] == policy, [*worlds, "value"]].rename(columns={"value": side})
            for policy, side in ((first, "first"), (second, "second"))
        ]
        pairs = sides[0].merge(sides[1], on=worlds)
        if pairs.empty:
            raise StudyError("no_pairs")
        pairs["difference"] = pairs["second"] - pairs["first"]
        return pairs.sort_values(worlds, ignore_index=True)

    def compare(self, first: str, second: str, year: int | None = None) -> pd.DataFrame:
        """Return for every outcome the mean paired difference, its 90 % band and the probability of being better.

        Worlds without a difference count half. An outcome without a good direction has the probability of being higher.
        """
        import pandas as pd

        rows = []
        for name in self.names:
            gap = self.differences(first, second, name, year)["difference"]
            low, median, high = gap.quantile([0.05, 0.5, 0.95])
            good = -gap if self.outcome(name).direction == "down" else gap
            better = float((good > 0).mean() + 0.5 * (good == 0).mean())
            rows.append((name, gap.mean(), low, median, high, better, len(gap)))
        return pd.DataFrame(rows, columns=["outcome", "mean", "low", "median", "high", "probability", "pairs"])

    def tornado(self, name: str = "", year: int | None = None) -> pd.DataFrame:
        """Return for every factor the mean outcome where it is low and where it is high, largest effect first."""
        self._check_factors()
        return sensitivity.tornado(self.study, self.at(name, year))

    def morris(self, name: str = "", year: int | None = None) -> pd.DataFrame:
        """Return elementary effects of a Morris design (SALib): factor, mu, mu_star, sigma, confidence.

        Effects are changes of the outcome over the whole range of a factor.
        """
        return sensitivity.morris(self.study, self._whole(name, year, "morris"))

    def sobol(self, name: str = "", year: int | None = None) -> pd.DataFrame:
        """Return shares of variance of a Sobol design (SALib): factor, first_order, total and their confidence."""
        return sensitivity.sobol(self.study, self._whole(name, year, "sobol"))

    def phase(self, x: str, y: str, name: str = "", year: int | None = None) -> pd.DataFrame:
        """Return the mean outcome by two factors: columns x, y, value, runs."""
        for factor in (x, y):
            self._check_factor(factor)
        if x == y:
            raise StudyError("same_twice", name=x)
        table = self.at(name, year)
        grouped = table.groupby([x, y], sort=True)["value"]
        found = grouped.agg(["mean", "count"]).reset_index()
        return found.set_axis(["x", "y", "value", "runs"], axis=1)

    def pareto(self, names: Sequence[str], year: int | None = None) -> pd.DataFrame:
        """Return every alternative (policy and setting of levers) with its mean outcomes and whether nobody beats it.

        The column `front` is true where no other one is at least as good in all named outcomes and better in one.

        Raises:
            StudyError: an outcome is named twice, or none of its directions is better.
        """
        names = [names] if isinstance(names, str) else list(names)
        for name in names:
            if names.count(name) > 1:
                raise StudyError("same_twice", name=name)
            if self.outcome(name).direction == NEUTRAL:
                raise StudyError("no_direction", name=name)
        levers = [factor.id for factor in self.study.levers]
        keys = ["policy", *levers]
        table = self.at(names[0], year)[[*keys, "run"]]
        for name in names:
            table = table.merge(self.at(name, year)[["run", "value"]].rename(columns={"value": name}), on="run")
        found = table.groupby(keys, observed=True, sort=True)[names].mean().reset_index()
        signs = np.array([-1.0 if self.outcome(name).direction == "down" else 1.0 for name in names])
        found["front"] = sensitivity.unbeaten(found[names].to_numpy() * signs)
        return found

    def _asked(self, name: str) -> dict[str, object]:
        outcome = self.outcome(name)
        return {"indicator": outcome.indicator, "place": outcome.place, "view": outcome.view}

    def _whole(self, name: str, year: int | None, design: str) -> np.ndarray:
        """Give the mean outcome of every point of a design, shape (points,)."""
        if self.study.design != design:
            raise StudyError("other_design", wanted=design, found=self.study.design)
        missing = int((self.runs["status"] != SUCCEEDED).sum())
        if missing:
            raise StudyError("runs_missing", count=missing)
        means = self.at(name, year).groupby("point")["value"].mean()
        return means.reindex(range(self.study.points)).to_numpy()

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

    def _shards(self) -> list[tuple[int, int]]:
        store = Store(self.folder, self.study)
        return [store.span(int(path.stem)) for path in self._files]
