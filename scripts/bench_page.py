"""Time from a moved lever to eight repainted charts, in a real browser with the server on this machine.

    python scripts/bench_page.py [--moves 40] [--year 2016] [--json]

Prints minimum, median and 95th percentile in milliseconds. Every move is to a value that was never tried, so
that no future comes from the cache; the time ends with the first frame in which all charts show it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
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
SERVE = "from ccepz_sim.web.server import serve; serve(port=0, open_browser=False)"
LEVERS = ("audit-share", "green-evaluation-weight", "lifelong-accountability", "department-coordination")
READY = "Number((document.querySelector('[data-painted]') || { dataset: {} }).dataset.painted) > 0"
MOVE = """([lever, step]) => new Promise((resolve, reject) => {
  const charts = document.querySelector('[data-painted]');
  const slider = document.querySelector(`#cz-${lever}`);
  const before = charts.dataset.painted;
  const began = performance.now();
  const watcher = new MutationObserver(() => {
    if (charts.dataset.painted !== before) { watcher.disconnect(); resolve(performance.now() - began); }
  });
  watcher.observe(charts, { attributes: true, attributeFilter: ['data-painted'] });
  setTimeout(() => reject(new Error('no repaint within 20 s')), 20000);
  slider.value = Number(slider.min) + (Number(slider.max) - Number(slider.min)) * step;
  slider.dispatchEvent(new Event('change', { bubbles: true }));
})"""


def main() -> int:
    """Run the benchmark and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=40, help="levers to move (default 40)")
    parser.add_argument("--year", type=int, default=2016, help="year in which the levers are moved (default 2016)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    found = browser()
    if found is None:
        print(
            "No Chromium, Chrome or Edge was found: install one (Debian: apt install chromium).",
            file=sys.stderr,
        )
        return 2
    server = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        match = re.search(r"http://\S+", server.stdout.readline())
        if match is None:
            print("The server did not start.", file=sys.stderr)
            return 1
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
            page = chromium.new_page(viewport={"width": 1440, "height": 1000})
            figures = measure(page, match.group(0), options.moves, options.year)
            chromium.close()
    finally:
        server.terminate()
        server.wait(timeout=20)
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        print(f"page opened, charts painted   {figures['open_ms']:7.0f} ms")
        print(f"lever moved in {options.year}, {options.moves} moves: charts repainted")
        for name in ("min", "median", "p95", "max"):
            print(f"  {name:<8} {figures[name + '_ms']:7.0f} ms")
    return 0


def measure(page: Page, address: str, moves: int, year: int) -> dict[str, float]:
    """Open the page, go to a year, move levers, and return the times in milliseconds."""
    page.goto(address)
    page.wait_for_function(READY, timeout=60_000)
    opened = float(page.evaluate("performance.now()"))
    slider = page.locator(".cz-time input[type=range]")
    if year > int(slider.get_attribute("min") or year):
        slider.evaluate("(box, year) => { box.value = year; box.dispatchEvent(new Event('change')); }", year)
        page.wait_for_function(f"document.querySelector('.cz-time .year').textContent == '{year}'")
    page.wait_for_timeout(500)
    times = []
    for move in range(moves):
        # Steps of the golden ratio: no lever ever stands at the same value twice.
        share = (0.11 + 0.6180339887 * (move + 1)) % 1
        times.append(float(page.evaluate(MOVE, [LEVERS[move % len(LEVERS)], share])))
        page.wait_for_timeout(60)
    return {
        "open_ms": opened,
        "moves": moves,
        "min_ms": min(times),
        "median_ms": statistics.median(times),
        "p95_ms": statistics.quantiles(times, n=20, method="inclusive")[-1],
        "max_ms": max(times),
    }


def browser() -> str | None:
    """Return the path of a Chromium, Chrome or Edge; the variable CCEPZ_BROWSER goes first."""
    named = os.environ.get("CCEPZ_BROWSER")
    if named:
        return named if Path(named).exists() else None
    return next((path for path in map(shutil.which, NAMES) if path), None)


if __name__ == "__main__":
    raise SystemExit(main())
