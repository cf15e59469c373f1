"""`ccepz phenomena`: run the phenomena, say what held and what was refuted, write tables and figures."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ccepz_sim.commands.arguments import Parser, path, whole
from ccepz_sim.commands.console import Say, compile_first
from ccepz_sim.commands.streams import say_json
from ccepz_sim.commands.study import MOST_WORKERS, STOPPED, WORKERS, goes_on, stoppable
from ccepz_sim.commands.tables import NUMBER, TEXT, Column, print_table
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.phenomenon import Phenomenon
from ccepz_sim.output.disk import SCRATCH, OutputError, reason_of, resolved, try_folder
from ccepz_sim.text.label import LANGUAGES

if TYPE_CHECKING:
    from ccepz_sim.commands.phenomenon_report import PhenomenonReport
    from ccepz_sim.studies.phenomena import Found

MOST_SEEDS = 1000
QUICK_SEEDS, QUICK_SAMPLES, QUICK_SCALE = 2, 4, 0.0005
OUT, QUICK_OUT = Path("out/phenomena"), Path("out/phenomena-quick")
TABLE, FIGURES = "table", "figures"
SIZE_OF_TABLES = 10_000_000  # bytes, with the figures of all
SOME_FAILED = 1


def declare(parser: Parser, say: Say) -> None:
    """Declare the argument and the options."""
    parser.own_arguments.add_argument("phenomenon", nargs="?", default="", metavar="ID", help=say("phenomena.name"))
    add = parser.own_options.add_argument
    add("--quick", action="store_true", help=say("phenomena.quick"))
    add("--seeds", type=whole("--seeds", 1, MOST_SEEDS), default=0, metavar="N", help=say("phenomena.seeds"))
    workers = whole("--workers", 1, MOST_WORKERS)
    add("--workers", type=workers, default=WORKERS, metavar="N", help=say("phenomena.workers", default=WORKERS))
    add("--space", action="store_true", help=say("phenomena.space"))
    add("--out", type=path("--out"), default=None, metavar="DIR", help=say("phenomena.out", default=OUT.as_posix()))
    add("--json", action="store_true", help=say("phenomena.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Run what is left, then tell; a refutation is told, it is no error. Return 1 where runs failed, 130 if stopped."""
    content = load_content(args.content)
    one = args.phenomenon
    chosen = [content.phenomenon(one)] if one else list(content.phenomena.values())
    if args.quick:
        chosen = [_quick(item) for item in chosen]
    folder: Path = args.out or (QUICK_OUT if args.quick else OUT)
    refuse_unfit(folder, list(content.phenomena))
    code = _run(chosen, folder, args, content, say)
    if code:
        return code
    from ccepz_sim.commands.phenomenon_report import PhenomenonReport
    from ccepz_sim.studies.phenomena import as_dict, find

    all_found = [find(item, folder / item.id) for item in chosen]
    with _written(folder):
        write_tables(all_found, folder)
        for found in all_found:
            draw(found, folder / found.phenomenon.id, content)
    if args.json:
        plain = [as_dict(found) for found in all_found]
        say_json(plain)
        return 0
    for found in all_found:
        _print_report(PhenomenonReport(found.phenomenon, as_dict(found), content, say), say)
    held = sum(found.held for found in all_found)
    causes = sum(found.cause_shown is True for found in all_found)
    print(say("phenomena.summary", held=held, total=len(all_found), causes=causes))
    print(say("phenomena.written", folder=folder))
    return 0


def _quick(item: Phenomenon) -> Phenomenon:
    """Give a phenomenon with a small sample of parameters."""
    return replace(item, study=replace(item.study, samples=QUICK_SAMPLES), trajectories=QUICK_SEEDS)


