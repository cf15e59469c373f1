"""Whatever a person types, or an address or a file carries, is shown as letters and never becomes part of the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
Visit = Any
at_a_desk = pytest.mark.parametrize("size", [(1440, 1000)], ids=["desk"], indirect=True)
# Each would leave a trace: an element, a variable, a product, a dialogue.
TRIED = [
    "<img src=x onerror=hit=1>",
    "<script>hit=1</script>",
    "<b id=hit>b</b>",
    "{{ 7*191 }}",
    "{{constructor.constructor('hit=1')()}}",
    "\"'><svg onload=hit=1>",
    "${7*191}<%=7*191%>#{7*191}",
    "javascript:hit=1",
    "</textarea></script><i id=hit>",
]


@pytest.fixture
def watched(visit: Visit) -> Visit:
    """A visitor whose page says when something typed came to life."""
    visit.dialogs = []
    visit.page.on("dialog", lambda dialog: (visit.dialogs.append(dialog.message), dialog.dismiss()))
    return visit


def dead(visit: Visit) -> None:
    """Nothing of it is alive."""
    found = "typeof hit === 'undefined' && !document.querySelector('#hit, img[src=x], [onload], [onerror]')"
    assert visit.page.evaluate(found)
    assert str(7 * 191) not in visit.page.evaluate("document.body.innerText")
    assert visit.dialogs == []
    visit.check()  # also: no complaint about the content policy


@at_a_desk
def test_names_of_futures_and_bookmarks(watched: Visit) -> None:
    visit = watched
    visit.open()
    visit.go("futures")
    forms = visit.page.locator(".cz-futures form")
    for number, text in enumerate(TRIED):
        box, marks = forms.last.locator("input"), visit.page.locator(".cz-futures .marks li")
        box.fill(text)
        forms.last.locator("button").click()
        marks.nth(number).wait_for()
        assert text[:40] in visit.page.locator(".cz-futures .marks").inner_text()
        dead(visit)
    for number, text in enumerate((TRIED[0], TRIED[3], TRIED[5])):
        forms.first.locator("input").fill(text)
        forms.first.locator("button").click()
        visit.page.locator(".cz-futures .branches li").nth(number + 1).wait_for()
        dead(visit)
    visit.page.wait_for_function("document.querySelectorAll('.cz-futures tbody tr:first-child td').length >= 4")
    chart = visit.page.locator(".cz-futures .plot").first.bounding_box()
    for share in (0.3, 0.6, 0.9):
        visit.page.mouse.move(chart["x"] + share * chart["width"], chart["y"] + chart["height"] / 2)
        visit.page.wait_for_timeout(200)
        dead(visit)
    visit.page.reload()
    visit.page.wait_for_selector(".cz-chart canvas")
    visit.go("futures")
    assert TRIED[3] in visit.page.locator(".cz-futures .branches").inner_text()
    dead(visit)


@at_a_desk
def test_search_and_seed(watched: Visit) -> None:
    visit = watched
    visit.open()
    for text in TRIED:
        visit.page.locator(".cz-search").fill(text)
        visit.page.wait_for_timeout(50)
        dead(visit)
    visit.page.locator(".cz-search").fill("")
    seed = visit.page.locator("#cz-seed")
    before = seed.input_value()
    for text in TRIED:
        seed.evaluate(
            "(box, text) => { box.type = 'text'; box.value = text; box.dispatchEvent(new Event('change')); }", text
        )
        assert seed.input_value() == before
        dead(visit)


@at_a_desk
def test_files(watched: Visit, tmp_path: Path) -> None:
    visit = watched
    visit.open()
    visit.page.locator(".cz-head .cz-menu summary").click()
    with visit.page.expect_download() as download:
        visit.page.locator(".cz-head .cz-menu button").nth(1).click()
    download.value.save_as(tmp_path / "game.json")
    good = json.loads((tmp_path / "game.json").read_text("utf-8"))
    tried = tmp_path / "tried.json"
    files = [text.encode() for text in TRIED]
    files += [json.dumps(good | {"version": text, "content": text}).encode() for text in TRIED]
    files += [json.dumps(good | {"scenario": text}).encode() for text in TRIED]
    files += [json.dumps(good | {"log": [{"do": "Branch", "name": text}]}).encode() for text in TRIED]
    files += [bytes(range(256)) * 9000, b"x" * 9_000_000, b""]
    for content in files:
        tried.write_bytes(content)
        address = visit.page.url
        visit.page.locator(".cz-head input[type=file]").set_input_files(tried)
        visit.page.wait_for_function(
            "address => location.href !== address || document.querySelector('.cz-notice')",
            arg=address,
        )
        assert visit.page.evaluate("window.solara.debug.connectionStatus") == "connected"
        dead(visit)
        if visit.page.locator(".cz-notice button").count():
            visit.page.locator(".cz-notice button").first.click()
            visit.page.wait_for_selector(".cz-notice", state="detached")


@at_a_desk
@pytest.mark.parametrize("name", ["game", "lang", "play", "view", "modelid"])
def test_addresses(watched: Visit, name: str) -> None:
    from urllib.parse import quote

    visit = watched
    for text in TRIED if name in ("game", "play") else TRIED[:4]:
        visit.page.goto(f"{visit.server.address}?{name}={quote(text)}")
        if name != "modelid":
            visit.page.wait_for_selector(".cz-head, .cz-missing")
        dead(visit)
