"""A new machine shows recorded figures, keeps what is decided, and answers when its rules are compiled."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import Content
from ccepz_sim.game import preparing, recorded
from ccepz_sim.game.game_file import write
from ccepz_sim.game.preparing import Preparation
from ccepz_sim.game.records import Order
from ccepz_sim.game.runner import Runner
from ccepz_sim.game.store import Store
from ccepz_sim.game.worker_pool import LocalPool, ProcessPool
from ccepz_sim.game.world import FIRST_SCENARIO, FIRST_SEED, World
from ccepz_sim.numerics.compiling import Progress

AGAIN = "content or rules changed: run scripts/record_start.py"
WAIT = 60.0
SINGLE = 2e-7  # the precision of the kept figures


@pytest.fixture
def held() -> dict[str, threading.Event]:
    return {"inside": threading.Event(), "go": threading.Event()}


@pytest.fixture
def preparation(held: dict[str, threading.Event]) -> Preparation:
    """A compilation that is half done until `go` is set."""

    def compile_rules(on_progress: Callable[[Progress], None]) -> None:
        on_progress(Progress(0.5, 30.0, 1, 2))
        held["inside"].set()
        assert held["go"].wait(WAIT)

    made = Preparation(compile_rules)
    assert held["inside"].wait(WAIT)
    return made


@pytest.mark.golden
def test_the_record_equals_a_run(content: Content) -> None:
    kept = recorded.recorded_future(content)
    assert kept is not None, AGAIN
    run: Any = Runner(content, PilotZone).run(Order(World(FIRST_SEED, FIRST_SCENARIO), ()))
    facts = json.loads(recorded.FACTS.read_text("utf-8"))
    assert facts["golden_hash"] == run.golden_hash, AGAIN
    for name in recorded.ARRAYS:
        np.testing.assert_allclose(getattr(kept, name), getattr(run, name), rtol=SINGLE, atol=1e-30, err_msg=name)
    for name in ("world", "decisions", "ids", "places", "levers"):
        assert getattr(kept, name) == getattr(run, name), name
    np.testing.assert_allclose(kept.resources, run.resources, rtol=1e-9)
    assert [event[:5] + event[6:] for event in kept.events] == [event[:5] + event[6:] for event in run.events]


def test_figures_of_other_content_or_another_engine_are_not_shown(content: Content, monkeypatch) -> None:
    other = content.with_parameters({"collusion.peer_weight": content.value("collusion.peer_weight") * 0.99})
    assert recorded.recorded_future(other) is None
    monkeypatch.setattr(recorded, "engine_hash", lambda: "another")
    assert recorded.recorded_future(content) is None


@pytest.mark.parametrize("broken", ["FACTS", "FIGURES"])
@pytest.mark.parametrize("what", ["gone", "rubbish"])
def test_a_broken_record_is_none(content: Content, monkeypatch, tmp_path, broken: str, what: str) -> None:
    file = tmp_path / "file"
    if what == "rubbish":
        file.write_bytes(b"[1")
    monkeypatch.setattr(recorded, broken, file)
    assert recorded.recorded_future(content) is None


def test_it_is_told_until_it_is_over(preparation: Preparation, held: dict[str, threading.Event]) -> None:
    over = threading.Event()
    stop = preparation.listen(lambda: over.set() if preparation.is_over else None)
    assert preparation.progress == Progress(0.5, 30.0, 1, 2)
    held["go"].set()
    assert over.wait(WAIT)
    assert preparation.progress is None
    preparation.wait()
    stop()


def test_a_compilation_that_fails_holds_nobody_up() -> None:
    def fail(_: object) -> None:
        raise RuntimeError("no compiler")

    Preparation(fail).wait()


def test_a_machine_that_has_compiled_is_ready(monkeypatch) -> None:
    monkeypatch.setattr(preparing, "missing", list)
    assert Preparation().is_over


def test_workers_wait_until_rules_are_compiled(content: Content, preparation, held, monkeypatch) -> None:
    began = threading.Event()
    monkeypatch.setattr(ProcessPool, "_start", lambda self, me: began.set() or _Ended())
    pool = ProcessPool(content.folder, 1, preparation.wait)
    assert not began.wait(0.2)
    held["go"].set()
    assert began.wait(WAIT)
    pool.close()


class _Ended:
    """A process that has ended."""

    stdin = stdout = None

    def wait(self, timeout: float | None = None) -> int:
        return 0


def test_a_move_is_kept_and_answered_after_the_first_run(content, preparation, held, settle) -> None:
    kept = recorded.recorded_future(content)
    assert kept is not None, AGAIN
    pool = LocalPool(content, lambda **asked: (preparation.wait(), PilotZone(**asked))[1])
    store = Store(content, pool, preparation=preparation, recorded=kept)
    try:
        game = store.open(None).game
        game.begin()
        game.begin()
        state = game.state()
        assert state.recorded
        assert state.running
        assert state.outcome is not None
        assert state.outcome.own is state.outcome.without is kept
        assert state.means.standing is not None, "standing is told from the record"
        game.decide("audit-share", 0.9)
        state = game.state()
        assert state.recorded
        assert len(state.position.items) == 1
        assert write(content, state.world, state.year, game.log())
        held["go"].set()
        settle(game)
        state = game.state()
        assert not state.recorded
        assert state.outcome is not None
        assert state.outcome.own.decisions == state.position.decisions
        assert state.outcome.own.series("audit_share" if "audit_share" in kept.ids else kept.ids[0]).shape == (104,)
    finally:
        held["go"].set()
        store.close()


def test_another_world_has_no_record(content, preparation, held) -> None:
    kept = recorded.recorded_future(content)
    pool = LocalPool(content, lambda **asked: (preparation.wait(), PilotZone(**asked))[1])
    store = Store(content, pool, preparation=preparation, recorded=kept)
    try:
        game = store.open(None).game
        game.begin()
        game.choose_world(seed=7)
        assert game.state().outcome is None
        assert not game.state().recorded
    finally:
        held["go"].set()
        store.close()


def test_the_record_is_shown_to_no_game_that_comes_after_the_first_run(content, settle) -> None:
    """A game whose figures were let go, and one that is opened later, wait for a run instead."""
    kept = recorded.recorded_future(content)
    store = Store(content, LocalPool(content, PilotZone), recorded=kept)
    try:
        early = store.open(None).game
        assert early.state().recorded
        settle(early)
        early._forget()
        assert not early.state().recorded
        assert early.state().outcome is None
        store.warm_up()
        ended = time.monotonic() + WAIT
        while store._recorded is not None and time.monotonic() < ended:
            time.sleep(0.01)
        assert store.open(None).game.state().outcome is None
    finally:
        store.close()
