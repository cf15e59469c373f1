"""What a firm reports when it evades alone: hiding pays until the expected fine catches up with the tax."""

from __future__ import annotations

import numpy as np

from ccepz_sim.numerics.compiled import Value, compiled


@compiled
def hidden_share(tax: Value, chance: Value, fine: float, steepness: float) -> Value:
    """Choose the share of emissions hidden: v = (tax / chance - fine) / steepness, within 0-1.

    Args:
        tax: yuan per equivalent.
        chance: chance that hiding is found, same shape.
        fine, steepness: yuan per equivalent hidden, and its rise with the hidden share.

    Source: Harford 1978; Macho-Stadler and Perez-Castrillo 2006; benchmark B04.
    """
    share: Value = np.minimum(np.maximum((tax / np.maximum(chance, 1e-9) - fine) / steepness, 0.0), 1.0)
    return share


@compiled
def evasion_cost(tax: Value, hidden: Value, chance: Value, fine: float, steepness: float) -> Value:
    """Give the expected cost per equivalent of reporting all but the hidden share.

    Args:
        tax, fine, steepness: yuan/equivalent; hidden, chance: 0-1; arrays of one shape.
    """
    return tax * (1.0 - hidden) + chance * hiding_fine(hidden, fine, steepness)


@compiled
def hiding_fine(hidden: Value, fine: float, steepness: float) -> Value:
    """Give the fine for hiding, yuan/equivalent emitted: it rises faster than the hidden share.

    Args:
        hidden: 0-1, any shape; fine, steepness: yuan/equivalent.
    """
    return fine * hidden + steepness * hidden**2 / 2.0
