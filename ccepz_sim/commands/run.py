"""`ccepz run`: one run, a summary of it, and with `--out` its tables on disk."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ccepz_sim import __version__
from ccepz_sim.commands.arguments import Parser, number, path, refuse_foreign_signs, share, whole
from ccepz_sim.commands.console import CommandError, Say, compile_first
from ccepz_sim.commands.figures import change, exact, pair, unit_words
from ccepz_sim.commands.streams import say_json
from ccepz_sim.commands.tables import NUMBER, WORD, Column, print_table
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.lever import STATUS_QUO
from ccepz_sim.content.values import out_of_bounds
from ccepz_sim.numerics.clock import FIRST_YEAR, LAST_YEAR, PLAY_YEAR, QUARTERS
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.state.decisions import Decision
from ccepz_sim.text.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

SCENARIO, SEED, YEARS = "slow-recovery", 1, 20
LONGEST = 50
SUMMARY = (
    "gdp_real",
    "industrial_value_added_real",
    "emerging_share",
    "chain_level_mean",
    "firms_active",
    "unemployment_rate",
    "urban_income",
    "population",
    "net_migration",
    "skilled_fill_rate",
    "institute_fill_rate",
    "rd_intensity",
    "so2",
    "cod",
    "co2",
    "water_use",
    "solid_waste_utilisation",
    "solid_waste_stock",
    "ecology",
    "colluding_share",
    "funds_misused_share",
    "awareness",
    "trust",
    "government_debt",
)
Rows: TypeAlias = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """What a run was asked for."""

    packages: tuple[str, ...]
    scenario: str
    decisions: tuple[Decision, ...]
    parameters: dict[str, float]
    start: int
    years: int
    seed: int
    scale: float | None


def declare(parser: Parser, say: Say) -> None:
    """Declare the arguments and options."""
    told = say("run.packages", default=STATUS_QUO)
    parser.own_arguments.add_argument("packages", nargs="*", metavar="PACKAGE", help=told)
    add = parser.own_options.add_argument
    add("--scenario", default=SCENARIO, metavar="NAME", help=say("run.scenario", default=SCENARIO))
    add("--set", action="append", default=[], metavar="LEVER=VALUE[@YEAR]", help=say("run.set"))
    add("--param", action="append", default=[], metavar="ID=VALUE", help=say("run.param"))
    start = whole("--from", FIRST_YEAR, PLAY_YEAR)
    told = say("run.from", default=PLAY_YEAR, first=FIRST_YEAR)
    add("--from", dest="start", type=start, default=PLAY_YEAR, metavar="YEAR", help=told)
    years = whole("--years", 1, LONGEST)
    add("--years", type=years, default=YEARS, metavar="N", help=say("run.years", default=YEARS))
    seed = whole("--seed", 0, LARGEST_SEED)
    add("--seed", type=seed, default=SEED, metavar="N", help=say("run.seed", default=SEED))
    add("--scale", type=share, default=None, metavar="S", help=say("run.scale"))
    add("--out", type=path("--out"), default=None, metavar="DIR", help=say("run.out"))
    add("--json", action="store_true", help=say("run.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Check everything that was asked, run, tell, and write where wanted."""
    from ccepz_sim.output.run import refuse_unfit, size_of_run, write_run

    content = load_content(args.content)
    order = read_order(args, content, say)
    if args.out is not None:
        refuse_unfit(args.out, size_of_run(order.years))
    began = time.perf_counter()
    zone = simulate(order, content, say)
    seconds = time.perf_counter() - began
    indicators = zone.indicators
    manifest = describe(order, content, zone, seconds)
    lost: UserError | None = None
    if args.out is not None:
        try:
            write_run(args.out, indicators, zone.events, manifest)
        except UserError as error:  # the disk has changed its mind: the summary at least is told
            lost = error
    rows = summarise(indicators, order)
    if args.json:
        # A number that a summary lacks would be no JSON; the model never gives one.
        say_json({**manifest, "summary": rows})
    else:
        _print_summary(order, content, rows, manifest, say)
        if args.out is not None and lost is None:
            print(say("run.written", folder=args.out))
    if lost is not None:
        raise lost
    return 0


def read_order(args: argparse.Namespace, content: Content, say: Say) -> Order:
    """Check what was asked against the content.

    Raises:
        UserError: a name is unknown, or a value, a unit or a year does not fit.
    """
    packages = tuple(args.packages) or (STATUS_QUO,)
    for name in packages:
        content.package(name)
    content.scenario(args.scenario)
    if args.start not in (FIRST_YEAR, PLAY_YEAR):
        raise CommandError("error.start", first=FIRST_YEAR, play=PLAY_YEAR, text=args.start)
    last = args.start + args.years - 1
    if last >= LAST_YEAR:
        raise CommandError("error.too_long", end=LAST_YEAR - 1, most=LAST_YEAR - args.start, start=args.start)
    decisions = tuple(_decision(text, content, args.start, last, say) for text in args.set)
    _once("--set", [f"{one.lever}@{one.year:g}" for one in decisions])
    settings = [_parameter(text, content, say) for text in args.param]
    _once("--param", [name for name, _ in settings])
    parameters = dict(settings)
    content.with_parameters(parameters)
    return Order(packages, args.scenario, decisions, parameters, args.start, args.years, args.seed, args.scale)


