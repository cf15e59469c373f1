"""Named random streams: a draw depends on seed, stream name, quarter and block, on nothing else.

Two policies therefore meet the same luck, a copied zone needs no generator state, and the number of
threads or observers cannot change a result.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.random import BitGenerator, Generator, Philox, SeedSequence


class Streams:
    """Hand out a generator per (stream name, quarter, block), positioned by counter.

    Source: counter-based generators, Salmon et al. 2011 (Philox), as in NumPy.
    """

    def __init__(self, seed: int) -> None:
        self.seed = int(seed)
        self._entries: dict[str, tuple[Generator, BitGenerator, dict[str, object], list[int]]] = {}

    def at(self, name: str, quarter: int = 0, block: int = 0) -> Generator:
        """Return the generator of a stream, set to the start of one quarter and block."""
        entry = self._entries.get(name)
        if entry is None:
            entry = self._entries[name] = self._entry(name)
        generator, philox, state, counter = entry
        counter[2], counter[3] = quarter, block
        philox.state = state
        return generator

    def __reduce__(self) -> tuple[type[Streams], tuple[int]]:
        """Travel as the seed: a generator that was sent would no longer be the one whose place is set."""
        return Streams, (self.seed,)

    def _entry(self, name: str) -> tuple[Generator, BitGenerator, dict[str, object], list[int]]:
        key = SeedSequence([self.seed, zlib.crc32(name.encode())]).generate_state(2, np.uint64)
        philox = Philox(key=key)
        counter = [0, 0, 0, 0]
        state: dict[str, object] = {
            "bit_generator": "Philox",
            "state": {"counter": counter, "key": key.tolist()},  # lists: NumPy reads them number by number
            "buffer": [0, 0, 0, 0],
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }
        return Generator(philox), philox, state, counter
