"""A game as a file: one JSON document with the whole log, readable by people and by later versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from ccepz_sim import __version__
from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.content import Content
from ccepz_sim.game import forms
from ccepz_sim.game.log import KINDS, Bookmark, ChoosePackage, ChooseWorld, Entry, SetLever
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.world import LARGEST_SEED, LAST_YEAR, World

MARK = "ccepz-game"
LONGEST = 2_000_000  # letters; a longer file is no game


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


def entry_of(content: Content, values: Mapping[str, Any]) -> Entry:
    """Read an entry back.

    Raises:
        ValueError: its kind, a field or a value is not known to this version.
    """
    kind = KINDS.get(str(values.get("do")))
    if kind is None:
        raise ValueError(values.get("do"))
    types = {item.name: item.type for item in fields(kind)}
    if set(values) != {"do", *types}:
        raise ValueError(sorted(values))
    made: dict[str, Any] = {}
    for name, wanted in types.items():
        convert = {"int": int, "float": float, "str": str}[str(wanted)]
        made[name] = convert(values[name])
    entry = kind(**made)
    _fits(content, entry)
    return entry


def write(content: Content, world: World, year: int, log: Sequence[Entry]) -> str:
    """Return a game as the text of a file."""
    document = {
        "kind": MARK,
        "form": forms.FORM,
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
        GameError: it is no game, it is damaged, or it needs another version.
    """
    if len(text) > LONGEST:
        raise GameError("file_broken")
    try:
        document = json.loads(text)
        if document["kind"] != MARK:
            raise GameError("file_broken")
        if str(document["form"]) not in forms.KNOWN:
            raise GameError("needs_version", version=str(document["version"]), own=__version__)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise GameError("file_broken") from None
    try:
        world = World(int(document["seed"]), str(document["scenario"]))
        year = int(document["year"])
        log = tuple(entry_of(content, forms.renamed(entry)) for entry in document["log"])
        _fits(content, ChooseWorld(world.seed, world.scenario))
        if not PLAY_YEAR <= year <= LAST_YEAR:
            raise ValueError(year)
    except (ValueError, KeyError, TypeError, AttributeError):
        version = str(document.get("version", "?"))
        if version == __version__:
            raise GameError("file_broken") from None
        raise GameError("needs_version", version=version, own=__version__) from None
    same = content.hash.startswith(str(document.get("content") or "-"))
    return Kept(world, year, log, same)


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
    elif isinstance(entry, Bookmark) and not entry.name:
        raise ValueError(entry.name)