def simulate(order: Order, content: Content, say: Say) -> Any:
    """Run an order quarter by quarter, with a progress bar on a terminal, and return the zone."""
    from ccepz_sim.model import PilotZone

    compile_first(say)
    zone = PilotZone(
        package=list(order.packages),
        scenario=order.scenario,
        seed=order.seed,
        scale=order.scale,
        start=order.start,
        decisions=order.decisions,
        parameters=order.parameters,
        content=content,
    )
    _step(zone.step, order.years * QUARTERS, say)
    return zone


def describe(order: Order, content: Content, zone: Any, seconds: float) -> dict[str, Any]:
    """Return the manifest of a run."""
    from ccepz_sim.studies.fingerprint import engine_hash, made_with

    settings = {
        "from": order.start,
        "years": order.years,
        "scale": zone.scale,
        "set": [asdict(decision) for decision in order.decisions],
        "param": order.parameters,
    }
    return {
        "version": __version__,
        "content_hash": content.hash,
        "seed": order.seed,
        "package": list(order.packages),
        "scenario": order.scenario,
        "settings": settings,
        "duration": round(seconds, 3),
        "golden_hash": zone.golden_hash(),
        "engine_hash": engine_hash(),
        "made_with": made_with(),
    }


def summarise(indicators: pd.DataFrame, order: Order) -> Rows:
    """Return start and end of the key indicators: true zone values, means of the first and the last year."""
    from ccepz_sim.measures.indicators import INDICATORS

    first, last = order.start, order.start + order.years - 1
    zone = indicators[(indicators["place"] == "zone") & (indicators["view"] == "true")]
    means = zone.groupby(["indicator", "year"], observed=True)["value"].mean()
    rows = {}
    for name in SUMMARY:
        start, end = float(means[name, first]), float(means[name, last])
        rows[name] = {"unit": INDICATORS[name].unit, "start": start, "end": end, "change": end - start}
    return rows


def _step(step: Callable[[], object], quarters: int, say: Say) -> None:
    errors = Console(stderr=True)
    year = TextColumn("{task.fields[year]}")
    columns = (TextColumn("{task.description}"), BarColumn(), year, TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(say("run.progress"), total=quarters, year="")
        for quarter in range(quarters):
            step()
            progress.update(task, advance=1, year=f"{quarter // QUARTERS + 1}/{quarters // QUARTERS}")


def _print_summary(order: Order, content: Content, rows: Rows, manifest: dict[str, Any], say: Say) -> None:
    from ccepz_sim.measures.indicators import INDICATORS

    first, last = order.start, order.start + order.years - 1
    title = say(
        "run.title",
        packages=" + ".join(content.package(name).label.get(say.lang) for name in order.packages),
        scenario=content.scenario(order.scenario).label,
        first=first,
        last=last,
        seed=order.seed,
    )
    years = [Column(str(year), NUMBER) for year in (first, last)]
    columns = [Column(say("run.indicator")), Column(say("run.unit"), WORD), *years, Column(say("run.change"), NUMBER)]
    shown = []
    for name, row in rows.items():
        first_value, last_value, unit = pair(row["start"], row["end"], row["unit"], say)
        moved = change(row["start"], row["end"], row["unit"], say)
        shown.append((INDICATORS[name].label.get(say.lang), unit, first_value, last_value, moved))
    print_table(columns, shown, title)
    print(say("run.zone"))
    print(say("run.golden", hash=manifest["golden_hash"][:16], seconds=f"{manifest['duration']:.1f}"))


def _once(option: str, names: Sequence[str]) -> None:
    """Refuse to set the same thing twice: one of both would be ignored."""
    for name in names:
        if names.count(name) > 1:
            raise CommandError("error.set_twice", option=option, name=name)


def _decision(text: str, content: Content, first: int, last: int, say: Say) -> Decision:
    refuse_foreign_signs(text)
    name, given, setting = text.partition("=")
    if not given or not name or not setting:
        raise CommandError("error.set_form", text=text)
    written, dated, when = setting.partition("@")
    lever = content.lever(name.strip())
    value = _value(lever.id, written, lever.bounds, lever.unit, say)
    year = _year(lever.id, when, first, last) if dated else float(first)
    return Decision(lever.id, value, year)


def _parameter(text: str, content: Content, say: Say) -> tuple[str, float]:
    refuse_foreign_signs(text)
    name, given, written = text.partition("=")
    if not given or not name or not written:
        raise CommandError("error.param_form", text=text)
    content.value(name.strip())
    parameter = content.parameters[name.strip()]
    return parameter.id, _value(parameter.id, written, parameter.bounds, parameter.unit, say)


def _value(name: str, text: str, bounds: Sequence[float], unit: str, say: Say) -> float:
    low, high = bounds
    value = number(text)
    if not math.isfinite(value):
        ends = {"low": exact(low), "high": exact(high)}
        raise CommandError("error.value_unit", name=name, unit=unit_words(unit, say), text=text, **ends)
    if not low <= value <= high:
        raise out_of_bounds(name, value, (low, high), unit_words(unit, say))
    return value


def _year(name: str, text: str, first: int, last: int) -> float:
    year = number(text)
    if not first <= year < last + 1 or not (year * QUARTERS).is_integer():
        raise CommandError("error.year", name=name, text=text, first=first, last=last)
    return year
