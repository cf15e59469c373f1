"""Results of a study: `load_study(DIR)` gives tables, by scenario and policy, with how sure each mean is."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.content.reading.outcomes import outcome_name
from ccepz_sim.content.schema.evidence import NEUTRAL
from ccepz_sim.content.schema.study import Measure, Outcome
from ccepz_sim.output.disk import reason_of, resolved
from ccepz_sim.studies import sensitivity
from ccepz_sim.studies.contradictions import Contradiction, LastYearWarning, contradictions_of
from ccepz_sim.studies.estimates import Estimate, better, estimate, higher, more_seeds, seeds_needed
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.outcomes import is_one_year, span_of
from ccepz_sim.studies.tables import POOLED, StudyTables
from ccepz_sim.text.errors import hint
from ccepz_sim.text.html import notebook_language

if TYPE_CHECKING:
    import pandas as pd

WORLD = ["point", "seed"]
INTERVAL = ("mean", "error", "lower", "upper")


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


class StudyResults(StudyTables):
    """What a study says: means with their intervals, differences between policies, what moves an outcome."""

    def __repr__(self) -> str:
        """Say in one line what lies there."""
        study = self.study
        parts = f"{len(study.policies)} policies × {len(study.scenarios)} scenarios × {study.points} points"
        return f"<study {study.id}: {self.ended} of {study.runs} runs, {parts} × {study.seeds} seeds, {self.folder}>"

    def _repr_html_(self) -> str:
        """Return its question and the table of means, for notebooks."""
        study = self.study
        lang = notebook_language()
        told = f"<p><b>{escape(study.label.get(lang))}</b> {escape(study.question.get(lang))}</p>"
        return told + self.summary().to_html()

    def summary(self, year: int | None = None, *, pool: bool = False) -> pd.DataFrame:
        """Return every outcome by scenario and policy.

        Columns: scenario, policy, outcome, mean, error (standard error of the mean), lower and upper (its 95 %
        interval), low, median and high (5 %, 50 % and 95 % of runs), runs, and where dates of a value are asked
        reached (share of runs that get there), and where runs stopped early stopped (share of them). Pooled, the
        scenario is an empty text.
        """
        import pandas as pd

        rows = []
        for name in self._of_year(year):
            for scenario, policy, table in self.groups(self.at(name, year), pool=pool):
                found = self._estimate(table, "value", pool)
                low, median, high = table["value"].quantile([0.05, 0.5, 0.95])
                interval = (found.mean, found.error, found.lower, found.upper)
                reached = self._reached(name, table["value"])
                stopped = float(self.ends.loc[self.ends["run"].isin(table["run"]), "stopped"].mean())
                rows.append((scenario, policy, name, *interval, low, median, high, len(table), reached, stopped))
        columns = ["scenario", "policy", "outcome", *INTERVAL, "low", "median", "high", "runs", "reached", "stopped"]
        found = pd.DataFrame(rows, columns=columns)
        idle = [] if found["reached"].notna().any() else ["reached"]
        return found.drop(columns=idle if self.stopped else [*idle, "stopped"])

    def _reached(self, name: str, values: pd.Series) -> float:
        """Give the share of runs that get beyond a value at all; not a number where none is asked."""
        measure = self.outcome(name).measure
        if measure.kind != "first":
            return math.nan
        return float((values <= span_of(measure, self.study.relations)[1] + 1 - 1e-9).mean())

    def _of_year(self, year: int | None) -> list[str]:
        """Name the outcomes of which a year can be asked, all of them where none is."""
        self.year(year)
        kinds = [outcome.measure.kind for outcome in self.study.outcomes]
        return [name for name, kind in zip(self.names, kinds, strict=True) if year is None or kind == "last"]

    def _estimate(self, table: pd.DataFrame, column: str, pool: bool) -> Estimate:
        """Give the mean of a column of runs or pairs; scenarios that are pooled share the luck of a seed."""
        if pool:
            table = table.groupby(WORLD, as_index=False)[column].mean()
        values, points, seeds = (table[name].to_numpy() for name in (column, *WORLD))
        return estimate(values.astype(float), points, seeds, sampled=self.study.design != "grid")

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

    def compare(self, first: str, second: str, year: int | None = None, *, pool: bool = False) -> pd.DataFrame:
        """Return policy `second` less policy `first` for every outcome, by scenario, from worlds of the same luck.

        Columns: scenario, outcome, mean, error (standard error), lower and upper (95 % interval of the mean), pairs,
        better (share of pairs in which `second` is better; ties count half, not a number where no direction is good),
        higher (share in which it is higher), more_seeds (how many more would make the sign clear).

        Warns:
            LastYearWarning: the last year alone says something else than the years before it.
        """
        for told in self.contradictions(first, second, year, pool=pool):
            warnings.warn(told.sentence(), LastYearWarning, stacklevel=2)
        return self.comparison(first, second, year, pool=pool)

    def comparison(self, first: str, second: str, year: int | None = None, *, pool: bool = False) -> pd.DataFrame:
        """Return the same without a warning."""
        import pandas as pd

        rows = []
        for name in self._of_year(year):
            outcome = self.of_year(name, year)
            for scenario, pairs in self.paired(outcome, first, second, pool=pool):
                found = self._estimate(pairs, "difference", pool)
                gap = pairs["difference"].to_numpy()
                interval = (found.mean, found.error, found.lower, found.upper)
                shares = (better(gap, outcome.direction), higher(gap))
                rows.append((scenario, name, *interval, len(pairs), *shares, more_seeds(found)))
        columns = ["scenario", "outcome", *INTERVAL, "pairs", "better", "higher", "more_seeds"]
        return pd.DataFrame(rows, columns=columns)

    def paired(
        self, outcome: Outcome, first: str, second: str, *, pool: bool = False
    ) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield each scenario and the pairs of two policies in it, as `differences` gives them."""
        pairs = self.differences(first, second, outcome_name(outcome))
        for scenario in (POOLED,) if pool else self.study.scenarios:
            own = pairs if pool else pairs[pairs["scenario"] == scenario]
            if len(own):
                yield scenario, own

    def estimates(self, outcome: Outcome, first: str, second: str, *, pool: bool = False) -> dict[str, Estimate]:
        """Return by scenario the mean paired difference and how sure it is."""
        return {
            scenario: self._estimate(pairs, "difference", pool)
            for scenario, pairs in self.paired(outcome, first, second, pool=pool)
        }

    def seeds_needed(self, first: str, second: str, name: str = "", within: float | None = None) -> pd.DataFrame:
        """Return how many seeds would make a difference clear, or its 95 % interval at most ± `within`.

        Columns: scenario, mean, error, lower, upper, seeds (seen), needed (in all). That mean and spread stay as they
        are is an assumption: look again with more seeds.
        """
        import pandas as pd

        rows = []
        for scenario, found in self.estimates(self.outcome(name), first, second).items():
            needed = found.seeds + more_seeds(found) if within is None else seeds_needed(found, within)
            rows.append((scenario, found.mean, found.error, found.lower, found.upper, found.seeds, needed))
        return pd.DataFrame(rows, columns=["scenario", *INTERVAL, "seeds", "needed"])

    def contradictions(
        self, first: str, second: str, year: int | None = None, *, pool: bool = False
    ) -> list[Contradiction]:
        """Return where one year alone says something else of two policies than the years together."""
        found: list[Contradiction] = []
        told = {one.series for one in self.study.outcomes if not is_one_year(one.measure)} if year is None else set()
        for name in self._of_year(year):
            outcome = self.of_year(name, year)
            if not is_one_year(outcome.measure) or outcome.series in told:
                continue
            one_year = self.estimates(outcome, first, second, pool=pool)
            others: dict[str, dict[str, Estimate]] = {}
            for other in self._whole_runs(outcome):
                others[outcome_name(other)] = self.estimates(other, first, second, pool=pool)
            found += contradictions_of(outcome_name(outcome), one_year, others)
        return found

    def _whole_runs(self, outcome: Outcome) -> list[Outcome]:
        """Give what a single year is held against: all years, and their first half, to which discounting leans."""
        start, end = self.years
        half = Measure("mean", 0, (start + end) // 2) if end > start else Measure("mean")
        return [replace(outcome, measure=measure) for measure in (Measure("mean"), half)]

    def tornado(
        self, name: str = "", year: int | None = None, *, policy: str = "", scenario: str = "", pool: bool = False
    ) -> pd.DataFrame:
        """Return for every factor the mean outcome where it is low and where it is high, largest effect first.

        Columns scenario, policy, factor, low, high, effect, runs.
        """
        self._check_factors()
        table = self._chosen(self.at(name, year), policy, scenario)
        return self._by_group(table, lambda rows: sensitivity.tornado(self.study, rows), pool)

    def morris(
        self, name: str = "", year: int | None = None, *, policy: str = "", scenario: str = "", pool: bool = False
    ) -> pd.DataFrame:
        """Return elementary effects of a Morris design (SALib) by scenario and policy.

        Columns scenario, policy, factor, mu, mu_star, sigma, confidence, runs. Effects are changes of the outcome over
        the whole range of a factor.
        """
        table = self._chosen(self._whole(name, year, "morris"), policy, scenario)
        return self._by_group(table, lambda rows: sensitivity.morris(self.study, self._by_point(rows)), pool)

    def sobol(
        self, name: str = "", year: int | None = None, *, policy: str = "", scenario: str = "", pool: bool = False
    ) -> pd.DataFrame:
        """Return shares of variance of a Sobol design (SALib) by scenario and policy.

        Columns scenario, policy, factor, first_order, total and their confidence, converged, points_needed.
        """
        table = self._chosen(self._whole(name, year, "sobol"), policy, scenario)
        return self._by_group(table, lambda rows: sensitivity.sobol(self.study, self._by_point(rows)), pool)

    def phase(
        self, x: str, y: str, name: str = "", year: int | None = None, *, policy: str = "", scenario: str = "",
        pool: bool = False,
    ) -> pd.DataFrame:  # fmt: skip
        """Return the mean outcome by two factors: columns scenario, policy, x, y, value, runs."""
        for factor in (x, y):
            self._check_factor(factor)
        if x == y:
            raise StudyError("same_twice", name=x)

        def field(rows: pd.DataFrame) -> pd.DataFrame:
            found = rows.groupby([x, y], sort=True)["value"].agg(["mean", "count"]).reset_index()
            return found.set_axis(["x", "y", "value", "runs"], axis=1)

        return self._by_group(self._chosen(self.at(name, year), policy, scenario), field, pool)

    def pareto(self, names: Sequence[str], year: int | None = None, *, pool: bool = False) -> pd.DataFrame:
        """Return every alternative (policy and setting of levers) by scenario with its mean outcomes.

        `front` is true where no other one is at least as good in all named outcomes and better in one, by the means
        alone; `unbeaten` is the share of resamples of the seeds in which that is so (not a number with one seed).

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
        years = {name: year if self.outcome(name).measure.kind == "last" else None for name in names}
        table = self.at(names[0], years[names[0]])[["policy", *levers, "scenario", "seed", "run"]]
        for name in names:
            found = self.at(name, years[name])[["run", "value"]]
            table = table.merge(found.rename(columns={"value": name}), on="run")
        signs = np.array([-1.0 if self.outcome(name).direction == "down" else 1.0 for name in names])
        return self._front(table, ["policy", *levers], names, signs, pool)

    def _front(
        self, table: pd.DataFrame, keys: list[str], names: list[str], signs: np.ndarray, pool: bool
    ) -> pd.DataFrame:
        import pandas as pd

        tables = []
        for scenario in (POOLED,) if pool else self.study.scenarios:
            own = table if pool else table[table["scenario"] == scenario]
            # Means by seed first: what shares a seed shares luck, and is drawn together.
            worlds = own.groupby([*keys, "seed"], observed=True, sort=True)[names].mean().unstack("seed").dropna()
            if worlds.empty:
                continue
            cube = worlds.to_numpy().reshape(len(worlds), len(names), -1).swapaxes(1, 2)
            found = worlds.index.to_frame(index=False)
            found[names] = cube.mean(axis=1)
            found["front"] = sensitivity.unbeaten(cube.mean(axis=1) * signs)
            found["unbeaten"] = sensitivity.unbeaten_shares(cube * signs)
            found["seeds"] = cube.shape[1]
            found.insert(0, "scenario", scenario)
            tables.append(found)
        return pd.concat(tables, ignore_index=True)

    def _by_group(
        self, table: pd.DataFrame, analyse: Callable[[pd.DataFrame], pd.DataFrame], pool: bool
    ) -> pd.DataFrame:
        """Put together what an analysis finds in each scenario under each policy."""
        import pandas as pd

        tables = []
        for scenario, policy, rows in self.groups(table, pool=pool):
            found = analyse(rows)
            found.insert(0, "scenario", scenario)
            found.insert(1, "policy", policy)
            if "runs" not in found:
                found["runs"] = len(rows)
            tables.append(found)
        return pd.concat(tables, ignore_index=True)

    def _chosen(self, table: pd.DataFrame, policy: str, scenario: str) -> pd.DataFrame:
        """Give the runs of one policy and one scenario, of all where none is named.

        Raises:
            StudyError: the study does not have it.
        """
        if policy:
            self._check_policies(policy)
            table = table[table["policy"] == policy]
        if scenario:
            if scenario not in self.study.scenarios:
                raise StudyError("unknown_scenario", name=scenario, hint=hint(scenario, self.study.scenarios))
            table = table[table["scenario"] == scenario]
        return table

    def _whole(self, name: str, year: int | None, design: str) -> pd.DataFrame:
        """Give the runs of a design, every one of which succeeded."""
        if self.study.design != design:
            raise StudyError("other_design", wanted=design, found=self.study.design)
        table = self.at(name, year)
        missing = len(self.runs) - len(table)
        if missing:
            raise StudyError("runs_missing", count=missing)
        return table

    def _by_point(self, table: pd.DataFrame) -> np.ndarray:
        """Give the mean outcome of every point of a design, shape (points,)."""
        means = table.groupby("point")["value"].mean()
        return means.reindex(range(self.study.points)).to_numpy()
