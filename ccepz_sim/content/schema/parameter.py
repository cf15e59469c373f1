"""Behavioural numbers."""

from __future__ import annotations

from dataclasses import dataclass

from ccepz_sim.content.schema.evidence import FIXED
from ccepz_sim.text.label import Label


@dataclass(frozen=True, slots=True)
class Parameter:
    """One behavioural number; `id` is `GROUP.name`."""

    id: str
    label: Label
    value: float
    unit: str
    bounds: tuple[float, float]
    status: str
    source: str
    why: str

    @property
    def is_uncertain(self) -> bool:
        """Whether no source fixes the value, and the bounds leave it room."""
        return self.status not in FIXED and self.bounds[0] < self.bounds[1]


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """A file of parameters."""

    id: str
    label: Label
    what: Label
