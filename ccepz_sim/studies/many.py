"""Packages × scenarios × seeds in one call: `MultiRun(["status-quo", "tax-only"], seeds=10).run()`."""

from __future__ import annotations

import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading.outcomes import parse_outcome
from ccepz_sim.content.schema.study import Relations, Study
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.studies.engines import Engine
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.models import name_of
from ccepz_sim.studies.results import StudyResults, load_study
from ccepz_sim.studies.runner import Progress, run_study
from ccepz_sim.studies.study_file import outcome_document, stop_document

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ccepz_sim.model import PilotZone

SCENARIO = "slow-recovery"  # of the game, where none is named
GOALS = ("gdp_real", "colluding_share", "so2")
NAMED = {"en": "Runs from Python", "zh": "Python 中的运行"}


class MultiRun:
    """Runs that answer “what if”: every package in every scenario with every seed, all with the same luck.

    Attributes:
        study: the study that these runs are.
        results: what came out; None before `run`.
    """

    def __init__(
        self,
        packages: Sequence[str],
        scenarios: Sequence[str] = (SCENARIO,),
        *,
        seeds: int = 10,
        years: int = 20,
        outcomes: Sequence[str] = GOALS,
        scale: float | None = None,
        stops: Sequence[str] = (),
        model: type[PilotZone] | str | None = None,
        content: Content | None = None,
    ) -> None:
        """Say what is run; nothing runs yet.

        Args:
            packages: packages of policies, by name.
            scenarios: scenarios, by name.
            seeds: number of seeds, from 1 on.
            years: how long a run is, from 2016 on.
            outcomes: names such as `so2`, `so2@golmud:reported` or `discounted(gdp_real, 5%)`.
            scale: share of residents; None for that of the game.
            stops: what ends a run early, such as `first(so2, below 30000)`.
            model: a model of one's own; None for the package's.
            content: None for the package's own.

        Raises:
            ContentError: a name or a number is not possible.
            StudyError: an outcome cannot be read, or workers could not import the model.
        """
        self.content = content or load_content()
        self.model = model
        relations = Relations(PLAY_YEAR, years if isinstance(years, int) else 1, "year", scale or 0.0, ())
        asked = []
        for name in outcomes:
            found = parse_outcome(name, relations)
            if found is None:
                raise StudyError("outcome_unclear", name=name)
            asked.append(outcome_document(found))
        ends = []
        for name in stops:
            found = parse_outcome(name, relations)
            if found is None or found.measure.kind != "first" or found.measure.until:
                raise StudyError("stop_unclear", name=name)
            ends.append(stop_document(found))
        own = name_of(model) if model is not None else ""
        named = {"model": own} if own else {}  # indicators of its own may be asked for
        document: dict[str, Any] = {
            "id": "multi-run",
            "label": NAMED,
            "question": NAMED,
            "design": "grid",
            "seeds": seeds,
            "packages": list(packages),
            "scenarios": list(scenarios),
            "relations": {"years": years, **({"scale": scale} if scale else {}), **named},
            "outcome": asked,
            "stop": ends,
        }
        self.study: Study = self.content.read_study(document, "MultiRun")
        self.results: StudyResults | None = None
        self._scratch: _Scratch | None = None

    def __repr__(self) -> str:
        """Say what it is in one line."""
        study = self.study
        state = "not run yet" if self.results is None else f"{self.results.ended} runs ended"
        return (
            f"MultiRun({len(study.policies)} packages × {len(study.scenarios)} scenarios × {study.seeds} seeds"
            f" = {study.runs} runs of {study.relations.years} years, {state})"
        )

    def run(
        self, folder: Path | str | None = None, *, workers: int = 2, engine: Engine | None = None, progress: bool = True
    ) -> MultiRun:
        """Run what is left and return this; a bar on the error stream tells how far it is.

        Args:
            folder: where results are kept, so that the same call goes on there; None for one that is gone afterwards.
            workers: number of processes.
            engine: what runs are worked through with; None for processes of this machine.
            progress: whether to show a bar.

        Raises:
            StudyError: the folder, the disk or a worker is not fit for it, or no run ended well.
        """
        if folder is None:
            self._scratch = self._scratch or _Scratch()
            folder = self._scratch.folder
        with _bar(self.study.runs, progress) as tick:
            how: dict[str, Any] = {"content": self.content, "model": self.model, "workers": workers}
            run_study(self.study, Path(folder), **how, engine=engine, tick=tick)
        self.results = load_study(folder)
        self.results.scratch = self._scratch
        return self

    @property
    def done(self) -> StudyResults:
        """Return the results.

        Raises:
            StudyError: nothing has run yet.
        """
        if self.results is None:
            raise StudyError("not_run_yet")
        return self.results

    def mean(self) -> Any:
        """Return every outcome by scenario and package: mean, standard error, 95 % interval, band of runs."""
        return self.done.summary()

    def difference(self, first: str, second: str, *, pool: bool = False) -> Any:
        """Return package `second` less package `first` in pairs of the same luck, as `StudyResults.compare` does."""
        return self.done.compare(first, second, pool=pool)

    def plot(self, name: str = "", *, against: tuple[str, str] | None = None, lang: str = "en") -> Figure:
        """Draw an outcome over time, or two packages `against` each other in all outcomes."""
        from ccepz_sim.studies.figures import Charts
        from ccepz_sim.studies.scales import scale_words

        charts = Charts(self.done, lang, scale_words, self.content)
        if against is None:
            return charts.fan(name)
        first, second = against
        return charts.difference(first, second)


class _Scratch:
    """A folder that goes when neither runs nor results need it any more, or with the process."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="ccepz-runs-")
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


@contextmanager
def _bar(runs: int, wanted: bool) -> Iterator[Callable[[Progress], object]]:
    """Show a bar on the error stream while runs end."""
    if not wanted:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=runs)
        yield lambda told: bar.update(task, completed=told.ended)
