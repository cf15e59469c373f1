"""Drivers, workers, disks and files that fail: nothing finished is lost, the folder stays resumable, one sentence."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ccepz_sim import load_study
from ccepz_sim.content.loading import load_content
from ccepz_sim.studies import engines, runner, store
from ccepz_sim.studies.engines import LocalPool
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.run_ledger import FILE, written_shards
from ccepz_sim.studies.simulate import Result
from tests.studies.conftest import RUNS, document, files
from tests.studies.faults import Faults, dying_worker
from tests.studies.test_results import Known
from tests.studies.test_runner import driver, statuses

FLIPS = 40  # thousands were tried once
ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name == "nt", reason="needs signals and processes of POSIX")


def formula(run, _study) -> float:
    return 1000.0 * run.seed + 10.0 * run.policy + len(run.decisions)


def work(study, folder, **more):
    """Work a study through in this process, without the model."""
    return runner.run_study(study, folder, engine=Known(formula), **more)


def half_done(study, folder) -> Path:
    """Work on a study and stop in the middle of a shard."""
    seen: list[runner.Progress] = []
    ended = work(study, folder, tick=seen.append, stopped=lambda: bool(seen) and seen[-1].ended >= 18)
    assert 0 < ended.counts["PENDING"] < RUNS
    return folder / FILE


@pytest.fixture
def whole(study, small_shards, tmp_path) -> dict[str, bytes]:
    """The files of the study when nothing goes wrong."""
    work(study, tmp_path / "whole")
    return files(tmp_path / "whole")


@posix
def test_a_second_driver_is_sent_away_and_disturbs_nothing(study, small_shards, tmp_path) -> None:
    faults = Faults(tmp_path / "log", pause=0.1)
    faults.folder.mkdir()
    folder = tmp_path / "out"
    first = driver(folder, faults, pause=0.1)
    until = time.monotonic() + 120
    sent_away = 0
    while first.poll() is None and time.monotonic() < until:
        if not faults.started():
            time.sleep(0.05)
            continue
        try:
            work(study, folder)
        except StudyError as error:
            assert error.key == "busy"  # noqa: PT017 - the last try may come after the end
            sent_away += 1
        time.sleep(0.05)
    told, _ = first.communicate(timeout=120)
    assert (told, first.returncode) == ("", 0)
    assert sent_away > 1
    assert sorted(faults.started()) == list(range(RUNS))
    assert work(study, folder).earlier == RUNS
    assert load_study(folder).lost == 0


@posix
def test_two_drivers_that_begin_at_once(small_shards, tmp_path) -> None:
    logs = [Faults(tmp_path / f"log{number}", pause=0.05) for number in range(3)]
    for log in logs:
        log.folder.mkdir()
    started = [driver(tmp_path / "out", log, pause=0.05) for log in logs]
    told = [process.communicate(timeout=300)[0].strip() for process in started]
    codes = [process.returncode for process in started]
    # Whoever comes when all is done finds all done; the others were told that somebody is at work.
    assert set(zip(told, codes, strict=True)) <= {("", 0), ("busy", 2)}
    assert codes.count(0) >= 1
    assert sorted(run for log in logs for run in log.started()) == list(range(RUNS))


HARM = {
    "replaced": lambda path: path.write_bytes(b"not a data base at all" * 100),
    "shortened": lambda path: path.write_bytes(path.read_bytes()[:-5000]),
    "pages of nothing": lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(path.stat().st_size - 4096)),
    "pages of something": lambda path: path.write_bytes(path.read_bytes()[:4096] + os.urandom(path.stat().st_size)),
    "a run less": "DELETE FROM runs WHERE run = 7",
    "a word nobody knows": "UPDATE runs SET status = 'DONE' WHERE run = 7",
    "a success without outcomes": "DELETE FROM outcomes WHERE run = (SELECT max(run) FROM outcomes)",
    "other outcomes": "UPDATE outcomes SET held = zeroblob(length(held))",
    "no table": "DROP TABLE outcomes",
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_a_damaged_ledger_is_told_like_one_that_was_replaced(study, small_shards, tmp_path, harm) -> None:
    ledger = half_done(study, tmp_path / "out")
    if isinstance(harm, str):
        with sqlite3.connect(ledger) as base:
            base.execute(harm)
        base.close()
    else:
        harm(ledger)
    with pytest.raises(StudyError) as caught:
        work(study, tmp_path / "out")
    assert caught.value.key == "ledger_damaged"
    assert caught.value.fields["file"] == ledger
    for lang in ("en", "zh"):
        assert FILE in caught.value.sentence(lang)


def test_a_deleted_ledger_repeats_the_runs(study, whole, tmp_path) -> None:
    half_done(study, tmp_path / "out").unlink()
    assert work(study, tmp_path / "out").earlier == 0
    assert files(tmp_path / "out") == whole


def test_the_ledger_of_another_study_is_no_ledger_of_this_one(study, make, small_shards, tmp_path) -> None:
    half_done(study, tmp_path / "out")
    other = half_done(make(packages=["status-quo", "growth-first"]), tmp_path / "other")
    shutil.copy(other, tmp_path / "out" / FILE)
    with pytest.raises(StudyError) as caught:
        work(study, tmp_path / "out")
    assert caught.value.key == "ledger_foreign"


def test_no_byte_of_the_ledger_can_change_a_number_without_a_word(study, whole, tmp_path) -> None:
    """One flipped bit: either the same bytes come out, or one sentence."""
    ledger = half_done(study, tmp_path / "out")
    data = ledger.read_bytes()
    kept = tmp_path / "kept"
    (tmp_path / "out").rename(kept)
    luck = random.Random(1)
    used = [place for place, byte in enumerate(data) if byte]  # most of a small file is empty
    told = 0
    for number in range(FLIPS):
        folder = tmp_path / f"flipped{number}"
        shutil.copytree(kept, folder)
        place, bit = luck.choice(used), luck.randrange(8)
        (folder / FILE).write_bytes(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
        try:
            ended = work(study, folder)
        except StudyError as error:
            assert error.key in ("ledger_damaged", "ledger_foreign", "disk_failed")  # noqa: PT017 - both may come
            told += 1
        else:
            if ended.counts["SUCCEEDED"] == RUNS:
                assert files(folder) == whole, f"bit {bit} of byte {place}"
        shutil.rmtree(folder)
    assert told > 0


@pytest.mark.parametrize("left", ["manifest.json.part", "shards/00001.parquet.part", ".ccepz-abc/try"])
def test_what_a_killed_driver_left_is_cleared_away(study, whole, tmp_path, left) -> None:
    half_done(study, tmp_path / "out")
    path = tmp_path / "out" / left
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half")
    assert work(study, tmp_path / "out").finished
    assert files(tmp_path / "out") == whole


@pytest.mark.parametrize("kept", [(), ("ledger.sqlite",), ("ledger.sqlite", "shards"), ("shards-empty",)])
def test_a_driver_killed_at_its_first_steps_leaves_a_folder_that_goes_on(study, whole, tmp_path, kept) -> None:
    folder = tmp_path / "out"
    half_done(study, folder)
    for path in folder.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if "shards-empty" in kept:
        (folder / "shards").mkdir()
    if kept == ("shards-empty",):
        # Without ledger and manifest nothing says whose it is.
        with pytest.raises(StudyError):
            work(study, folder)
        return
    assert work(study, folder).finished
    assert files(folder) == whole


@posix
def test_workers_that_die_before_they_begin_cost_nothing(study, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(dying_worker.LOG, str(tmp_path / "deaths"))
    monkeypatch.setenv(dying_worker.MOST, "3")
    monkeypatch.setattr(engines, "_open", dying_worker)
    pool = LocalPool(2)
    ended = runner.run_study(study, tmp_path / "out", engine=Pretending(pool))
    assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": RUNS, "FAILED": 0, "ABORTED": 0}
    assert (tmp_path / "deaths").stat().st_size >= 3


@posix
def test_workers_that_cannot_begin_at_all_are_one_sentence(study, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(dying_worker.LOG, str(tmp_path / "deaths"))
    monkeypatch.setenv(dying_worker.MOST, "1000")
    monkeypatch.setattr(engines, "_open", dying_worker)
    with pytest.raises(StudyError) as caught:
        runner.run_study(study, tmp_path / "out", workers=2)
    assert caught.value.key == "worker_never_began"
    assert "exit code 3" in caught.value.sentence("en")
    assert set(statuses(tmp_path / "out").values()) == {"PENDING"}


class Pretending(engines.Engine):
    """A pool whose runs are made up."""

    deaths = LocalPool.deaths

    def __init__(self, pool: LocalPool) -> None:
        self.pool = pool

    @property
    def capacity(self) -> int:
        return self.pool.capacity

    def submit(self, fn, /, batch):
        return self.pool.submit(made_up, fn.args[0].study, batch)

    def began(self, future) -> bool:
        return self.pool.began(future)

    def why(self, future, error) -> str:
        return self.pool.why(future, error)

    def stop(self) -> None:
        self.pool.stop()


def made_up(study, batch):
    """Run a batch by formula, in a worker."""
    kept = (len(study.outcomes), study.relations.periods)
    return [Result(np.full(kept, formula(run, study)).astype("<f8").tobytes(), "", "", 0.0) for run in batch]


GUARDLESS = """
from pathlib import Path
from ccepz_sim.content.loading import load_content
from ccepz_sim.studies.runner import run_study
from tests.studies.conftest import document
study = load_content().read_study(document(), "tried.toml")
print(run_study(study, Path({folder!r}), workers=2).counts)
"""


@posix
@pytest.mark.parametrize("call", ["study", "validate"])
def test_a_script_without_a_main_guard_is_refused_at_once(tmp_path, call) -> None:
    folder = tmp_path / "out"
    code = GUARDLESS.format(folder=str(folder))
    if call == "validate":
        code = """
