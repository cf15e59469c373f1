"""Frozen typed objects for everything the content folders hold.

Nothing here reads a file: `ccepz_sim.content` builds these objects, `ccepz_sim.checks` reports what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Never, TypeVar

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.sentences import fill

LANGUAGES = ("en", "zh")
STATUSES = ("measured", "official", "estimated", "assumption", "stylised")
FIXED = ("measured", "official")  # statuses of values that a source fixes
LEVER_UNITS = (
    "1",
    "count",
    "multiple",
    "persons",
    "persons/year",
    "quarters",
    "yuan",
    "yuan/equivalent",
    "yuan/person/year",
    "yuan/year",
)
COST_KINDS = ("programme", "value", "none")
DIRECTIONS = ("up", "down")
NEUTRAL = "neutral"  # direction of an indicator of which neither is better
ANY_SERIES = "*"
YEARS = (1900.0, 2200.0)  # what can be a year at all, to catch slips of the keyboard
STATUS_QUO = "status-quo"
QUARTERS_A_YEAR = 4
Key = TypeVar("Key")
Item = TypeVar("Item")
LARGEST_SEED = 2**31 - 1  # of every seed; fits the integers of every language and file that carries one


class Frozen(dict[Key, Item]):
    """A mapping that never changes; unlike Python's own it can be copied deeply and sent to another process."""

    def _refuse(self, *_: object, **__: object) -> Never:
        raise TypeError("content never changes")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> Frozen[Key, Item]:
        """Share what never changes."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Frozen[Key, Item]:
        """Share what never changes."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as a plain mapping."""
        return Frozen, (dict(self),)


@dataclass(frozen=True, slots=True)
class Label:
    """A text in English and in Simplified Chinese."""

    en: str
    zh: str

    def get(self, lang: str) -> str:
        """Return the text in one language (`"en"` or `"zh"`)."""
        if lang not in LANGUAGES:
            raise ValueError(f"language {lang!r} is not one of {LANGUAGES}")
        return self.zh if lang == "zh" else self.en

    def format(self, lang: str, /, **fields: object) -> str:
        """Return the text in one language with its `{fields}` filled; labels among the fields follow it."""
        filled = {key: item.get(lang) if isinstance(item, Label) else item for key, item in fields.items()}
        return fill(self.get(lang), **filled)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value comes from: a status word, and a source (with locator) or a why; `zh` is that in Chinese or ""."""

    status: str
    source: str
    why: str
    zh: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column means: a number has unit and bounds, a text has choices or refers to a table."""

    id: str
    label: Label
    unit: str
    bounds: tuple[float, float] | None
    status: str
    source: str
    why: str
    choices: tuple[str, ...]
    refers: str
    free: bool
    blank: bool

    @property
    def is_number(self) -> bool:
        """Whether the cells are numbers."""
        return self.bounds is not None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A roster: rows with ids, columns as read-only arrays, evidence of cells where it is their own."""

    id: str
    label: Label
    what: Label
    ids: tuple[str, ...]
    labels: tuple[Label, ...]
    columns: Mapping[str, Column]
    evidence: Mapping[tuple[str, str], Evidence]
    index: Mapping[str, int]
    _numbers: Mapping[str, NDArray[np.float64]] = field(repr=False)
    _texts: Mapping[str, tuple[str, ...]] = field(repr=False)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column of numbers, shape (rows,), read-only, in the unit of `columns[column]`.

        Raises:
            ContentError: there is no such column, or it holds text.
        """
        if column not in self._numbers:
            raise self._refusal(column, "column_is_text", self._numbers)
        return self._numbers[column]

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a column of texts, one per row.

        Raises:
            ContentError: there is no such column, or it holds numbers.
        """
        if column not in self._texts:
            raise self._refusal(column, "column_is_number", self._texts)
        return self._texts[column]

    def evidence_of(self, row: str, column: str) -> Evidence:
        """Return the evidence of one cell: its own where it has some, else the column's."""
        own = self.evidence.get((row, column))
        if own is not None:
            return own
        meta = self.columns[column]
        return Evidence(meta.status, meta.source, meta.why)

    def _refusal(self, column: str, key: str, known: Mapping[str, object]) -> Exception:
        from ccepz_sim.errors import ContentError, unknown

        if column in self.columns:
            return ContentError(key, table=self.id, column=column)
        return unknown("unknown_column", column, known, table=self.id)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One behavioural number; `id` is `GROUP.name`."""

    id: str
    label: Label
    value: float
    unit: str
    bounds: tuple[float, float]
    status: str
    source: str
    why: str

    @property
    def is_uncertain(self) -> bool:
        """Whether no source fixes the value, and the bounds leave it room."""
        return self.status not in FIXED and self.bounds[0] < self.bounds[1]


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """A file of parameters."""

    id: str
    label: Label
    what: Label


@dataclass(frozen=True, slots=True)
class Group:
    """A group of levers, in the order of the page; `colour` is a token of the page's palette.

    `report_group` is the id of the package that stands for the report's group of measures it belongs to.
    """

    id: str
    label: Label
    what: Label
    colour: str
    order: int
    report_group: str


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value that holds from a date (year and fraction) on; `from_` is the key `from` of the file."""

    from_: float
    value: float


