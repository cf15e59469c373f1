"""Solara behind the few names the page uses; the library publishes no types for them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
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


def template(file: str) -> Callable[[Function], Function]:
    """Make the arguments of a function the properties of a Vue template beside its module, and its events known."""

    def decorate(function: Function) -> Function:
        events.declare(Path(inspect.getfile(function)).absolute().parent / file, function)
        return cast(Function, solara.component_vue(file, vuetify=False)(function))

    return decorate


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
