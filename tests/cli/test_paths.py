"""Folders and files of any name: what can be written is, and what cannot is refused before anything runs."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ccepz_sim import load_study
from ccepz_sim.commands import phenomena
from ccepz_sim.content.loading import load_content
from ccepz_sim.output.run import OutputError, refuse_unfit, size_of_run, write_run
from ccepz_sim.studies import runner
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.text.errors import UserError
from tests.studies.conftest import document
from tests.studies.faults import Faults, FaultyPool
from tests.studies.test_results import Known

posix = pytest.mark.skipif(os.name == "nt", reason="names and links of POSIX")
NAMES = [
    "a:b",
    "c: d",
    "with spaces  in it",
    "结果（1）",
    "x[1]*?",
    "ends.with.dots..",
    "'quoted' \"twice\"",
    "$HOME",
    "-dash",
    "e\u0301",
    "n" * 250,
]
COLUMNS = ["run", "seed", "year", "quarter", "place", "indicator", "view", "value"]
EVENTS = ["run", "seed", "year", "quarter", "place", "kind", "indicator", "weight", "en", "zh"]


@pytest.fixture
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Indicators and events as a run gives them."""
    row = (0, 1, 2016, 1, "zone", "gdp", "true", 1.5)
    event = (0, 1, 2016, 2, "golmud", "audit", "audits", 0.5, "An audit.", "审计。")
    return pd.DataFrame([row], columns=COLUMNS), pd.DataFrame([event], columns=EVENTS)


@pytest.fixture
def study():
    """A study of forty runs."""
    return load_content().read_study(document(), "tried.toml")


def work(study, folder):
    """Work a study through without the model."""
    return runner.run_study(study, folder, engine=Known(lambda run, _: float(run.seed)))


@posix
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("relative", [True, False])
def test_a_run_is_written_whatever_the_folder_is_called(tmp_path, monkeypatch, tables, name, relative):
    monkeypatch.chdir(tmp_path)
    folder = Path(name) if relative else tmp_path / name
    refuse_unfit(folder, size_of_run(1))
    assert list(tmp_path.iterdir()) == []
    write_run(folder, *tables, {})
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with (tmp_path / name / "indicators.parquet").open("rb") as file:
        assert pq.read_table(file)["value"].to_pylist() == [1.5]
    refuse_unfit(folder, size_of_run(1))
    write_run(folder, *tables, {"again": True})
    assert json.loads((tmp_path / name / "manifest.json").read_text("utf-8"))["again"]


@posix
@pytest.mark.parametrize("name", NAMES)
def test_a_study_is_written_and_read_whatever_the_folder_is_called(tmp_path, monkeypatch, study, name):
    pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    decoy = tmp_path / "x1ab"  # what a pattern of a name like x[1]*? would read as well
    work(study, decoy)
    ended = work(study, Path(name))
    assert ended.finished
    results = load_study(name)
    assert len(results.outcomes) == 80
    assert results.at("gdp_real")["value"].to_list() == results.runs["seed"].to_list()
    assert {path.name for path in tmp_path.iterdir()} == {name, decoy.name}


@posix
def test_home_links_and_slashes(tmp_path, monkeypatch, tables, study):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write_run(Path("~/run/"), *tables, {})
    work(study, Path("~/study"))
    assert {path.name for path in (tmp_path / "home").iterdir()} == {"run", "study"}
    (tmp_path / "dangling").symlink_to(tmp_path / "not yet" / "here")
    work(study, Path("dangling"))
    assert (tmp_path / "not yet/here/manifest.json").exists()
    assert load_study("dangling").ended == 40
    assert not (tmp_path / "~").exists()


UNFIT = ["file", "file/below", "n" * 256, "circle", "circle/below", "a\0b"]


