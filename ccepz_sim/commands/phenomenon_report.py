"""What came out of a phenomenon in words: the rows and lines that the command prints and the page shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ccepz_sim.commands.console import Say
from ccepz_sim.commands.figures import exact
from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.phenomenon import Claim, Phenomenon
from ccepz_sim.studies.phenomena import SMALLEST, size_of
from ccepz_sim.text.numbers import number_text

COLUMNS = ("claim", "expected", "effect", "band", "agree", "verdict")
DECIMALS = 2
NOT_COUNTED = "–"
STRONGEST = 3


class PhenomenonReport:
    """One phenomenon and its results (the plain data of `studies.phenomena.as_dict`) in one language."""

    def __init__(self, phenomenon: Phenomenon, plain: Mapping[str, Any], content: Content, say: Say) -> None:
        """Hold the phenomenon, its results, the content that names factors, and the language."""
        self.phenomenon = phenomenon
        self.plain = plain
        self.content = content
        self.say = say

    @property
    def title(self) -> str:
        """Return number and name."""
        return f"{self.phenomenon.number}. {self.phenomenon.study.label.get(self.say.lang)}"

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Give one row per claim, one of the knock-out and one of the null; see `COLUMNS`."""
        for claim in self.phenomenon.claims:
            found = self.plain["claims"][claim.id]
            verdict = self._word(found["verdict"])
            name = claim.label.get(self.say.lang)
            agree = f"{round(found['agree'] * found['seeds'])}/{found['seeds']}"
            yield name, self._expected(claim), *self._band(claim, found), agree, verdict
        off, found = self.phenomenon.knock_out, self.plain["knock_out"]
        target = self.phenomenon.claim(off.claim)
        shown = {True: "cause_shown", False: "cause_not_shown", None: "nothing_to_remove"}[found["cause_shown"]]
        name = f"{self._word('part_knock-out')} ({off.claim}): {off.label.get(self.say.lang)}"
        yield name, self._knocked(target), *self._band(target, found), NOT_COUNTED, self._word(shown)
        main, null = self.phenomenon.claims[0], self.plain["null"]
        still = abs(null["mean"]) <= SMALLEST
        name = f"{self._word('part_null')} ({main.id})"
        verdict = self._word("nothing_happens" if still else "something_happens")
        yield name, self._word("zero"), *self._band(main, null), NOT_COUNTED, verdict

    def lines(self) -> Iterator[str]:
        """Give what stands below the table: drift, regimes, plausible parameters."""
        drift = number_text(100.0 * self.plain["null"]["drift"], 1, sign=True)
        yield f"{self._word('part_null')}: {self._word('drift', number=drift)}"
        for claim in self.phenomenon.claims:
            regimes = self.plain["claims"][claim.id]["regimes"]
            if regimes:
                names = {policy.id: policy.label.get(self.say.lang) for policy in self.phenomenon.study.policies}
                shares = ", ".join(f"{names[arm]} {share:.0%}" for arm, share in regimes.items())
                edge = self._word("percent", number=exact(100.0 * (claim.edge or 0.0)))
                yield f"{claim.label.get(self.say.lang)}: {self._word('regimes', edge=edge, shares=shares)}"
        space = self.plain["space"]
        if space:
            yield from self._space(space)

    def _space(self, space: Mapping[str, Any]) -> Iterator[str]:
        share, least = f"{space['share']:.0%}", f"{space['by_least']:.0%}"
        yield self._word("space_line", points=space["points"], factors=space["factors"], share=share, least=least)
        if space["turns"]:
            side = self._word("low" if space["place_flips"] < space["place_holds"] else "high")
            yield self._word("turns", name=self._factor(space["turns"]), side=side)
        if space["depends"]:
            number = number_text(space["correlation"], DECIMALS, sign=True)
            yield self._word("depends", name=self._factor(space["depends"]), number=number)
        names = "; ".join(self._factor(name) for name, *_ in space["screening"][:STRONGEST])
        yield self._word("screening_line", trajectories=space["trajectories"], names=names)

    def _factor(self, name: str) -> str:
        return self.content.parameters[name].label.get(self.say.lang)

    def _band(self, claim: Claim, found: Mapping[str, Any]) -> tuple[str, str]:
        size, unit = size_of(claim)
        mean, low, high = (number_text(size * found[key], DECIMALS, sign=True) for key in ("mean", "low", "high"))
        return self._word(unit, number=mean), f"{low} … {high}"

    def _expected(self, claim: Claim) -> str:
        return self._word(claim.expected, size=self._size(claim, claim.least))

    def _knocked(self, claim: Claim) -> str:
        off = self.phenomenon.knock_out
        return self._word(off.expected, rest=f"{off.rest:.0%}", size=self._size(claim, off.least))

    def _size(self, claim: Claim, value: float) -> str:
        size, unit = size_of(claim)
        return self._word(unit, number=exact(round(size * value, DECIMALS)))

    def _word(self, key: str, **fields: object) -> str:
        return self.say(f"phenomena.{key}", **fields)
