"""`ccepz results`: tables of a study on the screen, figures of it on disk."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim.commands.arguments import Parser, path, whole
from ccepz_sim.commands.cells import Cells
from ccepz_sim.commands.console import CommandError, Say
from ccepz_sim.commands.streams import is_unicode
from ccepz_sim.commands.tables import NUMBER, TEXT, Column, print_table
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.output.disk import is_there, reason_of, resolved, try_files, try_folder
from ccepz_sim.output.excel import MARKS, MOST_ROWS, write_csv
from ccepz_sim.studies.plotting import Draw, view_of
from ccepz_sim.studies.scales import scale_words
from ccepz_sim.text.texts import Texts

if TYPE_CHECKING:
    import pandas as pd

    from ccepz_sim.output.look import Style
    from ccepz_sim.studies.results import StudyResults

YEARS = (2010, 2059)
# The options that each view makes use of.
DRAWN = ("out", "lang", "width", "height", "dpi", "font", "font_size", "format")
ONE = ("indicator", "year", "policy", "scenario", "pool")
OPTIONS = (*ONE, *DRAWN, "json")
USES = {
    "table": ("year", "pool", "lang", "json"),
    "fan": (*DRAWN, "json"),
    "diff": ("year", "pool", *DRAWN, "json"),
    "tornado": OPTIONS,
    "morris": OPTIONS,
    "sobol": OPTIONS,
    "phase": OPTIONS,
    "pareto": ("year", "pool", *DRAWN, "json"),
    "csv": (),
}
FIGURE_ENDINGS = (".png", ".svg", ".pdf")
CAPTION, RECIPE = ".{lang}.txt", ".json"
LANGUAGES = ("en", "zh")
SIZE_OF_FIGURE = 2_000_000  # bytes, all files
SIZE_OF_TABLE = 1_000_000  # bytes; of what is written for Excel, about
MOST_DATES = 6  # of a fan that are printed for each policy and scenario
WIDTHS, DOTS, POINTS = (20, 1000), (30, 2400), (3, 40)  # millimetres, dots an inch, points


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
    add("--year", type=whole("--year", *YEARS), default=None, metavar="YEAR", help=say("results.year"))
    add("--policy", default="", metavar="NAME", help=say("results.policy"))
    add("--scenario", default="", metavar="NAME", help=say("results.scenario"))
    add("--pool", action="store_true", help=say("results.pool"))
    add("--out", type=path("--out"), default=None, metavar="FILE", help=say("results.out"))
    add("--lang", choices=LANGUAGES, default=None, help=say("results.lang"))
    add("--width", type=whole("--width", *WIDTHS), default=0, metavar="MM", help=say("results.width"))
    add("--height", type=whole("--height", *WIDTHS), default=0, metavar="MM", help=say("results.height"))
    add("--dpi", type=whole("--dpi", *DOTS), default=0, metavar="N", help=say("results.dpi"))
    add("--font", default="", metavar="NAME", help=say("results.font"))
    add("--font-size", type=whole("--font-size", *POINTS), default=0, metavar="PT", help=say("results.font_size"))
    add("--format", default="", metavar="png,svg,pdf", help=say("results.format"))
    add("--json", action="store_true", help=say("results.json"))
    add("--excel", type=path("--excel"), default=None, metavar="FILE", help=say("results.excel"))
    add("--decimal", choices=tuple(MARKS), default=None, help=say("results.decimal"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Print a table; where there is a figure of it, write that too."""
    from ccepz_sim.studies.results import load_study

    view = next((name for name in USES if getattr(args, name)), "table")
    _refuse_idle(args, view)
    style = style_of(args)
    excel = _excel_file(args)
    content = load_content(args.content)
    results = load_study(args.folder)
    _tell_missing(results, say)
    if args.csv:
        joined = results.outcomes.merge(results.runs, on="run", how="left")
        if excel is not None:
            _write_excel(joined, excel, args, say)
        else:
            joined.to_csv(sys.stdout, index=False, lineterminator="\n")
        return 0
    stem = _stem(args, view, results, style) if "out" in USES[view] else None
    table, draw = view_of(vars(args), results)
    if args.json:
        print(table.to_json(orient="records", force_ascii=not is_unicode(), double_precision=15, indent=2))
    else:
        _print(table, args, results, content, say)
    if excel is not None:
        _write_excel(table, excel, args, say)
    if args.diff:
        _tell_contradictions(args, results, content, say)
    if stem is not None and draw is not None:
        files = write_figure(results, draw, stem, args.lang or say.lang, style, recipe(args, view), content)
        print(say("results.written", files=", ".join(map(str, files))), file=sys.stderr if args.json else sys.stdout)
    return 0


