"""Figures of a study from Python, the same as those of `ccepz results`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.text.errors import hint
from ccepz_sim.text.html import notebook_language

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ccepz_sim.studies.figures import Charts
    from ccepz_sim.studies.results import StudyResults

Draw = Callable[["Charts"], Any]
Shown = tuple["pd.DataFrame", "Draw | None"]
# The views that are drawn, and how many names each takes.
VIEWS = {"fan": 1, "diff": 2, "tornado": 0, "morris": 0, "sobol": 0, "phase": 2, "pareto": 2}
ONE = ("indicator", "year", "policy", "scenario", "pool")
# The options of each view that change what is drawn.
OPTIONS = {
    "fan": (), "diff": ("year", "pool"), "tornado": ONE, "morris": ONE, "sobol": ONE, "phase": ONE,
    "pareto": ("year", "pool"),
}  # fmt: skip


def plot_study(
    study: StudyResults | Path | str,
    view: str,
    *names: str,
    lang: str = "",
    content: Content | None = None,
    **asked: Any,
) -> Figure:
    """Draw a view of a study: `plot_study("out/smoke", "diff", "status-quo", "tax-only")`.

    Args:
        study: results, or the folder in which they lie.
        view: "fan" (an outcome), "diff" (two policies), "phase" (two factors), "pareto" (two outcomes), "tornado",
            "morris" or "sobol".
        names: what the view is of, as on the command line.
        lang: "en" or "zh"; nothing for the language of the system.
        content: content that gives names; None for the project's own.
        asked: `indicator`, `year`, `policy`, `scenario`, `pool`, as the options of `ccepz results`.

    Raises:
        StudyError: there is no such view, name or option, or a library is missing.
    """
    from ccepz_sim.studies.figures import Charts
    from ccepz_sim.studies.results import load_study
    from ccepz_sim.studies.scales import scale_words

    if view not in VIEWS:
        raise StudyError("unknown_view", name=view, hint=hint(view, VIEWS))
    if len(names) != VIEWS[view]:
        raise StudyError("names_of_view", view=view, wanted=VIEWS[view], count=len(names))
    for name in asked:
        if name not in OPTIONS[view]:
            raise StudyError("unknown_option_of_view", name=name, view=view, hint=hint(name, OPTIONS[view]))
    results = load_study(study) if isinstance(study, Path | str) else study
    given = {0: True, 1: names[0] if names else "", 2: list(names)}[VIEWS[view]]
    _, draw = view_of({view: given, **asked}, results)
    assert draw is not None, view
    figure: Figure = draw(Charts(results, lang or notebook_language(), scale_words, content or load_content()))
    return figure


def view_of(asked: dict[str, Any], results: StudyResults) -> Shown:
    """Return the table that was asked for, and what draws it.

    Args:
        asked: a view and its options, by name.
        results: of the study.
    """
    name, year, pool = asked.get("indicator") or "", asked.get("year"), bool(asked.get("pool"))
    part: dict[str, Any] = {"policy": asked.get("policy") or "", "scenario": asked.get("scenario") or "", "pool": pool}
    if asked.get("fan"):
        return results.fan(asked["fan"]), lambda charts: charts.fan(asked["fan"])
    if asked.get("diff"):
        a, b = asked["diff"]
        return results.comparison(a, b, year, pool=pool), lambda charts: charts.difference(a, b, year, pool=pool)
    if asked.get("tornado"):
        return results.tornado(name, year, **part), lambda charts: charts.tornado(name, year, **part)
    if asked.get("morris"):
        return results.morris(name, year, **part), lambda charts: charts.morris(name, year, **part)
    if asked.get("sobol"):
        return results.sobol(name, year, **part), lambda charts: charts.sobol(name, year, **part)
    if asked.get("phase"):
        x, y = asked["phase"]
        columns = {"x": x, "y": y, "value": name or results.names[0]}
        table = results.phase(x, y, name, year, **part).rename(columns=columns)
        return table, lambda charts: charts.phase(x, y, name, year, **part)
    if asked.get("pareto"):
        names = asked["pareto"]
        return results.pareto(names, year, pool=pool), lambda charts: charts.pareto(names, year, pool=pool)
    return results.summary(year, pool=pool), None
