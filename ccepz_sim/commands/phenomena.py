"""`ccepz phenomena`: run the phenomena, say what held and what was refuted, write tables and figures."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from ccepz_sim.commands.arguments import Parser, whole
from ccepz_sim.commands.speech import Say, compile_first, printer
from ccepz_sim.commands.study import MOST_WORKERS, STOPPED, WORKERS, stoppable
from ccepz_sim.content import Content, load_content
from ccepz_sim.schema import LANGUAGES, Phenomenon

if TYPE_CHECKING:
    from ccepz_sim.commands.telling import Telling
    from ccepz_sim.studies.phenomena import Found

MOST_SEEDS = 1000
QUICK_SEEDS, QUICK_SAMPLES, QUICK_SCALE = 2, 4, 0.0005
OUT, QUICK_OUT = Path("out/phenomena"), Path("out/phenomena-quick")
TABLE, FIGURES = "table", "figures"
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
    add("--out", type=Path, default=None, metavar="DIR", help=say("phenomena.out", default=OUT.as_posix()))
    add("--json", action="store_true", help=say("phenomena.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Run what is left, then tell; a refutation is told, it is no error. Return 1 where runs failed, 130 if stopped."""
    content = load_content()
    one = args.phenomenon
    chosen = [content.phenomenon(one)] if one else list(content.phenomena.values())
    if args.quick:
        chosen = [_quick(item) for item in chosen]
    folder = args.out or (QUICK_OUT if args.quick else OUT)
    code = _run(chosen, folder, args, content, say)
    if code:
        return code
    from ccepz_sim.commands.telling import Telling
    from ccepz_sim.studies.phenomena import as_dict, find

    all_found = [find(item, folder / item.id) for item in chosen]
    write_tables(all_found, folder)
    for found in all_found:
        draw(found, folder / found.phenomenon.id, content)
    if args.json:
        plain = [as_dict(found) for found in all_found]
        print(json.dumps(plain, ensure_ascii=False, indent=2, allow_nan=False))
        return 0
    for found in all_found:
        _tell(Telling(found.phenomenon, as_dict(found), content, say), say)
    held = sum(found.held for found in all_found)
    causes = sum(found.cause_shown is True for found in all_found)
    print(say("phenomena.summary", held=held, total=len(all_found), causes=causes))
    print(say("phenomena.written", folder=folder))
    return 0


def _quick(item: Phenomenon) -> Phenomenon:
    """Give a phenomenon with a small sample of parameters."""
    return replace(item, study=replace(item.study, samples=QUICK_SAMPLES), trajectories=QUICK_SEEDS)


def _run(chosen: Sequence[Phenomenon], folder: Path, args: argparse.Namespace, content: Content, say: Say) -> int:
    from ccepz_sim.studies.phenomena import SHOWN, SPREAD, study_of_part
    from ccepz_sim.studies.runner import run_study

    seeds = args.seeds or (QUICK_SEEDS if args.quick else 0)
    scale = QUICK_SCALE if args.quick else 0.0
    compile_first(say)
    with stoppable(say) as stopped:
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


def write_tables(all_found: Sequence[Found], folder: Path) -> None:
    """Write what came out as one table, CSV and JSON."""
    from ccepz_sim.studies.phenomena import table_rows

    rows = [row for found in all_found for row in table_rows(found)]
    with (folder / f"{TABLE}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    text = json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    (folder / f"{TABLE}.json").write_text(text, encoding="utf-8", newline="\n")


def draw(found: Found, folder: Path, content: Content) -> None:
    """Write the figures of one phenomenon in both languages."""
    from ccepz_sim.commands.results import scale_words
    from ccepz_sim.studies.figures import save
    from ccepz_sim.studies.phenomena_figures import PhenomenonCharts

    for lang in LANGUAGES:
        charts = PhenomenonCharts(found, folder, lang, scale_words, content)
        save(charts.effect(), folder / FIGURES / f"effect-{lang}")
        if found.space is not None:
            save(charts.space(), folder / FIGURES / f"space-{lang}")


def _tell(telling: Telling, say: Say) -> None:
    from ccepz_sim.commands.telling import COLUMNS

    table = Table(title=telling.title, title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for key in COLUMNS:
        table.add_column(say(f"phenomena.{key}"), overflow="fold")
    for row in telling.rows():
        table.add_row(*row)
    printer().print(table)
    for line in telling.lines():
        print(line)
