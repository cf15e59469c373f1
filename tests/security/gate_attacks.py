"""What a malicious client sends over the socket of a page that it was rightly given."""

from __future__ import annotations

import json
import re
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gate_client import Page

LONG = "x" * 300_000
DEEP = "[" * 5000 + "]" * 5000
SOMEBODY = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Attack:
    """Frames to send; `dies` where the library without a gate ends the page over them, with a traceback in its log."""

    name: str
    frames: Callable[[Page], list[str | bytes]]
    dies: bool = False


def frame(page: Page, kind: str, content: Any, **more: Any) -> str:
    return json.dumps(page.message(kind, content, **more))


def spoken(page: Page, widget: str, data: Any, **more: Any) -> str:
    return frame(page, "comm_msg", {"comm_id": widget, "data": data}, **more)


def last_id(frames: list[str | bytes]) -> str:
    """Return the id of the last message that has one."""
    texts = [one if isinstance(one, str) else one.decode("latin-1") for one in frames]
    found = re.findall(r'"msg_id": "([^"]+)", "msg_type"', "".join(texts))
    return str(found[-1]) if found else ""


def event(part: str, name: str, data: Any) -> Callable[[Page], list[str | bytes]]:
    content = {"event": name, "data": data}
    return lambda page: [spoken(page, page.part(part), {"method": "custom", "content": content})]


def custom(content: Any) -> Callable[[Page], list[str | bytes]]:
    return lambda page: [spoken(page, page.part("head"), {"method": "custom", "content": content})]


def update(name: str, state: dict[str, Any], **more: Any) -> Callable[[Page], list[str | bytes]]:
    """Set traits of the first widget of a model."""

    def frames(page: Page) -> list[str | bytes]:
        found = page.find(name) if name in ("head", "levers") else by_model(page, name)
        assert found is not None, name
        return [spoken(page, found, {"method": "update", "state": state, "buffer_paths": []} | more)]

    return frames


def by_model(page: Page, name: str) -> str | None:
    return next((key for key, state in page.widgets.items() if state.get("_model_name") == name), None)


def raw(text: str | bytes) -> Callable[[Page], list[str | bytes]]:
    return lambda _: [text]


def changed(old: str, new: str, part: str = "time", name: str = "go_to", data: Any = 2017) -> Callable[[Page], Any]:
    """Change the text of an honest event, where no library would write it so."""

    def frames(page: Page) -> list[str | bytes]:
        (text,) = event(part, name, data)(page)
        assert isinstance(text, str)
        assert text.count(old) == 1, text
        return [text.replace(old, new)]

    return frames


def kind(name: Any, content: dict[str, Any] | None = None) -> Callable[[Page], list[str | bytes]]:
    return lambda page: [frame(page, name, content or {})]


def control(data: dict[str, Any]) -> Callable[[Page], list[str | bytes]]:
    return lambda page: [spoken(page, page.control, data)]


def opened(target: str, data: Any = None, metadata: Any = None, then: Any = None) -> Callable[[Page], Any]:
    def frames(page: Page) -> list[str | bytes]:
        key = uuid.uuid4().hex
        content = {"comm_id": key, "target_name": target, "data": data or {}}
        found: list[str | bytes] = [frame(page, "comm_open", content, metadata=metadata or {})]
        return [*found, spoken(page, key, then)] if then else found

    return frames


def run(**more: Any) -> dict[str, Any]:
    themes: dict[str, Any] = {"light": {}, "dark": {}}
    args = {"path": "/", "dark": False, "themes": themes, "appName": None} | more
    return {"method": "run", "args": args}


def binary(page: Page) -> list[str | bytes]:
    content = {"event": "go", "data": "zone"}
    text = spoken(page, page.part("tabs"), {"method": "custom", "content": content}).encode()
    offsets = [12, 12 + len(text)]
    return [struct.pack("!III", 2, *offsets) + text + b"buffer"]


