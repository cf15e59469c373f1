"""The HTML around the page: the watch over the connection and the sign that the page loads, in both languages.

Solara looks for its templates in folders; ours come first. They are files of this server like any other, so that a
page may forbid scripts from elsewhere.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from starlette.responses import PlainTextResponse, Response

from ccepz_sim.text.label import LANGUAGES
from ccepz_sim.web.views.words import words

FOLDER = Path(__file__).parent / "frame"
LOADER = "ccepz"
ALIVE = "/alive"  # says which server answers, so that a page knows whether it is still the one that made it
MARK = secrets.token_urlsafe(9)  # of this server


def alive(_: object) -> Response:
    """Answer a page that asks whether its server is there again."""
    return PlainTextResponse(MARK, headers={"Cache-Control": "no-store"})


def install() -> None:
    """Let Solara use our templates; has to run after Solara is imported and before the first page is asked for."""
    import jinja2
    from solara.server import app, server, settings

    app.ensure_apps_initialized()
    settings.theme.loader = LOADER
    settings.theme.force_refresh = True  # a page that a new server does not know is loaded again, without a dialog
    settings.assets.extra_locations = [str(FOLDER / "assets")]
    environment: jinja2.Environment = server.get_jinja_env(app_name="__default__")  # made once and kept
    assert environment.loader is not None
    environment.loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(FOLDER), environment.loader])
    environment.globals["ccepz"] = {
        "texts": {lang: words("connection", lang) for lang in LANGUAGES},
        "alive": ALIVE,
        "mark": MARK,
    }
