"""How compiled rules draw: the functions of `draws.py` on machine words, held equal to them by a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.extending import overload, register_jitable

from ccepz_sim.numerics import draws

GOLDEN, FIRST, SECOND, THIRD = (np.uint64(one) for one in (draws.GOLDEN, draws.FIRST, draws.SECOND, draws.THIRD))
STEP = draws.STEP
A, B, C, D, HALF, LOST = (np.uint64(one) for one in (30, 27, 31, 33, 32, 11))


@register_jitable
def _mixed(key: Any, number: Any) -> Any:
    word = key ^ (np.uint64(number) * GOLDEN)
    word = (word ^ (word >> A)) * FIRST
    word = (word ^ (word >> B)) * SECOND
    word = (word ^ (word >> C) ^ key) * THIRD
    return word ^ (word >> D)


@overload(draws.lasting)
def _lasting(keys: Any, stream: Any) -> Callable[..., int]:  # noqa: ARG001
    def key_of(keys: Any, stream: Any) -> int:
        return np.int64(_mixed(keys.key[stream, 0], keys.key[stream, 1]))  # type: ignore[return-value]

    return key_of


@overload(draws.passing)
def _passing(zone: Any, stream: Any) -> Callable[..., int]:  # noqa: ARG001
    def key_of(zone: Any, stream: Any) -> int:
        return draws.narrow(draws.lasting(zone.keys, stream), zone.quarter + 1)

    return key_of


@overload(draws.narrow)
def _narrow(key: Any, number: Any) -> Callable[..., int]:  # noqa: ARG001
    def key_of(key: Any, number: Any) -> int:
        return np.int64(_mixed(np.uint64(key), number))  # type: ignore[return-value]

    return key_of


@overload(draws.draw)
def _draw(key: Any, who: Any) -> Callable[..., float]:  # noqa: ARG001
    def uniform(key: Any, who: Any) -> float:
        found: float = np.int64(_mixed(np.uint64(key), who) >> LOST) * STEP
        return found

    return uniform


@overload(draws.turned)
def _turned(turn: Any, shift: Any, who: Any) -> Callable[..., int]:  # noqa: ARG001
    def place(turn: Any, shift: Any, who: Any) -> int:
        return np.int64((np.uint64(who) * turn + np.uint64(shift)) >> HALF)  # type: ignore[return-value]

    return place
