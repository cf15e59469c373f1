"""Kill the server again and again while a player decides, and see whether anything is lost.

    python scripts/kill_server.py [--kills 20] [--seed 1] [--json]

A real browser plays on a server of this machine. At a random moment the server is killed (SIGKILL, the whole of its
process and nothing else), stays away for a while and is started again on the same port; the player decides on all the
time. Told are, for each kill: the seconds from the moment the port answers until the head of the page and until its
charts are there again (same game, branch, view and language), the seconds until the last worker of the killed server
is gone, decisions that had been confirmed and are not in the file, and decisions made while there was no server. At the
end every decision has to be in the file once, in the order in which it was made.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PageError
from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
SERVE = "import sys; from ccepz_sim.web.server import serve; serve(port=int(sys.argv[1]), open_browser=False)"
LEVER, VALUES, STEP = "park-infrastructure", (0.0, 2e9), 1e8  # each value differs from the last; standing allows all
LONG = 300.0  # seconds: whatever takes longer has failed
ENGLISH = ("Server disconnected", "Restoring session", "Could not restore", "Please refresh", "App is disconnected")
DECIDE = """([lever, value]) => {
  const levers = document.querySelector('.cz-levers');
  if (!levers) return null;
  levers.__vue__.decide({ lever, value });
  return window.ccepz.waiting().pop() || null;
}"""
SHOWN = """() => {
  const charts = document.querySelector('[data-painted]');
  return Boolean(charts) && Number(charts.dataset.painted) > 0 && !window.old;
}"""
THERE = "() => !window.old && Boolean(document.querySelector('.cz-head'))"
SETTLED = f"() => ({SHOWN})() && window.ccepz.waiting().length === 0"
VISIBLE = "() => document.body.innerText"


@dataclass
class Kill:
    """What one kill did."""

    there: float = 0.0
    back: float = 0.0
    workers: float = 0.0
    confirmed_lost: int = 0
    meanwhile: int = 0
    same_place: bool = True
    english: list[str] = field(default_factory=list)


class Server:
    """A server that can be killed."""

    def __init__(self, folder: Path) -> None:
        """Choose a port; the games lie in a folder."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.games = folder / "games.sqlite"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns at once."""
        environment = os.environ | {"CCEPZ_GAMES": str(self.games)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(self.port)], env=environment, stdout=subprocess.DEVNULL
        )

    def answers(self) -> bool:
        """Whether the port takes a connection."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def kill(self) -> float:
        """Kill the server alone and return the seconds its workers live on."""
        assert self.process is not None
        workers = children(self.process.pid)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=LONG)
        began = time.monotonic()
        wait(lambda: not any(map(is_alive, workers)), "the workers of a killed server live on")
        return time.monotonic() - began

    def stop(self) -> None:
        """Stop it in the ordinary way."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=LONG)

    def requests(self) -> list[str]:
        """Return the requests that the file holds, in their order."""
        base = sqlite3.connect(f"{self.games.as_uri()}?mode=ro", uri=True)
        with contextlib.closing(base):
            return [request for (request,) in base.execute("SELECT request FROM log ORDER BY token, number")]


def children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    listed = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")] if found.exists() else []
    return [int(number) for text in listed for number in text.split()]


