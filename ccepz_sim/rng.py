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


def systematic(probability: np.ndarray, start: float) -> np.ndarray:
    """Choose rows with the given marginal probabilities and the least noise in their number.

    Args:
        probability: chance of each row, shape (n,), within 0-1.
        start: one uniform draw in [0, 1) that places the comb.

    Returns:
        Boolean mask, shape (n,). The number chosen differs from the expected one by less than 1.

    Source: systematic sampling with unequal probabilities, Madow 1949.
    """
    ticks = np.floor(np.cumsum(probability) + start)
    chosen = np.empty(probability.shape, dtype=bool)
    if chosen.size:
        chosen[0] = ticks[0] >= 1.0
        np.greater(ticks[1:], ticks[:-1], out=chosen[1:])
    return chosen