from ccepz_sim.content.loading import load_content
from ccepz_sim.studies.validate import validate
validate(load_content(), 1, workers=2)
"""
    script = tmp_path / "script.py"
    script.write_text(code, "utf-8")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 1
    assert 'if __name__ == "__main__":' in done.stderr
    assert done.stderr.count("Traceback") == 1  # that of the script itself; its workers are silent
    if call == "study":
        assert set(statuses(folder).values()) == {"PENDING"}
        ended = work(load_content().read_study(document(), "tried.toml"), folder)  # the folder is as good as new
        assert (ended.earlier, ended.counts["SUCCEEDED"]) == (0, RUNS)


def test_a_foreign_process_that_starts_is_not_taken_down(monkeypatch) -> None:
    """Only our own workers may end without a word; anybody else's gets the sentence."""
    process = engines.multiprocessing.current_process()
    monkeypatch.setattr(process, "_inheriting", True, raising=False)
    with pytest.raises(StudyError) as caught:
        LocalPool(1)
    assert caught.value.key == "no_main_guard"


@posix
def test_a_running_event_loop_and_a_thread_do_no_harm(make, tmp_path) -> None:
    study = make(seeds=1, expected_runs=4)

    async def inside():
        here = runner.run_study(study, tmp_path / "here", workers=1)
        there = await asyncio.to_thread(runner.run_study, study, tmp_path / "there", workers=1)
        return here, there

    with ThreadPoolExecutor(1) as alone:  # where other tests left a loop running in this thread
        both = alone.submit(lambda: asyncio.run(inside())).result()
    assert all(ended.counts["SUCCEEDED"] == 4 for ended in both)
    assert files(tmp_path / "here") == files(tmp_path / "there")