def _excel_file(args: argparse.Namespace) -> Path | None:
    """Return the file for Excel, where it can be written.

    Raises:
        CommandError: it cannot, or how numbers are written in it was asked without a file.
    """
    if args.excel is None:
        if args.decimal is not None:
            raise CommandError("error.decimal_alone")
        return None
    target: Path = args.excel
    try:
        try_folder(resolved(target.parent), SIZE_OF_TABLE)
        target.parent.mkdir(parents=True, exist_ok=True)
        try_files([target])
    except (OSError, ValueError) as error:
        raise CommandError("error.table_unfit", file=target, reason=reason_of(error)) from None
    return target


def _write_excel(table: pd.DataFrame, target: Path, args: argparse.Namespace, say: Say) -> None:
    try:
        write_csv(table, target, args.decimal or next(iter(MARKS)))
    except OSError as error:
        raise CommandError("error.table_unfit", file=target, reason=reason_of(error)) from None
    print(say("results.written", files=target), file=sys.stderr)
    if len(table) > MOST_ROWS:
        print(say("results.too_long", rows=f"{len(table):,}", most=f"{MOST_ROWS:,}"), file=sys.stderr)


def _refuse_idle(args: argparse.Namespace, view: str) -> None:
    """Refuse options that a view would ignore."""
    given = {name for name in OPTIONS if getattr(args, name)}
    for name in OPTIONS:
        if name in given and name not in USES[view]:
            raise CommandError("error.idle_option", option="--" + name.replace("_", "-"), view=f"--{view}")


def style_of(args: argparse.Namespace) -> Style:
    """Return size, font and formats that were asked for.

    Raises:
        CommandError: a format is not one of those there are.
    """
    from ccepz_sim.output.look import FORMATS, Style
    from ccepz_sim.text.errors import hint

    formats = (
        tuple(dict.fromkeys(name.strip().lower() for name in args.format.split(","))) if args.format else FORMATS[:2]
    )
    for name in formats:
        if name not in FORMATS:
            raise CommandError("error.unknown_choice", option="--format", name=name, hint=hint(name, FORMATS))
    return Style(args.width, args.height, args.dpi, args.font, args.font_size, formats)


def _tell_missing(results: StudyResults, say: Say) -> None:
    """Say how much of the study is not in the tables."""
    runs = results.study.runs
    if results.ended < runs:
        print(say("results.unfinished", ended=results.ended, runs=runs), file=sys.stderr)
    if results.lost:
        print(say("results.lost", count=results.lost, runs=runs), file=sys.stderr)
    if results.stopped:
        print(say("results.stopped", count=results.stopped, runs=runs), file=sys.stderr)


def _stem(args: argparse.Namespace, view: str, results: StudyResults, style: Style) -> Path:
    """Return the figure's file without ending, where it can be written.

    Raises:
        CommandError: it cannot.
    """
    from ccepz_sim.studies.store import FIGURES

    name = re.sub(r"[^\w.-]+", "-", "-".join([view, *_asked(args, view, results)])).strip("-")
    out: Path = args.out or args.folder / FIGURES / name
    if args.out is not None and is_there(out) and out.is_dir():
        out = out / name
    stem = out.with_suffix("") if out.suffix.lower() in FIGURE_ENDINGS else out
    endings = [*(f".{ending}" for ending in style.formats), *(CAPTION.format(lang=lang) for lang in LANGUAGES), RECIPE]
    try:
        try_folder(resolved(stem.parent), SIZE_OF_FIGURE)
        stem.parent.mkdir(parents=True, exist_ok=True)
        try_files(stem.with_name(stem.name + ending) for ending in endings)
    except (OSError, ValueError) as error:
        raise CommandError("error.figure_unfit", file=stem, reason=reason_of(error)) from None
    return stem


