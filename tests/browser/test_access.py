"""The page behind a proxy and an access code, as a phone and a desk see it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Server, Visit
from tests.security.gate_proxy import Proxy, proxies

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
CODE, ROOT = "K7WPX3", "/ccepz"


@pytest.fixture(scope="module")
def coded(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for a code, given under a path by a proxy that tells it nothing."""
    report = tmp_path_factory.mktemp("coded") / "outside.txt"
    with proxies(ROOT) as found:
        proxy: Proxy = found["rewritten"]
        doors = json.dumps({"code": CODE, "root": ROOT, "origins": [proxy.origin]})
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("serve.py")), str(report), doors],
            stdout=subprocess.PIPE, text=True, encoding="utf-8",
            env=os.environ | {"CCEPZ_GAMES": str(report.with_name("games.sqlite"))},
        )  # fmt: skip
        assert process.stdout is not None
        said = process.stdout.readline() + process.stdout.readline()
        assert CODE in said
        port = re.search(r"http://127\.0\.0\.1:(\d+)/ccepz/", said)
        assert port, said
        proxy.target = int(port[1])
        yield Server(f"{proxy.origin}{ROOT}/", report)
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_code_is_asked_for_and_the_page_plays_under_a_path(
    visit: Visit, coded: Server, lang: str, size: tuple[int, int], tmp_path: Path
) -> None:
    visit.server = coded
    page = visit.page
    page.goto(f"{coded.address}?lang={lang}")
    page.wait_for_selector("input[name=code]")
    assert "访问码" in page.content()
    assert "Access code" in page.content()
    assert page.evaluate("document.documentElement.lang").startswith(lang)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("[...document.querySelectorAll('input:not([type=hidden]), button')].every(box =>"
                         " box.getBoundingClientRect().height >= 44)")  # fmt: skip
    assert len(page.locator("[role=alert]").all()) == 0
    page.screenshot(path=tmp_path / f"code-{lang}-{size[0]}.png")
    page.locator("input[name=code]").fill("aaaaaa")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert visit.complaints == ["Failed to load resource: the server responded with a status of 403 (Forbidden)"]
    visit.complaints.clear()
    from axe_playwright_python.sync_playwright import Axe

    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    page.emulate_media(color_scheme="dark")
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    page.emulate_media(color_scheme="light")
    page.screenshot(path=tmp_path / f"wrong-{lang}-{size[0]}.png")
    page.locator("input[name=code]").fill("k7w px3")
    page.locator("button").click()
    page.wait_for_function("Number((document.querySelector('[data-painted]') || { dataset: {} }).dataset.painted) > 0")
    assert page.url.startswith(f"{coded.address}?game=")
    assert f"lang={lang}" in page.url
    page.locator(".cz-guide .shut").click()
    visit.after(lambda: visit.set_slider("#cz-audit-share", 0.7))
    for view in ("people", "web", "futures", "report", "zone"):
        visit.go(view)
    page.reload()
    page.wait_for_selector(".cz-decision")
    visit.check()
