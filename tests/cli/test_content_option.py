"""`--content DIR`: every command that reads content takes it from another folder, and says where it cannot."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ccepz_sim.cli import COMMANDS
from ccepz_sim.commands.arguments import WITHOUT_CONTENT
from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading.files import PARTS
from ccepz_sim.web import app_state, server

WITH = sorted(COMMANDS.keys() - WITHOUT_CONTENT)
NAMED = {
    "list": ("levers",),
    "study": ("smoke",),
    "results": ("somewhere",),
    "pack": ("somewhere",),
    "archive": ("somewhere",),
}
OWN_MEDIA = """adds_to = "media"

[[row]]
id = "media-mine"
label = { en = "A paper of mine", zh = "自办报纸" }
kind = "commercial"
reach = 0.01
independence = 0.9
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the content with a lever of another name, and a paper of its own."""
    for part in PARTS:
        shutil.copytree(load_content().folder / part, tmp_path / "own" / part)
    lever = tmp_path / "own/policies/instruments/audit-share.toml"
    text = lever.read_text("utf-8")
    label = load_content().lever("audit-share").label.en
    assert f'en = "{label}"' in text
    lever.write_text(text.replace(f'en = "{label}"', 'en = "Books looked into"', 1), "utf-8")
    (tmp_path / "own/agents/my_media.toml").write_text(OWN_MEDIA, "utf-8")
    return tmp_path / "own"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", WITH)
def test_a_folder_that_is_not_there_is_told_in_one_sentence(ccepz, command, lang, tmp_path, monkeypatch):
    monkeypatch.setattr(server, "claim", lambda *_: type("Listener", (), {"close": lambda _: None})())
    answer = ccepz(command, *NAMED.get(command, ()), "--content", str(tmp_path / "nowhere"), lang=lang)
    said = answer.err + answer.out
    assert answer.code == 2
    assert "nowhere" in said
    assert len(said.strip().splitlines()) == (2 if command == "check" else 1), "check counts what it found"
    assert "Traceback" not in said


@pytest.mark.parametrize("command", sorted(WITHOUT_CONTENT))
def test_where_content_changes_nothing_the_option_is_refused(ccepz, command, own):
    answer = ccepz(command, "--content", str(own))
    assert answer.code == 2
    assert "--content" in answer.err


def test_lists_checks_and_plans_are_of_that_content(ccepz, own):
    assert "Books looked into" in ccepz("list", "levers", "--content", str(own)).out
    tables = json.loads(ccepz("list", "agents", "--json", "--content", str(own)).out)
    assert "media-mine" in [row["id"] for table in tables if table["id"] == "media" for row in table["rows"]]
    assert ccepz("check", "--content", str(own)).code == 0
    assert ccepz("study", "smoke", "--dry-run", "--json", "--content", str(own)).code == 0


def test_a_run_is_of_that_content(ccepz, own):
    answer = ccepz("run", "--years", "1", "--json", "--content", str(own))
    assert json.loads(answer.out)["content_hash"] == load_content(own).hash != load_content().hash


def test_the_game_is_of_that_content(own, monkeypatch):
    opened = app_state.open_app(make_zone=lambda **_: None, content=own)
    try:
        assert opened.store.content.lever("audit-share").label.en == "Books looked into"
    finally:
        app_state.close_app()
