"""Figures of a study with matplotlib, in either language, as PNG and SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.study import Outcome
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.studies.extras import need
from ccepz_sim.studies.results import StudyResults
from ccepz_sim.text.label import Label
from ccepz_sim.text.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Scale = Callable[[str, float, str], tuple[float, str]]
"""From a unit, the largest value and the language to a factor to divide by and the words of the unit."""

INK, MUTED, LINE, LAKE, OCHRE, IRON = "#1d2b33", "#5b6a73", "#dfe5e2", "#0e6f74", "#c4873b", "#b5482f"
COLOURS = (LAKE, OCHRE, "#7a5ea8", "#5b8a4b", IRON, "#3f5f86", "#35b3a6", "#8a6d3b", "#a23e6b", "#4d4d4d", "#9a9a2e")
# Latin first; the next that has a glyph draws it.
FONTS = (
    "Inter", "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Heiti SC", "SimHei", "Noto Sans CJK JP", "Noto Serif CJK SC",
)  # fmt: skip
WIDTH, HEIGHT, DOTS = 7.2, 4.2, 160
MOST_SCENARIOS_SIDE_BY_SIDE = 3
MOST_MARKS = 12


def plain_scale(unit: str, _largest: float, _lang: str) -> tuple[float, str]:
    """Leave numbers as they are."""
    return 1.0, "" if unit == "1" else unit


class Words:
    """Names of policies, scenarios, factors and outcomes of a study in one language; the id where there is no name."""

    def __init__(self, results: StudyResults, lang: str, content: Content | None = None) -> None:
        """Take the results, the language, and the content that gives names."""
        self.study = results.study
        self.catalogue = results.catalogue
        self.lang = lang
        self.content = content or load_content()

    def word(self, key: str, **fields: object) -> str:
        """Return a text of the figures."""
        return Texts.load("studies")[f"figure.{key}"].format(self.lang, **fields)

    def outcome(self, outcome: Outcome) -> str:
        """Return indicator, place, and whether it is reported."""
        words = self.catalogue[outcome.indicator].label.get(self.lang)
        if outcome.place != "zone":
            places = self.content.table("places")
            known = outcome.place in places.index
            place = places.labels[places.index[outcome.place]].get(self.lang) if known else outcome.place
            words = self.word("in_place", label=words, place=place)
        return self.word("reported", label=words) if outcome.view == "reported" else words

    def policy(self, name: str) -> str:
        """Return the name that the study gives a policy, else that of its package."""
        own = next((policy.label for policy in self.study.policies if policy.id == name), Label("", ""))
        return own.get(self.lang) or self._label(name, self.content.packages)

    def scenario(self, name: str) -> str:
        """Return the name of a scenario."""
        return self._label(name, self.content.scenarios)

    def factor(self, name: str) -> str:
        """Return the name of a lever or a parameter."""
        return self._label(name, self.content.levers, self.content.parameters)

    def _label(self, name: str, *known: Mapping[str, Any]) -> str:
        return next((part[name].label.get(self.lang) for part in known if name in part), name)


class Charts:
    """Makes the figures of one study in one language."""

    def __init__(
        self, results: StudyResults, lang: str = "en", scale: Scale = plain_scale, content: Content | None = None
    ) -> None:
        """Take results, language, the way numbers are scaled, and the content that gives names."""
        self.results = results
        self.study = results.study
        self.lang = lang
        self.scale = scale
        self.words = Words(results, lang, content)
        need("matplotlib", "study")

    def fan(self, name: str = "") -> Figure:
        """Draw median, 50 % and 90 % bands of an outcome over time, a colour per policy, a panel per scenario."""
        table = self.results.fan(name)
        factor, unit = self._scale(name, float(table["high"].abs().max()))
        scenarios = list(self.study.scenarios)
        columns = min(len(scenarios), MOST_SCENARIOS_SIDE_BY_SIDE)
        rows = -(-len(scenarios) // columns)
        with self._figure(columns, rows) as (figure, panels):
            for axes, scenario in zip(panels, scenarios, strict=False):
                self._fan_panel(axes, table[table["scenario"] == scenario], factor)
                if len(scenarios) > 1:
                    axes.set_title(self._word("scenario", name=self.words.scenario(scenario)), fontsize=9, color=MUTED)
                axes.set_ylabel(unit)
            for axes in panels[len(scenarios) :]:
                axes.set_visible(False)
            self._heading(figure, f"{self._outcome(name)} · {self._word('band')}")
            if len(self.study.policies) > 1:
                handles, labels = panels[0].get_legend_handles_labels()
                figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
        return figure

    def _fan_panel(self, axes: Axes, table: Any, factor: float) -> None:
        for number, policy in enumerate(self.study.policies):
            own = table[table["policy"] == policy.id]
            when = own["year"] + np.maximum(own["quarter"] - 1, 0) / QUARTERS
            colour = COLOURS[number % len(COLOURS)]
            for low, high, strength in (("low", "high", 0.10), ("quarter1", "quarter3", 0.16)):
                axes.fill_between(when, own[low] / factor, own[high] / factor, color=colour, alpha=strength, lw=0)
            axes.plot(when, own["median"] / factor, color=colour, lw=1.6, label=self.words.policy(policy.id))
        axes.locator_params(axis="x", integer=True)

    def difference(self, first: str, second: str, year: int | None = None) -> Figure:
        """Draw paired differences of every outcome relative to the first policy, with the chance of being better."""
        names = self.results.names
        data, told = [], []
        table = self.results.compare(first, second, year).set_index("outcome")
        for name in names:
            pairs = self.results.differences(first, second, name, year)
            size = np.maximum(np.abs(pairs["first"].to_numpy()), np.finfo(float).tiny)
            data.append(100.0 * pairs["difference"].to_numpy() / size)
            key = "differs" if self.results.outcome(name).direction == "neutral" else "better"
            told.append(self._word(key, share=f"{table.loc[name, 'probability']:.0%}"))
        with self._figure(height=1.2 + 0.5 * len(names)) as (figure, (axes,)):
            place = np.arange(len(names))[::-1]
            style: Any = {"medianprops": {"color": INK}, "whiskerprops": {"color": MUTED}, "capprops": {"color": MUTED}}
            boxes = axes.boxplot(
                data, positions=place, orientation="horizontal", whis=(5, 95), showfliers=False, patch_artist=True,
                widths=0.5, manage_ticks=False, **style,
            )  # fmt: skip
            for box, name in zip(boxes["boxes"], names, strict=True):
                box.set(facecolor=self._verdict(name, table.loc[name, "probability"]), edgecolor=MUTED, alpha=0.8)
            axes.axvline(0.0, color=MUTED, lw=0.8)
            axes.set_yticks(place, [self._outcome(name) for name in names])
            right = axes.secondary_yaxis("right")
            right.set_yticks(place, told)
            right.tick_params(length=0, labelsize=9, colors=MUTED)
            right.spines["right"].set_visible(False)
            axes.set_xlabel(self._word("relative", a=self.words.policy(first)))
            words = {"a": self.words.policy(first), "b": self.words.policy(second), "year": self.results.year(year)}
            self._heading(figure, self._word("less", **words))
        return figure

    def _verdict(self, name: str, probability: float) -> str:
        if self.results.outcome(name).direction == "neutral":
            return LINE
        return LAKE if probability > 0.5 else IRON if probability < 0.5 else LINE

    def tornado(self, name: str = "", year: int | None = None) -> Figure:
        """Draw how far each factor moves an outcome."""
        table = self.results.tornado(name, year)[::-1]
        factor, unit = self._scale(name, float(table[["low", "high"]].abs().to_numpy().max()))
        middle = float(self.results.at(name, year)["value"].mean()) / factor
        with self._figure(height=1.4 + 0.4 * len(table)) as (figure, (axes,)):
            names = [self.words.factor(one) for one in table["factor"]]
            for side, colour in (("low", OCHRE), ("high", LAKE)):
                axes.barh(names, table[side] / factor - middle, left=middle, color=colour, label=self._word(side))
            axes.axvline(middle, color=INK, lw=0.8)
            axes.set_xlabel(unit)
            figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
            self._heading(figure, self._of_year("tornado", name, year))
        return figure

    def morris(self, name: str = "", year: int | None = None) -> Figure:
        """Draw elementary effects as bars with 95 % confidence."""
        table = self.results.morris(name, year)[::-1]
        factor, unit = self._scale(name, float(table["mu_star"].max()))
        with self._figure(height=1.4 + 0.4 * len(table)) as (figure, (axes,)):
            bars = table["mu_star"] / factor
            names = [self.words.factor(one) for one in table["factor"]]
            axes.barh(names, bars, xerr=table["confidence"] / factor, color=LAKE, ecolor=MUTED, capsize=3)
            axes.set_xlim(left=0.0)
            axes.set_xlabel(f"{self._word('mu_star')} {unit}".strip())
            self._heading(figure, self._of_year("morris", name, year))
        return figure

    def sobol(self, name: str = "", year: int | None = None, shares: pd.DataFrame | None = None) -> Figure:
        """Draw the share of variance of each factor alone and with interactions, with 95 % confidence.

        `shares` are indices of something else than the outcome of a year, such as its mean over years.
        """
        table = (self.results.sobol(name, year) if shares is None else shares)[::-1]
        with self._figure(height=1.6 + 0.5 * len(table)) as (figure, (axes,)):
            place = np.arange(len(table))
            parts = (("total", "total_confidence", LINE, -0.2), ("first_order", "first_confidence", LAKE, 0.2))
            for part, error, colour, shift in parts:
                axes.barh(
                    place + shift, table[part], 0.38, xerr=table[error], color=colour, ecolor=MUTED, capsize=2,
                    label=self._word(part),
                )  # fmt: skip
            axes.set_yticks(place, [self.words.factor(one) for one in table["factor"]])
            axes.set_xlabel(self._word("share"))
            figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
            heading = self._of_year("sobol", name, year) if shares is None else self._outcome(name)
            self._heading(figure, heading)
        return figure

    def phase(self, x: str, y: str, name: str = "", year: int | None = None) -> Figure:
        """Draw an outcome over the plane of two factors: fields of a grid, or points of a sample."""
        table = self.results.phase(x, y, name, year)
        factor, unit = self._scale(name, float(table["value"].abs().max()))
        with self._figure() as (figure, (axes,)):
            values = table["value"] / factor
            if self.study.design == "grid":
                across, up = np.unique(table["x"]), np.unique(table["y"])
                field = np.full((len(up), len(across)), np.nan)
                field[np.searchsorted(up, table["y"]), np.searchsorted(across, table["x"])] = values
                drawn: Any = axes.pcolormesh(across, up, field, shading="nearest", cmap="viridis")
                # A field is as wide as its neighbours allow; what was run are its marks.
                axes.set_xticks(across[:: -(-len(across) // MOST_MARKS)])
                axes.set_yticks(up[:: -(-len(up) // MOST_MARKS)])
            else:
                drawn = axes.scatter(table["x"], table["y"], c=values, cmap="viridis", s=28, edgecolors="none")
            figure.colorbar(drawn, ax=axes, label=unit)
            axes.set_xlabel(self.words.factor(x))
            axes.set_ylabel(self.words.factor(y))
            self._heading(figure, self._of_year("phase", name, year))
        return figure

    def pareto(self, names: Sequence[str], year: int | None = None) -> Figure:
        """Draw all alternatives in the plane of two outcomes, and those that nobody beats."""
        table = self.results.pareto(names, year)
        with self._figure() as (figure, (axes,)):
            scales = [self._scale(name, float(table[name].abs().max())) for name in names]
            x, y = (table[name] / factor for name, (factor, _) in zip(names, scales, strict=True))
            front = table["front"].to_numpy()
            axes.scatter(x[~front], y[~front], color=MUTED, alpha=0.4, s=20, label=self._word("others"))
            order = np.argsort(x[front].to_numpy(), kind="stable")
            across, up = x[front].to_numpy()[order], y[front].to_numpy()[order]
            axes.plot(across, up, "o-", color=LAKE, lw=1.0, ms=6, label=self._word("front"))
            if not self.study.levers:
                for number, policy in enumerate(table["policy"]):
                    at = (x.iloc[number], y.iloc[number])
                    axes.annotate(self.words.policy(policy), at, (4, 4), textcoords="offset points", fontsize=8)
            for set_label, name, (_, unit) in (
                (axes.set_xlabel, names[0], scales[0]),
                (axes.set_ylabel, names[1], scales[1]),
            ):
                set_label(self._outcome(name) + (f" ({unit})" if unit else ""))
            figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
            self._heading(figure, self._word("pareto", year=self.results.year(year)))
        return figure

    # words
    def _word(self, key: str, **fields: object) -> str:
        return self.words.word(key, **fields)

    def _outcome(self, name: str) -> str:
        return self.words.outcome(self.results.outcome(name))

    def _of_year(self, key: str, name: str, year: int | None) -> str:
        return self._word(key, indicator=self._outcome(name), year=self.results.year(year))

    def _scale(self, name: str, largest: float) -> tuple[float, str]:
        return self.scale(self.results.catalogue[self.results.outcome(name).indicator].unit, largest, self.lang)

    def _heading(self, figure: Figure, text: str) -> None:
        figure.suptitle(text, fontsize=11, color=INK, x=0.02, ha="left")

    @contextmanager
    def _figure(
        self, columns: int = 1, rows: int = 1, height: float = HEIGHT, *, alike: bool = True
    ) -> Iterator[tuple[Figure, list[Axes]]]:
        from matplotlib.figure import Figure as Drawn

        with _own_look():
            width = WIDTH if columns == 1 else 4.2 * columns
            figure = Drawn(figsize=(width, height if rows == 1 else 3.2 * rows), layout="constrained")
            panels = figure.subplots(rows, columns, squeeze=False, sharey=alike and rows * columns > 1)
            yield figure, list(panels.ravel())


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure as PNG and SVG; the same figure gives the same bytes.

    Raises:
        OSError: a file cannot be written.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    files = [stem.with_name(f"{stem.name}.{ending}") for ending in ("png", "svg")]
    with _own_look():
        # Laid out once: each further layout would move things by a hair.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        figure.savefig(files[0], dpi=DOTS, metadata={"Software": None})
        figure.savefig(files[1], metadata={"Date": None, "Creator": None})
    return files


@cache
def _fonts() -> tuple[str, ...]:
    """Return those of our fonts that are here; one that is not would be complained of for every letter."""
    from matplotlib import font_manager

    here = set(font_manager.get_font_names())
    return tuple(name for name in FONTS if name in here)


@contextmanager
def _own_look() -> Iterator[None]:
    """Draw in our look only: what a matplotlibrc says (LaTeX, sizes, formats) has no say, and is back afterwards."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_look())
        yield


def _look() -> Any:
    """Return the settings of a drawing (matplotlib types their keys one by one)."""
    return {
        "font.family": list(_fonts()),
        "font.size": 10,
        "axes.edgecolor": LINE,
        "axes.labelcolor": MUTED,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "xtick.color": MUTED,
        "ytick.color": INK,
        "svg.hashsalt": "ccepz-sim",
        "figure.facecolor": "#ffffff",
    }
