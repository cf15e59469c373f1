"""Runs that are made once for all tests of a process: for tests of what is done with a run, not of the run itself."""

from __future__ import annotations

from collections import OrderedDict
from typing import ClassVar

from ccepz_sim.game.records import Order, Result
from ccepz_sim.game.runner import Look, Progress, Runner
from ccepz_sim.numerics.clock import PLAY_YEAR

MOST = 400  # results that are kept; a future has about 2 MB, most are briefs


class RememberingRunner(Runner):
    """Runs each order once; who asks again is given the same result, as from a cache."""

    results: ClassVar[OrderedDict[tuple[str, Order], Result]] = OrderedDict()

    def run(self, order: Order, progress: Progress = lambda _: None, look: Look = lambda: None) -> Result:
        """Run, or tell each year of a run that was made before."""
        key = (self.content.hash, order)
        found = self.results.get(key)
        if found is None:
            found = self.results[key] = super().run(order, progress, look)
            while len(self.results) > MOST:
                self.results.popitem(last=False)
            return found
        for year in range(PLAY_YEAR, order.until + 1):
            look()
            progress(year)
        return found
