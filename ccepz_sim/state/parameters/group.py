"""The base of all groups of parameters: numbers that never change during a run, each under its name in the content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from ccepz_sim.numerics.declare import Table, layout_of
from ccepz_sim.text.errors import ContentError, unknown


class Group(Table, shared=True):
    """One group of parameters: a field for each, `name: float  # unit`."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Give the names of the parameters."""
        return tuple(layout_of(cls).fields)

    @classmethod
    def holding(cls, group: str, values: Mapping[str, float]) -> Self:
        """Hold the values of a group.

        Raises:
            ContentError: a value has no field, or a field no value.
        """
        fields = layout_of(cls).fields
        for name in values:
            if name not in fields:
                raise ContentError("parameter_not_read", name=f"{group}.{name}")
        for name in fields:
            if name not in values:
                raise unknown("unknown_parameter", f"{group}.{name}", [f"{group}.{one}" for one in values])
        return cls.make().fill(**values)
