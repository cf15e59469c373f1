"""What is committed: no addresses of one machine, no lock file, one version everywhere."""

from __future__ import annotations

import re
import subprocess

import pytest

from ccepz_sim import __version__

# Written so that this file does not contain what it looks for.
PLACES = ["w[o]rk", "r[o]ot", "h[o]me/[a-z]+", "U[s]ers/[A-Za-z]+"]
HOSTS = [
    r"p[y]pi\.org",
    r"p[y]thonhosted\.org",
    r"index-url\s*=",
    r"find-links\s*=",
    r"https?://[^\s)\"'>]*:\d+/simple",
]
MACHINE = re.compile("|".join([rf"(?<![\w.~])/(?:{'|'.join(PLACES)})/", *HOSTS]))
LARGEST = 1024 * 1024


def test_no_path_of_a_machine_and_no_registry(tracked):
    found = []
    for path in tracked:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.name}: {line.strip()[:80]}" for line in text.splitlines() if MACHINE.search(line)]
    assert found == []


@pytest.mark.parametrize(
    "line", ["see /w" + "ork/main/x", 'url = "https://p' + 'ypi.org/simple"', "open('/r" + "oot/a')"]
)
def test_such_a_line_would_be_found(line):
    assert MACHINE.search(line)


def test_no_file_is_large(tracked):
    assert [path.name for path in tracked if path.stat().st_size > LARGEST] == []


@pytest.mark.parametrize("name", ["uv.lock", ".venv/pyvenv.cfg", "dist/x.whl", "ccepz_sim/__pycache__/x.pyc"])
def test_what_git_ignores(root, tracked, name):
    assert root / name not in tracked
    assert subprocess.run(["git", "check-ignore", "-q", "--no-index", name], cwd=root, check=False).returncode == 0


def test_one_version_everywhere(root):
    assert f"\nversion: {__version__}\n" in (root / "CITATION.cff").read_text("utf-8")
    assert f"\n## {__version__}\n" in (root / "CHANGELOG.md").read_text("utf-8")
