"""Cells of tables of a study, in the words and units of the page."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from ccepz_sim.commands.console import Say
from ccepz_sim.commands.figures import SHARE
from ccepz_sim.content.loading import Content
from ccepz_sim.studies.scales import years_behind
from ccepz_sim.text.numbers import number_text, scale_of
from ccepz_sim.text.texts import Texts

if TYPE_CHECKING:
    from ccepz_sim.studies.estimates import Estimate
    from ccepz_sim.studies.results import StudyResults

LIMITS = frozenset({"mean", "lower", "upper", "low", "median", "high"})
EFFECTS = frozenset({"effect", "mu", "mu_star", "sigma", "confidence"})
UNSIGNED = frozenset({"mu_star", "sigma", "confidence", "error"})
VALUES = LIMITS | EFFECTS | {"error", "lowest", "highest", "quarter1", "quarter3"}
NO_NUMBER = "–"


class Cells:
    """Writes the cells of a table in the words and units of the page."""

    def __init__(self, args: argparse.Namespace, results: StudyResults, content: Content, say: Say) -> None:
        """Take what was asked, the results, the content that gives names, and the language."""
        from ccepz_sim.studies.words import Words

        self.results = results
        self.say = say
        self.words = Words(results, say.lang, content)
        self.default = args.fan or args.indicator or results.names[0]
        self.outcomes = {*results.names, *(args.pareto or ()), *([args.indicator] if args.indicator else [])}
        self.differences = (LIMITS if args.diff else EFFECTS) | {"error"}

    def name(self, column: str) -> str:
        """Return the words of an outcome or a factor that heads a column."""
        factors = [factor.id for factor in self.results.study.factors]
        return self.words.factor(column) if column in factors else self.words.outcome(self.results.outcome(column))

    def write(self, column: str, value: Any, row: dict[str, Any]) -> str:
        """Return one cell."""
        if column in ("policy", "scenario", "factor"):
            return str(getattr(self.words, column)(value))
        if column == "outcome":
            return self.words.outcome(self.results.outcome(value))
        if isinstance(value, bool):
            return "✓" if value else ""
        if not isinstance(value, float):
            return str(value)
        if math.isnan(value):
            return NO_NUMBER
        if column == "more_seeds":
            return "∞" if math.isinf(value) else f"{value:,.0f}"
        if column in ("better", "higher", "unbeaten", "reached", "stopped"):
            return f"{value:.0%}"
        if column in self.outcomes or column in VALUES:
            outcome = column if column in self.outcomes else row.get("outcome", self.default)
            return self._amount(value, outcome, column in self.differences, column not in UNSIGNED)
        return f"{value:.4g}"

    def interval(self, outcome: str, found: Estimate) -> str:
        """Return a difference with half its interval."""
        half = self._amount(found.half, outcome, difference=True, sign=False)
        return f"{self._amount(found.mean, outcome, difference=True, sign=True)} ± {half}"

    def _amount(self, value: float, outcome: str, difference: bool, sign: bool) -> str:
        from ccepz_sim.studies.outcomes import DATE, YEARS, unit_of

        lang, unit = self.say.lang, unit_of(self.results.outcome(outcome), self.results.catalogue)
        if unit == DATE:
            number = number_text(value, 2, sign=difference and sign).replace(",", "")
            return Texts.load("studies")["figure.years"].format(lang, number=number) if difference else number
        if difference and unit == SHARE:
            return self.say("run.points", number=number_text(100 * value, 1, sign=sign))
        text = scale_of(unit.removesuffix(YEARS), abs(value), lang).write(value, lang, sign=difference and sign)
        return text + years_behind(unit, lang)
