"""Luck that belongs to whom it happens to: a draw depends on seed, stream, quarter and who, on nothing else.

Two policies, other rows, more rows or a draw elsewhere change nobody's luck. Rules draw in two ways. `draw` is a hash
of all four. `turned` is a fixed place on a circle for everybody, which a stream turns every quarter: who are chosen lie
within the chance, so that a slightly larger chance adds a few and drops nobody. The places of people with neighbouring
numbers lie far apart, so that the number chosen is close to the expected one.

Source: random numbers in common, Klein et al. 2024; permanent random numbers, Ohlsson 1995; splitmix64, Steele et al.
2014.
"""

from __future__ import annotations

from typing import Annotated, Protocol

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.declare import Dims, Size, Table
from ccepz_sim.numerics.rng import Stream, Streams

Pairs = Annotated[npt.NDArray[np.uint64], Dims.of("streams", 2)]
Turns = Annotated[npt.NDArray[np.uint64], Dims.of("streams")]
NUMBERS = {stream: number for number, stream in enumerate(Stream)}
WORD = 1 << 64
MASK = WORD - 1
# How far somebody's place lies from that of the number before, in 2^-64 of the circle. All quotients of their continued
# fractions are at most 4, which spreads any run of numbers evenly (Niederreiter 1992); no two fall in step with each
# other, see `tests/engine/determinism/test_turns.py`.
TURNS = {
    "deaths": 0x6B34486A5E42F8C7,
    "separations": 0xB4527E0C64F163B3,
    "matching": 0x61C816882C6332BB,
    "migration": 0x69CB3A560A29F9E1,
    "leaving": 0x6B7D061FEAAE4D09,
    "training": 0x9CAE592D78D5E6E1,
    "fading": 0xB51EDB213F8A79F5,
    "resettlement": 0x95F8CC6B1AAE6879,
}
# of the hash: odd numbers that splitmix64 and MurmurHash3 are known for
GOLDEN, FIRST, SECOND, THIRD = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xFF51AFD7ED558CCD
STEP = 1.0 / 2**53


class Keys(Table, shared=True):
    """Keys of the streams of the package and how far they turn, in the order of `Stream`."""

    streams: Size
    key: Pairs
    turn: Turns  # number, in 2^-64 of the circle; 0 where a stream is not turned


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
    keys = Keys.make(streams=len(Stream))
    turns = [TURNS.get(stream.value, 0) for stream in Stream]
    return keys.fill(key=[streams.key(stream) for stream in Stream], turn=np.array(turns, dtype=np.uint64)).freeze()


def lasting(keys: Keys, stream: int) -> int:
    """Give the key of a stream for what is drawn once for all, whenever that is."""
    one, other = (int(word) for word in keys.key[stream])
    return _signed(_mixed(one, other))


def passing(zone: Drawing, stream: int) -> int:
    """Give the key of a stream for this quarter."""
    return narrow(lasting(zone.keys, stream), zone.quarter + 1)


def narrow(key: int, number: int) -> int:
    """Give the key of one of several questions, or of a pair: the second draws under the key of the first.

    Args:
        key: key of a stream, or of a question; number: of the question or of somebody.
    """
    return _signed(_mixed(int(key) & MASK, int(number)))


def draw(key: int, who: int) -> float:
    """Give a uniform draw within 0-1 of somebody.

    Args:
        key: key of the question; who: number that never changes.
    """
    return (_mixed(int(key) & MASK, int(who)) >> 11) * STEP


def turned(turn: int, shift: int, who: int) -> int:
    """Give where somebody lies on the circle, in 2^-32 as `in_parts` gives chances: chosen if below the chance.

    Args:
        turn: of the stream, see `Keys`; shift: key of the quarter, see `passing`; who: number that never changes.
    """
    return ((int(who) * int(turn) + (int(shift) & MASK)) & MASK) >> 32


def _mixed(key: int, number: int) -> int:
    """Hash a key and a number to a word."""
    word = key ^ (number * GOLDEN & MASK)
    word = (word ^ word >> 30) * FIRST & MASK
    word = (word ^ word >> 27) * SECOND & MASK
    word = (word ^ word >> 31 ^ key) * THIRD & MASK
    return word ^ word >> 33


def _signed(word: int) -> int:
    """Give a word as the whole number it is in compiled rules."""
    return word - WORD if word >> 63 else word
