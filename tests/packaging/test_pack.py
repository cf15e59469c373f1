"""A pack starts on a machine without internet, wherever it is moved to, and compiles nothing again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from ccepz_sim.cli import main
from ccepz_sim.commands.arguments import WITHOUT_CONTENT
from ccepz_sim.content.loading import load_content
from ccepz_sim.output.packing import PackError, folder, make_pack, start, wheels

MINE = f"{sys.version_info.major}.{sys.version_info.minor}"
POSIX = pytest.mark.skipif(os.name != "posix", reason="a shell script")
# Runs a zone and says what Numba had to compile of the project.
LOOK = """
import json, sys
from numba.core import event
compiled = []
class Watch(event.Listener):
    def on_start(self, found):
        compiled.append(found.data["dispatcher"].py_func.__module__)
    def on_end(self, found):
        pass
event.register("numba:compile", Watch())
import ccepz_sim
from ccepz_sim import PilotZone
PilotZone(start=2010).run(1)
zone = PilotZone(package="whole-programme").run(3)
print(json.dumps({"compiled": [name for name in compiled if name.startswith("ccepz_sim")],
                  "hash": zone.golden_hash(), "file": ccepz_sim.__file__}))
"""


@pytest.fixture
def light(monkeypatch):
    """A pack without packages and rules: made in a moment."""

    def collect(place):
        place.mkdir()
        (place / "pip-1-py3-none-any.whl").write_bytes(b"")
        return ["pip-1-py3-none-any.whl"]

    monkeypatch.setattr(wheels, "collect", collect)
    monkeypatch.setattr(folder, "unpack", lambda place, _home, _names: place.mkdir())
    monkeypatch.setattr(folder, "compile_rules", lambda place, _lang: place.mkdir() or 3)


@pytest.mark.usefixtures("light")
def test_a_pack_holds_packages_content_rules_and_words(tmp_path):
    told = []
    made = make_pack(tmp_path / "盒 pack", load_content(), "en", WITHOUT_CONTENT, told.append)
    assert told == list(folder.STEPS)
    assert (made.wheels, made.rules) == (1, 3)
    pack = tmp_path / "盒 pack"
    assert {path.name for path in pack.iterdir()} == {
        *(
            "wheels",
            "env",
            "content",
            "rules",
            "pack.json",
            "start.py",
            "start.sh",
            "start.bat",
            "README.md",
            "README.zh.md",
        )
    }
    assert load_content(pack / "content").hash == load_content().hash
    facts = json.loads((pack / "pack.json").read_text("utf-8"))
    assert (facts["python"], facts["content_hash"]) == (MINE, load_content().hash)
    assert all(words["en"] and words["zh"] for words in facts["words"].values())
    for name in ("start.sh", "start.bat", "README.md", "README.zh.md"):
        text = (pack / name).read_text("utf-8")
        assert MINE in text
        assert "@" not in text.replace("$@", "").replace("@echo", ""), "a mark that nothing filled"
    assert (pack / "start.bat").read_bytes().count(b"\r\n") > 5
    assert list(tmp_path.iterdir()) == [pack], "nothing is left beside it"


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_says_what_was_made(tmp_path, capsys, lang):
    assert main(["pack", str(tmp_path / "pack")], {"LANG": lang}) == 0
    said = capsys.readouterr()
    assert "start.sh" in said.out
    assert said.err.count("/3") == 3


@pytest.mark.usefixtures("light")
def test_a_folder_in_use_is_refused_and_an_empty_one_taken(tmp_path):
    (tmp_path / "pack").mkdir()
    make_pack(tmp_path / "pack", load_content(), "en", WITHOUT_CONTENT)
    for target in (tmp_path / "pack", tmp_path / "pack" / "pack.json"):
        with pytest.raises(PackError) as refused:
            make_pack(target, load_content(), "en", WITHOUT_CONTENT)
        assert refused.value.key == "folder_used"


def test_an_index_out_of_reach_is_told_in_one_sentence_and_nothing_is_left(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(wheels, "own", lambda _: None)
    for name, value in (("PIP_CONFIG_FILE", os.devnull), ("PIP_NO_INDEX", ""), ("PIP_RETRIES", "0")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(wheels, "RETRIES", "0")
    monkeypatch.setenv("PIP_INDEX_URL", "http://user:secret@127.0.0.1:9/index")  # nobody listens on port 9
    assert main(["pack", str(tmp_path / "pack")], {"LANG": "en"}) == 2
    said = capfd.readouterr().err.strip().splitlines()
    assert len(said) == 2, "the step and one sentence"
    assert "package index" in said[-1]
    assert "secret" not in said[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("problem", "key"), [("No module named pip", "no_pip"), ("ERROR: x", "no_wheels")])
def test_what_pip_says_becomes_a_sentence(monkeypatch, problem, key):
    done = subprocess.CompletedProcess([], 1, "", problem)
    monkeypatch.setattr(wheels.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(PackError) as refused:
        wheels._pip("wheel")
    assert refused.value.key == key
    assert all(refused.value.sentence(lang) for lang in ("en", "zh"))


def test_all_that_is_needed_is_named_with_its_version():
    found = wheels.needed()
    assert {"numba", "numpy", "llvmlite", "solara-assets"} <= found.keys()
    assert wheels.NAME not in found
    assert all(importlib.metadata.version(name) == version for name, version in found.items())


def test_a_wheel_is_made_of_what_is_installed(tmp_path):
    """Every file is in it, with its hash, and pip could install it again."""
    installed = importlib.metadata.distribution("packaging")
    made = wheels.rebuild(installed, tmp_path)
    with zipfile.ZipFile(made) as wheel:
        names = wheel.namelist()
        record = next(name for name in names if name.endswith(".dist-info/RECORD"))
        listed = [line.split(",")[0] for line in wheel.read(record).decode().splitlines()]
        assert sorted(listed) == sorted(names)
        assert "packaging/requirements.py" in names
        assert not [name for name in names if "__pycache__" in name or name.startswith("..")]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--target", str(tmp_path / "in"), made],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "in/packaging/requirements.py").is_file()


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (["play"], True), (["run", "tax-only", "--years", "2"], True), (["compile"], False), (["--help"], False),
        (["run", "--content", "mine"], False), (["run", "--content=mine"], False),
    ],
)  # fmt: skip
def test_commands_take_the_content_of_the_pack(arguments, given):
    facts = {"without_content": sorted(WITHOUT_CONTENT)}
    made = start.with_content(facts, arguments)
    assert (made != arguments) == given
    assert made[: len(arguments)] == arguments


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("facts", "name"),
    [({"python": "3.4"}, "other_python"), ({"machine": "vax"}, "other_machine"), ({}, "not_prepared")],
)
def test_a_pack_that_does_not_fit_says_so(tmp_path, facts, name, lang):
    make_pack(tmp_path / "pack", load_content(), "en", WITHOUT_CONTENT)
    file = tmp_path / "pack" / "pack.json"
    held = json.loads(file.read_text("utf-8")) | facts
    file.write_text(json.dumps(held), "utf-8")
    environment = {**os.environ, "LC_ALL": "zh_CN.UTF-8" if lang == "zh" else "en_GB.UTF-8", "PYTHONUTF8": "1"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "LOCALAPPDATA": str(tmp_path / "cache")}
    command = [sys.executable, str(tmp_path / "pack" / "start.py")]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    sentence = held["words"][name][lang].partition("{")[0]
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr.replace('Traceback (most recent call last):\n  File "<frozen', "")


@POSIX
@pytest.mark.usefixtures("light")
@pytest.mark.parametrize(("locale", "words"), [("en_GB.UTF-8", "was not found"), ("zh_CN.UTF-8", "未找到")])
def test_without_its_python_the_script_says_which_one(tmp_path, locale, words):
    made = make_pack(tmp_path / "pack", load_content(), "en", WITHOUT_CONTENT)
    shell = shutil.which("sh") or "sh"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
    environment = {"PATH": str(tmp_path / "bin"), "LC_ALL": locale}
    done = subprocess.run(
        [shell, made.folder / "start.sh"], env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2
    assert words in done.stderr


def test_an_environment_moves_to_another_python(tmp_path):
    """What is shipped holds no link and no path of this computer; a start gives it a Python, its packages stay."""
    made = tmp_path / "env"
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(made)
    (made / start.READY).write_text('["one.whl"]', "utf-8")
    packages = next(made.rglob("site-packages"))
    (packages / "mine.py").write_text("X = 5\n", "utf-8")
    start.unlink(made)
    assert not [path for path in made.rglob("*") if path.is_symlink() or path.name == "pyvenv.cfg"]
    moved = tmp_path / "盒 moved"
    made.rename(moved)
    assert start.holds(moved, {"wheels": ["one.whl"]})
    assert not start.holds(moved, {"wheels": ["two.whl"]})
    assert not start.runs(moved)
    assert start.link(moved)
    assert start.runs(moved)
    told = subprocess.run([start.python_of(moved), "-c", "import mine; print(mine.X)"], capture_output=True, check=True)
    assert told.stdout.strip() == b"5"


@POSIX
@pytest.mark.slow
def test_a_pack_that_was_moved_runs_and_compiles_nothing(tmp_path):
    """The whole of it, with the packages of the index that pip is set to; skipped where none can be reached."""
    try:
        made = make_pack(tmp_path / "here" / "pack", load_content(), "en", WITHOUT_CONTENT)
    except PackError as error:
        if error.key == "no_wheels":
            pytest.skip(error.sentence("en"))
        raise
    there = tmp_path / "另一处 there"
    shutil.copytree(made.folder, there)
    shutil.rmtree(tmp_path / "here")
    home = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": os.environ["PATH"]}
    python = Path(sys.base_prefix) / "bin"
    offline = {**home, "PATH": f"{python}{os.pathsep}{home['PATH']}", "PIP_NO_INDEX": "1", "LC_ALL": "C.UTF-8"}
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in (there / "rules").rglob("*.rule")}
    command = [str(there / "start.sh"), "run", "whole-programme", "--years", "3", "--json"]
    done = subprocess.run(command, env=offline, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["content_hash"] == load_content().hash
    inside = {**offline, "CCEPZ_RULES": str(there / "rules"), "NUMBA_CPU_NAME": "generic"}
    look = [str(start.python_of(there / "env")), "-c", LOOK]
    seen = json.loads(subprocess.run(look, env=inside, cwd=tmp_path, capture_output=True, check=True).stdout)
    assert seen["file"].startswith(str(there))
    assert seen["compiled"] == []
    assert seen["hash"] == told["golden_hash"]
    assert {path: hashlib.sha256(path.read_bytes()).digest() for path in before} == before
    here = subprocess.run([sys.executable, "-c", LOOK], cwd=tmp_path, capture_output=True, check=True).stdout
    assert json.loads(here)["hash"] == seen["hash"], "a generic processor reckons as this one"
