"""The widgets that the server made for one page, and the traits of them that a browser may set."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from ipyvuetify.Themes import Theme
from ipywidgets.widgets import widget as base
from solara import lifecycle
from solara.server import kernel_context
from solara.widgets.widgets import Navigator

from ccepz_sim.web.gate.values import Address, Flag, Shape

REMEMBERED = 4096  # closed widgets of a page: a click may be on its way while its button goes
CONTROLS = 64  # control channels of a page; each return of a lost connection opens one or two
PAGES = 4096  # ids of pages that ended: one whose browser slept comes back under its id
TRAITS: Mapping[type, Mapping[str, Shape]] = {
    Theme: {"dark_effective": Flag()},  # whether the browser prefers dark colours
    Navigator: {"location": Address()},  # back and forward
}
_ended: OrderedDict[str, None] = OrderedDict()


class PageWidgets(dict[str, Any]):
    """The open widgets by id; closed ones are remembered by their class, and control channels by their target."""

    def __init__(self, *, again: bool = False) -> None:
        """Start without any.

        Args:
            again: the page was here before, so that its browser may still speak of widgets that are no more.
        """
        super().__init__()
        self.closed: OrderedDict[str, type] = OrderedDict()
        self.controls: OrderedDict[str, str] = OrderedDict()
        self.again = again
        self.started = False

    def __delitem__(self, key: str) -> None:
        """Close one."""
        self.closed[key] = type(self[key])
        while len(self.closed) > REMEMBERED:
            self.closed.popitem(last=False)
        super().__delitem__(key)

    def open_control(self, key: str, target: str) -> None:
        """Remember a control channel; the oldest are forgotten, as nobody uses them any more."""
        self.controls[key] = target
        while len(self.controls) > CONTROLS:
            self.controls.popitem(last=False)

    def kind(self, key: str) -> type | None:
        """Return the class of a widget that is or was here."""
        found = self.get(key)
        return type(found) if found is not None else self.closed.get(key)


def of_page(kernel: str) -> PageWidgets | None:
    """Return the widgets of a page, by the id of its kernel."""
    context = kernel_context.contexts.get(kernel)
    found = context.widgets if context is not None else None
    return found if isinstance(found, PageWidgets) else None


def somewhere(key: str) -> bool:
    """Whether a widget belongs to any page of this server."""
    return any(key in context.widgets for context in list(kernel_context.contexts.values()))


def traits_of(kind: type) -> Mapping[str, Shape]:
    """Return the traits of a class that a browser may set; most have none."""
    return TRAITS.get(kind, {})


def watch() -> None:
    """Let every page that begins from now on remember its widgets, and answer for its own widgets only."""
    lifecycle.on_kernel_start(_begin)
    base.Widget.handle_control_comm_opened = classmethod(_open_control)


def _begin() -> Callable[[], None]:
    context = kernel_context.get_current_context()
    fresh = PageWidgets(again=context.id in _ended)
    fresh.update(context.widgets)
    context.widgets = fresh

    def end() -> None:
        _ended[context.id] = None
        while len(_ended) > PAGES:
            _ended.popitem(last=False)

    return end


def _open_control(_: type, comm: Any, __: Any) -> None:
    """Answer on the channel that asked: the library keeps one for all pages, so that two that asked got no answer."""

    def answer(message: dict[str, Any]) -> None:
        if message["content"]["data"].get("method") != "request_states":
            return
        states = {
            found.model_id: {
                "model_name": found._model_name,
                "model_module": found._model_module,
                "model_module_version": found._model_module_version,
                "state": found.get_state(drop_defaults=False),
            }
            for found in base._instances.values()
            if found.comm is not None
        }
        states, paths, buffers = base._remove_buffers(states)
        comm.send({"method": "update_states", "states": states, "buffer_paths": paths}, buffers=buffers)

    comm.on_msg(answer)
