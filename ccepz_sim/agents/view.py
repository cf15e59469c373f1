"""Base of all agents: a row number and the zone it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import mesa
import numpy as np

from ccepz_sim.text.html import notebook_language, table_html
from ccepz_sim.text.label import Label

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone
    from ccepz_sim.state.zone import Zone

T = TypeVar("T")


class Column(Generic[T]):
    """A figure that each row of a table has: an agent gives its own, `RowAgent.columns` those of all rows."""

    def __init__(self, of: Callable[[Zone], np.ndarray], kind: Callable[[Any], T]) -> None:
        """Say where it stands in the state, shape (rows, ...), and what one of it is."""
        self.of = of
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        """Take over a line of help."""
        self.__doc__ = f"{name.replace('_', ' ').capitalize()} of this row."

    @overload
    def __get__(self, agent: None, owner: type) -> Column[T]: ...
    @overload
    def __get__(self, agent: RowAgent, owner: type) -> T: ...
    def __get__(self, agent: RowAgent | None, owner: type) -> Column[T] | T:
        """Give the figure of an agent."""
        return self if agent is None else self.kind(self.of(agent.model.state)[agent.row])

    def __set__(self, agent: RowAgent, value: object) -> None:
        """Refuse: rules write into the state, agents tell of it."""
        raise AttributeError("an agent shows a row of the state: write into the state, or keep another attribute")


class RowAgent(mesa.Agent):
    """A view on one row; the rules work on all rows at once, the agent tells about its own."""

    model: PilotZone

    def __init__(self, model: PilotZone, row: int) -> None:
        self.row = row
        super().__init__(model)

    def __repr__(self) -> str:
        """Say who it is in one line."""
        label = getattr(self, "label", None)
        name = label.en if isinstance(label, Label) else f"row {self.row}"
        return f"<{type(self).__name__} {self.unique_id}: {name}>"

    def _repr_html_(self) -> str:
        """Show every figure that it has, for notebooks."""
        label = getattr(self, "label", None)
        name = label.get(notebook_language()) if isinstance(label, Label) else repr(self)
        return table_html(f"{name} ({type(self).__name__})", (), self._figures(), numbers=(1,))

    def _figures(self) -> Iterator[tuple[str, str]]:
        """Go through its columns and properties that are a number, a text or a truth."""
        for kind in reversed(type(self).__mro__):
            for name, found in vars(kind).items():
                if isinstance(found, Column | property) and not name.startswith("_") and issubclass(kind, RowAgent):
                    value = getattr(self, name)
                    if isinstance(value, float):
                        yield name, f"{value:,.6g}"
                    elif isinstance(value, str | int):  # a truth is a number too
                        yield name, str(value)

    @classmethod
    def columns(cls, zone: Zone, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Give some figures of all agents of this kind at once, each of shape (rows,)."""
        found = {}
        for name in names:
            column = getattr(cls, name)
            assert isinstance(column, Column), name
            found[name] = column.of(zone)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        """Be found by its row in the model it belongs to, wherever that travels."""
        return row_agent, (self.model, type(self), self.row)

    def __deepcopy__(self, memo: dict[int, Any]) -> RowAgent:
        """Be found by its row in the copy of its model."""
        import copy

        return row_agent(copy.deepcopy(self.model, memo), type(self), self.row)


def row_agent(model: PilotZone, kind: type[RowAgent], row: int) -> RowAgent:
    """Give the agent of a row; while a model is still on its way, one that it will take up when it arrives."""
    return model.row_agent(kind, row)
