"""A question, and the runs that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from ccepz_sim.content.schema.lever import Setting
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.text.label import Label


@dataclass(frozen=True, slots=True)
class Factor:
    """What a study varies: a lever from a date on, or (with `from_` 0) a parameter of behaviour.

    A full grid takes `values`; every other design samples `bounds`, on a logarithmic scale where `log` says so.
    """

    id: str
    bounds: tuple[float, float]
    values: tuple[float, ...]
    log: bool
    from_: float

    @property
    def is_lever(self) -> bool:
        """Whether the zone can decide it; else it is an uncertainty."""
        return self.from_ > 0.0


@dataclass(frozen=True, slots=True)
class StudyPolicy:
    """A named point in the space of levers: stacked packages and settings on top of them."""

    id: str
    label: Label
    packages: tuple[str, ...]
    set: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """From the values of a run over time to one number; the years `from_` to `until` count (0: the study's own ends).

    `kind` is one of "last" (mean of the last year), "at" (mean of the year `from_`, or its `quarter`), "mean", "sum"
    (a flow a year becomes an amount), "discounted" (the same, at `rate` a year to the start of `from_`), "peak"
    (`side` "highest" or "lowest") and "first" (the first date at which the value lies `side` "above" or "below" of
    `value`; the end of the years where it never does).
    """

    kind: str = "last"
    from_: int = 0
    until: int = 0
    quarter: int = 0
    rate: float = 0.0
    side: str = ""
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is asked of each run: a measure of an indicator; `direction` is the good one ("up", "down" or "neutral")."""

    indicator: str
    place: str
    view: str
    direction: str
    measure: Measure = Measure()

    @property
    def series(self) -> tuple[str, str, str]:
        """Return indicator, place and view: what is kept of a run, whatever is measured on it."""
        return self.indicator, self.place, self.view


@dataclass(frozen=True, slots=True)
class Relations:
    """The model as a study uses it: first year, length, how often outcomes are kept, residents, phases left out.

    A `scale` of 0 is the game's default; `frozen` stops shocks, moves, births, deaths and entries; `model` is
    MODULE:CLASS of a model of one's own.
    """

    from_: int
    years: int
    every: str
    scale: float
    without: tuple[str, ...]
    frozen: bool = False
    model: str = ""

    @property
    def periods(self) -> int:
        """Return the number of dates at which outcomes are kept."""
        return self.years * (QUARTERS if self.every == "quarter" else 1)


@dataclass(frozen=True, slots=True, repr=False)
class Study:
    """A question and the runs that answer it, in the terms of XLRM.

    Uncertainties (X) are scenarios, `uncertainties` and the seeds; levers (L) are policies and `levers`; relations (R)
    are the model; measures (M) are the outcomes. Every point of the design meets every policy, scenario and seed. A run
    ends early with the period kept in which one of `stops` comes about: measures of the kind "first".
    """

    id: str
    label: Label
    question: Label
    design: str
    samples: int
    design_seed: int
    seeds: int
    first_seed: int
    luck: str
    expected_runs: int
    relations: Relations
    policies: tuple[StudyPolicy, ...]
    levers: tuple[Factor, ...]
    scenarios: tuple[str, ...]
    uncertainties: tuple[Factor, ...]
    outcomes: tuple[Outcome, ...]
    stops: tuple[Outcome, ...] = ()

    def __repr__(self) -> str:
        """Say in one line what is asked and how many runs answer it."""
        parts = f"{self.points} points × {len(self.policies)} policies × {len(self.scenarios)} scenarios"
        return f"<study {self.id} ({self.design}): {self.runs} runs = {parts} × {self.seeds} seeds>"

    def _repr_html_(self) -> str:
        """Show question, design and what is varied and kept, for notebooks."""
        from ccepz_sim.content.display import study_html

        return study_html(self)

    @property
    def series(self) -> tuple[tuple[str, str, str], ...]:
        """Return indicator, place and view of what is kept of each run, each once."""
        return tuple(dict.fromkeys(outcome.series for outcome in self.outcomes))

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Return everything the design varies: levers first, then uncertainties."""
        return self.levers + self.uncertainties

    @property
    def points(self) -> int:
        """Return the number of points of the design."""
        varied = len(self.factors)
        if self.design == "grid":
            return prod(len(factor.values) for factor in self.factors)
        if self.design == "sobol":
            return self.samples * (varied + 2)
        return self.samples * (varied + 1) if self.design == "morris" else self.samples

    @property
    def runs(self) -> int:
        """Return the number of runs."""
        return self.points * len(self.policies) * len(self.scenarios) * self.seeds

    @property
    def last_seed(self) -> int:
        """Return the highest seed of a run."""
        return self.first_seed + (self.runs if self.luck == "own" else self.seeds) - 1
