"""Games on the real model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import Content
from ccepz_sim.game import address, game_file
from ccepz_sim.game.database import FILE, GameDatabase, usual_path
from ccepz_sim.game.fair_queue import Request
from ccepz_sim.game.means import Means, means
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.records import Future, Order
from ccepz_sim.game.run_cache import KEPT
from ccepz_sim.game.session import Game
from ccepz_sim.game.state import Outcome
from ccepz_sim.game.store import Store
from ccepz_sim.game.worker_pool import LocalPool
from ccepz_sim.state.decisions import Decision
from ccepz_sim.text.errors import UserError

Settle = Callable[[Game], None]


def outcome_of(game: Game) -> Outcome:
    outcome = game.state().outcome
    assert outcome is not None
    return outcome


def test_deciding_and_undoing(store: Store, settle: Settle) -> None:
    token, game, fresh, _ = store.open(None)
    assert fresh
    game.go_to(2019)
    game.decide("audit-share", 0.4)
    settle(game)
    outcome = outcome_of(game)
    assert outcome.version == game.state().version
    assert outcome.own.decisions == (Decision("audit-share", 0.4, 2019.0),)
    assert outcome.own.golden_hash != outcome.without.golden_hash
    game.undo()
    settle(game)
    assert outcome_of(game).own is outcome_of(game).without
    assert len(game.log()) == 2, "nothing is ever taken out of the log"
    assert store.open(token).game is game


def test_deciding_the_same_twice_is_deciding_it_once(store: Store) -> None:
    game = store.open(None).game
    game.decide("audit-share", 0.4)
    game.decide("audit-share", 0.4)
    assert len(game.log()) == 1


def test_a_trial_is_computed_but_not_decided(store: Store, settle: Settle) -> None:
    game = store.open(None).game
    settle(game)  # rules may have to be compiled, and a trial ends by itself
    game.try_out("audit-share", 0.4)
    settle(game)
    state = game.state()
    assert state.trial
    assert outcome_of(game).own.decisions != ()
    assert state.position.decisions == ()
    assert game.log() == ()


def test_a_trial_ends_with_the_hand(store: Store, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    game = store.open(None).game

    def tried() -> None:
        game.try_out("audit-share", 0.4)
        settle(game)
        assert game.state().trial

    def over() -> None:
        settle(game)
        assert not game.state().trial
        assert outcome_of(game).own.decisions == game.state().position.decisions == ()

    tried()
    game.end_trial()
    over()
    tried()
    monkeypatch.setattr("ccepz_sim.game.session.means", no_standing)
    with pytest.raises(GameError):
        game.decide("audit-share", 0.4)
    monkeypatch.undo()
    over()
    monkeypatch.setattr("ccepz_sim.game.trial.SILENCE", 0.3)
    tried()
    for _ in range(10):
        time.sleep(0.1)
        game.hold_trial()
    assert game.state().trial, "the hand is still there"
    for _ in range(100):  # the page has gone
        if not game.state().trial:
            break
        time.sleep(0.1)
    over()


def no_standing(content: Content, decisions: Sequence[Decision], *_: Any) -> Means:
    return replace(means(content, decisions, 2016, None), standing=0.0, spent=float(len(decisions)))


def ready(store: Store, settle: Settle) -> tuple[Game, list[Order]]:
    """A game that waits for its player, and the orders its pool is given from now on."""
    game = store.open(None).game
    game.compute()
    settle(game)
    orders: list[Order] = []
    ask = game.run_cache.pool.ask

    def noted(order: Order, *rest: Any, **more: Any) -> Request:
        orders.append(order)
        return ask(order, *rest, **more)

    game.run_cache.pool.ask = noted  # type: ignore[method-assign, assignment]
    return game, orders


def test_what_was_foreseen_is_there_when_it_is_decided(store: Store, settle: Settle) -> None:
    game, orders = ready(store, settle)
    game.foresee("audit-share", 0.4)
    assert game.log() == ()
    assert not game.state().trial
    game.decide("audit-share", 0.4)
    settle(game)
    assert outcome_of(game).own.decisions == (Decision("audit-share", 0.4, 2016.0),)
    assert sum(order.what == "future" for order in orders) == 1, "it is run once"


def test_what_was_foreseen_and_given_up_can_still_be_decided(store: Store, settle: Settle) -> None:
    game, _ = ready(store, settle)
    for turn_away in (game.foresee_nothing, lambda: game.decide("park-borrowing", 5e8), game.undo):
        game.foresee("audit-share", 0.4)
        turn_away()
        settle(game)
    game.decide("audit-share", 0.4)
    settle(game)
    assert outcome_of(game).own.decisions == (Decision("audit-share", 0.4, 2016.0),)


def test_two_games_may_foresee_the_same(store: Store, settle: Settle) -> None:
    first, orders = ready(store, settle)
    second, _ = ready(store, settle)
    second.choose_world(seed=first.state().world.seed)
    settle(second)
    orders.clear()
    first.foresee_package("tax-only")
    second.foresee_package("tax-only")
    first.foresee_nothing()
    second.choose_package("tax-only")
    settle(second)
    assert outcome_of(second).own.decisions != ()
    assert sum(order.what == "future" for order in orders) == 1


def test_foreseeing_leaves_what_was_asked_for_in_its_cache(store: Store, settle: Settle) -> None:
    game, _ = ready(store, settle)
    without = outcome_of(game).without
    for step in range(1, KEPT[Future].each + 2):
        game.foresee("audit-share", step / 20)
        while game.run_cache._pending:
            time.sleep(0.01)
    assert game.run_cache.known(Order(game.state().world, ())) is without


@pytest.mark.parametrize(("lever", "value"), [("no-such", 1.0), ("audit-share", 9.0)])
def test_what_cannot_be_decided_is_not_foreseen(store: Store, settle: Settle, lever: str, value: float) -> None:
    game, orders = ready(store, settle)
    with pytest.raises(UserError):
        game.foresee(lever, value)
    with pytest.raises(UserError):
        game.foresee_package("no-such")
    assert orders == []


def test_an_address_opens_the_same_numbers(store: Store, settle: Settle) -> None:
    first = store.open(None).game
    first.choose_world(seed=5)
    first.choose_package("tax-only")
    first.go_to(2020)
    first.branch("stricter")
    first.decide("audit-share", 0.25)
    shared = address.read(store.content, first.address())
    second = store.open(None).game
    second.take_over(shared.log, shared.world, shared.year)
    settle(first)
    settle(second)
    assert outcome_of(first).own.golden_hash == outcome_of(second).own.golden_hash
    assert second.state().year == 2020
    assert len(second.state().standings.branches) == 2
    assert second.address() == first.address()


def test_a_file_brings_back_bookmarks_branches_and_undo(store: Store, settle: Settle) -> None:
    first = store.open(None).game
    first.decide("audit-share", 0.25)
    first.bookmark("a start")
    first.branch("more")
    first.decide("audit-share", 0.5)
    first.undo()
    kept = game_file.read(store.content, first.file())
    second = store.open(None).game
    second.take_over(kept.log, kept.world, kept.year)
    assert second.state().position.decisions == first.state().position.decisions
    second.redo()
    first.redo()
    assert second.state().position.decisions == first.state().position.decisions
    assert [mark.name for mark in second.state().standings.marks] == ["a start"]
    with pytest.raises(GameError):
        second.take_over(kept.log, kept.world, kept.year)


def test_a_band_comes_only_while_somebody_looks(content: Content, settle: Settle) -> None:
    small = content.with_parameters({"game.first_worlds": 2, "game.most_worlds": 3})
    store = Store(small, LocalPool(small, PilotZone))
    game = store.open(None).game
    game.decide("audit-share", 0.4)
    settle(game)
    assert game.state().band is None, "nobody looked on"
    done = threading.Event()
    seen: list[int] = []

    def look() -> None:
        band = game.state().band
        if band is not None and band.worlds not in seen:
            seen.append(band.worlds)
            if band.worlds == 3:
                done.set()

    stop = game.listen(look)
    assert done.wait(120)
    stop()
    band = game.state().band
    assert band is not None
    assert band.decisions == game.state().position.decisions
    outcome = outcome_of(game)
    assert (band.own[0] == outcome.own.brief.yearly).all(), "the first world is the game's own"
    assert (band.without[0] == outcome.without.brief.yearly).all()
    game.undo()
    settle(game)
    assert game.state().band is None, "a band belongs to its decisions"
    store.close()


def test_branches_are_compared_with_the_same_luck(store: Store, settle: Settle) -> None:
    game = store.open(None).game
    game.decide("audit-share", 0.25)
    game.branch("more")
    game.decide("audit-share", 0.5)
    settle(game)
    done = threading.Event()
    stop = game.listen(lambda: done.set() if game.state().rivals else None)
    game.compare(True)
    assert done.wait(300)
    stop()
    state = game.state()
    assert state.rivals[0].decisions == state.standings.branches[0].decisions
    assert state.rivals[0].world == outcome_of(game).own.world
    assert state.rivals[0].golden_hash != outcome_of(game).own.golden_hash
    game.branch("three")
    game.branch("four")
    with pytest.raises(GameError):
        game.branch("five")


@pytest.mark.parametrize(("lever", "value"), [("audit-share", 1.5), ("audit-share", float("nan")), ("no", 0.1)])
def test_bad_decisions_are_refused_and_not_logged(store: Store, lever: str, value: float) -> None:
    game = store.open(None).game
    with pytest.raises(UserError):
        game.decide(lever, value)
    assert game.log() == ()


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_name_must_have_a_length(store: Store, name: str) -> None:
    game = store.open(None).game
    with pytest.raises(GameError):
        game.bookmark(name)
    assert game.log() == ()


def test_a_failing_run_leaves_a_sentence_and_the_decisions(content: Content, settle: Settle) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    store = Store(content, LocalPool(content, broken))
    game = store.open(None).game
    game.decide("audit-share", 0.4)
    settle(game)
    store.close()
    state = game.state()
    assert state.problem is not None
    assert "decisions stand" in state.problem.sentence("en")
    assert len(state.position.items) == 1
    assert not state.running


def test_a_game_outlives_its_server(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "中文 folder" / "games.sqlite"
    first = Store(content, LocalPool(content, PilotZone), GameDatabase(path))
    token, game, _, _ = first.open(None)
    game.choose_world(seed=9, scenario="calm")
    game.go_to(2019)
    game.decide("audit-share", 0.4)
    game.undo()
    game.bookmark("here")
    game.choose_panels(("gdp",))
    first.close()
    second = Store(content, LocalPool(content, PilotZone), GameDatabase(path))
    found = second.open(token)
    assert not found.fresh
    assert found.game.log() == game.log()
    assert found.game.state().world == game.state().world
    assert found.game.state().year == 2019
    assert found.game.panels == ("gdp",)
    found.game.redo()
    assert [item.action.year for item in found.game.state().position.items] == [2019]
    second.close()


def test_two_hundred_decisions_keep_a_bounded_cache(content: Content) -> None:
    """Every answer comes, and what is kept of the past has a limit."""
    from ccepz_sim.game.records import Brief, Future, Order
    from ccepz_sim.game.run_cache import KEPT, RunCache
    from ccepz_sim.game.world import World

    pool = LocalPool(content, PilotZone)
    futures = RunCache(content, pool)
    futures.get(Order(World(1, "calm"), ()))
    for number in range(40):
        decisions = (Decision("audit-share", round(0.1 + 0.02 * number, 2), 2035.0),)
        futures.get(Order(World(1, "calm"), decisions, keep=2035))
        futures.get(Order(World(1, "calm"), decisions, "brief", keep=2035))
    assert len(futures._caches[Future]) == KEPT[Future].each
    assert len(futures._caches[Brief]) <= KEPT[Brief].each
    assert len(pool._runner._snapshots) <= 24
    pool.close()


def test_games_are_kept_where_the_variable_says_or_in_the_users_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CCEPZ_GAMES", "here.sqlite")
    assert usual_path() == "here.sqlite"
    monkeypatch.delenv("CCEPZ_GAMES")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert usual_path() == tmp_path / "ccepz-sim" / FILE
