"""Rosters: who is in the zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ccepz_sim.content.schema.evidence import Evidence
from ccepz_sim.text.errors import ContentError, unknown
from ccepz_sim.text.label import Label


@dataclass(frozen=True, slots=True)
class Column:
    """What a column means: a number has unit and bounds, a text has choices or refers to a table."""

    id: str
    label: Label
    unit: str
    bounds: tuple[float, float] | None
    status: str
    source: str
    why: str
    choices: tuple[str, ...]
    refers: str
    free: bool
    blank: bool

    @property
    def is_number(self) -> bool:
        """Whether the cells are numbers."""
        return self.bounds is not None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A roster: rows with ids, columns as read-only arrays, evidence of cells where it is their own."""

    id: str
    label: Label
    what: Label
    ids: tuple[str, ...]
    labels: tuple[Label, ...]
    columns: Mapping[str, Column]
    evidence: Mapping[tuple[str, str], Evidence]
    index: Mapping[str, int]
    _numbers: Mapping[str, NDArray[np.float64]] = field(repr=False)
    _texts: Mapping[str, tuple[str, ...]] = field(repr=False)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column of numbers, shape (rows,), read-only, in the unit of `columns[column]`.

        Raises:
            ContentError: there is no such column, or it holds text.
        """
        if column not in self._numbers:
            raise self._refusal(column, "column_is_text", self._numbers)
        return self._numbers[column]

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a column of texts, one per row.

        Raises:
            ContentError: there is no such column, or it holds numbers.
        """
        if column not in self._texts:
            raise self._refusal(column, "column_is_number", self._texts)
        return self._texts[column]

    def holds_text(self, column: str) -> bool:
        """Whether there is such a column, and it holds text."""
        return column in self._texts

    def evidence_of(self, row: str, column: str) -> Evidence:
        """Return the evidence of one cell: its own where it has some, else the column's."""
        own = self.evidence.get((row, column))
        if own is not None:
            return own
        meta = self.columns[column]
        return Evidence(meta.status, meta.source, meta.why)

    def _refusal(self, column: str, key: str, known: Mapping[str, object]) -> Exception:
        if column in self.columns:
            return ContentError(key, table=self.id, column=column)
        return unknown("unknown_column", column, known, table=self.id)
