"""`ccepz study`: run a study, stop it, go on with it."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ccepz_sim.commands.arguments import Parser, whole
from ccepz_sim.commands.arguments import path as read_path
from ccepz_sim.commands.console import CommandError, Say, compile_first
from ccepz_sim.commands.streams import say_json, shout
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading.designs import MODEL
from ccepz_sim.content.reading.files import ENDING, read_one
from ccepz_sim.content.schema.study import Study
from ccepz_sim.output.disk import is_there

if TYPE_CHECKING:
    from ccepz_sim.studies.engines import Engine
    from ccepz_sim.studies.runner import Ended
    from ccepz_sim.studies.runner import Progress as RunProgress
    from ccepz_sim.studies.sequential import Goal, Look

WORKERS, MOST_WORKERS = 2, 512
HOME = "out"
LINE_EVERY = 15.0  # seconds between two lines where no terminal shows a bar
SOME_FAILED, STOPPED = 1, 130
# Ctrl-C, the end signal of a batch system, and a terminal that was closed.
STOPS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


def declare(parser: Parser, say: Say) -> None:
    """Declare the argument and the options."""
    parser.own_arguments.add_argument("study", metavar="NAME|FILE", help=say("study.name"))
    add = parser.own_options.add_argument
    workers = whole("--workers", 1, MOST_WORKERS)
    add("--workers", type=workers, default=WORKERS, metavar="N", help=say("study.workers", default=WORKERS))
    add("--scheduler", default="", metavar="ADDRESS", help=say("study.scheduler"))
    add("--out", type=read_path("--out"), default=None, metavar="DIR", help=say("study.out"))
    add("--timeout", type=_seconds, default=0.0, metavar="S", help=say("study.timeout"))
    add("--until", default="", metavar="GOAL", help=say("study.until"))
    add("--most-seeds", type=whole("--most-seeds", 2, 1_000_000), default=0, metavar="N", help=say("study.most_seeds"))
    add("--retry", action="store_true", help=say("study.retry"))
    add("--dry-run", action="store_true", help=say("study.dry_run"))
    add("--json", action="store_true", help=say("study.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Run what is left; return 1 where runs failed, 130 where it was stopped."""
    from ccepz_sim.studies.runner import run_study

    content = load_content(args.content)
    look_for_model(args.study)
    study = find_study(args.study, content)
    folder = args.out or Path(HOME) / study.id
    if args.dry_run:
        return _tell_plan(study, folder, args.json, say)
    if not args.json:
        print(_plan_words(study, folder, say), file=sys.stderr)
    # What makes the study again, whoever works on it and with how many hands.
    own = [] if args.content is None else ["--content", str(args.content)]
    command = shlex.join(["ccepz", "study", args.study, *own])
    goal = _goal(args, study)
    cluster = partial(_cluster, args.scheduler) if args.scheduler else None
    engine = cluster() if cluster and goal is None else None
    compile_first(say)
    seen = None
    with goes_on(say), _progress(study, say) as tick, stoppable(say) as stopped:
        how: dict[str, Any] = {
            "content": content,
            "limit": args.timeout,
            "retry": args.retry,
            "command": command,
            "tick": tick if args.json or goal else _announced(tick, say),
            "stopped": stopped,
        }
        if goal is None:
            ended = run_study(study, folder, engine=engine, workers=args.workers, **how)
        else:
            from ccepz_sim.studies.sequential import MOST, run_until

            how |= {"engine": cluster, "workers": args.workers}
            tell = partial(_tell_look, goal, study, say)
            ended, seen = run_until(study, folder, goal, most=args.most_seeds or MOST, tell=tell, **how)
    return _tell_end(study, ended, args, say, seen)


def _goal(args: argparse.Namespace, study: Study) -> Goal | None:
    """Return what `--until` asks for.

    Raises:
        UserError: it cannot be meant.
    """
    from ccepz_sim.studies.sequential import read_goal

    if args.most_seeds and not args.until:
        raise CommandError("error.idle_option", option="--most-seeds", view="--until")
    return read_goal(args.until, study) if args.until else None


def _tell_look(goal: Goal, study: Study, say: Say, seen: Look) -> None:
    """Say what a look at the pairs has shown, a line for each scenario."""
    from ccepz_sim.content.reading.outcomes import parse_outcome
    from ccepz_sim.studies.outcomes import unit_of
    from ccepz_sim.studies.scales import scale_words
    from ccepz_sim.studies.sequential import indicators_of

    outcome = parse_outcome(goal.outcome, study.relations)
    unit = unit_of(outcome, indicators_of(study)) if outcome else ""
    for scenario, found in seen.found.items():
        factor, words = scale_words(unit, max(abs(found.mean), found.half, goal.within), say.lang)
        told = {
            "scenario": scenario,
            "mean": f"{found.mean / factor:+.4g}",
            "half": f"{found.half / factor:.3g}",
            "within": f"{goal.within / factor:.3g}",
            "unit": words,
            "seeds": seen.seeds,
        }
        print(say("study.look", **told), file=sys.stderr, flush=True)
    if not seen.reached:
        needed = say("study.no_end") if seen.needed == float("inf") else f"{seen.needed:,.0f}"
        print(say("study.needed", needed=needed), file=sys.stderr, flush=True)


def look_for_model(name: str) -> None:
    """Where a study in a file names a model of one's own, let it be found beside the file and take up its levers.

    Raises:
        UserError: the model cannot be imported.
    """
    from ccepz_sim.studies.models import look_beside, model_of

    path = read_path("NAME|FILE")(name)
    if path.suffix.lower() != ENDING or not is_there(path):
        return
    relations = read_one(path).get("relations")
    model = relations.get("model") if isinstance(relations, dict) else None
    if isinstance(model, str) and MODEL.fullmatch(model):
        look_beside(path.parent)
        model_of(model)


