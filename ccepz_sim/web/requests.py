"""What a page asks for: each request is carried out once, however often it arrives, and then confirmed.

A part of the page sends `{"request": NAME, "year": YEAR, "value": …}`; after a lost connection or a restart of the
server the page sends what was never confirmed again, see `frame/assets/connection.js`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ccepz_sim.game.session import Game

Guard = Callable[[Callable[[Any], None]], Callable[[Any], None]]
Act = Callable[[Game, Any, int | None], None]
LONGEST = 40  # letters of the name of a request
CONFIRMED = 50  # requests that a page is told of, more than it ever waits for

ACTS: Mapping[str, Act] = {
    "decide": lambda game, wish, year: game.decide(str(wish["lever"]), float(wish["value"]), year=year),
    "choose_package": lambda game, package, year: game.choose_package(str(package), year=year),
    "choose_scenario": lambda game, name, _: game.choose_world(scenario=str(name)),
    "choose_seed": lambda game, seed, _: game.choose_world(seed=int(seed)),
    "undo": lambda game, *_: game.undo(),
    "redo": lambda game, *_: game.redo(),
    "reset": lambda game, *_: game.reset(),
    "undo_one": lambda game, number, _: game.undo(int(number)),
    "go_to": lambda game, year, _: game.go_to(int(year)),
    "switch_to": lambda game, branch, _: game.switch(int(branch)),
    "drop": lambda game, branch, _: game.drop(int(branch)),
    "branch": lambda game, name, _: game.branch(str(name)),
    "bookmark": lambda game, name, _: game.bookmark(str(name)),
    "go_back": lambda game, number, _: game.go_back(int(number)),
}


def _nothing(*_: object) -> None:
    pass


class Requests:
    """The requests of one page for one game."""

    def __init__(self, game: Game, guard: Guard) -> None:
        """Carry out under a guard, which shows what was refused."""
        self._game, self._guard = game, guard
        self._listeners: list[Callable[[], None]] = []

    def of(self, name: str) -> Callable[[Any], None]:
        """Return what carries out the requests of one kind; those of a kind that is not known are confirmed alone."""
        act = ACTS.get(name, _nothing)

        def receive(data: Any) -> None:
            request, year, value = _parts(data)

            def do(_: object) -> None:
                self._game.once(request, lambda: act(self._game, value, year))

            self._guard(do)(None)
            if request:
                for listener in tuple(self._listeners):
                    listener()

        return receive

    def again(self, message: Any) -> None:
        """Carry out a request that was sent before, unless it was carried out then; one that is not known is let go."""
        self.of(message["name"])(message["data"])

    def confirmed(self) -> list[str]:
        """Return the requests that were carried out or refused last."""
        return list(self._game.requests()[-CONFIRMED:])

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Be told when a request was carried out; returns the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


def _parts(data: Any) -> tuple[str, int | None, Any]:
    """Take a request apart; what comes without a name is a plain value."""
    if not isinstance(data, dict) or "request" not in data:
        return "", None, data
    year = data.get("year")
    return str(data["request"])[:LONGEST], year if isinstance(year, int) else None, data.get("value")
