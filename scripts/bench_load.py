"""How many players one server answers, and how fast: a room in a closed loop on this machine.

    python scripts/bench_load.py [--players 1 10 20 40] [--seconds 60] [--mix distinct] [--bands 900] [--json]

Each player opens the page as a browser does (its cookie, its websocket, its messages), waits for the charts, and then
decides again and again: he thinks for 4 to 6 seconds after each *answer*, goes a year on and sets a lever to a value
it does not have. Every decision is a new one (`--mix distinct`: no two players ever decide the same; `--mix natural`:
half of them choose among four levers and four values, as people do who sit beside each other). At the end the room
pauses: how long until six and fifty worlds have come for everybody, and what memory is left when all have gone.

The server and its workers run as `ccepz play` does; the players are one process of their own, whose share of a
processor is stated. Besides, the largest room on a server with one worker, and both again with players who hardly
think, so that they take all a server has: the throughput of all workers is held against that of one. `--aim` lets
players rest the pointer on a value before they decide, which the page uses to think ahead.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any

SERVE = (
    "from ccepz_sim.web import app_state; {limit}"
    "from ccepz_sim.web.server import serve; serve(port=0, open_browser=False)"
)
ALL, ONE = "", "app_state.WORKERS = (1, 1); "
RESTLESS = ("--think", "0.2", "0.4", "--seconds", "30")
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
ROOT = re.compile(r'solara\.jupyterRootPath = "([^"]+)"')  # of the socket that goes with a page
FIRST, WHOLE = 6, 50  # worlds of the two bands that are timed
PATIENCE = 180.0  # seconds after which a decision counts as unanswered
OPENING = 300.0
AIM = 0.23  # seconds a pointer rests on a value, and a button is held, before it is decided
ARRIVE = 20.0  # seconds in which a room comes in
LAST_YEAR = 2034
SAME = 1e-9
POPULAR = 4
SHARES = (0.25, 0.5, 0.75, 1.0)
ROWS = (
    ("players", "players", "{:.0f}"),
    ("workers", "workers", "{:.0f}"),
    ("thinking, s at least", "thinks", "{:.1f}"),
    ("decisions answered", "answered", "{:.0f}"),
    ("a second", "per_second", "{:.2f}"),
    ("answer, median, ms", "median_ms", "{:.0f}"),
    ("answer, 95 %, ms", "p95_ms", "{:.0f}"),
    ("answer, longest, ms", "max_ms", "{:.0f}"),
    ("unanswered", "unanswered", "{:.0f}"),
    ("refused (not counted)", "refused", "{:.0f}"),
    ("six worlds for all after, s", "first_band_s", "{:.1f}"),
    ("fifty worlds for all after, s", "whole_band_s", "{:.0f}"),
    ("cores: server", "server_cpu", "{:.2f}"),
    ("cores: workers", "workers_cpu", "{:.2f}"),
    ("cores: players", "client_cpu", "{:.2f}"),
    ("server, MB: opened", "server_mb_open", "{:.0f}"),
    ("server, MB: at the end", "server_mb_end", "{:.0f}"),
    ("server, MB: with all bands", "server_mb_bands", "{:.0f}"),
    ("server, MB: all gone", "server_mb_gone", "{:.0f}"),
    ("workers together, MB: at the end", "workers_mb_end", "{:.0f}"),
    ("workers together, MB: all gone", "workers_mb_gone", "{:.0f}"),
)
# Parts of the page that matter here, by some of their properties.
PARTS = {"charts": {"panels", "worlds"}, "levers": {"groups", "confirmed"}, "time": {"decided", "running", "last"}}
GONE = 75.0  # seconds after which a game that nobody looks at has let go of its figures


def main() -> int:
    """Run the room for each number of players and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, nargs="+", default=[1, 10, 20, 40], help="sizes of the room")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of each loop (default 60)")
    parser.add_argument("--rounds", type=int, default=4, help="loops of a single player (default 4)")
    parser.add_argument("--think", type=float, nargs=2, default=[4.0, 6.0], help="seconds of thinking, from and to")
    parser.add_argument("--mix", choices=("distinct", "natural"), default="distinct", help="what players decide")
    parser.add_argument("--bands", type=float, default=900.0, help="seconds to wait for all bands; 0 does not wait")
    parser.add_argument("--aim", action="store_true", help="let players aim before they decide")
    parser.add_argument("--seed", type=int, default=1, help="of thinking and choosing (default 1)")
    parser.add_argument("--alone", action="store_true", help="leave the comparison with one worker out")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--client", metavar="ADDRESS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        asyncio.run(room(options.client, options))
        return 0
    found = []
    for players in options.players:
        found.append(measure(str(players)))
        print(json.dumps(found[-1]), file=sys.stderr, flush=True)  # a long run that is cut off has told what it found
    most = str(max(options.players))
    pairs = []
    if not options.alone:
        room_again = next(figures for figures in found if figures["players"] == int(most))
        pairs.append((room_again, measure(most, ONE)))
        pairs.append((measure(most, ALL, *RESTLESS), measure(most, ONE, *RESTLESS)))
    report = {"rooms": found, "against_one_worker": pairs, "gates": gates(found, pairs)}
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        show(report)
    return 0


