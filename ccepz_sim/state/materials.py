"""Every tonne moves here: by-products and wastes by material and place, balanced each quarter."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.declare import Dims, Size, Table

ROUNDING = 1e-6  # tonnes

Tonnes = Annotated[npt.NDArray[np.float64], Dims.of("places", "kinds")]
Trade = Annotated[npt.NDArray[np.float64], Dims.of("places", "places")]


class MatterError(AssertionError):
    """Matter appeared or vanished."""


class Materials(Table):
    """Flows and stocks in tonnes, shape (places, materials): a quarter's flows and stocks at its end."""

    places: Size  # places
    kinds: Size  # materials
    safe: Tonnes  # tonnes, stock <- exchange, inspection, turnover
    unsafe: Tonnes  # tonnes, stock <- exchange, inspection, turnover
    opening: Tonnes  # tonnes, stock of both kinds at the start of the quarter <- opening
    generated: Tonnes  # tonnes <- opening, exchange
    imported: Tonnes  # tonnes <- opening, exchange
    reused: Tonnes  # tonnes <- opening, exchange
    treated: Tonnes  # tonnes <- opening, exchange
    discharged: Tonnes  # tonnes <- opening, exchange
    exported: Tonnes  # tonnes <- opening, exchange
    exchanged: Trade  # tonnes from giver's to taker's place <- exchange

    def open_quarter(self) -> None:
        """Remember the opening stock and clear the flows."""
        clear_tonnes(self)

    def check(self, tolerance: float) -> float:
        """Verify generated + imported + opening = reused + treated + discharged + exported + closing.

        Raises:
            MatterError: if a place and material is out of balance by more than the tolerance, or a stock is negative.
        """
        worst, least = _imbalance(self)
        if not worst <= tolerance or least < -ROUNDING:
            raise MatterError(f"matter is not conserved: {worst:.2e}")
        return worst


@compiled
def clear_tonnes(matter: Materials) -> None:
    """Remember the opening stock and clear the flows, within compiled rules."""
    for place in range(matter.places):
        for kind in range(matter.kinds):
            here = place, kind
            matter.opening[here] = matter.safe[here] + matter.unsafe[here]
            matter.generated[here] = matter.imported[here] = matter.reused[here] = 0.0
            matter.treated[here] = matter.discharged[here] = matter.exported[here] = 0.0


@compiled
def _imbalance(matter: Materials) -> tuple[float, float]:
    """Give the largest relative gap of a place and material, or of trade between places, and the smallest stock."""
    worst = trade = scale = 0.0
    least = np.inf
    for place in range(matter.places):
        for material in range(matter.kinds):
            here = place, material
            inflow = matter.generated[here] + matter.imported[here] + matter.opening[here]
            outflow = matter.reused[here] + matter.treated[here] + matter.discharged[here] + matter.exported[here]
            gap = inflow - (outflow + matter.safe[here] + matter.unsafe[here])
            worst = np.maximum(worst, abs(gap) / max(1.0, inflow))  # keeps what is not a number
            trade += matter.imported[here] - matter.exported[here]
            scale += max(1.0, inflow)
            least = min(least, matter.safe[here], matter.unsafe[here])
    return np.maximum(worst, abs(trade) / scale), least
