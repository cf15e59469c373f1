"""Figures of a study with matplotlib, in either language; each says of how many runs, which worlds and years it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.content.schema.evidence import NEUTRAL
from ccepz_sim.content.schema.study import Outcome
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.output.look import COLOURS as COLOURS
from ccepz_sim.output.look import HEIGHT, INK, IRON, LAKE, LINE, MUTED, OCHRE, colours
from ccepz_sim.output.look import save as save
from ccepz_sim.studies.drawing import SMALL, Drawing
from ccepz_sim.studies.drawing import plain_scale as plain_scale
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.tables import POOLED
from ccepz_sim.studies.words import Words as Words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 12  # more cannot be read: somebody has to choose
MOST_MARKS = 12
SURE = 0.95  # share of resamples in which an alternative is beaten by none
POSSIBLE = 0.05  # the same of one that cannot be told from those


class Charts(Drawing):
    """Makes the figures of one study in one language; `caption` is that of the last one drawn."""

    def fan(self, name: str = "") -> Figure:
        """Draw median, 50 % and 90 % bands of an outcome over time, a colour per policy, a panel per scenario."""
        table = self.results.fan(name)
        outcome = self.results.outcome(name)
        factor, unit = self._scale_unit(
            self.results.catalogue[outcome.indicator].unit, float(table["high"].abs().max())
        )
        scenarios = [scenario for scenario in self.study.scenarios if (table["scenario"] == scenario).any()]
        with self._panels(len(scenarios)) as (figure, panels):
            for axes, scenario in zip(panels, scenarios, strict=True):
                self._fan_panel(axes, table[table["scenario"] == scenario], factor)
                if len(scenarios) > 1:
                    self._panel_title(axes, self._word("scenario", name=self.words.scenario(scenario)))
                axes.set_ylabel(unit)
            heading = f"{self.words.outcome(_plain(outcome))} · {self._word('band')}"
            self._heading(figure, heading)
            if len(self.study.policies) > 1:
                handles, labels = panels[0].get_legend_handles_labels()
                self._legend(figure, 3, handles, labels)
            self._note(figure, heading, [self._word("told_fan")], table["runs"], scenarios=scenarios, year="")
        return figure

    def _fan_panel(self, axes: Axes, table: Any, factor: float) -> None:
        own_colours = colours()
        for number, policy in enumerate(self.study.policies):
            own = table[table["policy"] == policy.id]
            when = own["year"] + np.maximum(own["quarter"] - 1, 0) / QUARTERS
            colour = own_colours[number % len(own_colours)]
            for low, high, strength in (("low", "high", 0.10), ("quarter1", "quarter3", 0.16)):
                axes.fill_between(when, own[low] / factor, own[high] / factor, color=colour, alpha=strength, lw=0)
            axes.plot(when, own["median"] / factor, color=colour, lw=1.6, label=self.words.policy(policy.id))
        axes.locator_params(axis="x", integer=True)

    def difference(self, first: str, second: str, year: int | None = None, *, pool: bool = False) -> Figure:
        """Draw paired differences of every outcome, a panel per scenario, with the chance of being better.

        They are relative to the mean of the first policy; dates to the years that count. A box is coloured where the
        95 % interval of the mean leaves out zero and a direction is good.
        """
        table = self.results.comparison(first, second, year, pool=pool)
        scenarios = list(dict.fromkeys(table["scenario"]))
        names = list(dict.fromkeys(table["outcome"]))
        with self._panels(len(scenarios), height=1.5 + 0.5 * len(names), rows_of=1) as (figure, panels):
            for axes, scenario in zip(panels, scenarios, strict=True):
                rows = table[table["scenario"] == scenario].set_index("outcome")
                self._difference_panel(axes, rows, (first, second), year, scenario)
                if len(scenarios) > 1 or pool:
                    self._panel_title(axes, self.words.scenario(scenario))
                axes.set_xlabel(self._word("relative", a=self.words.policy(first)))
            words = {"a": self.words.policy(first), "b": self.words.policy(second)}
            heading = self._word("less", **words, year=self.results.year(year)) + self._pooled(pool)
            self._heading(figure, heading)
            told = [self._word("told_difference"), *self._contradictions(first, second, year, pool)]
            self._note(
                figure,
                heading,
                told,
                table["pairs"],
                scenarios=scenarios,
                policies=(first, second),
                year=year,
                key="pairs",
            )
        return figure

    def _difference_panel(
        self, axes: Axes, rows: pd.DataFrame, pair: tuple[str, str], year: int | None, scenario: str
    ) -> None:
        place = np.arange(len(rows))[::-1]
        data, told, middles, reach = [], [], [], []
        for name in rows.index:
            outcome = self.results.of_year(name, year)
            pairs = dict(self.results.paired(outcome, *pair, pool=scenario == POOLED))[scenario]
            size = 100.0 / self._size(outcome, pairs["first"].to_numpy())
            data.append(pairs["difference"].to_numpy() * size)
            middles.append(rows.loc[name, "mean"] * size)
            reach.append((rows.loc[name, "upper"] - rows.loc[name, "mean"]) * size)
            key, share = ("differs", "higher") if outcome.direction == NEUTRAL else ("better", "better")
            told.append(self._word(key, share=f"{rows.loc[name, share]:.0%}"))
        style: Any = {"medianprops": {"color": INK}, "whiskerprops": {"color": MUTED}, "capprops": {"color": MUTED}}
        boxes = axes.boxplot(
            data, positions=place, orientation="horizontal", whis=(5, 95), showfliers=False, patch_artist=True,
            widths=0.5, manage_ticks=False, **style,
        )  # fmt: skip
        for box, name in zip(boxes["boxes"], rows.index, strict=True):
            box.set(facecolor=self._verdict(name, rows.loc[name]), edgecolor=MUTED, alpha=0.8)
        bars = np.nan_to_num(np.array(reach, dtype=float))
        axes.errorbar(middles, place, xerr=bars, fmt="D", color=INK, ms=3.5, capsize=2, lw=1.0, zorder=5)
        axes.axvline(0.0, color=MUTED, lw=0.8)
        axes.set_yticks(place, [self._outcome(name) for name in rows.index])
        right = axes.secondary_yaxis("right")
        right.set_yticks(place, told)
        right.tick_params(length=0, labelsize=self._size_of(SMALL), colors=MUTED)
        right.spines["right"].set_visible(False)

    def _size(self, outcome: Outcome, first: np.ndarray) -> float:
        """Give what a difference is drawn relative to."""
        if outcome.measure.kind == "first":
            return float(self.study.relations.years)
        return float(max(abs(first.mean()), np.finfo(float).tiny))

    def _verdict(self, name: str, row: pd.Series) -> str:
        direction = self.results.outcome(name).direction
        if direction == NEUTRAL or not (row["lower"] > 0.0 or row["upper"] < 0.0):
            return LINE
        return LAKE if (row["mean"] > 0.0) == (direction == "up") else IRON

    def _contradictions(self, first: str, second: str, year: int | None, pool: bool) -> list[str]:
        """Say where one year alone says something else, in the words and units of the figure."""
        told = []
        for one in self.results.contradictions(first, second, year, pool=pool):
            names = {name: self._outcome(name) for name in (one.outcome, one.other)}
            names[one.scenario] = self.words.scenario(one.scenario)
            told.append(one.sentence(self.lang, self._interval, names))
        return told

    def _interval(self, name: str, found: Any) -> str:
        factor, unit = self._scale(name, max(abs(found.mean), found.half))
        return f"{found.mean / factor:+.3g} ± {found.half / factor:.2g} {unit}".strip()

    def tornado(
        self, name: str = "", year: int | None = None, *, policy: str = "", scenario: str = "", pool: bool = False
    ) -> Figure:
        """Draw how far each factor moves an outcome."""
        table = self.results.tornado(name, year, policy=policy, scenario=scenario, pool=pool)
        factor, unit = self._scale(name, float(table[["low", "high"]].abs().to_numpy().max()))
        means = self.results.at(name, year)

        def draw(axes: Axes, rows: pd.DataFrame, scenario: str, policy: str) -> None:
            here = (means["policy"] == policy) & ((means["scenario"] == scenario) | (scenario == POOLED))
            middle = float(means.loc[here, "value"].mean()) / factor
            rows = rows[::-1]
            names = [self.words.factor(one) for one in rows["factor"]]
            for side, colour in (("low", OCHRE), ("high", LAKE)):
                axes.barh(names, rows[side] / factor - middle, left=middle, color=colour, label=self._word(side))
            axes.axvline(middle, color=INK, lw=0.8)
            axes.set_xlabel(unit)

        return self._by_group(
            table, draw, "tornado", name, year, pool, self._word("told_tornado"), legend={"low": OCHRE, "high": LAKE}
        )

    def morris(
        self, name: str = "", year: int | None = None, *, policy: str = "", scenario: str = "", pool: bool = False
    ) -> Figure:
        """Draw elementary effects as bars with 95 % confidence."""
        table = self.results.morris(name, year, policy=policy, scenario=scenario, pool=pool)
        factor, unit = self._scale(name, float(table["mu_star"].max()))

        def draw(axes: Axes, rows: pd.DataFrame, *_: str) -> None:
            rows = rows[::-1]
            names = [self.words.factor(one) for one in rows["factor"]]
            error = rows["confidence"] / factor
            axes.barh(names, rows["mu_star"] / factor, xerr=error, color=LAKE, ecolor=MUTED, capsize=3)
            axes.set_xlim(left=0.0)
            axes.set_xlabel(f"{self._word('mu_star')} {unit}".strip())

        return self._by_group(table, draw, "morris", name, year, pool, self._word("told_morris"))

    def sobol(
        self,
        name: str = "",
        year: int | None = None,
        shares: pd.DataFrame | None = None,
        *,
        policy: str = "",
        scenario: str = "",
        pool: bool = False,
    ) -> Figure:
        """Draw the share of variance of each factor alone and with interactions, with 95 % confidence.

        `shares` are indices of something else than the outcome of a year, such as its mean over years. A factor that
        seems to explain more alone than in all is hatched, and told with the number of runs that would do.
        """
        table = shares
        if table is None:
            table = self.results.sobol(name, year, policy=policy, scenario=scenario, pool=pool)
        elif "scenario" not in table:
            table = table.assign(scenario=POOLED, policy=self.study.policies[0].id, runs=self.study.runs)

        def draw(axes: Axes, rows: pd.DataFrame, *_: str) -> None:
            rows = rows[::-1]
            place = np.arange(len(rows))
            parts = (("total", "total_confidence", LINE, -0.2), ("first_order", "first_confidence", LAKE, 0.2))
            for part, error, colour, shift in parts:
                bars = axes.barh(
                    place + shift, rows[part], 0.38, xerr=rows[error], color=colour, ecolor=MUTED, capsize=2,
                    label=self._word(part),
                )  # fmt: skip
                for bar, converged in zip(bars, rows["converged"], strict=True):
                    bar.set(**({} if converged else {"hatch": "////", "edgecolor": IRON}))
            marks = ["" if converged else " †" for converged in rows["converged"]]
            axes.set_yticks(
                place, [self.words.factor(one) + mark for one, mark in zip(rows["factor"], marks, strict=True)]
            )
            axes.set_xlabel(self._word("share"))

        told = self._word("told_sobol")
        if not table["converged"].all():
            needed = int(table["points_needed"].max()) * (self.study.runs // self.study.points)
            told += " " + self._word("not_converged", runs=f"{needed:,}", now=f"{self.study.runs:,}")
        heading = None if shares is None else self._outcome(name)
        return self._by_group(
            table, draw, "sobol", name, year, pool, told, legend={"total": LINE, "first_order": LAKE}, heading=heading
        )

    def phase(
        self, x: str, y: str, name: str = "", year: int | None = None, *, policy: str = "", scenario: str = "",
        pool: bool = False,
    ) -> Figure:  # fmt: skip
        """Draw an outcome over the plane of two factors: fields of a grid, or points of a sample."""
        table = self.results.phase(x, y, name, year, policy=policy, scenario=scenario, pool=pool)
        factor, unit = self._scale(name, float(table["value"].abs().max()))
        edges = (float(table["value"].min()) / factor, float(table["value"].max()) / factor)

        def draw(axes: Axes, rows: pd.DataFrame, *_: str) -> None:
            values = rows["value"] / factor
            limits: Any = {"cmap": "viridis", "vmin": edges[0], "vmax": edges[1]}
            if self.study.design == "grid":
                across, up = np.unique(rows["x"]), np.unique(rows["y"])
                field = np.full((len(up), len(across)), np.nan)
                field[np.searchsorted(up, rows["y"]), np.searchsorted(across, rows["x"])] = values
                drawn: Any = axes.pcolormesh(across, up, field, shading="nearest", **limits)
                # A field is as wide as its neighbours allow; what was run are its marks.
                axes.set_xticks(across[:: -(-len(across) // MOST_MARKS)])
                axes.set_yticks(up[:: -(-len(up) // MOST_MARKS)])
            else:
                drawn = axes.scatter(rows["x"], rows["y"], c=values, s=28, edgecolors="none", **limits)
            axes.figure.colorbar(drawn, ax=axes, label=unit)
            axes.set_xlabel(self.words.factor(x))
            axes.set_ylabel(self.words.factor(y))

        return self._by_group(table, draw, "phase", name, year, pool, self._word("told_phase"), height=HEIGHT)

    def pareto(self, names: Sequence[str], year: int | None = None, *, pool: bool = False) -> Figure:
        """Draw all alternatives in the plane of two outcomes, and how surely nobody beats them.

        No line is drawn: between alternatives there is nothing, and means of a few runs make a front of noise.
        """
        table = self.results.pareto(names, year, pool=pool)
        scenarios = list(dict.fromkeys(table["scenario"]))
        scales = [self._scale(name, float(table[name].abs().max())) for name in names]
        with self._panels(len(scenarios), alike=False) as (figure, panels):
            for axes, scenario in zip(panels, scenarios, strict=True):
                rows = table[table["scenario"] == scenario]
                self._pareto_panel(axes, rows, names, scales)
                if len(scenarios) > 1 or pool:
                    self._panel_title(axes, self.words.scenario(scenario))
            handles: dict[str, Any] = {}
            for axes in panels:
                handles |= {label: handle for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
            self._legend(figure, 3, list(handles.values()), list(handles))
            heading = self._word("pareto", year=self.results.year(year)) + self._pooled(pool)
            self._heading(figure, heading)
            seeds = int(table["seeds"].min())
            told = [self._word("told_pareto", share=f"{SURE:.0%}") if seeds > 1 else self._word("told_pareto_one")]
            self._note(figure, heading, told, table["seeds"], scenarios=scenarios, year=year, key="seeds")
        return figure

    def _pareto_panel(
        self, axes: Axes, rows: pd.DataFrame, names: Sequence[str], scales: list[tuple[float, str]]
    ) -> None:
        x, y = ((rows[name] / factor).to_numpy() for name, (factor, _) in zip(names, scales, strict=True))
        share = rows["unbeaten"].to_numpy()
        known = not np.isnan(share).any()
        sure = share >= SURE if known else np.zeros(len(rows), dtype=bool)
        maybe = ~sure & (share >= POSSIBLE) if known else rows["front"].to_numpy()
        others = ~(sure | maybe)
        looks: Any = (
            (others, "others", {"color": MUTED, "alpha": 0.4, "s": 20}),
            (maybe, "maybe" if known else "front_unsure", {"facecolors": "none", "edgecolors": LAKE, "s": 42}),
            (sure, "front", {"color": LAKE, "s": 42}),
        )
        for chosen, key, look in looks:
            if chosen.any():
                axes.scatter(x[chosen], y[chosen], label=self._word(key), **look)
        if not self.study.levers:
            for number, policy in enumerate(rows["policy"]):
                at = (x[number], y[number])
                axes.annotate(
                    self.words.policy(policy), at, (4, 4), textcoords="offset points", fontsize=self._size_of(0.8)
                )
        for set_label, name, (_, unit) in (
            (axes.set_xlabel, names[0], scales[0]),
            (axes.set_ylabel, names[1], scales[1]),
        ):
            set_label(self._outcome(name) + (f" ({unit})" if unit else ""))

    def _by_group(
        self,
        table: pd.DataFrame,
        draw: Callable[..., None],
        key: str,
        name: str,
        year: int | None,
        pool: bool,
        told: str,
        *,
        legend: Mapping[str, str] | None = None,
        height: float = 0.0,
        heading: str | None = None,
    ) -> Figure:
        """Draw a panel for each scenario and policy of a table."""
        pairs = list(dict.fromkeys(zip(table["scenario"], table["policy"], strict=True)))
        if len(pairs) > MOST_PANELS:
            raise StudyError("too_many_panels", count=len(pairs), most=MOST_PANELS)
        deep = height or 1.6 + 0.45 * (table.groupby(["scenario", "policy"], sort=False).size().max())
        with self._panels(len(pairs), height=deep, alike=False) as (figure, panels):
            for axes, (scenario, policy) in zip(panels, pairs, strict=True):
                rows = table[(table["scenario"] == scenario) & (table["policy"] == policy)]
                draw(axes, rows, scenario, policy)
                if len(pairs) > 1:
                    named = [self.words.policy(policy)] if len(self.study.policies) > 1 else []
                    named += [self.words.scenario(scenario)] if len(self.study.scenarios) > 1 else []
                    self._panel_title(axes, " · ".join(named))
            if legend:
                self._legend(figure, 2, *_patches({colour: self._word(word) for word, colour in legend.items()}))
            heading = heading or self._of_year(key, name, year)
            heading += self._pooled(pool)
            self._heading(figure, heading)
            scenarios, policies = (list(dict.fromkeys(column)) for column in zip(*pairs, strict=True))
            self._note(figure, heading, [told], table["runs"], scenarios=scenarios, policies=policies, year=year)
        return figure


def _patches(words: Mapping[str, str]) -> tuple[list[Any], list[str]]:
    """Return a patch of each colour for a legend, and its words."""
    from matplotlib.patches import Patch

    return [Patch(facecolor=colour) for colour in words], list(words.values())


def _plain(outcome: Outcome) -> Outcome:
    """Return an outcome without its measure: what is drawn over time."""
    return Outcome(*outcome.series, outcome.direction)
