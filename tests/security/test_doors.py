"""Who may open a socket, and what a browser may ask for: the addresses, the session, the page, the routes."""

from __future__ import annotations

import json
import re
import socket
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from gate_client import InvalidStatus, Page, ask
from gate_servers import SECRET, Outside, Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("security")]
MADE_UP = "A" * 22 + ".." + "B" * 43


def opens(page: Page, **more: Any) -> bool:
    """Whether a page gets a socket on which the kernel answers."""
    try:
        page.open(**more)
    except InvalidStatus:
        return False
    found = page.answered(page.send("kernel_info_request", {}))
    page.leave()
    return found


def with_cookie(change: Callable[[str], str]) -> Callable[[Page], dict[str, Any]]:
    def more(page: Page) -> dict[str, Any]:
        name, value = next(iter(page.browser.cookies.items()))
        return {"cookie": f"{name}={change(value)}"}

    return more


def other(letter: str) -> str:
    return "A" if letter != "A" else "B"


def own_port(page: Page, scheme: str = "http", host: str = "127.0.0.1", more: int = 0) -> str:
    return f"{scheme}://{host}:{page.browser.port + more}"


HANDSHAKES: dict[str, Callable[[Page], dict[str, Any]]] = {
    "foreign origin": lambda _: {"origin": "https://evil.example"},
    "no origin": lambda _: {"origin": None},
    "origin null": lambda _: {"origin": "null"},
    "origin of another port": lambda page: {"origin": own_port(page, more=1)},
    "origin of another scheme": lambda page: {"origin": own_port(page, "https")},
    "origin of another name of this computer": lambda page: {"origin": own_port(page, host="localhost")},
    "origin that begins alike": lambda page: {"origin": own_port(page) + ".evil.example"},
    "no cookie": lambda _: {"cookie": None},
    "made-up cookie": with_cookie(lambda _: MADE_UP),
    "cookie with another session": with_cookie(lambda value: other(value[0]) + value[1:]),
    "cookie with another seal": with_cookie(lambda value: value[:-1] + other(value[-1])),
    "cookie cut short": with_cookie(lambda value: value[:-1]),
}


@pytest.mark.parametrize("name", HANDSHAKES)
def test_a_socket_that_is_not_of_our_page_is_refused(gated: Served, bare: Served, name: str) -> None:
    before = gated.log().count("refused a connection")
    page = gated.browser().load()
    assert not opens(page, **HANDSHAKES[name](page))
    assert gated.log().count("refused a connection") == before + 1
    assert opens(page), "the same page is welcome when it says who it is"
    assert gated.honest.plays()
    without = bare.browser().load()
    assert opens(without, **HANDSHAKES[name](without)), "without the gate everybody is"


def test_no_page_no_socket(gated: Served, bare: Served) -> None:
    visitor = gated.browser()
    assert not opens(Page(visitor, "/jupyter"))
    visitor.load()
    assert not opens(Page(visitor, "/jupyter")), "a cookie alone is no page"
    for ticket in ("x", "A" * 12 + ".1700000000." + "B" * 43, "%2e%2e", "A" * 2000):
        assert not opens(Page(visitor, f"/jupyter/{ticket}"))
    assert opens(Page(bare.browser(), "/jupyter")), "without the gate no page is needed"


def test_a_ticket_is_worth_nothing_to_anybody_else(gated: Served) -> None:
    victim, thief = gated.browser().load(), gated.browser().load()
    assert not opens(Page(thief.browser, victim.root))
    assert opens(thief)
    assert opens(victim)


