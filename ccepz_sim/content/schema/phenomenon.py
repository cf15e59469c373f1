"""Something said to emerge: claims on the arms of a study, and the rule said to be the cause."""

from __future__ import annotations

from dataclasses import dataclass

from ccepz_sim.content.schema.study import Factor, Study
from ccepz_sim.text.label import Label


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
