"""What a reader and a finger meet: faint words, small targets, words over words, what is cut off, what lies over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim import __version__

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
Visit = Any
PROBES = Path(__file__).with_name("probes.js")
VIEWS = ("people", "web", "futures", "report")
WIDTHS = ((1440, 900), (1024, 768), (390, 844))
FINGER = 24
at_a_desk = pytest.mark.parametrize("size", WIDTHS[:1], ids=["desk"], indirect=True)
on_a_phone = pytest.mark.parametrize("size", WIDTHS[2:], ids=["phone"], indirect=True)
at_every_width = pytest.mark.parametrize("size", WIDTHS, ids=["desk", "tablet", "phone"], indirect=True)
REFUSED = "document.querySelector('.cz-levers').__vue__.decide({ lever: 'no-such', value: 1 })"
WHERE = """() => [...document.querySelectorAll('.cz-head, .cz-time, .cz-tabs, .cz-map, .cz-levers')].map((part) => {
  const box = part.getBoundingClientRect();
  return [part.className, Math.round(box.left), Math.round(box.top), Math.round(box.width), Math.round(box.height)];
})"""


@pytest.fixture(autouse=True)
def _probes(visit: Visit) -> None:
    visit.page.add_init_script(path=PROBES)


def shown(visit: Visit) -> Iterator[str]:
    """Go through all that can be opened on the page."""
    visit.after(visit.page.locator(".cz-chips button").last.click)
    visit.at(2024)
    visit.page.locator(".cz-map .node").first.dispatch_event("click")
    visit.page.locator(".cz-lever .more summary").first.click()
    visit.page.locator(".cz-head summary").click()
    yield "zone"
    visit.page.keyboard.press("Escape")
    for view in VIEWS:
        visit.go(view)
        yield view
        if view == "people":
            for kind in range(4):
                visit.page.locator(".cz-people .cz-chips button").nth(kind).click()
                visit.page.wait_for_selector(f".cz-people .cz-chips button:nth-of-type({kind + 1})[aria-pressed=true]")
                visit.page.wait_for_selector(".cz-people .glance")
                visit.page.locator(".cz-people .pick button").click()
                visit.page.wait_for_selector(".cz-people .life canvas")
                chosen = visit.page.locator(".cz-people .pick select").evaluate("box => box.selectedOptions[0].text")
                assert chosen.strip() == visit.page.locator(".cz-people .life h3").inner_text()
                yield f"life {kind}"
    visit.go("zone")
    visit.page.locator(".cz-chart .why").nth(2).click()
    visit.page.wait_for_selector(".cz-why .shares")
    yield "why"


@pytest.mark.parametrize(("scheme", "lang"), [("light", "en"), ("dark", "zh")])
@at_a_desk
def test_no_word_is_faint(visit: Visit, scheme: str, lang: str) -> None:
    visit.page.emulate_media(color_scheme=scheme)
    visit.open(f"?lang={lang}")
    for view in shown(visit):
        visit.page.wait_for_timeout(300)
        assert visit.page.evaluate("probes.faint()") == [], view
    assert visit.page.evaluate("probes.drawn()") > 200, "words on canvases were looked at"


@on_a_phone
def test_all_that_is_pressed_is_large_enough(visit: Visit) -> None:
    visit.open("?lang=en", guide=True)
    assert visit.page.evaluate(f"probes.small({FINGER})") == []
    visit.page.locator(".cz-guide .shut").click()
    for view in shown(visit):
        assert visit.page.evaluate(f"probes.small({FINGER})") == [], view


@pytest.mark.parametrize("lang", ["en", "zh"])
@at_every_width
def test_the_map_is_legible_and_what_it_opens_is_whole(visit: Visit, lang: str, tmp_path: Path) -> None:
    visit.open(f"?lang={lang}")
    visit.page.wait_for_selector(".cz-map .node")
    assert visit.page.evaluate("probes.crowded()") == []
    nodes = visit.page.locator(".cz-map .node")
    for number in range(nodes.count()):
        nodes.nth(number).dispatch_event("click")
        visit.page.wait_for_selector(".cz-place", state="visible")
        visit.whole(".cz-place")
        visit.page.screenshot(path=tmp_path / f"place-{number}.png")
        visit.page.locator(".cz-place .shut").click()
        visit.page.wait_for_selector(".cz-place", state="detached")


@at_every_width
def test_a_notice_moves_nothing_and_covers_no_control(visit: Visit) -> None:
    visit.open()
    before = visit.page.evaluate(WHERE)
    visit.page.evaluate(REFUSED)
    notice = visit.page.locator(".cz-notice.error")
    notice.wait_for()
    assert visit.page.evaluate(WHERE) == before
    assert notice.get_attribute("role") == "alert"
    assert notice.inner_text().startswith("Error:")
    assert visit.page.evaluate("probes.covered('.cz-notice')") == []
    visit.page.evaluate(
        "[document.documentElement, document.querySelector('.cz-zone')].forEach(box => box.scrollTo(0, 0))"
    )
    visit.whole(".cz-notice")
    visit.page.wait_for_timeout(9_000)  # longer than a harmless one stays
    assert notice.count() == 1, "an error stays until it was read"
    notice.locator("button").click()
    notice.wait_for(state="detached")
    assert visit.page.evaluate(WHERE) == before


@on_a_phone
def test_the_guide_covers_no_control_for_good(visit: Visit) -> None:
    visit.open(guide=True)
    visit.page.evaluate(REFUSED)
    visit.page.wait_for_selector(".cz-notice.error")
    guide, notice = (visit.page.locator(name).bounding_box() for name in (".cz-guide", ".cz-notice"))
    assert guide["y"] + guide["height"] <= notice["y"], "neither lies on the other"
    assert visit.page.evaluate("probes.covered('.cz-guide')") == []


@at_a_desk
def test_good_news_does_not_look_like_an_error_and_goes_by_itself(visit: Visit, tmp_path: Path) -> None:
    visit.open("?lang=zh")
    visit.page.locator(".cz-head .cz-menu summary").click()
    with visit.page.expect_download() as download:
        visit.page.locator(".cz-head .cz-menu button").nth(1).click()
    download.value.save_as(tmp_path / "game.json")
    visit.page.locator(".cz-head input[type=file]").set_input_files(tmp_path / "game.json")
    notice = visit.page.locator(".cz-notice")
    notice.wait_for()
    assert notice.get_attribute("role") == "status"
    assert notice.inner_text().startswith("完成：")
    colour = "box => getComputedStyle(box).borderLeftColor"
    good = notice.evaluate(colour)
    notice.hover()
    visit.page.wait_for_timeout(9_000)
    assert notice.count() == 1, "it stays while it is pointed at"
    visit.page.mouse.move(700, 500)
    notice.wait_for(state="detached")
    visit.page.evaluate(REFUSED)
    visit.page.wait_for_selector(".cz-notice.error")
    assert visit.page.locator(".cz-notice").evaluate(colour) != good


@pytest.mark.parametrize("lang", ["en", "zh"])
@at_a_desk
def test_a_saved_picture_can_stand_alone(visit: Visit, lang: str, tmp_path: Path) -> None:
    visit.open(f"?lang={lang}")
    visit.after(visit.page.locator(".cz-chips button").last.click)
    visit.page.wait_for_function("Number(document.querySelector('[data-worlds]').dataset.worlds) > 0")
    chart = visit.page.locator(".cz-chart").nth(2)
    legend = [text.strip() for text in visit.page.locator(".cz-key span").all_inner_texts()]
    chart.locator("summary").click()
    before = visit.page.evaluate("probes.written().length")
    with visit.page.expect_download() as download:
        chart.locator(".cz-menu button").nth(1).click()
    download.value.save_as(tmp_path / "picture.png")
    words = visit.page.evaluate(f"probes.written().slice({before})")
    label = chart.locator(".name span").inner_text()
    assert words[0] == f"{label} (%)"
    assert set(legend[:2]) <= set(words)
    assert any(word.startswith(legend[2].split("(")[0].strip()) for word in words), "the band"
    scenario = visit.page.locator("#cz-scenario").evaluate("box => box.selectedOptions[0].text")
    (game,) = [word for word in words if scenario in word]
    assert ("luck 1, 1 decision" if lang == "en" else "运气 1，1 项决定") in game
    (source,) = [word for word in words if "CCEPZ Sim" in word]
    assert f"CCEPZ Sim {__version__}" in source
    link = "".join(words[words.index(legend[4]) + 1 :])
    assert link.startswith(visit.server.address + "?play=")
    head = (tmp_path / "picture.png").read_bytes()[:24]
    assert int.from_bytes(head[16:20], "big") >= 1200, "wide enough for a page"
