"""Works items through an engine: batches of about a second, nothing lost with a worker, killers set aside."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ccepz_sim.studies.engines import Engine

BATCH_SECONDS = 1.0
LARGEST_BATCH = 64
TICK = 0.5  # seconds between two looks at whether to stop
FORGIVEN = 1  # deaths of a worker that may be an accident

Item = TypeVar("Item")
Call = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Done(Generic[Item]):
    """An item and what its call gave; with `reason` the item was set aside because it killed its workers."""

    item: Item
    value: Any
    reason: str = ""
    deaths: int = 0


class Work(Generic[Item]):
    """Hands batches of items to an engine and takes the results back.

    A batch that dies with its worker is handed out again item by item; an item whose worker dies again, now that
    it is alone, is set aside. All others finish.
    """

    def __init__(
        self,
        engine: Engine,
        call: Call,
        items: Iterable[Item],
        stopped: Callable[[], bool] = lambda: False,
        spell: Callable[[Item], Any] = lambda item: item,
    ) -> None:
        """Get ready.

        Args:
            engine: where batches go.
            call: picklable; gets a list of spelled-out items and returns one value for each.
            items: what is to be done, cheap to keep.
            stopped: asked now and again whether to stop.
            spell: turns an item into what the call gets, when it is handed out.
        """
        self.engine = engine
        self.call = call
        self.spell = spell
        self.stopped = stopped
        self.waiting = deque(items)
        self.suspects: deque[Item] = deque()
        self.deaths: Counter[Item] = Counter()
        self.under_way: dict[Future[Any], tuple[list[Item], float]] = {}
        self.alone = False
        self.mean = 0.0  # seconds an item takes

    def __iter__(self) -> Iterator[list[Done[Item]]]:
        """Yield what each batch gave, in the order in which batches end, until all is done or a stop is asked for."""
        while (self.waiting or self.suspects or self.under_way) and not self.stopped():
            self._hand_out()
            ended, _ = wait(self.under_way, TICK, FIRST_COMPLETED)
            for future in ended:
                if done := self._take_back(future):
                    yield done

    def _hand_out(self) -> None:
        if self.alone and self.under_way:
            return
        self.alone = False
        while len(self.under_way) < self.engine.capacity:
            if self.suspects:
                # Where a death accuses whatever was near, a suspect is tried with nothing beside it.
                if not self.engine.exact and self.under_way:
                    return
                self._submit([self.suspects.popleft()])
                if not self.engine.exact:
                    self.alone = True
                    return
            elif self.waiting:
                self._submit([self.waiting.popleft() for _ in range(self._batch_size())])
            else:
                return

    def _batch_size(self) -> int:
        if self.mean <= 0.0:
            return 1
        fair = math.ceil(len(self.waiting) / (2 * self.engine.capacity))  # the last batches end together
        return max(1, min(int(BATCH_SECONDS / self.mean), LARGEST_BATCH, fair))

    def _submit(self, batch: list[Item]) -> None:
        self.under_way[self.engine.submit(self.call, [self.spell(item) for item in batch])] = (batch, time.monotonic())

    def _take_back(self, future: Future[Any]) -> list[Done[Item]]:
        batch, began = self.under_way.pop(future)
        try:
            values = future.result()
        except self.engine.deaths as error:
            if not self.engine.began(future):
                self.waiting.extendleft(reversed(batch))
                return []
            reason = self.engine.why(future, error)
            return [done for item in batch if (done := self._accuse(item, reason, len(batch))) is not None]
        taken = (time.monotonic() - began) / len(batch)
        self.mean = taken if self.mean == 0.0 else 0.7 * self.mean + 0.3 * taken
        return [Done(item, value, deaths=self.deaths[item]) for item, value in zip(batch, values, strict=True)]

    def _accuse(self, item: Item, reason: str, size: int) -> Done[Item] | None:
        self.deaths[item] += 1
        if size == 1 and self.deaths[item] > FORGIVEN:
            return Done(item, None, reason, self.deaths[item])
        self.suspects.append(item)
        return None