@dataclass(frozen=True, slots=True)
class Lag:
    """Time from decision to effect: mean in quarters and number of stages of the Erlang distribution."""

    quarters: float
    stages: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a lever costs: `money` yuan a year per unit above status quo, `standing` points a full move."""

    kind: str
    money: float
    standing: float


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect a lever promises, proved in paired seeds; `condition` are settings both arms receive."""

    indicator: str
    direction: str
    value: float
    years: int
    condition: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Lever:
    """One policy lever: what may be set, by whom, how fast it works and through which single channel.

    `report` names the sections of the source report it comes from, `evidence` is its source or why.
    """

    id: str
    group: str
    label: Label
    summary: Label
    assumes: Label
    unit: str
    bounds: tuple[float, float]
    step: float
    status_quo: tuple[DatedValue, ...]
    body: str
    channel: str
    who: Label
    report: str
    status: str
    source: str
    why: str
    evidence: Label
    lag: Lag
    cost: Cost
    effect: Effect

    def status_quo_at(self, year: float) -> float:
        """Return the status quo at a date: the last dated value that has begun, before all the first."""
        value = self.status_quo[0].value
        for dated in self.status_quo:
            if dated.from_ > year + 1e-9:
                break
            value = dated.value
        return value


@dataclass(frozen=True, slots=True)
class Setting:
    """One decision of a package: a value of a lever from a date on (`from_` is the file's `from`)."""

    lever: str
    from_: float
    value: float


@dataclass(frozen=True, slots=True)
class Package:
    """A dated overlay of lever settings on a baseline."""

    id: str
    label: Label
    summary: Label
    reference: str
    baseline: str
    set: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class PricePath:
    """Long-run mean of a series as multiples of its 2015 mean: (year, multiple), linear in the logarithm."""

    series: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Jump:
    """A dated shock to a spot price; `log` is the change of its logarithm."""

    series: str
    at: float
    log: float


@dataclass(frozen=True, slots=True)
class CentralInspection:
    """A central inspection that begins at a date, lasts `quarters` and has a strength."""

    at: float
    quarters: float
    strength: float


