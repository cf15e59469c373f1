"""The page of benchmarks: every row, whether the model has its rule, and the tests named after it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

from ccepz_sim.content.loading import Content
from doc_maker.page import Page

TESTS = Path(__file__).resolve().parents[2] / "tests" / "engine"
ROWS = TESTS / "benchmarks.toml"
NAMED = re.compile(r"^def test_(b\d\db?)_\w+", re.MULTILINE)
STATES = ("tested", "adapted", "absent", "elsewhere")


def tests_of_rows() -> dict[str, dict[str, int]]:
    """Return how many tests are named after each row, by file relative to tests/engine."""
    found: dict[str, dict[str, int]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for row, count in Counter(NAMED.findall(path.read_text("utf-8"))).items():
            found.setdefault(row, {})[path.relative_to(TESTS).as_posix()] = count
    return found


def rows() -> list[dict[str, object]]:
    """Return the rows as written."""
    return list(tomllib.loads(ROWS.read_text("utf-8"))["row"])


def benchmarks(_content: Content, lang: str) -> str:
    """Return the page of benchmarks."""
    page = Page("benchmarks", lang)
    every, tests = rows(), tests_of_rows()
    counts = Counter(str(row["state"]) for row in every)
    page.table(("state", "meaning", "count"), ((page.word(f"state_{one}"), page.word(f"state_{one}_means"),
               str(counts[one])) for one in STATES))  # fmt: skip
    lines = []
    for row in every:
        result, model = row["result"], row["model"]
        assert isinstance(result, dict)
        assert isinstance(model, dict)
        files = tests.get(str(row["id"]), {})
        lines.append(
            (
                str(row["id"]).upper(),
                str(result[lang]),
                page.word(f"state_{row['state']}"),
                str(model[lang]),
                ", ".join(f"`{file}` ({count})" for file, count in files.items()),
            )
        )
    page.table(("number", "result", "state", "in_the_model", "tests"), lines)
    return page.text()
