"""Solara behind the few names the page uses; the library publishes no types for them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import solara as _solara
from solara.server import kernel_context

from ccepz_sim.web.gate import events

Function = TypeVar("Function", bound=Callable[..., Any])
solara: Any = _solara


def component(function: Function) -> Function:
    """Make a function a component."""
    return cast(Function, solara.component(function))


@dataclass(slots=True)
class Data:
    """Lists and tables on their way to a template, closed: the library looks for widgets in every list it can open.

    Of what a room of forty costs its server, a quarter was that search through figures of charts. Compared by value.
    """

    value: Any


def template(file: str) -> Callable[[Function], Function]:
    """Make the arguments of a function the properties of a Vue template beside its module, and its events known."""

    def decorate(function: Function) -> Function:
        events.declare(Path(inspect.getfile(function)).absolute().parent / file, function)
        names = inspect.signature(function).parameters
        draw = solara.component_vue(file, vuetify=False, to_json=dict.fromkeys(names, _opened))(function)

        @functools.wraps(function)
        def drawn(**given: Any) -> Any:
            return draw(**{name: _closed(value) for name, value in given.items()})

        return cast(Function, drawn)

    return decorate


def _closed(value: Any) -> Any:
    return Data(value) if isinstance(value, dict | list | tuple) else value


def _opened(value: Any, _: object) -> Any:
    return value.value if isinstance(value, Data) else value


def current_context() -> AbstractContextManager[Any]:
    """Return the context of the page that is being drawn, to be entered from another thread.

    Outside a server, as in a test, there is none and none is needed.
    """
    if not kernel_context.has_current_context():
        return nullcontext()
    return cast(AbstractContextManager[Any], kernel_context.get_current_context())


def current_player() -> str:
    """Return a name for the browser that is being drawn for, the same in all its tabs; empty outside a server."""
    if not kernel_context.has_current_context():
        return ""
    return str(kernel_context.get_current_context().session_id)
