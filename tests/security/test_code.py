"""The access code, and the page under a path of a proxy: one server with both."""

from __future__ import annotations

import contextlib
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from gate_client import ADDRESS, Answer, Browser, InvalidStatus, Page, ask
from gate_proxy import Proxy, proxies
from gate_servers import Served, ready

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("security")]
CODE, ROOT = "K7WPX3", "/ccepz"
WRONG = "AAAAAA"


@pytest.fixture(scope="module")
def ways() -> Iterator[dict[str, Proxy]]:
    """Two proxies before the server."""
    with proxies(ROOT) as found:
        yield found


@pytest.fixture(scope="module")
def coded(begin: Any, ways: dict[str, Proxy]) -> Served:
    """A server that asks for a code, and is given under a path."""
    origins = [ways["rewritten"].origin]
    soon = {"SOLARA_KERNEL_CULL_TIMEOUT": "1s"}
    found = ready(begin("gated", soon, code=CODE, root=ROOT, origins=origins), gated=True)
    for proxy in ways.values():
        proxy.target = found.port
    return found


def enter(browser: Browser, code: str, wanted: str = "", path: str = "/enter", **more: str) -> Answer:
    """Fill in the form."""
    body = urlencode({"code": code, "next": wanted})
    more = {"Origin": browser.origin, "Content_Type": "application/x-www-form-urlencoded"} | more
    return browser.ask(path, "POST", body, **more)


def inside(served: Served) -> Browser:
    """A visitor who typed the code."""
    browser = served.browser()
    browser.ask("/")
    assert enter(browser, CODE).status == 303
    return browser


@pytest.fixture(scope="module")
def player(coded: Served) -> Page:
    """Somebody who plays all along."""
    page = inside(coded).load()
    page.open()
    page.start()
    return page


def test_nothing_of_the_game_is_given_before_the_code(coded: Served) -> None:
    browser = coded.browser()
    answer = browser.ask("/?lang=zh&play=2~abc")
    assert answer.status == 200
    assert "访问码" in answer.text
    assert "Access code" in answer.text
    assert answer.text.index("访问码") < answer.text.index("Access code"), "the language of the address comes first"
    assert "<script" not in answer.text
    assert "solara" not in answer.text.lower()
    assert "script-src" not in answer.headers["content-security-policy"]
    for path in ("/static/assets/style.css", "/_solara/cdn/echarts@5.4.0/dist/echarts.min.js", "/nosuch",
                 "/jupyter/nbextensions/jupyter-vue/nodeps.js"):  # fmt: skip
        assert browser.ask(path).status == 403, path
    assert browser.ask("/_solara/api/close/x?session_id=y", "POST", "").status == 403
    with pytest.raises(InvalidStatus):
        Page(browser, "/jupyter/x").open()
    assert browser.ask("/readyz").status == 200


def test_the_right_code_opens_what_was_asked_for(coded: Served) -> None:
    browser = coded.browser()
    form = browser.ask("/?lang=en&play=2~a%26b&code=K7WPX3")
    wanted = re.search('name="next" value="([^"]*)"', form.text)
    typed = re.search('name="code" value="([^"]*)"', form.text)
    assert wanted
    assert typed
    assert typed[1] == CODE, "an address may carry it: who opens it still has to press the button"
    before = browser.cookie()
    answer = enter(browser, "ｋ7w-px3 ", wanted[1].replace("&amp;", "&"))
    assert (answer.status, answer.headers["location"]) == (303, f"{ROOT}/?lang=en&play=2~a%26b")
    assert browser.cookie() != before, "the session is a new one"
    assert "HttpOnly" in answer.cookies[0]
    assert "Path=/ccepz/" in answer.cookies[0]
    page = browser.load()
    page.open()
    page.leave()


