"""Every tonne moves here: by-products and wastes by material and place, balanced each quarter."""

from __future__ import annotations

import numpy as np

from ccepz_sim.state.arrays import Arrays
from ccepz_sim.state.world import World

ROUNDING = 1e-6  # tonnes


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
        self.opening = self.safe + self.unsafe
        for name in self.FLOWS:
            getattr(self, name)[:] = 0.0

    def check(self, tolerance: float) -> float:
        """Verify generated + imported + opening = reused + treated + discharged + exported + closing.

        Raises:
            MatterError: if a place and material is out of balance by more than the tolerance, or a stock is negative.
        """
        stock = self.safe + self.unsafe
        inflow = self.generated + self.imported + self.opening
        gap = inflow - (self.reused + self.treated + self.discharged + self.exported + stock)
        trade = abs(float(self.imported.sum() - self.exported.sum()))
        scale = np.maximum(1.0, inflow)
        worst = max(float((np.abs(gap) / scale).max()), trade / float(scale.sum()))
        if not worst <= tolerance or min(self.safe.min(), self.unsafe.min()) < -ROUNDING:
            raise MatterError(f"matter is not conserved: {worst:.2e}")
        return worst