# results
def altered(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:60] + bytes([data[60] ^ 1]) + data[61:])


@pytest.mark.parametrize("harm", [altered, Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-9])])
def test_results_of_a_damaged_shard_are_not_shown(study, small_shards, tmp_path, harm) -> None:
    pytest.importorskip("duckdb")
    work(study, tmp_path / "out")
    harm(tmp_path / "out/shards/00002.parquet")
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path / "out")
    assert caught.value.key == "shard_damaged"
    work(study, tmp_path / "out")
    assert load_study(tmp_path / "out").ended == RUNS


def test_results_can_be_given_away_without_the_ledger(study, small_shards, tmp_path) -> None:
    pytest.importorskip("duckdb")
    work(study, tmp_path / "out")
    assert len(written_shards(tmp_path / "out")) == 5
    before = load_study(tmp_path / "out").summary()
    (tmp_path / "out" / FILE).unlink()
    assert written_shards(tmp_path / "out") is None
    assert load_study(tmp_path / "out").summary().equals(before)


def test_results_of_a_study_under_way_are_read(study, small_shards, tmp_path) -> None:
    pytest.importorskip("duckdb")
    seen: list[int] = []

    def look(progress) -> None:
        if progress.ended >= 20 and not seen:
            seen.append(load_study(tmp_path / "out").ended)

    work(study, tmp_path / "out", tick=look)
    assert seen == [16]
    half_done(study, tmp_path / "half")
    results = load_study(tmp_path / "half")
    assert set(results.outcomes["run"]) <= set(range(RUNS))


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("manifest.json", b"{", "no_study_here"),
        ("manifest.json", b"[]", "no_study_here"),
        ("manifest.json", b"\xff\xfe", "no_study_here"),
        ("manifest.json", b'{"program": "ccepz-sim", "kind": "study", "study": {"id": "x"}}', "manifest_other"),
        ("manifest.json", b'{"program": "ccepz-sim", "kind": "study"}', "manifest_other"),
        ("runs.parquet", b"PAR1", "runs_damaged"),
    ],
)
def test_a_folder_that_holds_no_results_is_one_sentence(study, tmp_path, name, data, key) -> None:
    pytest.importorskip("duckdb")
    work(study, tmp_path / "out")
    (tmp_path / "out" / name).write_bytes(data)

    def ask():
        return load_study(tmp_path / "out").runs

    with pytest.raises(StudyError) as caught:
        ask()
    assert caught.value.key == key
    if key != "no_study_here":
        return
    # The ledger knows whose folder it is.
    assert work(study, tmp_path / "out").earlier == RUNS
    assert load_study(tmp_path / "out").ended == RUNS


def test_the_words_of_a_full_disk_are_found(tmp_path) -> None:
    assert store.is_full(OSError("database or disk is full"))
