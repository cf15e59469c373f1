"""What the page of a new machine says, from the first figures to the levers that answer."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.game.preparing import Preparation
from ccepz_sim.game.recorded import recorded_future
from ccepz_sim.game.store import Store
from ccepz_sim.game.worker_pool import LocalPool
from ccepz_sim.numerics.compiling import Progress
from ccepz_sim.web import server

server.prepare()

import ipyvue  # noqa: E402 - settings come first
import ipyvuetify as v  # noqa: E402
import solara  # noqa: E402

from ccepz_sim.web import app_state  # noqa: E402
from ccepz_sim.web.page import Page  # noqa: E402
from ccepz_sim.web.preparing import Status, bar  # noqa: E402

HALF = Progress(0.5, 31.0, 1, 2)
CHINESE = re.compile("[\u4e00-\u9fff]")


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about."""
    for _ in range(1200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")


@pytest.fixture
def go() -> Iterator[threading.Event]:
    """Set, the compilation is over."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture(params=[True, False], ids=["recorded", "own content"])
def page(request: pytest.FixtureRequest, go: threading.Event) -> Iterator[Any]:
    """The page of a machine that compiles."""

    def compile_rules(on_progress: Callable[[Progress], None]) -> None:
        on_progress(HALF)
        assert go.wait(60)

    content = load_content()
    preparation = Preparation(compile_rules)
    pool = LocalPool(content, lambda **asked: (preparation.wait(), PilotZone(**asked))[1])
    record = recorded_future(content) if request.param else None
    store = Store(content, pool, preparation=preparation, recorded=record)
    app_state._open[:] = [app_state.AppState(store, "en")]
    _, context = solara.render(Page(), handle_error=False)
    yield context
    context.close()
    go.set()
    store.close()


def part(context: Any, trait: str) -> Any:
    widgets = context.find(ipyvue.VueTemplate).widgets
    return next((widget for widget in widgets if widget.has_trait(trait)), None)


def has(context: Any, name: str) -> bool:
    """Whether an element has exactly these classes."""
    return bool(context.find(v.Html, class_=name).widgets)


def test_from_the_first_figures_to_an_answer(page: Any, go: threading.Event) -> None:
    status = part(page, "over")
    charts = part(page, "panels")
    recorded = charts is not None
    until(lambda: "50%" in status.text)
    assert ("recorded figures" in status.text) == recorded
    assert not status.over
    assert status.progress == 0.5
    assert has(page, "cz-left cz-not-yet") == recorded
    if recorded:
        part(page, "money_scales").vue_decide({"lever": "audit-share", "value": 0.9})
        until(lambda: len(part(page, "rows").decisions.value) == 1)
        until(lambda: "to run first: 1" in status.text)
        assert charts.version == 0, "what is recorded answers nothing"
        part(page, "facts").vue_tool({"what": "study"})
        until(lambda: part(page, "action") is not None)  # no study is written of recorded figures
    go.set()
    until(lambda: status.over)
    assert status.text == "The levers answer now."
    until(lambda: has(page, "cz-left"))
    until(lambda: part(page, "panels") is not None and part(page, "panels").version > 0)
    status.vue_shut(0)
    until(lambda: part(page, "over") is None)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "status",
    [
        Status(HALF, recorded=True, running=True, decisions=0),
        Status(HALF, recorded=False, running=True, decisions=2),
        Status(Progress(0.1, 400.0, 1, 9), recorded=True, running=True, decisions=2),
        Status(None, recorded=True, running=True, decisions=1),
        Status(None, recorded=False, running=False, decisions=1),
    ],
)
def test_it_is_said_in_both_languages(status: Status, lang: str) -> None:
    shown = bar(status, lang)
    assert bool(CHINESE.search(shown["text"])) == (lang == "zh")
    assert "{" not in shown["text"]
    assert shown["over"] == (not status.running)
    assert 0.0 <= shown["progress"] <= 1.0


def test_the_time_left_is_told_in_steps() -> None:
    assert "about 35 s left" in bar(Status(HALF, recorded=True, running=True, decisions=0), "en")["text"]
    long = Progress(0.1, 400.0, 1, 9)
    assert "about 7 min left" in bar(Status(long, recorded=True, running=True, decisions=0), "en")["text"]
