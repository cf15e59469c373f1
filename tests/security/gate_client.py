"""A browser without a window: it loads the page, opens its socket and speaks the widget protocol, honestly or not."""

from __future__ import annotations

import http.client
import json
import re
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

PATIENCE = 60.0  # seconds; a loaded machine is slow, and nothing waits where the answer comes
MARKS = {
    "levers": "money_scales",
    "tabs": "names",
    "time": "decided",
    "head": "facts",
    "futures": "marks",
    "tools": "confirmed",
}
ADDRESS = re.compile(r'solara\.jupyterRootPath = "([^"]+)"')


@dataclass
class Answer:
    """What a request brought."""

    status: int
    headers: dict[str, str]
    text: str
    cookies: list[str]


def ask(
    port: int, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: str | None = None
) -> Answer:
    """Send one request as it is given, also one that no browser would send."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        skip = "Host" in (headers or {})
        connection.putrequest(method, path, skip_host=skip, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body.encode())))
        connection.endheaders(body.encode() if body is not None else None)
        found = connection.getresponse()
        named = {name.lower(): value for name, value in found.getheaders()}
        cookies = [value for name, value in found.getheaders() if name.lower() == "set-cookie"]
        return Answer(found.status, named, found.read().decode("utf-8", "replace"), cookies)
    finally:
        connection.close()


@dataclass
class Browser:
    """Cookies of one visitor of one server, and the pages it was given."""

    port: int
    gated: bool = True
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The origin of the page."""
        return f"http://127.0.0.1:{self.port}"

    def cookie(self) -> str:
        """The header with all cookies."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(self, path: str, method: str = "GET", body: str | None = None, **more: str) -> Answer:
        """Send a request with the cookies, and keep those that come back."""
        headers = {"Cookie": self.cookie()} if self.cookies else {}
        answer = ask(self.port, path, method, headers | {name.replace("_", "-"): more[name] for name in more}, body)
        for line in answer.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def load(self, path: str = "/?lang=en") -> Page:
        """Load the page; its socket is not open yet."""
        found = ADDRESS.search(self.ask(path).text)
        assert found, "no page was given"
        return Page(self, found[1] if self.gated else "/jupyter")

    def play(self) -> Page:
        """Load the page and wait until it can be played."""
        page = self.load()
        page.open()
        page.start()
        return page


@dataclass
class Page:
    """One page: its kernel, its socket, and the widgets that the server made for it."""

    browser: Browser
    root: str
    kernel: str = field(default_factory=lambda: str(uuid.uuid4()))
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    widgets: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    closed: int | None = None
    control: str = ""
    stack: ExitStack = field(default_factory=ExitStack)

    def open(self, origin: str | None = "", cookie: str | None = "") -> None:
        """Open the socket; raises `InvalidStatus` where it is refused."""
        browser = self.browser
        cookie = browser.cookie() if cookie == "" else cookie
        self.leave()
        self.closed = None
        dialled = connect(
            f"ws://127.0.0.1:{browser.port}{self.root}/api/kernels/{self.kernel}/channels?session_id={self.id}",
            origin=browser.origin if origin == "" else origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie} if cookie else {},
            max_size=None,
            compression=None,
            ping_interval=None,
            open_timeout=PATIENCE,
            close_timeout=2,
        )
        self.socket: ClientConnection = self.stack.enter_context(dialled)

    def message(self, kind: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Return a message as a page writes it."""
        header = {
            "date": "2026-01-01T00:00:00.000Z",
            "msg_id": str(uuid.uuid4()),
            "msg_type": kind,
            "session": self.id,
            "username": "",
            "version": "5.2",
        }
        whole = {"buffers": [], "channel": "shell", "content": content, "header": header, "metadata": {}}
        return whole | {"parent_header": {}} | more

    def send(self, kind: str, content: dict[str, Any], **more: Any) -> str:
        """Send a message; returns its id."""
        message = self.message(kind, content, **more)
        self.post(json.dumps(message))
        return str(message["header"]["msg_id"])

    def post(self, frame: str | bytes) -> None:
        """Send a frame as it is."""
        if isinstance(frame, str):
            self.sent.append(frame)
        try:
            self.socket.send(frame)
        except ConnectionClosed as over:
            self.closed = over.rcvd.code if over.rcvd else 1006

    def say(self, widget: str, data: dict[str, Any]) -> str:
        """Speak to a widget."""
        return self.send("comm_msg", {"comm_id": widget, "data": data})

    def act(self, part: str, event: str, data: Any) -> str:
        """Fire an event of a part of the page, as a hand does."""
        return self.say(self.part(part), {"method": "custom", "content": {"event": event, "data": data}})

    def hear(self, timeout: float = PATIENCE) -> dict[str, Any] | None:
        """Take one message; None where the connection is over or nothing came."""
        try:
            frame = self.socket.recv(timeout=timeout)
        except TimeoutError:
            return None
        except ConnectionClosed as over:
            self.closed = over.rcvd.code if over.rcvd else 1006
            return None
        if isinstance(frame, bytes):
            return {"header": {"msg_type": "binary"}, "content": {}, "parent_header": {}, "size": len(frame)}
        message: dict[str, Any] = json.loads(frame)
        self.heard.append(message)
        self._keep(message)
        return message

    def wait(self, true: Any, timeout: float = PATIENCE) -> dict[str, Any] | None:
        """Take messages until one is what is waited for; None where the connection ends or nothing comes."""
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            message = self.hear(left)
            if message is None:
                return None
            if true(message):
                return message
        return None

    def answered(self, asked: str, timeout: float = PATIENCE) -> bool:
        """Whether the kernel worked on a message: it says that it is idle again."""
        return self.wait(lambda found: _status(found) == (asked, "idle"), timeout) is not None

    def start(self) -> None:
        """Ask to be drawn, and wait for the levers."""
        self.send("kernel_info_request", {})
        self.control = str(uuid.uuid4())
        self.send("comm_open", {"comm_id": self.control, "target_name": "solara.control", "data": {}})
        themes: dict[str, Any] = {"light": {}, "dark": {}}
        args = {"path": "/?lang=en", "dark": False, "themes": themes, "appName": None}
        asked = self.say(self.control, {"method": "run", "args": args})
        assert self.answered(asked), f"the page was not drawn: {self.closed}"
        assert self.find("levers") or self.wait(lambda _: self.find("levers") is not None), "no levers came"

    def plays(self) -> bool:
        """Whether the page still does what its player wants."""
        return self.answered(self.act("tabs", "go", "zone"))

    def find(self, part: str) -> str | None:
        """Return the id of the newest widget of a part."""
        return next((key for key, state in reversed(self.widgets.items()) if MARKS[part] in state), None)

    def part(self, part: str) -> str:
        """Return the id of a part that is there."""
        found = self.find(part)
        assert found is not None, part
        return found

    def leave(self) -> None:
        """Close the socket."""
        self.stack.close()

    def _keep(self, message: dict[str, Any]) -> None:
        content, kind = message["content"], message["header"]["msg_type"]
        if kind == "comm_open" and "state" in content["data"]:
            self.widgets[content["comm_id"]] = dict(content["data"]["state"])
        elif kind == "comm_close":
            self.widgets.pop(content["comm_id"], None)
        elif kind == "comm_msg" and content["data"].get("method") == "update":
            self.widgets.setdefault(content["comm_id"], {}).update(content["data"]["state"])


def _status(message: dict[str, Any]) -> tuple[str, str]:
    asked = message["parent_header"].get("msg_id", "")
    return asked, message["content"].get("execution_state", "") if message["header"]["msg_type"] == "status" else ""


__all__ = ["Answer", "Browser", "ConnectionClosed", "InvalidStatus", "Page", "ask"]
