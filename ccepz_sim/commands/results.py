"""`ccepz results`: tables of a study on the screen, figures of it on disk."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim.commands.arguments import Parser, path, whole
from ccepz_sim.commands.console import CommandError, Say
from ccepz_sim.commands.figures import SHARE
from ccepz_sim.commands.streams import is_unicode
from ccepz_sim.commands.tables import NUMBER, TEXT, Column, print_table
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.evidence import NEUTRAL
from ccepz_sim.output.disk import is_there, reason_of, resolved, try_files, try_folder
from ccepz_sim.text.texts import Texts
from ccepz_sim.web.numbers import number_text, scale_of

if TYPE_CHECKING:
    import pandas as pd

    from ccepz_sim.studies.figures import Charts
    from ccepz_sim.studies.results import StudyResults

YEARS = (2010, 2059)
DIFFERENCES = frozenset({"mean", "low", "median", "high"})
EFFECTS = frozenset({"effect", "mu", "mu_star", "sigma", "confidence"})
UNSIGNED = frozenset({"mu_star", "sigma", "confidence"})
VALUES = DIFFERENCES | EFFECTS | {"lowest", "highest", "quarter1", "quarter3"}
# The options that each view makes use of.
OPTIONS = ("indicator", "year", "out", "lang", "json")
USES = {
    "table": ("year", "lang", "json"),
    "fan": ("out", "lang", "json"),
    "diff": ("year", "out", "lang", "json"),
    "tornado": OPTIONS,
    "morris": OPTIONS,
    "sobol": OPTIONS,
    "phase": OPTIONS,
    "pareto": ("year", "out", "lang", "json"),
    "csv": (),
}
FIGURE_ENDINGS = (".png", ".svg")
SIZE_OF_FIGURE = 2_000_000  # bytes, both files
Shown = tuple["pd.DataFrame", "Callable[[Charts], Any] | None"]


def declare(parser: Parser, say: Say) -> None:
    """Declare the argument and the options."""
    parser.own_arguments.add_argument("folder", type=path("DIR"), metavar="DIR", help=say("results.folder"))
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
    add("--out", type=path("--out"), default=None, metavar="FILE", help=say("results.out"))
    add("--lang", choices=("en", "zh"), default=None, help=say("results.lang"))
    add("--json", action="store_true", help=say("results.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Print a table; where there is a figure of it, write that too."""
    from ccepz_sim.studies.results import load_study

    view = next((name for name in USES if getattr(args, name)), "table")
    _refuse_idle(args, view)
    content = load_content(args.content)
    results = load_study(args.folder)
    _tell_missing(results, say)
    if args.csv:
        joined = results.outcomes.merge(results.runs, on="run", how="left")
        joined.to_csv(sys.stdout, index=False, lineterminator="\n")
        return 0
    stem = _stem(args, view, results) if "out" in USES[view] else None
    table, draw = _view(args, results)
    if args.json:
        print(table.to_json(orient="records", force_ascii=not is_unicode(), double_precision=15, indent=2))
    else:
        _print(table, args, results, content, say)
    if stem is not None and draw is not None:
        from ccepz_sim.studies.figures import Charts, save

        try:
            files = save(draw(Charts(results, args.lang or say.lang, scale_words, content)), stem)
        except OSError as error:
            raise CommandError("error.figure_unfit", file=stem, reason=reason_of(error)) from None
        print(say("results.written", files=", ".join(map(str, files))), file=sys.stderr if args.json else sys.stdout)
    return 0


def _refuse_idle(args: argparse.Namespace, view: str) -> None:
    """Refuse options that a view would ignore."""
    given = {name for name in OPTIONS if getattr(args, name)}
    for name in OPTIONS:
        if name in given and name not in USES[view]:
            raise CommandError("error.idle_option", option=f"--{name}", view=f"--{view}")


def _tell_missing(results: StudyResults, say: Say) -> None:
    """Say how much of the study is not in the tables."""
    runs = results.study.runs
    if results.ended < runs:
        print(say("results.unfinished", ended=results.ended, runs=runs), file=sys.stderr)
    if results.lost:
        print(say("results.lost", count=results.lost, runs=runs), file=sys.stderr)


def _stem(args: argparse.Namespace, view: str, results: StudyResults) -> Path:
    """Return the figure's file without ending, where it can be written.

    Raises:
        CommandError: it cannot.
    """
    from ccepz_sim.studies.store import FIGURES

    name = re.sub(r"[^\w.-]", "-", "-".join([view, *_asked(args, view, results)]))
    out: Path = args.out or args.folder / FIGURES / name
    if args.out is not None and is_there(out) and out.is_dir():
        out = out / name
    stem = out.with_suffix("") if out.suffix.lower() in FIGURE_ENDINGS else out
    try:
        try_folder(resolved(stem.parent), SIZE_OF_FIGURE)
        stem.parent.mkdir(parents=True, exist_ok=True)
        try_files(stem.with_name(stem.name + ending) for ending in FIGURE_ENDINGS)
    except (OSError, ValueError) as error:
        raise CommandError("error.figure_unfit", file=stem, reason=reason_of(error)) from None
    return stem


