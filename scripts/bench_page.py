"""What a player waits for, in a real browser with the server on this machine.

    python scripts/bench_page.py [--moves 40] [--year 2016] [--bands] [--json]

From a moved lever to eight repainted charts: minimum, median and 95th percentile in milliseconds, and the page's own
share of it (the same move again: its future is known, so only the way to the screen is left). Every first move is to
a value that was never tried, at a stroke and without warning, as only a program moves it. The same as people do it:
the slider is drawn along for half a second and let go a quarter of a second after it came to rest; clicked with the
mouse, which arrives, rests for a while, presses and lets go; stepped along with the arrow keys. The page thinks ahead
in all three, so what is counted is the time from rest, from pressing and from letting go to the charts of that value.
Then the first answer to "why?", with
--bands the first band and the full one, and the memory of server and page after a tenth of the moves and at the end:
`--moves 200` is the long session.
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
import time
from pathlib import Path

from playwright.sync_api import Error as PageError
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
KNOWN = 20
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


DRAW = """([lever, step, draws, rest]) => new Promise((resolve, reject) => {
  const charts = document.querySelector('[data-painted]');
  const slider = document.querySelector(`#cz-${lever}`);
  const low = Number(slider.min), span = Number(slider.max) - low, from = Number(slider.value), to = low + span * step;
  const fire = (name) => slider.dispatchEvent(new Event(name, { bubbles: true }));
  const began = performance.now();
  let rested = 0, released = 0, known = '';
  const tick = () => {
    const part = Math.min(1, (performance.now() - began) / draws);
    slider.value = from + (to - from) * (part * part * part * (10 + part * (6 * part - 15)));
    fire('input');
    if (part < 1) { requestAnimationFrame(tick); return; }
    rested = performance.now();
    setTimeout(() => { released = performance.now(); known = charts.dataset.painted; fire('change'); }, rest);
  };
  const watcher = new MutationObserver(() => {
    if (released && charts.dataset.decided === 'true' && charts.dataset.painted !== known) {
      watcher.disconnect();
      const now = performance.now();
      resolve([now - rested, now - released]);
    }
  });
  watcher.observe(charts, { attributes: true });
  setTimeout(() => reject(new Error('no repaint within 20 s')), 20000);
  requestAnimationFrame(tick);
})"""
DRAWS, RESTS = 500, 250  # milliseconds a hand draws a slider, and rests before it lets go
# Waits for one decision on a slider: milliseconds from the event that begins it, and from its change, to the charts.
WATCH = """([lever, first]) => {
  const charts = document.querySelector('[data-painted]');
  const slider = document.querySelector(`#cz-${lever}`);
  window.decided = new Promise((resolve, reject) => {
    let begun = 0, changed = 0, known = '';
    slider.addEventListener(first, () => { begun = performance.now(); }, { once: true, capture: true });
    slider.addEventListener('change', () => { changed = performance.now(); known = charts.dataset.painted; },
      { once: true, capture: true });
    const watcher = new MutationObserver(() => {
      if (changed && charts.dataset.decided === 'true' && charts.dataset.painted !== known) {
        watcher.disconnect();
        const now = performance.now();
        resolve([now - begun, now - changed]);
      }
    });
    watcher.observe(charts, { attributes: true });
    setTimeout(() => reject(new Error('no repaint within 20 s')), 20000);
  });
}"""
# milliseconds: a mouse that has arrived waits before it presses, holds the button; and the time between two keys
ARRIVED, HELD, KEYS = 150, 80, 350
SAME = 0.1  # of a slider's way
FIRST, WHOLE = 6, 50  # worlds of the two bands that are timed


def main() -> int:
    """Run the benchmark and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=40, help="levers to move (default 40)")
    parser.add_argument("--year", type=int, default=2016, help="year in which the levers are moved (default 2016)")
    parser.add_argument("--bands", action="store_true", help="also wait for the bands, after opening and after a move")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    found = browser()
    if found is None:
        print(
            "No Chromium, Chrome or Edge was found: install one (Debian: apt install chromium).",
            file=sys.stderr,
        )
        return 2
    kept = os.environ | {"CCEPZ_GAMES": ":memory:"}
    server = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True, env=kept)
    try:
        assert server.stdout is not None
        match = re.search(r"http://\S+", server.stdout.readline())
        if match is None:
            print("The server did not start.", file=sys.stderr)
            return 1
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
            page = chromium.new_page(viewport={"width": 1440, "height": 1000})
            figures = measure(page, match.group(0), options, server.pid)
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
        print(f"  own share, known futures: median {figures['page_ms']:.0f}, most {figures['page_p95_ms']:.0f} ms")
        print("lever drawn by hand: charts repainted, median and 95th percentile")
        print(f"  after coming to rest  {figures['rest_median_ms']:7.0f} {figures['rest_p95_ms']:7.0f} ms")
        print(f"  after letting go      {figures['let_go_median_ms']:7.0f} {figures['let_go_p95_ms']:7.0f} ms")
        print("lever clicked with the mouse")
        print(f"  after pressing        {figures['press_median_ms']:7.0f} {figures['press_p95_ms']:7.0f} ms")
        print(f"  after letting go      {figures['click_median_ms']:7.0f} {figures['click_p95_ms']:7.0f} ms")
        print("lever stepped with the arrow keys")
        print(f"  after the key         {figures['key_median_ms']:7.0f} {figures['key_p95_ms']:7.0f} ms")
        print(f"why?, all shares              {figures['why_ms']:7.0f} ms")
        if options.bands:
            for name, told in (("open", "page opened"), ("move", "lever moved")):
                first, whole = figures[f"{name}_first_band_ms"], figures[f"{name}_whole_band_ms"]
                print(f"{told}: {FIRST} worlds after {first:.0f} ms, {WHOLE} after {whole:.0f} ms")
        for part, name in (("server", "server"), ("heap", "page")):
            early, late = figures[f"{part}_early_mb"], figures[f"{part}_mb"]
            print(f"memory of the {name:<8} {early:7.0f} MB early, {late:.0f} MB at the end")
    return 0


