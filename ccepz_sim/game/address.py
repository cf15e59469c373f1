"""The whole game as the text of an address, and back.

Form: `2~VERSION~HASH~SEED~SCENARIO~YEAR~ACTION~ACTION…`, where an action is `2017.audit-share.0.3` or
`2016.green-governance` (a package has no value). `!` begins a further branch. The hash is the short content hash; a
game made with other content opens, with a notice. Older forms come in through `forms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ccepz_sim import __version__
from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.content import Content
from ccepz_sim.game import forms
from ccepz_sim.game.log import Branch, ChoosePackage, Entry, Reset, SetLever, Switch
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.world import LARGEST_SEED, LAST_YEAR, World

NEXT = "!"
Decided = SetLever | ChoosePackage


@dataclass(frozen=True, slots=True)
class Shared:
    """A game read from an address; `same_content` is false where the numbers may differ."""

    world: World
    year: int
    branches: tuple[tuple[Decided, ...], ...]
    same_content: bool

    @property
    def log(self) -> tuple[Entry, ...]:
        """The entries that make this game: the first branch is the one that is shown."""
        entries: list[Entry] = list(self.branches[0])
        for number, branch in enumerate(self.branches[1:], start=2):
            entries += [Branch(str(number)), Reset(), *branch]
        if len(self.branches) > 1:
            entries.append(Switch(0))
        return tuple(entries)


def write(content: Content, world: World, year: int, branches: Sequence[Sequence[Decided]]) -> str:
    """Return the game as letters, digits and `.~-!` only, so that no part needs escaping."""
    parts = [forms.FORM, __version__, content.hash[: forms.SHORT], str(world.seed), world.scenario, str(year)]
    for number, branch in enumerate(branches):
        parts += [NEXT] if number else []
        for action in branch:
            if isinstance(action, SetLever):
                parts.append(f"{action.year}.{action.lever}.{action.value:.10g}")
            else:
                parts.append(f"{action.year}.{action.package}")
    return "~".join(parts)


def read(content: Content, text: str) -> Shared:
    """Read a game from an address.

    Raises:
        GameError: the address is damaged, of an unknown form, or names what the content does not have.
    """
    parts = forms.lift(text.split("~"))
    if parts is None or len(parts) < 6:
        raise GameError("address_broken")
    _, version, short, seed_text, scenario, year_text, *rest = parts
    try:
        seed, year = int(seed_text), int(year_text)
    except ValueError:
        raise GameError("address_broken") from None
    if not 0 <= seed <= LARGEST_SEED or not PLAY_YEAR <= year <= LAST_YEAR:
        raise GameError("address_broken")
    scenario = forms.now_called("scenario", scenario)
    same = bool(short) and content.hash.startswith(short)
    branches: list[list[Decided]] = [[]]
    try:
        if scenario not in content.scenarios:
            raise LookupError(scenario)
        for part in rest:
            if part == NEXT:
                branches.append([])
            else:
                branches[-1].append(_action(content, part))
    except ValueError:
        raise GameError("address_broken") from None
    except LookupError:
        raise GameError("address_version", version=version, own=__version__) from None
    return Shared(World(seed, scenario), year, tuple(map(tuple, branches)), same)


def _action(content: Content, part: str) -> Decided:
    """Read one action: a `ValueError` means damage, a `LookupError` a name this version does not have."""
    date, name, *value = part.split(".", 2)
    year = int(date)
    if not PLAY_YEAR <= year <= LAST_YEAR:
        raise ValueError(part)
    if not value:
        package = forms.now_called("package", name)
        if package not in content.packages:
            raise LookupError(part)
        return ChoosePackage(package, year)
    lever = content.levers.get(forms.now_called("lever", name))
    number = float(value[0])
    if lever is None:
        raise LookupError(part)
    if not lever.bounds[0] <= number <= lever.bounds[1]:
        raise ValueError(part)
    return SetLever(lever.id, number, year)
