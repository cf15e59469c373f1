"""Serve the page on a free port of this computer, behind the gate or as Solara alone gives it.

python served.py gated|bare [JSON with code, root, origins, limits]
"""

from __future__ import annotations

import json
import sys

from ccepz_sim import PilotZone
from ccepz_sim.web import server

mode, wanted = sys.argv[1], json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
server.prepare()

import uvicorn  # noqa: E402 - settings come first

from ccepz_sim.game import bands  # noqa: E402
from ccepz_sim.web import app_state  # noqa: E402
from ccepz_sim.web.gate.limits import Limits, Rate  # noqa: E402

bands.AHEAD = 0  # no other worlds beside: they would be run in this process, and take it from the attacks
app_state.open_app("en", PilotZone).store.warm_up()
listener = server.claim("127.0.0.1", 0)
port = listener.getsockname()[1]
if mode == "gated":
    from ccepz_sim.web.gate.app import make_app

    doors = server.Doors(wanted.get("code"), wanted.get("root", ""), tuple(wanted.get("origins", ())))
    numbers = {name: Rate(*value) if isinstance(value, list) else value for name, value in wanted["limits"].items()}
    site = server.make_site("127.0.0.1", ("127.0.0.1", port), "en", doors, Limits(**numbers))
    config = server.configure(make_app(site), site.limits.frame)
else:
    from solara.server.starlette import app

    config = uvicorn.Config(app, log_level="warning", access_log=False)
sys.stdout.write(f"{port}\n")
sys.stdout.flush()
uvicorn.Server(config).run(sockets=[listener])
