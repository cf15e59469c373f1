"""The command `ccepz`: reads the command line, hands over to one command, turns errors into one sentence.

Exit codes: 0 done, 1 `check` found mistakes or runs of a study failed,
2 the input was wrong, 70 the program failed, 130 stopped.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Protocol

from ccepz_sim import __version__
from ccepz_sim.commands import bench, check, compile_, list_, phenomena, play, results, run, study, validate
from ccepz_sim.commands.arguments import Parser, refuse_rest, usage_prefix
from ccepz_sim.commands.speech import CommandError, Say, language
from ccepz_sim.errors import UserError, hint


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
    "phenomena": phenomena,
    "list": list_,
    "check": check,
    "validate": validate,
    "bench": bench,
    "compile": compile_,
}
WRONG_INPUT, PROGRAM_ERROR, STOPPED = 2, 70, 130


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run one command line and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    environ = os.environ if environ is None else environ
    _never_fail_on_letters()
    say = Say(language(arguments, environ))
    try:
        return _dispatch(list(arguments), say)
    except UserError as error:
        print(error.sentence(say.lang), file=sys.stderr)
        return WRONG_INPUT
    except KeyboardInterrupt:
        print(say("error.stopped"), file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # The reader of a pipe (head, less) has seen enough; nothing may be flushed into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if environ.get("CCEPZ_DEBUG"):
            raise
        told = f"{type(error).__name__}: {error}".splitlines()[0]
        print(say("error.unexpected", version=__version__, error=told), file=sys.stderr)
        return PROGRAM_ERROR


def parsers(say: Say) -> dict[str, Parser]:
    """Return the parser of each command."""
    made: dict[str, Parser] = {}
    for name, command in COMMANDS.items():
        made[name] = Parser(say, prog=f"ccepz {name}", description=say(f"{name}.help"))
        command.declare(made[name], say)
    return made


def _dispatch(arguments: list[str], say: Say) -> int:
    if not arguments:
        print(_help(say), file=sys.stderr)
        raise CommandError("error.no_command", commands=", ".join(COMMANDS))
    name, *rest = arguments
    if name in ("-h", "--help"):
        print(_help(say))
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


def _never_fail_on_letters() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
