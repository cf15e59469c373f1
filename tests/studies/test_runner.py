"""Nothing finished is lost, only what is left runs again, and the finished study is the same bytes."""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ccepz_sim.content.schema.study import Study
from ccepz_sim.studies import runner, store
from ccepz_sim.studies.engines import LocalPool
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.run_ledger import FILE, RunLedger
from tests.studies.conftest import RUNS, files
from tests.studies.faults import Faults, FaultyPool, InPlace

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name == "nt", reason="needs signals and limits of POSIX")


def go(study: Study, folder: Path, faults: Faults, workers: int = 0, **more: Any) -> runner.Ended:
    """Work on a study with faults: in this process, or with workers of its own where they matter."""
    engine = FaultyPool(workers, faults) if workers else InPlace(faults)
    return runner.run_study(study, folder, engine=engine, **more)


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    """No fault, but a log."""
    return Faults(tmp_path)


@pytest.fixture
def whole(small_shards: int, pretended: dict[str, bytes]) -> dict[str, bytes]:
    """The files of the study when one worker makes it without a break."""
    return pretended


def statuses(folder: Path) -> dict[int, str]:
    """Return the status of each run."""
    base = sqlite3.connect(folder / FILE)
    found = dict(base.execute("SELECT run, status FROM runs"))
    base.close()
    return found


def test_the_model_gives_the_same_bytes_with_one_worker_and_two(make, tmp_path) -> None:
    study = make(seeds=2, expected_runs=8)
    for workers in (1, 2):
        ended = runner.run_study(study, tmp_path / str(workers), workers=workers)
        assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": 8, "FAILED": 0, "ABORTED": 0}
    assert files(tmp_path / "1") == files(tmp_path / "2")


def test_stopped_again_and_again_it_is_the_same_bytes(study, faults, whole, tmp_path) -> None:
    folder = tmp_path / "broken"
    sessions = 0
    while True:
        seen: list[runner.Progress] = []
        ended = go(study, folder, faults, tick=seen.append, stopped=lambda: len(seen) >= 3)  # noqa: B023
        sessions += 1
        assert sessions < RUNS
        if ended.finished:
            break
        assert sum(status != "PENDING" for status in statuses(folder).values()) == RUNS - ended.counts["PENDING"]
    assert sessions > 1
    assert files(folder) == whole
    assert go(study, folder, faults).earlier == RUNS
    assert files(folder) == whole


def test_a_run_that_raises_is_recorded_and_all_others_finish(study, tmp_path) -> None:
    faults = Faults(tmp_path, raises=frozenset({3, 17}))
    ended = go(study, tmp_path / "out", faults)
    assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": RUNS - 2, "FAILED": 2, "ABORTED": 0}
    assert sorted(faults.started()) == list(range(RUNS))
    first, second = json.loads((tmp_path / "out" / "failures.json").read_text("utf-8"))
    assert (first["run"], second["run"]) == (3, 17)
    assert first["error"] == "ValueError: run 3 was told to fail"
    assert "Traceback" in first["traceback"]
    assert {"seed", "policy", "scenario", "levers", "parameters"} <= set(first)
    held = pq.read_table(tmp_path / "out" / "shards").to_pandas()
    assert set(held["run"]) == set(range(RUNS)) - {3, 17}


def test_retry_runs_only_what_failed_and_mends_the_shards(study, faults, whole, tmp_path) -> None:
    folder = tmp_path / "out"
    failing = Faults(tmp_path / "log", raises=frozenset({3, 30}))
    failing.folder.mkdir()
    go(study, folder, failing)
    assert go(study, folder, faults).earlier == RUNS
    ended = go(study, folder, faults, retry=True)
    assert ended.counts["SUCCEEDED"] == RUNS
    assert sorted(faults.started()) == [3, 30]
    assert files(folder) == whole


@posix
def test_a_run_that_kills_its_worker_twice_is_set_aside(study, tmp_path) -> None:
    faults = Faults(tmp_path, kills=frozenset({11}))
    ended = go(study, tmp_path / "out", faults, 2)
    assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": RUNS - 1, "FAILED": 0, "ABORTED": 1}
    started = faults.started()
    assert started.count(11) == 2
    (record,) = json.loads((tmp_path / "out" / "failures.json").read_text("utf-8"))
    assert (record["run"], record["status"]) == (11, "ABORTED")
    assert record["error"] == "worker killed by SIGKILL"


