"""The history 2010-2015 is run once per content, seed, scale and scenario past, kept, and copied for every game."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from ccepz_sim.measures.observers import Recorder
from ccepz_sim.state.zone import Zone

KEPT = 4
Past = tuple[Zone, Recorder]
_lock = threading.Lock()
_histories: OrderedDict[Hashable, Past] = OrderedDict()


def past(key: Hashable, run: Callable[[], Past]) -> Past:
    """Give a copy of the zone at the start of 2016 with its records, from memory or as `run` gives it.

    Args:
        key: all that the history depends on.
    """
    with _lock:
        found = _histories.get(key)
        if found is None:
            found = _histories[key] = run()
            while len(_histories) > KEPT:
                _histories.popitem(last=False)
        _histories.move_to_end(key)
    zone, recorder = found
    return zone.copy(), recorder.copy()


def forget() -> None:
    """Drop all kept histories (tests, long-lived servers)."""
    _histories.clear()
