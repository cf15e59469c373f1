"""A server that dies, a connection that never comes: what a player sees, and what becomes of his decisions."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scripts import kill_server
from tests.browser.conftest import MISSING, PATIENCE, READY, Visit, browser_path

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
at_a_desk = pytest.mark.parametrize("size", [(1440, 1000)], ids=["desk"], indirect=True)
DECIDE = """value => { document.querySelector('.cz-levers').__vue__.decide({ lever: 'park-infrastructure', value });
    return window.ccepz.waiting(); }"""
BOX = "#ccepz-connection:not([hidden])"
ENGLISH = re.compile("|".join(kill_server.ENGLISH))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[kill_server.Server]:
    """A server that may be killed."""
    if browser_path() is None:
        pytest.skip(MISSING)
    server = kill_server.Server(tmp_path)
    server.start()
    kill_server.wait(server.answers, "the server did not start")
    yield server
    if server.process is not None:
        server.process.kill()
        server.process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted as Linux shows them")
def test_nothing_confirmed_is_lost_and_the_page_comes_back_when_a_server_is_killed() -> None:
    if browser_path() is None:
        pytest.skip(MISSING)
    # in a process of its own: one process has one browser driver
    script = Path(kill_server.__file__)
    done = subprocess.run(
        [sys.executable, script, "--kills", "1", "--json"], stdout=subprocess.PIPE, check=False, text=True, timeout=600
    )
    told = json.loads(done.stdout)
    kills = told["kills"]
    assert [kill["confirmed_lost"] for kill in kills] == [0]
    assert (told["missing"], told["twice"], told["in_order"]) == (0, 0, True)
    assert told["made"] >= 2
    assert all(kill["same_place"] for kill in kills), "game, branch, view, language and year"
    assert [kill["english"] for kill in kills] == [[]]


@at_a_desk
def test_a_cut_connection_comes_back_without_loading_the_page_anew(visit: Visit) -> None:
    visit.open("?lang=zh")
    visit.page.evaluate("window.same = true")
    visit.page.evaluate("window.solara.debug.dropConnection()")
    visit.page.wait_for_function("window.solara.debug.reconnectCount > 0")
    visit.page.wait_for_function("window.solara.debug.connectionStatus === 'connected'")
    visit.after(lambda: visit.page.evaluate(DECIDE, 1e9))
    assert visit.page.evaluate("window.same")
    assert visit.page.locator(".cz-decision").count() == 1
    assert visit.page.locator(BOX).count() == 0


def test_while_the_connection_is_lost_the_page_says_what_waits(own_server: Any, chromium: Any) -> None:
    page = chromium.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.goto(f"http://127.0.0.1:{own_server.port}/?lang=zh")
    page.wait_for_function(READY, timeout=PATIENCE)
    own_server.kill()
    page.wait_for_selector(BOX, timeout=PATIENCE)
    assert "连接已断开" in page.locator(BOX).inner_text()
    assert len(page.evaluate(DECIDE, 2e9)) == 1
    page.wait_for_function(f"document.querySelector('{BOX}').innerText.includes('1 项')", timeout=PATIENCE)
    assert not re.search("[A-Za-z]{4,}", page.locator(BOX).inner_text()), "in the player's language alone"
    assert not ENGLISH.search(page.evaluate("document.body.innerText"))
    assert page.locator(".v-overlay--active:visible, .v-dialog:visible, .v-alert:visible").count() == 0
    own_server.start()
    page.wait_for_selector(".cz-decision", timeout=PATIENCE)
    assert page.evaluate("window.ccepz.waiting()") == []
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.context.close()


@pytest.mark.parametrize(
    ("kind", "size"),
    [("refused", (1440, 1000)), ("refused", (390, 844)), ("hanging", (1440, 1000)), ("silent", (1440, 1000))],
)
def test_where_websockets_are_blocked_the_page_says_so_in_both_languages(
    chromium: Any, server: Any, kind: str, size: tuple[int, int], tmp_path: Path
) -> None:
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    if kind == "refused":
        page.add_init_script(
            "window.WebSocket = class extends EventTarget { constructor() { super(); this.readyState = 3;"
            "setTimeout(() => this.onclose && this.onclose({ code: 1006 }), 10); } close() {} send() {} };"
        )
    elif kind == "hanging":
        page.add_init_script(
            "window.WebSocket = class extends EventTarget { constructor() { super(); this.readyState = 0; }"
            " close() {} send() {} };"
        )
    else:
        page.route_web_socket(re.compile(".*"), lambda socket: None)  # it opens, and nothing ever comes
    page.goto(server.address + "?lang=zh")
    page.wait_for_selector(BOX, timeout=PATIENCE)
    text = page.locator(BOX).inner_text()
    if kind != "silent":
        assert "WebSocket connections" in text
        assert "防火墙" in text
    else:
        assert "Loading takes longer" in text
        assert "加载时间" in text
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=tmp_path / f"{kind}-{size[0]}.png")
    context.close()


@at_a_desk
def test_an_unknown_game_says_so_and_offers_what_the_browser_remembers(visit: Visit, tmp_path: Path) -> None:
    visit.open("?lang=en")
    visit.after(lambda: visit.page.evaluate(DECIDE, 1e9))
    visit.page.wait_for_selector(".cz-decision")
    numbers = visit.numbers()
    token = re.search(r"game=([\w-]+)", visit.page.url)
    assert token is not None
    visit.page.goto(visit.server.address + "?lang=zh&game=AAAAbbbbCCCC")
    visit.page.wait_for_selector(".cz-missing")
    assert "AAAAbbbbCCCC" in visit.page.locator(".cz-missing").inner_text()
    assert visit.page.locator(".cz-missing button").count() == 1
    assert visit.severe() == []
    visit.page.evaluate(
        f"sessionStorage.setItem('ccepz-game-AAAAbbbbCCCC', sessionStorage.getItem('ccepz-game-{token[1]}'))"
    )
    visit.page.reload()
    visit.page.wait_for_selector(".cz-missing")
    assert visit.page.locator(".cz-missing button").count() == 2
    visit.page.screenshot(path=tmp_path / "missing.png")
    visit.page.locator(".cz-missing button").first.click()
    visit.page.wait_for_selector(".cz-decision")
    assert "lang=zh" in visit.page.url
    visit.page.locator(".language").click()
    visit.page.wait_for_function("document.documentElement.lang === 'en'")
    visit.page.wait_for_timeout(500)
    assert visit.numbers() == numbers
    visit.page.goto(visit.server.address + "?lang=en&game=AAAAbbbbCCCC")
    visit.page.wait_for_selector(".cz-missing button")
    visit.page.locator(".cz-missing button").last.click()
    visit.page.wait_for_function(READY)
    assert visit.page.locator(".cz-decision").count() == 0
    assert "AAAAbbbbCCCC" not in visit.page.url
    visit.check()


@at_a_desk
def test_a_file_of_games_that_is_locked_is_told_and_then_no_more(visit: Visit) -> None:
    visit.open("?lang=en")
    assert visit.page.locator(".cz-kept").inner_text() == "Saved"
    games = visit.server.report.with_name("games.sqlite")
    with closing(sqlite3.connect(games, isolation_level=None)) as strange:
        strange.execute("BEGIN IMMEDIATE")
        visit.after(lambda: visit.page.evaluate(DECIDE, 1e9))
        visit.page.wait_for_selector(".cz-kept.unsaved")
        notice = visit.page.locator(".cz-notice").inner_text()
        assert "Another program holds the file of games." in notice
        assert "(1)" in notice
        with visit.page.expect_download() as download:
            visit.page.locator(".cz-notice button").click()
        assert "park-infrastructure" in Path(download.value.path()).read_text(encoding="utf-8")
        strange.execute("ROLLBACK")
    visit.page.wait_for_selector(".cz-kept.saved")
    visit.page.wait_for_selector(".cz-notice", state="detached")
    visit.check()


@at_a_desk
def test_a_request_sent_again_is_carried_out_once(visit: Visit) -> None:
    visit.open("?lang=en")
    visit.page.evaluate(DECIDE, 1e9)
    visit.page.wait_for_selector(".cz-decision")
    visit.after(lambda: visit.page.evaluate(DECIDE, 2e9))
    key = "ccepz-sent-" + str(re.search(r"game=([\w-]+)", visit.page.url)[1])  # type: ignore[index]
    for _ in range(2):  # the first time it is new; then it is as if the page had never heard that it was carried out
        visit.page.evaluate(
            """key => sessionStorage.setItem(key, JSON.stringify([
              { name: 'undo', data: { request: 'of a page before', year: null } },
              { name: 'undo', data: { request: 'once', value: { what: 'undo' } } },
            ]))""",
            key,
        )
        visit.page.reload()
        visit.page.wait_for_function(READY)
        visit.page.wait_for_function("window.ccepz.waiting().length === 0")
        visit.page.wait_for_function(
            "document.querySelector('.cz-head .tools button:nth-of-type(2)').disabled === false"
        )
        assert visit.page.locator(".cz-decision").count() == 1
        assert "1.0" in visit.page.locator(".cz-decision").inner_text()
    visit.check()
