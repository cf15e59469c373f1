"""A real scheduler and two real workers on loopback: a killed worker costs nothing, the bytes are the local pool's."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim import load_study
from ccepz_sim.studies import runner
from ccepz_sim.studies.engines import Cluster
from ccepz_sim.studies.extras import StudyError
from tests.studies.conftest import RUNS, files
from tests.studies.faults import Faults, FaultyCluster, InPlace
from tests.studies.test_models import FEWER, MODEL, in_process, of_workers

pytest.importorskip("distributed")
PATIENCE = 60
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("cluster"),
    pytest.mark.skipif(os.name == "nt", reason="kills with signals of POSIX"),
]


class Machines:
    """A scheduler and worker processes, each its own process as on machines of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            **os.environ,
            "PYTHONWARNINGS": "ignore",
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        }
        self.processes: list[subprocess.Popen[str]] = []
        log = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")
        self.address = self._seen(log, r"tcp://127\.0\.0\.1:\d+")

    def worker(self) -> subprocess.Popen[str]:
        """Start a worker without a nanny and wait until the scheduler has it."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        log = self._start("worker", self.address, *options, "--local-directory", str(self.folder))
        self._seen(log, "Registered to")
        return self.processes[-1]

    def _start(self, *command: str) -> Path:
        log = self.folder / f"{command[0]}-{len(self.processes)}.log"
        with log.open("w") as file:
            arguments = [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]]
            process = subprocess.Popen(
                arguments, env=self.environ, stdout=file, stderr=file, cwd=self.folder, text=True
            )
        self.processes.append(process)
        return log

    def _seen(self, log: Path, pattern: str) -> str:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := re.search(pattern, log.read_text()):
                return found[0]
            time.sleep(0.1)
        raise TimeoutError(log.read_text())


@contextmanager
def machines(folder: Path) -> Iterator[Machines]:
    """Start a scheduler; end every process at the end."""
    folder.mkdir()
    made = Machines(folder)
    try:
        yield made
    finally:
        for process in made.processes:
            process.kill()
            process.wait()


@pytest.fixture
def whole(small_shards, pretended) -> dict[str, bytes]:
    """The files of the study as the local pool makes them."""
    return pretended


@pytest.mark.filterwarnings("ignore")
def test_a_killed_worker_and_a_failing_run(study, whole, tmp_path) -> None:
    with machines(tmp_path / "machines") as cluster:
        first, _second = cluster.worker(), cluster.worker()
        faults = Faults(tmp_path, pause=0.1)

        def kill() -> None:
            until = time.monotonic() + PATIENCE
            while len(faults.started()) < RUNS // 3 and time.monotonic() < until:
                time.sleep(0.05)
            first.send_signal(signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        ended = runner.run_study(study, tmp_path / "out", engine=FaultyCluster(cluster.address, faults))
        killer.join()
        assert first.wait(PATIENCE) == -signal.SIGKILL
        assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": RUNS, "FAILED": 0, "ABORTED": 0}
        assert files(tmp_path / "out") == whole
        repeated = len(faults.started()) - RUNS
        assert repeated < RUNS // 2
        # The same cluster, now with one worker, goes on with another study: one run fails, nothing else.
        failing = Faults(tmp_path / "failing-log", raises=frozenset({4}))
        failing.folder.mkdir()
        ended = runner.run_study(study, tmp_path / "failing", engine=FaultyCluster(cluster.address, failing))
        assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": RUNS - 1, "FAILED": 1, "ABORTED": 0}


@pytest.mark.filterwarnings("ignore")
def test_a_model_of_ones_own_runs_where_workers_can_import_it(make, content, tmp_path, monkeypatch) -> None:
    """The same bytes as here; a worker without the module, or with another one, says so."""
    folder, name = tmp_path / "models", f"cluster_model_{os.getpid()}"
    folder.mkdir()
    stops = "def late(zone):\n    return zone.year >= 2016.5\n\n\nclass Own"
    (folder / f"{name}.py").write_text(MODEL.replace("class Own", stops) + "    own_stops = (late,)\n", "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    relations = {"years": 1, "every": "quarter", "scale": 0.0005, "model": f"{name}:Own"}
    study = make(relations=relations, **FEWER)
    with machines(tmp_path / "machines") as cluster:
        cluster.environ["PYTHONPATH"] = str(folder)
        worker = cluster.worker()
        ended = runner.run_study(study, tmp_path / "out", engine=Cluster(cluster.address))
        assert ended.counts["SUCCEEDED"] == study.runs
        assert of_workers(tmp_path / "out", study) == in_process(study, content)
        assert load_study(tmp_path / "out").stopped == study.runs, "each lives three quarters"
        assert len(list((tmp_path / "out" / "panels" / "Panel").iterdir())) == study.runs
        worker.kill()
        worker.wait(PATIENCE)
        cluster.environ["PYTHONPATH"] = str(tmp_path / "nothing")
        cluster.worker()
        with pytest.raises(StudyError, match="must lie where every worker finds it"):
            runner.run_study(study, tmp_path / "other", engine=Cluster(cluster.address))


@pytest.mark.filterwarnings("ignore")
def test_a_run_that_kills_workers_is_set_aside(make, tmp_path) -> None:
    study = make(seeds=2, expected_runs=8)
    faults = Faults(tmp_path, kills=frozenset({3}))
    with machines(tmp_path / "machines") as cluster:
        stop = threading.Event()
        cluster.worker()

        def supply() -> None:
            # What a batch system or a nanny does: a worker that is lost is replaced.
            while not stop.is_set():
                if cluster.processes[-1].poll() is not None:
                    cluster.worker()
                time.sleep(0.1)

        keeper = threading.Thread(target=supply)
        keeper.start()
        try:
            ended = runner.run_study(study, tmp_path / "out", engine=FaultyCluster(cluster.address, faults))
        finally:
            stop.set()
            keeper.join()
    assert dict(ended.counts) == {"PENDING": 0, "SUCCEEDED": 7, "FAILED": 0, "ABORTED": 1}


@pytest.mark.filterwarnings("ignore")
def test_the_model_itself_gives_the_bytes_of_the_local_pool(make, tmp_path) -> None:
    study = make(seeds=2, expected_runs=8)
    runner.run_study(study, tmp_path / "local", workers=1)
    with machines(tmp_path / "machines") as cluster:
        cluster.worker()
        runner.run_study(study, tmp_path / "out", engine=Cluster(cluster.address))
    assert files(tmp_path / "out") == files(tmp_path / "local")


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_dies_is_told_and_the_study_goes_on(study, whole, tmp_path) -> None:
    faults = Faults(tmp_path, pause=0.1)
    with machines(tmp_path / "machines") as cluster:
        cluster.worker()

        def kill() -> None:
            until = time.monotonic() + PATIENCE
            while len(faults.started()) < RUNS // 3 and time.monotonic() < until:
                time.sleep(0.05)
            cluster.processes[0].kill()

        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(StudyError) as caught:
            runner.run_study(study, tmp_path / "out", engine=FaultyCluster(cluster.address, faults))
        killer.join()
    assert caught.value.key == "scheduler_lost"
    ended: Any = runner.run_study(study, tmp_path / "out", engine=InPlace(Faults(tmp_path)))
    assert 0 < ended.earlier < RUNS
    assert files(tmp_path / "out") == whole


@pytest.mark.filterwarnings("ignore")
def test_nobody_at_an_address(monkeypatch) -> None:
    monkeypatch.setattr("ccepz_sim.studies.engines.CONNECT", 1.0)
    with pytest.raises(StudyError) as caught:
        Cluster("tcp://127.0.0.1:9")
    assert caught.value.key == "no_scheduler"
