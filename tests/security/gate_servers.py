"""Servers of a test: their ports, their logs, and the honest player on each."""

from __future__ import annotations

import contextlib
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from gate_client import Browser, Page, ask

SECRET = "the plans of tomorrow"
# Small where a test would wait for long, wide where all attacks come from one browser.
LIMITS = {"connections": [1000, 100], "messages": [400, 100], "patience": 2.0, "states": [6, 0.01], "unsent": 3_000_000,
          "lines": [100_000, 1]}  # fmt: skip


@dataclass
class Served:
    """A running server, what it logs, and the folder it runs in."""

    port: int
    folder: Path
    process: subprocess.Popen[str]
    gated: bool
    first: str = ""
    _honest: list[Page] = field(default_factory=list)

    def log(self) -> str:
        """Everything it wrote."""
        return (self.folder / "log.txt").read_text("utf-8")

    def browser(self) -> Browser:
        """A visitor nobody has seen."""
        return Browser(self.port, self.gated)

    @property
    def honest(self) -> Page:
        """A player who plays on, whatever the others do."""
        if not self._honest:
            self._honest.append(self.browser().play())
        return self._honest[0]


@dataclass
class Outside:
    """Stands for the internet: what it was asked for."""

    port: int
    asked: list[str]


def ready(process: subprocess.Popen[str], gated: bool) -> Served:
    """Wait until a server answers."""
    assert process.stdout is not None
    folder: Path = process.folder  # type: ignore[attr-defined]
    line = process.stdout.readline()
    assert line.strip().isdigit(), (folder / "log.txt").read_text("utf-8")
    port = int(line)
    for _ in range(600):
        with contextlib.suppress(OSError):
            ask(port, "/readyz")
            return Served(port, folder, process, gated)
        time.sleep(0.1)
    raise AssertionError((folder / "log.txt").read_text("utf-8"))