def test_a_kernel_belongs_to_one_page(gated: Served) -> None:
    victim = gated.honest
    thief = gated.browser()
    assert not opens(Page(thief, thief.load().root, kernel=victim.kernel))
    assert not opens(Page(thief, thief.load().root, kernel=victim.kernel, id=victim.id))
    assert not opens(Page(thief, thief.load().root, id=victim.id)), "nor does the id of a page change hands"
    assert not opens(Page(victim.browser, victim.browser.load().root, kernel=victim.kernel)), "nor between two tabs"
    first = thief.load()
    assert opens(first)
    assert not opens(Page(thief, first.root)), "one page, one kernel"
    assert not opens(Page(thief, first.root, kernel=first.kernel)), "and one id"
    assert opens(first), "but it may come back"
    assert victim.plays()


def test_a_recorded_session_cannot_be_played_again(gated: Served, bare: Served) -> None:
    """Everything an honest player ever sent, sent again by somebody who listened."""
    recorded = gated.browser().play()
    recorded.act("tabs", "go", "report")
    assert recorded.plays()
    frames = list(recorded.sent)
    assert not opens(recorded_again := Page(gated.browser(), recorded.root, recorded.kernel, recorded.id))
    assert not opens(recorded_again, cookie=None)
    thief = gated.browser().load()
    thief.open()
    thief.post(frames[0])
    assert thief.wait(lambda _: False) is None
    assert thief.closed == 1008
    own = gated.browser().play()
    for frame in frames[-2:]:
        own.post(frame.replace(recorded.id, own.id))
        assert own.wait(lambda _: False) is None
        assert own.closed == 1008, "the widgets of one page are none of another's"
        own.open()
    assert recorded.plays()
    assert gated.honest.plays()
    again = Page(bare.browser(), "/jupyter")
    again.open()
    for frame in frames:
        again.post(frame)
    assert again.answered(json.loads(frames[-1])["header"]["msg_id"]), "without the gate they are all taken"


@pytest.mark.parametrize("query", ["", "?session_id=", "?session_id=x", "?session_id={id}&session_id={id}"])
@pytest.mark.parametrize("name", ["channels", "control"])
def test_addresses_of_no_page(gated: Served, query: str, name: str) -> None:
    page = gated.browser().load()
    for kernel in (page.kernel, "1234", "..%2f..%2fx", page.kernel.upper()):
        path = f"{page.root}/api/kernels/{kernel}/{name}{query.format(id=page.id)}"
        if (kernel, name, query) != (page.kernel, "channels", f"?session_id={page.id}"):
            assert upgrade(gated.port, path, {"Cookie": page.browser.cookie(), "Origin": page.browser.origin}) == 403


def upgrade(port: int, path: str, headers: dict[str, str], host: str = "") -> int:
    """Ask for a socket with headers that no library would send; returns the status."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}", "Upgrade: websocket"]
    lines += ["Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as raw:
        raw.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(raw.recv(64).split()[1])


FOREIGN = ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "0.0.0.0:{port}", "10.1.2.3:{port}",
           "[::2]:{port}", "user@127.0.0.1", "127.0.0.1:{port}/", ""]  # fmt: skip


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_host_is_not_this_server(gated: Served, bare: Served, host: str) -> None:
    """DNS rebinding: a name of the attacker's that leads here, so that his page has our origin."""
    host = host.format(port=gated.port)
    answer = ask(gated.port, "/", headers={"Host": host})
    assert answer.status == 421
    assert "not known" in answer.text
    assert "不使用" in answer.text
    assert not answer.cookies
    page = gated.browser().load()
    path = f"{page.root}/api/kernels/{page.kernel}/channels?session_id={page.id}"
    headers = {"Cookie": page.browser.cookie(), "Origin": f"http://{host}"}
    if host:
        assert upgrade(gated.port, path, headers, host) == 403
    if host.startswith("evil"):
        assert ask(bare.port, "/", headers={"Host": host}).status == 200
        path = f"/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={uuid.uuid4()}"
        assert upgrade(bare.port, path, {"Origin": f"http://{host}"}, host) == 101
    assert gated.honest.plays()


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_the_names_of_this_computer_are_known(gated: Served, host: str) -> None:
    assert ask(gated.port, "/", headers={"Host": host.format(port=gated.port)}).status == 200


