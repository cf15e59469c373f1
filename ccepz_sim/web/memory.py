"""What was let go of goes back to the system: of many threads' memory glibc keeps most, for ever.

A room that has left would else fill the memory of a small machine until the server ends.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EVERY = 60.0  # seconds
ARENAS = 2  # heaps among which threads share; by default eight a core, each with holes of its own
ARENA_MAX = -8  # of `mallopt`, see malloc.h


@contextmanager
def given_back(every: float = EVERY) -> Iterator[None]:
    """Give memory back now and then while a block runs; does nothing where the C library is not glibc."""
    library = _glibc()
    if library is None:
        yield
        return
    library.mallopt(ARENA_MAX, ARENAS)
    over = threading.Event()

    def look() -> None:
        while not over.wait(every):
            library.malloc_trim(0)  # other threads run meanwhile

    thread = threading.Thread(target=look, name="memory", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _glibc() -> Any:
    """Return the C library where it can give memory back."""
    try:
        library = ctypes.CDLL(None)
        return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
    except (OSError, TypeError):  # Windows has none of that kind
        return None
