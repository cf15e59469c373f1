"""What an attacker gains: code, files, other people's pages, a server that serves nobody else. Shown, then refused."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from gate_attacks import frame, spoken
from gate_client import Page
from gate_servers import SECRET, Served

from ccepz_sim.game.game_file import LONGEST

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("security")]
PAYLOAD = "__import__('pathlib').Path('ran.txt').write_text(str(6 * 7))"


def until(true: Any, seconds: float = 120.0) -> None:
    """Wait for something that the server does by itself."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def custom(page: Page, content: dict[str, Any], part: str = "head") -> bool:
    """Send a custom message; whether the kernel worked on it."""
    return page.answered(page.say(page.part(part), {"method": "custom", "content": content}))


def each_alone(page: Page, contents: list[dict[str, Any]]) -> None:
    """Send one after the other, and come back after each refusal, as an attacker would."""
    for content in contents:
        custom(page, content)
        if page.closed is not None:
            page.open()


def test_no_stranger_runs_code(gated: Served, bare: Served) -> None:
    """A log file written as a module, its format the code; importing it runs it as the user of the server."""
    for served in (gated, bare):
        page = served.browser().play()
        log = {"filename": str(served.folder / "evil.py"), "format": f'{PAYLOAD} # %(levelname)s\n"""', "force": True}
        custom(page, {"create_widget": ["logging", "basicConfig"], "id": "1", "props": log})
        if page.closed is not None:
            page.open()
        page.answered(page.say(page.control, {"method": "no such method"}))  # a second line closes the string
        if page.closed is not None:
            page.open()
        custom(page, {"create_widget": ["evil", "anything"], "id": "2", "props": {}})
        page.leave()
        ran = served.folder / "ran.txt"
        assert ran.exists() is not served.gated
        if not served.gated:
            assert ran.read_text("utf-8") == "42"
        assert (served.folder / "evil.py").exists() is not served.gated
    assert gated.honest.plays()


def test_no_stranger_reads_a_file(gated: Served, bare: Served) -> None:
    """A changed `template_file`, and the constructor called once more through a reference to a function."""
    for served in (gated, bare):
        page = served.browser().play()
        key = page.part("head")
        steps: list[dict[str, Any]] = [
            {"update_ref": str(served.folder / "secret.txt"), "id": key, "prop": "template_file"},
            {"update_ref": {"functionRef": "__init__"}, "id": key, "prop": "css"},
        ]
        each_alone(page, steps)
        assert (SECRET in json.dumps(page.heard)) is not served.gated
        page.leave()


def test_no_stranger_sees_what_a_widget_keeps(gated: Served, bare: Served) -> None:
    for served in (gated, bare):
        page = served.browser().play()
        wish = {"update_ref": {"objectRef": "template_file", "path": [0]}, "id": page.part("head"), "prop": "css"}
        each_alone(page, [wish])
        assert ("parts.py" in json.dumps(page.heard)) is not served.gated
        page.leave()


def test_no_browser_changes_what_a_widget_is(gated: Served, bare: Served) -> None:
    """The template of a part is code in the browser of whoever looks at the page next."""
    evil = "<template><img src=x onerror=alert(1)></template>"
    for served in (gated, bare):
        page = served.browser().play()
        key = page.part("tabs")
        for name, value in (("template", evil), ("css", "body { display: none }"), ("methods", "{}"), ("names", ["x"])):
            state = {"method": "update", "state": {name: value}, "buffer_paths": []}
            page.answered(page.say(key, state))
            if page.closed is not None:
                page.open()
        page.widgets.pop(key)
        assert page.answered(page.say(key, {"method": "request_state"}))
        assert (page.widgets[key]["template"] == evil) is not served.gated
        assert (page.widgets[key]["css"] is not None) is not served.gated
        assert (page.widgets[key]["names"] == ["x"]) is not served.gated
        page.leave()


def test_no_browser_makes_a_widget(gated: Served, bare: Served) -> None:
    from gate_attacks import WIDGET

    for served in (gated, bare):
        page = served.browser().play()
        key = uuid.uuid4().hex
        content = {"comm_id": key, "target_name": "jupyter.widget", "data": {"state": WIDGET}}
        page.answered(page.send("comm_open", content, metadata={"version": "2.1.0"}))
        if page.closed is not None:
            page.open()
        states = all_states(page, control(page))
        assert (key in states) is not served.gated
        page.leave()


def control(page: Page) -> str:
    """Open the channel on which a page asks for its whole state."""
    key = uuid.uuid4().hex
    content = {"comm_id": key, "target_name": "jupyter.widget.control", "data": {}}
    page.answered(page.send("comm_open", content, metadata={"version": "1.0.0"}))
    return key


def all_states(page: Page, key: str) -> dict[str, Any]:
    """Ask for the whole state."""
    asked = page.say(key, {"method": "request_states"})
    found = page.wait(lambda message: message["content"].get("data", {}).get("method") == "update_states"
                      or (message["parent_header"].get("msg_id") == asked
                      and message["content"].get("execution_state") == "idle"))  # fmt: skip
    assert found is not None
    return dict(found["content"].get("data", {}).get("states", {}))


def test_each_page_is_answered_on_its_own_channel(gated: Served, bare: Served) -> None:
    """The library has one channel of control for the whole server: of forty that come back, one is answered."""
    for served in (gated, bare):
        first, second = served.browser().play(), served.browser().play()
        own, other = control(first), control(second)
        states = all_states(first, own)
        (answer,) = [
            found for found in first.heard if found["content"].get("data", {}).get("method") == "update_states"
        ]
        assert answer["content"]["comm_id"] == (own if served.gated else other)
        assert first.part("levers") in states
        assert second.part("levers") not in states
        first.leave()
        second.leave()


