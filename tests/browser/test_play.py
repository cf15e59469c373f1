"""The game in a real browser, at the size of a desk and of a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
Visit = Any
AUDIT = "#cz-audit-share"
READING = """() => { const read = document.querySelector('.cz-read');
    return read && { x: read.getBoundingClientRect().left, width: read.offsetWidth }; }"""
at_a_desk = pytest.mark.parametrize("size", [(1440, 1000)], ids=["desk"], indirect=True)


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
    before, first = visit.pictures(), visit.numbers()
    visit.after(chips.last.click)
    assert all(old != new for old, new in zip(before, visit.pictures(), strict=True))
    middle = visit.numbers()
    visit.after(lambda: visit.set_slider(AUDIT, 0.9))
    assert visit.page.locator(".cz-lever[data-lever=audit-share] output").inner_text().startswith("90")
    changed = sum(old != new for old, new in zip(middle, visit.numbers(), strict=True))
    assert changed >= 6, "one lever more leaves at most a rare indicator untouched"
    assert visit.page.locator(".cz-decision").count() == 2
    save(visit, tmp_path, "decided")
    visit.after(visit.page.locator(".cz-head .tools button").first.click)
    visit.after(visit.page.locator(".cz-head .tools button").first.click)
    visit.page.wait_for_timeout(300)
    assert visit.numbers() == first, "two undos bring back the first numbers"
    visit.check()


@at_a_desk
def test_a_mouse_reads_a_chart_and_decides_where_it_points(visit: Visit) -> None:
    visit.open()
    mouse, charts = visit.page.mouse, visit.page.locator(".cz-chart .plot")
    box = charts.nth(2).bounding_box()
    mouse.move(box["x"] + 0.995 * box["width"], box["y"] + 40)
    assert re.match(r"2035\D", visit.page.locator(".cz-read").inner_text())
    mouse.move(box["x"], box["y"] - 200)
    assert visit.page.locator(".cz-read").count() == 0
    before = visit.numbers()
    box = visit.page.locator(AUDIT).bounding_box()
    mouse.move(box["x"] + 0.6 * box["width"], box["y"] + box["height"] / 2, steps=4)
    visit.page.wait_for_timeout(800)  # the page thinks ahead by now, and shows nothing of it
    assert visit.page.locator(".cz-decision").count() == 0
    assert visit.numbers() == before
    visit.after(mouse.down)
    assert visit.numbers() != before
    mouse.up()
    visit.page.wait_for_selector(".cz-decision")
    value = visit.page.locator(".cz-lever[data-lever=audit-share] output").inner_text()
    assert 55 <= int(value.rstrip("%")) <= 65
    visit.check()


@at_a_desk
def test_a_hand_that_comes_back_leaves_nothing_behind(visit: Visit) -> None:
    visit.open()
    decided = "document.querySelector('[data-painted]').dataset.decided === '{}'"
    box = visit.page.locator(AUDIT).bounding_box()
    middle = box["y"] + box["height"] / 2
    knob = visit.page.locator(AUDIT).evaluate("box => (box.value - box.min) / (box.max - box.min)")
    x = box["x"] + 8 + knob * (box["width"] - 16)
    mouse = visit.page.mouse
    before = visit.numbers()
    mouse.move(x, middle)
    mouse.down()
    mouse.move(x + 120, middle, steps=6)
    visit.page.wait_for_function(decided.format("false"))
    mouse.move(x, middle, steps=6)
    mouse.up()
    visit.page.wait_for_function(decided.format("true"))
    assert visit.page.locator(".cz-decision").count() == 0
    assert visit.numbers() == before
    visit.check()


def test_a_reading_stays_within_the_window(visit: Visit) -> None:
    visit.open()
    for number in (0, 1, 7):
        plot = visit.page.locator(".cz-chart .plot").nth(number)
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        for share in (0.01, 0.49, 0.51, 0.99):
            for attempt in range(20):  # a page that still scrolls shuts the reading
                visit.page.mouse.move(box["x"] + share * box["width"], box["y"] + 30 + attempt % 2)
                read = visit.page.evaluate(READING)
                if read is not None:
                    break
                visit.page.wait_for_timeout(100)
                box = plot.bounding_box()
            assert read["x"] >= 0
            assert read["x"] + read["width"] <= visit.page.viewport_size["width"]
            assert width_fits(visit)


@pytest.mark.parametrize("size", [(390, 844)], ids=["phone"], indirect=True)
def test_scrolling_over_a_slider_decides_nothing(visit: Visit) -> None:
    visit.open()
    slider = visit.page.locator(AUDIT)
    slider.evaluate("box => box.scrollIntoView({ block: 'center' })")
    visit.page.wait_for_timeout(300)
    box, value = slider.bounding_box(), slider.input_value()
    before, top = visit.numbers(), visit.page.evaluate("window.scrollY")
    finger = visit.page.context.new_cdp_session(visit.page)
    x, y = box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - 25 * step}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    visit.page.wait_for_timeout(1500)
    assert visit.page.evaluate("window.scrollY") > top + 100, "the page was scrolled"
    assert visit.page.locator(".cz-decision").count() == 0
    assert slider.input_value() == value
    assert visit.numbers() == before


@at_a_desk
def test_a_notice_leaves_the_page_as_it_is(visit: Visit) -> None:
    visit.open()
    visit.page.locator(".cz-group > summary").nth(1).click()
    visit.page.wait_for_selector(".cz-group:nth-of-type(2)[open]")
    levers = visit.page.locator(".cz-lever").count()
    visit.page.locator(AUDIT).evaluate("box => { box.marked = true; }")
    visit.page.evaluate("document.querySelector('.cz-levers').__vue__.decide({ lever: 'no-such', value: 1 })")
    visit.page.wait_for_selector(".cz-notice")
    assert visit.page.locator(".cz-lever").count() == levers
    assert visit.page.locator(AUDIT).evaluate("box => box.marked")
    visit.page.locator(".cz-notice button").click()
    visit.page.wait_for_selector(".cz-notice", state="detached")
    assert visit.page.locator(AUDIT).evaluate("box => box.marked")


def test_run_to_the_end_and_come_back_after_a_refresh(visit: Visit, tmp_path: Path) -> None:
    visit.open()
    visit.page.locator(".cz-time .next").click()
    visit.page.wait_for_function("document.querySelector('.cz-time .year').innerText === '2017'")
    visit.after(lambda: visit.set_slider(AUDIT, 0.5))
    visit.page.locator(".cz-time .run").click()
    visit.page.wait_for_function("document.querySelector('.cz-time .year').innerText === '2035'")
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


@at_a_desk
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


@at_a_desk
def test_every_control_has_a_name(visit: Visit) -> None:
    visit.open()
    nameless = visit.page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, [role=img], [role=button]')]
        .filter(box => box.closest('.cz') && !(box.getAttribute('aria-label') || box.textContent.trim()))
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
    shared = visit.copied(visit.page.locator(".cz-head .tools button").nth(2).click)
    assert "play=3~" in shared.replace("%7E", "~")
    numbers = visit.page.locator(".cz-chart .change").all_inner_texts()
    other = chromium.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    other.goto(shared)
    other.wait_for_selector(".cz-decision", timeout=PATIENCE)
    assert other.locator(".cz-chart .change").all_inner_texts() == numbers
    other.context.close()
    visit.check()


def test_ten_years_six_decisions_undo_branch_share_and_why(visit: Visit, size: tuple[int, int], tmp_path: Path) -> None:
    """A whole game, in English at a desk and in Chinese on a phone."""
    english = size[0] > 800
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open("?lang=en" if english else "?lang=zh")
    governance = {"audit-share": 0.4, "green-evaluation-weight": 0.4, "lifelong-accountability": 0.5}
    more = {"audit-share": 0.6, "department-coordination": 0.8, "supervision-control-points": 20}
    years = iter((2016, 2017, 2019, 2021, 2023, 2026))
    for lever, value in [*governance.items(), *more.items()]:
        visit.at(next(years))
        visit.after(lambda lever=lever, value=value: visit.set_slider(f"#cz-{lever}", value))
    assert visit.page.locator(".cz-decision").count() == 6
    visit.after(visit.page.locator(".cz-head .tools button").first.click)
    assert visit.page.locator(".cz-decision").count() == 5
    visit.page.locator(".cz-chart[data-indicator=colluding_share] .why").click()
    visit.page.wait_for_selector(".cz-why .body[data-missing='0']")
    shares = visit.page.locator(".cz-why .shares > li")
    assert shares.count() == 6, "five decisions and what they do together"
    name = "Officials and funds audited" if english else "年度审计覆盖率"
    assert name in visit.page.locator(".cz-why").inner_text()
    assert visit.severe() == []
    save(visit, tmp_path, "why")
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_selector(".cz-why", state="detached")
    numbers = visit.numbers()
    visit.go("futures")
    visit.page.locator(".cz-futures form input").first.fill("B")
    visit.page.locator(".cz-futures form button").first.click()
    visit.page.wait_for_function("document.querySelectorAll('.cz-futures .branches li').length === 2")
    visit.page.locator(".cz-decision .mark").first.click()
    visit.page.wait_for_function("document.querySelectorAll('.cz-decision').length === 4")
    visit.page.wait_for_function("document.querySelectorAll('.cz-futures tbody tr:first-child td').length === 3")
    save(visit, tmp_path, "futures")
    visit.page.locator(".cz-futures .branches button").first.click()
    visit.page.wait_for_function("document.querySelectorAll('.cz-decision').length === 5")
    visit.go("report")
    assert visit.page.locator(".cz-report li").count() > 5
    save(visit, tmp_path, "report")
    shared = visit.copied(visit.page.locator(".cz-head .tools button").nth(2).click)
    visit.open(shared[shared.index("?") :])
    visit.page.wait_for_selector(".cz-decision")
    assert visit.numbers() == numbers, "the address opens the same numbers"
    visit.go("futures")
    assert visit.page.locator(".cz-futures .branches li").count() == 2
    visit.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_accessible_and_fits(visit: Visit, scheme: str, tmp_path: Path) -> None:
    visit.page.emulate_media(color_scheme=scheme)
    visit.open("?lang=zh" if scheme == "dark" else "?lang=en")
    visit.after(visit.page.locator(".cz-chips button").last.click)
    visit.at(2024)
    for view in ("zone", "people", "web", "futures", "report"):
        visit.go(view)
        if view == "people":
            visit.page.locator(".cz-people .pick select").select_option(index=3)
            visit.page.wait_for_selector(".cz-people .life li")
            visit.page.locator(".cz-people .pick button").click()
            visit.page.wait_for_selector(".cz-people .life canvas")
        assert visit.severe() == [], view
        assert width_fits(visit), view
        save(visit, tmp_path, f"{scheme}-{view}")
    visit.check()


@at_a_desk
def test_the_first_round_guides_by_what_is_done(visit: Visit) -> None:
    visit.open(guide=True)
    guide = visit.page.locator(".cz-guide")
    assert "1" in guide.locator("small").inner_text()
    guide.locator(".foot button").click()
    visit.page.evaluate("document.querySelector('#cz-audit-share').scrollIntoView()")
    visit.after(lambda: visit.set_slider(AUDIT, 0.4))
    visit.page.wait_for_function("document.querySelector('.cz-guide small').innerText.startsWith('3')")
    visit.at(2020)
    visit.page.wait_for_function("document.querySelector('.cz-guide small').innerText.startsWith('4')")
    guide.locator(".shut").click()
    visit.page.wait_for_selector(".cz-guide", state="detached")
    visit.check()


@at_a_desk
def test_numbers_and_pictures_are_saved(visit: Visit, tmp_path: Path) -> None:
    visit.open()
    for item, ending in enumerate(("csv", "png")):
        visit.page.locator(".cz-chart .cz-menu summary").first.click()
        with visit.page.expect_download() as download:
            visit.page.locator(".cz-chart .cz-menu button").nth(item).click()
        path = tmp_path / f"gdp.{ending}"
        download.value.save_as(path)
        assert download.value.suggested_filename == path.name
        assert path.stat().st_size > 500
    rows = (tmp_path / "gdp.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 27
    assert rows[0].startswith("year,gdp,without")
    assert rows[0].endswith("unit,scenario,seed,decisions,version,content")
    assert ",slow-recovery,1,0," in rows[1]
    visit.page.locator(".cz-head .cz-menu summary").click()
    with visit.page.expect_download() as download:
        visit.page.locator(".cz-head .cz-menu button").nth(1).click()
    download.value.save_as(tmp_path / "game.json")
    visit.after(lambda: visit.set_slider(AUDIT, 0.4))
    address = visit.page.url
    visit.page.locator(".cz-head input[type=file]").set_input_files(tmp_path / "game.json")
    visit.page.wait_for_function(f"window.location.href !== '{address}'")
    visit.page.wait_for_selector(".cz-decision", state="detached")
    visit.check()
