"""Two servers side by side, one behind the gate and one without, each with an honest player."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim import PilotZone

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # client and servers lie beside the tests

from gate_client import ask  # noqa: E402
from gate_servers import LIMITS, SECRET, Outside, Served, ready  # noqa: E402


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    """A web server that counts what is fetched from it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield Outside(found.server_address[1], asked)
        found.shutdown()


@pytest.fixture(scope="session")
def begin(tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> Iterator[Any]:
    """Start servers; all of them end with the session."""
    PilotZone(start=2010).run(1)  # compiles the rules where that was not done
    running: list[subprocess.Popen[str]] = []

    def start(mode: str, environment: dict[str, str] | None = None, **wanted: Any) -> subprocess.Popen[str]:
        folder = tmp_path_factory.mktemp(mode)
        (folder / "secret.txt").write_text(SECRET, "utf-8")
        packages = folder / "cdn"
        (packages / "widget@1.0.0" / "dist").mkdir(parents=True)
        (packages / "widget@1.0.0" / "dist" / "main.js").write_text("// installed", "utf-8")
        (packages / "echarts@5.4.0" / "dist").mkdir(parents=True)
        (packages / "echarts@5.4.0" / "dist" / "echarts.min.js").write_text("// installed", "utf-8")
        environ = {name: value for name, value in os.environ.items() if not name.startswith("SOLARA_")} | {
            "CCEPZ_GAMES": ":memory:",
            "PYTHONPATH": str(folder),  # as the folder is in which somebody starts `python -m`
            "PYTHONUNBUFFERED": "1",
            "SOLARA_ASSETS_PROXY_CACHE_DIR": str(packages),
            "SOLARA_ASSETS_CDN": f"http://127.0.0.1:{outside.port}/",
            **(environment or {}),
        }
        with (folder / "log.txt").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [sys.executable, str(HERE / "served.py"), mode, json.dumps({"limits": LIMITS} | wanted)],
                stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder, env=environ,
            )  # fmt: skip
        process.folder = folder  # type: ignore[attr-defined]
        running.append(process)
        return process

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=30)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="session")
def both(begin: Any) -> dict[str, Served]:
    """The two servers; on each the first visitor says that the page lies elsewhere."""
    processes = {mode: begin(mode) for mode in ("gated", "bare")}
    found = {}
    for mode, process in processes.items():
        found[mode] = ready(process, mode == "gated")
        ask(found[mode].port, "/", headers={"X-Script-Name": "//evil.example", "Accept": "text/html"})
        found[mode].first = ask(found[mode].port, "/").text
    return found


@pytest.fixture(scope="session")
def gated(both: dict[str, Served]) -> Served:
    """The server behind the gate."""
    return both["gated"]


@pytest.fixture(scope="session")
def bare(both: dict[str, Served]) -> Served:
    """The server without."""
    return both["bare"]