def _run(chosen: Sequence[Phenomenon], folder: Path, args: argparse.Namespace, content: Content, say: Say) -> int:
    from ccepz_sim.studies.phenomenon_parts import SHOWN, SPREAD, study_of_part
    from ccepz_sim.studies.runner import run_study

    seeds = args.seeds or (QUICK_SEEDS if args.quick else 0)
    scale = QUICK_SCALE if args.quick else 0.0
    compile_first(say)
    with goes_on(say), stoppable(say) as stopped:
        for item in chosen:
            for part in SHOWN + (SPREAD if args.space else ()):
                study = study_of_part(item, part, content, seeds, scale)
                words = say(f"phenomena.part_{part}")
                label = study.label.get(say.lang)
                print(say("phenomena.progress", label=label, part=words, runs=study.runs), file=sys.stderr, flush=True)
                home = folder / item.id / part
                ended = run_study(
                    study, home, content=content, workers=args.workers, command=f"ccepz phenomena {item.id}",
                    stopped=stopped,
                )  # fmt: skip
                if not ended.finished:
                    print(say("phenomena.unfinished"), file=sys.stderr)
                    return STOPPED
                failed = ended.counts["FAILED"] + ended.counts["ABORTED"]
                if failed:
                    print(say("phenomena.runs_failed", count=failed, folder=home), file=sys.stderr)
                    return SOME_FAILED
    return 0


def refuse_unfit(folder: Path, names: Collection[str]) -> None:
    """Refuse a folder that could not take the tables afterwards, or holds something else.

    Args:
        folder: may be new, empty, or an earlier output.
        names: all phenomena there are, each of which has a folder in it.

    Raises:
        OutputError: it cannot be written, or something would be overwritten.
    """
    tables = {f"{TABLE}.csv", f"{TABLE}.json"}
    try:
        target = resolved(folder)
        if target.exists() and not target.is_dir():
            raise OutputError("error.out_is_file", folder=folder)
        held = sorted(path.name for path in target.iterdir()) if target.exists() else []
        foreign = [name for name in held if name not in {*names, *tables} and not name.startswith(SCRATCH)]
        foreign += [name for name in held if name in tables and not _is_ours(target / f"{TABLE}.json")]
        if foreign:
            raise OutputError("error.out_foreign", folder=folder, name=foreign[0])
        try_folder(target, SIZE_OF_TABLES)
    except (OSError, ValueError) as error:
        raise OutputError("error.out_unfit", folder=folder, reason=reason_of(error)) from None


def _is_ours(table: Path) -> bool:
    try:
        rows = json.loads(table.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(rows, list) and all(isinstance(row, dict) and "phenomenon" in row for row in rows)


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """Say in one sentence what the disk refuses after all."""
    try:
        yield
    except OSError as error:
        raise OutputError("error.out_failed", folder=folder, reason=reason_of(error)) from None


def write_tables(all_found: Sequence[Found], folder: Path) -> None:
    """Write what came out as one table, CSV and JSON."""
    from ccepz_sim.output.whole_files import write_text
    from ccepz_sim.studies.phenomena import table_rows

    rows = [row for found in all_found for row in table_rows(found)]
    lines = io.StringIO()
    writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    text = json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_text(folder / f"{TABLE}.json", text)
    write_text(folder / f"{TABLE}.csv", lines.getvalue())


def draw(found: Found, folder: Path, content: Content) -> None:
    """Write the figures of one phenomenon in both languages."""
    from ccepz_sim.studies.figures import save
    from ccepz_sim.studies.phenomena_figures import PhenomenonCharts
    from ccepz_sim.studies.scales import scale_words

    for lang in LANGUAGES:
        charts = PhenomenonCharts(found, folder, lang, scale_words, content)
        save(charts.effect(), folder / FIGURES / f"effect-{lang}")
        if found.space is not None:
            save(charts.space(), folder / FIGURES / f"space-{lang}")


def _print_report(report: PhenomenonReport, say: Say) -> None:
    from ccepz_sim.commands.phenomenon_report import COLUMNS

    kinds = (TEXT, TEXT, NUMBER, NUMBER, NUMBER, TEXT)
    columns = [Column(say(f"phenomena.{key}"), kind) for key, kind in zip(COLUMNS, kinds, strict=True)]
    print_table(columns, report.rows(), report.title)
    for line in report.lines():
        print(line)
