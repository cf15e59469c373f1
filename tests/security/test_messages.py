"""Every message that is not on the list: it works without the gate and does not with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from gate_attacks import ATTACKS, KINDS, Attack, frame, last_id
from gate_client import Page
from gate_servers import Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("security")]
VIOLATION = 1008


@pytest.fixture(scope="module")
def behind(gated: Served) -> Iterator[Page]:
    """The attacker's page behind the gate."""
    page = gated.browser().play()
    yield page
    page.leave()


@pytest.fixture(scope="module")
def ahead(bare: Served) -> Iterator[list[Page]]:
    """The attacker's page without a gate: a new one where the last attack ended it."""
    pages: list[Page] = []
    yield pages
    for page in pages:
        page.leave()


def refused(page: Page, frames: list[str | bytes]) -> None:
    """Send, and see the connection end before the kernel did anything."""
    for one in frames:
        page.post(one)
    assert page.wait(lambda _: False) is None
    assert page.closed == VIOLATION
    assert last_id(frames) not in {found["parent_header"].get("msg_id") for found in page.heard}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_what_is_not_on_the_list_ends_the_connection(gated: Served, behind: Page, attack: Attack) -> None:
    if behind.closed is not None:
        behind.open()
    before = gated.log().count("closed a connection")
    refused(behind, attack.frames(behind))
    until(lambda: gated.log().count("closed a connection") == before + 1)
    assert gated.honest.plays()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_without_the_gate_it_is_worked_on(bare: Served, ahead: list[Page], attack: Attack) -> None:
    page = working(bare, ahead)
    frames = attack.frames(page)
    before = bare.log().count("Traceback")
    for one in frames:
        page.post(one)
    if attack.dies:
        page.wait(lambda _: False)
        assert page.closed is not None
        until(lambda: bare.log().count("Traceback") > before)
    else:
        assert page.answered(last_id(frames))


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_a_notebook_are_refused(
    gated: Served, bare: Served, behind: Page, ahead: list[Page], kind: str
) -> None:
    if behind.closed is not None:
        behind.open()
    content = {"code": "open('ran.txt', 'w')", "restart": False, "value": "x"}
    refused(behind, [frame(behind, kind, content)])
    behind.open()
    assert behind.plays(), "the page itself lives on"
    page = working(bare, ahead)
    page.send(kind, content)
    page.wait(lambda _: False)
    assert page.closed is not None, "without the gate the page is over"


def working(bare: Served, pages: list[Page]) -> Page:
    if not pages or pages[-1].closed is not None:
        pages.append(bare.browser().play())
    return pages[-1]


def until(true: Any, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