@pytest.mark.parametrize("typed", ["", WRONG, "K7WPX", "K7WPX33", "K7WPX4", "' OR 1=1 --", "<script>", "K7WPX3" * 9])
def test_a_wrong_code_opens_nothing(coded: Served, player: Page, typed: str) -> None:
    browser = coded.browser()
    browser.ask("/")
    answer = enter(browser, typed)
    assert answer.status == 403
    assert "not the code" in answer.text
    assert "不正确" in answer.text
    assert "<script" not in answer.text
    assert not ADDRESS.search(browser.ask("/").text)
    assert player.plays()


def test_a_cookie_without_the_code_opens_nothing(coded: Served, gated: Served, player: Page) -> None:
    """One of another server, one of a code that is no more, one that was changed."""
    name, own = next(iter(player.browser.cookies.items()))
    other = next(iter(gated.honest.browser.cookies.values()))
    parts = own.split(".")
    made = [other, own[:-1] + ("A" if own[-1] != "A" else "B"), f"{parts[0]}..{parts[2]}"]
    for value in [*made, f"{other.split('.')[0]}.{parts[1]}.{other.split('.')[2]}"]:
        thief = Browser(coded.port, cookies={name: value})
        assert not ADDRESS.search(thief.ask("/").text)
        with pytest.raises(InvalidStatus):
            Page(thief, player.root).open(cookie=f"{name}={value}")
    assert player.plays()


def test_a_code_needs_a_page_first(coded: Served) -> None:
    stranger = coded.browser()
    answer = enter(stranger, CODE)
    assert answer.status == 403
    assert "Cookie" in answer.text
    evil = coded.browser()
    evil.ask("/")
    assert enter(evil, CODE, Origin="https://evil.example").status == 403
    with contextlib.suppress(OSError):  # the answer may be lost among what was still being sent
        assert ask(coded.port, "/enter", "POST", body="x" * 200_000).status == 413


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/evil", "a\r\nSet-Cookie: x=y", "\\\\evil.example", "@evil", "é"]
)
def test_the_way_on_leads_to_the_page_alone(coded: Served, wanted: str) -> None:
    browser = coded.browser()
    browser.ask("/")
    answer = enter(browser, CODE, wanted)
    assert answer.status == 303
    assert re.fullmatch(rf"{ROOT}/(\?[\x21-\x7e]*)?", answer.headers["location"])
    assert "x" not in {cookie.partition("=")[0] for cookie in answer.cookies}


def test_forty_phones_behind_one_address_come_in(coded: Served) -> None:
    """Each mistypes the code twice."""
    for _ in range(40):
        phone = coded.browser()
        phone.ask("/")
        assert enter(phone, WRONG).status == 403
        assert enter(phone, "K7WPX").status == 403
        assert enter(phone, CODE).status == 303


def test_who_guesses_has_to_wait_and_others_have_not(coded: Served, player: Page) -> None:
    guesser = coded.browser()
    guesser.ask("/")
    answers = [enter(guesser, WRONG) for _ in range(8)]
    assert [answer.status for answer in answers[:5]] == [403] * 5
    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert re.search(r"Try again in \d+ s\.", answers[-1].text)
    assert re.search(r"请在 \d+ 秒后重试", answers[-1].text)
    assert enter(guesser, CODE).status == 429, "the right one is not looked at either"
    phone = coded.browser()
    phone.ask("/")
    assert enter(phone, CODE).status == 303
    assert player.plays()


def test_a_flood_of_guesses_is_slowed_down_and_players_play(coded: Served, player: Page) -> None:
    """With a fresh cookie for each guess, as a program would."""
    for number in range(400):
        program = coded.browser()
        program.ask("/")
        answer = enter(program, WRONG)
        if number % 100 == 0:
            assert player.plays()
        if answer.status == 429:
            break
    assert answer.status == 429
    time.sleep(int(answer.headers["retry-after"]))
    assert inside(coded), "who waits as told comes in, from the same address too"
    assert player.plays()
    assert player.browser.ask("/").status == 200
    page = player.browser.load()
    page.open()
    page.leave()


