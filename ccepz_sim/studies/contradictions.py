"""Where the last year alone says something else of two policies than the years before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ccepz_sim.studies.estimates import Estimate
from ccepz_sim.text.texts import Texts

Write = Callable[[str, Estimate], str]
"""From the name of an outcome and an estimate of it to its words."""


class LastYearWarning(UserWarning):
    """One year alone was asked for, and the years together say something else."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A difference in one year, and the measure over many years that it is at odds with; `signs` differ, or the one
    year is no more than noise where the many are clear.
    """

    scenario: str
    outcome: str
    one_year: Estimate
    other: str
    many: Estimate

    @property
    def signs(self) -> bool:
        """Whether the two have different signs."""
        return (self.one_year.mean > 0.0) != (self.many.mean > 0.0)

    def sentence(self, lang: str = "en", write: Write | None = None, names: Mapping[str, str] | None = None) -> str:
        """Return it as one sentence; `names` are words for outcomes and the scenario."""
        write = write or _plain
        names = names or {}
        key = "contradiction.signs" if self.signs else "contradiction.noise"
        return Texts.load("studies")[key].format(
            lang,
            scenario=names.get(self.scenario, self.scenario or "–"),
            outcome=names.get(self.outcome, self.outcome),
            other=names.get(self.other, self.other),
            one_year=write(self.outcome, self.one_year),
            many=write(self.other, self.many),
        )


def contradictions_of(
    outcome: str, one_year: Mapping[str, Estimate], others: Mapping[str, Mapping[str, Estimate]]
) -> list[Contradiction]:
    """Return for each scenario the measure over many years that the one year is most at odds with.

    It is at odds where signs differ and one of both is clear, or where only the many years are clear.

    Args:
        outcome: name of the outcome of one year; one_year: its differences by scenario.
        others: by name of a measure, its differences by scenario.
    """
    found = []
    for scenario, seen in one_year.items():
        at_odds = [
            Contradiction(scenario, outcome, seen, name, estimates[scenario])
            for name, estimates in others.items()
            if scenario in estimates and _is_at_odds(seen, estimates[scenario])
        ]
        if at_odds:
            found.append(max(at_odds, key=_weight))
    return found


def _is_at_odds(one_year: Estimate, many: Estimate) -> bool:
    if one_year.mean * many.mean < 0.0:
        return one_year.is_clear or many.is_clear
    return many.is_clear and not one_year.is_clear


def _weight(one: Contradiction) -> tuple[bool, float]:
    error = one.many.error or 1e-300  # none at all is the surest
    return one.signs, abs(one.many.mean) / error


def _plain(_outcome: str, found: Estimate) -> str:
    return f"{found.mean:.4g} ± {found.half:.2g}"
