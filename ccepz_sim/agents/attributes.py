"""A model takes only attributes that it has: a misspelt name is refused where it is set."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ccepz_sim.agents.mesa_versions import OWN
from ccepz_sim.text.errors import ContentError, nearest

USUAL = OWN | {"datacollector", "grid", "space"}  # what Mesa and its users set on a model


class UnknownAttributeError(ContentError, AttributeError):
    """An attribute that a model does not have was to be set."""


class OnlyKnownAttributes:
    """Base of models that are complete once they are made: a subclass adds in `__init__`, or annotates."""

    def __init_subclass__(cls, **given: Any) -> None:
        """Have the outermost `__init__` mark a model as complete."""
        super().__init_subclass__(**given)
        if "__init__" in vars(cls):
            cls.__init__ = _completing(cls.__init__)  # type: ignore[method-assign]

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute.

        Raises:
            UnknownAttributeError: the model is complete and has no such attribute; the nearest is named.
        """
        if name not in self.__dict__ and "_complete" in self.__dict__ and not self._takes(name):
            raise UnknownAttributeError("unknown_attribute", name=name, nearest=self._nearest(name))
        super().__setattr__(name, value)

    def _takes(self, name: str) -> bool:
        # by what a class holds, not by asking it: the clock of Mesa 3.5 is there for a model alone
        held = any(name in vars(cls) or name in vars(cls).get("__annotations__", ()) for cls in type(self).__mro__)
        return held or name.startswith("_") or name in USUAL

    def _nearest(self, name: str) -> str:
        """Give the nearest name: an attribute, or one of the state."""
        own = [one for one in {*dir(type(self)), *self.__dict__} if not one.startswith("_")]
        state = self.__dict__.get("state")
        within = [one for one in getattr(type(state), "_fields", ()) if one not in own]
        found = nearest(name, sorted(own) + within) or "state"
        return f"state.{found}" if found in within else found


def _completing(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def complete(self: Any, *given: Any, **named: Any) -> None:
        init(self, *given, **named)
        if type(self).__init__ is complete:
            self.__dict__["_complete"] = True

    return complete
