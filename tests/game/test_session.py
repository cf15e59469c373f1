"""Games and futures on the real model."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content import Content, load_content
from ccepz_sim.errors import UserError
from ccepz_sim.game.futures import Futures, World
from ccepz_sim.game.session import Game
from ccepz_sim.game.store import Store
from ccepz_sim.policies.schedule import Decision

WORLD = World(3, "slow-recovery")


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


@pytest.fixture
def store(content: Content) -> Iterator[Store]:
    store = Store(content, PilotZone)
    yield store
    store.close()


def settle(game: Game) -> None:
    """Wait until the game has computed what it was asked for."""
    done = threading.Event()
    stop = game.listen(lambda: None if game.state().running else done.set())
    try:
        if game.state().running:
            game.compute()
            assert done.wait(60), "no outcome within a minute"
    finally:
        stop()


def test_a_resumed_future_has_the_bytes_of_a_fresh_run(content: Content) -> None:
    futures = Futures(content, PilotZone)
    first = (Decision("audit-share", 0.4, 2018.0),)
    both = (*first, Decision("inspection-capacity", 150.0, 2024.0))
    futures.run(WORLD, ())
    futures.run(WORLD, first, keep=2024)
    resumed = futures.run(WORLD, both)
    fresh = PilotZone(scenario=WORLD.scenario, seed=WORLD.seed, decisions=both)
    fresh.run(years=20)
    assert resumed.zone.golden_hash() == fresh.golden_hash()
    assert resumed.zone.golden_hash() != futures.run(WORLD, first).zone.golden_hash()


def test_a_future_starts_from_the_last_year_that_agrees(content: Content) -> None:
    futures = Futures(content, PilotZone)
    futures.run(WORLD, (), keep=2030)
    told: list[int] = []
    futures.run(WORLD, (Decision("audit-share", 0.4, 2030.0),), progress=told.append)
    assert told == list(range(2030, 2036))
    told.clear()
    futures.run(WORLD, (), progress=told.append)
    assert told == [], "a finished future is not run again"


def test_futures_and_snapshots_that_are_dropped_are_collected(
    content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccepz_sim.game.futures.KEPT_FUTURES", 1)
    monkeypatch.setattr("ccepz_sim.game.futures.KEPT_SNAPSHOTS", 1)
    futures = Futures(content, PilotZone)
    dropped = weakref.ref(futures.run(WORLD, (Decision("audit-share", 0.4, 2034.0),)).zone)
    futures.run(WORLD, (Decision("audit-share", 0.4, 2035.0),), keep=2035)
    gc.collect()
    assert dropped() is None


def test_deciding_and_undoing(store: Store) -> None:
    token, game, fresh = store.open(None)
    assert fresh
    game.go_to(2019)
    game.decide("audit-share", 0.4)
    settle(game)
    state = game.state()
    assert state.outcome is not None
    assert state.outcome.version == state.version
    assert state.outcome.own.decisions == (Decision("audit-share", 0.4, 2019.0),)
    assert state.outcome.own.zone.golden_hash() != state.outcome.without.zone.golden_hash()
    game.undo()
    settle(game)
    outcome = game.state().outcome
    assert outcome is not None
    assert outcome.own is outcome.without
    assert len(game.log()) == 2, "nothing is ever taken out of the log"
    assert store.open(token)[1] is game


def test_a_trial_is_computed_but_not_decided(store: Store) -> None:
    game = store.open(None)[1]
    game.try_out("audit-share", 0.4)
    settle(game)
    state = game.state()
    assert state.outcome is not None
    assert state.outcome.own.decisions != ()
    assert state.position.decisions == ()
    assert game.log() == ()


def test_an_address_opens_the_same_numbers(store: Store) -> None:
    from ccepz_sim.game import address

    first = store.open(None)[1]
    first.choose_world(seed=5)
    first.choose_package("tax-only")
    first.go_to(2020)
    first.decide("audit-share", 0.25)
    second = store.open(None)[1]
    second.take_over(address.read(store.content, first.address()))
    settle(first)
    settle(second)
    ours, theirs = first.state().outcome, second.state().outcome
    assert ours is not None
    assert theirs is not None
    assert ours.own.zone.golden_hash() == theirs.own.zone.golden_hash()
    assert second.state().year == 2020


@pytest.mark.parametrize(("lever", "value"), [("audit-share", 1.5), ("audit-share", float("nan")), ("no", 0.1)])
def test_bad_decisions_are_refused_and_not_logged(store: Store, lever: str, value: float) -> None:
    game = store.open(None)[1]
    with pytest.raises(UserError):
        game.decide(lever, value)
    assert game.log() == ()


def test_a_failing_run_leaves_a_sentence_and_the_decisions(content: Content) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    store = Store(content, broken)
    game = store.open(None)[1]
    game.decide("audit-share", 0.4)
    store.close()
    state = game.state()
    assert state.problem is not None
    assert "decisions are kept" in state.problem.sentence("en")
    assert len(state.position.items) == 1
    assert not state.running
