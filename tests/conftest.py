"""What all tests share: how many processes a run uses."""

from __future__ import annotations

import os
import sys

import pytest

# The tests start hundreds of processes: where a machine says not to keep bytecode, each would compile all source anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Games of a test, and of the programs it starts, leave nothing in the home folder of whoever runs it.
os.environ.setdefault("CCEPZ_GAMES", ":memory:")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A whole run uses every core; a run of named files or folders stays in one process."""
    return 0 if config.option.file_or_dir else os.cpu_count() or 1


@pytest.fixture(scope="session")
def compiled_rules() -> None:
    """All rules are compiled: a command says nothing of it on a fresh machine."""
    from ccepz_sim.numerics.compiling import compile_all

    compile_all()
