"""Games for tests: one thread of this process, or real workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.game.run_cache import RunCache
from ccepz_sim.game.session import Game
from ccepz_sim.game.store import Store
from ccepz_sim.game.worker_pool import LocalPool


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content()


@pytest.fixture
def store(content: Content) -> Iterator[Store]:
    store = Store(content, LocalPool(content, PilotZone))
    yield store
    store.close()


@pytest.fixture
def futures(content: Content) -> Iterator[RunCache]:
    pool = LocalPool(content, PilotZone)
    yield RunCache(content, pool)
    pool.close()


@pytest.fixture
def settle() -> Callable[[Game], None]:
    """Wait until a game has computed what it was asked for."""

    def wait(game: Game) -> None:
        done = threading.Event()
        stop = game.listen(lambda: None if game.state().running else done.set())
        try:
            if game.state().running:
                game.compute()
                assert done.wait(300), "no outcome within five minutes"
        finally:
            stop()

    return wait
