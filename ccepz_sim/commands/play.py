"""`ccepz play`: the game in a browser."""

from __future__ import annotations

import argparse
import errno
import os
import socket

from ccepz_sim.commands.arguments import Parser, whole
from ccepz_sim.commands.speech import CommandError, Say
from ccepz_sim.schema import LANGUAGES

HOST, PORT = "127.0.0.1", 8765
HIGHEST_PORT = 65535


def declare(parser: Parser, say: Say) -> None:
    """Declare the options."""
    options = parser.own_options
    options.add_argument("--host", default=HOST, help=say("play.host", default=HOST))
    port, told = whole("--port", 1, HIGHEST_PORT), say("play.port", default=PORT)
    options.add_argument("--port", type=port, default=PORT, metavar="PORT", help=told)
    options.add_argument("--no-browser", action="store_true", help=say("play.no_browser"))
    options.add_argument("--lang", choices=LANGUAGES, default=say.lang, help=say("play.lang"))


def execute(args: argparse.Namespace, _say: Say) -> int:
    """Check the address, then serve the page until Ctrl-C."""
    refuse_busy_address(args.host, args.port)
    from ccepz_sim.web.launch import serve

    serve(host=args.host, port=args.port, browser=not args.no_browser, lang=args.lang)
    return 0


def refuse_busy_address(host: str, port: int) -> None:
    """Raise where the page could not listen, before anything heavy is loaded.

    Raises:
        CommandError: the port is in use or reserved, or the host is not an address of this computer.
    """
    free = port + 1 if port < HIGHEST_PORT else port - 1
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name != "nt":
                # A port that was left a moment ago is free. (On Windows the option means another thing.)
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError("play.port_in_use", host=host, port=port, next=free) from None
        if isinstance(error, PermissionError):
            raise CommandError("play.port_forbidden", port=port, next=PORT) from None
        raise CommandError("play.host_unknown", host=host) from None
