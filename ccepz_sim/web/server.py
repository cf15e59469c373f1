"""Starts the page on this machine; nothing on it ever asks the outside world."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import re
import secrets
import socket
import threading
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim.text.errors import UserError
from ccepz_sim.text.label import LANGUAGES
from ccepz_sim.text.texts import Texts

if TYPE_CHECKING:
    import uvicorn

    from ccepz_sim.web.gate.limits import Limits
    from ccepz_sim.web.gate.site import Site

# Set before Solara is imported, since it reads them once; what the user has set stays.
SETTINGS = {
    "SOLARA_APP": "ccepz_sim.web.page",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_TITLE": "柴达木试验区 · Chaidamu Pilot Zone",
    "SOLARA_THEME_VARIANT": "light",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_SESSION_HTTP_ONLY": "True",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",  # a locked phone comes back within; later its game is opened anew
}
SHUTDOWN_SECONDS = 2
HEADERS = 64 * 1024  # bytes of a request line with its headers: the longest shared game fits
SILENCE = 20.0  # seconds between two questions whether a browser is still there, and to its answer
BACKLOG = 2048  # connections, as uvicorn has it
BROWSER_DELAY = 0.8
FORBIDDEN = (errno.EACCES, errno.EPERM)
ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")


class PageError(UserError):
    """A reason why the page cannot be served; its sentence is in `text/web.toml`."""

    texts = "web"


@dataclass(frozen=True, slots=True)
class Doors:
    """How others come in, as it was asked for.

    Args:
        code: access code that the page asks for; None takes a fresh one where others can reach the page.
        root: path under which a reverse proxy gives the page.
        origins: addresses under which a proxy or another name gives it.
    """

    code: str | None = None
    root: str = ""
    origins: tuple[str, ...] = ()


def serve(
    host: str = "127.0.0.1",
    port: int = 8765,
    open_browser: bool = True,
    lang: str = "en",
    doors: Doors | None = None,
    content: Path | None = None,
) -> None:
    """Serve the game until interrupted.

    Args:
        host: address to listen on; `127.0.0.1` lets only this machine in.
        port: TCP port; 0 takes any free one.
        open_browser: open the page in the browser, where there is one.
        lang: language of the first page, `"en"` or `"zh"`.
        doors: how others come in.
        content: the folder of the content; None for that of this package.

    Raises:
        UserError: the port is in use or not allowed, the host is unknown, the content has a mistake.
    """
    if lang not in LANGUAGES:
        raise PageError("error.language", lang=lang)
    doors = doors or Doors()
    _check(doors)
    listener = claim(host, port)
    try:
        prepare()
        from ccepz_sim.web import app_state

        app_state.open_app(lang, content=content).store.warm_up()
        atexit.register(app_state.close_app)
        import uvicorn

        from ccepz_sim.web import html
        from ccepz_sim.web.gate.app import make_app

        site = make_site(host, listener.getsockname()[:2], lang, doors)
        html.install()
        config = configure(make_app(site), site.limits.frame)
        listener.listen(BACKLOG)  # whoever is faster than the start waits instead of being refused
        address = tell(host, site)
        if open_browser:
            timer = threading.Timer(BROWSER_DELAY, webbrowser.open, [address])
            timer.daemon = True
            timer.start()
        gc.collect()
        gc.freeze()  # what is loaded by now stays: a collection need not look through it while somebody waits
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # the ordinary way to stop
    finally:
        listener.close()


def configure(app: Any, frame: int) -> uvicorn.Config:
    """Return how an application is served.

    Args:
        app: an ASGI application.
        frame: bytes of the largest message on a socket.
    """
    import uvicorn

    return uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ws_per_message_deflate=False,  # a room has a fast network: packing would take longer than sending
        http="h11", h11_max_incomplete_event_size=HEADERS,  # the parser that bounds headers
        ws_max_size=frame, ws_ping_interval=SILENCE, ws_ping_timeout=SILENCE,
        proxy_headers=False, server_header=False,
    )  # fmt: skip


def make_site(host: str, bound: tuple[str, int], lang: str, doors: Doors, most: Limits | None = None) -> Site:
    """Return what the gate has to know of a server; `prepare` has to run before.

    Args:
        host: the host that was asked for.
        bound: address and port it listens on.
        lang: language of a page that names none.
        doors: how others come in.
        most: how much of what; None takes the usual.
    """
    from ccepz_sim.game.database import MEMORY, usual_path
    from ccepz_sim.web.gate import access, hosts, limits, secret, sessions
    from ccepz_sim.web.gate.site import Site

    address, port = bound
    games = usual_path()
    folder = None if games == MEMORY else Path(games).parent
    asks = doors.code is not None or not hosts.is_loopback(address)
    kept = secret.keep(folder, asks=asks, code=access.tidy(doors.code) if doors.code else None)
    signer, most = sessions.Signer(kept.key), most or limits.Limits()
    origins = tuple(filter(None, (hosts.read_origin(origin) for origin in doors.origins)))
    return Site(
        hosts=hosts.Hosts(bound=address, named=host, origins=origins),
        door=access.Door(kept.code, signer, most),
        signer=signer,
        port=port,
        lang=lang,
        root=doors.root.rstrip("/"),
        limits=most,
    )


def tell(host: str, site: Site) -> str:
    """Print where the game is, and what others need to come in; returns the address for this computer."""
    from ccepz_sim.web.gate import hosts

    texts, lang = Texts.load("web"), site.lang
    others = [hosts.url(other, site.port, f"{site.root}/") for other in hosts.reachable(site.hosts.bound)]
    here = hosts.url("127.0.0.1" if hosts.is_wildcard(site.hosts.bound) else host, site.port, f"{site.root}/")
    lines = [texts["serve.started"].format(lang, address=f"{others[0] if others else here}?lang={lang}")]
    if not hosts.is_loopback(site.hosts.bound):
        lines.append(texts["serve.warning"].get(lang))
        lines.append(
            texts["serve.others"].format(lang, addresses="  ".join(others))
            if others
            else texts["serve.no_network"].get(lang)
        )
    if site.door.code:
        lines.append(texts["serve.code"].format(lang, code=site.door.code))
    print("\n".join(lines), flush=True)  # noqa: T201
    return f"{here}?lang={lang}" + (f"&code={site.door.code}" if site.door.code else "")


def prepare() -> None:
    """Tell Solara to stay offline and quiet; has to run before Solara is imported."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("SOLARA_SESSION_SECRET_KEY", secrets.token_hex(16))


def claim(host: str, port: int) -> socket.socket:
    """Take a port before anything heavy is loaded.

    Raises:
        PageError: the port is in use or not allowed, or the host is not an address of this computer.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, OverflowError):
        raise PageError("serve.host_unknown", host=host) from None
    try:
        if os.name != "nt":  # on Windows the option would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError) as error:
        listener.close()
        number = getattr(error, "errno", None)
        if number == errno.EADDRINUSE:
            raise PageError("serve.port_in_use", host=host, port=port, other=port + 1) from None
        if number in FORBIDDEN:
            raise PageError("serve.port_forbidden", port=port) from None
        raise PageError("serve.host_unknown", host=host) from None
    return listener


def _check(doors: Doors) -> None:
    from ccepz_sim.web.gate import access, hosts

    if doors.code is not None and not access.is_code(access.tidy(doors.code)):
        raise PageError("serve.bad_code", code=doors.code, letters=access.LETTERS)
    if doors.root.rstrip("/") and not ROOT_PATH.fullmatch(doors.root.rstrip("/")):
        raise PageError("serve.bad_root", path=doors.root)
    for origin in doors.origins:
        if hosts.read_origin(origin) is None:
            raise PageError("serve.bad_origin", origin=origin)
