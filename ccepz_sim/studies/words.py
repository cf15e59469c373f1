"""Names of what a study is about, in one language: policies, scenarios, factors, outcomes and what is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.study import Outcome
from ccepz_sim.studies.outcomes import span_of
from ccepz_sim.studies.tables import POOLED, StudyTables
from ccepz_sim.text.label import Label
from ccepz_sim.text.texts import Texts

MOST_NAMED = 6  # policies or scenarios in a sentence; more are counted


class Words:
    """Names of policies, scenarios, factors and outcomes of a study in one language; the id where there is no name."""

    def __init__(self, results: StudyTables, lang: str, content: Content | None = None) -> None:
        """Take the results, the language, and the content that gives names."""
        self.study = results.study
        self.catalogue = results.catalogue
        self.lang = lang
        self.content = content or load_content()

    def word(self, key: str, **fields: object) -> str:
        """Return a text of the figures."""
        return Texts.load("studies")[f"figure.{key}"].format(self.lang, **fields)

    def outcome(self, outcome: Outcome) -> str:
        """Return indicator, place, whether it is reported, and what is measured on it."""
        words = self.catalogue[outcome.indicator].label.get(self.lang)
        if outcome.place != "zone":
            places = self.content.table("places")
            known = outcome.place in places.index
            place = places.labels[places.index[outcome.place]].get(self.lang) if known else outcome.place
            words = self.word("in_place", label=words, place=place)
        words = self.word("reported", label=words) if outcome.view == "reported" else words
        return self._measured(words, outcome)

    def _measured(self, words: str, outcome: Outcome) -> str:
        measure = outcome.measure
        if measure.kind == "last":
            return words
        first, last = span_of(measure, self.study.relations)
        years = str(first) if first == last else f"{first}–{last}"
        if measure.quarter:
            years = self.word("quarter_of", year=first, quarter=measure.quarter)
        key = f"measure_{measure.side or measure.kind}"
        return self.word(key, label=words, years=years, rate=f"{100 * measure.rate:.3g}", value=f"{measure.value:,.6g}")

    def policy(self, name: str) -> str:
        """Return the name that the study gives a policy, else that of its package."""
        own = next((policy.label for policy in self.study.policies if policy.id == name), Label("", ""))
        return own.get(self.lang) or self._label(name, self.content.packages)

    def scenario(self, name: str) -> str:
        """Return the name of a scenario, or that all are taken together."""
        return self.word("pooled") if name == POOLED else self._label(name, self.content.scenarios)

    def factor(self, name: str) -> str:
        """Return the name of a lever or a parameter."""
        return self._label(name, self.content.levers, self.content.parameters)

    def listed(self, names: Iterable[str]) -> str:
        """Return names in a row; many are counted."""
        found = list(names)
        mark = "、" if self.lang == "zh" else ", "
        if len(found) <= MOST_NAMED:
            return mark.join(found)
        return self.word("and_more", names=mark.join(found[: MOST_NAMED - 1]), count=len(found) - MOST_NAMED + 1)

    def _label(self, name: str, *known: Mapping[str, Any]) -> str:
        return next((part[name].label.get(self.lang) for part in known if name in part), name)