def test_previews_of_a_link_use_nothing_up(coded: Served, player: Page) -> None:
    """A messenger that fetches every link is given the form, and no session, page or kernel is made for it."""
    robot = {"User-Agent": "preview-bot"}
    for method in ("GET", "HEAD"):
        for _ in range(30):
            answer = ask(coded.port, "/?play=2~abc", method, robot)
            assert answer.status == 200
            assert not ADDRESS.search(answer.text)
    assert player.plays()


@pytest.mark.parametrize("name", ["whole", "rewritten"])
def test_the_page_lies_under_the_path_of_a_proxy(coded: Served, ways: dict[str, Proxy], name: str) -> None:
    proxy = ways[name]
    browser = Browser(proxy.port)
    form = browser.ask(f"{ROOT}/?lang=zh")
    assert f'action="{ROOT}/enter"' in form.text
    assert enter(browser, CODE, path=f"{ROOT}/enter").status == 303
    page = browser.load(f"{ROOT}/?lang=en")
    assert page.root.startswith(f"{ROOT}/jupyter/")
    text = browser.ask(f"{ROOT}/").text
    assert f'src="{ROOT}/_solara/cdn/' in text
    assert f"{ROOT}/x" not in text
    assert "nowhere.example" not in text
    assert browser.ask(f"{ROOT}/_solara/cdn/echarts@5.4.0/dist/echarts.min.js").status == 200
    page.open()
    page.start()
    assert page.plays()
    page.leave()
    if name == "whole":
        assert browser.ask(ROOT).headers["location"] == f"{ROOT}/"
    with pytest.raises(InvalidStatus):
        page.open(origin="https://evil.example")
    thief = browser.load(f"{ROOT}/")
    with pytest.raises(InvalidStatus):
        thief.open(origin=f"http://127.0.0.1:{proxy.port + 1}")


def test_a_proxy_that_was_not_named_is_another_origin(coded: Served) -> None:
    with proxies(ROOT) as strangers:
        proxy = strangers["rewritten"]
        proxy.target = coded.port
        browser = Browser(proxy.port)
        browser.ask(f"{ROOT}/")
        assert enter(browser, CODE, path=f"{ROOT}/enter").status == 403
        assert enter(browser, CODE, path=f"{ROOT}/enter", Origin=f"http://127.0.0.1:{coded.port}").status == 303
        page = browser.load(f"{ROOT}/")
        with pytest.raises(InvalidStatus):
            page.open()


def test_a_page_whose_browser_slept_too_long_is_no_attacker(coded: Served) -> None:
    """Its kernel has ended; it says that it had widgets, and is told that there is nothing of it any more."""
    page = inside(coded).load()
    page.open()
    page.start()
    before = coded.log().count("closed a connection")
    for pause in (3, 6, 12, 24, 48):
        page.leave()
        time.sleep(pause)  # a return begins the waiting anew
        page.open()
        page.act("tabs", "go", "zone")
        page.send("kernel_info_request", {})
        channel = str(uuid.uuid4())
        page.send("comm_open", {"comm_id": channel, "target_name": "solara.control", "data": {}})
        page.say(channel, {"method": "app-status"})
        status = page.wait(lambda found: found["content"].get("data", {}).get("method") == "app-status")
        assert status is not None
        if not status["content"]["data"]["started"]:
            break
    assert not status["content"]["data"]["started"]
    assert coded.log().count("closed a connection") == before
    page.leave()


def test_the_server_ends_while_its_pages_are_drawn(coded: Served, player: Page) -> None:
    """A page that is being drawn and takes nothing must not keep the server from ending."""
    for page in (player, inside(coded).load()):
        if page is not player:
            page.open()
            page.start()
        for _ in range(60):
            page.act("head", "tool", {"what": "language"})
    coded.process.terminate()
    assert coded.process.wait(timeout=60) is not None
    log = coded.log()
    assert "Traceback" not in log
    assert CODE not in log
    assert WRONG not in log
