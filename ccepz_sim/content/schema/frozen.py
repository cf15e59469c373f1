"""Mappings of content, which never change."""

from __future__ import annotations

from typing import Any, Never, TypeVar

Key = TypeVar("Key")
Item = TypeVar("Item")


class Frozen(dict[Key, Item]):
    """A mapping that never changes; unlike Python's own it can be copied deeply and sent to another process."""

    def _refuse(self, *_: object, **__: object) -> Never:
        raise TypeError("content never changes")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> Frozen[Key, Item]:
        """Share what never changes."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Frozen[Key, Item]:
        """Share what never changes."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as a plain mapping."""
        return Frozen, (dict(self),)