# The server, and what it takes


def measure(players: str, limit: str = "", *more: str) -> dict[str, Any]:
    """Start a server, let a room play on it, and return its figures."""
    import psutil

    environment = os.environ | {"CCEPZ_GAMES": ":memory:"}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE.format(limit=limit)], stdout=subprocess.PIPE, text=True, env=environment
    )
    client = None
    try:
        assert server.stdout is not None
        match = re.search(r"http://\S+", server.stdout.readline())
        assert match is not None, "the server did not start"
        watched = psutil.Process(server.pid)
        command = [sys.executable, __file__, *sys.argv[1:], "--client", match.group(0), "--players", players]
        command += [*more, *(["--bands", "0"] if limit or more else [])]
        client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert client.stdout is not None
        marks: dict[str, dict[str, float]] = {}
        figures: dict[str, Any] = {}
        for line in client.stdout:
            word, _, rest = line.partition(" ")
            if word == "mark":
                marks[rest.strip()] = taken(watched)
            elif word == "figures":
                figures = json.loads(rest)
        client.wait(timeout=60)
        began, ended = marks["begin"], marks["end"]
        span = ended["time"] - began["time"]
        figures["server_cpu"] = (ended["server_cpu"] - began["server_cpu"]) / span
        figures["workers_cpu"] = (ended["workers_cpu"] - began["workers_cpu"]) / span
        figures["workers"] = int(ended["workers"])
        for name in ("open", "end", "bands", "gone"):
            if name in marks:
                figures[f"server_mb_{name}"] = marks[name]["server_mb"]
                figures[f"workers_mb_{name}"] = marks[name]["workers_mb"]
        return figures
    finally:
        for process in (client, server):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(timeout=60)


def taken(server: Any) -> dict[str, float]:
    """Return what the server and its workers have taken so far: seconds of processor time, megabytes."""
    import psutil

    found = {"time": time.monotonic(), "server_cpu": 0.0, "workers_cpu": 0.0, "workers_mb": 0.0, "workers": 0.0}
    times = server.cpu_times()
    found["server_cpu"] = times.user + times.system
    found["server_mb"] = server.memory_info().rss / 1e6
    for worker in server.children():
        try:
            times, memory = worker.cpu_times(), worker.memory_info()
        except psutil.Error:
            continue
        found["workers_cpu"] += times.user + times.system
        found["workers_mb"] += memory.rss / 1e6
        found["workers"] += 1
    return found


def gates(rooms: list[dict[str, Any]], pairs: list[Any]) -> dict[str, Any]:
    """Return the ratios that count, and whether each is reached."""
    by_size = {figures["players"]: figures for figures in rooms}
    found: dict[str, Any] = {}
    for name, (several, one) in zip(("as they think", "restless"), pairs, strict=False):
        ratio = several["per_second"] / max(one["per_second"], SAME)
        found[f"throughput against one worker, players {name}"] = (ratio, "at least 1.5", ratio >= 1.5)
    if 1 in by_size and 20 in by_size:
        ratio = by_size[20]["p95_ms"] / by_size[1]["p95_ms"]
        found["95 % of 20 players against 1"] = (ratio, "at most 4", ratio <= 4.0)
    lost = sum(figures["unanswered"] for figures in (*rooms, *(figures for pair in pairs for figures in pair)))
    found["unanswered"] = (lost, "none", lost == 0)
    waiting = sum(figures["players"] - figures.get("with_whole_band", figures["players"]) for figures in rooms)
    found["players without their fifty worlds"] = (waiting, "none", waiting == 0)
    return found