@posix
@pytest.mark.parametrize("name", UNFIT)
def test_what_no_folder_can_be_is_refused_before_anything_runs(tmp_path, monkeypatch, study, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for ask in (
        lambda: refuse_unfit(Path(name), 1000),
        lambda: runner.run_study(study, Path(name), engine=Known(lambda *_: pytest.fail("a run began"))),
        lambda: phenomena.refuse_unfit(Path(name), ["a"]),
    ):
        with pytest.raises(UserError) as caught:
            ask()
        for lang in ("en", "zh"):
            assert "\n" not in caught.value.sentence(lang)
    assert {path.name for path in tmp_path.iterdir()} == {"file", "circle"}
    assert (tmp_path / "file").read_text() == "mine"


def refusing(number, most=0):
    """Make a function that opens files which refuse after some bytes."""
    real = Path.open

    def opened(self, mode="r", *args, **more):
        file = real(self, mode, *args, **more)
        if "w" not in mode:
            return file
        write = file.write

        class Refusing:
            written = 0

            def write(self, data):
                self.written += len(data)
                if self.written > most:
                    raise OSError(number, os.strerror(number))
                return write(data)

            def __getattr__(self, name):
                return getattr(file, name)

            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

        return Refusing()

    return opened


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_nothing_is_found_before_the_run(tmp_path, monkeypatch, study, number):
    monkeypatch.setattr(Path, "open", refusing(number, 1000))
    with pytest.raises(OutputError) as caught:
        refuse_unfit(tmp_path / "out", size_of_run(20))
    assert "nothing was run" in caught.value.sentence("en")
    with pytest.raises(StudyError) as refused:
        runner.run_study(study, tmp_path / "study", engine=Known(lambda *_: pytest.fail("a run began")))
    assert refused.value.key == "out_unfit"
    with pytest.raises(OutputError):
        phenomena.refuse_unfit(tmp_path / "phenomena", ["a"])
    assert list(tmp_path.iterdir()) == []


def test_a_disk_with_too_little_room_is_found_before_the_run(tmp_path, monkeypatch, study):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5000))
    with pytest.raises(OutputError) as caught:
        refuse_unfit(tmp_path / "out", size_of_run(20))
    assert "has room for 0.0 MB and needs 0.7 MB" in caught.value.sentence("en")
    with pytest.raises(StudyError) as refused:
        runner.run_study(study, tmp_path / "study", engine=Known(lambda *_: pytest.fail("a run began")))
    assert refused.value.key == "no_room"


def test_the_size_of_a_run_is_about_what_is_expected(ccepz, tmp_path):
    assert ccepz("run", "--years", "2", "--scale", "0.0005", "--out", str(tmp_path / "out")).code == 0
    taken = sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    assert taken < size_of_run(2) < 5 * taken