def measure(page: Page, address: str, options: argparse.Namespace, server: int) -> dict[str, float]:
    """Open the page, go to a year, move levers, and return the times in milliseconds."""
    moves, year = options.moves, options.year
    page.goto(address)
    page.wait_for_function(READY, timeout=60_000)
    opened = float(page.evaluate("performance.now()"))
    worlds = {}
    if options.bands:
        # The status quo first; its worlds are then known, as they are to whoever looks at the page before he acts.
        worlds |= bands(page, "open")
        page.evaluate(MOVE, [LEVERS[0], 0.55])
        worlds |= bands(page, "move")
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
        if move + 1 == max(2, moves // 10):
            early = memory(page, server)
    by_hand = []
    half = max(4, moves // 2)
    for move in range(half):
        share = (0.37 + 0.7548776662 * (move + 1)) % 1
        by_hand.append(page.evaluate(DRAW, [LEVERS[move % len(LEVERS)], share, DRAWS, RESTS]))
        page.wait_for_timeout(60)
    clicks = [click(page, LEVERS[turn % len(LEVERS)], (0.23 + 0.5698402910 * (turn + 1)) % 1) for turn in range(half)]
    pressed, clicked = ([pair[part] for pair in clicks] for part in (0, 1))
    keyed = steps(page, LEVERS[0], half)
    rested, let_go = ([pair[part] for pair in by_hand] for part in (0, 1))
    own = []
    for back in range(min(moves, KNOWN)):  # to and fro between two futures that are known
        share = (0.11 + 0.6180339887 * (moves - 4 * (back % 2))) % 1
        try:
            own.append(float(page.evaluate(MOVE, [LEVERS[(moves - 1) % len(LEVERS)], share])))
        except PageError:
            continue  # it stood there already: nothing was repainted
        page.wait_for_timeout(60)
    known = sorted(own)[: max(2, len(own) - 2)]  # the first way to each of the two was a run
    late = memory(page, server)
    return worlds | {
        "page_ms": statistics.median(known),
        "page_p95_ms": known[-1],
        "rest_median_ms": statistics.median(rested),
        "rest_p95_ms": p95(rested),
        "let_go_median_ms": statistics.median(let_go),
        "let_go_p95_ms": p95(let_go),
        "press_median_ms": statistics.median(pressed),
        "press_p95_ms": p95(pressed),
        "click_median_ms": statistics.median(clicked),
        "click_p95_ms": p95(clicked),
        "key_median_ms": statistics.median(keyed),
        "key_p95_ms": p95(keyed),
        "why_ms": why(page),
        "server_early_mb": early[0],
        "heap_early_mb": early[1],
        "server_mb": late[0],
        "heap_mb": late[1],
        "open_ms": opened,
        "moves": moves,
        "min_ms": min(times),
        "median_ms": statistics.median(times),
        "p95_ms": p95(times),
        "max_ms": max(times),
    }


def click(page: Page, lever: str, share: float) -> list[float]:
    """Move the mouse to a place on a slider, rest, press and let go; give the time from both to the charts."""
    slider = page.locator(f"#cz-{lever}")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    stands = slider.evaluate("box => (box.value - box.min) / (box.max - box.min)")
    if abs(stands - share) < SAME:
        share = (share + 3 * SAME) % 1  # a click on the knob decides nothing
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    page.wait_for_timeout(100)
    page.evaluate(WATCH, [lever, "pointerdown"])
    page.mouse.move(box["x"] + 8 + share * (box["width"] - 16), box["y"] + box["height"] / 2, steps=8)
    page.wait_for_timeout(ARRIVED)
    page.mouse.down()
    page.wait_for_timeout(HELD)
    page.mouse.up()
    found: list[float] = page.evaluate("window.decided")
    return found


def steps(page: Page, lever: str, count: int) -> list[float]:
    """Step a slider along with the arrow keys; give the time from each key to the charts."""
    slider = page.locator(f"#cz-{lever}")
    slider.evaluate("box => { box.value = box.min; box.dispatchEvent(new Event('change', { bubbles: true })); }")
    page.wait_for_timeout(1000)
    slider.focus()
    way = int(slider.evaluate("box => Math.round((box.max - box.min) / box.step)"))
    times = []
    for turn in range(count):
        page.evaluate(WATCH, [lever, "keydown"])
        page.keyboard.press("ArrowRight" if turn // way % 2 == 0 else "ArrowLeft")
        times.append(float(page.evaluate("window.decided")[0]))
        page.wait_for_timeout(KEYS)
    return times


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def why(page: Page) -> float:
    """Ask why and wait until every share is there."""
    began = time.perf_counter()
    page.locator(".cz-chart .why").nth(2).click()
    page.wait_for_selector(".cz-why .body[data-missing='0']", timeout=60_000)
    took = 1000 * (time.perf_counter() - began)
    page.keyboard.press("Escape")
    page.wait_for_selector(".cz-why", state="detached")
    return took


def bands(page: Page, name: str) -> dict[str, float]:
    """Wait for the first band and the whole one."""
    began = time.perf_counter()
    found = {}
    for band, worlds in (("first", FIRST), ("whole", WHOLE)):
        page.wait_for_function(
            f"Number((document.querySelector('[data-painted]').dataset.worlds) || 0) >= {worlds}", timeout=300_000
        )
        found[f"{name}_{band}_band_ms"] = 1000 * (time.perf_counter() - began)
    return found


def memory(page: Page, server: int) -> tuple[float, float]:
    """Return megabytes of the server (not of its workers) and of the page's JavaScript after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    status = Path(f"/proc/{server}/status")
    if not status.exists():
        return 0.0, heap / 1e6
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text())
    return (float(found.group(1)) / 1e3 if found else 0.0), heap / 1e6


def browser() -> str | None:
    """Return the path of a Chromium, Chrome or Edge; the variable CCEPZ_BROWSER goes first."""
    named = os.environ.get("CCEPZ_BROWSER")
    if named:
        return named if Path(named).exists() else None
    return next((path for path in map(shutil.which, NAMES) if path), None)


if __name__ == "__main__":
    raise SystemExit(main())