def show(report: dict[str, Any]) -> None:
    """Print a table."""
    rooms = list(report["rooms"])
    for several, one in report["against_one_worker"]:
        rooms += [several, one] if several not in rooms else [one]
    for label, key, form in ROWS:
        print(f"{label:<34}" + "".join(f"{form.format(room[key]) if key in room else '–':>10}" for room in rooms))
    for name, (value, wanted, reached) in report["gates"].items():
        print(f"{name}: {value:.2f} ({wanted}) {'reached' if reached else 'NOT reached'}")


# The players


@dataclass
class Shared:
    """What all players of a room share: no two decide the same where that is wanted."""

    options: argparse.Namespace
    taken: set[tuple[Any, ...]] = field(default_factory=set)
    times: list[float] = field(default_factory=list)
    in_time: int = 0
    refused: int = 0
    unanswered: int = 0
    over: bool = False
    begin: asyncio.Event = field(default_factory=asyncio.Event)
    leave: asyncio.Event = field(default_factory=asyncio.Event)


class Player:
    """One browser: a page, a websocket, and the state of the three parts of the page that matter here."""

    def __init__(self, address: str, number: int, shared: Shared) -> None:
        """Prepare; nothing is sent yet."""
        self.address, self.shared = address, shared
        self.dice = random.Random(f"{shared.options.seed} {number}")
        self.origin = "/".join(address.split("/")[:3])
        self.kernel, self.client, self.control = (str(uuid.uuid4()) for _ in range(3))
        self.states: dict[str, dict[str, Any]] = {}  # of the parts, by the names of `PARTS`
        self.comms: dict[str, str] = {}
        self.changed = asyncio.Condition()
        self.told: list[str] = []
        self.decisions: list[tuple[str, float, int]] = []
        self.worlds_at: dict[int, float] = {}
        self.gone: str | None = None
        self.socket: Any = None
        self.cookie, self.root = "", ""

    async def play(self) -> None:
        """Open the page, decide until the time is over, wait for the bands, and leave."""
        from websockets.asyncio.client import connect

        await asyncio.to_thread(self._load)
        kernels = f"{self.origin.replace('http', 'ws', 1)}{self.root}/api/kernels"
        url = f"{kernels}/{self.kernel}/channels?session_id={self.client}"
        headers = {"Cookie": self.cookie, "User-Agent": AGENT}
        async with connect(
            url, origin=self.origin, additional_headers=headers, max_size=None, compression=None, proxy=None
        ) as self.socket:
            reading = asyncio.create_task(self._read())
            try:
                await self._open()
                await self.shared.begin.wait()
                await self._decide_until_over()
                await self.shared.leave.wait()
            finally:
                reading.cancel()
        await asyncio.to_thread(self._close)

    async def opened(self) -> None:
        """Wait until the charts are there.

        Raises:
            RuntimeError: they never came.
        """
        if not await self._until(lambda: len(self.states) == len(PARTS), OPENING):
            raise RuntimeError(f"the page did not open: {self.gone}")

    async def worlds(self, count: int, seconds: float) -> bool:
        """Wait until a band of so many worlds has come for the last decision."""
        return await self._until(lambda: int(self.states["charts"]["worlds"]) >= count, seconds)

    # What a browser sends

    def _load(self) -> None:
        asked = urllib.request.Request(self.address, headers={"User-Agent": AGENT, "Accept": "text/html"})
        cookies = SimpleCookie()
        for _ in range(int(OPENING)):
            try:
                with urllib.request.urlopen(asked, timeout=OPENING) as answer:
                    found = ROOT.search(answer.read().decode())
                    for line in answer.headers.get_all("Set-Cookie") or []:
                        cookies.load(line)
                break
            except urllib.error.URLError as error:  # the server says its address just before it listens
                if not isinstance(error.reason, ConnectionRefusedError):
                    raise
                time.sleep(1)
        if found is None:
            raise RuntimeError("no page was given")
        self.root = found[1]
        self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())

    async def _open(self) -> None:
        await self._send("kernel_info_request", {})
        await self._send("comm_open", {"comm_id": self.control, "target_name": "solara.control", "data": {}})
        themes = {"light": {}, "dark": {}}
        path = self.address[len(self.origin) :]
        arguments = {"path": path, "dark": False, "themes": themes, "appName": None}
        await self._send("comm_msg", {"comm_id": self.control, "data": {"method": "run", "args": arguments}})

    def _asked(self, value: Any, year: int) -> dict[str, Any]:
        """Return a value as a request, as the page sends it: by its name it is carried out once."""
        return {"request": uuid.uuid4().hex, "value": value, "year": year}

    async def _event(self, part: str, event: str, data: Any) -> None:
        content = {"event": event, "data": data}
        await self._send("comm_msg", {"comm_id": self.comms[part], "data": {"method": "custom", "content": content}})

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        header = {
            "date": now, "msg_id": str(uuid.uuid4()), "msg_type": kind, "session": self.client, "username": "",
            "version": "5.2",
        }  # fmt: skip
        message = {
            "buffers": [], "channel": "shell", "content": content, "header": header, "metadata": {}, "parent_header": {}
        }  # fmt: skip
        await self.socket.send(json.dumps(message, separators=(",", ":")))

    def _close(self) -> None:
        """Send what a browser sends when its tab is closed."""
        address = f"{self.origin}/_solara/api/close/{self.kernel}?session_id={self.client}"
        headers = {"User-Agent": AGENT, "Cookie": self.cookie, "Origin": self.origin}
        urllib.request.urlopen(urllib.request.Request(address, method="POST", headers=headers), timeout=60).close()

    # What it gets

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                if isinstance(frame, str) and ('"comm_open"' in frame or '"comm_msg"' in frame):
                    await self._take(json.loads(frame))
        except Exception as error:
            self.gone = repr(error)
        else:
            self.gone = f"closed: {self.socket.close_code} {self.socket.close_reason}"
        async with self.changed:
            self.changed.notify_all()

    async def _take(self, message: dict[str, Any]) -> None:
        content = message["content"]
        comm, state = content.get("comm_id"), (content.get("data") or {}).get("state")
        if not isinstance(state, dict):
            return
        if message["header"]["msg_type"] == "comm_open":
            for part, keys in PARTS.items():
                if keys <= state.keys():
                    self.comms[part], self.states[part] = comm, dict(state)
            if "dark_effective" in state:
                update = {"method": "update", "state": {"dark_effective": False}, "buffer_paths": []}
                await self._send("comm_msg", {"comm_id": comm, "data": update})
            if {"text", "action"} <= state.keys() and "progress" not in state:
                self.told.append(str(state["text"]))  # a notice
        else:
            for part, known in self.comms.items():
                if known == comm:
                    self.states[part].update(state)
        async with self.changed:
            self.changed.notify_all()

    async def _until(self, done: Any, seconds: float) -> bool:
        async with self.changed:
            try:
                await asyncio.wait_for(self.changed.wait_for(lambda: done() or self.gone is not None), seconds)
            except TimeoutError:
                return False
        return bool(done())

    # What a player does

    async def _decide_until_over(self) -> None:
        low, high = self.shared.options.think
        await asyncio.sleep(self.dice.uniform(0, high))
        while not self.shared.over and self.gone is None:
            await self._decide()
            await asyncio.sleep(self.dice.uniform(low, high))

    async def _decide(self) -> None:
        """Go a year on, set a lever to a new value, and wait for the charts of it."""
        year = int(self.states["time"]["year"])
        if self.decisions and year < LAST_YEAR:
            year += 1
            await self._event("time", "go_to", self._asked(year, year - 1))
            await self._until(lambda: self.states["levers"]["year"] == year, PATIENCE)
        lever, value = self._choice(year)
        before, told = int(self.states["charts"]["version"]), len(self.told)
        wish = {"lever": lever, "value": value}
        if self.shared.options.aim:
            await self._event("levers", "foresee", wish)
            await asyncio.sleep(AIM)
        began = time.perf_counter()
        await self._event("levers", "decide", self._asked(wish, year))

        def answered() -> bool:
            charts, levers = self.states["charts"], self.states["levers"]
            drawn = charts["decided"] and before < int(charts["version"]) == int(levers["answered"])
            return (drawn and abs(float(levers["values"][lever]) - value) < SAME) or len(self.told) > told

        came = await self._until(answered, PATIENCE)
        took = time.perf_counter() - began
        if not came:
            self.shared.unanswered += 1
        elif len(self.told) > told:
            self.shared.refused += 1
        else:
            self.shared.times.append(took)
            self.shared.in_time += not self.shared.over
            self.decisions.append((lever, value, year))

    def _choice(self, year: int) -> tuple[str, float]:
        """Return a lever and a value that it does not have; where decisions are to differ, one that nobody chose."""
        levers = [lever for group in self.states["levers"]["groups"] for lever in group["levers"]]
        natural = self.shared.options.mix == "natural" and self.dice.random() < 0.5
        for _ in range(1000):
            lever = self.dice.choice(levers[:POPULAR] if natural else levers)
            steps = round((lever["high"] - lever["low"]) / lever["step"])
            step = round(self.dice.choice(SHARES) * steps) if natural else self.dice.randrange(steps + 1)
            value = round(lever["low"] + step * lever["step"], 10)
            if abs(value - float(self.states["levers"]["values"][lever["id"]])) < lever["step"] / 2:
                continue
            chosen = (*self.decisions, (lever["id"], value, year))
            if chosen in self.shared.taken and self.shared.options.mix == "distinct":
                continue
            self.shared.taken.add(chosen)
            return str(lever["id"]), value
        raise AssertionError("every decision was taken")


