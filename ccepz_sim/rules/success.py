"""The chance that research succeeds, and by how much: what firms and institutes have in common.

Source: Dosi et al. 2010; docs/model.md (d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.compiled import Value, compiled

if TYPE_CHECKING:
    pass


@compiled
def success_chance(effort: Value, zeta: float) -> Value:
    """Give the chance of success in a quarter: P = 1 - exp(-zeta x effort). Benchmark B16.

    Source: Dosi et al. 2010.
    """
    chance: Value = 1.0 - np.exp(-zeta * effort)
    return chance


@compiled
def step_draw(uniform: np.ndarray, found: np.ndarray, most: float) -> np.ndarray:
    """Draw productivity steps from a symmetric Beta(b, b) on [-most, most] as the middle one of 2 b - 1 uniforms.

    Args:
        uniform: draws within 0-1, shape (2 b - 1, rows); found: rows that need a step, the others get 0.
        most: largest step.

    Source: Dosi et al. 2010; order statistics of uniforms are Beta distributed. Benchmark B16.
    """
    steps = np.zeros(len(found))
    middle = len(uniform) // 2
    for row in range(found.size):
        if found[row]:
            for one in range(len(uniform)):
                draw, below = uniform[one, row], 0
                for other in range(len(uniform)):
                    below += uniform[other, row] < draw or (uniform[other, row] == draw and other < one)
                if below == middle:
                    steps[row] = (2.0 * draw - 1.0) * most
    return steps


@compiled
def effective_research(research: Value, filled: Value, exponent: float) -> Value:
    """Weigh research by the filled share of skilled posts: below a critical mass money does nothing.

    Args:
        research: outlay in any unit; filled: share of skilled posts, 0-1, same shape.
        exponent: how sharply empty posts void the outlay.
    """
    effective: Value = research * filled**exponent
    return effective
