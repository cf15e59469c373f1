"""A declared table and a rule on it, for a test in processes of their own."""

from __future__ import annotations

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.declare import Floats, Size, Table


class Heap(Table):
    """One column."""

    rows: Size
    weight: Floats


def made() -> Heap:
    """Give a heap of 1, 2 and 3."""
    return Heap.make(rows=3).fill(weight=[1.0, 2.0, 3.0])


@compiled
def total(heap: Heap) -> float:
    """Add up the weights."""
    return heap.weight.sum()