async def room(address: str, options: argparse.Namespace) -> None:
    """Let a room play, and print marks for whoever watches the server, and the figures at the end."""
    (players,) = options.players
    shared = Shared(options)
    all_players: list[Player] = []
    opening: list[float] = []
    rounds = options.rounds if players == 1 else 1
    began, spent, span = time.monotonic(), 0.0, 0.0
    mark("start")
    for turn in range(rounds):
        shared.begin.clear()
        shared.leave.clear()
        shared.over = False
        now = [Player(address, 1000 * turn + number, shared) for number in range(players)]
        all_players += now
        tasks = []
        for player in now:
            tasks.append(asyncio.create_task(player.play()))
            await asyncio.sleep(min(1.0, ARRIVE / players) if players > 1 else 0)
        for player in now:
            await player.opened()
        opening.append(time.monotonic() - began)
        await asyncio.sleep(2)
        if turn == 0:
            mark("open")
            mark("begin")
        began, cpu = time.monotonic(), time.process_time()
        shared.begin.set()
        await asyncio.sleep(options.seconds)
        shared.over = True
        span += time.monotonic() - began
        spent += time.process_time() - cpu
        if turn == rounds - 1:
            mark("end")
        figures = await bands(now, options) if options.bands else {}
        if turn == rounds - 1 and options.bands:
            mark("bands")
        shared.leave.set()
        await asyncio.wait(tasks, timeout=PATIENCE)
        for task in tasks:
            task.result()
    if options.bands:
        await asyncio.sleep(GONE)
        mark("gone")
    milliseconds = sorted(1000 * took for took in shared.times) or [float("nan")]
    figures |= {
        "players": players,
        "answered": len(shared.times),
        "thinks": options.think[0],
        "per_second": shared.in_time / span,
        "median_ms": statistics.median(milliseconds),
        "p95_ms": milliseconds[min(len(milliseconds) - 1, int(0.95 * len(milliseconds)))],
        "max_ms": milliseconds[-1],
        "unanswered": shared.unanswered + sum(player.gone is not None for player in all_players),
        "refused": shared.refused,
        "client_cpu": spent / span,
        "open_s": opening[0],
    }
    print("figures", json.dumps(figures), flush=True)


async def bands(players: list[Player], options: argparse.Namespace) -> dict[str, float]:
    """The room pauses: wait until the bands have come for everybody."""
    began = time.monotonic()
    found: dict[str, float] = {}
    for name, worlds in (("first", FIRST), ("whole", WHOLE)):
        left = max(1.0, options.bands - (time.monotonic() - began))
        came = await asyncio.gather(*(player.worlds(worlds, left) for player in players))
        if all(came):
            found[f"{name}_band_s"] = time.monotonic() - began
        found[f"with_{name}_band"] = sum(came)
    return found


def mark(name: str) -> None:
    """Tell whoever watches the server that a part begins or ends."""
    print("mark", name, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
