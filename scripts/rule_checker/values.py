"""What the checker knows of a value: its unit, the rows it has, the rows it numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rule_checker.units import ANY, ONE, Unit

IRREGULAR = {
    "bodies": "body", "industries": "industry", "series": "series", "media": "medium", "town": "place",
    "towns": "place", "ends": "place", "energies": "energy", "homes": "place", "classes": "class",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """All that is known of the value of an expression.

    Attributes:
        thing: the declared class, of an object.
        unit: None where it is not known.
        dims: what the rows along each axis are, "" where not known; () for a number, None where nothing is known.
        row: what a whole number is the row of; counts: what it is the number of.
        sectors: whose accounts, of the number of an account; first: it is a first account, a row has yet to be added.
        flows: kinds of payment; items: of a tuple; literal: written as a number.
    """

    thing: str = ""
    unit: Unit | None = None
    dims: tuple[str, ...] | None = None
    row: str = ""
    counts: str = ""
    sectors: frozenset[str] = frozenset()
    first: bool = False
    flows: frozenset[str] = frozenset()
    items: tuple[Value, ...] | None = None
    literal: bool = False

    @property
    def known(self) -> bool:
        """Whether enough is known to hold it against something."""
        return bool(self.unit is not None or self.row or self.thing or self.counts)

    def scalar(self) -> Value:
        """Give the value of one of its members."""
        return replace(self, dims=())

    def __str__(self) -> str:
        """Say what it is, in few words."""
        if self.thing:
            return f"a {self.thing}"
        if self.row == "account":
            return "account of " + " or ".join(sorted(self.sectors)) if self.sectors else "account"
        if self.row:
            return f"row of {self.row}"
        return str(self.unit) if self.unit is not None else "not known"


NOTHING = Value()
PURE = Value(unit=ONE, dims=())
ZERO = Value(unit=ANY, dims=(), literal=True)


def singular(word: str) -> str:
    """Give the name of one of what a word counts: bodies -> body, FINE_STAGES -> stage."""
    last = word.lower().rpartition("_")[2]
    if last in IRREGULAR:
        return IRREGULAR[last]
    return last[:-1] if last.endswith("s") else last
