"""What is announced works only after its lag: an exact Erlang filter of the deviation from the status quo."""

from __future__ import annotations

from math import exp, factorial

import numpy as np

from ccepz_sim.numerics.compiled import compiled

MOST_STAGES = 3


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


class LagFilter:
    """Keep the deviations of all levers on their way to work, shape (levers, MOST_STAGES)."""

    def __init__(self, means: np.ndarray, stages: np.ndarray) -> None:
        count = len(means)
        self.matrix = np.zeros((count, MOST_STAGES, MOST_STAGES))
        self.last = np.zeros(count, dtype=int)
        for lever in range(count):
            if means[lever] > 0.0:
                number = int(stages[lever])
                self.matrix[lever, :number, :number] = erlang_matrix(float(means[lever]), number)
                self.last[lever] = number - 1
        self.rows = np.arange(count)
        self.state = np.zeros((count, MOST_STAGES))

    def step(self, deviation: np.ndarray) -> np.ndarray:
        """Advance one quarter toward the announced deviation and return what works, shape (levers,)."""
        if deviation.any() or self.state.any():
            _pass_on(self.matrix, self.state, deviation)
        return self.state[self.rows, self.last]

    def copy(self) -> LagFilter:
        """Return an independent filter in the same state."""
        twin = object.__new__(LagFilter)
        twin.__dict__.update(self.__dict__)
        twin.state = self.state.copy()
        return twin


@compiled
def _pass_on(matrix: np.ndarray, state: np.ndarray, deviation: np.ndarray) -> None:
    """Move what each lever has on its way one quarter toward its announced deviation."""
    levers, stages = state.shape
    for lever in range(levers):
        gap = state[lever] - deviation[lever]
        for stage in range(stages):
            state[lever, stage] = deviation[lever]
            for earlier in range(stage + 1):
                state[lever, stage] += matrix[lever, stage, earlier] * gap[earlier]
