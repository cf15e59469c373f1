"""What is announced works only after its lag: an exact Erlang filter of the deviation from the status quo."""

from __future__ import annotations

from math import exp, factorial
from typing import Annotated

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.declare import Dims, Size, Table

MOST_STAGES = 3
Steps = Annotated[npt.NDArray[np.float64], Dims.of("levers", MOST_STAGES, MOST_STAGES)]
Stages = Annotated[npt.NDArray[np.float64], Dims.of("levers", MOST_STAGES)]
Numbers = Annotated[npt.NDArray[np.int64], Dims.of("levers")]


def erlang_matrix(mean: float, stages: int) -> np.ndarray:
    """Give the exact one-quarter transition of an Erlang chain, shape (stages, stages).

    Args:
        mean: mean lag in quarters, positive.
        stages: number of equal stages.

    Source: matrix exponential of a lower-bidiagonal chain; benchmark B20.
    """
    rate = stages / mean
    matrix = np.zeros((stages, stages))
    for row in range(stages):
        for column in range(row + 1):
            step = row - column
            matrix[row, column] = exp(-rate) * rate**step / factorial(step)
    return matrix


class LagFilter(Table):
    """The deviations of all levers on their way to work; see `make_filter`."""

    levers: Size
    matrix: Steps  # from stage to stage in a quarter
    last: Numbers  # stage that works
    state: Stages  # deviation by stage <- announcements

    def step(self, deviation: np.ndarray) -> np.ndarray:
        """Advance one quarter toward the announced deviation and return what works, shape (levers,)."""
        return np.array([pass_on(self, lever, deviation[lever]) for lever in range(self.levers)])


def make_filter(means: np.ndarray, stages: np.ndarray) -> LagFilter:
    """Make a filter with nothing on its way.

    Args:
        means: lag of each lever in quarters, 0 for none; stages: of each lever; shape (levers,).
    """
    count = len(means)
    matrix, last = np.zeros((count, MOST_STAGES, MOST_STAGES)), np.zeros(count, dtype=int)
    for lever in range(count):
        if means[lever] > 0.0:
            number = int(stages[lever])
            matrix[lever, :number, :number] = erlang_matrix(float(means[lever]), number)
            last[lever] = number - 1
    return LagFilter.make(levers=count).fill(matrix=matrix, last=last)


@compiled
def pass_on(filter_: LagFilter, lever: int, deviation: float) -> float:
    """Move what a lever has on its way one quarter toward its announced deviation, and give what works."""
    state = filter_.state[lever]
    for stage in range(state.size - 1, -1, -1):  # the last stage first: it takes from those before it
        reached = deviation
        for earlier in range(stage + 1):
            reached += filter_.matrix[lever, stage, earlier] * (state[earlier] - deviation)
        state[stage] = reached
    return state[filter_.last[lever]]
