"""`ccepz pack`: a folder with everything a computer without internet needs."""

from __future__ import annotations

import argparse
import platform
import sys

from ccepz_sim.commands.arguments import WITHOUT_CONTENT, Parser, path
from ccepz_sim.commands.console import Say
from ccepz_sim.content.loading import load_content


def declare(parser: Parser, say: Say) -> None:
    """Declare the argument and the option."""
    parser.own_arguments.add_argument("folder", type=path("DIR"), metavar="DIR", help=say("pack.folder"))
    parser.own_options.add_argument("--small", action="store_true", help=say("pack.small"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Make the pack and say what is in it."""
    from ccepz_sim.output.packing import make_pack

    content = load_content(args.content)

    def tell(step: str) -> None:
        print(say(f"pack.step_{step}"), file=sys.stderr, flush=True)

    made = make_pack(args.folder, content, say.lang, WITHOUT_CONTENT, tell, args.small)
    told = {
        "folder": made.folder,
        "wheels": made.wheels,
        "rules": made.rules,
        "size": f"{made.size / 1e6:.0f}",
        "machine": f"{platform.system()} {platform.machine()}",
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    print(say("pack.made", **told))
    return 0