@posix
def test_a_worker_that_is_killed_once_costs_its_batch_only(study, faults, whole, tmp_path) -> None:
    killed = Faults(tmp_path / "log", kills_once=frozenset({5, 25}))
    killed.folder.mkdir()
    ended = go(study, tmp_path / "out", killed, 2)
    assert ended.counts["SUCCEEDED"] == RUNS
    assert ended.deaths >= 2
    assert files(tmp_path / "out") == whole


@posix
def test_two_killers_and_a_failure_at_once(study, tmp_path) -> None:
    faults = Faults(tmp_path, kills=frozenset({0, 1}), raises=frozenset({2}), kills_once=frozenset({39}))
    ended = go(study, tmp_path / "out", faults, 2)
    assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": RUNS - 3, "FAILED": 1, "ABORTED": 2}


def driver(folder: Path, faults: Faults, before: str = "", **more: Any) -> subprocess.Popen[str]:
    """Start a driver of its own on the small study."""
    code = f"""
import sys
from pathlib import Path
{before}
from tests.studies.conftest import document
from tests.studies.faults import FaultyPool, Faults
from ccepz_sim.content.loading import load_content
from ccepz_sim.studies import runner, store
from ccepz_sim.studies.extras import StudyError
if __name__ == "__main__":
    store.MOST_RUNS_OF_SHARD = 8
    study = load_content().read_study(document(), "tried.toml")
    engine = FaultyPool(2, Faults(Path({str(faults.folder)!r}), **{more!r}))
    try:
        runner.run_study(study, Path({str(folder)!r}), engine=engine)
    except StudyError as error:
        print(error.key)
        sys.exit(2)
"""
    script = faults.folder / "driver.py"
    script.write_text(code, "utf-8")
    return subprocess.Popen([sys.executable, script], cwd=ROOT, stdout=subprocess.PIPE, text=True)


@posix
def test_a_killed_driver_loses_no_finished_run(study, faults, whole, tmp_path) -> None:
    folder = tmp_path / "out"
    process = driver(folder, faults, pause=0.15)
    until = time.monotonic() + 60
    while len(faults.started()) < RUNS // 2 and time.monotonic() < until:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    time.sleep(0.5)  # its workers notice and end
    before = faults.started()
    done = {run for run, status in statuses(folder).items() if status == "SUCCEEDED"}
    assert 0 < len(done) < RUNS
    ended = go(study, folder, faults)
    assert ended.earlier == len(done)
    again = faults.started()[len(before) :]
    assert sorted(again) == sorted(set(range(RUNS)) - done)
    assert files(folder) == whole