def test_the_summary_is_told_where_the_disk_gives_way_after_all(ccepz, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("ccepz_sim.output.run.pq.write_table", fail)
    answer = ccepz("run", "--years", "1", "--scale", "0.0005", "--out", str(tmp_path / "out"))
    assert answer.code == 2
    assert "GDP at 2010 prices" in answer.out
    assert "Written" not in answer.out
    assert "No space left on device" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_the_folder_one_stands_in_and_those_around_it_are_not_replaced(tmp_path, monkeypatch):
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    for name in (".", "..", str(tmp_path)):
        with pytest.raises(OutputError) as caught:
            refuse_unfit(Path(name), 0)
        assert caught.value.key == "error.out_here"


@pytest.mark.parametrize("name", ["thesis.txt", "table.csv", "table.json"])
def test_tables_of_others_are_not_written_over(tmp_path, name):
    (tmp_path / name).write_text("a,b\n1,2\n")
    with pytest.raises(OutputError) as caught:
        phenomena.refuse_unfit(tmp_path, ["zombies"])
    assert caught.value.key == "error.out_foreign"
    assert (tmp_path / name).read_text() == "a,b\n1,2\n"


def test_our_own_tables_are(tmp_path):
    (tmp_path / "table.json").write_text('[{"phenomenon": "zombies"}]')
    (tmp_path / "table.csv").write_text("phenomenon\nzombies\n")
    (tmp_path / "zombies").mkdir()
    phenomena.refuse_unfit(tmp_path, ["zombies"])


@pytest.mark.parametrize("name", ["download.part", "ledger.txt", ".hidden"])
def test_a_study_clears_away_nothing_of_others(tmp_path, study, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(StudyError) as caught:
        work(study, tmp_path)
    assert caught.value.key == "out_foreign"
    assert (tmp_path / name).read_text() == "mine"


def test_a_database_of_others_is_not_touched(tmp_path, study):
    import sqlite3

    with sqlite3.connect(tmp_path / "ledger.sqlite") as base:
        base.execute("CREATE TABLE accounts (money INTEGER)")
    base.close()
    before = (tmp_path / "ledger.sqlite").read_bytes()
    with pytest.raises(StudyError) as caught:
        work(study, tmp_path)
    assert caught.value.key == "ledger_foreign"
    base = sqlite3.connect(tmp_path / "ledger.sqlite")
    assert base.execute("SELECT name FROM sqlite_master").fetchall() == [("accounts",)]
    base.close()
    assert before[:16] == (tmp_path / "ledger.sqlite").read_bytes()[:16]


@posix
@pytest.mark.parametrize("name", ["my-study (1).toml", "我的研究.toml", "Mine.TOML", "no ending", "a.b.toml"])
def test_a_study_file_may_have_any_name(ccepz, tmp_path, monkeypatch, name):
    from tests.cli.test_study import STUDY

    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(STUDY.replace("SEEDS", "1").replace("RUNS", "4"), "utf-8")
    for given in (name, str(tmp_path / name)):
        answer = ccepz("study", given, "--dry-run", "--json")
        assert answer.code == 0, answer.err
        assert (json.loads(answer.out)["study"], json.loads(answer.out)["folder"]) == ("small", str(Path("out/small")))


@posix
def test_figures_that_cannot_be_written_are_refused_before_they_are_drawn(ccepz, tmp_path, study, monkeypatch):
    pytest.importorskip("duckdb")
    work(study, tmp_path / "s")
    monkeypatch.setattr("ccepz_sim.studies.results.StudyResults.fan", lambda *_: pytest.fail("it was computed"))
    (tmp_path / "file").write_text("mine")
    (tmp_path / "fig.png").mkdir()
    for out in ("file/below", "n" * 256, "fig"):
        answer = ccepz("results", str(tmp_path / "s"), "--fan", "gdp_real", "--out", str(tmp_path / out))
        assert (answer.code, answer.out) == (2, "")
        assert "name another place with --out" in answer.err


def test_figures_go_where_they_are_wanted(ccepz, tmp_path, study):
    pytest.importorskip("duckdb")
    work(study, tmp_path / "s")
    (tmp_path / "here").mkdir()
    for out in ("a:b.png", "图 v1.5", "here"):
        assert ccepz("results", str(tmp_path / "s"), "--fan", "gdp_real", "--out", str(tmp_path / out)).code == 0
    assert {"a:b.png", "a:b.svg", "图 v1.5.png", "图 v1.5.svg"} <= {path.name for path in tmp_path.iterdir()}
    made = {path.name for path in (tmp_path / "here").iterdir()}
    assert {"fan-gdp_real.png", "fan-gdp_real.svg", "fan-gdp_real.en.txt", "fan-gdp_real.zh.txt"} <= made


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("--fan", "gdp_real", "--indicator", "gdp_real"), "--indicator"),
        (("--fan", "gdp_real", "--year", "2016"), "--year"),
        (("--diff", "status-quo", "tax-only", "--indicator", "gdp_real"), "--indicator"),
        (("--table", "--out", "x"), "--out"),
        (("--out", "x"), "--out"),
        (("--csv", "--json"), "--json"),
        (("--csv", "--year", "2016"), "--year"),
        (("--pareto", "gdp_real", "colluding_share@golmud", "--indicator", "gdp_real"), "--indicator"),
    ],
)
def test_options_that_a_view_would_ignore_are_refused(ccepz, tmp_path, arguments, option):
    answer = ccepz("results", str(tmp_path), *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"{option} means nothing with --")


def test_a_pool_that_fails_leaves_no_trace(tmp_path, study):
    """The folder that was made for the try is gone where nothing was written into it."""
    with pytest.raises(StudyError):
        runner.run_study(
            study, tmp_path / "a/b/c", engine=FaultyPool(1, Faults(tmp_path)), content=load_content(), limit=0.0,
            stopped=lambda: (_ for _ in ()).throw(StudyError("no_pairs")),
        )  # fmt: skip
    assert (tmp_path / "a/b/c/manifest.json").exists()
