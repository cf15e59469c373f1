"""A replication archive: it holds what it says, and a fresh environment makes the same bytes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import ccepz_sim
from ccepz_sim.cli import main
from ccepz_sim.content.loading import load_content
from ccepz_sim.studies import runner
from ccepz_sim.studies.archive import make_archive
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.study_file import study_file
from tests.studies.test_results import Known

LONG = 3000  # seconds: a fresh environment may have to compile all rules on a slow machine


def known(run, _) -> float:
    return 100.0 * run.seed + run.policy


@pytest.fixture
def finished(make, tmp_path) -> Path:
    """A finished study of invented numbers, with a figure."""
    folder = tmp_path / "tried"
    runner.run_study(make(seeds=2, expected_runs=8), folder, engine=Known(known), command="ccepz study tried.toml")
    assert main(["results", str(folder), "--diff", "status-quo", "tax-only", "--json"], {"LANG": "en"}) == 0
    return folder


def test_a_study_file_reads_as_the_study(content, make) -> None:
    for study in content.studies.values():
        again = content.read_study(tomllib.loads(study_file(study)), "again.toml")
        # Of steps only their values are left.
        bare = [replace(one, levers=(), uncertainties=()) for one in (again, study)]
        assert bare[0] == bare[1]
        for one, other in zip(again.factors, study.factors, strict=True):
            assert (one.id, one.bounds, one.values) == (other.id, other.bounds, other.values)
    measures = [
        {"measure": "discounted", "rate": 0.05, "from": 2017},
        {"measure": "first", "side": "below", "value": 2.5e4, "until": 2017, "direction": "down"},
        {"measure": "at", "year": 2017, "quarter": 3},
        {"measure": "peak", "side": "lowest"},
        {"view": "reported"},
    ]
    policy = {
        "id": "mine",
        "label": {"en": 'Mine, "so"', "zh": "我的"},
        "packages": ["tax-only"],
        "set": [{"lever": "rd-fund", "from": 2016.5, "value": 1e8}],
    }
    study = make(
        outcome=[{"indicator": "so2", **one} for one in measures],
        relations={"years": 3, "every": "quarter", "without": ["collusion"], "scale": 0.001},
        policy=[policy],
        expected_runs=60,
    )
    assert content.read_study(tomllib.loads(study_file(study)), "again.toml") == study


def test_an_archive_holds_what_it_says_and_is_the_same_bytes(finished, content, tmp_path) -> None:
    target, again = tmp_path / "one.zip", tmp_path / "two.zip"
    count = make_archive(finished, target, content)
    make_archive(finished, again, content)
    assert target.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(target) as packed:
        names = {name.removeprefix("tried/") for name in packed.namelist()}
        assert len(names) == count
        wanted = {
            "study.toml",
            "reproduce.py",
            "requirements.txt",
            "runs.csv",
            "SHA256SUMS",
            "README.md",
            "README.zh.md",
        }
        assert wanted <= names
        assert {"results/manifest.json", "results/runs.parquet", "results/shards/00000.parquet"} <= names
        assert "results/figures/diff-status-quo-tax-only.png" in names
        assert "source/ccepz_sim/model.py" in names
        assert any(name.startswith("source/ccepz_sim/_content/experiments/") for name in names)
        assert not any("__pycache__" in name for name in names)
        pins = packed.read("tried/requirements.txt").decode()
        assert {"numpy", "numba", "matplotlib", "duckdb"} <= {line.split("==")[0] for line in pins.splitlines()}
        runs = packed.read("tried/runs.csv").decode().splitlines()
        assert len(runs) == 9
        assert runs[0].startswith("run,point,policy,scenario,seed")
        script = packed.read("tried/reproduce.py").decode()
        compile(script, "reproduce.py", "exec")
        assert "'diff': ['status-quo', 'tax-only']" in script
        facts = json.loads(packed.read("tried/archive.json"))
        assert facts["version"] == ccepz_sim.__version__
        assert {"numba", "numpy"} <= set(facts["made_with"]["versions"])
        assert facts["made_with"]["machine"]["processor"]


def test_what_cannot_be_packed_is_told(finished, make, content, tmp_path) -> None:
    other = content.with_parameters({"collusion.belief_speed": 0.3})
    with pytest.raises(StudyError, match="other content"):
        make_archive(finished, tmp_path / "x.zip", other)
    manifest = json.loads((finished / "manifest.json").read_text("utf-8"))
    (finished / "manifest.json").write_text(json.dumps({**manifest, "engine_hash": "0" * 64}), "utf-8")
    with pytest.raises(StudyError, match="another engine"):
        make_archive(finished, tmp_path / "x.zip", content)
    seen: list = []
    half = tmp_path / "half"
    runner.run_study(
        make(), half, engine=Known(known), tick=seen.append, stopped=lambda: bool(seen) and seen[-1].ended >= 2
    )
    with pytest.raises(StudyError):
        make_archive(half, tmp_path / "x.zip", content)
    assert not (tmp_path / "x.zip").exists()


REAL = """
id = "fresh"
label = { en = "Fresh", zh = "全新" }
question = { en = "Does it come out again?", zh = "能否重现？" }
design = "grid"
seeds = 2
expected_runs = 4
packages = ["status-quo", "tax-only"]
scenarios = ["slow-recovery"]

