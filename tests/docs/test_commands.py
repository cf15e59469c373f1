"""Every command and every example of the documents works as printed."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from ccepz_sim.cli import main, parsers
from ccepz_sim.commands.console import Say
from ccepz_sim.commands.run import read_order
from ccepz_sim.content.checks import check_content
from ccepz_sim.content.loading import load_content

OWN_IN_THE_EXAMPLE = "cleaner-air"
PLAY = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/ccepz play"
TEST = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_two_commands_stand_on_the_first_screen(root, name):
    text = (root / name).read_text("utf-8")
    first_screen = "\n".join(text.splitlines()[:40])
    for command in (PLAY, TEST):
        assert f"```\n{command}\n```" in first_screen
    for command in (
        r".venv\Scripts\ccepz play",
        r".venv\Scripts\pytest",
        "uv run ccepz play",
        "uv run --extra test pytest",
    ):
        assert command in first_screen


def test_every_command_of_the_documents_can_be_read(documents):
    say = Say("en")
    content = load_content()
    seen = 0
    for document in documents:
        for name, *rest in document.commands():
            known, unread = parsers(say)[name].parse_known_args(rest)
            assert not unread, f"{document.path}: {name} {unread}"
            if name == "run" and OWN_IN_THE_EXAMPLE not in known.packages:
                read_order(known, content, say)
            seen += 1
    assert seen > 20


@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md"])
def test_the_commands_run(documents, root, name, tmp_path, monkeypatch, capsys, compiled_rules):
    document = next(one for one in documents if one.path == root / name)
    monkeypatch.chdir(tmp_path)
    for command in document.commands():
        if command[0] != "play":
            assert main(command, {"LANG": "en_GB.UTF-8"}) == 0, command
            assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "docs/tutorial.md", "docs/zh/tutorial.md"])
def test_the_python_examples_run(documents, root, name, tmp_path, monkeypatch, capsys):
    document = next(one for one in documents if one.path == root / name)
    monkeypatch.chdir(tmp_path)
    if "out/green" in document.text:
        main(["run", "green-governance", "--years", "1", "--out", "out/green"], {})
    for example in document.blocks("python"):
        exec(compile(example, name, "exec"), {})
    assert capsys.readouterr().out


@pytest.mark.parametrize("name", ["docs/how-to/add-content.md", "docs/zh/how-to/add-content.md"])
def test_the_examples_of_the_how_to_are_good_content(documents, root, name, tmp_path):
    package, roster = next(one for one in documents if one.path == root / name).blocks("toml")
    for part in ("agents", "policies", "experiments"):
        shutil.copytree(root / part, tmp_path / part)
    stem, table = tomllib.loads(package)["id"], tomllib.loads(roster)["adds_to"]
    Path(tmp_path, "policies", "packages", f"{stem}.toml").write_text(package, "utf-8")
    Path(tmp_path, "agents", "mine.toml").write_text(roster, "utf-8")
    assert check_content(tmp_path) == []
    assert load_content(tmp_path).package(stem).set
    assert len(load_content(tmp_path).table(table)) == len(load_content(root).table(table)) + 1
