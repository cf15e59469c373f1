"""`ccepz play`: the game in a browser."""

from __future__ import annotations

import argparse

from ccepz_sim.commands.arguments import Parser, whole
from ccepz_sim.commands.console import Say
from ccepz_sim.text.label import LANGUAGES

HOST, PORT = "127.0.0.1", 8765
HIGHEST_PORT = 65535


def declare(parser: Parser, say: Say) -> None:
    """Declare the options."""
    options = parser.own_options
    options.add_argument("--host", default=HOST, metavar="HOST", help=say("play.host", default=HOST))
    port, told = whole("--port", 1, HIGHEST_PORT), say("play.port", default=PORT)
    options.add_argument("--port", type=port, default=PORT, metavar="PORT", help=told)
    options.add_argument("--code", metavar="CODE", help=say("play.code"))
    options.add_argument("--root-path", default="", metavar="PATH", help=say("play.root_path"))
    options.add_argument("--origin", action="append", default=[], metavar="URL", help=say("play.origin"))
    options.add_argument("--no-browser", action="store_true", help=say("play.no_browser"))
    options.add_argument("--lang", choices=LANGUAGES, default=say.lang, help=say("play.lang"))


def execute(args: argparse.Namespace, _say: Say) -> int:
    """Serve the page until Ctrl-C."""
    from ccepz_sim.web.server import Doors, serve

    serve(
        host=args.host,
        port=args.port,
        open_browser=not args.no_browser,
        lang=args.lang,
        content=args.content,
        doors=Doors(code=args.code, root=args.root_path, origins=tuple(args.origin)),
    )
    return 0
