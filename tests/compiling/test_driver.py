"""Rules are compiled in several processes at once, kept, and never compiled again, wherever they are taken."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from pathlib import Path

import pytest

from ccepz_sim.numerics.compiling import compile_all, driver, first_miss, recorded
from ccepz_sim.numerics.compiling.recorded import Rule

PACKAGE = Path(driver.__file__).resolve().parents[2]


def test_all_rules_are_compiled_once_with_progress(empty, small, call):
    told: list[driver.Progress] = []
    report = compile_all(told.append, workers=2)
    assert report.problems == {}
    assert set(report.by_rule) == {rule.name for rule in small}
    assert report.workers == 2
    shares = [progress.share for progress in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, pytest.approx(1.0))
    assert told[-1].done == told[-1].rules == len(small)
    assert told[0].left > 0.0
    assert recorded.missing() == []
    assert compile_all(told.append).workers == 0
    assert call() == {"compiled": [], "problems": ["", "", ""], "file": str(PACKAGE / "rules" / "abatement.py")}


def test_what_was_compiled_may_be_moved_with_its_source(empty, small, call, tmp_path):
    """Another path, other dates, letters of another script: nothing is compiled anew."""
    compile_all(workers=1)
    other = tmp_path / "另一个 folder"
    shutil.copytree(PACKAGE, other / "ccepz_sim", ignore=shutil.ignore_patterns("__pycache__"))
    for file in (other / "ccepz_sim").rglob("*.py"):
        file.touch()
    shutil.move(empty, other / "规则 rules")
    found = call(CCEPZ_RULES=str(other / "规则 rules"), PYTHONPATH=str(other))
    assert found["file"].startswith(str(other))
    assert found["compiled"] == []


def test_another_processor_has_rules_of_its_own(empty, small, call, monkeypatch):
    compile_all(workers=1)
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    recorded._processor.cache_clear()
    try:
        assert len(recorded.missing()) == len(small)
        assert call()["compiled"]
        assert recorded.missing() == []
    finally:
        recorded._processor.cache_clear()


def test_what_cannot_be_read_is_compiled_anew(empty, small, call):
    compile_all(workers=1)
    for file in empty.rglob("*.rule"):
        file.write_bytes(b"\x80")
    assert set(call()["compiled"]) == {rule.name for rule in small}
    assert call()["compiled"] == []


def test_a_folder_that_takes_no_files_stops_no_run(empty, small, call):
    empty.parent.mkdir(exist_ok=True)
    empty.write_text("no folder")
    assert call()["problems"] == ["", "", ""]
    assert compile_all(workers=1).problems == {}


def test_a_rule_that_is_gone_is_told_and_stops_nothing(empty, small, monkeypatch):
    gone = Rule("ccepz_sim.state.ledger._no_such_rule", (["float64"],), 1.0, ())
    odd = Rule("ccepz_sim.state.ledger._total", (["money"],), 1.0, (gone.name,))
    monkeypatch.setattr(recorded, "recorded_rules", lambda: (gone, odd, small[0]))
    report = compile_all(workers=1)
    assert set(report.problems) == {gone.name, odd.name}
    assert set(report.by_rule) == {small[0].name}


def test_a_process_that_dies_is_told_and_the_rest_goes_on(empty, small, monkeypatch):
    monkeypatch.setattr(driver, "WORKER", "import sys; sys.stdin.readline()")
    report = compile_all(workers=2)
    assert report.by_rule == {}
    assert 0 < len(report.problems) <= 2


def test_a_second_process_waits_for_the_first(empty, small, monkeypatch):
    """The one that comes later finds everything done."""
    inside, go = threading.Event(), threading.Event()
    begun: list[int] = []

    class Work:
        workers, by_rule, problems = 1, {}, {}

        def __init__(self, rules, *_):
            begun.append(len(rules))

        def run(self):
            inside.set()
            assert go.wait(60)
            monkeypatch.setattr(recorded, "recorded_rules", tuple)

    monkeypatch.setattr(driver, "_Work", Work)
    threads = [threading.Thread(target=compile_all) for _ in range(2)]
    threads[0].start()
    assert inside.wait(60)
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join(60)
    assert begun == [3]


def test_rules_wait_for_those_they_call():
    rules = {
        "leaf": Rule("m.leaf", (), 1.0, ()),
        "middle": Rule("m.middle", (), 2.0, ("m.leaf",)),
        "top": Rule("m.top", (), 4.0, ("m.middle", "m.elsewhere")),
        "alone": Rule("m.alone", (), 3.0, ()),
    }
    named = {rule.name: rule for rule in rules.values()}
    assert driver._chains(named) == {"m.leaf": 7.0, "m.middle": 6.0, "m.top": 4.0, "m.alone": 3.0}
    work = driver._Work(list(named.values()), 1, lambda _: None, patient=False)
    order = []
    while (rule := work._take()) is not None:
        order.append(rule.function)
        work._end(rule, 0.0, "")
    assert order == ["leaf", "middle", "top", "alone"]


def test_rules_said_to_wait_for_one_another_are_compiled_all_the_same():
    """A record may be wrong, and a rule may call itself."""
    rules = [
        Rule("m.one", (), 1.0, ("m.other",)),
        Rule("m.other", (), 2.0, ("m.one",)),
        Rule("m.own", (), 1.0, ("m.own",)),
    ]
    work = driver._Work(rules, 2, lambda _: None, patient=False)
    order = []
    while (rule := work._take()) is not None:
        order.append(rule.name)
        work._end(rule, 0.0, "")
    assert sorted(order) == ["m.one", "m.other", "m.own"]


def test_the_first_miss_of_a_process_compiles_everything(monkeypatch, capsys):
    heavy = [Rule("m.heavy", (), driver.WORTH + 1.0, ())]
    compiled = []
    monkeypatch.setattr(driver, "_alone", threading.Event())
    monkeypatch.setattr(driver, "missing", lambda: heavy)
    monkeypatch.setattr(driver, "compile_all", compiled.append)
    assert first_miss()
    assert not first_miss()
    assert len(compiled) == 1
    assert capsys.readouterr().err.count("\n") == 2


def test_a_few_rules_are_compiled_where_they_are_called(monkeypatch):
    monkeypatch.setattr(driver, "_alone", threading.Event())
    monkeypatch.setattr(driver, "missing", lambda: [Rule("m.light", (), driver.WORTH / 2.0, ())])
    monkeypatch.setattr(driver, "compile_all", lambda _: pytest.fail("not worth it"))
    assert not first_miss()


def test_a_rule_that_is_missing_asks_for_all(empty, monkeypatch):
    """In a process of its own: a rule that this one has called already is not looked for again."""
    code = (
        "import ccepz_sim.numerics.compiling as c, ccepz_sim.numerics.compiling.driver as d, numpy as np\n"
        "asked = []\nd.compile_all = lambda _: asked.append(1)\n"
        "from ccepz_sim.numerics.arrays import power\npower(2.0, 3.0)\nprint(asked)"
    )
    done = __import__("subprocess").run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [1]


def test_no_more_processes_than_memory_holds(monkeypatch):
    if not hasattr(driver.os, "sysconf"):
        pytest.skip("this system does not say how much memory is free")
    sizes = {"SC_PAGE_SIZE": 4096, "SC_AVPHYS_PAGES": 3 * driver.MEMORY // 4096}
    monkeypatch.setattr(driver.os, "sysconf", sizes.__getitem__)
    monkeypatch.setattr(driver.os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert driver.usual_workers() == 3
    sizes["SC_AVPHYS_PAGES"] = 1
    assert driver.usual_workers() == 1
