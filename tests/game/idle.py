"""A pool that takes every order and carries out none: for tests of what is kept, not of what is computed."""

from __future__ import annotations

from ccepz_sim.content import Content
from ccepz_sim.game.database import GameDatabase
from ccepz_sim.game.records import Order
from ccepz_sim.game.store import Store
from ccepz_sim.game.worker_pool import OWN, OnProgress, Request, Then


class IdlePool:
    """Takes orders."""

    def ask(self, order: Order, then: Then, priority: int = OWN, on_progress: OnProgress | None = None) -> Request:
        """Take an order."""
        return Request(0, order, priority, then, on_progress)

    def raise_priority(self, request: Request, on_progress: OnProgress | None = None) -> None:
        """Nothing is begun."""

    def close(self) -> None:
        """Nothing runs."""


def idle_store(content: Content, database: GameDatabase | None = None) -> Store:
    """A server without a model."""
    return Store(content, IdlePool(), database)
