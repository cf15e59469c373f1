"""Uniform draws within compiled rules: number for number those of `Streams`, without a call of Python.

A generator that is set to its place, asked and read again costs more than the draws of a quarter. Philox is a function
of key and counter, so that a compiled rule can reckon them itself (`philox.py`); other distributions stay NumPy's.
"""

from __future__ import annotations

from typing import Annotated, Protocol

import numpy as np
import numpy.typing as npt
from numpy.random import Generator, Philox

from ccepz_sim.numerics.declare import Dims, Size, Table
from ccepz_sim.numerics.rng import Stream, Streams

Pairs = Annotated[npt.NDArray[np.uint64], Dims.of("streams", 2)]
NUMBERS = {stream: number for number, stream in enumerate(Stream)}


class Keys(Table, shared=True):
    """Keys of the streams of the package, in the order of `Stream`."""

    streams: Size
    key: Pairs


class Drawing(Protocol):
    """What luck depends on: the zone, which compiled rules hand over whole."""

    @property
    def keys(self) -> Keys:
        """Keys of its seed."""
        ...

    @property
    def quarter(self) -> int:
        """The quarter."""
        ...


def make_keys(streams: Streams) -> Keys:
    """Give the keys of all streams of a seed."""
    return Keys.make(streams=len(Stream)).fill(key=[streams.key(stream) for stream in Stream]).freeze()


def uniforms(zone: Drawing, stream: int, count: int, first: int = 0) -> np.ndarray:
    """Give uniform draws of a stream for this quarter, those of `zone.streams.at(stream, quarter).random`.

    Args:
        stream: its number, see NUMBERS; count: how many; first: number of those to be passed over.

    Returns:
        Within 0-1, shape (count,).
    """
    philox = Philox(key=zone.keys.key[stream], counter=[0, 0, zone.quarter, 0])
    return Generator(philox).random(first + count)[first:]
