"""Serve the page as `ccepz play` does, and write down every look-up and connection that leaves this machine.

python serve.py REPORT [JSON of how others come in]
"""

from __future__ import annotations

import json
import sys
from collections import deque
from pathlib import Path
from typing import Any

REPORT = Path(sys.argv[1])
HERE = ("127.", "::1", "localhost", "0.0.0.0")


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Note the name or address that the server asked for, unless it is this machine's own."""
    if event == "socket.getaddrinfo":
        target = arguments[0]
    elif event == "socket.connect":
        address = arguments[1]
        target = address[0] if isinstance(address, tuple) else None
    else:
        return
    if isinstance(target, bytes):
        target = target.decode()
    if isinstance(target, str) and target and not target.startswith(HERE):
        with REPORT.open("a", encoding="utf-8") as report:
            report.write(f"{event} {target}\n")


sys.addaudithook(watch)

from ccepz_sim.game import session  # noqa: E402 - the watch comes first
from ccepz_sim.game.bands import BandMaker  # noqa: E402
from ccepz_sim.web.server import Doors, serve  # noqa: E402


class FirstWorlds(BandMaker):
    """Asks for the first worlds of a band alone: all fifty, for every game of every test, would keep a core busy."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.most = self.first
        self._ahead = deque(key for key in self._ahead if key[0] < self.first)


session.BandMaker = FirstWorlds  # type: ignore[misc]

serve(port=0, open_browser=False, doors=Doors(**json.loads(sys.argv[2])) if len(sys.argv) > 2 else None)
