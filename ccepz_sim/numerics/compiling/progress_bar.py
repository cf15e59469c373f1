"""Says on the error stream that rules are compiled, and how far: a bar on a terminal, else a line now and again."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ccepz_sim.numerics.compiling.progress import OnProgress, Progress
from ccepz_sim.text.texts import Texts, system_language

LINE_EVERY = 10.0  # seconds between two lines where no terminal shows a bar


@contextmanager
def on_stderr(lang: str = "") -> Iterator[OnProgress]:
    """Give what is told the progress; `lang` is that of the system where none is given."""
    lang = lang or system_language(os.environ)
    texts = Texts.load("compiling")
    print(texts["begins"].format(lang), file=sys.stderr, flush=True)  # noqa: T201
    if sys.stderr.isatty():
        with _bar(texts["progress"].format(lang)) as on_progress:
            yield on_progress
    else:
        last = time.monotonic()

        def line(progress: Progress) -> None:
            nonlocal last
            if time.monotonic() - last >= LINE_EVERY:
                last = time.monotonic()
                told = texts["line"].format(lang, share=f"{progress.share:.0%}", seconds=f"{progress.left:.0f}")
                print(told, file=sys.stderr, flush=True)  # noqa: T201

        yield line
    print(texts["done"].format(lang), file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def _bar(text: str) -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    left = TextColumn("{task.fields[left]}")
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), left)
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=1.0, left="")

        def on_progress(progress: Progress) -> None:
            bar.update(task, completed=progress.share, left=f"{progress.left:.0f} s")

        yield on_progress
