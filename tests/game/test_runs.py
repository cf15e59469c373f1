"""Runs for a game: the same bytes wherever and from wherever they are run."""

from __future__ import annotations

import gc
import io
import os
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import Content
from ccepz_sim.game.fair_queue import BACKGROUND, Request
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.records import Brief, Future, Lives, Order
from ccepz_sim.game.run_cache import RunCache
from ccepz_sim.game.runner import Runner
from ccepz_sim.game.worker import LAST, receive, send
from ccepz_sim.game.worker_pool import LocalPool, ProcessPool
from ccepz_sim.game.world import World
from ccepz_sim.state.decisions import Decision

WORLD = World(3, "slow-recovery")
WAIT = 1200  # tenths of a second within which a process starts, however slow the machine is
FIRST = (Decision("audit-share", 0.4, 2018.0),)
BOTH = (*FIRST, Decision("inspection-capacity", 150.0, 2024.0))


@pytest.fixture(scope="module")
def pool(content: Content) -> Iterator[ProcessPool]:
    """Two workers; each takes seconds to start."""
    pool = ProcessPool(content.folder, 2)
    yield pool
    pool.close()


@pytest.fixture
def mortal(content: Content) -> Iterator[ProcessPool]:
    """Two workers that may be killed."""
    pool = ProcessPool(content.folder, 2)
    yield pool
    pool.close()


def future(runner: Runner, *args: Any, **more: Any) -> Future:
    found = runner.run(Order(*args, **more))
    assert isinstance(found, Future)
    return found


def test_a_resumed_future_has_the_bytes_of_a_fresh_run(content: Content) -> None:
    runner = Runner(content, PilotZone)
    future(runner, WORLD, ())
    first = future(runner, WORLD, FIRST, keep=2024)
    resumed = future(runner, WORLD, BOTH)
    fresh = PilotZone(scenario=WORLD.scenario, seed=WORLD.seed, decisions=BOTH)
    fresh.run(years=20)
    assert resumed.golden_hash == fresh.golden_hash()
    assert resumed.golden_hash != first.golden_hash
    assert np.array_equal(resumed.values, fresh.recorder.values[: fresh.recorder.used])
    assert len(resumed.resources) == len(resumed.working) == 20


def test_a_future_starts_from_the_last_year_that_agrees(content: Content) -> None:
    runner = Runner(content, PilotZone)
    future(runner, WORLD, (), keep=2030)
    on_progress: list[int] = []
    runner.run(Order(WORLD, (Decision("audit-share", 0.4, 2030.0),)), on_progress.append)
    assert on_progress == list(range(2030, 2036))


def test_a_brief_and_its_future_say_the_same(content: Content) -> None:
    runner = Runner(content, PilotZone)
    whole = future(runner, WORLD, FIRST)
    brief = runner.run(Order(WORLD, FIRST, "brief", until=2022))
    assert isinstance(brief, Brief)
    assert np.array_equal(brief.yearly, whole.brief.yearly[: len(brief.yearly)])
    assert brief.at("gdp", 2022) == whole.by_year("gdp")[12]


def test_looking_at_lives_changes_nothing_and_adds_up(content: Content) -> None:
    runner = Runner(content, PilotZone)
    before = future(runner, WORLD, FIRST)
    lives = runner.run(Order(WORLD, FIRST, "lives"))
    assert isinstance(lives, Lives)
    assert lives.years == 20
    assert future(Runner(content, PilotZone), WORLD, FIRST).golden_hash == before.golden_hash
    alive = np.asarray(lives.firms["alive"])[-1]
    assert alive.sum() == before.series("firms_active")[-1]
    caught = np.asarray(lives.firms["colluding"])[-1] & alive
    inside = [content.table("places").numbers("in_zone")[int(place)] > 0 for place in lives.firms["place"][-1]]
    share = (caught & inside).sum() / (alive & inside).sum()
    assert share == pytest.approx(before.series("colluding_share")[-1], abs=0.02)