def is_alive(pid: int) -> bool:
    """Whether a process runs still; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait(true: Any, complaint: str) -> None:
    """Wait for something."""
    end = time.monotonic() + LONG
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(complaint)
        time.sleep(0.02)


def ask(page: Page, script: str, argument: object = None) -> Any:
    """Ask the page something; nothing comes while it is being loaded."""
    with contextlib.suppress(PageError):
        return page.evaluate(script, argument)
    return None


def decide(page: Page, luck: random.Random, made: list[str]) -> None:
    """Move the lever somewhere."""
    request = ask(page, DECIDE, [LEVER, VALUES[len(made) % 2] + luck.randint(0, 9) * STEP])
    if request is not None and request not in made:
        made.append(request)


def place(page: Page) -> tuple[str, str, str]:
    """Return where the player is: the address with game, language and view, the language, the year."""
    return (
        page.url,
        str(page.evaluate("document.documentElement.lang")),
        str(page.locator(".cz-time .year").inner_text()),
    )


def run(kills: int, seed: int, browser: str) -> tuple[list[Kill], dict[str, Any]]:
    """Play, kill, and return what each kill did and what was wrong at the end."""
    luck = random.Random(seed)
    made: list[str] = []
    found: list[Kill] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.start()
        wait(server.answers, "the server did not start")
        page = playwright.chromium.launch(executable_path=browser, args=list(FLAGS)).new_page()
        page.goto(f"http://127.0.0.1:{server.port}/?lang={'zh' if seed % 2 else 'en'}&view=people")
        page.wait_for_selector(".cz-people .pick", timeout=LONG * 1000)
        page.locator(".cz-tabs button").nth(0).click()
        page.wait_for_function(SHOWN, timeout=LONG * 1000)
        page.locator(".cz-time .next").click()
        page.wait_for_function("document.querySelector('.cz-time .year').innerText === '2017'")
        found.extend(_kill(server, page, luck, made) for _ in range(kills))
        wait(lambda: ask(page, SETTLED), "decisions were never confirmed")
        server.stop()
        kept = [request for request in server.requests() if request]
        wrong = {
            "made": len(made),
            "missing": len(set(made) - set(kept)),
            "twice": len(kept) - len(set(kept)),
            "in_order": [request for request in kept if request in made] == made,
        }
    return found, wrong


def _kill(server: Server, page: Page, luck: random.Random, made: list[str]) -> Kill:
    kill = Kill()
    for _ in range(luck.randint(2, 5)):
        decide(page, luck, made)
        page.wait_for_timeout(luck.uniform(20, 500))
    before = place(page)
    waiting = set(ask(page, "() => window.ccepz.waiting()") or made)
    confirmed = [request for request in made if request not in waiting]
    ask(page, "() => { window.old = true; }")
    kill.workers = server.kill()
    count = len(made)
    end = time.monotonic() + luck.uniform(0.5, 4.0)
    while time.monotonic() < end:
        decide(page, luck, made)
        page.wait_for_timeout(700)
    kept = set(server.requests())
    kill.confirmed_lost = len([request for request in confirmed if request not in kept])
    server.start()
    while not server.answers():
        if luck.random() < 0.1:
            decide(page, luck, made)
        text = ask(page, VISIBLE) or ""
        kill.english += [words for words in ENGLISH if words in text and words not in kill.english]
        page.wait_for_timeout(100)
    began = time.monotonic()
    kill.meanwhile = len(made) - count
    wait(lambda: ask(page, THERE), "the page was not loaded again")
    kill.there = time.monotonic() - began
    wait(lambda: ask(page, SHOWN), "the page did not come back")
    kill.back = time.monotonic() - began
    kill.same_place = place(page) == before
    return kill


def main() -> int:
    """Kill and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    browser = os.environ.get("CCEPZ_BROWSER") or next((path for path in map(shutil.which, NAMES) if path), "")
    kills, wrong = run(options.kills, options.seed, browser)
    if options.json:
        print(json.dumps({"kills": [asdict(kill) for kill in kills], **wrong}))
    else:
        for number, kill in enumerate(kills, start=1):
            print(
                f"{number:3d}  head {kill.there:5.2f} s  charts {kill.back:5.2f} s  "
                f"workers gone {kill.workers:5.2f} s  "
                f"confirmed and lost {kill.confirmed_lost}  decided meanwhile {kill.meanwhile}  "
                f"{'same place' if kill.same_place else 'ANOTHER PLACE'}  {' '.join(kill.english)}"
            )
        backs = [kill.back for kill in kills]
        print(f"back: median {statistics.median(backs):.2f} s, longest {max(backs):.2f} s; at the end: {wrong}")
    lost = sum(kill.confirmed_lost for kill in kills) + wrong["missing"] + wrong["twice"]
    good = not lost and wrong["in_order"] and all(kill.same_place and not kill.english for kill in kills)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
