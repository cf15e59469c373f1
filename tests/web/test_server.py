"""The launcher: offline settings, and one sentence for whatever stands in the way."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from ccepz_sim.web import server

OUTSIDE = "192.0.2.1"  # reserved for documentation: no computer has it


def test_a_port_in_use_is_a_sentence_with_another_port() -> None:
    with server.claim("127.0.0.1", 0) as other:
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(server.PageError) as caught:
            server.claim("127.0.0.1", port)
    assert str(port) in caught.value.sentence("zh")
    assert str(port + 1) in caught.value.sentence("en")


@pytest.mark.parametrize("host", [OUTSIDE, "no such host"])
def test_a_host_of_another_computer_is_refused(host: str) -> None:
    with pytest.raises(server.PageError) as caught:
        server.claim(host, 0)
    assert host in caught.value.sentence("en")


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(server.PageError):
        server.serve(port=0, open_browser=False, lang="fr")


def test_a_claimed_port_is_free_again_after_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    from ccepz_sim.text.errors import ContentError
    from ccepz_sim.web import app_state

    def refuse(*_: object, **__: object) -> None:
        raise ContentError("folder_missing", folder="x")

    monkeypatch.setattr(app_state, "open_app", refuse)
    with server.claim("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(ContentError):
        server.serve(port=port, open_browser=False)
    with socket.socket() as again:
        again.bind(("127.0.0.1", port))


def test_solara_is_told_to_stay_quiet_before_it_is_imported() -> None:
    code = (
        "from ccepz_sim.web import server; import sys; assert 'solara' not in sys.modules; server.prepare();"
        "from solara.server import settings as s;"
        "print(s.telemetry.mixpanel_enable, s.theme.show_banner, s.main.mode, s.assets.fontawesome_enabled,"
        "s.session.http_only, s.session.secret_key != 'change me')"
    )
    clean = {key: value for key, value in os.environ.items() if not key.startswith("SOLARA_")}
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=clean, check=True)
    assert answer.stdout.split() == ["False", "False", "production", "False", "True", "True"]
