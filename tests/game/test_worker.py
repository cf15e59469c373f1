"""Worker processes: none outlives its server."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest


def until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within a minute")


def children(pid: int) -> list[int]:
    listed = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(number) for text in listed for number in text.split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted as Linux shows them")
@pytest.mark.parametrize("moment", ["loading", "computing"])
def test_a_worker_ends_with_its_server_whatever_it_is_doing(moment: str) -> None:
    order = "" if moment == "loading" else (
        "from ccepz_sim.game.records import Order; from ccepz_sim.game.world import World;"
        "done = threading.Event();"
        "pool.ask(Order(World(1, 'calm'), ()), lambda *_: None, 0, lambda year: print('at work', flush=True));"
    )  # fmt: skip
    program = (
        "import threading, time; from ccepz_sim.content.loading import load_content;"
        "from ccepz_sim.game.worker_pool import ProcessPool;"
        f"pool = ProcessPool(load_content().folder, 1); {order} print('begun', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while process.stdout.readline().strip() != ("begun" if moment == "loading" else "at work"):
        assert process.poll() is None
    until(lambda: len(children(process.pid)) == 1)
    workers = children(process.pid)
    process.kill()
    process.wait()
    process.stdout.close()
    until(lambda: not any(map(is_alive, workers)))