WIDGET = {
    "_model_module": "@jupyter-widgets/controls",
    "_model_module_version": "2.0.0",
    "_model_name": "HTMLModel",
    "_view_module": "@jupyter-widgets/controls",
    "_view_module_version": "2.0.0",
    "_view_name": "HTMLView",
    "value": "<b>mine</b>",
}
ATTACKS = [
    # What ipyvue calls: any name of any module, any attribute of a widget.
    Attack("create-widget", custom({"create_widget": ["builtins", "dict"], "id": "1", "props": {}})),
    Attack("update-ref", custom({"update_ref": 1, "id": SOMEBODY, "prop": "css"})),
    Attack("destroy-widget", custom({"destroy_widget": SOMEBODY})),
    Attack("function-ref", event("head", "tool", {"functionRef": "close", "args": []})),
    Attack("object-ref", event("tabs", "go", {"objectRef": "template_file", "path": [0]})),
    Attack("create-beside-event", custom({"event": "tool", "data": {"what": "undo"}, "create_widget": ["os", "x"]})),
    # Events that no part has, that another part has, or with what no hand sends.
    Attack("event-unknown", event("head", "explode", 0)),
    Attack("event-of-another-part", event("head", "go", "zone")),
    Attack("event-alias", event("tabs", "event_go", "zone")),
    Attack("event-no-name", event("tabs", 5, "zone")),  # type: ignore[arg-type]
    Attack("event-missing", custom({"data": 0})),
    Attack("event-on-a-plain-widget", lambda page: [spoken(page, by_model(page, "HtmlModel") or "", {"method": "custom",
                                                    "content": {"event": "click", "data": 0}})]),
    Attack("custom-other-message", custom("reload")),
    Attack("type-number-for-name", event("tabs", "go", 5)),
    Attack("type-record-for-name", event("tabs", "go", {"a": 1})),
    Attack("type-list-for-name", event("tabs", "go", ["zone"])),
    Attack("type-nothing-for-name", event("tabs", "go", None)),
    Attack("type-text-for-number", event("time", "go_to", "2017")),
    Attack("type-flag-for-number", event("time", "go_to", True)),
    Attack("number-broken", event("time", "go_to", 2017.5)),
    Attack("number-negative", event("time", "go_to", -1)),
    Attack("number-huge", event("time", "go_to", 10**400)),
    Attack("number-nan", changed('"data": 2017', '"data": NaN')),
    Attack("number-infinity", changed('"data": 2017', '"data": -Infinity')),
    Attack("number-overflow", changed('"data": 2017', '"data": 1e999')),
    Attack("number-of-6000-digits", changed('"data": 2017', f'"data": {"9" * 6000}'), dies=True),
    Attack("value-nan", changed("0.5", "NaN", "levers", "decide", {"lever": "audit-share", "value": 0.5})),
    Attack("value-text", event("levers", "decide", {"lever": "audit-share", "value": "0.5"})),
    Attack("record-more", event("levers", "decide", {"lever": "audit-share", "value": 0.5, "year": 2016})),
    Attack("request-of-text", event("levers", "decide", {"request": "a", "value": "0.5", "year": 2016})),
    Attack("request-of-more", event("levers", "decide", {"request": "a", "value": None, "who": "b"})),
    Attack("request-again-of-text", event("tools", "again", {"name": "go_to", "data": {"request": "a", "value": "x"}})),
    Attack("request-again-of-nothing", event("tools", "again", {"name": "go_to", "data": 2017})),
    Attack("record-less", event("levers", "decide", {"lever": "audit-share"})),
    Attack("plain-with-data", event("levers", "hold_trial", {"why": LONG})),
    Attack("text-long", event("tabs", "go", LONG)),
    Attack("text-long-in-record", event("head", "tool", {"what": LONG})),
    Attack("nested-deeply", changed('"data": 2017', f'"data": {DEEP}'), dies=True),
    Attack("nested-a-little", event("head", "tool", {"what": {"a": {"b": [1, 2, {"c": 3}]}}})),
    Attack("many-small-parts", event("head", "tool", {"what": "load", "text": [[]] * 50_000})),
    # Traits: what a widget is, how it looks, what it runs in the browser, and what only the server knows.
    *(Attack(f"trait-{name}", update("head", {name: value})) for name, value in {
        "template": "<template><b>mine</b></template>", "css": "body { display: none }", "methods": "alert(1)",
        "data": "{}", "events": ["tool"], "components": {"x": "<b></b>"}, "scoped": True, "_model_name": "HtmlModel",
        "_model_module": "evil", "_model_module_version": "1", "_view_name": "X", "_view_module": "https://evil.example/x",
        "_view_module_version": "1", "layout": None, "_dom_classes": ["x"], "tooltip": "x", "tabbable": True,
        "_component_instances": [], "_jupyter_vue": None, "_view_count": 1, "template_file": "/etc/passwd",
        "_event_callbacks": {}, "facts": [], "token": "another", "can_undo": True, "no_such_trait": 1,
    }.items()),
    Attack("trait-of-a-template", update("TemplateModel", {"template": "<template><b>mine</b></template>"})),
    Attack("trait-children", update("HtmlModel", {"children": ["mine"]})),
    Attack("trait-attributes", update("HtmlModel", {"attributes": {"onclick": "alert(1)"}})),
    Attack("trait-class", update("HtmlModel", {"class_": "x"})),
    Attack("trait-model-reference", lambda page: update("head", {"t": f"IPY_MODEL_{page.part('head')}"})(page)),
    Attack("theme-type", update("ThemeModel", {"dark_effective": "yes"})),
    Attack("theme-other-trait", update("ThemeModel", {"dark": True})),
    Attack("theme-one-good-one-bad", update("ThemeModel", {"dark_effective": False, "_view_name": "X"})),
    Attack("theme-buffers", update("ThemeModel", {"dark_effective": False}, buffer_paths=[["dark"]])),
    Attack("colours", update("ThemeColorsModel", {"primary": "url(https://evil.example)"})),
    Attack("update-more", update("ThemeModel", {"dark_effective": False}, more=1)),
    Attack("method-unknown", lambda page: [spoken(page, page.part("head"), {"method": "backbone"})]),
    Attack("method-echo", lambda page: [spoken(page, page.part("head"), {"method": "echo_update", "state": {}})]),
    Attack("method-none", lambda page: [spoken(page, page.part("head"), {})]),
    Attack("request-state-more", lambda page: [spoken(page, page.part("head"), {"method": "request_state", "x": 1})]),
    # Widgets are made by the server, and by nobody else.
    Attack("open-widget", opened("jupyter.widget", {"state": WIDGET}, {"version": "2.1.0"})),
    Attack("open-other-target", opened("matplotlib")),
    Attack("open-with-data", opened("solara.control", {"method": "run"})),
    Attack("open-with-metadata", opened("solara.control", None, {"version": "1.0.0"})),
    Attack("open-states-of-another-version", opened("jupyter.widget.control", None, {"version": "9"})),
    Attack("open-again", lambda page: [frame(page, "comm_open", {"comm_id": page.part("head"), "target_name":
                                             "solara.control", "data": {}})]),
    Attack("open-without-id", lambda page: [frame(page, "comm_open", {"comm_id": "../x", "target_name":
                                            "solara.control", "data": {}})]),
    Attack("close-widget", lambda page: [frame(page, "comm_close", {"comm_id": page.part("tabs"), "data": {}})]),
    Attack("widget-that-never-was", lambda page: [spoken(page, SOMEBODY, {"method": "request_state"})]),
    Attack("close-what-never-was", lambda page: [frame(page, "comm_close", {"comm_id": SOMEBODY, "data": {}})]),
    # The channels of control.
    Attack("control-reload", control({"method": "reload", "path": ""})),
    Attack("control-evict", control({"method": "evict"})),
    Attack("control-unknown", control({"method": "shell"})),
    Attack("control-run-again", control(run())),
    Attack("control-run-other-app", control(run(appName="os"))),
    Attack("control-status-more", control({"method": "app-status", "more": LONG})),
    Attack("states-more", opened("jupyter.widget.control", None, {"version": "1.0.0"},
                                 {"method": "request_states", "more": 1})),
    Attack("states-other-method", opened("jupyter.widget.control", None, {"version": "1.0.0"}, {"method": "set"})),
    Attack("comms-of-all-targets", kind("comm_info_request")),
    Attack("comms-of-another-target", kind("comm_info_request", {"target_name": "solara.control"})),
    # The form of a message.
    Attack("info-with-content", kind("kernel_info_request", {"code": "1"})),
    Attack("session-of-another-page", changed('"session": "', '"session": "0')),
    Attack("user", changed('"username": ""', '"username": "root"')),
    Attack("more-fields", changed('"channel": "shell"', '"channel": "shell", "ident": "x"')),
    Attack("channel-control", changed('"channel": "shell"', '"channel": "control"')),
    Attack("parent", changed('"parent_header": {}', '"parent_header": {"msg_id": "x"}')),
    Attack("metadata", changed('"metadata": {}', '"metadata": {"x": 1}')),
    Attack("buffers-in-text", changed('"buffers": []', '"buffers": ["x"]')),
    Attack("content-list", lambda page: [frame(page, "comm_msg", [])], dies=True),
    Attack("binary-with-buffer", binary),
    Attack("not-json", raw("comm_msg"), dies=True),
    Attack("empty", raw(""), dies=True),
    Attack("json-list", raw("[]"), dies=True),
    Attack("json-null", raw("null"), dies=True),
    Attack("half", lambda page: [event("tabs", "go", "zone")(page)[0][:-9]], dies=True),
    Attack("no-header", raw('{"content": {}}'), dies=True),
    Attack("binary-noise", raw(b"\x00\x01\x02"), dies=True),
    Attack("binary-many-parts", raw(struct.pack("!i", 2**21)), dies=True),
]  # fmt: skip
# Kinds for which Solara has no use: it ends the page.
KINDS = [
    "execute_request", "complete_request", "inspect_request", "history_request", "is_complete_request",
    "connect_request", "input_reply", "interrupt_request", "debug_request", "shutdown_request", "restart", "evict",
]  # fmt: skip
