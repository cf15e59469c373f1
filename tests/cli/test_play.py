"""`ccepz play` refuses an address it cannot have, before anything is loaded."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture
def busy_port():
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize(("lang", "word"), [("en", "in use"), ("zh", "占用")])
def test_a_port_in_use(ccepz, busy_port, lang, word):
    answer = ccepz("play", "--no-browser", "--port", str(busy_port), lang=lang)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert str(busy_port) in answer.err
    assert word in answer.err


def test_an_address_of_another_computer(ccepz):
    answer = ccepz("play", "--no-browser", "--host", "192.0.2.1", "--port", "8799")
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "192.0.2.1" in answer.err
