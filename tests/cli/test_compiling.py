"""A first run on a machine says that it compiles; a command that runs nothing loads no compiler."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from ccepz_sim.commands import compile_, console
from ccepz_sim.commands.console import Say, compile_first
from ccepz_sim.numerics.compiling import progress_bar
from ccepz_sim.numerics.compiling.driver import Progress, Report
from ccepz_sim.numerics.compiling.recorded import Rule
from ccepz_sim.text.texts import system_language

HEAVY = [Rule("m.heavy", (), 100.0, ())]
HALF = Progress(0.5, 20.0, 1, 2)


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has compiled nothing, and a compilation that is half done at once."""
    monkeypatch.setattr(console, "missing", lambda: HEAVY)
    monkeypatch.setattr(console, "compile_all", lambda tell: tell(HALF))
    monkeypatch.setattr(progress_bar, "LINE_EVERY", 0.0)


@pytest.mark.parametrize(("lang", "words"), [("en", ("compiled", "50% done")), ("zh", ("编译", "已完成 50%"))])
def test_it_is_said_with_progress(fresh, monkeypatch, lang, words):
    errors = io.StringIO()
    monkeypatch.setattr("sys.stderr", errors)
    compile_first(Say(lang))
    assert all(word in errors.getvalue() for word in words)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_terminal_shows_a_bar(fresh, monkeypatch, lang):
    errors = Terminal()
    monkeypatch.setattr("sys.stderr", errors)
    compile_first(Say(lang))
    assert progress_bar.Texts.load("compiling")["progress"].get(lang) in errors.getvalue()
    assert "50%" in errors.getvalue()


def test_nothing_is_said_where_rules_are_kept(monkeypatch, capsys):
    monkeypatch.setattr(console, "missing", list)
    compile_first(Say("en"))
    assert capsys.readouterr().err == ""


def test_python_is_answered_in_the_language_of_the_system(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert system_language(os.environ) == "zh"
    with progress_bar.on_stderr():
        pass
    assert "编译" in capsys.readouterr().err


def test_the_command_tells_what_each_rule_took(monkeypatch, capsys):
    report = Report(4.2, 2, {"ccepz_sim.m.slow": 3.0, "ccepz_sim.m.fast": 0.5}, {})
    monkeypatch.setattr(compile_, "missing", lambda: HEAVY)
    monkeypatch.setattr(compile_, "compile_all", lambda *_: report)
    assert compile_.execute(_asked(as_json=True), Say("en")) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told["by_rule"].items()) == [("ccepz_sim.m.slow", 3.0), ("ccepz_sim.m.fast", 0.5)]
    assert (told["seconds"], told["workers"]) == (4.2, 2)
    assert compile_.execute(_asked(), Say("zh")) == 0
    printed = capsys.readouterr().out
    assert printed.index("m.slow") < printed.index("m.fast")


def test_a_rule_that_fails_is_named(monkeypatch, capsys):
    report = Report(1.0, 1, {}, {"ccepz_sim.m.gone": "AttributeError: gone"})
    monkeypatch.setattr(compile_, "missing", lambda: HEAVY)
    monkeypatch.setattr(compile_, "compile_all", lambda *_: report)
    assert compile_.execute(_asked(), Say("en")) == compile_.FAILED
    assert "m.gone" in capsys.readouterr().err


def test_the_command_says_when_there_is_nothing_to_do(monkeypatch, capsys):
    monkeypatch.setattr(compile_, "missing", list)
    assert compile_.execute(_asked(), Say("en")) == 0
    assert "are compiled" in capsys.readouterr().out
    assert compile_.execute(_asked(as_json=True), Say("en")) == 0
    assert json.loads(capsys.readouterr().out)["by_rule"] == {}


def test_a_list_loads_no_compiler():
    told = "import sys; from ccepz_sim.cli import main; main(['list', 'levers']); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.splitlines()[-1] == "False"


def _asked(as_json: bool = False) -> object:
    return type("Asked", (), {"workers": None, "json": as_json})()
