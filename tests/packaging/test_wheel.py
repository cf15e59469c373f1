"""A wheel carries the content of the checkout and runs from any folder."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from ccepz_sim.numerics import rule_store

CONTENT = ("agents", "policies", "experiments")
PATIENCE = 60

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory) -> Path:
    """The wheel as the build backend makes it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The scripts folder of an environment that holds the wheel; the libraries are lent by this one."""
    home = tmp_path_factory.mktemp("wheel") / "venv"
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
    # A path file lends the libraries; the editable checkout they may hold is not followed.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return scripts


def environ() -> dict[str, str]:
    """The environment without a way back to the checkout, with the widget data of the lent libraries.

    Compiled rules are lent as well: they are the same wherever their source lies, and to compile them takes long.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CCEPZ_DEBUG")}
    lent = Path(sys.prefix)
    data = {"JUPYTER_PATH": str(lent / "share/jupyter"), "JUPYTER_CONFIG_PATH": str(lent / "etc/jupyter")}
    return {**kept, **data, "CCEPZ_RULES": str(rule_store.stores()[0].folder)}


def test_the_content_is_that_of_the_checkout(wheel, root):
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    for part in CONTENT:
        files = [path for path in (root / part).rglob("*") if path.is_file()]
        assert files
        wanted = {f"ccepz_sim/_content/{path.relative_to(root).as_posix()}": path.read_bytes() for path in files}
        assert {name: data for name, data in held.items() if name.startswith(f"ccepz_sim/_content/{part}/")} == wanted
    top = {name.split("/")[0] for name in held}
    assert top == {"ccepz_sim", next(name for name in top if name.endswith(".dist-info"))}
    for needed in (
        "ccepz_sim/py.typed",
        "ccepz_sim/text/cli.toml",
        "ccepz_sim/web/page.css",
        "ccepz_sim/numerics/compiling/rules.json",
    ):
        assert needed in held


def test_it_runs_from_another_folder(installed, tmp_path, root):
    where = "import ccepz_sim.content.folder as c; print(c.__file__); print(c.find_folder())"
    told = subprocess.run(
        [installed / "python", "-c", where],
        cwd=tmp_path,
        env=environ(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert not any(Path(line).is_relative_to(root) for line in told)
    assert told[1].endswith("_content")
    # What a fresh installation says while it compiles is said once.
    subprocess.run([installed / "ccepz", "compile"], cwd=tmp_path, env=environ(), check=True, capture_output=True)
    command = [installed / "ccepz", "run", "green-governance", "--years", "1", "--json", "--out", "results"]
    answer = subprocess.run(command, cwd=tmp_path, env=environ(), check=True, capture_output=True, text=True)
    assert json.loads(answer.stdout)["package"] == ["green-governance"]
    assert answer.stderr == ""
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == [
        "events.parquet",
        "indicators.parquet",
        "manifest.json",
    ]


def test_it_serves_the_page_from_another_folder(installed, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [installed / "ccepz", "play", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(command, cwd=tmp_path, env=environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + PATIENCE
        page = ""
        while not page and time.monotonic() < until and server.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    page = answer.read().decode("utf-8")
            except OSError:
                time.sleep(0.3)
        assert "<html" in page.lower(), "the page was not served"
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE)