LIMIT = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
"""


@posix
def test_a_full_disk_is_one_sentence_and_costs_nothing_finished(study, faults, whole, tmp_path) -> None:
    folder = tmp_path / "out"
    process = driver(folder, faults, before=LIMIT)
    told, _ = process.communicate(timeout=120)
    assert (told.strip(), process.returncode) == ("disk_full", 2)
    assert not list(folder.rglob(f"*{store.TEMPORARY}"))
    ended = go(study, folder, faults)
    assert ended.finished
    assert files(folder) == whole


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG])
def test_no_room_for_a_shard(study, faults, whole, tmp_path, monkeypatch, number) -> None:
    folder = tmp_path / "out"
    write, calls = store.pq.write_table, []

    def full(table: Any, path: Path, **more: Any) -> None:
        calls.append(path)
        write(table, path, **more)
        if len(calls) == 3:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(store.pq, "write_table", full)
    with pytest.raises(StudyError) as caught:
        go(study, folder, faults)
    assert caught.value.key == "disk_full"
    assert "room" in caught.value.sentence("en")
    monkeypatch.undo()
    monkeypatch.setattr(store, "MOST_RUNS_OF_SHARD", 8)
    done = sum(status == "SUCCEEDED" for status in statuses(folder).values())
    assert done >= 3 * 8 - 8
    before = len(faults.started())
    assert go(study, folder, faults).earlier == done
    assert len(faults.started()) - before == RUNS - done
    assert files(folder) == whole


@pytest.mark.parametrize("harm", ["shorten", "delete", "alter"])
def test_a_damaged_shard_is_found_and_its_runs_are_run_again(study, faults, whole, tmp_path, harm) -> None:
    folder = tmp_path / "out"
    go(study, folder, faults)
    shard = folder / "shards" / "00002.parquet"
    data = shard.read_bytes()
    if harm == "delete":
        shard.unlink()
    else:
        shard.write_bytes(data[:-7] if harm == "shorten" else data[:50] + bytes([data[50] ^ 1]) + data[51:])
    before = len(faults.started())
    ended = go(study, folder, faults)
    assert ended.repaired == 8
    assert sorted(faults.started()[before:]) == list(range(16, 24))
    assert files(folder) == whole


def test_a_run_that_takes_too_long_has_failed(make, tmp_path) -> None:
    study = make(seeds=1, expected_runs=4)
    faults = Faults(tmp_path, dawdles=frozenset({1}))
    ended = go(study, tmp_path / "out", faults, 2, limit=0.3)
    assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": 3, "FAILED": 1, "ABORTED": 0}
    (record,) = json.loads((tmp_path / "out" / "failures.json").read_text("utf-8"))
    assert "longer than 0.3 s" in record["error"]


def test_the_model_hears_the_limit_of_time(make, tmp_path) -> None:
    ended = runner.run_study(make(seeds=1, expected_runs=4), tmp_path / "out", workers=1, limit=1e-6)
    assert ended.counts["FAILED"] == 4


def test_a_run_that_never_ends_is_set_aside(make, tmp_path) -> None:
    study = make(seeds=1, expected_runs=4)
    ended = go(study, tmp_path / "out", Faults(tmp_path, hangs=frozenset({2})), 2, limit=0.2)
    assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": 3, "FAILED": 0, "ABORTED": 1}
    (record,) = json.loads((tmp_path / "out" / "failures.json").read_text("utf-8"))
    assert record["error"] == "worker ended with exit code 75"


def test_other_settings_or_content_do_not_mix(study, make, faults, content, tmp_path) -> None:
    folder = tmp_path / "out"
    go(study, folder, faults)
    with pytest.raises(StudyError) as caught:
        go(make(relations={"years": 2, "scale": 0.0005}), folder, faults)
    assert caught.value.key == "changed_study_hash"
    with pytest.raises(StudyError) as caught:
        go(study, folder, faults, content=content.with_parameters({"collusion.belief_speed": 0.3}))
    assert caught.value.key == "changed_content_hash"


def test_words_may_change_while_a_study_lies_there(study, make, faults, tmp_path) -> None:
    go(study, tmp_path / "out", faults)
    other = make(label={"en": "Better words", "zh": "更好的名称"})
    assert go(other, tmp_path / "out", faults).earlier == RUNS


def test_a_strange_folder_is_not_touched(study, faults, tmp_path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(StudyError) as caught:
        go(study, folder, faults)
    assert caught.value.key == "out_foreign"
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_two_drivers_do_not_share_a_folder(study, faults, tmp_path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    ledger = RunLedger(folder, RUNS, "key")
    with pytest.raises(StudyError) as caught:
        RunLedger(folder, RUNS, "key")
    assert caught.value.key == "busy"
    ledger.close()


def test_a_damaged_ledger_is_told(study, faults, whole, tmp_path) -> None:
    folder = tmp_path / "out"
    go(study, folder, faults)
    (folder / FILE).write_bytes(b"not a data base at all" * 100)
    with pytest.raises(StudyError) as caught:
        go(study, folder, faults)
    assert caught.value.key == "ledger_damaged"
    (folder / FILE).unlink()
    assert go(study, folder, faults).finished
    assert files(folder) == whole


@posix
def test_a_killed_worker_of_the_pool_is_replaced() -> None:
    pool = LocalPool(1)
    try:
        assert pool.submit(abs, -1).result() == 1
        dying = pool.submit(os.kill, pool._processes[0].pid, signal.SIGKILL)
        with pytest.raises(pool.deaths):
            dying.result()
        assert pool.why(dying, RuntimeError()) == "worker killed by SIGKILL"
        assert pool.submit(abs, -2).result() == 2
    finally:
        pool.stop()
