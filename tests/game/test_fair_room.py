"""Many games on one pool: shared runs, fair caches, bands for everybody; runs are made up and ended by hand."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import Content
from ccepz_sim.game.bands import AHEAD, Band, BandMaker
from ccepz_sim.game.fair_queue import BACKGROUND, FORESEEN, OWN, FairQueue, OnProgress, Request, Then
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.records import Future, Order, Result
from ccepz_sim.game.run_cache import Kept, RunCache, SharedCache
from ccepz_sim.game.runner import Runner
from ccepz_sim.game.session import Game
from ccepz_sim.game.world import World
from ccepz_sim.state.decisions import Decision

WORLD = World(1, "calm")
WAIT = 60  # seconds within which a thread has its turn, however slow the machine is


class HandPool:
    """A pool whose runs end when a test says so, each with the same figures."""

    def __init__(self, like: Future, workers: int = 2) -> None:
        """Answer every order with the figures of one future."""
        self.like = like
        self.queue = FairQueue(workers)
        self.begun: list[Request] = []
        self.lock = threading.RLock()
        for worker in range(workers):
            self.queue.ready(worker)

    def ask(
        self,
        order: Order,
        then: Then,
        priority: int = OWN,
        on_progress: OnProgress | None = None,
        owners: Collection[str] = ("",),
    ) -> Request:
        request = Request(order, priority, then, on_progress, frozenset(owners))
        with self.lock:
            self.queue.add(request)
            self.act()
        return request

    def change(self, request: Request, priority: int, owners: Collection[str]) -> None:
        with self.lock:
            request.priority, request.owners = priority, frozenset(owners)
            self.act()

    def withdraw(self, request: Request) -> bool:
        with self.lock:
            done = self.queue.withdraw(request)
            self.act()
            return done

    def cancel(self, request: Request) -> None:
        with self.lock:
            self.queue.cancel(request)
            self.act()

    def close(self) -> None:
        pass

    def act(self) -> None:
        plan = self.queue.plan()
        self.begun += plan.begin.values()
        for worker in plan.stop:
            self.queue.ended(worker, over=False)
        if plan.stop:
            self.act()

    def end_one(self, error: GameError | None = None) -> bool:
        """End the run that began first; False when there is none."""
        with self.lock:
            if not self.queue.running:
                return False
            worker = min(self.queue.running, key=lambda worker: self.begun.index(self.queue.running[worker]))
            request = self.queue.running[worker]
        result: Result = replace(self.like, world=request.order.world, decisions=request.order.decisions)
        if request.order.what == "brief":
            result = result.brief
        if not request.cancelled:
            request.then(None if error else result, error)
        with self.lock:
            self.queue.ended(worker, over=True)
            self.act()
        return True

    def until(self, done: Callable[[], bool]) -> None:
        """End runs until something holds; threads of the games have their turns meanwhile."""
        tries = threading.Event()
        for _ in range(WAIT * 100):
            if done():
                return
            if not self.end_one():
                tries.wait(0.01)
        raise AssertionError("it never comes")


@pytest.fixture(scope="module")
def like(content: Content) -> Future:
    found = Runner(content, PilotZone).run(Order(WORLD, ()))
    assert isinstance(found, Future)
    return found


@pytest.fixture
def pool(like: Future) -> HandPool:
    return HandPool(like)


@pytest.fixture
def room(content: Content, pool: HandPool) -> Iterator[Callable[..., Game]]:
    """Open games on one cache, small bands."""
    small = content.with_parameters({"game.first_worlds": 2, "game.most_worlds": 5})
    cache = RunCache(small, pool)
    notifiers = ThreadPoolExecutor(2)
    yield lambda owner: Game(small, cache, notifiers, WORLD, owner=owner)
    notifiers.shutdown(cancel_futures=True)


def order(number: int = 0, what: str = "future") -> Order:
    return Order(WORLD, (Decision("audit-share", number / 100, 2020.0),) if number else (), what)


def test_a_run_that_forty_players_wish_for_is_run_once(content: Content, pool: HandPool) -> None:
    cache = RunCache(content, pool)
    got: list[Any] = []
    years: list[int] = []
    for player in range(40):
        cache.ask(order(), lambda *answer: got.append(answer), OWN, years.append, owner=f"p{player}")
    assert len(pool.begun) == 1
    report = pool.begun[0].on_progress
    assert report is not None
    report(2016)
    assert years == [2016] * 40
    assert len(pool.begun[0].owners) == 40
    pool.end_one()
    assert len(got) == 40
    assert len({id(result) for result, _ in got}) == 1
    assert cache.ask(order(), lambda *_: None, owner="late") is None, "it is known by now"
    assert len(pool.begun) == 1


def test_background_worlds_are_shared_too_and_rise_with_who_needs_them(content: Content, pool: HandPool) -> None:
    cache = RunCache(content, pool)
    pool.ask(order(90), lambda *_: None)
    for player in range(3):
        cache.ask(order(1, "brief"), lambda *_: None, BACKGROUND, owner=f"p{player}")
    assert len(pool.queue.waiting) == 1
    waiting = pool.queue.waiting[0]
    assert waiting.priority == BACKGROUND
    ticket = cache.ask(order(1, "brief"), lambda *_: None, OWN, owner="urgent")
    assert (waiting.priority, waiting.owners) == (OWN, frozenset({"urgent"}))
    assert waiting in pool.queue.running.values()
    assert ticket is not None
    ticket.cancel()
    assert waiting.priority == BACKGROUND
    assert waiting.owners == {"p0", "p1", "p2"}


def test_giving_up_takes_nothing_from_others(content: Content, pool: HandPool) -> None:
    cache = RunCache(content, pool)
    got: list[str] = []
    tickets = [cache.ask(order(1), lambda *_, n=n: got.append(n), owner=n) for n in "abc"]
    for ticket in tickets[:2]:
        assert ticket is not None
        ticket.cancel()
        ticket.cancel()
    pool.end_one()
    assert got == ["c"]
    last = cache.ask(order(2), lambda *_: got.append("d"), owner="d")
    assert last is not None
    last.cancel()
    assert pool.begun[-1].cancelled
    assert cache._pending == {}


def test_what_has_begun_is_not_withdrawn(content: Content, pool: HandPool) -> None:
    cache = RunCache(content, pool)
    running = [cache.ask(order(number), lambda *_: None, owner="a") for number in (1, 2)]
    waits = cache.ask(order(3), lambda *_: None, owner="a")
    assert running[0] is not None
    assert waits is not None
    assert not running[0].withdraw()
    assert waits.withdraw()
    assert not waits.withdraw()
    assert len(cache._pending) == 2


def test_an_error_and_a_failure_of_one_reach_all(content: Content, pool: HandPool) -> None:
    cache = RunCache(content, pool)
    got: list[Any] = []

    def fail(*_: Any) -> None:
        raise RuntimeError

    cache.ask(order(1), fail, owner="a")
    cache.ask(order(1), lambda *answer: got.append(answer), owner="b")
    pool.end_one(GameError("run_failed"))
    ((result, error),) = got
    assert result is None
    assert isinstance(error, GameError)


def test_one_players_thousand_results_push_out_his_own_alone(like: Future) -> None:
    cache = SharedCache(Kept(together=20, each=12))
    for player in range(4):
        for number in range(3):
            cache.put(order(10 * player + number + 1), like, f"p{player}")
    for number in range(1000):
        cache.put(order(100 + number), like, "flood")
    assert len(cache) == 20
    for player in range(4):
        for number in range(3):
            assert order(10 * player + number + 1) in cache
    cache.get(order(1), "flood")
    cache.leave("p0")
    assert order(1) in cache, "another holds it too"
    assert order(2) not in cache
    cache.leave("flood")
    assert order(1) not in cache


def test_a_player_keeps_his_last_results(like: Future) -> None:
    cache = SharedCache(Kept(together=20, each=3))
    for number in range(1, 6):
        cache.put(order(number), like, "a")
        cache.get(order(1), "a")
    assert [number for number in range(1, 6) if order(number) in cache] == [1, 4, 5]
    assert cache.pop(order(4)) is like
    assert cache.pop(order(4)) is None
    assert len(cache) == 2


def test_in_a_full_room_only_the_newest_wish_is_run(room: Callable[..., Game], pool: HandPool) -> None:
    game = room("hasty")
    game.compute()
    pool.until(lambda: not game.state().running)
    others = [pool.ask(order(number), lambda *_: None, owners=[f"p{number}"]) for number in (91, 92)]
    begun = len(pool.begun)
    for step in range(1, 8):
        game.decide("audit-share", step / 20)
    assert len(pool.begun) == begun, "the workers are busy"
    pool.until(lambda: not game.state().running)
    mine = [request for request in pool.begun[begun:] if request.owners == {"hasty"} and request.priority == OWN]
    assert len(mine) == 1
    outcome = game.state().outcome
    assert outcome is not None
    assert outcome.own.decisions == game.state().position.decisions
    assert all(request not in pool.queue.waiting for request in others)


def test_bands_come_for_everybody_when_the_room_pauses(room: Callable[..., Game], pool: HandPool) -> None:
    games = [room(f"p{number}") for number in range(8)]
    stops = [game.listen(lambda: None) for game in games]
    for number, game in enumerate(games):
        game.decide("audit-share", 0.05 + number / 20)
    pool.until(lambda: all((band := game.state().band) is not None and band.worlds == 5 for game in games))
    for game in games:
        band = game.state().band
        assert band is not None
        assert band.decisions == game.state().position.decisions
    without = [request for request in pool.begun if request.order.what == "brief" and not request.order.decisions]
    assert len(without) <= 5, "worlds without decisions are the same for all"
    for stop in stops:
        stop()


def test_a_band_asks_for_some_worlds_at_a_time_and_drops_them(content: Content, pool: HandPool) -> None:
    maker = BandMaker(RunCache(content, pool), WORLD, order(1).decisions, 2020, "a")
    bands: list[Band] = []
    maker.start(bands.append)
    assert len(pool.queue.waiting) + len(pool.queue.running) == AHEAD
    pool.end_one()
    assert len(pool.queue.waiting) + len(pool.queue.running) == AHEAD
    maker.cancel()
    pool.end_one()
    pool.end_one()
    assert (pool.queue.waiting, pool.queue.running) == ([], {})
    assert bands == []


def test_a_band_of_known_worlds_needs_no_depth(content: Content, pool: HandPool) -> None:
    """All fifty are answered at once, one within the other, were they asked for carelessly."""
    cache = RunCache(content, pool)
    bands: list[Band] = []
    for _ in range(2):
        maker = BandMaker(cache, WORLD, order(1).decisions, 2020, "a")
        maker.start(bands.append)
        while pool.end_one():
            pass
    assert len(pool.begun) == 2 * maker.most
    assert [band.worlds for band in bands[-2:]] == [40, 50]


def test_what_is_foreseen_goes_up_when_it_is_wanted(content: Content, pool: HandPool) -> None:
    cache = RunCache(content, pool)
    for number in (91, 92):
        pool.ask(order(number), lambda *_: None)
    cache.foresee(order(1), "a")
    (waiting,) = pool.queue.waiting
    assert waiting.priority == FORESEEN
    got: list[Any] = []
    cache.ask(order(1), lambda *answer: got.append(answer), owner="a")
    assert waiting.priority == OWN
    while pool.end_one():
        pass
    assert len(got) == 1
    assert sum(request.order == order(1) for request in pool.begun) == 1


def test_a_game_that_nobody_looks_at_lets_go_of_its_figures(
    room: Callable[..., Game], pool: HandPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccepz_sim.game.listeners.LAPSE", 0.05)
    game = room("a")
    game.listen(lambda: None)()
    stop = game.listen(lambda: None)
    game.decide("audit-share", 0.4)
    pool.until(lambda: not game.state().running)
    outcome = game.state().outcome
    assert outcome is not None
    gone = weakref.ref(outcome.own)
    del outcome
    pool.begun.clear()
    stop()
    pool.until(lambda: game.state().outcome is None)
    for _ in range(20):  # a thread may still hold what it drew
        gc.collect()
        if gone() is None:
            break
        threading.Event().wait(0.2)
    assert gone() is None
    game.listen(lambda: None)
    game.compute()
    pool.until(lambda: game.state().outcome is not None)
    assert len(game.state().position.items) == 1
