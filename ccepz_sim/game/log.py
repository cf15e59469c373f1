"""The append-only log of a game: every entry that a player can make, and the line of actions that counts.

Nothing is ever taken out. Undo, redo, branches, bookmarks and other luck are entries like any other, so a log is
the whole game: it can be replayed, shared, resumed and audited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

MAIN = 0
MOST_BRANCHES = 4


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


@dataclass(frozen=True, slots=True)
class Line:
    """One branch: the positions of the actions that count, and of those that may be redone."""

    name: str
    done: tuple[int, ...] = ()
    undone: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A bookmark: its position in the log, its name, its year, and the actions that counted then."""

    number: int
    name: str
    year: int
    done: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """What a log adds up to before policy is looked at: branches, bookmarks, and where the game stands."""

    lines: dict[int, Line]
    current: int
    marks: tuple[Mark, ...]
    world: ChooseWorld | None


def read_lines(log: Sequence[Entry]) -> Lines:
    """Walk a log; entries that do not fit (an undo of what is not done) change nothing."""
    lines: dict[int, Line] = {MAIN: Line("")}
    current = MAIN
    marks: list[Mark] = []
    world: ChooseWorld | None = None
    for number, entry in enumerate(log):
        line = lines[current]
        if isinstance(entry, Undo):
            if entry.target in line.done:
                done = tuple(item for item in line.done if item != entry.target)
                lines[current] = replace(line, done=done, undone=(*line.undone, entry.target))
        elif isinstance(entry, Redo):
            if entry.target in line.undone:
                undone = tuple(item for item in line.undone if item != entry.target)
                lines[current] = replace(line, done=tuple(sorted((*line.done, entry.target))), undone=undone)
        elif isinstance(entry, Bookmark):
            marks.append(Mark(number, entry.name, entry.year, line.done))
        elif isinstance(entry, Branch):
            if len(lines) < MOST_BRANCHES:
                current = number + 1
                lines[current] = Line(entry.name, line.done)
        elif isinstance(entry, Switch):
            current = entry.branch if entry.branch in lines else current
        elif isinstance(entry, Drop):
            if entry.branch in lines and len(lines) > 1:
                del lines[entry.branch]
                current = next(iter(lines)) if current == entry.branch else current
        elif isinstance(entry, ChooseWorld):
            world = entry
        else:
            lines[current] = replace(line, done=(*line.done, number), undone=())
    return Lines(lines, current, tuple(marks), world)