[relations]
years = 1
scale = 0.0005

[[outcome]]
indicator = "gdp_real"

[[outcome]]
indicator = "so2"
view = "reported"
"""


@pytest.mark.slow
def test_a_fresh_environment_makes_the_same_bytes(tmp_path) -> None:
    (tmp_path / "fresh.toml").write_text(REAL, "utf-8")
    folder = tmp_path / "out"
    environ = {"LANG": "en"}
    assert main(["study", str(tmp_path / "fresh.toml"), "--out", str(folder), "--workers", "1"], environ) == 0
    for view in (
        ["--diff", "status-quo", "tax-only"],
        ["--fan", "gdp_real", "--lang", "zh", "--format", "png,svg,pdf"],
    ):
        assert main(["results", str(folder), *view, "--json"], environ) == 0
    assert main(["archive", str(folder), "--out", str(tmp_path / "fresh.zip")], environ) == 0
    with zipfile.ZipFile(tmp_path / "fresh.zip") as packed:
        packed.extractall(tmp_path / "there")
    home = tmp_path / "there" / "fresh"

    # An environment of its own: the same libraries, and no CCEPZ Sim but the one in the archive.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True, timeout=LONG)
    python = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=LONG).stdout.strip()
    libraries = Path(json.__file__).parent  # of Python itself, never ours
    found = {str(Path(module.__file__).resolve().parents[1]) for module in map(__import__, ("numpy", "mesa", "duckdb"))}
    assert str(libraries) not in found
    Path(site, "libraries.pth").write_text("\n".join(sorted(found)) + "\n", "utf-8")
    asked = [str(python), "-c", "import ccepz_sim"]
    alone = subprocess.run(asked, capture_output=True, timeout=LONG, check=False, cwd=tmp_path)
    installed = Path(ccepz_sim.__file__).resolve().parents[1]
    assert alone.returncode != 0 or str(installed) in found  # a wheel lies beside its libraries

    # Rules that were compiled of the same source are the same: they need not be compiled again.
    rules = Path(ccepz_sim.__file__).parent / "__pycache__" / "rules"
    environ = {**os.environ, "NUMBA_CACHE_DIR": str(rules), "LANG": "en", "PYTHONDONTWRITEBYTECODE": "1"}
    environ.pop("PYTHONPATH", None)
    asked = [str(python), str(home / "reproduce.py"), "--workers", "1", "--out", str(tmp_path / "again")]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=LONG, env=environ, check=False, cwd=tmp_path)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "came out again to the byte" in told.stdout
    assert str(home / "source") in told.stdout
    sums = (home / "SHA256SUMS").read_text("utf-8").splitlines()
    assert len(sums) >= 3 + 1 + 5 + 6
    assert told.stdout.count("same bytes") == len(sums)
    assert load_content().hash == json.loads((tmp_path / "again" / "manifest.json").read_text("utf-8"))["content_hash"]

    # What was tampered with is found.
    shard = next((home / "results" / "shards").iterdir())
    sums_file = home / "SHA256SUMS"
    sums_file.write_text(sums_file.read_text("utf-8").replace(_digest_of(sums, shard.name), "0" * 64), "utf-8")
    (home / "results" / "runs.parquet").unlink()
    told = subprocess.run(asked, capture_output=True, text=True, timeout=LONG, env=environ, check=False, cwd=tmp_path)
    assert told.returncode != 0


OWN_MODEL = """
from ccepz_sim import Indicator, Label, PilotZone
from own_parts.numbers import SHARE