def test_two_hosts_are_no_host(gated: Served) -> None:
    with socket.create_connection(("127.0.0.1", gated.port), timeout=60) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
        assert int(raw.recv(64).split()[1]) in (400, 421)


def test_no_visitor_moves_the_page_of_the_next(gated: Served, bare: Served) -> None:
    assert "//evil.example/static" in bare.first, "without the gate the first visitor decides where scripts come from"
    assert "evil" not in gated.first
    for name in ("X-Script-Name", "Script-Name", "X-Forwarded-Host", "X-Forwarded-Prefix", "Forwarded", "X-Real-IP"):
        text = ask(gated.port, "/", headers={name: "//evil.example", "X-Forwarded-Proto": "https"}).text
        assert "evil" not in text
        assert without_ticket(text) == without_ticket(gated.first)


def without_ticket(page: str) -> str:
    return re.sub(r"/jupyter/[\w.-]+\"", '/jupyter/TICKET"', page)


CLOSED = [
    ("GET", "/resourcez"), ("GET", "/resourcez?verbose"), ("GET", "/jupyter/api/kernels/x"), ("GET", "/nosuch"),
    ("GET", "/jupyter/api/contents"), ("POST", "/_solara/api/evict/x"), ("GET", "/solara/watchdog/"),
    ("GET", "/static/solara_bootstrap.py"), ("GET", "/static/webworker.js"), ("GET", "/static/"), ("GET", "/static"),
    ("GET", "/static/assets/"), ("GET", "/static/nbextensions/jupyter-vue/nodeps.js"), ("PUT", "/"), ("DELETE", "/"),
    ("POST", "/"), ("OPTIONS", "/"), ("PATCH", "/enter"), ("GET", "/enter"), ("GET", "/index.html"), ("GET", "/docs"),
    ("GET", "//evil.example/"), ("GET", "/%2e%2e/"), ("GET", "/_solara/cdn/"),
    ("GET", "/_solara/cdn/vue@2/dist/vue.js"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_what_the_page_does_not_need_is_not_there(gated: Served, method: str, path: str) -> None:
    answer = ask(gated.port, path, method)
    assert answer.status in (404, 405), answer.text[:200]
    assert "websockets" not in answer.text
    assert "没有内容" in answer.text


def test_diagnostics_are_closed(gated: Served, bare: Served) -> None:
    for path in ("/resourcez", "/resourcez?verbose=1", "/jupyter/api/kernels/x"):
        assert ask(bare.port, path).status == 200
        assert ask(gated.port, path).status == 404
    ready = ask(gated.port, "/readyz")
    assert (ready.status, json.loads(ready.text)) == (200, {"status": "ok"})


def test_every_route_of_the_library_is_known(gated: Served) -> None:
    """A new version with a new route opens nothing here, and this says that it has one."""
    from ccepz_sim.web import server

    server.prepare()
    from solara.server.starlette import routes

    assert {route.path for route in routes} == {
        "/readyz", "/resourcez", "/jupyter/api/kernels/{id}", "/jupyter/api/kernels/{kernel_id}/{name}", "/",
        "/{fullpath}", "/_solara/api/close/{kernel_id}", "/_solara/api/evict/{kernel_id}", "/_solara/cdn",
        "/static/public", "/static/assets", "/jupyter/nbextensions", "/static", "/{fullpath:path}",
    }  # fmt: skip


WAYS = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//", "%252e%252e%252f", "/", "%2f"]


@pytest.mark.parametrize("base", ["/static/", "/static/assets/", "/static/public/", "/jupyter/nbextensions/",
                                  "/_solara/cdn/", "/_solara/cdn/echarts@5.4.0/dist/"])  # fmt: skip
def test_no_path_leads_out_of_the_files_of_the_page(gated: Served, base: str) -> None:
    for way in WAYS:
        for target in ("secret.txt", "etc/passwd", "widget@1.0.0/dist/main.js"):
            for depth in (1, 2, 4, 9):
                answer = ask(gated.port, base + way * depth + target)
                assert answer.status == 404, (way, target, depth)
                assert SECRET not in answer.text


def test_a_visitor_fetches_deletes_and_writes_nothing(gated: Served, bare: Served, outside: Outside) -> None:
    """Without the gate one request deletes an installed package and fetches what it names from outside."""
    for served in (gated, bare):
        outside.asked.clear()
        package = served.folder / "cdn" / "widget@1.0.0"
        assert (package / "dist" / "main.js").exists()
        ask(served.port, "/_solara/cdn/widget@1.0.0/dist")
        ask(served.port, "/_solara/cdn/evil@1.0.0/x.js")
        assert (package / "dist").exists() is served.gated
        assert bool(outside.asked) is not served.gated
    installed = ask(gated.port, "/_solara/cdn/echarts@5.4.0/dist/echarts.min.js")
    assert installed.text == "// installed"
    assert "immutable" in installed.headers["cache-control"]


def test_only_its_own_browser_closes_a_page(gated: Served, bare: Served) -> None:
    for served in (gated, bare):
        victim = served.browser().play()
        beacon = f"/_solara/api/close/{victim.kernel}?session_id={victim.id}"
        ask(served.port, beacon, "POST", body="")
        served.browser().load().browser.ask(beacon, "POST", body="")
        victim.browser.ask(beacon, "POST", body="", Origin="https://evil.example")
        victim.send("kernel_info_request", {})
        assert (
            victim.wait(lambda found: found["header"]["msg_type"] == "kernel_info_reply") is not None
        ) is served.gated
        if served.gated:
            assert victim.browser.ask(beacon, "POST", body="", Origin=victim.browser.origin).status == 204
            victim.wait(lambda _: False)
            assert victim.closed is not None, "its own browser does"
    for path in ("/_solara/api/close/x", "/_solara/api/close/x?session_id=y"):
        assert ask(gated.port, path, "POST", body="").status == 204


def test_every_answer_closes_what_the_page_does_not_need(gated: Served) -> None:
    answer = gated.browser().ask("/?lang=zh&play=2~x")
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    for name, sources in policy.items():
        for source in sources.split():
            own = ("'none'", "'self'", "'unsafe-eval'", "'unsafe-inline'", "data:", f"ws://127.0.0.1:{gated.port}")
            assert source in own or source.startswith("'sha256-"), (name, source)
    assert "'unsafe-inline'" not in policy["script-src"]
    assert {policy[name] for name in ("base-uri", "frame-ancestors")} == {"'none'"}
    assert "object-src" not in policy, "which is 'none' by default"
    for path in (
        "/",
        "/nosuch",
        "/readyz",
        "/static/assets/style.css",
        "/_solara/cdn/echarts@5.4.0/dist/echarts.min.js",
    ):
        headers = ask(gated.port, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers
    assert answer.headers["cache-control"] == "no-store"


def test_cookies_are_for_the_page_alone(gated: Served, bare: Served) -> None:
    (cookie,) = gated.browser().ask("/").cookies
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert "secure" not in attributes, "plain http on this computer"
    visitor = gated.browser()
    visitor.ask("/")
    kept = visitor.cookie()
    visitor.ask("/")
    assert visitor.cookie() == kept, "a second page of the same browser is the same visitor"


def test_nothing_of_the_address_stands_in_the_page(gated: Served) -> None:
    for query in ("?lang=<script>alert(1)</script>", "?game=%3Cscript%3E", "?play='\"><img src=x>", "?{{7*7}}"):
        path = "/" + query.replace("<", "%3C").replace(" ", "%20").replace('"', "%22")
        assert without_ticket(gated.browser().ask(path).text) == without_ticket(gated.first)
