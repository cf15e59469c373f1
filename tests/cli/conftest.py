"""One command line run inside the test's process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ccepz_sim.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]


@pytest.fixture
def ccepz(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `ccepz …` in a language and return what it said."""

    def run(*arguments: str, lang: str = "en", **environ: str) -> Answer:
        system = {"LANG": "zh_CN.UTF-8" if lang == "zh" else "en_GB.UTF-8", **environ}
        try:
            code = main(arguments, system)
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return run
