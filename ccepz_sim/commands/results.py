"""`ccepz results`: tables of a study on the screen, figures of it on disk."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from ccepz_sim.commands.arguments import Parser, whole
from ccepz_sim.commands.speech import Say, printer
from ccepz_sim.indicators import all_indicators
from ccepz_sim.text import Texts
from ccepz_sim.web.numbers import number_text, scale_of

if TYPE_CHECKING:
    import pandas as pd

    from ccepz_sim.studies.figures import Charts
    from ccepz_sim.studies.results import StudyResults

YEARS = (2010, 2059)
VALUES = frozenset({"mean", "low", "median", "high", "quarter1", "quarter3", "effect", "mu", "mu_star", "sigma"})
Shown = tuple["pd.DataFrame", "Callable[[Charts], Any] | None", str]


def declare(parser: Parser, say: Say) -> None:
    """Declare the argument and the options."""
    parser.own_arguments.add_argument("folder", type=Path, metavar="DIR", help=say("results.folder"))
    views = parser.own_options.add_mutually_exclusive_group()
    views.add_argument("--table", action="store_true", help=say("results.table"))
    views.add_argument("--fan", metavar="INDICATOR", help=say("results.fan"))
    views.add_argument("--diff", nargs=2, metavar=("A", "B"), help=say("results.diff"))
    views.add_argument("--tornado", action="store_true", help=say("results.tornado"))
    views.add_argument("--morris", action="store_true", help=say("results.morris"))
    views.add_argument("--sobol", action="store_true", help=say("results.sobol"))
    views.add_argument("--phase", nargs=2, metavar=("X", "Y"), help=say("results.phase"))
    views.add_argument("--pareto", nargs=2, metavar=("INDICATOR", "INDICATOR2"), help=say("results.pareto"))
    views.add_argument("--csv", action="store_true", help=say("results.csv"))
    add = parser.own_options.add_argument
    add("--indicator", default="", metavar="NAME", help=say("results.indicator"))
    year = whole("--year", *YEARS)
    add("--year", type=year, default=None, metavar="YEAR", help=say("results.year"))
    add("--out", type=Path, default=None, metavar="FILE", help=say("results.out"))
    add("--lang", choices=("en", "zh"), default=None, help=say("results.lang"))
    add("--json", action="store_true", help=say("results.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Print a table; where there is a figure of it, write that too."""
    from ccepz_sim.studies.results import load_study

    results = load_study(args.folder)
    if results.ended < results.study.runs:
        print(say("results.unfinished", ended=results.ended, runs=results.study.runs), file=sys.stderr)
    if args.csv:
        joined = results.outcomes.merge(results.runs, on="run", how="left")
        joined.to_csv(sys.stdout, index=False, lineterminator="\n")
        return 0
    table, draw, name = _view(args, results)
    if args.json:
        print(table.to_json(orient="records", force_ascii=False, double_precision=15, indent=2))
    else:
        _print(table, args, results, say)
    if draw is not None:
        from ccepz_sim.studies.figures import Charts, save
        from ccepz_sim.studies.store import FIGURES

        charts = Charts(results, args.lang or say.lang, _scale)
        files = save(draw(charts), args.out or args.folder / FIGURES / name)
        print(say("results.written", files=", ".join(map(str, files))), file=sys.stderr if args.json else sys.stdout)
    return 0


def _view(args: argparse.Namespace, results: StudyResults) -> Shown:
    """Return the table that was asked for, what draws it, and the name of its figure."""
    name, year = args.indicator, args.year
    told = (name or results.names[0]).replace("@", "-").replace(":", "-")
    if args.fan:
        file = "fan-" + args.fan.replace("@", "-").replace(":", "-")
        return results.fan(args.fan), lambda charts: charts.fan(args.fan), file
    if args.diff:
        a, b = args.diff
        return results.compare(a, b, year), lambda charts: charts.difference(a, b, year), f"diff-{a}-{b}"
    if args.tornado:
        return results.tornado(name, year), lambda charts: charts.tornado(name, year), f"tornado-{told}"
    if args.morris:
        return results.morris(name, year), lambda charts: charts.morris(name, year), f"morris-{told}"
    if args.sobol:
        return results.sobol(name, year), lambda charts: charts.sobol(name, year), f"sobol-{told}"
    if args.phase:
        x, y = args.phase
        table = results.phase(x, y, name, year).rename(columns={"x": x, "y": y, "value": name or results.names[0]})
        return table, lambda charts: charts.phase(x, y, name, year), f"phase-{x}-{y}-{told}"
    if args.pareto:
        names = args.pareto
        file = "-".join(["pareto", *names]).replace("@", "-").replace(":", "-")
        return results.pareto(names, year), lambda charts: charts.pareto(names, year), file
    return results.summary(year), None, ""


def _print(table: pd.DataFrame, args: argparse.Namespace, results: StudyResults, say: Say) -> None:
    words = Texts.load("studies")
    shown = Table(title=results.study.label.get(say.lang), title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for column in table.columns:
        key = f"column.{column}"
        number = table[column].dtype.kind in "fiu"
        shown.add_column(
            words[key].get(say.lang) if key in words else str(column), justify="right" if number else "left"
        )
    default = args.fan or args.indicator or results.names[0]
    for row in table.to_dict("records"):
        outcome = row.get("outcome", default)
        shown.add_row(*(_cell(column, value, outcome, results, say) for column, value in row.items()))
    printer().print(shown)


def _cell(column: str, value: Any, outcome: str, results: StudyResults, say: Say) -> str:
    if not isinstance(value, float):
        return str(value)
    if column in results.names or column in VALUES or (column == "confidence"):
        unit = all_indicators()[results.outcome(column if column in results.names else outcome).indicator].unit
        return scale_of(unit, abs(value), say.lang).write(value, say.lang)
    if column == "probability":
        return f"{value:.0%}"
    return number_text(value, 3)


def _scale(unit: str, largest: float, lang: str) -> tuple[float, str]:
    scale = scale_of(unit, largest, lang)
    return scale.factor, scale.unit