def test_what_is_dropped_is_gone_at_once(content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of Mesa holds itself: megabytes would wait until a collection comes by."""
    monkeypatch.setattr("ccepz_sim.game.runner.KEPT_SNAPSHOTS", 1)
    runner, made = Runner(content, PilotZone), []
    copied = PilotZone.copy

    def copy(zone: PilotZone) -> PilotZone:
        twin = copied(zone)
        made.append(weakref.ref(twin))
        return twin

    def stop() -> None:
        raise InterruptedError

    monkeypatch.setattr(PilotZone, "copy", copy)
    gc.disable()
    try:
        for until, year in ((2016, 2016), (2018, 2018), (2020, 2020)):
            runner.run(Order(WORLD, (Decision("audit-share", 0.4, year),), "brief", until=until, keep=year))
        runner.run(Order(WORLD, FIRST, "lives", until=2016))
        with pytest.raises(InterruptedError):
            runner.run(Order(WORLD, FIRST, until=2016), look=stop)
        held = [zone for zone in (found() for found in made) if zone is not None]
    finally:
        gc.enable()
    kept = [zone for zone, _ in runner._snapshots.values()]
    assert len(made) > 6
    assert {id(zone) for zone in held} == {id(zone) for zone in kept}


def test_a_worker_brings_the_same_bytes_as_this_process(content: Content, pool: ProcessPool, futures: RunCache) -> None:
    order = Order(WORLD, FIRST)
    there, here = RunCache(content, pool).get(order), futures.get(order)
    assert isinstance(there, Future)
    assert isinstance(here, Future)
    assert there.golden_hash == here.golden_hash
    assert np.array_equal(there.values, here.values)
    assert there.events == here.events


def test_an_urgent_order_goes_before_background_work_that_ends_up_the_same(content: Content, pool: ProcessPool) -> None:
    answers: list[str] = []
    done = threading.Event()
    begun = threading.Event()

    def then(name: str, last: bool = False) -> Any:
        def answer(result: Any, error: Any) -> None:
            assert error is None
            answers.append(name)
            if last or len(answers) == 2:
                done.set()

        return answer

    slow = Order(World(4, WORLD.scenario), FIRST, "brief")
    pool.ask(slow, then("background"), BACKGROUND, lambda _: begun.set())
    assert begun.wait(WAIT / 10)
    pool.ask(Order(World(6, WORLD.scenario), (), "brief", until=2016), then("urgent"))
    assert done.wait(WAIT / 10)
    assert answers == ["urgent", "background"]


def test_who_waits_for_what_was_foreseen_waits_no_longer_than_others(futures: RunCache) -> None:
    answers: list[str] = []
    done = threading.Event()

    def then(name: str) -> Any:
        def answer(result: Any, error: Any) -> None:
            assert error is None
            answers.append(name)
            if len(answers) == 4:
                done.set()

        return answer

    def order(seed: int) -> Order:
        return Order(World(seed, WORLD.scenario), (), until=2017)

    begun = threading.Event()
    futures.ask(order(1), then("first"), on_progress=lambda _: begun.set())
    assert begun.wait(WAIT / 10)
    futures.foresee(order(2))
    futures.ask(order(2), then("foreseen"))
    futures.ask(order(3), then("second"))
    futures.ask(order(4), then("third"))
    assert done.wait(WAIT / 10)
    assert answers == ["first", "foreseen", "second", "third"]


def test_what_was_foreseen_makes_way_and_comes_back_when_it_is_wanted(content: Content, pool: ProcessPool) -> None:
    futures = RunCache(content, pool)
    ahead = Order(WORLD, BOTH)
    give_up = futures.foresee(ahead)
    assert isinstance(futures.get(Order(World(6, WORLD.scenario), (), "brief", until=2016)), Brief)
    assert isinstance(futures.get(ahead), Future)
    give_up()
    other = Order(WORLD, FIRST)
    futures.foresee(other)()
    assert isinstance(futures.get(other), Future), "who gives up in time may still ask"
    assert futures._pending == {}
    for _ in range(600):  # the books follow the answer
        if not pool._queue.running:
            break
        time.sleep(0.05)
    assert (pool._queue.waiting, pool._queue.running) == ([], {})


def test_a_cancelled_order_never_answers(content: Content) -> None:
    pool = LocalPool(content, PilotZone)
    answers: list[Any] = []
    begun = threading.Event()
    requests: list[Request] = []
    requests.append(pool.ask(Order(WORLD, ()), lambda *got: answers.append(got), BACKGROUND, lambda _: begun.set()))
    requests.append(pool.ask(Order(WORLD, FIRST), lambda *got: answers.append(got), BACKGROUND))
    assert begun.wait(WAIT / 10)
    for request in requests:
        pool.cancel(request)
    pool.close()
    assert answers == []


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_run_survives_one_worker_and_not_two(content: Content, mortal: ProcessPool, deaths: int) -> None:
    futures = RunCache(content, mortal)
    begun = threading.Event()
    answers: list[Any] = []
    done = threading.Event()

    def then(*answer: Any) -> None:
        answers.append(answer)
        done.set()

    mortal.ask(Order(WORLD, BOTH), then, on_progress=lambda _: begun.set())
    for _ in range(deaths):
        assert begun.wait(WAIT / 10)
        process = mortal._processes[next(iter(mortal._queue.running))]
        assert process is not None
        begun.clear()
        process.kill()
    assert done.wait(WAIT / 10)
    result, error = answers[0]
    assert isinstance(error, GameError) if deaths == 2 else isinstance(result, Future)
    assert isinstance(futures.get(Order(WORLD, FIRST, "brief", until=2016)), Brief)


def test_a_dead_workers_order_does_not_wait_for_its_successor(
    content: Content, mortal: ProcessPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker takes it; what others wait for is not touched."""
    futures = RunCache(content, mortal)
    futures.get(Order(WORLD, (), "brief", until=2016))
    for _ in range(WAIT):
        with mortal._changed:
            if len(mortal._queue.idle) == 2:
                break
        time.sleep(0.1)
    start = mortal._start

    def never(me: int) -> Any:
        return None if me == 0 else start(me)

    monkeypatch.setattr(mortal, "_start", never)
    mortal._processes[0].kill()  # type: ignore[union-attr]
    results = [futures.get(Order(World(seed, WORLD.scenario), (), "brief", until=2016)) for seed in range(6)]
    assert all(isinstance(result, Brief) for result in results)


def test_where_no_worker_starts_nobody_waits_for_ever(content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccepz_sim.game.worker_pool.sys.executable", "/no/such/python")
    pool = ProcessPool(content.folder, 2)
    with pytest.raises(GameError):
        RunCache(content, pool).get(Order(WORLD, ()))
    pool.close()


def test_half_a_frame_is_the_end_of_a_worker() -> None:
    whole = io.BytesIO()
    send(whole, ("some", "thing"))
    assert receive(io.BytesIO(whole.getvalue())) == ("some", "thing")
    for length in range(len(whole.getvalue())):
        with pytest.raises(EOFError):
            receive(io.BytesIO(whole.getvalue()[:length]))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a system has no say for threads")
def test_background_work_stands_back_and_own_orders_do_not(content: Content) -> None:
    pool = ProcessPool(content.folder, 1)
    done = threading.Event()
    RunCache(content, pool).ask(Order(WORLD, (), "brief", until=2016), lambda *_: done.set(), BACKGROUND)
    assert done.wait(WAIT / 10)
    RunCache(content, pool).get(Order(WORLD, FIRST, "brief", until=2016))
    (process,) = pool._processes
    assert process is not None
    tasks = Path(f"/proc/{process.pid}/task")
    nice = {int(task.name): os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in tasks.iterdir()}
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert nice[process.pid] == own, "what somebody waits for runs in the first thread"
    assert max(nice.values()) == min(19, own + LAST)
    pool.close()


def test_workers_end_with_their_server(content: Content, tmp_path: Path) -> None:
    pool = ProcessPool(content.folder, 1)
    RunCache(content, pool).get(Order(WORLD, (), "brief", until=2016))
    threads = list(pool._threads)
    pool.close()
    assert not any(thread.is_alive() for thread in threads)
