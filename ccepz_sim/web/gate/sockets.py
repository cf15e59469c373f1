"""The socket of a page: who may open one, and what passes through it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import Counter
from typing import Any
from urllib.parse import parse_qs

import anyio.to_thread
from solara.server import kernel_context
from solara.server.kernel_context import PageStatus
from solara.server.server import COOKIE_KEY_SESSION_ID
from solara.server.starlette import kernel_connection
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from ccepz_sim.web.gate import frames, messages
from ccepz_sim.web.gate.limits import Bucket, Buckets
from ccepz_sim.web.gate.sessions import Session
from ccepz_sim.web.gate.site import Site, address_of
from ccepz_sim.web.gate.values import Refused

PATH = re.compile(r"/jupyter/([\w.-]{1,100})/api/kernels/([0-9a-f-]{36})/channels")
VIOLATION = 1008  # the code of RFC 6455 for a broken rule
SLOW = 64 * 1024  # letters: reading more than that would keep others waiting, and is done beside
GOING = 5.0  # seconds for a closing message to be taken


class Sockets:
    """All sockets of a server."""

    def __init__(self, site: Site) -> None:
        """Start without any."""
        self._site = site
        self._open: Counter[str] = Counter()
        self._connections = Buckets(site.limits.connections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a connection, or refuse it before it is one."""
        request = HTTPConnection(scope)
        try:
            session, kernel, page, returned = self._check(request)
            await self._make_room(session, kernel)
        except Refused as refusal:
            self._site.log.write("refused a connection from", address_of(request), str(refusal))
            await receive()
            await send({"type": "websocket.close", "code": VIOLATION})
            return
        self._open[session.id] += 1
        try:
            await Socket(self._site, request, kernel, page, returned).run(session, receive, send)
        finally:
            self._open[session.id] -= 1
            if not self._open[session.id]:
                del self._open[session.id]

    def _check(self, request: HTTPConnection) -> tuple[Session, str, str, bool]:
        site = self._site
        headers = request.headers.getlist("origin")
        scheme = "https" if request.url.scheme == "wss" else "http"
        if len(headers) != 1 or not site.hosts.welcomes(headers[0], request.headers["host"], scheme):
            raise Refused("another origin" if headers else "no origin")
        path = PATH.fullmatch(request.url.path)
        pages = parse_qs(request.url.query).get("session_id", [])
        if path is None or len(pages) != 1 or not frames.ID.fullmatch(pages[0]):
            raise Refused("an address of no page")
        session = site.session(request)
        if session is None:
            raise Refused("no session")
        if not site.door.admits(session):
            raise Refused("no access code")
        ticket = site.signer.read_ticket(session, path[1])
        if ticket is None:
            raise Refused("no page that was given to this session")
        if not self._connections[session.id].admit():
            raise Refused("too many connections of one session")
        if self._open[session.id] >= site.limits.sockets_of_session:
            raise Refused("too many open connections of one session")
        if self._open.total() >= site.limits.sockets:
            raise Refused("too many open connections")
        site.pages.claim(session, ticket, path[2], pages[0])
        return session, path[2], pages[0], ticket.given < int(site.began)

    async def _make_room(self, session: Session, kernel: str) -> None:
        """End the page that is asleep longest where there are too many; first one of the same browser."""
        contexts = list(kernel_context.contexts.values())
        if any(context.id == kernel for context in contexts):
            return
        own = [context for context in contexts if context.session_id == session.id]
        for group, most in ((own, self._site.limits.sockets_of_session), (contexts, self._site.limits.pages)):
            if len(group) < most:
                continue
            asleep = [context for context in group if PageStatus.CONNECTED not in tuple(context.page_status.values())]
            if not asleep:
                raise Refused("too many open pages")
            with contextlib.suppress(Exception):  # it ended by itself meanwhile
                await anyio.to_thread.run_sync(asleep[0].close, "cull")