def hard_bargain(surplus, chance, official_fine, official_moral, power):
    return chance * official_fine + official_moral + SHARE * max(0.0, surplus)


def bribed(zone):
    return zone.firms.colluding.sum()


def late(zone):
    return zone.year >= 2016.5


class Own(PilotZone):
    rules = {"collusion.nash_bribe": hard_bargain}
    own_indicators = (Indicator("bribed", Label("Bribed", "行贿"), unit="firms", of=bribed),)
    own_stops = (late,)
"""


@pytest.mark.slow
def test_an_archive_of_a_model_of_ones_own_makes_the_same_bytes(tmp_path, monkeypatch) -> None:
    """With its rule, its indicator, its stop, and the module beside it that it takes a number from."""
    models = tmp_path / "models"
    (models / "own_parts").mkdir(parents=True)
    (models / "own_parts" / "__init__.py").write_text("", "utf-8")
    (models / "own_parts" / "numbers.py").write_text("SHARE = 0.8\n", "utf-8")
    (models / "archived_model.py").write_text(OWN_MODEL, "utf-8")
    study = REAL.replace("years = 1", 'years = 1\nevery = "quarter"\nmodel = "archived_model:Own"')
    (models / "fresh.toml").write_text(study + '\n[[outcome]]\nindicator = "bribed"\n', "utf-8")
    monkeypatch.syspath_prepend(str(models))
    folder, environ = tmp_path / "out", {"LANG": "en"}
    try:
        assert main(["study", str(models / "fresh.toml"), "--out", str(folder), "--workers", "1"], environ) == 0
        assert main(["results", str(folder), "--fan", "bribed", "--lang", "en"], environ) == 0
        assert main(["archive", str(folder), "--out", str(tmp_path / "fresh.zip")], environ) == 0
    finally:
        for name in ("archived_model", "own_parts", "own_parts.numbers"):
            sys.modules.pop(name, None)
    with zipfile.ZipFile(tmp_path / "fresh.zip") as packed:
        packed.extractall(tmp_path / "there")
    home = tmp_path / "there" / "fresh"
    assert (home / "model" / "archived_model.py").read_text("utf-8") == OWN_MODEL
    assert (home / "model" / "own_parts" / "numbers.py").is_file()
    rules = Path(ccepz_sim.__file__).parent / "__pycache__" / "rules"
    environ = {**os.environ, "NUMBA_CACHE_DIR": str(rules), "LANG": "en", "PYTHONDONTWRITEBYTECODE": "1"}
    environ.pop("PYTHONPATH", None)
    asked = [sys.executable, str(home / "reproduce.py"), "--workers", "1", "--out", str(tmp_path / "again")]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=LONG, env=environ, check=False, cwd=tmp_path)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "came out again to the byte" in told.stdout


def _digest_of(sums: list[str], name: str) -> str:
    return next(line.split("  ")[0] for line in sums if line.endswith(name))
