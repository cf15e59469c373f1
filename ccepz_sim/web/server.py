"""Starts the page on this machine; nothing on it ever asks the outside world."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import secrets
import socket
import threading
import warnings
import webbrowser

from ccepz_sim.errors import UserError
from ccepz_sim.schema import LANGUAGES
from ccepz_sim.text import Texts

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
}
SHUTDOWN_SECONDS = 2
BROWSER_DELAY = 0.8
FORBIDDEN = (errno.EACCES, errno.EPERM)


class PageError(UserError):
    """A reason why the page cannot be served; its sentence is in `text/web.toml`."""

    texts = "web"


def serve(host: str = "127.0.0.1", port: int = 8765, open_browser: bool = True, lang: str = "en") -> None:
    """Serve the game until interrupted.

    Args:
        host: address to listen on; `127.0.0.1` lets only this machine in.
        port: TCP port; 0 takes any free one.
        open_browser: open the page in the browser, where there is one.
        lang: language of the first page, `"en"` or `"zh"`.

    Raises:
        UserError: the port is in use or not allowed, the host is unknown, the content has a mistake.
    """
    if lang not in LANGUAGES:
        raise PageError("error.language", lang=lang)
    listener = claim(host, port)
    try:
        prepare()
        from ccepz_sim.web import app_state

        app_state.open_app(lang).store.warm_up()
        atexit.register(app_state.close_app)
        import uvicorn
        from solara.server.starlette import app

        from ccepz_sim.web import html

        html.install()
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            ws_per_message_deflate=False,  # a room has a fast network: packing would take longer than sending
        )  # fmt: skip
        # Plain http on this machine is meant: the cookie stays with this page anyway.
        warnings.filterwarnings("ignore", message="Cookies with samesite=none")
        address = f"http://{_shown(host)}:{listener.getsockname()[1]}/?lang={lang}"
        print(Texts.load("web")["serve.started"].format(lang, address=address), flush=True)  # noqa: T201
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


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
