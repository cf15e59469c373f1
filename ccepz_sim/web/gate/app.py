"""The application that is served: the routes of the page and no others, behind the gate."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
import solara.settings
from solara.server import server as solara_server
from solara.server import settings
from solara.server import starlette as solara_starlette
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ccepz_sim.text.label import LANGUAGES
from ccepz_sim.text.texts import Texts
from ccepz_sim.web import html
from ccepz_sim.web.gate import headers, widgets
from ccepz_sim.web.gate.pages import Front
from ccepz_sim.web.gate.site import Site, address_of
from ccepz_sim.web.gate.sockets import VIOLATION, Sockets

# A proxy's word about itself; a visitor can say the same, and Solara would believe the first who does.
HEARSAY = re.compile(rb"(x-)?script-name|(x-)?forwarded(-.*)?|x-real-ip|x-original-.*|x-rewrite-url")
OPEN = ("/", "/enter", "/readyz", html.ALIVE)  # before the access code
ENDING = 5.0  # seconds for all pages to end when the server does
# What the page is made of; nothing is fetched from elsewhere, listed or written.
PARTS: dict[str, tuple[str, Callable[[], ASGIApp]]] = {
    "/static/assets": (r"[\w-]+\.(css|js|png|svg)", solara_starlette.StaticAssets),
    "/static/public": (r"[\w.-]+\.(css|js|png|svg|woff2)", solara_starlette.StaticPublic),
    "/static": (
        r"(highlight(-dark)?\.css|ansi\.js|main-vuetify\.js)",
        lambda: solara_starlette.StaticFilesOptionalAuth(directory=solara_server.solara_static),
    ),
    "/jupyter/nbextensions": (
        r"(jupyter-vue|jupyter-vuetify|jupyter-js-widgets)/[\w.-]+\.(js|woff2?|ttf|eot|svg)",
        solara_starlette.StaticNbFiles,
    ),
    "/_solara/cdn": (
        r"(@widgetti/solara-vuetify-app@[\d.]+/dist/|requirejs@[\d.]+/|echarts@[\d.]+/dist/)[\w.-]+\.(css|js|woff2?|ttf|eot|svg)",
        lambda: _Installed(directory=settings.assets.proxy_cache_dir, follow_symlink=True, check_dir=False),
    ),
}


def make_app(site: Site) -> ASGIApp:
    """Return the page of a site behind its gate."""
    settings.main.root_path = site.root
    settings.main.base_url = f"http://localhost:{site.port}{site.root}/"
    solara.settings.assets.proxy = True  # the page names our own address for what is installed
    widgets.watch()
    front = Front(site)
    library: Any = solara_starlette

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        library.on_startup()
        await anyio.to_thread.run_sync(front.prepare)
        yield
        # In a thread: a page that is being drawn holds what its end waits for, and needs this loop to send.
        with anyio.move_on_after(ENDING):
            await anyio.to_thread.run_sync(library.on_shutdown, abandon_on_cancel=True)

    routes: list[Any] = [
        Route("/", front.page),
        Route("/enter", front.enter, methods=["POST"]),
        Route("/readyz", front.ready),
        Route(html.ALIVE, html.alive),
        Route("/_solara/api/close/{kernel}", front.leave, methods=["POST"]),
        *(Mount(path, app=_Listed(make(), names)) for path, (names, make) in PARTS.items()),
    ]
    packing = [Middleware(solara_starlette.SolaraGZipMiddleware, minimum_size=1000)]
    sentences: Any = {HTTPException: _missing}
    inner = Starlette(routes=routes, lifespan=lifespan, middleware=packing, exception_handlers=sentences)
    inner.router.redirect_slashes = False
    return Gate(site, inner)


class Gate:
    """Looks at every request before anything else does."""

    def __init__(self, site: Site, inner: ASGIApp) -> None:
        """Stand before an application."""
        self._site, self._inner = site, inner
        self._sockets = Sockets(site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._inner(scope, receive, send)
            return
        scope = self._cleaned(scope)
        request = HTTPConnection(scope)
        hosts = request.headers.getlist("host")
        reached = str((scope.get("server") or ("", 0))[0])
        known = len(hosts) == 1 and self._site.hosts.knows(hosts[0], reached)
        if not known:
            self._site.log.write("refused a request from", address_of(request), "a host that is not this server")
        if scope["type"] == "websocket":
            if known:
                await self._sockets(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": VIOLATION})
            return
        answer = self._answer(request) if known else _sentence("gate.host", 421)
        await (answer or self._inner)(scope, receive, _with_headers(send))

    def _answer(self, request: HTTPConnection) -> Response | None:
        """Answer a request that goes no further."""
        site, path = self._site, request.scope["path"]
        session = site.session(request)
        counted = site.by_session[session.id] if session is not None else site.by_address[address_of(request)]
        if not counted.admit():
            return _sentence("gate.busy", 429)
        if site.root and path == site.root:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"{site.root}/{query}", status_code=308)
        if request.scope["method"] == "POST":
            origins = request.headers.getlist("origin")
            if origins and not site.hosts.welcomes(origins[-1], request.headers["host"], request.url.scheme):
                site.log.write("refused a request from", address_of(request), "another origin")
                return _sentence("gate.host", 403)
        if path not in OPEN and site.door.code and not site.door.admits(session):
            return _sentence("gate.ask", 403)
        return None

    def _cleaned(self, scope: Scope) -> Scope:
        root, path = self._site.root, scope["path"]
        if root and path.startswith(f"{root}/"):
            path = path.removeprefix(root)
        kept = [(name, value) for name, value in scope["headers"] if not HEARSAY.fullmatch(name.lower())]
        return {**scope, "path": path, "raw_path": path.encode(), "root_path": "", "headers": kept}


class _Listed:
    """Gives only files with names of a form."""

    def __init__(self, inner: ASGIApp, names: str) -> None:
        self._inner, self._names = inner, re.compile(names, re.ASCII)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix(scope["root_path"]).lstrip("/")
        listed = self._names.fullmatch(name) is not None
        await (self._inner if listed else _sentence("gate.missing", 404))(scope, receive, send)


class _Installed(solara_starlette.StaticFilesOptionalAuth):
    """The scripts that came with the installation; what is not there is fetched from nowhere."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        answer: Response = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["cache-control"] = "private, max-age=31536000, immutable"  # the path names the version
        return answer


def _with_headers(send: Send) -> Send:
    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            found = MutableHeaders(scope=message)
            for name, value in headers.ALWAYS.items():
                found[name] = value
            found.setdefault("content-security-policy", headers.PLAIN_POLICY)
            found.setdefault("cache-control", "no-cache" if "etag" in found else "no-store")
        await send(message)

    return add


async def _missing(_: Request, problem: Exception) -> Response:
    return _sentence("gate.missing", getattr(problem, "status_code", 404))


def _sentence(key: str, status: int) -> Response:
    label = Texts.load("web")[key]
    return PlainTextResponse("\n".join(label.get(lang) for lang in LANGUAGES) + "\n", status_code=status)