def _asked(args: argparse.Namespace, view: str, results: StudyResults) -> list[str]:
    """Return the names that a view was asked for, which tell its figures apart."""
    value = getattr(args, view)
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []
    if "indicator" in USES[view]:
        names.append(args.indicator or results.names[0])
    return [*names, *filter(None, (args.policy, args.scenario)), *(["pooled"] if args.pool else [])]


def recipe(args: argparse.Namespace, view: str) -> dict[str, Any]:
    """Return how a figure is made again: its view and the options that count for it."""
    asked = {name: getattr(args, name) for name in (*ONE, view) if name in USES[view] or name == view}
    return {name: value for name, value in asked.items() if value}


def write_figure(
    results: StudyResults,
    draw: Draw,
    stem: Path,
    lang: str,
    style: Style,
    made: dict[str, Any],
    content: Content,
) -> list[Path]:
    """Write a figure, its caption in both languages, and how it is made again; return the files.

    Raises:
        CommandError: they cannot be written.
    """
    from dataclasses import asdict

    from ccepz_sim.output.look import changed
    from ccepz_sim.output.whole_files import write_text
    from ccepz_sim.studies.figures import Charts, save

    captions = {}
    figure = None
    for name in sorted(LANGUAGES, key=lambda one: one == lang):  # the one that is kept comes last
        charts = Charts(results, name, scale_words, content, style)
        figure = draw(charts)
        captions[name] = charts.caption
    try:
        files = save(figure, stem, style)  # type: ignore[arg-type]
        for name, text in captions.items():
            files.append(stem.with_name(stem.name + CAPTION.format(lang=name)))
            write_text(files[-1], text + "\n")
        plain = {"asked": made, "lang": lang, "style": asdict(style), "matplotlibrc": changed()}
        write_text(
            stem.with_name(stem.name + RECIPE), json.dumps(plain, ensure_ascii=False, indent=1, default=str) + "\n"
        )
    except OSError as error:
        raise CommandError("error.figure_unfit", file=stem, reason=reason_of(error)) from None
    return files


def _tell_contradictions(args: argparse.Namespace, results: StudyResults, content: Content, say: Say) -> None:
    """Say where one year alone says something else than the years together."""
    cells = Cells(args, results, content, say)
    first, second = args.diff
    for one in results.contradictions(first, second, args.year, pool=args.pool):
        names = {name: cells.name(name) for name in (one.outcome, one.other)}
        names[one.scenario] = cells.words.scenario(one.scenario)
        print(one.sentence(say.lang, cells.interval, names), file=sys.stderr)


def _print(table: pd.DataFrame, args: argparse.Namespace, results: StudyResults, content: Content, say: Say) -> None:
    words = Texts.load("studies")
    cells = Cells(args, results, content, say)
    rows_in_all = len(table)
    if args.fan:
        table = _thinned(table)
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
    title = results.study.label.get(say.lang)
    if args.pool:
        title += words["figure.pooled_over"].format(
            say.lang, names=cells.words.listed(map(cells.words.scenario, results.study.scenarios))
        )
    print_table(heads, rows, title)
    if len(table) < rows_in_all:
        print(say("results.thinned", shown=len(table), rows=rows_in_all))


def _thinned(table: pd.DataFrame) -> pd.DataFrame:
    """Give a few dates of a fan, first and last among them: a screen is not a file."""
    dates = sorted(set(zip(table["year"], table["quarter"], strict=True)))
    step = max(1, math.ceil((len(dates) - 1) / (MOST_DATES - 1)))
    kept = {*dates[::-step], dates[0]}
    marked = [date in kept for date in zip(table["year"], table["quarter"], strict=True)]
    return table[marked]
