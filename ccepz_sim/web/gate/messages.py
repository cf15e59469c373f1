"""The list of what a page may say; everything else is refused.

A page of Solara opens a control channel, asks once to be drawn, and from then on sends events of its widgets. After
a lost connection it asks for its own state again. Nothing here opens, changes or closes a widget.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ccepz_sim.web.gate import frames, widgets
from ccepz_sim.web.gate.events import events_of
from ccepz_sim.web.gate.frames import Message
from ccepz_sim.web.gate.values import Address, Fixed, Flag, Record, Refused, Shape
from ccepz_sim.web.gate.widgets import PageWidgets

PAGE, STATES = "solara.control", "jupyter.widget.control"
OPENING = {PAGE: {}, STATES: {"version": "1.0.0"}}  # targets and their metadata
RUN = Record(
    {
        "method": Fixed("run"),
        "args": Record(
            {
                "path": Address(),
                "dark": Flag(),
                "themes": Fixed({"light": {}, "dark": {}}),
                "appName": Fixed(None),
            }
        ),
    }
)
STATUS = Record({"method": Fixed("app-status")})
ALL_STATES = Record({"method": Fixed("request_states")})
ONE_STATE = Record({"method": Fixed("request_state")})
EMPTY, NO_BUFFERS, WIDGETS = Fixed({}), Fixed([]), Fixed("jupyter.widget")
WORD = re.compile("[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Passed:
    """A frame as it may travel on, and whether it asks for the state of the whole page."""

    text: str
    whole_page: bool


def let_through(text: str, kernel: str, page: str, returned: bool) -> Passed | None:
    """Return a frame as it may travel on, or None where it is of no use any more.

    Args:
        text: the frame as it came.
        kernel: id of the kernel of the page.
        page: id of the page.
        returned: the page was made before this server started, and may still speak of the widgets it had.

    Raises:
        Refused: it is not on the list.
    """
    message = frames.read(text, page)
    known = widgets.of_page(kernel)
    if known is None:
        raise Refused("a message before the page began")
    rule = RULES.get(message.kind)
    if rule is None:
        kind = message.kind if WORD.fullmatch(message.kind) else "no known kind"
        raise Refused(f"a message of the kind {kind}")
    content = rule(message, known, returned or known.again)
    if content is None:
        return None
    return Passed(message.text(content), content.get("data") == {"method": "request_states"})


def _info(message: Message, *_: object) -> dict[str, Any]:
    _plain(message)
    return Record({}).read(message.content)


def _own_widgets(message: Message, *_: object) -> dict[str, Any]:
    _plain(message)
    return Record({"target_name": WIDGETS}).read(message.content)


def _open(message: Message, known: PageWidgets, _: bool) -> dict[str, Any]:
    content = Record({"comm_id": _Id(), "target_name": _Target(), "data": EMPTY}).read(message.content)
    target, key = content["target_name"], content["comm_id"]
    if message.metadata != OPENING[target]:
        raise Refused("a control channel of another version")
    if key in known.controls or known.kind(key) is not None or widgets.somewhere(key):
        raise Refused("a channel that is open already")
    known.open_control(key, target)
    return content


def _close(message: Message, known: PageWidgets, returned: bool) -> dict[str, Any] | None:
    _plain(message)
    content = Record({"comm_id": _Id(), "data": EMPTY}).read(message.content)
    key = content["comm_id"]
    if known.controls.pop(key, None) is not None:
        return content
    if key in known:
        raise Refused("the closing of a widget")
    _stray(key, known, returned)
    return None


def _say(message: Message, known: PageWidgets, returned: bool) -> dict[str, Any] | None:
    _plain(message)
    content = Record({"comm_id": _Id(), "data": _Anything()}).read(message.content)
    key, data = content["comm_id"], content["data"]
    if not isinstance(data, dict):
        raise Refused("a message without data")
    target = known.controls.get(key)
    if target is not None:
        return {"comm_id": key, "data": _control(target, data, known)}
    kind = known.kind(key)
    if kind is None:
        _stray(key, known, returned)
        return None
    read = _widget(kind, data)
    return {"comm_id": key, "data": read} if key in known else None


def _control(target: str, data: dict[str, Any], known: PageWidgets) -> dict[str, Any]:
    if target == STATES:
        return ALL_STATES.read(data)
    if data.get("method") != "run":
        return STATUS.read(data)
    wish = RUN.read(data)
    if known.started:
        raise Refused("a page that is drawn already")
    known.started = True
    return wish


def _widget(kind: type, data: dict[str, Any]) -> dict[str, Any]:
    method = data.get("method")
    if method == "request_state":
        return ONE_STATE.read(data)
    if method == "update":
        traits: dict[str, Shape] = dict(widgets.traits_of(kind))
        if not traits:
            raise Refused(f"a trait of {kind.__name__}")
        state = Record({}, traits)
        return Record({"method": Fixed("update"), "state": state, "buffer_paths": NO_BUFFERS}).read(data)
    if method == "custom" and isinstance(data.get("content"), dict):
        name, events = data["content"].get("event"), events_of(kind)
        if not isinstance(name, str) or name not in events:
            raise Refused(f"no event of {_template(kind)}")
        event = Record({"event": Fixed(name), "data": events[name]})
        return Record({"method": Fixed("custom"), "content": event}).read(data)
    raise Refused(f"a message that {kind.__name__} does not know")


def _stray(key: str, known: PageWidgets, returned: bool) -> None:
    """Let a word about a widget that is no more fall silently; one about another page's widget is refused."""
    if widgets.somewhere(key):
        raise Refused("a widget of another page")
    if not returned and known.kind(key) is None:
        raise Refused("a widget that this page never had")


def _plain(message: Message) -> None:
    if message.metadata != {}:
        raise Refused("a message with metadata")


def _template(kind: type) -> str:
    file = getattr(kind, "template_file", None)
    return str(file[1]) if isinstance(file, tuple) else kind.__name__


class _Id:
    def read(self, value: Any) -> str:
        if not isinstance(value, str) or not frames.ID.fullmatch(value):
            raise Refused("a channel without an id")
        return value


class _Target:
    def read(self, value: Any) -> str:
        if not isinstance(value, str) or value not in OPENING:
            raise Refused("a channel of another target")
        return value


class _Anything:
    def read(self, value: Any) -> Any:
        return value


Rule = Callable[[Message, PageWidgets, bool], dict[str, Any] | None]
RULES: dict[str, Rule] = {
    "kernel_info_request": _info,
    "comm_info_request": _own_widgets,
    "comm_open": _open,
    "comm_close": _close,
    "comm_msg": _say,
}
