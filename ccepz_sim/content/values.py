"""The values of a group of parameters, and the error for a value that is not possible."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from ccepz_sim.content.reading.fields import shown
from ccepz_sim.text.errors import ContentError, unknown


class Values(SimpleNamespace):
    """The values of a group of parameters as attributes; one that is missing is refused in one sentence."""

    __slots__ = ("_group",)

    def __init__(self, group: str = "", values: Mapping[str, float] | None = None) -> None:
        """Hold the values of a group (copying makes an empty one first)."""
        super().__init__(**(values or {}))
        self._group = group

    def __getattr__(self, name: str) -> float:
        """Refuse a name that is not there; names with a leading underscore are Python's own."""
        if name.startswith("_"):
            raise AttributeError(name)
        known = [f"{self._group}.{key}" for key in vars(self)]
        raise unknown("unknown_parameter", f"{self._group}.{name}", known)


def out_of_bounds(name: str, value: float, bounds: tuple[float, float], unit: str) -> ContentError:
    """Return the error for a value out of the bounds of a lever or a parameter."""
    low, high = (shown(end) for end in bounds)
    return ContentError("value_out_of_bounds", name=name, value=shown(value), low=low, high=high, unit=unit)
