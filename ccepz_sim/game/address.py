"""The whole game as the text of an address, and back.

Form: `3~VERSION~HASH~SEED~SCENARIO~YEAR~ACTION~ACTION…~CHECK`, where an action is `2017.audit-share.0.3` or
`2016.green-governance` (a package has no value). `!` begins a further branch. The hash is the short content hash; a
game made with other content opens, with a notice. The check covers all that stands before it: an address opens the
game it was made for or none, whatever was cut from it, and whatever was glued to it stays outside. Older forms come
in through `forms`; they have no check, so that nobody can say whether they are complete.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from ccepz_sim import __version__
from ccepz_sim.content.loading import Content
from ccepz_sim.game import forms
from ccepz_sim.game.log import Branch, ChoosePackage, Entry, Reset, SetLever, Switch
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.world import LAST_YEAR, World
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.numerics.rng import LARGEST_SEED

NEXT = "!"
LONGEST = 6000  # letters: what every proxy, chat and mail program still passes on
LONGEST_READ = 20_000  # letters that are looked through, with whatever was glued to them
CHECK = 8  # letters of the check
MOST_STARTS = 8  # places of a text where an address could begin that are tried
ESCAPES = 3  # times that an address may have been escaped on its way
VERSION = re.compile(r"\d[0-9a-z.]{0,30}")
HASH = re.compile(r"[0-9a-z]{0,64}")
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-")  # what word processors make of a hyphen
Decided = SetLever | ChoosePackage


@dataclass(frozen=True, slots=True)
class Shared:
    """A game read from an address.

    `same_content` is false where the numbers may differ, `checked` where parts may be missing.
    """

    world: World
    year: int
    branches: tuple[tuple[Decided, ...], ...]
    same_content: bool
    checked: bool

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
                parts.append(f"{action.year}.{action.lever}.{_number(action.value)}")
            else:
                parts.append(f"{action.year}.{action.package}")
    text = "~".join(parts)
    return f"{text}~{_check(text)}"


def read(content: Content, text: str) -> Shared:
    """Read a game from an address.

    Raises:
        GameError: the address is damaged, of an unknown form, or names what the content does not have.
    """
    whole = plain(text)
    if len(whole) > LONGEST_READ:
        raise GameError("address_long", most=LONGEST)
    checked = _checked(whole)
    lifted = forms.lift((checked or _unchecked(whole)).split("~"))
    if lifted is None or len(lifted) < 6:
        raise GameError("address_broken")
    _, version, short, seed_text, scenario, year_text, *rest = lifted
    if not VERSION.fullmatch(version) or not HASH.fullmatch(short):
        raise GameError("address_broken")
    branches: list[list[Decided]] = [[]]
    try:
        seed, year = _whole(seed_text, 0, LARGEST_SEED), _whole(year_text, PLAY_YEAR, LAST_YEAR)
        scenario = forms.now_called("scenario", scenario)
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
    same = bool(short) and content.hash.startswith(short)
    return Shared(World(seed, scenario), year, tuple(map(tuple, branches)), same, checked is not None)


def plain(text: str) -> str:
    """Undo what chat and mail programs do to an address: escapes, wide signs, line ends and spaces inside it."""
    for _ in range(ESCAPES):
        if "%" not in text or len(text) > ESCAPES * LONGEST_READ:
            break
        text = unquote(text)
    text = unicodedata.normalize("NFKC", text).translate(DASHES)
    return "".join(sign for sign in text if not sign.isspace() and unicodedata.category(sign) not in ("Cc", "Cf"))


def _checked(text: str) -> str | None:
    """Return the part of a text that is an address in front of its check, or None."""
    own = re.sub(r"[^A-Za-z0-9.~!-]", "", text)  # nothing else belongs to it, wherever it stands
    starts = [found.start() for found in re.finditer(re.escape(forms.FORM) + "~", own)]
    for start in starts[:MOST_STARTS]:
        digest, done = hashlib.blake2b(digest_size=CHECK * 5 // 8), start
        for found in re.finditer("~", own[start:]):
            end = start + found.start()
            digest.update(own[done:end].encode())
            done = end
            if own[end + 1 : end + 1 + CHECK] == _letters(digest.copy().digest()):
                return own[start:end]
    return None


def _unchecked(text: str) -> str:
    """Return the address of an older form that a text begins with.

    Raises:
        GameError: there is none; one of this form is damaged, and one of a later form needs a later version.
    """
    found = re.search(r"(?<![A-Za-z0-9.~!-])(\d+)~([A-Za-z0-9.~!-]*)", text)
    if found is None or found[1] == forms.FORM:
        raise GameError("address_broken")
    version = found[2].split("~")[0]
    if found[1] not in forms.UNCHECKED and int(found[1][:9]) > int(forms.FORM) and VERSION.fullmatch(version):
        raise GameError("address_version", version=version, own=__version__)
    return re.sub(r"[^A-Za-z0-9]+$", "", found[0])


def _check(text: str) -> str:
    return _letters(hashlib.blake2b(text.encode(), digest_size=CHECK * 5 // 8).digest())


def _letters(digest: bytes) -> str:
    return base64.b32encode(digest).decode().lower()


def _number(value: float) -> str:
    """Write a number so that it is read back as it was, and no shorter text would be another number."""
    brief = f"{value:.10g}"
    return (brief if float(brief) == value else repr(value)).replace("+", "")


def _whole(text: str, low: int, high: int) -> int:
    """Read a whole number as it is written here: a `ValueError` means damage."""
    if not re.fullmatch("0|[1-9][0-9]{0,9}", text) or not low <= int(text) <= high:
        raise ValueError(text)
    return int(text)


def _action(content: Content, part: str) -> Decided:
    """Read one action: a `ValueError` means damage, a `LookupError` a name this version does not have."""
    date, name, *value = part.split(".", 2)
    year = _whole(date, PLAY_YEAR, LAST_YEAR)
    if not value:
        package = forms.now_called("package", name)
        if package not in content.packages:
            raise LookupError(part)
        return ChoosePackage(package, year)
    lever = content.levers.get(forms.now_called("lever", name))
    number = float(value[0])
    if _number(number) != value[0]:
        raise ValueError(part)
    if lever is None:
        raise LookupError(part)
    if not lever.bounds[0] <= number <= lever.bounds[1]:
        raise ValueError(part)
    return SetLever(lever.id, number, year)
