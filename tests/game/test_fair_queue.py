"""Whose order is next: a room of players in made-up time, without threads, clocks or runs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccepz_sim.game.fair_queue import (
    ASKED,
    BACKGROUND,
    FORESEEN,
    OWN,
    OWN_IN_A_ROW,
    FairQueue,
    Request,
)
from ccepz_sim.game.records import Order
from ccepz_sim.game.world import World

RUN = 8  # ticks that a run lasts
FIRST = World(1, "calm")


class Room:
    """A queue and its workers; in every tick each goes on by a piece of its run."""

    def __init__(self, workers: int = 2) -> None:
        """Let all workers be ready."""
        self.queue = FairQueue(workers)
        self.left: dict[int, int] = {}
        self.told: set[int] = set()
        self.now = 0
        self.begun: list[tuple[int, int, Request]] = []  # tick, worker, order
        self.ended: list[Request] = []
        self.on_end: Callable[[Request], None] = lambda _: None
        for worker in range(workers):
            self.queue.ready(worker)

    def ask(self, owner: str, priority: int = OWN, world: World = FIRST) -> Request:
        request = Request(Order(world, ()), priority, lambda *_: None, owners=frozenset({owner}))
        self.queue.add(request)
        self.act()
        return request

    def act(self) -> None:
        plan = self.queue.plan()
        for worker, request in plan.begin.items():
            assert worker not in self.left, "a worker does one thing at a time"
            self.left[worker] = RUN
            self.begun.append((self.now, worker, request))
        for worker in plan.stop:
            assert worker not in self.told, "once is enough"
            self.told.add(worker)
        again = self.queue.plan()
        assert (again.begin, again.stop) == ({}, ())

    def tick(self) -> None:
        self.now += 1
        for worker in sorted(self.left):
            self.left[worker] -= 1
            stopped = worker in self.told
            if stopped or not self.left[worker]:
                request = self.queue.running[worker]
                del self.left[worker]
                self.told.discard(worker)
                if not stopped and not request.cancelled:
                    self.ended.append(request)
                    self.on_end(request)
                self.queue.ended(worker, over=not stopped)
                self.act()

    def until(self, done: Callable[[], bool], most: int = 100_000) -> None:
        for _ in range(most):
            if done():
                return
            self.tick()
        raise AssertionError("it never comes")

    def finish(self) -> None:
        self.until(lambda: not self.left and not self.queue.waiting)

    def owners(self, priority: int) -> list[str]:
        return [next(iter(request.owners)) for _, _, request in self.begun if request.priority == priority]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_thousand_orders_of_one_player_delay_another_by_no_more_than_a_run(workers: int) -> None:
    room = Room(workers)
    for _ in range(1000):
        room.ask("impatient")
    for _ in range(5 * RUN):
        room.tick()
    for _ in range(20):
        asked = room.now
        order = room.ask("patient")
        room.until(lambda order=order: order in room.ended)
        assert room.now - asked <= 2 * RUN
        room.tick()


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_players_take_turns(workers: int) -> None:
    room = Room(workers)
    for owner in "abcde":
        for _ in range(10):
            room.ask(owner)
    room.finish()
    turns = room.owners(OWN)
    last = min(len(turns) - turns[::-1].index(owner) for owner in "abcde")  # until then all of them wait
    assert last >= 30
    for start in range(workers, last - 10):
        assert len(Counter(turns[start : start + 10])) == 5, "within two rounds each comes"


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**9), st.integers(1, 4), st.integers(2, 12))
def test_an_own_order_waits_for_one_run_of_each_other_player_at_most(seed: int, workers: int, players: int) -> None:
    """Whatever the first player asks for, and wherever snapshots lie; besides, some questions go first."""
    dice = random.Random(seed)
    room = Room(workers)
    patient: dict[str, Request] = {}
    asked: list[Request] = []
    for _ in range(200):
        priority = dice.choice((OWN, OWN, ASKED, FORESEEN, BACKGROUND))
        world = World(dice.randrange(50), "calm")
        owner = f"p{dice.randrange(players)}" if dice.random() < 0.6 else "p0"
        if owner == "p0" or priority != OWN:
            order = room.ask(owner, priority, world)
        elif owner not in patient or patient[owner] in room.ended:
            order = patient[owner] = room.ask(owner, OWN, world)
            asked.append(order)
        if dice.random() < 0.1 and order.owners == {"p0"}:
            room.queue.cancel(order)
            room.act()
        for _ in range(dice.randrange(4)):
            room.tick()
    room.finish()
    begun = [request for _, _, request in room.begun]
    for order in asked:
        before = begun[: begun.index(order)]
        gone_first = [other for other in before if other.priority == OWN and other.number > order.number]
        assert len(gone_first) <= players - 1
        questions = [other for other in before if other.priority == ASKED and other.number > order.number]
        assert len(questions) <= 2 * players / OWN_IN_A_ROW + 1
    assert not room.queue.running
    wanted = {id(request) for request in begun if not request.cancelled}
    assert Counter(map(id, room.ended)) == Counter(wanted), "each order ends once"


def test_background_work_makes_way_at_once_and_begins_only_when_nobody_waits() -> None:
    room = Room(2)
    for number in range(6):
        room.ask("a", BACKGROUND, World(number, "calm"))
    room.tick()
    own = room.ask("b")
    assert len(room.told) == 2, "on two cores both make way"
    room.tick()
    assert own in room.queue.running.values()
    assert len(room.queue.running) == 1
    room.until(lambda: own in room.ended)
    assert {request.priority for request in room.queue.running.values()} == {BACKGROUND}
    room.finish()
    assert len(room.ended) == 7, "what was stopped began anew"


def test_with_many_cores_background_work_takes_what_is_left() -> None:
    room = Room(6)
    for number in range(30):
        room.ask("a", BACKGROUND, World(number, "calm"))
    room.ask("b")
    room.tick()
    running = Counter(request.priority for request in room.queue.running.values())
    assert running == {OWN: 1, BACKGROUND: 4}, "one core is left for the page"


def test_bands_come_for_everybody_at_the_same_pace() -> None:
    """Forty players, fifty worlds each, some at a time; nobody is done long before the others."""
    room = Room(2)
    worlds, ahead = 50, 16
    given_out: Counter[str] = Counter()
    got: Counter[str] = Counter()

    def more(owner: str) -> None:
        if given_out[owner] < worlds:
            given_out[owner] += 1
            room.ask(owner, BACKGROUND, World(given_out[owner], "calm"))

    def ended(request: Request) -> None:
        (owner,) = request.owners
        got[owner] += 1
        more(owner)

    room.on_end = ended
    players = [f"p{number}" for number in range(40)]
    for owner in players:
        for _ in range(ahead):
            more(owner)
    first = []
    while room.left:
        room.tick()
        if len(first) < 40:
            first = [owner for owner in players if got[owner] >= 6]
            if len(first) == 40:
                assert max(got.values()) <= 10, "the first six worlds come for all before the rest for some"
    assert got == dict.fromkeys(players, worlds)


def test_bands_go_on_after_a_busy_time() -> None:
    room = Room(2)
    band = [room.ask("a", BACKGROUND, World(number, "calm")) for number in range(4)]
    for turn in range(50):
        room.ask(f"p{turn % 3}")
    room.until(lambda: len(room.ended) == 50)
    assert not set(band) & set(room.ended)
    room.finish()
    assert set(band) <= set(room.ended)


def test_what_is_foreseen_uses_idle_workers_only() -> None:
    room = Room(2)
    foreseen = [room.ask(owner, FORESEEN) for owner in "abc"]
    room.tick()
    assert len(room.left) == 2
    own = [room.ask("d"), room.ask("e")]
    room.tick()
    room.tick()
    assert set(room.queue.running.values()) == set(own)
    room.finish()
    assert set(foreseen) <= set(room.ended)
    ends = [room.ended.index(request) for request in own]
    assert max(ends) < 2


def test_what_was_foreseen_and_is_wanted_goes_on_where_it_is() -> None:
    room = Room(2)
    order = room.ask("a", FORESEEN)
    room.tick()
    order.priority = OWN
    room.act()
    for owner in "bcd":
        room.ask(owner)
    room.until(lambda: order in room.ended)
    assert sum(request is order for _, _, request in room.begun) == 1
    assert room.now == RUN


def test_a_question_is_not_starved_and_does_not_stop_others() -> None:
    room = Room(1)
    question = room.ask("curious", ASKED)
    room.tick()
    room.ask("b")
    assert room.told == set(), "who waits for an order of his own lets a question of another end"
    room.until(lambda: question in room.ended)
    for turn in range(40):
        room.ask(f"p{turn % 5}")
    question = room.ask("curious", ASKED)
    room.until(lambda: question in room.ended)
    assert sum(request.priority == OWN for request in room.ended) <= OWN_IN_A_ROW + 2


def test_a_players_own_order_stops_his_question() -> None:
    room = Room(1)
    room.ask("a", ASKED)
    room.tick()
    own = room.ask("a")
    room.tick()
    assert own in room.queue.running.values()


def test_a_players_orders_go_where_his_snapshots_are() -> None:
    room = Room(4)
    for turn in range(10):
        order = room.ask("a", FORESEEN if turn % 3 else OWN)
        room.until(lambda order=order: order in room.ended)
    assert {worker for _, worker, _ in room.begun} == {0}


def test_snapshots_give_way_when_others_wait() -> None:
    room = Room(2)
    for owner in ("a", "b"):
        order = room.ask(owner)
        room.until(lambda order=order: order in room.ended)
    assert {worker for _, worker, _ in room.begun} == {0}, "both have their home at the first worker"
    room.ask("a")
    room.ask("b")
    assert len(room.left) == 2


def test_a_guess_at_home_makes_way_though_another_worker_is_free() -> None:
    """To begin from the start elsewhere would take longer than to wait for a quarter."""
    room = Room(2)
    room.ask("a", FORESEEN)
    room.tick()
    own = room.ask("a")
    room.tick()
    assert room.queue.running[0] is own


def test_a_shared_order_is_everybodys_turn() -> None:
    room = Room(1)
    room.ask("a")
    shared = Request(Order(FIRST, ()), OWN, lambda *_: None, owners=frozenset({"b", "c"}))
    room.queue.add(shared)
    room.ask("b")
    room.ask("d")
    room.finish()
    order = [request for _, _, request in room.begun]
    assert order.index(shared) == 1
    assert order[2].owners == {"d"}, "b was served by the shared one"


def test_an_order_of_a_dead_worker_goes_to_another() -> None:
    room = Room(2)
    lost, other = room.ask("a"), room.ask("b")
    room.queue.ended(0, over=False, ready=False)
    del room.left[0]
    room.act()
    room.finish()
    assert set(room.ended) == {lost, other}
    assert room.begun[-1][1:] == (1, lost)


def test_what_was_to_follow_on_a_dead_worker_waits_for_another() -> None:
    room = Room(2)
    for number in (2, 3):
        room.ask("a", BACKGROUND, World(number, "calm"))
    own = room.ask("b")
    (worker,) = (worker for worker, request in room.queue._next.items() if request is own)
    room.queue.ended(worker, over=False, ready=False)
    del room.left[worker]
    room.told.discard(worker)
    room.act()
    room.until(lambda: own in room.ended)


@pytest.mark.parametrize("place", ["waiting", "to follow", "running"])
def test_only_what_has_not_begun_can_be_withdrawn(place: str) -> None:
    room = Room(1)
    if place != "running":
        room.ask("a", BACKGROUND if place == "to follow" else OWN)
    order = room.ask("b")
    assert room.queue.withdraw(order) == (place != "running")
    room.act()
    room.finish()
    assert (order in room.ended) == (place == "running")
