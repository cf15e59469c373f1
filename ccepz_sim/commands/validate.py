"""`ccepz validate`: the model against the figures of the report and against patterns found elsewhere."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ccepz_sim.commands.arguments import Parser, whole
from ccepz_sim.commands.console import Say, compile_first
from ccepz_sim.commands.streams import say_json
from ccepz_sim.commands.tables import NUMBER, TEXT, Column, print_table
from ccepz_sim.content.loading import load_content
from ccepz_sim.text.numbers import number_text, scale_of

if TYPE_CHECKING:
    from ccepz_sim.studies.validate import Estimate, PatternResult, Report, TargetResult

SEEDS, WORKERS = 50, 2
MOST_SEEDS, MOST_WORKERS = 1000, 64
NUMBERS = ("validate.target", "validate.band", "validate.mean", "validate.seeds_band")
MODEL = ("validate.mean", "validate.seeds_band", "validate.result")
USES = {"calibrate": "validate.calibrate", "validate": "validate.validate"}


def declare(parser: Parser, say: Say) -> None:
    """Declare the options."""
    add = parser.own_options.add_argument
    seeds = whole("--seeds", 1, MOST_SEEDS)
    add("--seeds", type=seeds, default=SEEDS, metavar="N", help=say("validate.seeds", default=SEEDS))
    workers = whole("--workers", 1, MOST_WORKERS)
    add("--workers", type=workers, default=WORKERS, metavar="N", help=say("validate.workers", default=WORKERS))
    add("--json", action="store_true", help=say("validate.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Run all seeds and print targets and patterns; a figure that is missed is told, it is no error."""
    from ccepz_sim.studies.validate import jobs, validate

    content = load_content(args.content)
    compile_first(say)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(say("validate.progress"), total=len(jobs(content, args.seeds)))
        report = validate(content, args.seeds, args.workers, lambda: progress.update(task, advance=1))
    if args.json:
        say_json(report.as_dict())
    else:
        _print_targets(report, args.seeds, say)
        _print_patterns(report, min(args.seeds, content.patterns.seeds), say)
    return 0


def _columns(keys: tuple[str, ...], say: Say) -> list[Column]:
    return [Column(say(key), NUMBER if key in NUMBERS else TEXT) for key in keys]


def _print_targets(report: Report, seeds: int, say: Say) -> None:
    columns = ("validate.figure", "validate.use", "validate.target", *MODEL)
    rows = [_target_row(result, say) for result in report.targets]
    print_table(_columns(columns, say), rows, say("validate.targets", seeds=seeds))
    passed = sum(result.passed for result in report.targets)
    print(say("validate.targets_passed", passed=passed, total=len(report.targets)))


def _target_row(result: TargetResult, say: Say) -> tuple[str, ...]:
    from ccepz_sim.studies.targets import tolerance

    target, model = result.target, result.model
    scale = scale_of(target.unit, max(abs(target.value), abs(model.mean)), say.lang)

    def written(value: float) -> str:
        return number_text(value / scale.factor, scale.decimals)

    mark = {"ceiling": "≤ ", "floor": "≥ "}.get(target.kind, "")
    wide = f" ± {written(tolerance(target))}" if not mark else ""
    unit = "" if not scale.unit else (scale.unit if scale.unit == "%" else f" {scale.unit}")
    wanted = f"{mark}{written(target.value)}{wide}{unit}"
    return (
        target.label.get(say.lang),
        say(USES[target.use]),
        wanted,
        written(model.mean),
        f"{written(model.low)} – {written(model.high)}",
        _verdict(result, say),
    )


def _verdict(result: TargetResult, say: Say) -> str:
    """Say whether the mean lies within the band and, where it does not, how far it is from the target."""
    if result.passed:
        return say("validate.passed")
    target, mean = result.target, result.model.mean
    gap = mean - target.value
    if target.unit == "1":
        number = number_text(100.0 * abs(gap), 1)
        return say("validate.points_above" if gap > 0 else "validate.points_below", number=number)
    number = number_text(100.0 * abs(gap / target.value), 0)
    return say("validate.above" if gap > 0 else "validate.below", number=number)


def _print_patterns(report: Report, seeds: int, say: Say) -> None:
    columns = ("validate.pattern", "validate.figure", "validate.band", *MODEL)
    rows = [row for result in report.patterns for row in _pattern_rows(result, say)]
    print_table(_columns(columns, say), rows, say("validate.patterns", seeds=seeds))
    passed = sum(result.passed for result in report.patterns)
    counted = [result for result in report.patterns if not result.pattern.used_for_default]
    print(
        say(
            "validate.patterns_passed",
            passed=passed,
            total=len(report.patterns),
            counted=sum(result.passed for result in counted),
            of=len(counted),
        )
    )


def _pattern_rows(result: PatternResult, say: Say) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for number, (band, model, passed) in enumerate(result.parts):
        title = f"{result.pattern.id.upper()} {result.pattern.label.get(say.lang)}" if number == 0 else ""
        verdict = say("validate.passed") if passed else _outside(model, band.low, say)
        if passed and result.pattern.used_for_default:
            verdict = say("validate.not_counted")
        values = (band.low, band.high, model.mean, model.low, model.high)
        low, high, mean, first, last = (number_text(value, 3) for value in values)
        rows.append((title, band.label.get(say.lang), f"{low} – {high}", mean, f"{first} – {last}", verdict))
    return rows


def _outside(model: Estimate, low: float, say: Say) -> str:
    return say("validate.too_low" if model.mean < low else "validate.too_high")
