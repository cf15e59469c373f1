"""The command `ccepz`: reads the command line, hands over to one command, turns errors into one sentence.

Exit codes: 0 done, 1 `check` found mistakes or runs of a study failed, 2 the input was wrong,
70 the program failed, 74 the output could not be written, 130 stopped.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Protocol

from ccepz_sim import __version__
from ccepz_sim.commands import (
    archive,
    bench,
    check,
    compile_,
    list_,
    pack,
    phenomena,
    play,
    results,
    run,
    study,
    validate,
)
from ccepz_sim.commands.arguments import WITHOUT_CONTENT, Parser, path, refuse_foreign_signs, refuse_rest, usage_prefix
from ccepz_sim.commands.console import CommandError, Say, language
from ccepz_sim.commands.streams import OutputLostError, drop_output, prepared, shows
from ccepz_sim.content.reading.toml import ascii_sign
from ccepz_sim.text.errors import UserError, brief, hint, one_line


class Command(Protocol):
    """What the module of a command offers."""

    def declare(self, parser: Parser, say: Say) -> None:
        """Declare arguments and options."""

    def execute(self, args: argparse.Namespace, say: Say, /) -> int:
        """Do it and return the exit code."""


COMMANDS: dict[str, Command] = {
    "play": play,
    "run": run,
    "study": study,
    "results": results,
    "archive": archive,
    "phenomena": phenomena,
    "list": list_,
    "check": check,
    "validate": validate,
    "bench": bench,
    "compile": compile_,
    "pack": pack,
}
WRONG_INPUT, PROGRAM_ERROR, OUTPUT_ERROR, STOPPED = 2, 70, 74, 130
CHINESE = "中文"  # stands for all that a console must be able to show


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run one command line and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    environ = os.environ if environ is None else environ
    with prepared():
        lang = language(arguments, environ)
        say = Say(lang if shows(CHINESE) else "en")
        try:
            return _answer(list(arguments), environ, say)
        except OutputLostError as lost:
            drop_output()
            if lost.is_closed:
                return 0
            reason = lost.reason.strerror or type(lost.reason).__name__
            print(say("error.output_lost", reason=reason), file=sys.stderr)
            return OUTPUT_ERROR


def _answer(arguments: list[str], environ: Mapping[str, str], say: Say) -> int:
    """Run one command line, everything it prints included, and turn errors into one sentence."""
    try:
        code = _dispatch(arguments, say)
    except UserError as error:
        code, told = WRONG_INPUT, error.sentence(say.lang)
    except KeyboardInterrupt as stop:
        code, told = STOPPED, str(stop) or say("error.stopped")
    except OutputLostError:
        raise
    except Exception as error:
        if environ.get("CCEPZ_DEBUG"):
            raise
        what = one_line(f"{type(error).__name__}: {error}".splitlines()[0])
        code, told = PROGRAM_ERROR, say("error.unexpected", version=__version__, error=brief(what))
    else:
        told = ""
    if told:
        print(told, file=sys.stderr)
    sys.stderr.flush()
    sys.stdout.flush()
    return code


def parsers(say: Say) -> dict[str, Parser]:
    """Return the parser of each command."""
    made: dict[str, Parser] = {}
    for name, command in COMMANDS.items():
        made[name] = Parser(say, prog=f"ccepz {name}", description=say(f"{name}.help"))
        command.declare(made[name], say)
        if name not in WITHOUT_CONTENT:
            told = say("content_option")
            made[name].own_options.add_argument("--content", type=path("--content"), metavar="DIR", help=told)
    return made


def _dispatch(arguments: list[str], say: Say) -> int:
    if not arguments:
        print(_help(say), file=sys.stderr)
        raise CommandError("error.no_command", commands=", ".join(COMMANDS))
    for argument in arguments:
        if ascii_sign(argument[:1]) == "-":  # a dash of another script would make a package of an option
            refuse_foreign_signs(argument)
    name, *rest = arguments
    if name in ("-h", "--help"):
        print(_help(say))
        return 0
    if name in ("-V", "--version"):
        print(_versions(say))
        return 0
    if name not in COMMANDS:
        raise CommandError("error.unknown_command", name=name, hint=hint(name, COMMANDS))
    parser = parsers(say)[name]
    known, unread = parser.parse_known_args(rest)
    if name == "run" and unread:
        # Packages may stand between options.
        known.packages += [argument for argument in unread if not argument.startswith("-")]
        unread = [argument for argument in unread if argument.startswith("-")]
    refuse_rest(name, unread, parser)
    return COMMANDS[name].execute(known, say)


def _help(say: Say) -> str:
    width = max(map(len, COMMANDS))
    usage = f"{usage_prefix(say)}ccepz {{{','.join(COMMANDS)}}} …"
    lines = [usage, "", say("program"), "", f"{say('commands')}:"]
    lines += [f"  {name:{width}}  {say(f'{name}.help')}" for name in COMMANDS]
    return "\n".join([*lines, "", say("more_help")])


def _versions(say: Say) -> str:
    """Say which version this is, and of what a result depends besides."""
    from ccepz_sim.content.loading import load_content
    from ccepz_sim.studies.fingerprint import engine_hash, made_with

    made = made_with()
    libraries = ", ".join(f"{name} {version}" for name, version in made["versions"].items())
    told = {"version": __version__, "engine": engine_hash(), "content": load_content().hash, "libraries": libraries}
    return say("versions", **told, machine=" ".join(made["machine"][part] for part in ("system", "type", "processor")))


if __name__ == "__main__":
    sys.exit(main())
