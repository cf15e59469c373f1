"""In which language the command line speaks, and the errors it speaks of."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from ccepz_sim.numerics.compiling import compile_all, is_worth_it, missing
from ccepz_sim.numerics.compiling.progress_bar import on_stderr
from ccepz_sim.text.errors import UserError
from ccepz_sim.text.label import LANGUAGES
from ccepz_sim.text.texts import Texts, system_language

FILE_WIDTH = 200


class CommandError(UserError):
    """A mistake on the command line; `key` names its sentence in `text/cli.toml`."""

    texts = "cli"


@dataclass(frozen=True, slots=True)
class Say:
    """The texts of the command line in one language."""

    lang: str

    def __call__(self, key: str, **fields: object) -> str:
        """Return one text with its fields filled."""
        return Texts.load("cli")[key].format(self.lang, **fields).strip()


def printer() -> Console:
    """Return what prints tables: as wide as the terminal; in a file or pipe wide enough to cut nothing."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else FILE_WIDTH)


def compile_first(say: Say) -> None:
    """Compile the rules where they are not yet, in all cores, and tell how far it is."""
    if is_worth_it(missing()):
        with on_stderr(say.lang) as on_progress:
            compile_all(on_progress)


def language(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language of `--lang` where it is given, else that of the system: Chinese or English."""
    for number, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            value = value or "".join(arguments[number + 1 : number + 2])
            if value in LANGUAGES:
                return value
    return system_language(environ)
