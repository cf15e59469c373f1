"""A bag of arrays that can be copied in a moment."""

from __future__ import annotations

from typing import Self

import numpy as np


class Arrays:
    """Base of all state tables: copying copies the arrays and shares what never changes."""

    def copy(self) -> Self:
        """Return an independent table."""
        twin = object.__new__(type(self))
        for name, value in self.__dict__.items():
            if (isinstance(value, np.ndarray) and value.flags.writeable) or isinstance(value, list | dict):
                value = value.copy()
            setattr(twin, name, value)
        return twin
