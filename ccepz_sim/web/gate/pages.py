"""The pages that are given out: the game with its ticket, and before it the form that asks for the access code."""

from __future__ import annotations

import html
import json
import math
import re
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode

import anyio.to_thread
from solara.server import kernel_context
from solara.server import server as solara_server
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from ccepz_sim.text.label import LANGUAGES
from ccepz_sim.text.numbers import LOCALES
from ccepz_sim.text.texts import Texts
from ccepz_sim.web.gate import frames, headers
from ccepz_sim.web.gate.sessions import Session
from ccepz_sim.web.gate.site import Site, address_of

WEEK = 7 * 24 * 3600
FORM = Path(__file__).with_name("form.html")
STYLE = Path(__file__).with_name("form.css")
NEEDED = ("jupyter-vue/extension", "jupyter-vuetify/extension", "jupyter-js-widgets/extension")
NEXT = re.compile(r"[\w.~%+=&!*'(),:@/?$;-]{0,65536}", re.ASCII)


class Front:
    """The pages of one server."""

    def __init__(self, site: Site) -> None:
        """Begin; `prepare` has to run before the first page is given."""
        self._site = site
        self._before = self._after = ""
        self._form, self._style = FORM.read_text("utf-8"), STYLE.read_text("utf-8")

    def prepare(self) -> None:
        """Have the library write its page once: it is the same for everybody, but for the ticket.

        Raises:
            RuntimeError: the library writes its page in another way than the one this was made for.
        """
        _only_needed_extensions()
        root = self._site.root
        page = solara_server.read_root("/", root)
        place = f"solara.jupyterRootPath = {json.dumps(f'{root}/jupyter')};"
        if page is None or page.count(place) != 1:
            raise RuntimeError("the page of this version of Solara has no place for a ticket")
        self._before, self._after = page.split(place)

    async def page(self, request: Request) -> Response:
        """Give the game, or the form to whom has not given the code."""
        site = self._site
        session = site.session(request)
        if session is None or not site.door.admits(session):
            session = site.door.newcomer()
            if not site.door.admits(session):
                return self._ask(request, site.session(request) or session, request.url.query)
        address = json.dumps(f"{site.root}/jupyter/{site.signer.ticket(session)}")
        text = f"{self._before}solara.jupyterRootPath = {address};{self._after}"
        answer = HTMLResponse(text)
        scheme = "wss" if request.url.scheme == "https" else "ws"
        sockets = f"{scheme}://{request.headers['host']}"
        answer.headers["content-security-policy"] = headers.page_policy(text, sockets)
        self._remember(answer, session, request)
        return answer

    async def enter(self, request: Request) -> Response:
        """Read the form."""
        site = self._site
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > site.limits.form:
                return Response(status_code=413)
        fields = {key: values[-1] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
        wanted = fields.get("next", "")
        wanted = wanted if NEXT.fullmatch(wanted) else ""
        session = site.session(request)
        if session is None:
            return self._ask(request, site.door.newcomer(), wanted, "gate.cookies", status=403)
        if not site.door.admits(session):
            answer = site.door.knock(session, address_of(request), fields.get("code", ""))
            if answer.session is None:
                site.log.write("turned away", address_of(request), "a wrong access code")
                if answer.wait > 0:
                    return self._ask(request, session, wanted, "gate.wait", status=429, wait=answer.wait)
                return self._ask(request, session, wanted, "gate.wrong", status=403)
            session = answer.session
        where = RedirectResponse(f"{site.root}/" + (f"?{wanted}" if wanted else ""), status_code=303)
        self._remember(where, session, request)
        return where

    async def leave(self, request: Request) -> Response:
        """End the page that its browser left."""
        kernel, page = request.path_params["kernel"], request.query_params.get("session_id", "")
        session = self._site.session(request)
        known = session is not None and frames.ID.fullmatch(page) and self._site.pages.owns(session, kernel, page)
        context = kernel_context.contexts.get(kernel) if known else None
        if context is not None and page in context.page_status:
            await anyio.to_thread.run_sync(context.page_close, page)
        return Response(status_code=204)

    async def ready(self, _: Request) -> Response:
        """Say that the server is there, and nothing else."""
        return JSONResponse({"status": "ok"})

    def _ask(
        self, request: Request, session: Session, wanted: str, said: str = "", status: int = 200, wait: float = 0.0
    ) -> Response:
        """Return the form, in both languages; it names nothing of the game but its title."""
        fields = parse_qsl(wanted, keep_blank_values=True)
        query = dict(fields)
        first = query.get("lang", "") if query.get("lang", "") in LANGUAGES else self._site.lang
        texts = Texts.load("web")
        order = sorted(LANGUAGES, key=lambda lang: lang != first)

        def both(key: str, tag: str, **values: object) -> str:
            lines = [
                f'<{tag} lang="{LOCALES[lang]}">{html.escape(texts[key].format(lang, **values))}</{tag}>'
                for lang in order
            ]
            return "".join(lines)

        alert = f'<div role="alert">{both(said, "p", seconds=math.ceil(wait))}</div>' if said else ""
        marks = {
            "lang": LOCALES[first],
            "title": html.escape(" · ".join(texts["page.short_title"].get(lang) for lang in order)),
            "style": self._style,
            "heading": both("page.title", "h1"),
            "ask": both("gate.ask", "p"),
            "alert": alert,
            "action": html.escape(f"{self._site.root}/enter"),
            "label": html.escape(" · ".join(texts["gate.code"].get(lang) for lang in order)),
            "code": html.escape(query.get("code", "")[:16], quote=True),
            "next": html.escape(urlencode([(key, value) for key, value in fields if key != "code"]), quote=True),
            "enter": html.escape(" · ".join(texts["gate.enter"].get(lang) for lang in order)),
        }
        text = re.sub(r"\{(\w+)\}", lambda found: marks[found[1]], self._form)
        answer = HTMLResponse(text, status_code=status)
        answer.headers["content-security-policy"] = headers.form_policy(self._style)
        if wait:
            answer.headers["retry-after"] = str(math.ceil(wait))
        self._remember(answer, session, request)
        return answer

    def _remember(self, answer: Response, session: Session, request: Request) -> None:
        site = self._site
        answer.set_cookie(
            site.cookie,
            site.signer.cookie(session),
            max_age=WEEK,
            path=f"{site.root}/",
            httponly=True,
            samesite="lax",
            secure=site.hosts.is_secure(request.headers["host"]),
        )
        answer.headers["cache-control"] = "no-store"


def _only_needed_extensions() -> None:
    """Load nothing into the page that other programs left in this computer's notebook folders."""
    names = [name for name in solara_server.get_nbextension_names() if name in NEEDED]
    hashes: dict[str, str | None] = {name: solara_server.nbextension_hash(name) for name in names}
    solara_server.get_nbextensions = lambda: (names, hashes)