def find_study(name: str, content: Content) -> Study:
    """Return a study of the content by name, or the one in a TOML file.

    Raises:
        UserError: there is none, or it has a mistake.
    """
    path = read_path("NAME|FILE")(name)
    if name in content.studies or not (path.suffix.lower() == ENDING or is_there(path)):
        return content.study(name)
    if not is_there(path):
        raise CommandError("error.no_study_file", file=path)
    return content.read_study(read_one(path), path.name)


def _cluster(address: str) -> Engine:
    from ccepz_sim.studies.engines import Cluster

    return Cluster(address)


def _tell_plan(study: Study, folder: Path, as_json: bool, say: Say) -> int:
    from ccepz_sim.studies.design import Plan
    from ccepz_sim.studies.store import MANIFEST

    runs = len(Plan(study))
    if as_json:
        plain = {
            "study": study.id,
            "runs": runs,
            "points": study.points,
            "policies": [policy.id for policy in study.policies],
            "scenarios": list(study.scenarios),
            "seeds": study.seeds,
            "years": study.relations.years,
            "bytes": _size(study),
            "folder": str(folder),
            "begun": is_there(folder / MANIFEST),
        }
        say_json(plain)
    else:
        print(_plan_words(study, folder, say))
    return 0


def _plan_words(study: Study, folder: Path, say: Say) -> str:
    return say(
        "study.plan",
        label=study.label,
        runs=f"{study.runs:,}",
        points=study.points,
        design=study.design,
        policies=len(study.policies),
        scenarios=len(study.scenarios),
        seeds=study.seeds,
        size=f"{_size(study) / 1e6:,.1f} MB",
        folder=folder,
    )


def _size(study: Study) -> int:
    from ccepz_sim.studies.store import BYTES_A_VALUE

    return round(study.runs * len(study.series) * study.relations.periods * BYTES_A_VALUE)


def _tell_end(study: Study, ended: Ended, args: argparse.Namespace, say: Say, seen: Look | None = None) -> int:
    counts = ended.counts
    runs = sum(counts.values())  # there may be more seeds than the file asks for
    done = runs - counts["PENDING"]
    if args.json:
        plain: dict[str, Any] = {
            "study": study.id,
            "folder": str(ended.folder),
            "runs": runs,
            "counts": dict(counts),
            "earlier": ended.earlier,
            "repaired": ended.repaired,
            "deaths": ended.deaths,
            "seconds": round(ended.seconds, 3),
            "finished": ended.finished,
        }
        if seen is not None:
            plain |= {"seeds": seen.seeds, "reached": seen.reached}
        say_json(plain)
    else:
        if ended.repaired:
            print(say("study.repaired", count=ended.repaired))
        if ended.finished:
            told = {
                "succeeded": counts["SUCCEEDED"],
                "runs": runs,
                "now": done - ended.earlier,
                "failed": counts["FAILED"],
                "aborted": counts["ABORTED"],
                "seconds": f"{ended.seconds:.1f}",
                "folder": ended.folder,
            }
            print(say("study.finished", **told))
        else:
            again = shlex.join(["ccepz", *sys.argv[1:]])
            print(say("study.stopped", ended=done, runs=runs, command=again))
        if seen is not None:
            print(say("study.reached" if seen.reached else "study.not_reached", goal=args.until, seeds=seen.seeds))
        if counts["FAILED"] + counts["ABORTED"]:
            print(say("study.see_failures", file=ended.folder / "failures.json"))
    if not ended.finished:
        return STOPPED
    return SOME_FAILED if counts["FAILED"] + counts["ABORTED"] else 0


@contextmanager
def _progress(study: Study, say: Say) -> Iterator[Callable[[RunProgress], None]]:
    """Show a bar on a terminal; elsewhere a line now and again."""
    if not sys.stderr.isatty():
        last = time.monotonic()

        def line(now: RunProgress) -> None:
            nonlocal last
            if time.monotonic() - last >= LINE_EVERY:
                last = time.monotonic()
                print(_line(now, say), file=sys.stderr, flush=True)

        yield line
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[failed]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(say("study.progress"), total=study.runs, rate="", failed="")

        def bar(now: RunProgress) -> None:
            failed = say("study.failed", count=now.failed) if now.failed else ""
            rate = say("study.rate", rate=f"{now.rate:.1f}")
            progress.update(task, completed=now.ended, rate=rate, failed=failed)

        yield bar


def _announced(tick: Callable[[RunProgress], None], say: Say) -> Callable[[RunProgress], None]:
    """Say once, where a study was begun earlier, how much of it is done."""
    announced = False

    def first(now: RunProgress) -> None:
        nonlocal announced
        if not announced and now.earlier:
            print(say("study.begun", earlier=now.earlier, runs=now.runs), file=sys.stderr, flush=True)
        announced = True
        tick(now)

    return first


def _line(now: RunProgress, say: Say) -> str:
    left = "–" if now.remaining == float("inf") else time.strftime("%H:%M:%S", time.gmtime(now.remaining))
    return say("study.line", ended=now.ended, runs=now.runs, rate=f"{now.rate:.1f}", remaining=left, failed=now.failed)


@contextmanager
def goes_on(say: Say) -> Iterator[None]:
    """Say of whatever is left at once that it goes on."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(say("study.left")) from None


@contextmanager
def stoppable(say: Say) -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C and the end signal of a batch system stop between two batches; a second Ctrl-C leaves at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def stop(number: int, _frame: object) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        if not asked.is_set():
            asked.set()
            shout(say("study.stopping"))  # the line under way may be one that is just being printed

    before = {number: signal.signal(number, stop) for number in STOPS}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise CommandError("error.seconds", text=text)
    return value
