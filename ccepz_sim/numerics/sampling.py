"""Choosing rows by chance with the least noise in their number.

Chances are whole numbers of 2^-32, so that their running sum is exact, the same on every processor, and quick.
"""

from __future__ import annotations

import numpy as np

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import Drawing, uniforms

BITS = 32
ONE = 1 << BITS


@compiled
def in_parts(chance: np.ndarray) -> np.ndarray:
    """Give chances within 0-1 as whole numbers of 2^-32, same shape."""
    return (chance * float(ONE)).astype(np.int64)


@compiled
def comb(parts: np.ndarray, start: float) -> np.ndarray:
    """Choose rows with the given marginal chances; their number differs from the expected one by less than 1.

    Args:
        parts: chance of each row as `in_parts` gives it, shape (n,).
        start: one uniform draw in [0, 1) that places the comb.

    Returns:
        Rows chosen, ascending, shape (chosen,).

    Source: systematic sampling with unequal probabilities, Madow 1949.
    """
    chosen = np.empty(parts.size, dtype=np.int64)
    count, reached = 0, int(start * ONE)
    for row in range(parts.size):
        before = reached
        reached += parts[row]
        if before >> BITS != reached >> BITS:  # a whole one was passed
            chosen[count] = row
            count += 1
    return chosen[:count].copy()


@compiled
def comb_of(parts: np.ndarray, kinds: np.ndarray, start: float) -> np.ndarray:
    """Choose rows as `comb` does, when all rows of a kind have the same chance.

    Args:
        parts: chance by kind; kinds above the last count as the last.
        kinds: kind of each row, shape (n,); start: as for `comb`.
    """
    chosen = np.empty(kinds.size, dtype=np.int64)
    last = parts.size - 1
    count, reached = 0, int(start * ONE)
    for row in range(kinds.size):
        before = reached
        reached += parts[min(int(kinds[row]), last)]
        if before >> BITS != reached >> BITS:  # a whole one was passed
            chosen[count] = row
            count += 1
    return chosen[:count].copy()


@compiled
def even_comb(count: int, chance: float, start: float) -> np.ndarray:
    """Choose among rows that all have the same chance; as `comb`, without a table.

    Args:
        count: number of rows; chance: of each, within 0-1; start: as for `comb`.
    """
    part = int(chance * ONE)
    teeth = np.arange(ONE - int(start * ONE), count * part + 1, ONE)
    return (teeth + (part - 1)) // max(1, part) - 1


@compiled
def choose_some(zone: Drawing, stream: int, chance: np.ndarray, count: int) -> np.ndarray:
    """Choose some rows, none twice; the same as NumPy's `choice` without replacement with the draws of a stream.

    Args:
        stream: its number; chance: of each row, summing to one; count: how many, fewer where fewer have a chance.

    Returns:
        Rows in the order in which they were chosen.
    """
    left, line = chance.copy(), np.empty(chance.size)
    count = min(count, int((chance > 0.0).sum()))
    chosen = np.empty(count, dtype=np.int64)
    done = drawn = 0
    while done < count:
        total = 0.0
        for row in range(left.size):
            total += left[row]
            line[row] = total
        line /= total
        luck = uniforms(zone, stream, count - done, drawn)
        drawn += luck.size
        for draw in luck:
            row = np.searchsorted(line, draw, side="right")
            if left[row] > 0.0:  # not yet chosen
                chosen[done] = row
                left[row] = 0.0
                done += 1
    return chosen
