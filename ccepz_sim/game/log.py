"""The append-only log of a game: every entry that a player can make.

Nothing is ever taken out. Undo, redo, branches, bookmarks and other luck are entries like any other, so a log is
the whole game: it can be replayed, shared, resumed and audited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAIN = 0
MOST_BRANCHES = 4
MOST_ENTRIES = 5000  # of one game: a hundred times a long afternoon, and still opened in a moment


@dataclass(frozen=True, slots=True)
class SetLever:
    """From `year` on, one lever stands at `value`."""

    lever: str
    value: float
    year: int


@dataclass(frozen=True, slots=True)
class ChoosePackage:
    """From `year` on, policy is this package; whatever it does not name returns to the status quo."""

    package: str
    year: int


@dataclass(frozen=True, slots=True)
class Reset:
    """Everything decided so far on this branch is dropped."""


@dataclass(frozen=True, slots=True)
class GoBack:
    """The branch returns to what was decided when entry `bookmark` of the log was made."""

    bookmark: int


@dataclass(frozen=True, slots=True)
class Undo:
    """The action at position `target` of the log no longer counts."""

    target: int


@dataclass(frozen=True, slots=True)
class Redo:
    """The action at position `target` of the log counts again."""

    target: int


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What is decided now is worth a name; `year` is the year on the table."""

    name: str
    year: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A second future begins with all that is decided now; the game goes on there."""

    name: str


@dataclass(frozen=True, slots=True)
class Switch:
    """The game goes on on another branch (position of its `Branch` entry plus one, 0 for the first)."""

    branch: int


@dataclass(frozen=True, slots=True)
class Drop:
    """A branch is no longer shown."""

    branch: int


@dataclass(frozen=True, slots=True)
class ChooseWorld:
    """All branches meet this luck and this outside world."""

    seed: int
    scenario: str


Action = SetLever | ChoosePackage | Reset | GoBack
Entry = Action | Undo | Redo | Bookmark | Branch | Switch | Drop | ChooseWorld
KINDS: dict[str, type[Entry]] = {
    kind.__name__: kind
    for kind in (SetLever, ChoosePackage, Reset, GoBack, Undo, Redo, Bookmark, Branch, Switch, Drop, ChooseWorld)
}


def shifted(log: Sequence[Entry], by: int, base: int = 0) -> list[Entry]:
    """Let entries that point to positions from `base` on point `by` further: others were put before them."""
    moved: list[Entry] = []
    for entry in log:
        if isinstance(entry, Undo | Redo) and entry.target >= base:
            moved.append(type(entry)(entry.target + by))
        elif isinstance(entry, GoBack) and entry.bookmark >= base:
            moved.append(GoBack(entry.bookmark + by))
        elif isinstance(entry, Switch | Drop) and entry.branch > base:
            moved.append(type(entry)(entry.branch + by))
        else:
            moved.append(entry)
    return moved
