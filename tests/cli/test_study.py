"""`ccepz study` and `ccepz results` from the command line."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ccepz_sim.commands.console import Say
from ccepz_sim.commands.study import STOPS, find_study, goes_on, stoppable
from ccepz_sim.content.loading import load_content
from ccepz_sim.studies.runner import run_study
from tests.studies.test_results import Known

STUDY = """
id = "small"
label = { en = "A small study", zh = "小型研究" }
question = { en = "Does the command work?", zh = "命令是否可用？" }
design = "grid"
seeds = SEEDS
expected_runs = RUNS
packages = ["status-quo", "tax-only"]
scenarios = ["slow-recovery"]

[relations]
years = 1
scale = 0.0005

[[lever]]
id = "audit-share"
values = [0.05, 0.5]

[[outcome]]
indicator = "gdp_real"

[[outcome]]
indicator = "colluding_share"
"""


def written(folder: Path, seeds: int) -> Path:
    """Write the small study and return its file."""
    path = folder / "small.toml"
    path.write_text(STUDY.replace("SEEDS", str(seeds)).replace("RUNS", str(4 * seeds)), "utf-8")
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """The folder of the small study, run by the command."""
    from ccepz_sim.cli import main

    folder = tmp_path_factory.mktemp("study")
    arguments = ["study", str(written(folder, 2)), "--out", str(folder / "out"), "--workers", "1"]
    assert main(arguments, {"LANG": "en"}) == 0
    return folder / "out"


def test_it_runs_tells_and_goes_on(ccepz, finished, tmp_path) -> None:
    file = written(tmp_path, 2)
    again = ccepz("study", str(file), "--out", str(finished), "--workers", "1")
    assert again.code == 0
    assert "Begun earlier: 8 of 8 runs are done." in again.err
    assert "8 of 8 runs succeeded (0 of them now)" in again.out
    plain = json.loads(ccepz("study", str(file), "--out", str(finished), "--json").out)
    assert (plain["earlier"], plain["finished"], plain["counts"]["SUCCEEDED"]) == (8, True, 8)
    chinese = ccepz("study", str(file), "--out", str(finished), lang="zh")
    assert "8 次运行中成功 8 次" in chinese.out


def test_the_manifest_says_how_to_make_it_again(finished) -> None:
    manifest = json.loads((finished / "manifest.json").read_text("utf-8"))
    assert manifest["command"].startswith("ccepz study ")
    assert {"version", "content_hash", "engine_hash", "study_hash", "made_with", "study"} <= set(manifest)
    assert {"versions", "machine"} == set(manifest["made_with"])
    assert {"numba", "numpy"} <= set(manifest["made_with"]["versions"])
    assert manifest["made_with"]["machine"]["processor"]


def test_seeds_are_added_until_a_difference_is_known(ccepz, tmp_path, monkeypatch) -> None:
    from ccepz_sim.studies import runner
    from tests.studies.test_results import Known

    # Without the model: the pool that the command would make answers by a formula.
    monkeypatch.setattr(runner, "LocalPool", lambda _: Known(lambda run, _: 1e9 * (run.seed + run.policy)))
    goal = "diff(gdp_real,status-quo,tax-only) ± 1 bn"
    answer = ccepz("study", str(written(tmp_path, 2)), "--out", str(tmp_path / "out"), "--until", goal)
    assert answer.code == 0, answer.err
    assert f"Reached with 8 seeds: {goal}" in answer.out
    assert "32 of 32 runs succeeded" in answer.out
    plain = json.loads(
        ccepz("study", str(written(tmp_path, 2)), "--out", str(tmp_path / "out"), "--until", goal, "--json").out
    )
    assert (plain["seeds"], plain["reached"], plain["runs"]) == (8, True, 32)
    for arguments, told in (
        (("--until", "more"), "is not a goal"),
        (("--most-seeds", "9"), "--most-seeds means nothing with --until"),
    ):
        refused = ccepz("study", str(written(tmp_path, 2)), "--out", str(tmp_path / "new"), *arguments)
        assert (refused.code, told in refused.err) == (2, True), refused.err
    assert not (tmp_path / "new").exists()


def test_the_last_year_alone_is_told_on_the_command_line(ccepz, tmp_path) -> None:
    import numpy as np

    from tests.studies.test_results import Known

    def formula(run, _):
        gap = np.array([-10.0, -10.0, -10.0, 2.0])[:, None]
        return 100.0 + run.seed + run.policy * (gap + 0.1 * (run.seed % 3))

    file = written(tmp_path, 4)
    file.write_text(file.read_text("utf-8").replace("years = 1", "years = 4"), "utf-8")
    run_study(find_study(str(file), load_content()), tmp_path / "out", engine=Known(formula))
    answer = ccepz("results", str(tmp_path / "out"), "--diff", "status-quo", "tax-only")
    assert answer.code == 0
    assert "One year says the opposite of the years together" in answer.err
    assert "Standard error" in answer.out
    chinese = ccepz("results", str(tmp_path / "out"), "--diff", "status-quo", "tax-only", lang="zh")
    assert "单独一年与各年合计的结论相反" in chinese.err


def test_the_version_says_what_a_result_depends_on(ccepz) -> None:
    from ccepz_sim import __version__
    from ccepz_sim.studies.fingerprint import engine_hash

    answer = ccepz("--version")
    assert answer.code == 0
    for part in (__version__, engine_hash(), load_content().hash, "numba ", "numpy "):
        assert part in answer.out


def test_a_dry_run_touches_nothing(ccepz, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = ccepz("study", "smoke", "--dry-run")
    assert (answer.code, answer.err) == (0, "")
    assert "96 runs = 2 points (grid) × 3 policies × 2 scenarios × 8 seeds" in answer.out
    plain = json.loads(ccepz("study", "ten-thousand", "--dry-run", "--json").out)
    assert (plain["runs"], plain["begun"]) == (10_000, False)
    assert list(tmp_path.iterdir()) == []


def test_studies_are_listed(ccepz) -> None:
    answer = ccepz("list", "studies")
    assert "collusion-screening" in answer.out
    assert "10,000" in answer.out
    listed = json.loads(ccepz("list", "studies", "--json").out)
    assert {"id", "design", "outcomes", "question"} <= set(listed[0])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("study", "smoke-test"), "no study “smoke-test”. Did you mean “smoke”?"),
        (("study", "none.toml"), "no file none.toml"),
        (("study",), "Missing"),
        (("study", "smoke", "--workers", "0"), "--workers"),
        (("study", "smoke", "--timeout", "soon"), "--timeout takes a number of seconds"),
        (("results", "nowhere"), "holds no study"),
        (("results", ".", "--table", "--csv"), "cannot be given together"),
    ],
)
def test_a_mistake_is_one_sentence(ccepz, tmp_path, monkeypatch, arguments, told) -> None:
    monkeypatch.chdir(tmp_path)
    answer = ccepz(*arguments)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert ccepz(*arguments, lang="zh").err != answer.err


def test_a_broken_file_is_told(ccepz, tmp_path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("id = ", "utf-8")
    answer = ccepz("study", str(broken))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "broken.toml:1: The file is not valid TOML (line 1, column 6): Invalid value.\n"
    wrong = written(tmp_path, 2)
    wrong.write_text(wrong.read_text("utf-8").replace("0.5]", "5]"), "utf-8")
    answer = ccepz("study", str(wrong))
    assert answer.code == 2
    assert "small.toml [lever[1].values[2]]: The value 5 is out of bounds." in answer.err


def test_results_as_tables(ccepz, finished) -> None:
    table = ccepz("results", str(finished))
    assert (table.code, table.err) == (0, "")
    assert "GDP at 2010 prices" in table.out
    assert "年价" in ccepz("results", str(finished), "--table", lang="zh").out
    plain = json.loads(ccepz("results", str(finished), "--json").out)
    assert {row["outcome"] for row in plain} == {"gdp_real", "colluding_share"}
    rows = list(csv.DictReader(io.StringIO(ccepz("results", str(finished), "--csv").out)))
    assert len(rows) == 8 * 2
    assert {"run", "policy", "seed", "audit-share", "indicator", "value"} <= set(rows[0])


@pytest.mark.parametrize(
    "asked",
    [
        ("--fan", "colluding_share"),
        ("--diff", "status-quo", "tax-only"),
        ("--tornado", "--indicator", "colluding_share"),
        ("--pareto", "gdp_real", "colluding_share"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_results_as_figures(ccepz, finished, tmp_path, asked, lang) -> None:
    answer = ccepz("results", str(finished), *asked, "--out", str(tmp_path / "figure"), lang=lang)
    assert (answer.code, answer.err) == (0, "")
    own = ["figure.en.txt", "figure.json", "figure.png", "figure.svg", "figure.zh.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == own


def test_what_was_not_varied_cannot_be_drawn(ccepz, finished) -> None:
    answer = ccepz("results", str(finished), "--phase", "audit-share", "audit-shares")
    assert answer.code == 2
    assert "Did you mean “audit-share”?" in answer.err


def test_figures_lie_with_the_study(ccepz, finished) -> None:
    ccepz("results", str(finished), "--fan", "gdp_real")
    assert (finished / "figures" / "fan-gdp_real.svg").exists()
    # The folder of figures is no stranger to the study.
    assert ccepz("study", str(written(finished.parent, 2)), "--out", str(finished)).code == 0


posix = pytest.mark.skipif(os.name == "nt", reason="sends signals of POSIX")


MANY, FEW = 30, 4  # seeds: enough to be stopped in the middle, and few enough to wait for


def begun(folder: Path, seeds: int = MANY, *, pipe: bool = False) -> subprocess.Popen[str]:
    """Start the small study as a program of its own and wait until it has recorded some runs."""
    file = written(folder, seeds)
    arguments = ["study", str(file), "--out", str(folder / "out"), "--workers", "1"]
    command = [sys.executable, "-m", "ccepz_sim.cli", *arguments]
    environ = {**os.environ, "LANG": "en_GB.UTF-8"}
    errors = subprocess.STDOUT if pipe else subprocess.PIPE
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environ)
    if pipe:
        return process
    log = folder / "out" / "ledger.sqlite-wal"
    sizes: set[int] = set()
    until = time.monotonic() + 240
    while len(sizes) < 4 and time.monotonic() < until and process.poll() is None:
        if log.exists():
            sizes.add(log.stat().st_size)
        time.sleep(0.05)
    assert len(sizes) >= 4
    return process


def ended_runs(folder: Path) -> int:
    """Return how many runs of the small study have ended."""
    with contextlib.closing(sqlite3.connect(folder / "out" / "ledger.sqlite")) as base:
        return int(base.execute("SELECT count(*) FROM runs WHERE status = 'SUCCEEDED'").fetchone()[0])


@pytest.mark.slow
@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_cleanly_and_the_same_command_goes_on(tmp_path, number) -> None:
    process = begun(tmp_path)
    process.send_signal(number)
    told, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Stopped with" in told
    assert "Stopping; once more to leave at once." in errors
    assert "Traceback" not in errors
    assert (tmp_path / "out" / "runs.parquet").exists()
    assert not (tmp_path / "out" / "ledger.sqlite-wal").exists()
    assert 0 < ended_runs(tmp_path) < 4 * MANY


@pytest.mark.slow
@posix
def test_ctrl_c_twice_leaves_at_once_and_loses_nothing(tmp_path) -> None:
    process = begun(tmp_path)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    said = ""
    while "Stopping" not in said:
        line = process.stderr.readline()
        assert line, "it ended before it stopped"
        said += line
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    # The second may come too late to matter.
    assert "Left at once; all finished runs that were noted are safe" in errors or not errors
    assert "Traceback" not in said + errors
    assert "Exception" not in said + errors
    done = ended_runs(tmp_path)
    assert 0 < done < 4 * MANY
    study = find_study(str(tmp_path / "small.toml"), load_content())
    again = run_study(study, tmp_path / "out", engine=Known(lambda *_: 0.0))
    assert (again.earlier, again.counts["SUCCEEDED"]) == (done, 4 * MANY)


@pytest.mark.slow
@posix
def test_a_reader_that_has_seen_enough_does_not_end_a_study(tmp_path) -> None:
    """`ccepz study … 2>&1 | head -1`: what it would still say is lost, what it does is not."""
    process = begun(tmp_path, FEW, pipe=True)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=600) == 0
    assert ended_runs(tmp_path) == 4 * FEW


@posix
@pytest.mark.parametrize("number", STOPS)
def test_each_signal_that_asks_for_an_end_stops_between_two_batches(number) -> None:
    with stoppable(Say("en")) as stopped:
        assert not stopped()
        os.kill(os.getpid(), number)
        assert stopped()


@posix
def test_the_second_ctrl_c_is_told_as_what_it_is() -> None:
    say = Say("en")

    def press() -> None:
        with goes_on(say), stoppable(say) as stopped:
            assert not stopped()
            os.kill(os.getpid(), signal.SIGINT)
            assert stopped()
            os.kill(os.getpid(), signal.SIGTERM)  # says the same again, which is known
            os.kill(os.getpid(), signal.SIGINT)
            pytest.fail("it goes on")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt, match="all finished runs that were noted are safe"):
        press()
    assert signal.getsignal(signal.SIGINT) is before
