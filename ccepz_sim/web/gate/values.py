"""What a browser may send with an event: each shape accepts a value, tidied up, or refuses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Protocol

LARGEST = 1e15  # beyond any amount of the model, and still exact as a float
NAMES = 80  # letters of an id of the content
ADDRESSES = 64 * 1024  # letters of an address; a shared game travels in one
LINES = 200  # letters of a name that a player types; the fields of the page allow fewer
NO_REQUEST = "none"  # what a request is called that this version does not know
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Refused(Exception):  # noqa: N818 - a decision about a visitor, not a fault of the program
    """What arrived is not on the list; the text is for the log and holds nothing that the visitor wrote."""


class Shape(Protocol):
    """One kind of value."""

    def read(self, value: Any) -> Any:
        """Return the value as the page may have it.

        Raises:
            Refused: it is of another kind, or too large.
        """


@dataclass(frozen=True, slots=True)
class Fixed:
    """One value and no other: an event that says only that it happened."""

    value: Any

    def read(self, value: Any) -> Any:
        """Return it."""
        if type(value) is not type(self.value) or value != self.value:
            raise Refused("a value where only one is possible")
        return self.value


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    def read(self, value: Any) -> bool:
        """Return it."""
        if not isinstance(value, bool):
            raise Refused("no yes or no")
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number."""

    most: float = LARGEST

    def read(self, value: Any) -> float | int:
        """Return it."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refused("no number")
        if not -self.most <= value <= self.most:
            raise Refused("a number out of bounds")
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from 0 up."""

    most: int = 2**31 - 1

    def read(self, value: Any) -> int:
        """Return it; browsers write 3 and 3.0 alike."""
        found = Number(self.most).read(value)
        if found != int(found) or found < 0:
            raise Refused("no whole number")
        return int(found)


@dataclass(frozen=True, slots=True)
class Text:
    """Letters up to a number: one line, or the text of a file."""

    most: int = LINES
    lines: bool = False

    def read(self, value: Any) -> str:
        """Return it without control characters; half of a split pair of surrogates becomes a replacement sign."""
        if not isinstance(value, str):
            raise Refused("no text")
        if len(value) > self.most:
            raise Refused("a text that is too long")
        whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return (CONTROL_IN_LINES if self.lines else CONTROL).sub("", whole)


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the page: its path below the root, which is the root itself, and a query."""

    def read(self, value: Any) -> str:
        """Return it."""
        found = Text(ADDRESSES).read(value)
        if found.partition("?")[0] not in ("", "/"):
            raise Refused("an address of no page")
        return found


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes."""

    shapes: tuple[Shape, ...]

    def read(self, value: Any) -> Any:
        """Return it as the first that fits has it."""
        for shape in self.shapes:
            try:
                return shape.read(value)
            except Refused:
                continue
        raise Refused("a value of none of the kinds expected")


@dataclass(frozen=True, slots=True)
class Record:
    """Named values: all that are needed, and no others."""

    needed: dict[str, Shape]
    possible: dict[str, Shape] = field(default_factory=dict)

    def read(self, value: Any) -> dict[str, Any]:
        """Return them."""
        if not isinstance(value, dict):
            raise Refused("no record")
        shapes = self.possible | self.needed
        if not self.needed.keys() <= value.keys() or not value.keys() <= shapes.keys():
            raise Refused("a record with other fields")
        return {name: shapes[name].read(found) for name, found in value.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """A value as a request of the page, see `web/requests.py`: its name, and the year that the page showed."""

    value: Shape

    def read(self, value: Any) -> Any:
        """Return the request; a value without one is what a page sends that does not wait for an answer."""
        if not isinstance(value, dict) or "request" not in value:
            return self.value.read(value)
        year = Either((Whole(), Fixed(None)))
        return Record({"request": Text(NAMES), "value": self.value}, {"year": year}).read(value)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A request that is sent again: how it is called, and what it carried then."""

    known: dict[str, Shape]

    def read(self, value: Any) -> Any:
        """Return it; of one that a page of another version made nothing but its name, so that it can be let go."""
        data = value.get("data") if isinstance(value, dict) else None
        if not isinstance(data, dict) or "request" not in data:
            raise Refused("no request")
        name = Text(NAMES).read(value.get("name"))
        try:
            return Record({"name": Fixed(name), "data": Asked(self.known[name])}).read(value)
        except (KeyError, Refused):
            return {"name": NO_REQUEST, "data": {"request": Text(NAMES).read(data["request"])}}
