"""Choosing by chance, everybody by luck of their own.

Chances are whole numbers of 2^-32, the same on every processor, and quick.
"""

from __future__ import annotations

import numpy as np

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import draw, narrow, turned

ONE = 1 << 32
MOST_EVENTS = 100  # of `poisson`: far beyond any number that is met, and a bound for bad parameters


@compiled
def in_parts(chance: np.ndarray) -> np.ndarray:
    """Give chances within 0-1 as whole numbers of 2^-32, same shape."""
    return (chance * float(ONE)).astype(np.int64)


@compiled
def met(parts: np.ndarray, kinds: np.ndarray, who: np.ndarray, turn: int, shift: int) -> np.ndarray:
    """Choose rows by everybody's place on the circle, where all rows of a kind have the same chance; see `turned`.

    Args:
        parts: chance by kind as `in_parts` gives it; kinds above the last count as the last.
        kinds, who: kind and number of each row, one shape; turn: of the stream; shift: key of the quarter.

    Returns:
        Rows chosen, ascending, shape (chosen,).
    """
    chosen, count, last = np.empty(kinds.size, dtype=np.int64), 0, parts.size - 1
    for row in range(kinds.size):
        if turned(turn, shift, who[row]) < parts[min(int(kinds[row]), last)]:
            chosen[count] = row
            count += 1
    return chosen[:count].copy()


@compiled
def draws_of(key: int, who: np.ndarray) -> np.ndarray:
    """Give a uniform draw within 0-1 of each of some.

    Args:
        key: key of the question; who: their numbers, any shape of one side.
    """
    found = np.empty(who.size)
    for row in range(who.size):
        found[row] = draw(key, who[row])
    return found


@compiled
def normal(key: int, who: int) -> float:
    """Give a standard normal draw of somebody.

    Args:
        key: key of the question; who: number that never changes.

    Source: Box and Muller 1958.
    """
    radius = np.sqrt(-2.0 * np.log1p(-draw(narrow(key, 1), who)))
    return radius * np.cos(2.0 * np.pi * draw(narrow(key, 2), who))


@compiled
def poisson(luck: float, expected: float) -> int:
    """Give the number of events that a uniform draw stands for; a larger expectation never gives fewer."""
    chance = np.exp(-expected)
    reached, count = chance, 0
    while luck >= reached and count < MOST_EVENTS:
        count += 1
        chance *= expected / count
        if count > expected and reached + chance == reached:
            break  # no further chance is felt; by rounding the sum may stop short of a luck next to one
        reached += chance
    return count


@compiled
def choose_some(key: int, who: np.ndarray, chance: np.ndarray, count: int) -> np.ndarray:
    """Choose some of many, none twice, by a race: whose clock, at the rate of the chance, rings first.

    The same as drawing one after the other in proportion to the chances of those left; a small change of the chances
    changes few.

    Args:
        key: key of the question; who: their numbers; chance: of each, any sum; same shape.
        count: how many, fewer where fewer have a chance.

    Returns:
        Places among those given, in the order in which they were chosen.

    Source: Efraimidis and Spirakis 2006.
    """
    clock = np.full(who.size, np.inf)
    for one in range(who.size):
        if chance[one] > 0.0:
            # its logarithm: a chance next to none rings late, but it rings
            clock[one] = np.log(-np.log1p(-draw(key, who[one]))) - np.log(chance[one])
    count = min(count, int((chance > 0.0).sum()))
    return np.argsort(clock, kind="mergesort")[:count]
