"""Units as products of powers, read from the words that stand beside declared fields and in content.

The step of the model is a quarter, so that what flows in a quarter and what lies at its end can be added: a quarter is
the number 1, and a year is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

PURE = (
    "1", "0-1", "share", "shares", "multiple", "multiples", "log", "logit", "odds", "utility", "level", "levels",
    "count", "counts", "number", "numbers", "index", "factor", "factors", "chance", "chances", "probability",
    "quarter", "quarters", "weight", "weights", "uniform", "relative", "strength", "firms", "officials", "sign",
    "normal", "luck",
)  # fmt: skip
BASE = {
    "yuan": "yuan", "tonne": "t", "tonnes": "t", "t": "t", "kg": "kg", "unit": "unit", "units": "unit", "year": "year",
    "years": "year", "yearly": "year", "person": "person", "persons": "person", "m3": "m3", "tce": "tce", "km": "km",
    "m": "m", "equivalent": "equivalent", "equivalents": "equivalent", "point": "point", "points": "point",
}  # fmt: skip
SINGLE = ("unit", "year", "yearly", "person", "tonne", "point", "equivalent", "m", "t")  # begin other words, too
ENDS = ".,;:()"
POWER = re.compile(r"^(year)(\d)$")


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers; `anything` is the unit of zero, which can be added to all."""

    powers: tuple[tuple[str, Fraction], ...] = ()
    anything: bool = False

    def __mul__(self, other: Unit) -> Unit:
        """Multiply."""
        if self.anything or other.anything:
            return ANY
        return _of([*self.powers, *other.powers])

    def __truediv__(self, other: Unit) -> Unit:
        """Divide."""
        return self * other**-1

    def __pow__(self, exponent: Fraction | int) -> Unit:
        """Raise to a power."""
        return self if self.anything else _of((name, power * exponent) for name, power in self.powers)

    def __str__(self) -> str:
        """Write it as a reader would."""
        if self.anything:
            return "0"
        over = "·".join(_power(name, power) for name, power in self.powers if power > 0) or "1"
        return over + "".join("/" + _power(name, -power) for name, power in self.powers if power < 0)

    @property
    def rate(self) -> bool:
        """Whether it is a share by time, such as interest."""
        return len(self.powers) == 1 and self.powers[0] == ("year", Fraction(-1))


def _of(powers: Iterable[tuple[str, Fraction]]) -> Unit:
    total: dict[str, Fraction] = {}
    for name, power in powers:
        total[name] = total.get(name, Fraction(0)) + power
    return Unit(tuple(sorted((name, power) for name, power in total.items() if power)))


def _power(name: str, power: Fraction) -> str:
    return name if power == 1 else f"{name}^{power}"


ONE = Unit()
ANY = Unit(anything=True)


def _word(word: str) -> Unit | None:
    if word in PURE:
        return ONE
    if word in BASE:
        return _of([(BASE[word], Fraction(1))])
    power = POWER.match(word)
    if power:
        return _of([(power[1], Fraction(int(power[2])))])
    if word == "sqrt(year)":
        return _of([("year", Fraction(1, 2))])
    return None


def _expression(text: str) -> Unit | None:
    """Read `yuan/tonne/km`."""
    found = ONE
    for place, part in enumerate(text.split("/")):
        unit = _word(part.strip(ENDS) if part != "sqrt(year)" else part)
        if unit is None:
            return None
        found = found * unit if place == 0 else found / unit
    return found


def leading_unit(text: str) -> Unit | None:
    """Give the unit that a text begins with: `persons hired`, `tonnes a person and quarter`, `yuan per unit/year`."""
    words = text.split()
    if words[1:2] == ["or"] and words[0] in ("0", "1"):
        return ONE
    words = words[1:] if words[:1] == ["in"] else words
    if words and words[0] in SINGLE and len(words) > 1:
        return None
    found = _expression(words[0]) if words else None
    at = 1
    while found is not None and at + 1 < len(words) and words[at] in ("a", "per", "and"):
        if words[at] == "and" and at == 1:
            break
        below = words[at + 1] if not words[at + 1].isdigit() else words[at + 2]
        unit = _expression(below.strip(ENDS))
        if unit is None:
            break
        found = found / unit
        at += 2
    return found


def told_unit(text: str) -> Unit | None:
    """Give the unit that a comment tells: that of the first piece between commas which begins with one."""
    for piece in re.split(r"[,;:]\s", text):
        found = leading_unit(piece.strip().rstrip(".").lower() if piece[:1].isupper() else piece.strip().rstrip("."))
        if found is not None:
            return found
    return None
