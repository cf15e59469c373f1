"""Named random streams: a draw depends on seed, stream name, quarter and block, on nothing else.

Two policies therefore meet the same luck, a copied zone needs no generator state, and the number of
threads or observers cannot change a result.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.random import Generator, Philox, SeedSequence


class Streams:
    """Hand out a generator per (stream name, quarter, block), positioned by counter.

    Source: counter-based generators, Salmon et al. 2011 (Philox), as in NumPy.
    """

    def __init__(self, seed: int) -> None:
        self.seed = int(seed)
        self._entries: dict[str, tuple[Generator, dict[str, object], np.ndarray]] = {}

    def at(self, name: str, quarter: int = 0, block: int = 0) -> Generator:
        """Return the generator of a stream, set to the start of one quarter and block."""
        entry = self._entries.get(name)
        if entry is None:
            entry = self._entries[name] = self._entry(name)
        generator, state, counter = entry
        counter[2], counter[3] = quarter, block
        generator.bit_generator.state = state
        return generator

    def _entry(self, name: str) -> tuple[Generator, dict[str, object], np.ndarray]:
        key = SeedSequence([self.seed, zlib.crc32(name.encode())]).generate_state(2, np.uint64)
        counter = np.zeros(4, dtype=np.uint64)
        state: dict[str, object] = {
            "bit_generator": "Philox",
            "state": {"counter": counter, "key": key},
            "buffer": np.zeros(4, dtype=np.uint64),
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }
        return Generator(Philox(key=key)), state, counter
