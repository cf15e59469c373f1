"""`ccepz archive`: a finished study with everything it takes to make it again, in one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from ccepz_sim.commands.arguments import Parser, path
from ccepz_sim.commands.console import Say
from ccepz_sim.content.loading import load_content


def declare(parser: Parser, say: Say) -> None:
    """Declare the argument and the option."""
    parser.own_arguments.add_argument("folder", type=path("DIR"), metavar="DIR", help=say("results.folder"))
    add = parser.own_options.add_argument
    add("--out", type=path("--out"), default=None, metavar="FILE", help=say("archive.out"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Pack the study and say where it lies."""
    from ccepz_sim.studies.archive import make_archive
    from ccepz_sim.studies.models import look_beside

    folder: Path = args.folder
    target = args.out or folder.with_name(folder.name + ".zip")
    look_beside(Path.cwd())  # for a model of one's own
    count = make_archive(folder, target, load_content(args.content))
    print(say("archive.made", file=target, count=count, size=f"{target.stat().st_size / 1e6:,.1f} MB"))
    return 0