@dataclass(frozen=True, slots=True)
class FactorPoint:
    """A point of a piecewise linear factor."""

    at: float
    factor: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the outside world does."""

    id: str
    label: Label
    summary: Label
    status: str
    source: str
    why: str
    mine_closure: bool
    price: tuple[PricePath, ...]
    jump: tuple[Jump, ...]
    inspection: tuple[CentralInspection, ...]
    demand: tuple[FactorPoint, ...]
    water: tuple[FactorPoint, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of the history that a run is held against; how `value` and `spread` are read depends on `kind`.

    Kinds: `level` (spread is a share of the value), `survey` (spread follows from `n` asked), `range` (spread is in
    the unit), `ceiling` and `floor` (one-sided, no spread). `measure` names how the model's figure is taken; `missed`
    why the model does not reach it, where it is known not to.
    """

    id: str
    label: Label
    unit: str
    kind: str
    value: float
    spread: float
    n: int
    use: str
    identifies: tuple[str, ...]
    measure: str
    indicators: tuple[str, ...]
    place: str
    year: int
    since: int
    threshold: float
    status: str
    source: str
    why: str
    missed: Label | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """One figure of a pattern and the band, ends included, in which the mean over seeds must lie."""

    id: str
    label: Label
    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regularity found elsewhere that the rules must reproduce; it counts if no default was set by it."""

    id: str
    label: Label
    compares: Label
    used_for_default: bool
    bands: tuple[Band, ...]
    settings: Mapping[str, float]
    status: str
    source: str
    why: str
    missed: Label | None = None


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns by id and the most seeds one of them is run with."""

    seeds: int
    all: Mapping[str, Pattern]


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

    A `scale` of 0 is the game's default; `frozen` stops shocks, moves, births, deaths and entries.
    """

    from_: int
    years: int
    every: str
    scale: float
    without: tuple[str, ...]
    frozen: bool = False

    @property
    def periods(self) -> int:
        """Return the number of dates at which outcomes are kept."""
        return self.years * (QUARTERS_A_YEAR if self.every == "quarter" else 1)


@dataclass(frozen=True, slots=True)
class Study:
    """A question and the runs that answer it, in the terms of XLRM.

    Uncertainties (X) are scenarios, `uncertainties` and the seeds; levers (L) are policies and `levers`; relations (R)
    are the model; measures (M) are the outcomes. Every point of the design meets every policy, scenario and seed.
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


@dataclass(frozen=True, slots=True)
class Arm:
    """What a claim looks at: a policy of the study in one of its scenarios."""

    policy: str
    scenario: str


@dataclass(frozen=True, slots=True)
class Claim:
    """An effect that is expected: an indicator in one arm against another, mean of some years.

    Where `over` names an indicator, the quotient of both means counts. `less` are two arms whose difference is taken
    away again (an interaction). `scale` is "difference" or "relative" (to the arm compared with). `expected` is "up" or
    "down" by at least `least`, or "none": at most `least` in size. `edge` divides two regimes of the indicator.
    """

    id: str
    label: Label
    indicator: str
    view: str
    over: str
    from_: int
    years: int
    of: Arm
    against: Arm
    less: tuple[Arm, ...]
    scale: str
    expected: str
    least: float
    edge: float | None


@dataclass(frozen=True, slots=True)
class KnockOut:
    """The rule said to be the cause, switched off: parameters at other values or phases left out.

    `expected` says what becomes of the effect of `claim`: "gone" (at most the share `rest` of it remains) or "appears"
    (it is at least `least` in size).
    """

    label: Label
    parameters: tuple[tuple[str, float], ...]
    without: tuple[str, ...]
    claim: str
    expected: str
    rest: float
    least: float


@dataclass(frozen=True, slots=True)
class Phenomenon:
    """Something said to emerge, as claims on the arms of a study, with a knock-out of the rule that makes it.

    The study's own design is the sample of plausible parameters: the `named` ones, of which the rule is made, and with
    less reach all others. `agree` is the share of seeds that must go the expected way; `seeds` those of effect and
    knock-out; `null_seeds` those of the null; `trajectories` those of the Morris screening of the named parameters,
    which runs the first claim's arms with one seed.
    """

    number: int
    mechanism: Label
    refuted_by: Label
    look: Label
    seeds: int
    null_seeds: int
    trajectories: int
    agree: float
    study: Study
    named: tuple[Factor, ...]
    claims: tuple[Claim, ...]
    knock_out: KnockOut

    @property
    def id(self) -> str:
        """Return the id, which is that of its study."""
        return self.study.id

    def claim(self, name: str) -> Claim:
        """Return one claim."""
        return next(claim for claim in self.claims if claim.id == name)
