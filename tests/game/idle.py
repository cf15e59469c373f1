"""A pool that takes every order and runs none: for tests of what is kept, not of what is computed."""

from __future__ import annotations

from collections.abc import Collection

from ccepz_sim.content.loading import Content
from ccepz_sim.game.database import GameDatabase
from ccepz_sim.game.records import Order
from ccepz_sim.game.store import Store
from ccepz_sim.game.worker_pool import OWN, OnProgress, Request, Then


class IdlePool:
    """Takes orders."""

    def ask(
        self,
        order: Order,
        then: Then,
        priority: int = OWN,
        on_progress: OnProgress | None = None,
        owners: Collection[str] = ("",),
    ) -> Request:
        """Take an order."""
        return Request(order, priority, then, on_progress, frozenset(owners))

    def change(self, request: Request, priority: int, owners: Collection[str]) -> None:
        """Nothing is begun."""

    def withdraw(self, request: Request) -> bool:
        """Nothing is running."""
        return True

    def cancel(self, request: Request) -> None:
        """Nothing is begun."""

    def close(self) -> None:
        """Nothing runs."""


def idle_store(content: Content, database: GameDatabase | None = None) -> Store:
    """A server without a model."""
    return Store(content, IdlePool(), database)
