"""The record of the rules is that of this source: every rule that is called stands in it, as it is called."""

from __future__ import annotations

import importlib
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from ccepz_sim.numerics.compiling import recorded, recording

AGAIN = "the rules changed: run scripts/record_start.py"
# The slowest rule on a quiet machine takes about 5 s; what it is held to is in `ccepz compile` and the docs.
SLOWEST = 12.0


CALLED = """
import pickle, sys
from ccepz_sim import PilotZone
from ccepz_sim.numerics.compiling import recording
PilotZone(start=2010).run(1)
sys.stdout.buffer.write(pickle.dumps(recording.called_rules()))
"""


@pytest.fixture(scope="module")
def called() -> dict[str, recorded.Rule]:
    """The rules that a year of the history calls, in a process of its own: other tests call rules in other ways."""
    done = subprocess.run([sys.executable, "-c", CALLED], capture_output=True, check=True)
    return {rule.name: rule for rule in pickle.loads(done.stdout)}


@pytest.fixture(scope="module")
def record() -> dict[str, recorded.Rule]:
    return {rule.name: rule for rule in recorded.recorded_rules()}


def test_every_rule_of_a_run_is_recorded_with_its_signatures(called, record):
    for name, rule in called.items():
        assert name in record, AGAIN
        held = [str(signature) for signature in record[name].signatures]
        assert [one for one in rule.signatures if str(one) not in held] == [], f"{name}: {AGAIN}"


def test_every_recorded_rule_exists_and_takes_what_is_recorded(called, record):
    assert record
    for rule in record.values():
        found = getattr(importlib.import_module(rule.module), rule.function, None)
        assert found is not None, f"{rule.name}: {AGAIN}"
        takes = len(inspect.signature(found.py_func).parameters)
        assert {len(signature) for signature in rule.signatures} == {takes}, f"{rule.name}: {AGAIN}"
        assert set(rule.calls) == recording._calls(found) & set(record), f"{rule.name}: {AGAIN}"


def test_what_a_rule_calls_is_recorded_too(record):
    for rule in record.values():
        assert set(rule.calls) <= set(record), f"{rule.name}: {AGAIN}"


def test_each_took_its_time(record):
    assert all(0.0 <= rule.seconds < SLOWEST for rule in record.values())
    assert sum(rule.seconds for rule in record.values()) > 10.0


def test_after_a_run_nothing_that_it_called_is_missing(called):
    assert {rule.name for rule in recorded.missing()}.isdisjoint(called)


def test_rules_that_are_not_compiled_are_not_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("CCEPZ_RULES", str(tmp_path))
    assert {rule.name for rule in recorded.missing()} == {rule.name for rule in recorded.recorded_rules()}
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert recorded.missing() == []


@pytest.mark.parametrize("text", ["", "[{]", '[{"rule": "x"}]', "7"])
def test_a_broken_record_is_none(monkeypatch, tmp_path, text):
    file = tmp_path / "rules.json"
    file.write_text(text, "utf-8")
    monkeypatch.setattr(recorded, "FILE", file)
    assert recorded.recorded_rules.__wrapped__() == ()
    monkeypatch.setattr(recorded, "FILE", tmp_path / "none.json")
    assert recorded.recorded_rules.__wrapped__() == ()


def test_a_record_is_read_as_it_was_written(monkeypatch, tmp_path: Path):
    file = tmp_path / "new" / "rules.json"
    rules = list(recorded.recorded_rules())[:5]
    recorded.write(rules, file)
    monkeypatch.setattr(recorded, "FILE", file)
    assert list(recorded.recorded_rules.__wrapped__()) == rules
