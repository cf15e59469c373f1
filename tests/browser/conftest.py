"""A server on a free port and a browser of this machine; without one the tests say what to install."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim import PilotZone

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "The browser tests need Chromium, Chrome or Edge: install one "
    "(Debian: apt install chromium fonts-noto-cjk), or name it in CCEPZ_BROWSER."
)
READY = "Number((document.querySelector('[data-painted]') || { dataset: {} }).dataset.painted) > 0"
PATIENCE = 120_000  # milliseconds for whatever is waited for: a loaded machine is slow, and an answer ends the waiting
LOOPBACK = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")


def browser_path() -> str | None:
    """Return the path of a browser; the variable CCEPZ_BROWSER goes first."""
    named = os.environ.get("CCEPZ_BROWSER")
    if named:
        return named
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found or next((path for path in PLACES if Path(path).exists()), None)


@dataclass
class Server:
    """A running server: its address, and the report of what it asked of the outside."""

    address: str
    report: Path

    def outside(self) -> str:
        """Return every look-up and connection that left this machine."""
        return self.report.read_text(encoding="utf-8") if self.report.exists() else ""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the page from another process."""
    if browser_path() is None:
        pytest.skip(MISSING)
    PilotZone(start=2010).run(10)  # compiles the rules where that was not done: no page waits for it
    report = tmp_path_factory.mktemp("server") / "outside.txt"
    command = [sys.executable, str(Path(__file__).with_name("serve.py")), str(report)]
    games = {"CCEPZ_GAMES": str(report.with_name("games.sqlite"))}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=os.environ | games)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://[^/\s]+/", line)
    assert found, f"the server did not start: {line!r}"
    yield Server(found.group(0), report)
    process.terminate()
    process.wait(timeout=60)
    process.stdout.close()


@pytest.fixture(scope="session")
def chromium(server: Server) -> Iterator[Any]:
    """A browser for the whole session."""
    from playwright.sync_api import sync_playwright

    path = browser_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page in the browser, with everything it asked for and complained about."""

    page: Any
    server: Server
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, query: str = "?lang=en", guide: bool = False) -> None:
        """Open the page and wait for the first charts; a new visitor's guide is closed unless it is wanted."""
        self.page.goto(self.server.address + query)
        self.page.wait_for_function(READY)
        if not guide and self.page.locator(".cz-guide").count():
            self.page.locator(".cz-guide .shut").click()

    def go(self, view: str) -> None:
        """Open one of the views of the centre and wait for what it shows."""
        names = ("zone", "people", "web", "futures", "report")
        self.page.locator(".cz-tabs button").nth(names.index(view)).click()
        marks = {"zone": ".cz-chart canvas", "people": ".cz-people .pick", "web": ".cz-web canvas",
                 "futures": ".cz-futures canvas", "report": ".cz-report h3"}  # fmt: skip
        self.page.wait_for_selector(marks[view])

    def at(self, year: int) -> None:
        """Put a year on the table."""
        self.set_slider(".cz-time input", year)
        self.page.wait_for_function(f"document.querySelector('.cz-time .year').innerText === '{year}'")
        self.page.wait_for_timeout(200)

    def numbers(self) -> list[str]:
        """Return what the charts say of the last year."""
        return list(self.page.locator(".cz-chart .change").all_inner_texts())

    def severe(self) -> list[str]:
        """Return the serious and critical findings of axe-core."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        return [
            f"{item['id']}: {node['html'][:120]} {node['any'][:1] and node['any'][0]['message']}"
            for item in found
            if item["impact"] in ("serious", "critical")
            for node in item["nodes"]
            if ".cz" in str(node["target"]) or "cz-" in node["html"]
        ]

    def whole(self, selector: str) -> None:
        """Wait until a box lies in the window with all that it holds: it may still be opening, or what is around it."""
        self.page.wait_for_function(f"probes.cutOff('{selector}').length === 0")

    def painted(self) -> int:
        """Return the number of the outcome that the charts show."""
        return int(self.page.locator("[data-painted]").get_attribute("data-painted"))

    def after(self, action: Any) -> None:
        """Do something, and wait until all charts were painted anew."""
        before = self.painted()
        action()
        self.page.wait_for_function(f"Number(document.querySelector('[data-painted]').dataset.painted) > {before}")
        self.page.wait_for_timeout(150)

    def switch_language(self, wanted: str) -> None:
        """Switch, and wait until every part of the page is in the new language: they arrive one after the other."""
        self.page.locator(".language").click()
        script = """wanted => { const parts = [...document.querySelectorAll('.cz > [lang], .cz main [lang]')];
            return parts.length > 4 && [document.documentElement, ...parts].every(part => part.lang === wanted); }"""
        self.page.wait_for_function(script, arg=wanted)

    def copied(self, action: Any) -> str:
        """Do something that copies a text, and return the text once it is there."""
        self.page.evaluate("navigator.clipboard.writeText('')")
        action()
        for _ in range(PATIENCE // 100):
            text = str(self.page.evaluate("navigator.clipboard.readText()"))
            if text:
                return text
            self.page.wait_for_timeout(100)
        raise AssertionError("nothing was copied")

    def pictures(self) -> list[str]:
        """Return what each chart shows, as image data."""
        script = "boxes => boxes.map(box => box.toDataURL())"
        return list(self.page.locator(".cz-chart canvas").evaluate_all(script))

    def set_slider(self, selector: str, value: float) -> None:
        """Move a slider as a hand would: input, then change."""
        script = """(box, value) => { box.value = value;
            box.dispatchEvent(new Event('input', { bubbles: true }));
            box.dispatchEvent(new Event('change', { bubbles: true })); }"""
        self.page.locator(selector).evaluate(script, value)

    def check(self) -> None:
        """Nothing left this machine, and the browser complained about nothing."""
        assert [request for request in self.requests if not request.startswith(LOOPBACK)] == []
        assert self.server.outside() == ""
        assert self.complaints == []


@pytest.fixture(params=[(1440, 1000), (390, 844)], ids=["desk", "phone"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Width and height of the window."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def visit(chromium: Any, server: Server, size: tuple[int, int]) -> Iterator[Visit]:
    """A fresh visitor."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    context.set_default_timeout(PATIENCE)
    found = Visit(context.new_page(), server)
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.on("websocket", lambda socket: found.requests.append(socket.url))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("console", lambda line: found.complaints.append(line.text) if line.type == "error" else None)
    yield found
    context.close()
