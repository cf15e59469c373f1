"""The game in a real browser, at the size of a desk and of a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
Visit = Any
AUDIT = "#cz-audit-share"


def save(visit: Visit, folder: Path, name: str) -> None:
    """Keep a picture for people to look at; an empty one would be far smaller."""
    path = folder / f"{name}-{visit.page.viewport_size['width']}.png"
    visit.page.screenshot(path=path, full_page=True)
    assert path.stat().st_size > 40_000


def width_fits(visit: Visit) -> bool:
    """Whether nothing sticks out to the side."""
    return bool(visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_first_page_in_both_languages(visit: Visit, tmp_path: Path) -> None:
    visit.open("?lang=en")
    assert visit.page.evaluate("performance.now()") < 20_000
    assert visit.page.locator(".cz-chart canvas").count() == 8
    assert width_fits(visit)
    save(visit, tmp_path, "en")
    english = visit.page.locator(".cz").inner_text()
    assert not re.search("[\u4e00-\u9fff]", english.replace("中文", ""))
    visit.switch_language("zh-CN")
    assert "柴达木" in visit.page.locator(".cz-head h1").inner_text()
    assert "lang=zh" in visit.page.url
    chinese = visit.page.locator(".cz").inner_text()
    words = set(re.findall("[A-Za-z]{3,}", chinese)) - {"English", "GDP"}
    assert words == set()
    assert width_fits(visit)
    save(visit, tmp_path, "zh")
    visit.check()


def test_a_lever_moves_all_eight_charts(visit: Visit, tmp_path: Path) -> None:
    visit.open()
    chips = visit.page.locator(".cz-chips button")
    before = visit.pictures()
    visit.after(chips.last.click)
    assert all(old != new for old, new in zip(before, visit.pictures(), strict=True))
    middle = visit.pictures()
    visit.after(lambda: visit.set_slider(AUDIT, 0.9))
    assert visit.page.locator(".cz-lever[data-lever=audit-share] output").inner_text().startswith("90")
    changed = sum(old != new for old, new in zip(middle, visit.pictures(), strict=True))
    assert changed >= 6, "one lever more leaves at most a rare indicator untouched"
    assert visit.page.locator(".cz-decision").count() == 2
    save(visit, tmp_path, "decided")
    visit.after(visit.page.locator(".cz-head .tools button").first.click)
    visit.after(visit.page.locator(".cz-head .tools button").first.click)
    visit.page.wait_for_timeout(300)
    assert visit.pictures() == before, "two undos bring back the first picture"
    visit.check()


def test_run_to_the_end_and_come_back_after_a_refresh(visit: Visit, tmp_path: Path) -> None:
    visit.open()
    visit.page.locator(".cz-time .next").click()
    visit.page.wait_for_function("document.querySelector('.cz-time .year').innerText === '2017'")
    visit.after(lambda: visit.set_slider(AUDIT, 0.5))
    visit.page.locator(".cz-time .run").click()
    visit.page.wait_for_function("document.querySelector('.cz-time .year').innerText === '2035'", timeout=20_000)
    visit.page.wait_for_selector(".cz-event")
    visit.page.wait_for_timeout(400)
    save(visit, tmp_path, "end")
    text = visit.page.locator(".cz-chart .now b").all_inner_texts()
    address = visit.page.url
    visit.page.reload()
    visit.page.wait_for_selector(".cz-decision")
    visit.page.wait_for_function("document.querySelector('.cz-time .year').innerText === '2035'")
    assert visit.page.url == address
    assert "2017" in visit.page.locator(".cz-decision").inner_text()
    assert visit.page.locator(".cz-chart .now b").all_inner_texts() == text
    visit.check()


def test_the_keyboard_reaches_levers_and_places(visit: Visit) -> None:
    visit.open()
    visit.page.locator(AUDIT).focus()
    visit.after(lambda: visit.page.keyboard.press("ArrowRight"))
    assert visit.page.locator(".cz-decision").count() == 1
    visit.page.locator(".cz-map .node").first.focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator(".cz-place dd").count() >= 2
    visit.page.keyboard.press("Escape")
    assert visit.page.locator(".cz-place").count() == 0
    visit.check()


def test_every_control_has_a_name(visit: Visit) -> None:
    visit.open()
    nameless = visit.page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, [role=img], [role=button]')]
        .filter(box => box.closest('.cz') && !(box.getAttribute('aria-label') || box.innerText))
        .filter(box => !(box.labels && box.labels.length))
        .map(box => box.outerHTML.slice(0, 120))"""
    )
    assert nameless == []
    assert (
        visit.page.evaluate("document.querySelector('meta[name=viewport]').content.includes('user-scalable=no')")
        is False
    )
    visit.check()


def test_a_shared_address_opens_the_same_game(visit: Visit, chromium: Any) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open()
    visit.after(lambda: visit.set_slider(AUDIT, 0.7))
    visit.page.locator(".cz-head .tools button").nth(3).click()
    visit.page.wait_for_timeout(200)
    shared = visit.page.evaluate("navigator.clipboard.readText()")
    assert "play=2~" in shared.replace("%7E", "~")
    numbers = visit.page.locator(".cz-chart .change").all_inner_texts()
    other = chromium.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    other.goto(shared)
    other.wait_for_selector(".cz-decision", timeout=60_000)
    assert other.locator(".cz-chart .change").all_inner_texts() == numbers
    other.context.close()
    visit.check()