def _asked(args: argparse.Namespace, view: str, results: StudyResults) -> list[str]:
    """Return the names that a view was asked for, which tell its figures apart."""
    value = getattr(args, view)
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []
    return [*names, args.indicator or results.names[0]] if "indicator" in USES[view] else names


def _view(args: argparse.Namespace, results: StudyResults) -> Shown:
    """Return the table that was asked for, and what draws it."""
    name, year = args.indicator, args.year
    if args.fan:
        return results.fan(args.fan), lambda charts: charts.fan(args.fan)
    if args.diff:
        a, b = args.diff
        return results.compare(a, b, year), lambda charts: charts.difference(a, b, year)
    if args.tornado:
        return results.tornado(name, year), lambda charts: charts.tornado(name, year)
    if args.morris:
        return results.morris(name, year), lambda charts: charts.morris(name, year)
    if args.sobol:
        return results.sobol(name, year), lambda charts: charts.sobol(name, year)
    if args.phase:
        x, y = args.phase
        columns = {"x": x, "y": y, "value": name or results.names[0]}
        table = results.phase(x, y, name, year).rename(columns=columns)
        return table, lambda charts: charts.phase(x, y, name, year)
    if args.pareto:
        return results.pareto(args.pareto, year), lambda charts: charts.pareto(args.pareto, year)
    return results.summary(year), None


def _print(table: pd.DataFrame, args: argparse.Namespace, results: StudyResults, content: Content, say: Say) -> None:
    words = Texts.load("studies")
    cells = _Cells(args, results, content, say)
    if args.tornado:
        table = table.rename(columns={"low": "lowest", "high": "highest"})
    heads = []
    for column in table.columns:
        key = f"column.{column}"
        name = words[key].get(say.lang) if key in words else cells.name(str(column))
        heads.append(Column(name, NUMBER if table[column].dtype.kind in "fiu" else TEXT))
    rows = [
        tuple(cells.write(str(column), value, row) for column, value in row.items()) for row in table.to_dict("records")
    ]
    print_table(heads, rows, results.study.label.get(say.lang))


class _Cells:
    """Writes the cells of a table in the words and units of the page."""

    def __init__(self, args: argparse.Namespace, results: StudyResults, content: Content, say: Say) -> None:
        from ccepz_sim.studies.figures import Words

        self.results = results
        self.say = say
        self.words = Words(results, say.lang, content)
        self.default = args.fan or args.indicator or results.names[0]
        self.differences = DIFFERENCES if args.diff else EFFECTS

    def name(self, column: str) -> str:
        """Return the words of an outcome or a factor that heads a column."""
        return (
            self.words.outcome(self.results.outcome(column))
            if column in self.results.names
            else self.words.factor(column)
        )

    def write(self, column: str, value: Any, row: dict[str, Any]) -> str:
        """Return one cell."""
        if column in ("policy", "scenario", "factor"):
            return str(getattr(self.words, column)(value))
        if column == "outcome":
            return self.words.outcome(self.results.outcome(value))
        if isinstance(value, bool):
            return "✓" if value else ""
        if not isinstance(value, float):
            return str(value)
        if column == "probability":
            # Where neither direction is good, it is the probability of being higher.
            neutral = self.results.outcome(row["outcome"]).direction == NEUTRAL
            return self.say("results.higher", share=f"{value:.0%}") if neutral else f"{value:.0%}"
        if column in self.results.names or column in VALUES:
            outcome = column if column in self.results.names else row.get("outcome", self.default)
            return self._amount(value, outcome, column in self.differences, column not in UNSIGNED)
        return f"{value:.4g}"

    def _amount(self, value: float, outcome: str, difference: bool, sign: bool) -> str:
        unit = self.results.catalogue[self.results.outcome(outcome).indicator].unit
        if difference and unit == SHARE:
            return self.say("run.points", number=number_text(100 * value, 1, sign=sign))
        return scale_of(unit, abs(value), self.say.lang).write(value, self.say.lang, sign=difference and sign)


def scale_words(unit: str, largest: float, lang: str) -> tuple[float, str]:
    """Return the factor to divide a series by, and its unit in words."""
    scale = scale_of(unit, largest, lang)
    return scale.factor, scale.unit
