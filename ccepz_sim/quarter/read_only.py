"""What observers are given: a zone to be read. Writing anywhere in it raises at once; a copy of it is a real one."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from types import FunctionType, MappingProxyType, MethodType
from typing import TYPE_CHECKING, Any, Never

import mesa
import numpy as np
import pandas as pd
from numba.extending import typeof_impl

from ccepz_sim.agents import mesa_versions
from ccepz_sim.content.loading import Content
from ccepz_sim.measures.observers import Recorder
from ccepz_sim.numerics.declare import Declared
from ccepz_sim.numerics.rng import Streams
from ccepz_sim.state.decisions import Decision
from ccepz_sim.text.errors import ContentError

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

NUMBERS_AND_WORDS = (type(None), bool, int, float, complex, str, bytes, slice, np.generic, Enum, frozenset)
NEVER_CHANGED = (type, Content, FunctionType, Decision)
SCHEMA = ("ccepz_sim.content.schema.", "ccepz_sim.text.label")  # frozen
# Methods that only look, though what they work on is not to be written to.
LOOKS: tuple[tuple[type, frozenset[str]], ...] = (
    (mesa.Model, frozenset({"copy", "golden_hash"})),
    (Recorder, frozenset({"copy", "series", "frame", "reported_changes"})),
    (Declared, frozenset({"copy", "arrays"})),
)
GENERATORS = ("rng", "random")


def view_of(model: PilotZone) -> Any:
    """Show a zone."""
    return View(model, {})


class View:
    """Something to be read. Methods work on the view, so that one that writes is refused as well."""

    __slots__ = ("__weakref__", "_of", "_shown")
    _of: Any
    _shown: dict[mesa.Agent, AgentView]

    def __init__(self, of: Any, agents: dict[mesa.Agent, AgentView]) -> None:
        """Show an object; `agents` are those shown so far, whom sets of Mesa hold weakly."""
        object.__setattr__(self, "_of", of)
        object.__setattr__(self, "_shown", agents)

    def __getattr__(self, name: str) -> Any:
        """Show what the object has under a public name."""
        if name == "address":
            raise ContentError("observer_compiled")
        if name.startswith("_"):
            raise AttributeError(name)
        of = self._of
        if isinstance(of, mesa.Model | mesa.Agent) and name in GENERATORS:
            return mesa_versions.generators_like(getattr(of, "model", of))[name]
        found = getattr(of, name)
        if isinstance(found, MethodType) and found.__self__ is of:
            if any(isinstance(of, kind) and name in names for kind, names in LOOKS):
                return _Looking(found, self._shown)
            return MethodType(found.__func__, self)
        return show(found, self._shown)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse.

        Raises:
            ContentError: always.
        """
        raise ContentError("observer_writes", name=name)

    def __delattr__(self, name: str) -> None:
        """Refuse as well."""
        raise ContentError("observer_writes", name=name)

    def __setitem__(self, key: object, value: object) -> None:
        """Refuse as well."""
        raise ContentError("observer_writes", name=str(key))

    def __getitem__(self, key: Any) -> Any:
        """Show an item."""
        return show(self._of[key], self._shown)

    def __len__(self) -> int:
        """Count as the object does."""
        return len(self._of)

    def __bool__(self) -> bool:
        """Be as true as the object."""
        return bool(self._of)

    def __iter__(self) -> Iterator[Any]:
        """Show the items one after the other."""
        return (show(item, self._shown) for item in self._of)

    def __dir__(self) -> list[str]:
        """Name what can be read."""
        return [name for name in dir(self._of) if not name.startswith("_")]

    def __repr__(self) -> str:
        """Say what is shown."""
        return f"<{type(self._of).__name__}, to be read>"

    def __reduce__(self) -> Any:
        """Refuse to travel: a copy of the zone does.

        Raises:
            ContentError: always.
        """
        raise ContentError("observer_keeps")

    def __copy__(self) -> Any:
        """Give an independent, real copy."""
        return self._of.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """Give an independent, real copy."""
        return self._of.copy()


def _refuse(_value: View, _context: Any) -> Never:
    """Refuse to be given to a compiled rule."""
    raise ContentError("observer_compiled")


typeof_impl.register(View)(_refuse)


class AgentView(View):
    """An agent to be read; for `isinstance` it is of the kind it shows, so that sets of agents select it."""

    __slots__ = ()

    @property
    def __class__(self) -> Any:
        """The kind of agent that is shown."""
        return type(self._of)

    @__class__.setter
    def __class__(self, _: Any) -> None:
        raise ContentError("observer_writes", name="__class__")


class _Looking:
    """A method that only looks: carried out on the object itself, its result shown."""

    def __init__(self, method: Any, agents: dict[mesa.Agent, AgentView]) -> None:
        self._method, self._shown = method, agents

    def __call__(self, *values: Any, **named: Any) -> Any:
        found = self._method(*values, **named)
        return found if self._method.__name__ == "copy" else show(found, self._shown)


def show(value: Any, agents: dict[mesa.Agent, AgentView]) -> Any:
    """Give something as it may be read: arrays refuse writing, lists become tuples, objects become views."""
    if isinstance(value, np.ndarray):
        seen = value.view()
        seen.flags.writeable = False
        return seen
    if isinstance(value, NUMBERS_AND_WORDS + NEVER_CHANGED) or type(value).__module__.startswith(SCHEMA):
        return value
    if isinstance(value, tuple | list):
        return tuple(show(item, agents) for item in value)
    if isinstance(value, dict | MappingProxyType):
        return MappingProxyType({key: show(item, agents) for key, item in value.items()})
    if isinstance(value, Streams | pd.DataFrame | pd.Series):
        return value.copy()
    if isinstance(value, mesa_versions.AGENT_SETS):
        shown = [show(agent, agents) for agent in value]
        return mesa_versions.agent_set(shown, mesa_versions.generator_like(value.random))
    if isinstance(value, mesa.Agent):
        if value not in agents:
            agents[value] = AgentView(value, agents)
        return agents[value]
    return value if isinstance(value, View) else View(value, agents)
