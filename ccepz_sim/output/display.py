"""What a zone says of itself: a line, a table for notebooks, a figure of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ccepz_sim.measures.indicators import Indicator
from ccepz_sim.numerics.clock import FIRST_YEAR, QUARTERS
from ccepz_sim.text.errors import ContentError, unknown
from ccepz_sim.text.extras import need
from ccepz_sim.text.html import notebook_language, table_html
from ccepz_sim.text.label import LANGUAGES
from ccepz_sim.text.numbers import scale_of
from ccepz_sim.text.texts import Texts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ccepz_sim.content.loading import Content
    from ccepz_sim.content.schema.lever import Package
    from ccepz_sim.content.schema.scenario import Scenario
    from ccepz_sim.measures.observers import Recorder

SHOWN = (
    "gdp_real", "urban_income", "population", "unemployment_rate", "so2", "cod", "solid_waste_stock",
    "colluding_share", "trust", "government_debt",
)  # fmt: skip
DRAWN = ("gdp_real", "urban_income", "so2", "solid_waste_stock", "colluding_share", "trust")
COLUMNS = 3
PANEL = (3.2, 2.1)  # inches
TRUE, REPORTED = 0, 1
NOTHING = "–"


class Shown(Protocol):
    """What is shown of a zone."""

    content: Content
    packages: tuple[Package, ...]
    scenario_used: Scenario
    seed_used: int
    recorder: Recorder
    first_quarter: int

    @property
    def quarter(self) -> int:
        """The quarter that comes next."""


def zone_line(zone: Shown) -> str:
    """Return a zone in one line; of one that is only half built as much as there is."""
    held, name = vars(zone), type(zone).__name__
    if "recorder" not in held or "first_quarter" not in held:
        return f"<{name}, not built yet>"
    packages = " + ".join(package.id for package in zone.packages)
    year, quarter = divmod(zone.quarter, QUARTERS)
    run = zone.quarter - zone.first_quarter
    where = f"{packages}, {zone.scenario_used.id}, seed {zone.seed_used}"
    return f"<{name} {where}: {FIRST_YEAR + year} Q{quarter + 1}, {run} quarters run>"


def zone_html(zone: Shown, lang: str = "") -> str:
    """Return a zone as a table of its main indicators, before its run and now."""
    lang = lang or notebook_language()
    texts = Texts.load("display")
    year, quarter = divmod(zone.quarter, QUARTERS)
    run = zone.quarter - zone.first_quarter
    below = texts["zone_at"].format(lang, quarters=run, year=FIRST_YEAR + year, quarter=quarter + 1)
    head = [texts[key].get(lang) for key in ("indicator", "before", "latest", "better")]
    values, first = zone.recorder.values, zone.first_quarter
    rows = []
    names = (*SHOWN, *(item.id for item in zone.recorder.own)) if len(values) else ()
    for name in names:
        item = zone.recorder.catalogue[name]
        series = values[:, zone.recorder.index[name], 0, TRUE]
        before, latest = _mean(series[max(0, first - QUARTERS) : first]), _mean(series[-QUARTERS:])
        scale = scale_of(item.unit, max(abs(before), abs(latest)) if first else abs(latest), lang)
        told = [NOTHING if np.isnan(value) else scale.write(value, lang) for value in (before, latest)]
        rows.append((item.label.get(lang), *told, texts[item.direction].get(lang)))
    if not rows:
        below = f"{texts['not_begun'].get(lang)} {below}"
    return table_html(_title(zone, lang), head if rows else (), rows, below, numbers=(1, 2))


def _title(zone: Shown, lang: str) -> str:
    packages = " + ".join(package.label.get(lang) for package in zone.packages)
    scenario = zone.scenario_used.label
    return Texts.load("display")["zone"].format(lang, packages=packages, scenario=scenario, seed=zone.seed_used)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")


def zone_figure(zone: Shown, names: Sequence[str], place: str, lang: str) -> Figure:
    """Draw indicators of one run over time, a panel each: what is true, and dashed what officials report.

    Raises:
        ContentError: an indicator, a place or a language is unknown, or nothing has been recorded yet.
        StudyError: matplotlib is not installed.
    """
    lang = lang or notebook_language()
    if lang not in LANGUAGES:
        raise unknown("unknown_language", lang, LANGUAGES)
    recorder = zone.recorder
    names = names or DRAWN
    for name in names:
        if name not in recorder.catalogue:
            raise unknown("unknown_indicator", name, recorder.catalogue)
    for name in names:
        known = [one for one, row in recorder.place_index.items() if recorder.shown[recorder.index[name], row]]
        if place not in known:
            raise unknown("unknown_place_of_indicator", place, known, indicator=name)
    if not recorder.used:
        raise ContentError("nothing_recorded")
    need("matplotlib", "study")
    from ccepz_sim.output.look import MUTED, Style, inches, own_look

    style = Style()
    columns = min(COLUMNS, len(names))
    lines = -(-len(names) // columns)
    with own_look(style):
        from ccepz_sim.output.notebook_figure import NotebookFigure

        figure = NotebookFigure(
            figsize=inches(style, PANEL[0] * columns + 1.0, PANEL[1] * lines + 1.0), layout="constrained"
        )
        panels = figure.subplots(lines, columns, sharex=True, squeeze=False).ravel()
        for axes, name in zip(panels, names, strict=False):
            _panel(axes, zone, recorder.catalogue[name], recorder.place_index[place], lang)
        for axes in panels[len(names) :]:
            axes.set_visible(False)
        where = "" if place == "zone" else f" · {place}"
        figure.suptitle(_title(zone, lang) + where, x=0.02, ha="left")
        note = Texts.load("display")["one_run"].format(lang, seed=zone.seed_used)
        figure.supxlabel(_folded(note, figure.get_figwidth(), lang), fontsize="small", color=MUTED, x=0.02, ha="left")
    return figure


def _panel(axes: Any, zone: Shown, item: Indicator, place: int, lang: str) -> None:
    from ccepz_sim.output.look import LAKE, MUTED, OCHRE

    recorder = zone.recorder
    values = recorder.values[:, recorder.index[item.id], place]
    when = FIRST_YEAR + np.arange(len(values)) / QUARTERS
    scale = scale_of(item.unit, float(np.abs(values).max()), lang)
    own = zone.first_quarter
    views: Mapping[int, tuple[str, str]] = {TRUE: (LAKE, "-"), REPORTED: (OCHRE, "--")}
    for view, (colour, line) in views.items():
        if view == REPORTED and not item.reported:
            continue
        drawn = values[:, view] / scale.factor
        axes.plot(when[: own + 1], drawn[: own + 1], line, color=MUTED, lw=1.0)
        axes.plot(when[own:], drawn[own:], line, color=colour, lw=1.5)
    axes.set_title(item.label.get(lang), fontsize="small", color=MUTED, loc="left")
    axes.set_ylabel(scale.unit, fontsize="small")
    axes.locator_params(axis="x", integer=True, nbins=5)


def _folded(text: str, width: float, lang: str) -> str:
    import textwrap

    return textwrap.fill(text, max(20, int(width * (7 if lang == "zh" else 13))))
