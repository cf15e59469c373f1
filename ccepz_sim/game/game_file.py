"""A game as a file: one JSON document with the whole log, readable by people and by later versions."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from ccepz_sim import __version__
from ccepz_sim.content.loading import Content
from ccepz_sim.game import forms
from ccepz_sim.game.log import KINDS, MOST_ENTRIES, Bookmark, Branch, ChoosePackage, ChooseWorld, Entry, SetLever
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.world import LAST_YEAR, World
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.numerics.rng import LARGEST_SEED

MARK = "ccepz-game"
LONGEST = 1_500_000  # letters; the longest game has a third of it, written with the widest margins
LONGEST_TEXT = 200  # letters of a name in an entry; the page takes forty
LARGEST_WHOLE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A game read from a file."""

    world: World
    year: int
    log: tuple[Entry, ...]
    same_content: bool


def entry_text(entry: Entry) -> dict[str, Any]:
    """Return an entry as plain values, its kind first."""
    return {"do": type(entry).__name__, **asdict(entry)}


def entry_of(content: Content, values: object) -> Entry:
    """Read an entry back.

    Raises:
        ValueError: its kind, a field or a value is not known to this version, or of the wrong type.
    """
    if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
        raise ValueError("no entry")
    values = forms.renamed(values)
    kind = KINDS.get(str(values.get("do")))
    if kind is None:
        raise ValueError(values.get("do"))
    types = {item.name: str(item.type) for item in fields(kind)}
    if set(values) != {"do", *types}:
        raise ValueError(sorted(values))
    entry = kind(**{name: READERS[wanted](values[name]) for name, wanted in types.items()})
    _fits(content, entry)
    return entry


def write(content: Content, world: World, year: int, log: Sequence[Entry]) -> str:
    """Return a game as the text of a file."""
    document = {
        "kind": MARK,
        "form": forms.FILE,
        "version": __version__,
        "content": content.hash[: forms.SHORT],
        "seed": world.seed,
        "scenario": world.scenario,
        "year": year,
        "log": [entry_text(entry) for entry in log],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read(content: Content, text: str) -> Kept:
    """Read a game from the text of a file.

    Raises:
        GameError: it is no game, it is damaged, it is too long, or it needs another version.
    """
    if len(text) > LONGEST:
        raise GameError("file_long", most=LONGEST)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise GameError("file_broken") from None
    if not isinstance(document, dict) or document.get("kind") != MARK:
        raise GameError("file_broken")
    log, version = document.get("log"), str(document.get("version", "?"))[:LONGEST_TEXT]
    if isinstance(log, list) and len(log) > MOST_ENTRIES:
        raise GameError("file_full", most=MOST_ENTRIES, count=len(log))
    try:
        if document.get("form") not in forms.FILES or not isinstance(log, list):
            raise ValueError(document.get("form"))
        world = World(whole(document.get("seed")), short(document.get("scenario")))
        world = World(world.seed, forms.now_called("scenario", world.scenario))
        year = whole(document.get("year"))
        entries = tuple(entry_of(content, entry) for entry in log)
        _fits(content, ChooseWorld(world.seed, world.scenario))
        if not PLAY_YEAR <= year <= LAST_YEAR:
            raise ValueError(year)
    except ValueError:
        if version == __version__:
            raise GameError("file_broken") from None
        raise GameError("needs_version", version=version, own=__version__) from None
    same = content.hash.startswith(str(document.get("content") or "-"))
    return Kept(world, year, entries, same)


def whole(value: object) -> int:
    """Read a whole number from 0 on; a `ValueError` says that it is none."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_WHOLE:
        raise ValueError(value)
    return value


def number(value: object) -> float:
    """Read a finite number; a `ValueError` says that it is none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(value)
    try:
        found = float(value)
    except OverflowError:
        raise ValueError(value) from None
    if not math.isfinite(found):
        raise ValueError(value)
    return found


def short(value: object) -> str:
    """Read a name; a `ValueError` says that it is none."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ValueError(value)
    return value


READERS: dict[str, Callable[[object], Any]] = {"int": whole, "float": number, "str": short}


def _fits(content: Content, entry: Entry) -> None:
    year = getattr(entry, "year", PLAY_YEAR)
    if not PLAY_YEAR <= year <= LAST_YEAR:
        raise ValueError(year)
    if isinstance(entry, SetLever):
        lever = content.levers.get(entry.lever)
        if lever is None or not lever.bounds[0] <= entry.value <= lever.bounds[1]:
            raise ValueError(entry.lever)
    elif isinstance(entry, ChoosePackage):
        if entry.package not in content.packages:
            raise ValueError(entry.package)
    elif isinstance(entry, ChooseWorld):
        if entry.scenario not in content.scenarios or not 0 <= entry.seed <= LARGEST_SEED:
            raise ValueError(entry.scenario)
    elif isinstance(entry, Bookmark | Branch) and not entry.name.strip():
        raise ValueError(entry.name)
