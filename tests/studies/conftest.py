"""A small study, workers with faults, and what a finished study looks like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.study import Study
from ccepz_sim.studies import store

RUNS = 40


def words(text: str) -> dict[str, str]:
    """Return a label."""
    return {"en": text, "zh": "名称"}


def document(**changes: Any) -> dict[str, Any]:
    """Return the document of a study with forty runs."""
    return {
        "id": "tried",
        "label": words("Tried"),
        "question": words("Does it work?"),
        "design": "grid",
        "seeds": 10,
        "expected_runs": RUNS,
        "packages": ["status-quo", "tax-only"],
        "scenarios": ["slow-recovery"],
        "relations": {"years": 1, "scale": 0.0005},
        "lever": [{"id": "audit-share", "values": [0.05, 0.5]}],
        "outcome": [{"indicator": "gdp_real"}, {"indicator": "colluding_share", "place": "golmud"}],
        **changes,
    }


@pytest.fixture(scope="session")
def content() -> Content:
    """The project's own content."""
    return load_content()


@pytest.fixture
def make(content: Content) -> Callable[..., Study]:
    """Read a study that differs from the small one in some keys."""

    def read(**changes: Any) -> Study:
        return content.read_study(document(**changes), "tried.toml")

    return read


@pytest.fixture
def study(make: Callable[..., Study]) -> Study:
    """The small study."""
    return make()


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let a shard hold eight runs only."""
    monkeypatch.setattr(store, "MOST_RUNS_OF_SHARD", 8)
    return 8


@pytest.fixture(scope="session")
def pretended(content: Content, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the small study in small shards, its runs made up, as one worker makes it without a break."""
    from ccepz_sim.studies import runner
    from tests.studies.faults import Faults, FaultyPool

    folder = tmp_path_factory.mktemp("pretended")
    study = content.read_study(document(), "tried.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "MOST_RUNS_OF_SHARD", 8)
        assert runner.run_study(study, folder / "out", engine=FaultyPool(1, Faults(folder))).finished
    return files(folder / "out")


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a study that must be the same bytes however it was made."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("ledger.")
    }
