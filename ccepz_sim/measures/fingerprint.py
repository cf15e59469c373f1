"""One short text for all indicators of a run, the same wherever the run is the same."""

from __future__ import annotations

import hashlib

import numpy as np

HASH_DIGITS = 9
HASH_LETTERS = 16
NO_NUMBER = np.iinfo(np.int64).min


def fingerprint(values: np.ndarray) -> str:
    """Hash indicators by nine significant digits: NumPy versions and processors differ in the sixteenth.

    Args:
        values: of the quarters that count, shape (quarters, indicators, places, views).
    """
    return hashlib.sha256(significant(values).tobytes()).hexdigest()[:HASH_LETTERS]


def significant(values: np.ndarray) -> np.ndarray:
    """Give nine significant digits and the power of ten of each value as whole numbers; shape (2, ...).

    What is no number, as in the years after a run has stopped, is the same everywhere: `NO_NUMBER`.
    """
    missing = np.isnan(values)
    values = np.where(missing, 0.0, values)
    size = np.floor(np.log10(np.maximum(np.abs(values), np.finfo(float).tiny)))
    step = 10.0 ** (size - (HASH_DIGITS - 1))
    rounded: np.ndarray = np.where(values == 0.0, 0.0, np.rint(values / step)).astype(np.int64)
    rounded[missing] = NO_NUMBER
    return np.stack([rounded, np.where(values == 0.0, 0.0, size).astype(np.int64)])
