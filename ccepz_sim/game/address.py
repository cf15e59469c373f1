"""The whole game as the text of an address, and back.

Form: `1~HASH~SEED~SCENARIO~YEAR~ACTION~ACTION…`, where an action is `2017.audit-share.0.3` or
`2016.green-governance` (a package has no value). The hash is the short content hash; a game made with other
content opens, with a notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.content import Content
from ccepz_sim.game.futures import LAST_YEAR, World
from ccepz_sim.game.log import Action, ChoosePackage, SetLever
from ccepz_sim.game.problems import GameError

FORM = "1"
SHORT = 8
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Shared:
    """A game read from an address; `same_content` is false where the numbers may differ."""

    world: World
    year: int
    actions: tuple[Action, ...]
    same_content: bool


def write(content: Content, world: World, year: int, actions: Sequence[SetLever | ChoosePackage]) -> str:
    """Return the game as letters, digits and `.~-` only, so that no part needs escaping."""
    parts = [FORM, content.hash[:SHORT], str(world.seed), world.scenario, str(year)]
    for action in actions:
        if isinstance(action, SetLever):
            parts.append(f"{action.year}.{action.lever}.{action.value:.10g}")
        else:
            parts.append(f"{action.year}.{action.package}")
    return "~".join(parts)


def read(content: Content, text: str) -> Shared:
    """Read a game from an address.

    Raises:
        GameError: the address is damaged, of another form, or names what the content does not have.
    """
    parts = text.split("~")
    if len(parts) < 5 or parts[0] != FORM:
        raise GameError("address_broken")
    try:
        seed, year = int(parts[2]), int(parts[4])
        actions = tuple(_action(content, part) for part in parts[5:])
    except ValueError:
        raise GameError("address_broken") from None
    known = parts[3] in content.scenarios
    if not known or not 0 <= seed <= LARGEST_SEED or not PLAY_YEAR <= year <= LAST_YEAR:
        raise GameError("address_broken")
    return Shared(World(seed, parts[3]), year, actions, content.hash.startswith(parts[1]) and bool(parts[1]))


def _action(content: Content, part: str) -> Action:
    date, name, *value = part.split(".", 2)
    year = int(date)
    if not PLAY_YEAR <= year <= LAST_YEAR:
        raise ValueError(part)
    if not value:
        if name not in content.packages:
            raise ValueError(part)
        return ChoosePackage(name, year)
    lever = content.levers.get(name)
    number = float(value[0])
    if lever is None or not lever.bounds[0] <= number <= lever.bounds[1]:
        raise ValueError(part)
    return SetLever(name, number, year)