class Socket:
    """One connection of one page."""

    def __init__(self, site: Site, request: HTTPConnection, kernel: str, page: str, returned: bool) -> None:
        """Count what it sends and what it has not taken yet."""
        self._site, self._address, self._host = site, address_of(request), request.headers["host"]
        self._kernel, self._page, self._returned = kernel, page, returned
        self._messages, self._octets = Bucket(site.limits.messages), Bucket(site.limits.octets)
        self._states = Bucket(site.limits.states)
        self._slowed: float | None = None
        self._arrived: asyncio.Queue[Message] = asyncio.Queue(site.limits.waiting)
        self._unsent: asyncio.Queue[Message] = asyncio.Queue()
        self._size = 0
        self._over = asyncio.Event()

    async def run(self, session: Session, receive: Receive, send: Send) -> None:
        """Carry messages until one side leaves."""
        self._take, self._send = receive, send
        scope: dict[str, Any] = {
            "type": "websocket",
            "scheme": "ws",
            "path": f"/jupyter/api/kernels/{self._kernel}/channels",
            "path_params": {"kernel_id": self._kernel, "name": "channels"},
            "query_string": f"session_id={self._page}".encode(),
            # What the library sees of the visitor: only what was proved.
            "headers": [
                (b"host", self._host.encode("latin-1")),
                (b"cookie", f"{COOKIE_KEY_SESSION_ID}={session.id}".encode()),
            ],
            "subprotocols": [],
        }
        beside = [asyncio.create_task(self._fetch()), asyncio.create_task(self._write())]
        try:
            await kernel_connection(WebSocket(scope, self._receive, self._put))
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)

    async def _fetch(self) -> None:
        """Take what arrives while the kernel works: a browser's sign of life must not wait behind its messages."""
        message: Message = {"type": ""}
        while message["type"] != "websocket.disconnect":
            message = await self._take()
            try:
                await self._slow_down(_size(message))
                async with asyncio.timeout(self._site.limits.patience):
                    await self._arrived.put(message)
            except (Refused, TimeoutError):
                await self._end("too many messages")
                return

    async def _receive(self) -> Message:
        while True:
            message = await self._next()
            if message["type"] != "websocket.receive":
                return message
            try:
                text = message.get("text")
                if text is None:
                    raise Refused("a binary frame")
                passed = await self._read(text)
            except Refused as refusal:
                await self._end(str(refusal))
            else:
                if passed is not None:
                    return {"type": "websocket.receive", "text": passed}

    async def _next(self) -> Message:
        """Return the next message, or the end where this side ended it: the visitor need not answer."""
        took, over = asyncio.ensure_future(self._arrived.get()), asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait({took, over}, return_when=asyncio.FIRST_COMPLETED)
            return {"type": "websocket.disconnect", "code": VIOLATION} if over.done() else took.result()
        finally:
            took.cancel()
            over.cancel()

    async def _read(self, text: str) -> str | None:
        def read() -> messages.Passed | None:
            return messages.let_through(text, self._kernel, self._page, self._returned)

        passed = await anyio.to_thread.run_sync(read) if len(text) > SLOW else read()
        if passed is None:
            return None
        if passed.whole_page and self._states.take() > 0:
            raise Refused("too many requests for the state of a page")
        return passed.text

    async def _slow_down(self, size: int) -> None:
        """Take no more from who sends too fast; close who goes on for long."""
        wait = max(self._messages.take(), self._octets.take(size))
        now = time.monotonic()
        if not wait:
            if self._messages.calm() and self._octets.calm():
                self._slowed = None
            return
        self._slowed = self._slowed or now
        if now + wait - self._slowed > self._site.limits.patience:
            raise Refused("too many messages")
        await asyncio.sleep(wait)

    async def _end(self, why: str) -> None:
        if self._over.is_set():
            return
        self._over.set()
        self._site.log.write("closed a connection from", self._address, why)
        with contextlib.suppress(Exception):  # the visitor has gone, or takes nothing any more
            async with asyncio.timeout(GOING):
                await self._send({"type": "websocket.close", "code": VIOLATION, "reason": "not allowed"})

    async def _put(self, message: Message) -> None:
        """Keep a message for the browser, so that one that is slow to take it holds up nobody else."""
        if self._over.is_set():
            return
        if message["type"] == "websocket.accept":
            await self._send(message)
            return
        self._size += _size(message)
        self._unsent.put_nowait(message)
        if self._size > self._site.limits.unsent:
            await self._end("a browser that takes nothing")
        elif message["type"] == "websocket.close":
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GOING):
                    await self._unsent.join()

    async def _write(self) -> None:
        while not self._over.is_set():
            message = await self._unsent.get()
            try:
                if not self._over.is_set():
                    await self._send(message)
            except Exception:  # the visitor has gone
                self._over.set()
            self._size -= _size(message)
            self._unsent.task_done()


def _size(message: Message) -> int:
    return len(message.get("text") or message.get("bytes") or "")
