"""A first run on a machine says why it takes longer; a command that runs nothing loads no compiler."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from ccepz_sim import PilotZone
from ccepz_sim.commands.speech import Say, warn_of_compiling
from ccepz_sim.rule_store import Store, are_kept


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


def test_rules_are_kept_after_a_first_quarter():
    PilotZone(start=2010).step()
    assert are_kept()


def test_an_empty_store_has_none(monkeypatch, tmp_path):
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setattr("ccepz_sim.rule_store.stores", lambda: (Store(tmp_path),))
    assert not are_kept()
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert are_kept()


@pytest.mark.parametrize(("lang", "word"), [("en", "compiled"), ("zh", "编译")])
def test_it_is_said_on_a_terminal(monkeypatch, tmp_path, lang, word):
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setattr("ccepz_sim.rule_store.stores", lambda: (Store(tmp_path),))
    for errors, said in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr("sys.stderr", errors)
        warn_of_compiling(Say(lang))
        assert (word in errors.getvalue()) == said


def test_a_list_loads_no_compiler():
    told = "import sys; from ccepz_sim.cli import main; main(['list', 'levers']); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.splitlines()[-1] == "False"
