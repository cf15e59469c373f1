"""An argparse parser that speaks both languages and answers a mistake with one sentence."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from ccepz_sim.commands.console import CommandError, Say
from ccepz_sim.content.reading.toml import ascii_sign
from ccepz_sim.text.errors import hint

# These commands deal with the rules alone: content changes nothing in them.
WITHOUT_CONTENT = frozenset({"bench", "compile"})
# argparse has no error codes; these are its sentences, which are the same on every supported Python.
INVALID = r"argument (?P<option>.+?): invalid choice: '(?P<name>.*?)' \(choose from (?P<known>.*)\)"
INVALID_CHOICE = re.compile(INVALID)
TOGETHER = re.compile(r"argument (?P<option>.+?): not allowed with argument (?P<other>.+)")
EXPECTED = re.compile(r"argument (?P<option>.+?): expected (?:one|at least one|\d+) arguments?")
REQUIRED = re.compile(r"the following arguments are required: (?P<names>.+)")
# Python itself would also take 1_000, digits of other scripts and the words nan and inf.
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)


class Parser(argparse.ArgumentParser):
    """A parser whose help is in one language and whose mistakes are `CommandError`s."""

    def __init__(self, say: Say, **settings: Any) -> None:
        """Make a parser without argparse's own English words."""
        prefix = usage_prefix(say)

        class Formatter(argparse.HelpFormatter):
            def add_usage(self, usage: Any, actions: Any, groups: Any, own: str | None = None) -> None:
                super().add_usage(usage, actions, groups, prefix if own is None else own)

            def _expand_help(self, action: argparse.Action) -> str:
                return action.help or ""  # our texts have no fields of argparse's, and may say "95 %"

        super().__init__(formatter_class=Formatter, add_help=False, allow_abbrev=False, **settings)
        for name in (None, "store"):
            self.register("action", name, Once)
        self.own_arguments = self.add_argument_group(say("arguments"))
        self.own_options = self.add_argument_group(say("options"))
        self.own_options.add_argument("-h", "--help", action="help", help=say("help_option"))

    def error(self, message: str) -> NoReturn:
        """Raise what argparse has to say as one sentence in the user's language."""
        if found := INVALID_CHOICE.fullmatch(message):
            name, near = found["name"], hint(found["name"], re.findall(r"[\w-]+", found["known"]))
            raise CommandError("error.unknown_choice", option=found["option"], name=name, hint=near)
        if found := TOGETHER.fullmatch(message):
            raise CommandError("error.together", option=found["option"], other=found["other"])
        if found := EXPECTED.fullmatch(message):
            raise CommandError("error.value_missing", option=found["option"])
        if found := REQUIRED.fullmatch(message):
            raise CommandError("error.argument_missing", names=found["names"], command=self.prog)
        raise CommandError("error.usage", message=message)


def usage_prefix(say: Say) -> str:
    """Return the word before a usage line; Chinese punctuation needs no space."""
    return say("usage_prefix") + ("" if say.lang == "zh" else " ")


class Once(argparse.Action):
    """Keeps the value of an option, which may be given once: of two, one would be ignored."""

    def __call__(self, _parser: Any, namespace: argparse.Namespace, values: Any, option: str | None = None) -> None:
        """Keep the value."""
        given = namespace.__dict__.setdefault("_given", set())
        if option is not None and self.dest in given:
            raise CommandError("error.given_twice", option=option)
        given.add(self.dest)
        setattr(namespace, self.dest, values)


def refuse_foreign_signs(text: str) -> None:
    """Refuse full-width signs and digits, which input methods type: they look like those of the command line.

    Raises:
        CommandError: naming the sign and the one to type.
    """
    for sign in text:
        if right := ascii_sign(sign):
            raise CommandError("error.foreign_sign", text=text, sign=sign, code=f"U+{ord(sign):04X}", right=right)


def number(text: str) -> float:
    """Return the number a text is, or what is not a number where it is none."""
    refuse_foreign_signs(text)
    return float(text) if NUMBER.fullmatch(text.strip()) else math.nan


def whole(option: str, low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers within bounds."""

    def read(text: str) -> int:
        refuse_foreign_signs(text)
        value = int(text) if WHOLE.fullmatch(text.strip()) else low - 1
        if not low <= value <= high:
            raise CommandError("error.whole_number", option=option, low=low, high=high, text=text)
        return value

    return read


def share(text: str) -> float:
    """Read a share above 0 and at most 1."""
    value = number(text)
    if not 0 < value <= 1:
        raise CommandError("error.scale", text=text)
    return value


def path(option: str) -> Callable[[str], Path]:
    """Return a reader of names of files and folders; a leading ~ is the home folder, as in a shell."""

    def read(text: str) -> Path:
        if not text.strip():
            raise CommandError("error.value_missing", option=option)
        if "://" in text:
            raise CommandError("error.address", option=option, text=text)
        try:
            return Path(text).expanduser()
        except RuntimeError:
            raise CommandError("error.no_home", text=text) from None

    return read


def refuse_rest(command: str, rest: Iterable[str], parser: argparse.ArgumentParser) -> None:
    """Raise for the first argument that no option took."""
    options = [name for action in parser._actions for name in action.option_strings if name.startswith("--")]
    for argument in rest:
        name = argument.partition("=")[0]
        if name.startswith("-"):
            raise CommandError("error.unknown_option", command=command, name=name, hint=hint(name, options))
        raise CommandError("error.extra_argument", command=command, name=argument)
