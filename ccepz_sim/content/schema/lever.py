"""What the zone can decide: levers, their groups and packages of settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccepz_sim.text.label import Label

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
STATUS_QUO = "status-quo"


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
