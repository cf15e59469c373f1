"""How compiled rules draw: Philox 4x64 with ten rounds, held equal to NumPy's by a test.

Source: Salmon et al. 2011; a draw is the upper 53 bits of a word, as in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types as numba_types
from numba.extending import intrinsic, overload

from ccepz_sim.numerics.draws import uniforms

ROUNDS = 10
LANES = 4  # words of a block
types: Any = numba_types  # which publishes no types of its own
ONE_FACTOR, OTHER_FACTOR = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
ONE_STEP, OTHER_STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
NOTHING, LOST = np.uint64(0), np.uint64(11)
STEP = 1.0 / 2**53
WIDE = ir.IntType(128)


@intrinsic
def _product(_: Any, one: Any, other: Any) -> Any:
    """Give the upper and the lower word of a product."""
    pair = types.UniTuple(types.uint64, 2)

    def make(context: Any, builder: Any, __: Any, values: Any) -> Any:
        wide = builder.mul(*(builder.zext(value, WIDE) for value in values))
        upper = builder.trunc(builder.lshr(wide, WIDE(64)), ir.IntType(64))
        return context.make_tuple(builder, pair, (upper, builder.trunc(wide, ir.IntType(64))))

    return pair(one, other), make


@overload(uniforms)
def _uniforms(zone: Any, stream: Any, count: Any, first: Any = 0) -> Callable[..., np.ndarray]:  # noqa: ARG001
    def draw(zone: Any, stream: Any, count: Any, first: Any = 0) -> np.ndarray:
        found = np.empty(count)
        key, quarter = zone.keys.key, np.uint64(zone.quarter)
        last = first + count
        for block in range(first // LANES, (last + LANES - 1) // LANES):
            a, b, c, d = np.uint64(block + 1), NOTHING, quarter, NOTHING
            one, other = key[stream, 0], key[stream, 1]
            for _ in range(ROUNDS):
                upper, lower = _product(ONE_FACTOR, a)
                upper_too, lower_too = _product(OTHER_FACTOR, c)
                a, b, c, d = upper_too ^ b ^ one, lower_too, upper ^ d ^ other, lower
                one += ONE_STEP
                other += OTHER_STEP
            at = block * LANES - first
            if at >= 0 and at + LANES <= count:
                found[at], found[at + 1] = np.int64(a >> LOST) * STEP, np.int64(b >> LOST) * STEP
                found[at + 2], found[at + 3] = np.int64(c >> LOST) * STEP, np.int64(d >> LOST) * STEP
                continue
            for word in (a, b, c, d):  # the first block or the last, of which not all is asked for
                if 0 <= at < count:
                    found[at] = np.int64(word >> LOST) * STEP
                at += 1
        return found

    return draw
