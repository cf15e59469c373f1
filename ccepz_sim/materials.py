"""Every tonne moves here: by-products and wastes by material and place, balanced each quarter."""

from __future__ import annotations

import numpy as np

from ccepz_sim.compiled import compiled
from ccepz_sim.state.arrays import Arrays
from ccepz_sim.state.world import World

ROUNDING = 1e-6  # tonnes


@compiled
def _imbalance(
    opening: np.ndarray,
    generated: np.ndarray,
    imported: np.ndarray,
    reused: np.ndarray,
    treated: np.ndarray,
    discharged: np.ndarray,
    exported: np.ndarray,
    safe: np.ndarray,
    unsafe: np.ndarray,
) -> tuple[float, float]:
    """Give the largest relative gap of a place and material, or of trade between places, and the smallest stock."""
    worst = trade = scale = 0.0
    least = np.inf
    places, materials = opening.shape
    for place in range(places):
        for material in range(materials):
            here = place, material
            inflow = generated[here] + imported[here] + opening[here]
            outflow = reused[here] + treated[here] + discharged[here] + exported[here]
            gap = inflow - (outflow + safe[here] + unsafe[here])
            worst = np.maximum(worst, abs(gap) / max(1.0, inflow))  # keeps what is not a number
            trade += imported[here] - exported[here]
            scale += max(1.0, inflow)
            least = min(least, safe[here], unsafe[here])
    return np.maximum(worst, abs(trade) / scale), least


class MatterError(AssertionError):
    """Matter appeared or vanished."""


class Materials(Arrays):
    """Flows and stocks in tonnes, shape (places, materials): a quarter's flows and stocks at its end."""

    FLOWS = ("generated", "imported", "reused", "treated", "discharged", "exported")

    def __init__(self, world: World) -> None:
        shape = (world.place_count, len(world.materials))
        self.safe = np.zeros(shape)
        self.unsafe = np.zeros(shape)
        self.opening = np.zeros(shape)
        self.generated = np.zeros(shape)
        self.imported = np.zeros(shape)
        self.reused = np.zeros(shape)
        self.treated = np.zeros(shape)
        self.discharged = np.zeros(shape)
        self.exported = np.zeros(shape)

    def open_quarter(self) -> None:
        """Remember the opening stock and clear the flows."""
        np.add(self.safe, self.unsafe, out=self.opening)
        for name in self.FLOWS:
            getattr(self, name)[:] = 0.0

    def check(self, tolerance: float) -> float:
        """Verify generated + imported + opening = reused + treated + discharged + exported + closing.

        Raises:
            MatterError: if a place and material is out of balance by more than the tolerance, or a stock is negative.
        """
        worst, least = _imbalance(
            self.opening, self.generated, self.imported, self.reused, self.treated, self.discharged, self.exported,
            self.safe, self.unsafe,
        )  # fmt: skip
        if not worst <= tolerance or least < -ROUNDING:
            raise MatterError(f"matter is not conserved: {worst:.2e}")
        return worst
