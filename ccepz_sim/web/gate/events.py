"""The events of our own templates, and what each may carry: read from the declarations in `parts.py`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from ccepz_sim.web.gate.values import Shape

PREFIX = "event_"
_declared: dict[str, Mapping[str, Shape]] = {}


def declare(template: Path, function: Callable[..., Any]) -> None:
    """Remember what the events of a template may carry.

    Raises:
        TypeError: a parameter `event_…` is not annotated with a shape.
    """
    hints = get_type_hints(function, include_extras=True)
    events = {}
    for name in inspect.signature(function).parameters:
        if not name.startswith(PREFIX):
            continue
        shapes = get_args(hints[name])[1:] if get_origin(hints[name]) is Annotated else ()
        if len(shapes) != 1:
            raise TypeError(f"{function.__name__}.{name} does not say what it carries: Annotated[Act, shape]")
        events[name.removeprefix(PREFIX)] = shapes[0]
    _declared[str(template)] = events


def events_of(kind: type) -> Mapping[str, Shape]:
    """Return the events of a class of widgets; a class that is not made from one of our templates has none."""
    file = getattr(kind, "template_file", None)
    if not isinstance(file, tuple) or len(file) != 2:
        return {}
    module, name = file
    return _declared.get(str(Path(module).parent / name), {})
