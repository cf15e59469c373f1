"""What a newcomer waits for: a server without a single compiled rule, watched in a real browser.

    python scripts/bench_start.py [--rounds 1] [--shot FILE.png] [--json]

Seconds from `ccepz play` to the first charts (the recorded status quo), to a lever that is moved while rules compile
and kept, to the end of the compilation, and to charts of a run with that lever; then `ccepz compile` into another
empty folder: seconds, processes, and the slowest rules.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_page import FLAGS, NAMES, SERVE, browser
from playwright.sync_api import sync_playwright

COMPILE = "import sys; from ccepz_sim.cli import main; sys.exit(main(['compile', '--json']))"
LEVER = "audit-share"
SLOWEST = 10
PATIENCE = 900_000  # milliseconds, on a loaded machine
# The record answers nothing, so it is no version of the charts that `READY` of the other scripts could wait for.
DRAWN = "document.querySelectorAll('.cz-chart canvas').length >= 8"
MOVE = """(lever) => { const slider = document.querySelector(`#cz-${lever}`);
  slider.value = Number(slider.max); slider.dispatchEvent(new Event('change', { bubbles: true })); }"""
COMPILED = """() => { const told = document.querySelector('.cz-prepare');
  return !told || !/being compiled/.test(told.innerText); }"""
ANSWERED = "document.querySelector('.cz-prepare.over')"


def first_start(shot: Path | None) -> dict[str, float]:
    """Start a server with an empty folder of rules and watch its page; returns seconds since the start."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as empty, sync_playwright() as playwright:
        environment = {**os.environ, "CCEPZ_RULES": str(Path(empty) / "rules"), "CCEPZ_GAMES": ":memory:"}
        chromium = playwright.chromium.launch(executable_path=browser(), args=list(FLAGS))
        began = time.monotonic()
        server = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True, env=environment)
        try:
            assert server.stdout is not None
            address = re.search(r"http://[^\s，。]+", server.stdout.readline())
            assert address is not None, "the server did not start"
            found["address"] = time.monotonic() - began
            page = chromium.new_page(viewport={"width": 1366, "height": 900})
            page.goto(address.group(0))
            page.wait_for_function(DRAWN, timeout=PATIENCE)
            found["status quo"] = time.monotonic() - began
            if shot is not None:
                page.screenshot(path=shot)
            page.evaluate(MOVE, LEVER)
            page.wait_for_function("document.querySelectorAll('.cz-decision').length === 1", timeout=PATIENCE)
            found["lever kept"] = time.monotonic() - began
            page.wait_for_function(COMPILED, timeout=PATIENCE)
            found["compiled"] = time.monotonic() - began
            page.wait_for_function(ANSWERED, timeout=PATIENCE)
            found["lever answered"] = time.monotonic() - began
        finally:
            chromium.close()
            server.terminate()
            server.wait(30)
    return found


def compile_anew() -> dict[str, Any]:
    """Compile all rules into an empty folder; returns what `ccepz compile --json` says."""
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, "CCEPZ_RULES": str(Path(empty) / "rules")}
        done = subprocess.run([sys.executable, "-c", COMPILE], env=environment, stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1, metavar="N")
    parser.add_argument("--shot", type=Path, metavar="FILE", help="a picture of the page with the recorded status quo")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if browser() is None:
        print(f"no browser was found, tried: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    rounds = [first_start(args.shot) for _ in range(args.rounds)]
    compiled = compile_anew()
    if args.json:
        print(json.dumps({"starts": rounds, "compile": compiled}, indent=1))
        return 0
    for found in rounds:
        print("  ".join(f"{name} {seconds:.1f} s" for name, seconds in found.items()))
    spent = compiled["by_rule"]
    whole = f"{compiled['seconds']:.0f} s in {compiled['workers']} processes, {sum(spent.values()):.0f} s of processors"
    print(f"compile: {len(spent)} rules, {whole}")
    for name, seconds in list(spent.items())[:SLOWEST]:
        print(f"  {seconds:5.1f} s  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