def test_a_widget_of_another_page_is_out_of_reach(gated: Served) -> None:
    victim, page = gated.honest, gated.browser().play()
    key = victim.part("tabs")
    event = {"method": "custom", "content": {"event": "go", "data": "report"}}
    for wish in ({"method": "request_state"}, event):
        page.post(spoken(page, key, wish))
        assert page.wait(lambda _: False) is None
        assert page.closed == 1008
        page.open()
    page.post(frame(page, "comm_close", {"comm_id": key, "data": {}}))
    assert page.wait(lambda _: False) is None
    assert page.closed == 1008
    assert victim.plays()


def test_a_click_on_what_just_went_is_no_attack(gated: Served) -> None:
    """A guide shut twice: the second click is for a widget that is no more."""
    page = gated.browser().play()
    guide = next(key for key, state in page.widgets.items() if "done" in state)
    shut = {"method": "custom", "content": {"event": "shut", "data": 0}}
    assert page.answered(page.say(guide, shut))
    page.say(guide, shut)
    assert page.plays()
    page.say(guide, {"method": "custom", "content": {"event": "explode", "data": 0}})
    assert page.wait(lambda _: False) is None
    assert page.closed == 1008, "what it could never do it cannot do now"


def test_a_page_comes_back_to_its_kernel(gated: Served) -> None:
    page = gated.browser().play()
    for _ in range(3):
        page.leave()
        page.open()
        page.send("kernel_info_request", {})
        channel = str(uuid.uuid4())
        page.send("comm_open", {"comm_id": channel, "target_name": "solara.control", "data": {}})
        page.say(channel, {"method": "app-status"})
        status = page.wait(lambda found: found["content"].get("data", {}).get("method") == "app-status")
        assert status is not None
        assert status["content"]["data"]["started"]
        key = control(page)
        assert page.part("levers") in all_states(page, key)
        assert page.answered(page.send("comm_close", {"comm_id": key, "data": {}}))
        assert page.plays()


def test_a_message_too_large_ends_the_connection(gated: Served, bare: Served) -> None:
    large = "x" * (9 * 2**20)
    page = gated.browser().play()
    page.act("head", "tool", {"what": "load", "text": large})
    assert page.wait(lambda _: False) is None
    assert page.closed in (1009, 1006), "1006 where the answer was lost among what was still being sent"
    page.open()
    page.act("tabs", "go", large[: 2**20])
    assert page.wait(lambda _: False) is None
    assert page.closed == 1008
    page.open()
    assert page.answered(page.act("head", "tool", {"what": "load", "text": "{" * (LONGEST + 1)})), "a file may be long"
    assert gated.honest.plays()
    without = bare.browser().play()
    assert without.answered(without.act("tabs", "go", large))


def test_a_flood_ends_and_disturbs_nobody(gated: Served, bare: Served) -> None:
    page, honest = gated.browser().play(), gated.honest
    for number in range(60):
        for _ in range(60):
            page.act("tabs", "go", "zone")
        if number % 10 == 0:
            assert honest.plays(), "who waits longer than the patience of a page has been disturbed"
    page.wait(lambda _: False)
    assert page.closed == 1008
    without = bare.browser().play()
    for _ in range(1000):
        asked = without.act("tabs", "go", "zone")
    assert without.answered(asked), "without the gate every one of them is worked on"


def test_the_state_of_a_page_is_not_asked_for_all_the_time(gated: Served) -> None:
    page = gated.browser().play()
    key = control(page)
    for _ in range(40):
        page.say(key, {"method": "request_states"})
    page.wait(lambda _: False)
    assert page.closed == 1008
    assert gated.honest.plays()


def test_who_takes_nothing_is_let_go(gated: Served) -> None:
    """A browser that stops reading fills no memory, and holds up nobody."""
    page = gated.browser().play()
    before = gated.log().count("takes nothing")
    for number in range(300):
        page.act("head", "tool", {"what": "language"})
        if number % 50 == 0:
            assert gated.honest.plays()
    until(lambda: gated.log().count("takes nothing") > before)
    assert gated.honest.plays()


def test_a_browser_has_a_number_of_tabs(gated: Served) -> None:
    visitor = gated.browser()
    pages = []
    for _ in range(24):
        pages.append(visitor.load())
        pages[-1].open()
    last = visitor.load()
    with pytest.raises(Exception, match="403"):
        last.open()
    pages[0].leave()
    assert gated.honest.plays()
    other = gated.browser().load()
    other.open()
    for page in [*pages, other]:
        page.leave()


def test_the_log_says_what_and_holds_nothing_of_theirs(gated: Served) -> None:
    page = gated.browser().play()
    page.post(spoken(page, page.part("head"), {"method": "\x1b[31mforged\nline"}))
    page.wait(lambda _: False)
    kind = page.message("x", {})
    kind["header"]["msg_type"] = "\x1b[31mforged\nline"
    page.open()
    page.post(json.dumps(kind))
    page.wait(lambda _: False)
    log = gated.log()
    assert "forged" not in log
    assert "\x1b" not in log
    assert "Traceback" not in log
    assert all(line.startswith(("refused", "closed", "turned")) for line in log.splitlines() if "127.0.0.1" in line)


def test_the_folder_of_the_server_is_as_it_was(gated: Served) -> None:
    found = {str(path.relative_to(gated.folder)) for path in Path(gated.folder).rglob("*") if path.is_file()}
    assert found == {"log.txt", "secret.txt", "cdn/widget@1.0.0/dist/main.js", "cdn/echarts@5.4.0/dist/echarts.min.js"}
